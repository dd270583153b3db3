//===- UpweaveOps.td - Operations --------------------------*- tablegen -*-===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef UPWEAVE_OPS
#define UPWEAVE_OPS

include "Upweave/IR/UpweaveAttrs.td"
include "mlir/IR/BuiltinAttributeInterfaces.td"
include "mlir/IR/RegionKindInterface.td"
include "mlir/Interfaces/ControlFlowInterfaces.td"
include "mlir/Interfaces/DestinationStyleOpInterface.td"
include "mlir/Interfaces/InferTypeOpInterface.td"
include "mlir/Interfaces/SideEffectInterfaces.td"

class Upweave_Op<string mnemonic, list<Trait> traits = []>
    : Op<Upweave_Dialect, mnemonic, traits>;

def Upweave_Shaped : AnyTypeOf<[AnyRankedTensor, AnyStridedMemRef],
                               "ranked tensor or memref">;
def Upweave_Scalar : AnyTypeOf<[AnyFloat, AnySignlessInteger, Index],
                               "float, signless integer or index">;
def Upweave_Param : AnyTypeOf<[Upweave_Shaped, Upweave_Scalar],
                              "ranked tensor, memref or scalar">;
/// An operand of a convolution in the order that its kernel reads it.
def Upweave_PackedBuffer : MemRefRankOf<[I32], [1]>;

//===----------------------------------------------------------------------===//
// conv_transpose
//===----------------------------------------------------------------------===//

def Upweave_ConvTransposeOp : Upweave_Op<"conv_transpose", [
    DestinationStyleOpInterface,
    DeclareOpInterfaceMethods<MemoryEffectsOpInterface>,
    DeclareOpInterfaceMethods<ReifyRankedShapedTypeOpInterface, ["reifyResultShapes"]>]> {
  let summary = "transposed convolution";
  let description = [{
    The transposed convolution of `input` and `filter` with the given geometry,
    written over `init` (nothing is added to what `init` holds). Sums of f16 and
    bf16 products are f32: the result's element type may be wider than the
    operands'. Results out of every tap's reach are zero.

    The operation lives between raising and forming: it then becomes the
    producer of an `upweave.block`.

    Example:

    ```mlir
    %y = upweave.conv_transpose #upweave.conv_transpose<strides = [2], padding = [1]>
           ins(%x, %w : tensor<?x8x32xf32>, tensor<8x16x4xf32>)
           outs(%init : tensor<?x16x64xf32>) -> tensor<?x16x64xf32>
    ```
  }];
  let arguments = (ins Upweave_Shaped:$input, Upweave_Shaped:$filter,
                       Upweave_Shaped:$init, Upweave_ConvTransposeAttr:$geometry);
  let results = (outs Optional<AnyRankedTensor>:$result);
  let assemblyFormat = [{
    $geometry attr-dict `ins` `(` $input `,` $filter `:` type($input) `,`
    type($filter) `)` `outs` `(` $init `:` type($init) `)`
    (`->` type($result)^)?
  }];
  let hasVerifier = 1;
  let extraClassDeclaration = [{
    ::mlir::MutableOperandRange getDpsInitsMutable() { return getInitMutable(); }
  }];
}

//===----------------------------------------------------------------------===//
// block
//===----------------------------------------------------------------------===//

def Upweave_BlockOp : Upweave_Op<"block", [
    AttrSizedOperandSegments, IsolatedFromAbove, SingleBlock,
    DestinationStyleOpInterface,
    DeclareOpInterfaceMethods<MemoryEffectsOpInterface>,
    DeclareOpInterfaceMethods<ConditionallySpeculatable>,
    DeclareOpInterfaceMethods<ReifyRankedShapedTypeOpInterface, ["reifyResultShapes"]>]> {
  let summary = "a producer and the program of one output element";
  let description = [{
    The region computes one output element from the producer's value at an index
    of the iteration `domain`, from `params` and from constants; `upweave.yield`
    gives one value for each of `outs`.

    *Domain.* One size per dimension, `?` for a dynamic batch. `rows` lists the
    dimensions that collectives reduce over; the others are parallel. Only
    parallel dimensions may be dynamic.

    *Maps.* The producer's result, every param and every out has an affine map
    from the domain; each of its results is a dimension, 0, or one linearised
    group of dimensions (`d1 * 8 + d2`, where 8 is the size of `d2`). The
    producer's map must reach each of the producer's elements exactly once. A map
    is written in brackets after the operand; the producer's (after `at`) and an
    out's are left out when they are the identity, a param without brackets is a
    scalar or of rank 0.

    *Results.* An out's map keeps all parallel dimensions of size other than 1
    and reaches each of its elements once. It may drop row dimensions only if
    the yielded value is row-uniform: a constant, a param whose map names no row
    dimension, the result of a `row_reduce`, the index of a parallel dimension,
    or a scalar operation on row-uniform values. Results of the producer's
    region are written over what `outs` hold.

    *Attributes.* `precision` and `schedule` come with stage 4 of the pipeline;
    they follow `outs` as `attributes {schedule = …}`. The schedule is
    `#upweave.rows` for a stored producer, else `#upweave.fused`,
    `#upweave.split` or `#upweave.direct`.

    *Packed operands.* What a fused convolution on buffers reads in place of its
    operands (`upweave.pack`), after `upweave-pack-operands`, is written
    `packed(%px, %pw : memref<512xi32>, memref<1024xi32>)` after the producer:
    the input's, unless the schedule says `input = strided`, and the filter's.

    *Region.* Isolated from above. The first argument is the producer's value,
    of its element type (for a convolution of f16 or bf16 the accumulator's type,
    f32), followed by one argument per param. Operations in it are the
    collectives and `upweave.index`, `upweave.gelu`, and any region-free, pure,
    speculatable operation on scalars.

    Example (LayerNorm over the last dimension, GELU, behind a transposed
    convolution with a bias per channel):

    ```mlir
    %y = upweave.block domain [?, 16, 64] rows [2]
           conv_transpose(%x, %w : tensor<?x8x32xf32>, tensor<8x16x4xf32>)
             #upweave.conv_transpose<strides = [2], padding = [1]>
           params(%bias[d1], %gamma[d2] : tensor<16xf32>, tensor<64xf32>)
           outs(%init : tensor<?x16x64xf32>) {
         ^bb0(%acc: f32, %b: f32, %g: f32):
           %v = arith.addf %acc, %b : f32
           %n = upweave.layer_norm %v {eps = 1.0e-05 : f64} : f32
           %s = arith.mulf %n, %g : f32
           %o = upweave.gelu <erf> %s : f32
           upweave.yield %o : f32
         }
    ```
  }];
  let arguments = (ins
    Variadic<Upweave_Shaped>:$inputs,
    Variadic<Upweave_PackedBuffer>:$packed,
    Variadic<Upweave_Param>:$params,
    Variadic<Upweave_Shaped>:$outs,
    DenseI64ArrayAttr:$domain,
    DenseI64ArrayAttr:$rows,
    AffineMapArrayAttr:$maps,
    OptionalAttr<Upweave_ConvTransposeAttr>:$geometry,
    OptionalAttr<Upweave_PrecisionAttr>:$precision,
    OptionalAttr<Upweave_AnySchedule>:$schedule);
  let results = (outs Variadic<AnyRankedTensor>:$results);
  let regions = (region SizedRegion<1>:$body);
  let hasCustomAssemblyFormat = 1;
  let hasVerifier = 1;
  let hasRegionVerifier = 1;
  let hasCanonicalizer = 1;
  let skipDefaultBuilders = 1;
  let builders = [
    OpBuilder<(ins "::mlir::ValueRange":$inputs, "::mlir::ValueRange":$params,
      "::mlir::ValueRange":$outs, "::llvm::ArrayRef<int64_t>":$domain,
      "::llvm::ArrayRef<int64_t>":$rows,
      "::llvm::ArrayRef<::mlir::AffineMap>":$maps,
      "::upweave::ConvTransposeAttr":$geometry), [{
        build($_builder, $_state, inputs, params, outs, domain, rows, maps,
              geometry, /*attributes=*/{});
      }]>,
    OpBuilder<(ins "::mlir::ValueRange":$inputs, "::mlir::ValueRange":$params,
      "::mlir::ValueRange":$outs, "::llvm::ArrayRef<int64_t>":$domain,
      "::llvm::ArrayRef<int64_t>":$rows,
      "::llvm::ArrayRef<::mlir::AffineMap>":$maps,
      "::upweave::ConvTransposeAttr":$geometry,
      "::llvm::ArrayRef<::mlir::NamedAttribute>":$attributes)>,
    OpBuilder<(ins "::mlir::TypeRange":$resultTypes, "::mlir::ValueRange":$operands,
      "::llvm::ArrayRef<::mlir::NamedAttribute>":$attributes), [{
        $_state.addTypes(resultTypes);
        $_state.addOperands(operands);
        $_state.addAttributes(attributes);
        $_state.addRegion();
      }]>
  ];
  let extraClassDeclaration = [{
    ::mlir::MutableOperandRange getDpsInitsMutable() { return getOutsMutable(); }

    /// True when the producer is a transposed convolution, false when it is a
    /// stored tensor.
    bool isConv() { return getGeometryAttr() != nullptr; }
    /// The number of dimensions of the iteration domain.
    unsigned getNumDims() { return getDomain().size(); }
    bool isRowDim(unsigned dim) {
      return ::llvm::is_contained(getRows(), static_cast<int64_t>(dim));
    }
    /// The number of elements of a row: the product of the row dimensions'
    /// sizes, 1 without any.
    int64_t getRowLength();
    /// The packed operands of a fused convolution; null before they are packed,
    /// and the input's where the kernel takes it as it lies.
    ::mlir::Value getPackedInput() {
      return getPacked().size() == 2 ? getPacked().front() : ::mlir::Value();
    }
    ::mlir::Value getPackedFilter() {
      return getPacked().empty() ? ::mlir::Value() : getPacked().back();
    }
    /// The domain's dimensions that are not row dimensions, ascending.
    ::llvm::SmallVector<int64_t> getParallelDims();

    /// The map from the domain to the producer's result.
    ::mlir::AffineMap getProducerMap() { return getMap(0); }
    ::mlir::AffineMap getParamMap(unsigned i) { return getMap(1 + i); }
    ::mlir::AffineMap getOutMap(unsigned i) {
      return getMap(1 + getParams().size() + i);
    }
    ::mlir::AffineMap getMap(unsigned i) {
      return ::mlir::cast<::mlir::AffineMapAttr>(getMaps()[i]).getValue();
    }
    /// The shape of the producer's result: the stored tensor's, or what the
    /// geometry makes of the input's and the filter's.
    ::llvm::SmallVector<int64_t> getProducerShape();

    ::mlir::Block *getBodyBlock() { return &getBody().front(); }
    /// The region's argument for the producer's value.
    ::mlir::BlockArgument getProducerArg() { return getBody().getArgument(0); }
    ::mlir::BlockArgument getParamArg(unsigned i) {
      return getBody().getArgument(1 + i);
    }
    ::upweave::YieldOp getYield();
    /// True when the region has a row_reduce or a layer_norm.
    bool hasCollectives();
    /// True when the region only yields the producer's value.
    bool isIdentity();
    /// True when the operands are tensors.
    bool hasTensorSemantics() {
      return ::mlir::isa<::mlir::TensorType>(getOuts().front().getType());
    }
  }];
}

//===----------------------------------------------------------------------===//
// pack
//===----------------------------------------------------------------------===//

def Upweave_PackOp : Upweave_Op<"pack", [
    DeclareOpInterfaceMethods<MemoryEffectsOpInterface>]> {
  let summary = "an operand of a fused convolution in the order it reads it";
  let description = [{
    Writes an operand of a convolution, rounded to what its products take, into
    a buffer of 32-bit words: the input as positions of 32 bytes, each the
    channels of one chunk, the filter as fragments of 16 result channels for
    each phase, tap and chunk. Channels that fill up a chunk are zeros. `other`
    is the type of the convolution's other operand, `precision` that of the fused
    block that reads the buffer, and `order` says where each element goes.

    Example:

    ```mlir
    upweave.pack <filter> #upweave.conv_transpose<strides = [2], padding = [1]>
      ins(%w : memref<8x16x4xf32>) outs(%pw : memref<512xi32>)
      {other = memref<2x8x32xf32>, precision = #upweave.precision<tf32>,
       order = #upweave.packed_order<[2 out by 8, 2 in by 4, 4 in, 8 out,
                                      4 width_tap]>}
    ```
  }];
  let arguments = (ins AnyStridedMemRef:$source, Upweave_PackedBuffer:$packed,
                       Upweave_ConvOperandAttr:$which,
                       Upweave_ConvTransposeAttr:$geometry,
                       TypeAttrOf<AnyStridedMemRef>:$other,
                       Upweave_PrecisionAttr:$precision,
                       Upweave_PackedOrderAttr:$order);
  let assemblyFormat = [{
    $which qualified($geometry) `ins` `(` $source `:` type($source) `)`
    `outs` `(` $packed `:` type($packed) `)` attr-dict
  }];
  let extraClassDeclaration = [{
    /// The types of the convolution's operands.
    ::mlir::MemRefType getInputType();
    ::mlir::MemRefType getFilterType();
  }];
  let hasVerifier = 1;
}

//===----------------------------------------------------------------------===//
// Operations of a block's region
//===----------------------------------------------------------------------===//

class Upweave_RegionOp<string mnemonic, list<Trait> traits = []>
    : Upweave_Op<mnemonic, !listconcat(traits, [Pure, HasParent<"BlockOp">])>;

def Upweave_RowReduceOp : Upweave_RegionOp<"row_reduce", [SameOperandsAndResultType]> {
  let summary = "reduction of a value over the row";
  let description = [{
    At a domain index: the reduction of `value` over all indices that agree with
    it on the parallel dimensions. Sums may be formed in any order. In a block
    without row dimensions the value itself.

    Example:

    ```mlir
    %sum = upweave.row_reduce <add> %v : f32
    ```
  }];
  let arguments = (ins Upweave_ReduceKindAttr:$kind, Upweave_Scalar:$value);
  let results = (outs Upweave_Scalar:$result);
  let assemblyFormat = "$kind $value attr-dict `:` type($value)";
  let hasVerifier = 1;
  let hasFolder = 1;
}

def Upweave_LayerNormOp : Upweave_RegionOp<"layer_norm", [SameOperandsAndResultType]> {
  let summary = "normalisation of a value over the row";
  let description = [{
    `(v - mean) / sqrt(var + eps)` with the mean and the (biased) variance of
    `value` over the row and a finite `eps` that is not negative. Statistics are
    computed in f32 for f16, bf16 and f32 values and in f64 for f64 values, by
    the corrected two-pass formula: m0 = sum(v)/L; d = v - m0; c = sum(d)/L,
    q = sum(d*d)/L; mean = m0 + c, var = q - c*c.

    Example:

    ```mlir
    %n = upweave.layer_norm %v {eps = 1.0e-05 : f64} : f32
    ```
  }];
  let arguments = (ins AnyFloat:$value, F64Attr:$eps);
  let results = (outs AnyFloat:$result);
  let assemblyFormat = "$value attr-dict `:` type($value)";
  let hasVerifier = 1;
}

def Upweave_GeluOp : Upweave_RegionOp<"gelu", [SameOperandsAndResultType]> {
  let summary = "Gaussian error linear unit";
  let description = [{
    `erf`:  `0.5 * v * (1 + erf(v / sqrt(2)))`.
    `tanh`: `0.5 * v * (1 + tanh(c0 * (v + c1 * v^3)))`, with the constants of
    the IR it came from (front-ends differ in `c0`, whose exact value is
    sqrt(2/pi)).

    Example:

    ```mlir
    %a = upweave.gelu <erf> %v : f32
    %b = upweave.gelu <tanh> %v {c0 = 0.79788456080286541 : f64, c1 = 4.471500e-02 : f64} : f32
    ```
  }];
  let arguments = (ins Upweave_GeluKindAttr:$approximate, AnyFloat:$value,
                       OptionalAttr<F64Attr>:$c0, OptionalAttr<F64Attr>:$c1);
  let results = (outs AnyFloat:$result);
  let assemblyFormat = "$approximate $value attr-dict `:` type($value)";
  let hasVerifier = 1;
  let hasFolder = 1;
}

def Upweave_IndexOp : Upweave_RegionOp<"index"> {
  let summary = "coordinate of the element along a dimension of the domain";
  let description = [{
    Example:

    ```mlir
    %i = upweave.index 3 : index
    ```
  }];
  let arguments = (ins ConfinedAttr<I64Attr, [IntNonNegative]>:$dim);
  let results = (outs Index:$result);
  let assemblyFormat = "$dim attr-dict `:` type($result)";
  let hasVerifier = 1;
}

def Upweave_YieldOp : Upweave_Op<"yield", [
    Pure, Terminator, ReturnLike, HasParent<"BlockOp">]> {
  let summary = "the values of one output element";
  let description = [{
    One value for each of the block's `outs`, of its element type.

    Example:

    ```mlir
    upweave.yield %o, %mean : f32, f32
    ```
  }];
  let arguments = (ins Variadic<Upweave_Scalar>:$values);
  let assemblyFormat = "$values attr-dict `:` type($values)";
}

#endif // UPWEAVE_OPS
