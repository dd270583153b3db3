//===- LaunchBuilder.h - A kernel and the launch that calls it --*- C++ -*-===//
// Builds a gpu.func argument by argument together with its gpu.launch_func, so
// that every kernel of the project has the same calling convention.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//

#ifndef UPWEAVE_LIB_CONVERSION_UPWEAVETOGPU_LAUNCH_LAUNCHBUILDER_H
#define UPWEAVE_LIB_CONVERSION_UPWEAVETOGPU_LAUNCH_LAUNCHBUILDER_H

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/GPU/IR/GPUDialect.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/IR/Builders.h"
#include "llvm/ADT/MapVector.h"

#include <string>

namespace upweave {

/// How a kernel touches a buffer.
enum class Access : unsigned { Read = 1, Write = 2, ReadWrite = 3 };

inline Access operator|(Access a, Access b) {
  return static_cast<Access>(static_cast<unsigned>(a) |
                             static_cast<unsigned>(b));
}

/// Bytes to which the base pointer of every buffer is aligned, by contract of
/// the launch form.
constexpr int64_t kBasePointerAlignment = 16;

/// Name of the one gpu.module that holds a module's kernels.
constexpr llvm::StringLiteral kKernelModuleName = "kernels";

/// True for the element types kernels can load, store and compute with: f16,
/// bf16, f32, f64, i1, i8, i16, i32, i64 and index.
bool isKernelElementType(mlir::Type type);

/// Where a buffer lives: the value its chain of views starts at, and, if the
/// chain holds a memref.view at a constant shift, the bytes
/// [begin, end) of that value it lies in (end = -1: not known).
struct BufferRoot {
  mlir::Value value;
  int64_t begin = 0;
  int64_t end = -1;
};

/// Follows the views that lead to `memref`.
BufferRoot getBufferRoot(mlir::Value memref);

/// False only if no byte belongs to both. Arguments of the host function are
/// distinct buffers by contract of the launch form; two views of the same
/// argument are distinct if their constant byte ranges are.
bool mayOverlap(const BufferRoot &a, const BufferRoot &b);

/// What the lowerings of one host function share: its kernels' module and the
/// number of the next kernel.
class LaunchContext {
public:
  /// With `contract` a kernel need not round a product that is only added to
  /// something.
  LaunchContext(mlir::func::FuncOp func, mlir::gpu::GPUModuleOp kernels,
                bool contract = false)
      : func(func), kernels(kernels), contract(contract) {}

  /// A new kernel name `<func>_<n>_<what>`; characters that PTX does not take
  /// become '_'. The numbers follow the order of the calls.
  std::string nextKernelName(llvm::StringRef what);

  mlir::func::FuncOp getFunc() const { return func; }
  mlir::gpu::GPUModuleOp getKernels() const { return kernels; }
  bool mayContract() const { return contract; }

private:
  mlir::func::FuncOp func;
  mlir::gpu::GPUModuleOp kernels;
  bool contract;
  unsigned nextNumber = 0;
};

/// A kernel under construction and its launch.
///
/// A buffer becomes its base pointer, a rank-0 `memref<T>` (on the host side
/// the first result of memref.extract_strided_metadata), followed by `index`
/// arguments for each offset, size and stride that its type leaves open. In
/// the kernel memref.reinterpret_cast rebuilds the view with the type it has
/// on the host. A scalar becomes an argument, unless it is a constant, which
/// is cloned into the kernel.
///
///   LaunchBuilder launch(context, op, "copy", /*threads=*/256);
///   FailureOr<Value> x = launch.addBuffer(hostX, Access::Read);
///   OpBuilder &b = launch.body();      // inserts before the gpu.return
///   ...
///   launch.finish(hostNumBlocks);      // emits the gpu.launch_func at `op`
class LaunchBuilder {
public:
  /// Starts a kernel of `threads` threads a block (x only), named after
  /// `what`, at the location of `op`. The launch and what it needs on the host
  /// are inserted before `op`.
  LaunchBuilder(LaunchContext &context, mlir::Operation *op,
                llvm::StringRef what, int64_t threads);

  /// Passes a buffer and returns its view in the kernel. The same value given
  /// again yields the same view; its accesses add up. Fails, with an error at
  /// the op, if the type has no strided layout, a memory space, or elements
  /// that kernels do not support.
  mlir::FailureOr<mlir::Value> addBuffer(mlir::Value memref, Access access);

  /// Passes a scalar (integer, float or index) and returns it in the kernel.
  mlir::Value addScalar(mlir::Value scalar);

  /// Inserts at the end of the kernel.
  mlir::OpBuilder &body() { return bodyBuilder; }

  /// Inserts on the host, before the launch.
  mlir::OpBuilder &host() { return hostBuilder; }

  mlir::gpu::GPUFuncOp getKernel() { return kernel; }

  /// Asks for so few registers a thread that `blocks` thread blocks fit on a
  /// multiprocessor. Without it ptxas aims at full occupancy, even where that
  /// makes it spill.
  void setMinBlocksPerSM(int64_t blocks);

  /// The number of the thread in the whole grid, of type index: computed once,
  /// at the start of the kernel.
  mlir::Value globalThreadId();

  /// Marks the pointers that no other argument's writes can reach with
  /// `llvm.noalias`, and emits the launch: `blocks` of type index, and the
  /// bytes of dynamic shared memory a block gets (0: none).
  mlir::gpu::LaunchFuncOp finish(mlir::Value blocks,
                                 int64_t dynamicSharedBytes = 0);

  /// Takes the unfinished kernel away again.
  void abandon();

private:
  struct Buffer {
    mlir::Value view;
    Access access;
    unsigned pointerArgument;
  };

  mlir::BlockArgument appendArgument(mlir::Value hostValue, mlir::Type type);
  mlir::Value rebuildView(mlir::Value memref, mlir::MemRefType type,
                          mlir::Value base);
  void markNoAlias();

  mlir::Operation *op;
  mlir::OpBuilder hostBuilder;
  mlir::OpBuilder bodyBuilder;
  mlir::gpu::GPUFuncOp kernel;
  int64_t threads;
  llvm::SmallVector<mlir::Value> operands;
  llvm::MapVector<mlir::Value, Buffer> buffers;
  llvm::DenseMap<mlir::Value, mlir::Value> scalars;
  mlir::Value threadId;
};

} // namespace upweave

#endif // UPWEAVE_LIB_CONVERSION_UPWEAVETOGPU_LAUNCH_LAUNCHBUILDER_H
