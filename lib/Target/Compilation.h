//===- Compilation.h - State of one compilation -----------------*- C++ -*-===//
// What the steps of compileModule share.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//

#ifndef UPWEAVE_LIB_TARGET_COMPILATION_H
#define UPWEAVE_LIB_TARGET_COMPILATION_H

#include "Upweave/IR/Upweave.h"
#include "Upweave/Schedule/TargetDescription.h"
#include "Upweave/Target/Compile.h"
#include "Upweave/Target/LaunchList.h"
#include "Upweave/Target/RemarkCollector.h"
#include "Upweave/Target/Serialize.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Pass/PassManager.h"

namespace upweave {

/// Resident blocks of a kernel on one multiprocessor: what threads, registers
/// and shared memory leave room for. 0 if not one fits.
int64_t getBlocksPerSM(const TargetDescription &target, int64_t threads,
                       int64_t registers, int64_t sharedBytes);

/// Compiles one module, see `compileModule`.
class Compilation {
public:
  Compilation(mlir::ModuleOp module, const CompileOptions &options,
              CompileResult &result)
      : module(module), options(options), result(result) {}

  mlir::LogicalResult run();

  /// Why `run` failed.
  CompileFailure getFailure() const { return why; }

private:
  /// A block after stage 3 and what became of it.
  struct BlockFacts {
    BlockOp op;
    unsigned entry;       // index into `entries`
    unsigned reportIndex; // into the report's blocks
    bundle::Precision precision = bundle::Precision::None;
  };
  /// What is compiled for one chip.
  struct ChipModule {
    TargetDescription target;
    mlir::OwningOpRef<mlir::ModuleOp> module;
    std::vector<std::string> schedules; // per block
    std::vector<std::string> precisions;
  };

  // Compile.cpp: the steps.
  mlir::LogicalResult selectEntries();
  void dropAssertions();
  mlir::LogicalResult formBlocks();
  mlir::LogicalResult applySchedule();
  mlir::LogicalResult checkEntry(mlir::func::FuncOp func);
  mlir::LogicalResult compileHost();
  mlir::LogicalResult addMeaning();
  mlir::LogicalResult addSourceMeaning(llvm::raw_ostream &os);
  mlir::LogicalResult createEntries(mlir::ModuleOp planned);
  bool isDone(Stage stage) const { return options.lastStage == stage; }
  mlir::LogicalResult
  runPasses(mlir::ModuleOp op, llvm::StringRef what,
            llvm::function_ref<void(mlir::OpPassManager &)> build);
  void keep(Stage stage, llvm::StringRef chip, std::string bytes);
  void keep(Stage stage, llvm::StringRef chip, mlir::ModuleOp op);
  bool keeps(Stage stage) const {
    return options.keepIntermediates || options.lastStage == stage ||
           (options.keepKernelIR && stage == Stage::LLVM);
  }

  // CompileChip.cpp: one chip.
  mlir::LogicalResult compileChip(llvm::StringRef chip);
  void recordSchedules(ChipModule &chip);
  mlir::LogicalResult serialize(ChipModule &chip, ConstantPlacement &constants);
  mlir::LogicalResult addLaunchList(ChipModule &chip, unsigned entry,
                                    const SerializedModule &image,
                                    ConstantPlacement &constants, int cubin,
                                    int ptx);
  ReportKernel addKernel(ChipModule &chip, const SerializedModule &image,
                         const ReadLaunch &launch);

  // CompileReport.cpp.
  void describeBlocks();
  void describeRemarks();
  void describeDifferences();
  double predictEntry(unsigned entry, llvm::StringRef chip);
  void describeFloor(unsigned entry, const ChipModule &chip);

  mlir::ModuleOp module;
  /// What `module` was at first, for its meaning.
  mlir::OwningOpRef<mlir::ModuleOp> source;
  const CompileOptions &options;
  CompileResult &result;
  std::shared_ptr<RemarkList> remarks;
  CompileFailure why = CompileFailure::BadInput;
  std::string ptxas;
  std::vector<mlir::func::FuncOp> entries;
  /// Whether the source had assertions, which nothing checks.
  bool hadAssertions = false;
  std::vector<std::unique_ptr<bundle::EntryT>> entryTables;
  std::vector<BlockFacts> blocks;
};

/// Marks the location of a block, from where its kernels inherit it.
mlir::Location getBlockLocation(mlir::Location loc, unsigned number);

/// The number of the block that an op with this location came from.
std::optional<unsigned> getBlockNumber(mlir::Location loc);

/// "ieee", "tf32", ...
llvm::StringRef getPrecisionName(bundle::Precision precision);

} // namespace upweave

#endif // UPWEAVE_LIB_TARGET_COMPILATION_H
