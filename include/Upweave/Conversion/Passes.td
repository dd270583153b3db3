//===- Passes.td - Passes of Upweave/Conversion ------------*- tablegen -*-===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef UPWEAVE_CONVERSION_PASSES
#define UPWEAVE_CONVERSION_PASSES

include "mlir/Pass/PassBase.td"

def LowerToGPU : Pass<"upweave-lower-to-gpu", "mlir::ModuleOp"> {
  let summary = "Turn a planned function's ops into kernels and launches";
  let description = [{
    Takes functions on buffers, as `upweave-bufferize`, `upweave-pack-operands`
    and `upweave-plan-buffers` leave them, to *launch form*: every op that
    touches memory becomes a kernel in the one `gpu.module @kernels` and a
    `gpu.launch_func`; beside launches the function keeps index arithmetic and
    views.

    Blocks become kernels by their schedules. Linalg ops and copies become
    fallback kernels: one thread an output element, loops over what is reduced.
    Slow, and right for every indexing map, layout and size.

    ```mlir
    func.func @f(%x: memref<?x64xf32>, %y: memref<?x64xf32>) {
      linalg.exp ins(%x : memref<?x64xf32>) outs(%y : memref<?x64xf32>)
      return
    }
    ```
    becomes
    ```mlir
    func.func @f(%x: memref<?x64xf32>, %y: memref<?x64xf32>) {
      %bx, %ox, %sx:2, %tx:2 = memref.extract_strided_metadata %x : ...
      %by, %oy, %sy:2, %ty:2 = memref.extract_strided_metadata %y : ...
      %n = arith.muli %sy#0, %c64 : index
      %blocks = arith.ceildivui %n, %c256 : index
      gpu.launch_func @kernels::@f_0_exp
          blocks in (%blocks, %c1, %c1) threads in (%c256, %c1, %c1)
          args(%bx : memref<f32>, %sx#0 : index, %by : memref<f32>, %sy#0 : index)
      return
    }
    gpu.module @kernels {
      gpu.func @f_0_exp(%x: memref<f32> {llvm.align = 16, llvm.noalias}, ...) kernel {
        ...
      }
    }
    ```

    An op that no kernel can be made of, control flow on the host and values
    that the host would have to read from memory are errors by name.
  }];
  let dependentDialects = [
    "mlir::arith::ArithDialect", "mlir::func::FuncDialect",
    "mlir::gpu::GPUDialect", "mlir::linalg::LinalgDialect",
    "mlir::LLVM::LLVMDialect", "mlir::math::MathDialect",
    "mlir::memref::MemRefDialect", "mlir::nvgpu::NVGPUDialect",
    "mlir::NVVM::NVVMDialect", "mlir::scf::SCFDialect",
    "mlir::vector::VectorDialect"
  ];
  let options = [
    Option<"contract", "contract", "bool", "false",
           "In blocks over rows and in the regions of fused convolutions, do not "
           "round a product that is only added to something">
  ];
  let statistics = [
    Statistic<"numFallback", "fallback-kernels",
              "Kernels of one thread an output element">,
    Statistic<"numBlocks", "block-kernels", "Kernels of blocks">
  ];
}

def ExpandMath : Pass<"upweave-expand-math"> {
  let summary = "Write math functions as arithmetic, without a library";
  let description = [{
    Replaces every op of the math dialect that has no instruction of its own,
    and `arith.remf`, by arithmetic: range reductions and polynomials in the
    type of the operand for f32 and f64; f16 and bf16 go through f32. Vectors
    are taken apart first. So no kernel ever calls libdevice, and PTX loads on
    any driver. `docs/math.md` lists the largest error of each function.

    ```mlir
    %0 = math.tanh %x : bf16
    ```
    becomes
    ```mlir
    %1 = arith.extf %x : bf16 to f32
    ... // 1 - 2 / (exp(2 |x|) + 1), or a polynomial for small |x|
    %2 = arith.truncf %y : f32 to bf16
    ```

    What stays has an instruction: absf, ceil, floor, trunc, roundeven, fma,
    copysign, sqrt, rsqrt (f32), absi, ctlz, cttz, ctpop and the float classes.
    A function with no expansion is an error by its name.
  }];
  let dependentDialects = [
    "mlir::arith::ArithDialect", "mlir::math::MathDialect",
    "mlir::scf::SCFDialect", "mlir::vector::VectorDialect"
  ];
  let statistics = [
    Statistic<"numExpanded", "expanded", "Functions written as arithmetic">
  ];
}

def ConvertGPUToNVVM
    : Pass<"upweave-convert-gpu-to-nvvm", "mlir::gpu::GPUModuleOp"> {
  let summary = "Convert kernels to the LLVM and NVVM dialects at one go";
  let description = [{
    Converts gpu, nvgpu, vector, memref, arith, scf and cf ops of a gpu.module
    together, with bare pointers for memref arguments (their types must be
    static: LaunchBuilder passes base pointers) and without libdevice, so
    `upweave-expand-math` has to run first. Square roots of f32 are IEEE ones.
    Dynamic shared memory gets external linkage.

    ```mlir
    gpu.func @k(%x: memref<f32> {llvm.align = 16 : i64, llvm.noalias}) kernel
    ```
    becomes
    ```mlir
    llvm.func @k(%x: !llvm.ptr {llvm.align = 16 : i64, llvm.noalias})
        attributes {gpu.kernel, nvvm.kernel, ...}
    ```
  }];
  let options = [
    Option<"indexBitwidth", "index-bitwidth", "unsigned", "64",
           "Bits of an index: 64, or 32 for kernels that address less than "
           "2^31 elements from each base">
  ];
  let dependentDialects = [
    "mlir::LLVM::LLVMDialect", "mlir::NVVM::NVVMDialect",
    "mlir::arith::ArithDialect", "mlir::cf::ControlFlowDialect",
    "mlir::memref::MemRefDialect", "mlir::scf::SCFDialect",
    "mlir::affine::AffineDialect", "mlir::vector::VectorDialect"
  ];
}

#endif // UPWEAVE_CONVERSION_PASSES
