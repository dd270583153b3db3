//===- Fibers.h - Stacks and switches for simulated threads -----*- C++ -*-===//
// Fibers on Boost.Context's switch, with guarded stacks that are used again.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//

#ifndef UPWEAVE_LIB_SIMULATOR_FIBERS_H
#define UPWEAVE_LIB_SIMULATOR_FIBERS_H

#include <boost/context/detail/fcontext.hpp>

#include <cstddef>
#include <cstdint>

namespace upweave {
namespace sim {

/// A stack with an inaccessible page below it.
class FiberStack {
public:
  FiberStack();
  ~FiberStack();
  FiberStack(FiberStack &&other) noexcept;
  FiberStack(const FiberStack &) = delete;
  FiberStack &operator=(const FiberStack &) = delete;

  /// False if the system gave no memory.
  explicit operator bool() const { return base != nullptr; }
  char *getTop() const { return base + kSize; }
  char *getBottom() const { return base; }
  bool contains(uintptr_t address) const {
    return address - reinterpret_cast<uintptr_t>(base) < kSize;
  }
  static constexpr size_t kSize = 256 * 1024;

private:
  char *base = nullptr;
};

/// One flow of control. It need not come to its end: a fiber that is started
/// anew forgets what it did, and nothing on its stack is destroyed.
class Fiber {
public:
  using Body = void (*)(void *);

  /// Prepares to run `body(argument)` at the next resume. The body must not
  /// return.
  void start(Body body, void *argument);
  /// Runs the fiber until it suspends.
  void resume();
  /// Goes back to who resumed; to be called on the fiber itself.
  void suspend();

  const FiberStack &getStack() const { return stack; }

private:
  static void enter(boost::context::detail::transfer_t transfer);

  FiberStack stack;
  boost::context::detail::fcontext_t own = nullptr, resumer = nullptr;
  Body body = nullptr;
  void *argument = nullptr;
  void *fakeStack = nullptr; ///< of the address sanitizer
  const void *resumerStack = nullptr;
  size_t resumerStackSize = 0;
};

} // namespace sim
} // namespace upweave

#endif // UPWEAVE_LIB_SIMULATOR_FIBERS_H
