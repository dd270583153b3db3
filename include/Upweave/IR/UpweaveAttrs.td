//===- UpweaveAttrs.td - Attributes and enums --------------*- tablegen -*-===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef UPWEAVE_ATTRS
#define UPWEAVE_ATTRS

include "Upweave/IR/UpweaveDialect.td"
include "mlir/IR/AttrTypeBase.td"
include "mlir/IR/EnumAttr.td"

class Upweave_Attr<string name, string attrMnemonic>
    : AttrDef<Upweave_Dialect, name> {
  let mnemonic = attrMnemonic;
}

class Upweave_Enum<string name, string summary, list<I32EnumAttrCase> cases>
    : I32EnumAttr<name, summary, cases> {
  let cppNamespace = "::upweave";
  let genSpecializedAttr = 0;
}

//===----------------------------------------------------------------------===//
// Enums
//===----------------------------------------------------------------------===//

def Upweave_ReduceKind : Upweave_Enum<"ReduceKind", "kind of a row reduction", [
    I32EnumAttrCase<"Add", 0, "add">,
    I32EnumAttrCase<"Mul", 1, "mul">,
    I32EnumAttrCase<"MaximumF", 2, "maximumf">,
    I32EnumAttrCase<"MaxNumF", 3, "maxnumf">,
    I32EnumAttrCase<"MinimumF", 4, "minimumf">,
    I32EnumAttrCase<"MinNumF", 5, "minnumf">,
    I32EnumAttrCase<"MaxSI", 6, "maxsi">,
    I32EnumAttrCase<"MaxUI", 7, "maxui">,
    I32EnumAttrCase<"MinSI", 8, "minsi">,
    I32EnumAttrCase<"MinUI", 9, "minui">,
    I32EnumAttrCase<"AndI", 10, "andi">,
    I32EnumAttrCase<"OrI", 11, "ori">,
    I32EnumAttrCase<"XorI", 12, "xori">]>;
def Upweave_ReduceKindAttr
    : EnumAttr<Upweave_Dialect, Upweave_ReduceKind, "reduce_kind"> {
  let assemblyFormat = "`<` $value `>`";
}

def Upweave_GeluKind : Upweave_Enum<"GeluKind", "form of GELU", [
    I32EnumAttrCase<"Erf", 0, "erf">,
    I32EnumAttrCase<"Tanh", 1, "tanh">]>;
def Upweave_GeluKindAttr
    : EnumAttr<Upweave_Dialect, Upweave_GeluKind, "gelu_kind"> {
  let assemblyFormat = "`<` $value `>`";
}

def Upweave_ConvOperand
    : Upweave_Enum<"ConvOperand", "operand of a convolution", [
    I32EnumAttrCase<"Input", 0, "input">,
    I32EnumAttrCase<"Filter", 1, "filter">]>;
def Upweave_ConvOperandAttr
    : EnumAttr<Upweave_Dialect, Upweave_ConvOperand, "conv_operand"> {
  let assemblyFormat = "`<` $value `>`";
}

def Upweave_Precision
    : Upweave_Enum<"Precision", "arithmetic of a convolution's products", [
    I32EnumAttrCase<"IEEE", 0, "ieee">,
    I32EnumAttrCase<"TF32", 1, "tf32">,
    I32EnumAttrCase<"TF32x3", 2, "tf32x3">,
    I32EnumAttrCase<"F16", 3, "f16">,
    I32EnumAttrCase<"BF16", 4, "bf16">]>;
def Upweave_PrecisionAttr
    : EnumAttr<Upweave_Dialect, Upweave_Precision, "precision"> {
  let summary = "Arithmetic of a convolution's products";
  let description = [{
    `ieee`: products and sums by fused multiply-adds in the accumulator's type.
    `tf32`: operands rounded once to TF32, f32 sums. `tf32x3`: each operand
    split in two TF32 parts, three products. `f16`, `bf16`: operands of that
    type, exact products, f32 sums.
  }];
  let assemblyFormat = "`<` $value `>`";
}

def Upweave_ScheduleKind : Upweave_Enum<"ScheduleKind", "how a block runs", [
    I32EnumAttrCase<"Stored", 0, "stored">,
    I32EnumAttrCase<"Direct", 1, "direct">,
    I32EnumAttrCase<"Split", 2, "split">,
    I32EnumAttrCase<"Fused", 3, "fused">]>;

def Upweave_InputStaging
    : Upweave_Enum<"InputStaging", "what a fused kernel stages its input from", [
    I32EnumAttrCase<"Chosen", 0, "chosen">,
    I32EnumAttrCase<"Packed", 1, "packed">,
    I32EnumAttrCase<"Direct", 2, "direct">]>;

//===----------------------------------------------------------------------===//
// Geometry
//===----------------------------------------------------------------------===//

def Upweave_ConvTransposeAttr
    : Upweave_Attr<"ConvTranspose", "conv_transpose"> {
  let summary = "Geometry of a transposed convolution";
  let description = [{
    Strides, padding (low and high, possibly negative), dilations, output
    padding, groups, filter reversal per spatial axis, and where each dimension
    of the input, the filter and the result lies. Per spatial axis with input
    size I and filter size K

        O = (I - 1)*stride - low - high + dilation*(K - 1) + output_padding + 1
        out[o] += x[i] * w[k]   for all i, k with  stride*i + dilation*k' = o + low

    where k' is k, or K-1-k on a `reversed` axis. The input's channel is
    g*(Ci/G) + ci, the result's g*(Co/G) + co. The filter has dimensions `i` and
    `o`; with `filter_groups = input` (the order of PyTorch's transposed
    convolution) `i` has size Ci and `o` has size Co/G, with
    `filter_groups = output` `o` has size Co and `i` has size Ci/G.

    Only `strides` is required. Fields at their defaults are not printed:
    `padding` (one number per axis; `padding_low` and `padding_high` when they
    differ), `dilations`, `output_padding`, `groups`, `reversed` (0 or 1 per
    axis), `filter_groups`, `dims`.

    Example:

    ```mlir
    #upweave.conv_transpose<strides = [2, 2], padding = [1, 1]>
    #upweave.conv_transpose<strides = [3], padding_low = [0], padding_high = [2],
        groups = 4, dims = [b, 0, c] x [i, o, 0] -> [b, 0, c]>
    ```
  }];
  let parameters = (ins "::upweave::ConvTransposeGeometry":$geometry);
  let hasCustomAssemblyFormat = 1;
  let genVerifyDecl = 1;
}

//===----------------------------------------------------------------------===//
// Packed operands
//===----------------------------------------------------------------------===//

def Upweave_PackedOrderAttr : Upweave_Attr<"PackedOrder", "packed_order"> {
  let summary = "Order of the elements of a packed operand";
  let description = [{
    The place of an element in packed memory as digits in mixed radix, the
    fastest first. A digit `8 out by 16` takes values below 8, each of which is
    16 result channels; `by 1` is not printed. A filter's digits count `out` and
    `in` (channels of a group), `group`, `phase_class`, and for each axis `tap`
    and `phase`: `width_tap`, `height_phase`, `tap3`; an input's count `in`,
    `group` and `position`s. What a coordinate's digits count beyond the
    operand's size is zeros.

    Example:

    ```mlir
    #upweave.packed_order<[2 out by 8, 2 in by 4, 4 in, 8 out, 2 width_tap]>
    ```
  }];
  let parameters = (ins "::upweave::PackedOrder":$order);
  let hasCustomAssemblyFormat = 1;
  let genVerifyDecl = 1;
}

//===----------------------------------------------------------------------===//
// Schedule
//===----------------------------------------------------------------------===//

def Upweave_ScheduleAttr : Upweave_Attr<"Schedule", "schedule"> {
  let summary = "How a block is run on one target";
  let description = [{
    The first word is the kind:
    * `stored`: one kernel over a stored tensor;
    * `direct`: one kernel, one thread an output element, each over its own
      taps, for a convolution whose region has no collective;
    * `split`: the convolution with an identity region into a workspace, then a
      `stored` kernel over it;
    * `fused`: one kernel, the region applied to the convolution's accumulators.

    `warps` is the number of warps in a thread block, `lanes` the number of
    threads that share a row (a power of two; more than 32 means that rows span
    warps), `vector` the number of contiguous elements in one access of a
    thread, `registers` the number of row elements a thread holds at a time
    (where vectors lie across rows, those of `vector` rows together); `looped`
    says that a row takes several such steps, and `staged` is the number of them
    that stay in shared memory, where each thread finds what it loaded when it
    walks the row again. `tile` of a kernel over stored
    rows is the rows a thread holds parts of and the tiles of rows a thread
    block takes one after another. `stages` and `tile` of a fused kernel are its
    pipeline depth and tile sizes; `input` is `packed` if a kernel before it
    rewrites the input, `direct` if it takes the input as it lies. Fields come in any order; what is left out
    is chosen by the lowering, or not used by this kind.

    Example:

    ```mlir
    #upweave.schedule<split, warps = 8, lanes = 16, vector = 4, registers = 4>
    ```
  }];
  let parameters = (ins
    EnumParameter<Upweave_ScheduleKind>:$kind,
    DefaultValuedParameter<"int64_t", "0">:$warps,
    DefaultValuedParameter<"int64_t", "0">:$lanes,
    DefaultValuedParameter<"int64_t", "0">:$vector,
    DefaultValuedParameter<"int64_t", "0">:$registers,
    DefaultValuedParameter<"bool", "false">:$looped,
    DefaultValuedParameter<"int64_t", "0">:$stages,
    OptionalArrayRefParameter<"int64_t">:$tile,
    DefaultValuedParameter<"int64_t", "0">:$staged,
    DefaultValuedParameter<"InputStaging", "InputStaging::Chosen">:$input);
  // Without `staged`, which only kernels over stored rows have, and `input`,
  // which only fused ones do.
  let builders = [AttrBuilder<(ins
    "ScheduleKind":$kind, "int64_t":$warps, "int64_t":$lanes,
    "int64_t":$vector, "int64_t":$registers, "bool":$looped,
    "int64_t":$stages, "::llvm::ArrayRef<int64_t>":$tile), [{
      return $_get($_ctxt, kind, warps, lanes, vector, registers, looped,
                   stages, tile, int64_t(0), InputStaging::Chosen);
    }]>];
  let hasCustomAssemblyFormat = 1;
  let genVerifyDecl = 1;
}

#endif // UPWEAVE_ATTRS
