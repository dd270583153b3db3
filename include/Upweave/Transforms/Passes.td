//===- Passes.td - Passes of Upweave/Transforms ------------*- tablegen -*-===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef UPWEAVE_TRANSFORMS_PASSES
#define UPWEAVE_TRANSFORMS_PASSES

include "mlir/Pass/PassBase.td"

//===----------------------------------------------------------------------===//
// Raising
//===----------------------------------------------------------------------===//

def SimplifySource : Pass<"upweave-simplify-source", "::mlir::func::FuncOp"> {
  let summary = "Take composite ops apart and drop work on no elements";
  let description = [{
    What the later stages need not know then. Ops that say how they are written
    with simpler ones (`linalg.softmax`) are; what is computed of tensors in
    which a size is 0, or over nothing, is replaced by what it comes to:

    ```mlir
    %p = tensor.pad %x low[1] high[1] { ... yield %zero } : tensor<0xf32> to tensor<2xf32>
    %c = linalg.conv_1d_ncw_fcw ins(%a, %w : tensor<1x0x8xf32>, tensor<4x0x3xf32>)
                                outs(%b : tensor<1x4x6xf32>) -> tensor<1x4x6xf32>
    // becomes
    %e = tensor.empty() : tensor<2xf32>
    %p = linalg.fill ins(%zero : f32) outs(%e : tensor<2xf32>) -> tensor<2xf32>
    // and %b for %c
    ```
  }];
  let dependentDialects = ["::mlir::arith::ArithDialect",
                           "::mlir::linalg::LinalgDialect",
                           "::mlir::math::MathDialect",
                           "::mlir::tensor::TensorDialect"];
  let statistics = [
    Statistic<"numDecomposed", "num-decomposed", "Composite ops taken apart">,
    Statistic<"numDropped", "num-dropped", "Ops on no elements dropped">
  ];
}

def RaiseConvTranspose
    : Pass<"upweave-raise-conv-transpose", "::mlir::func::FuncOp"> {
  let summary = "Raise contractions that are transposed convolutions";
  let description = [{
    Composes the views before and after each contraction (zero stuffing, padding,
    crops, flips, reshapes, transposes, gathers), enumerates which products
    contribute to which output, and replaces those that are a transposed
    convolution, whatever they were spelled as:

    ```mlir
    %s = tensor.insert_slice %x into %zeros[0, 0, 2] [1, 8, 16] [1, 1, 2]
       : tensor<1x8x16xf32> into tensor<1x8x35xf32>
    %f = linalg.generic ... outs(%e : tensor<4x8x4xf32>) { // w[ci, co, 3 - k]
      ...
    }
    %b = linalg.broadcast ins(%bias : ...) outs(...) dimensions = [0, 2]
    %y = linalg.conv_1d_ncw_fcw ins(%s, %f : ...) outs(%b : tensor<1x4x32xf32>)
    // becomes
    %c = upweave.conv_transpose #upweave.conv_transpose<strides = [2], padding = [1]>
           ins(%x, %w : tensor<1x8x16xf32>, tensor<8x4x4xf32>)
           outs(%0 : tensor<1x4x32xf32>) -> tensor<1x4x32xf32>
    %y = linalg.generic ... ins(%c, %b : ...) // %c + %b
    ```

    Contractions without a stride or a filter of more than one position (matmuls)
    are left alone. A convolution that is not raised has one missed remark of the
    category `upweave-raise`.
  }];
  let dependentDialects = ["::upweave::UpweaveDialect",
                           "::mlir::arith::ArithDialect",
                           "::mlir::linalg::LinalgDialect",
                           "::mlir::tensor::TensorDialect"];
  let statistics = [
    Statistic<"numRaised", "num-raised", "Convolutions raised">,
    Statistic<"numMissed", "num-missed", "Convolutions not raised">
  ];
}

//===----------------------------------------------------------------------===//
// Buffers
//===----------------------------------------------------------------------===//

def ResultsToDestinations
    : Pass<"upweave-results-to-destinations", "::mlir::ModuleOp"> {
  let summary = "Turn the tensors an entry point returns into buffers it is given";
  let description = [{
    Each result of a public function becomes a trailing `memref` argument with
    the role "result", and the returned tensor is materialized in it:

    ```mlir
    func.func @f(%x: tensor<?x4xf32>) -> tensor<?x4xf32> {
      ...
      return %y : tensor<?x4xf32>
    }
    // becomes
    func.func @f(%x: tensor<?x4xf32> {bufferization.writable = false},
                 %out: memref<?x4xf32> {upweave.role = "result",
                                        upweave.shape = affine_map<()[s0] -> (s0, 4)>})
        attributes {upweave.dynamic_dims = [array<i64: 0, 0>]} {
      ...
      bufferization.materialize_in_destination %y in restrict writable %out
      return
    }
    ```

    Inputs are marked as not writable. An argument that is returned, or a value
    that is returned twice, is copied by bufferization. `upweave.shape` gives
    the result's sizes over the symbols listed in `upweave.dynamic_dims`, each
    the number of an argument and of its dimension. Results that are no ranked
    tensors are refused with an error.
  }];
  let dependentDialects = ["::mlir::bufferization::BufferizationDialect",
                           "::mlir::memref::MemRefDialect"];
  let statistics = [
    Statistic<"numResults", "num-results", "Results that became arguments">
  ];
}

def PlanBuffers : Pass<"upweave-plan-buffers", "::mlir::ModuleOp"> {
  let summary = "Place every buffer in one workspace and every constant in one blob";
  let description = [{
    Gives each public function two trailing byte buffers, its constants and its
    workspace, and makes every allocation and global a view of one:

    ```mlir
    %0 = memref.get_global @w : memref<64xf32>
    %1 = memref.alloc(%n) : memref<?x64xf32>
    // becomes
    %0 = memref.view %constants[%c0][] : memref<?xi8> to memref<64xf32>
    %1 = memref.view %workspace[%offset][%n] : memref<?xi8> to memref<?x64xf32>
    ```

    Buffers that are not alive together share memory where their sizes have the
    same dynamic factors; offsets are multiples of 256 bytes. The workspace's
    size is the function's attribute `upweave.workspace_size`, an affine map
    over the symbols of `upweave.dynamic_dims`. Constants with equal bytes are
    kept once, in the module's attribute `upweave.constants`, an array of
    `{offset, value}`. All sizes of views are computed from `memref.dim` of the
    function's arguments.

    Allocations with the attribute `upweave.prepared` become views of a third
    byte buffer, which only functions with such allocations get. They never share
    memory; the function's attribute `upweave.prepared_size` is the buffer's size
    in bytes.
  }];
  let dependentDialects = ["::mlir::affine::AffineDialect",
                           "::mlir::arith::ArithDialect",
                           "::mlir::memref::MemRefDialect"];
  let statistics = [
    Statistic<"numBuffers", "num-buffers", "Allocations placed in workspaces">,
    Statistic<"numConstants", "num-constants", "Constants kept">,
    Statistic<"numDuplicates", "num-duplicates",
              "Uses of a constant that was there already">
  ];
}

//===----------------------------------------------------------------------===//
// Blocks
//===----------------------------------------------------------------------===//

def FoldGathers : Pass<"upweave-fold-gathers", "::mlir::func::FuncOp"> {
  let summary = "Make reshapes of gathers that count through their source";
  let description = [{
    Some exporters spell a reshape as a gather through constant tables of
    indices (torch-mlir does for the parameters of GroupNorm). The tables are
    evaluated for every element, and where the positions count through the whole
    source in row-major order the gather becomes the reshape that it is:

    ```mlir
    %i = arith.constant dense<[[0, 0, 1, 1]]> : tensor<1x4xi64>
    %j = arith.constant dense<[[0, 1, 0, 1]]> : tensor<1x4xi64>
    %y = linalg.generic ... ins(%i, %j : ...) outs(%e : tensor<1x4xf32>) {
    ^bb0(%a: i64, %b: i64, %o: f32):
      %0 = arith.index_cast %a : i64 to index
      %1 = arith.index_cast %b : i64 to index
      %2 = tensor.extract %x[%0, %1] : tensor<2x2xf32>
      linalg.yield %2 : f32
    } -> tensor<1x4xf32>
    // becomes
    %0 = tensor.collapse_shape %x [[0, 1]] : tensor<2x2xf32> into tensor<4xf32>
    %y = tensor.expand_shape %0 [[0, 1]] output_shape [1, 4] : ...
    ```

    A gather through tables that is no reshape stays, with a missed remark.
  }];
  let dependentDialects = ["::mlir::tensor::TensorDialect"];
  let statistics = [
    Statistic<"numFolded", "gathers-folded", "Gathers that became reshapes">,
    Statistic<"numMissed", "gathers-left",
              "Gathers through constant tables that are no reshapes">];
}

def FormBlocksPass : Pass<"upweave-form-blocks"> {
  let summary = "Form blocks from producers and their consumers";
  let description = [{
    Each `upweave.conv_transpose`, and each tensor that is reduced over rows,
    becomes an `upweave.block` together with the elementwise operations and the
    row reductions that consume it. Tensors in between disappear: broadcasts,
    transposes and reshapes become maps of operands and results, reductions
    become `upweave.row_reduce`.

    ```mlir
    %c = upweave.conv_transpose #g ins(%x, %w : ...) outs(%e : ...) -> tensor<2x4x8xf32>
    %s = linalg.generic {... "reduction" ...} ins(%c : ...) outs(%zero : tensor<2x4x1xf32>)
           { %0 = arith.addf ... }
    %y = linalg.generic ... ins(%c, %s : ...) { %0 = arith.subf %in, %in_0 ... }
    // becomes
    %y = upweave.block domain [2, 4, 8] rows [2]
           conv_transpose(%x, %w : ...) #g params() outs(%e : tensor<2x4x8xf32>) {
         ^bb0(%acc: f32):
           %s = upweave.row_reduce <add> %acc : f32
           %0 = arith.subf %acc, %s : f32
           upweave.yield %0 : f32
         }
    ```

    The reductions of a block share one set of row dimensions; a reduction over
    another set reads the earlier result from memory, in a block of its own.
    Purely elementwise chains without a convolution are left as they are.
  }];
  let dependentDialects = ["::upweave::UpweaveDialect",
                           "::mlir::arith::ArithDialect",
                           "::mlir::tensor::TensorDialect"];
  let statistics = [
    Statistic<"numBlocks", "blocks-formed", "Blocks formed">,
    Statistic<"numFused", "operations-fused",
              "linalg operations that went into blocks">,
    Statistic<"numMissed", "consumers-missed",
              "Consumers that are not part of the block they read">];
}

def CanonicalizeEpiloguePass : Pass<"upweave-canonicalize-epilogue"> {
  let summary = "Recognise normalisations and activations in blocks";
  let description = [{
    Rewrites the regions of blocks. A normalisation over the row, in any
    spelling of mean, biased variance and reciprocal deviation, becomes
    `upweave.layer_norm` as a whole; GELU becomes `upweave.gelu` with the IR's
    own constants. Constants fold, casts that change nothing go away, params and
    results that nobody uses are dropped.

    ```mlir
    %s = upweave.row_reduce <add> %v : f32
    %m = arith.divf %s, %c64 : f32
    %d = arith.subf %v, %m : f32
    %d2 = arith.mulf %d, %d : f32
    %s2 = upweave.row_reduce <add> %d2 : f32
    %var = arith.divf %s2, %c64 : f32
    %e = arith.addf %var, %eps : f32
    %r = math.rsqrt %e : f32
    %n = arith.mulf %d, %r : f32
    // becomes
    %n = upweave.layer_norm %v {eps = 1.0e-05 : f64} : f32
    ```

    With `numerics=relaxed` an addend that is equal along the row, and that only
    normalisations use, is dropped, and a value that was rounded to 16 bits and
    widened again stays as it was.
  }];
  let options = [
    Option<"numerics", "numerics", "::upweave::Numerics",
           /*default=*/"::upweave::Numerics::Relaxed",
           "Whether results may differ from the IR as written by dropped "
           "roundings to 16 bits and dropped addends",
           [{::llvm::cl::values(
             clEnumValN(::upweave::Numerics::Relaxed, "relaxed",
                        "drop them"),
             clEnumValN(::upweave::Numerics::Strict, "strict",
                        "keep them"))}]>];
  let dependentDialects = ["::upweave::UpweaveDialect",
                           "::mlir::arith::ArithDialect",
                           "::mlir::math::MathDialect"];
  let statistics = [
    Statistic<"numLayerNorms", "layer-norms", "Normalisations recognised">,
    Statistic<"numGelus", "gelus", "GELUs recognised">,
    Statistic<"numAddendsDropped", "addends-dropped",
              "Row-uniform addends that a normalisation cancels">,
    Statistic<"numNotRecognized", "statistics-as-written",
              "Blocks with f64 or difference-of-squares statistics left">];
}

//===----------------------------------------------------------------------===//
// Host variant
//===----------------------------------------------------------------------===//

def BlocksToLoops : Pass<"upweave-blocks-to-loops", "::mlir::ModuleOp"> {
  let summary = "Lower blocks on buffers to loops for the host";
  let description = [{
    A block becomes parallel loops around a row and, inside, sequential loops
    over the row: one for each collective, one for the results.

    ```mlir
    upweave.block domain [?, 64] rows [1] stored(%x : memref<?x64xf32>)
        outs(%y : memref<?x64xf32>) {
      ^bb0(%v: f32):
        %s = upweave.row_reduce <add> %v : f32
        %o = arith.divf %v, %s : f32
        upweave.yield %o : f32
    }
    // becomes
    scf.parallel (%i) = (%c0) to (%n) step (%c1) {
      %s = scf.for %j = %c0 to %c64 step %c1 iter_args(%sum = %zero) -> (f32) {
        ...
      }
      scf.for %j = %c0 to %c64 step %c1 {
        %v = memref.load %x[%i, %j] : memref<?x64xf32>
        %o = arith.divf %v, %s : f32
        memref.store %o, %y[%i, %j] : memref<?x64xf32>
      }
    }
    ```

    Where elements side by side in memory are of different rows (rows over
    channels), a strip of up to 32 neighbouring rows is computed together: the
    loop over the strip is inside of each loop over the row, and what is carried
    or known for a row is in a small buffer with a place for each.

    A convolution is computed a line at a time, along one spatial axis, to a
    scratch buffer: the outputs of each phase (position modulo the stride) are a
    dense stride-1 convolution of the input, in vectors where the input's lines
    are contiguous; no product with a stuffed zero is formed. Small scratch
    buffers are on the stack. Large ones are at the end of the workspace, at the
    running thread's multiple of `upweave.thread_scratch`. Sums are formed in f32 for f16 and bf16, in
    any order. `memref.copy` becomes `linalg.generic`.
  }];
  let dependentDialects = ["::mlir::affine::AffineDialect",
                           "::mlir::arith::ArithDialect",
                           "::mlir::LLVM::LLVMDialect",
                           "::mlir::linalg::LinalgDialect",
                           "::mlir::math::MathDialect",
                           "::mlir::memref::MemRefDialect",
                           "::mlir::scf::SCFDialect",
                           "::mlir::vector::VectorDialect"];
  let statistics = [
    Statistic<"numBlocks", "num-blocks", "Blocks lowered to loops">
  ];
}

def ExpandHostMath : Pass<"upweave-expand-host-math"> {
  let summary = "Expand math that the host's vector units can do";
  let description = [{
    `math.erf`, `math.exp` and `math.tanh` on f32 become polynomials without
    branches, `math.log1p` and `math.expm1` what kernels compute (docs/math.md),
    small constant powers become products and roots, and rounding from f64 to
    f16 or bf16 becomes a rounding to odd in f32 followed by one to the type, so
    that no function of the compiler's runtime library is called:

    ```mlir
    %y = arith.truncf %x : f64 to f16
    // becomes
    %n = arith.truncf %x : f64 to f32
    ...                                  // set the last bit if inexact
    %y = arith.truncf %odd : f32 to f16
    ```
  }];
  let dependentDialects = ["::mlir::arith::ArithDialect",
                           "::mlir::math::MathDialect",
                           "::mlir::vector::VectorDialect"];
}

def ShareLoops : Pass<"upweave-share-loops", "::mlir::ModuleOp"> {
  let summary = "Divide the loops of host code among the threads of a team";
  let description = [{
    The threads of a team all run the same function. It gets one more argument,
    a pointer to the structure {thread, count, barrier, context}, and a parallel
    loop of its body becomes the running thread's part of the iterations, a
    contiguous one over the outer dimensions. Linalg ops become loops on the way.
    Other operations that write, and loops with little to do, are left to the
    first thread; values and stack buffers are each thread's own. A barrier is
    between any two operations that touch memory, unless the first thread runs
    both. Which iteration is whose changes no result. A function without a loop
    that is worth it stays as it is.

    ```mlir
    func.func @f(%x: memref<4096x8xf32>) {
      scf.parallel (%i, %j) = (%c0, %c0) to (%c4096, %c8) step (%c1, %c1) { ... }
      return
    }
    // becomes, for T threads of which this is number t,
    func.func @f(%x: memref<4096x8xf32>,
                 %team: !llvm.ptr {upweave.role = "team"}) {
      // begin = 4096 * t / T, end = 4096 * (t + 1) / T
      scf.for %i = %begin to %end step %c1 {
        scf.for %j = %c0 to %c8 step %c1 { ... }
      }
      return
    }
    ```
  }];
  let options = [
    Option<"minWork", "min-work", "int64_t", "16384",
           "Innermost iterations that a loop must have to be divided: about "
           "what takes as long as the barrier">
  ];
  let dependentDialects = ["::mlir::affine::AffineDialect",
                           "::mlir::LLVM::LLVMDialect",
                           "::mlir::memref::MemRefDialect",
                           "::mlir::scf::SCFDialect"];
  let statistics = [
    Statistic<"numDivided", "num-divided", "Loops divided among threads">
  ];
}

def HostEntryPoints : Pass<"upweave-host-entry-points", "::mlir::ModuleOp"> {
  let summary = "Give lowered entry points one C calling convention";
  let description = [{
    Runs on the LLVM dialect. For each function with a C interface (pointers to
    memref descriptors) makes `void upweave_host_NAME(void **args)`, which takes
    those pointers in an array: inputs, results, constants, workspace, team. All
    other
    functions become internal.

    ```mlir
    llvm.func @_mlir_ciface_f(%a: !llvm.ptr, %b: !llvm.ptr) { ... }
    // becomes
    llvm.func internal @_mlir_ciface_f(%a: !llvm.ptr, %b: !llvm.ptr) { ... }
    llvm.func @upweave_host_f(%args: !llvm.ptr) { ... }
    ```
  }];
  let dependentDialects = ["::mlir::LLVM::LLVMDialect"];
}

def SplitBlocks : Pass<"upweave-split-blocks", "::mlir::ModuleOp"> {
  let summary = "Carry out the schedule #upweave.split as two blocks";
  let description = [{
    A convolution whose schedule is `#upweave.split` becomes a block that computes the
    convolution alone, followed by a block over the stored result: one kernel
    each, with a buffer between them that bufferization sees. Both parts keep
    its location, under which reports put both kernels, and take their schedules
    from that of the whole. Runs on tensors, after `upweave-select-schedule`.

    ```mlir
    %y = upweave.block domain [2, 4, 8] rows [2]
           conv_transpose(%x, %w : ...) #g params() outs(%e : tensor<2x4x8xf32>)
           attributes {schedule = #upweave.split<convolution = #upweave.fused<...>,
                                                rows = <warps = 8, ...>>} { body }
    // becomes
    %0 = tensor.empty() : tensor<2x4x8xf32>
    %1 = upweave.block domain [2, 4, 8]
           conv_transpose(%x, %w : ...) #g params() outs(%0 : tensor<2x4x8xf32>)
           attributes {schedule = #upweave.fused<...>} { yield }
    %y = upweave.block domain [2, 4, 8] rows [2]
           stored(%1 : tensor<2x4x8xf32>) params() outs(%e : tensor<2x4x8xf32>)
           attributes {schedule = #upweave.rows<warps = 8, ...>} { body }
    ```
  }];
  let dependentDialects = ["::upweave::UpweaveDialect",
                           "::mlir::tensor::TensorDialect"];
  let statistics = [
    Statistic<"numSplit", "blocks-split", "Blocks split in two">];
}

def PackOperands : Pass<"upweave-pack-operands", "::mlir::ModuleOp"> {
  let summary = "Give fused convolutions packed operands";
  let description = [{
    Allocates, before each block on buffers whose schedule is `#upweave.fused`, what its
    kernel reads in place of the convolution's operands, and packs them:

    ```mlir
    upweave.block domain [2, 16, 64] conv_transpose(%x, %w : ...) #g outs(%y : ...)
      attributes {precision = ..., schedule = #upweave.fused<...>} {...}
    // becomes
    %px = memref.alloc() : memref<512xi32>
    upweave.pack <input> #g ins(%x : ...) outs(%px : ...) {...}
    %pw = memref.alloc() : memref<1024xi32>
    upweave.pack <filter> #g ins(%w : ...) outs(%pw : ...) {...}
    upweave.block domain [2, 16, 64] conv_transpose(%x, %w : ...) #g
      packed(%px, %pw : memref<512xi32>, memref<1024xi32>) outs(%y : ...) ...
    ```

    Where the schedule says `input = strided` the input is not packed, and the
    block has `packed(%pw : ...)`. A schedule that leaves something out is refused.

    A filter that is a constant, or a view of one, is packed by the pass, into
    another constant:

    ```mlir
    memref.global "private" constant @packed_filter : memref<1024xi32> = dense_resource<packed_filter>
    ...
    %pw = memref.get_global @packed_filter : memref<1024xi32>
    ```

    Where the filter is an argument of the function that nothing in it writes,
    or a view of one at a place known now, the packed filter's allocation has
    the attribute `upweave.prepared`: the launch that packs it depends on nothing
    else, and can be made once for many launches of the rest.
  }];
  let statistics = [
    Statistic<"numPacked", "packed", "Convolutions with packed operands">,
    Statistic<"numConstant", "packed-constants",
              "Filters that the compiler packed">,
    Statistic<"numPrepared", "prepared",
              "Filters that can be packed before the first launch">];
  let dependentDialects = ["::upweave::UpweaveDialect",
                           "::mlir::arith::ArithDialect",
                           "::mlir::memref::MemRefDialect"];
}

#endif // UPWEAVE_TRANSFORMS_PASSES
