// An entry loaded on a device or the host, ready to launch.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef UPWEAVE_RUNTIME_PROGRAM_H
#define UPWEAVE_RUNTIME_PROGRAM_H

#include "Arguments.h"
#include "Driver.h"

#include <map>
#include <mutex>
#include <string_view>
#include <vector>

namespace upweave {
namespace rt {

class DeviceModule;
class DeviceConstants;

/// A bundle and what it has loaded, shared by its programs.
class LoadedBundle {
public:
  explicit LoadedBundle(std::shared_ptr<const BundleFile> file)
      : file(std::move(file)) {}

  const std::shared_ptr<const BundleFile> file;

  /// The entry of that name; null means the only one.
  uw_status findEntry(const char *name, const bundle::Entry *&entry) const;
  /// The module of image `image` in `context`, loaded at most once while a
  /// program uses it.
  uw_status getModule(const Driver &driver, cu::Context context, uint32_t image,
                      std::shared_ptr<DeviceModule> &module);
  /// The constants of section `section` in `context`, uploaded likewise.
  uw_status getConstants(const Driver &driver, cu::Context context,
                         uint32_t section,
                         std::shared_ptr<DeviceConstants> &constants);

private:
  using Key = std::pair<cu::Context, uint32_t>;
  std::mutex mutex;
  std::map<Key, std::weak_ptr<DeviceModule>> modules;
  std::map<Key, std::weak_ptr<DeviceConstants>> constants;
};

/// Called around each kernel of a launch, for measurements.
class LaunchObserver {
public:
  virtual ~LaunchObserver() = default;
  virtual void before(uint32_t launch) = 0;
  virtual void after(uint32_t launch) = 0;
};

/// One launch, as uw_launch, or preparation, as uw_prepare.
struct LaunchRequest {
  const uw_tensor *tensors = nullptr;
  size_t count = 0;
  void *workspace = nullptr;
  uint64_t workspaceBytes = 0;
  cu::Stream stream = nullptr;
  bool allocateWorkspace = false;
  void *prepared = nullptr;
  uint64_t preparedBytes = 0;
  uint64_t preparedId = 0; ///< 0: unknown
  LaunchObserver *observer = nullptr;
};

/// Immutable after loading, so that threads may launch it at once.
class Program {
public:
  virtual ~Program() = default;

  /// Checks the tensors' shapes and evaluates the workspace's size.
  uw_status workspaceSize(const uw_tensor *tensors, size_t count,
                          uint64_t &bytes) const;
  /// Checks everything and runs or enqueues.
  uw_status launch(const LaunchRequest &asked) const;
  /// Bytes that `prepare` writes; 0 if there is nothing to prepare.
  virtual uint64_t preparedSize() const { return 0; }
  /// What they are: equal for the same entry and image; 0 for nothing.
  virtual uint64_t preparedId() const { return 0; }
  /// Checks everything and enqueues what depends on weights alone.
  uw_status prepare(const LaunchRequest &request) const;

  const std::string &imageName() const { return image; }
  const bundle::Entry &entry() const { return *entryTable; }
  Place place() const { return where; }
  /// Null on the host.
  virtual const bundle::LaunchList *list() const { return nullptr; }

protected:
  Program(std::shared_ptr<LoadedBundle> bundle, const bundle::Entry &entry)
      : bundle(std::move(bundle)), entryTable(&entry) {}
  /// Workspace expression of the image in use; may be null.
  virtual const bundle::Expr *workspaceExpr() const = 0;
  /// Bytes of workspace beside that; none unless overridden.
  virtual uw_status extraWorkspace(const uw_tensor *tensors,
                                   int64_t &bytes) const;
  /// Runs with checked tensors and a workspace of just the bytes it takes. If
  /// nothing was prepared, the last preparedSize() of them are for that.
  virtual uw_status run(const LaunchRequest &request) const = 0;
  /// The launches of `prepare`, with checked tensors and memory.
  virtual uw_status runPreparing(const LaunchRequest &) const { return UW_OK; }
  /// Arguments that only preparing launches read, and those that no preparing
  /// launch reads.
  std::vector<bool> onlyPrepared, notPrepared;
  /// Takes `bytes` of workspace into request, runs and gives it back.
  virtual uw_status runAllocating(LaunchRequest request,
                                  uint64_t bytes) const = 0;

  std::shared_ptr<LoadedBundle> bundle;
  const bundle::Entry *entryTable;
  std::string image;
  Place where;

private:
  uw_status checkPrepared(const LaunchRequest &request, const char *call) const;
};

/// Loads `entry` into `context`, or into the primary context of device
/// `ordinal` when it is null. `image` as uw_load_options.image.
uw_status loadDeviceProgram(std::shared_ptr<LoadedBundle> bundle,
                            const bundle::Entry &entry, int ordinal,
                            cu::Context context, std::string_view image,
                            std::unique_ptr<Program> &program);

/// The same through a driver that the caller has.
uw_status loadDeviceProgram(std::shared_ptr<LoadedBundle> bundle,
                            const bundle::Entry &entry, const Driver &driver,
                            int ordinal, cu::Context context,
                            std::string_view image,
                            std::unique_ptr<Program> &program);

/// Loads the host variant of `entry`.
uw_status loadHostProgram(std::shared_ptr<LoadedBundle> bundle,
                          const bundle::Entry &entry,
                          std::unique_ptr<Program> &program);

/// loadDeviceProgram or loadHostProgram, by `place`.
uw_status loadProgram(std::shared_ptr<LoadedBundle> bundle,
                      const bundle::Entry &entry, Place place,
                      cu::Context context, std::string_view image,
                      std::unique_ptr<Program> &program);

} // namespace rt
} // namespace upweave

#endif // UPWEAVE_RUNTIME_PROGRAM_H
