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

def Upweave_InputStaging
    : Upweave_Enum<"InputStaging", "what a fused kernel stages its input from", [
    I32EnumAttrCase<"Chosen", 0, "chosen">,
    I32EnumAttrCase<"Packed", 1, "packed">,
    I32EnumAttrCase<"Strided", 2, "strided">]>;

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
// Schedules
//===----------------------------------------------------------------------===//

/// One attribute for each way to run a block. Numbers are 0 where they are not
/// set; in text they are left out then.
class Upweave_Schedule<string name, string attrMnemonic>
    : Upweave_Attr<name # "Schedule", attrMnemonic> {
  let hasCustomAssemblyFormat = 1;
}

def Upweave_FusedScheduleAttr : Upweave_Schedule<"Fused", "fused"> {
  let summary = "One kernel for a convolution and its region";
  let description = [{
    The region is applied to the convolution's sums while they are in registers.

    * `block`, `warp`: the tile of a thread block and that of each of its warps:
      result channels of one group, positions along the row axis (the last
      spatial axis but one) and along the column axis (the last). A position is
      a stride of results.
    * `chunks`: how many chunks of the input's channels, of 32 bytes an input
      position each, are staged and multiplied between two barriers.
    * `stages`: how many such steps have room in shared memory.
    * `input`: `packed` if a kernel before this one rewrites the input, `strided`
      if this one loads it as it lies.
    * `blocks_per_sm`: how many thread blocks a multiprocessor is to hold, for
      which ptxas limits the registers of a thread.

    Fields come in any order. `upweave-select-schedule` chooses what is left out;
    packing and lowering take all of them. `block`, `warp` and `chunks` are left
    out together.

    Example:

    ```mlir
    #upweave.fused<block = 32 channels x 8 rows x 32 columns,
                   warp = 32 channels x 2 rows x 32 columns, chunks = 2,
                   stages = 3, input = packed, blocks_per_sm = 2>
    ```
  }];
  let parameters = (ins
    OptionalArrayRefParameter<"int64_t">:$block,
    OptionalArrayRefParameter<"int64_t">:$warp,
    DefaultValuedParameter<"int64_t", "0">:$chunks,
    DefaultValuedParameter<"int64_t", "0">:$stages,
    DefaultValuedParameter<"InputStaging", "InputStaging::Chosen">:$input,
    DefaultValuedParameter<"int64_t", "0">:$blocksPerSM);
  let extraClassDeclaration = [{
    /// The first field that is not set; nothing if the schedule is complete.
    std::optional<::llvm::StringRef> getMissingField() const;
  }];
  let genVerifyDecl = 1;
}

def Upweave_RowsScheduleAttr : Upweave_Schedule<"Rows", "rows"> {
  let summary = "One kernel over the rows of a stored tensor";
  let description = [{
    * `warps`: warps of a thread block.
    * `lanes`: threads that share a row, a power of two; more than 32 are of
      several warps.
    * `vector`: neighbouring elements in one access of a thread.
    * `registers`: row elements that a thread holds at a time (where vectors lie
      across rows, those of `vector` rows together).
    * `looped`: true if a row takes several steps of `lanes * registers`
      elements.
    * `staged`: steps of a looped row that stay in shared memory, where each
      thread finds what it loaded when it walks the row again.
    * `rows_per_thread`: rows that a thread holds parts of.
    * `tiles_per_block`: tiles of rows that a thread block takes one after
      another.
    * `blocks_per_sm`: how many thread blocks a multiprocessor is to hold, for
      which ptxas limits the registers of a thread; without it ptxas chooses.

    Fields come in any order. `upweave-select-schedule` chooses what is left out;
    lowering takes all of them but `looped`, `staged` and `blocks_per_sm`, which
    are left out where they do not apply.

    Example:

    ```mlir
    #upweave.rows<warps = 8, lanes = 16, vector = 4, registers = 4,
                  rows_per_thread = 1, tiles_per_block = 1>
    ```
  }];
  let parameters = (ins
    DefaultValuedParameter<"int64_t", "0">:$warps,
    DefaultValuedParameter<"int64_t", "0">:$lanes,
    DefaultValuedParameter<"int64_t", "0">:$vector,
    DefaultValuedParameter<"int64_t", "0">:$registers,
    DefaultValuedParameter<"bool", "false">:$looped,
    DefaultValuedParameter<"int64_t", "0">:$staged,
    DefaultValuedParameter<"int64_t", "0">:$rowsPerThread,
    DefaultValuedParameter<"int64_t", "0">:$tilesPerBlock,
    DefaultValuedParameter<"int64_t", "0">:$blocksPerSM);
  // Without a field.
  let builders = [AttrBuilder<(ins), [{
    constexpr int64_t kNone = 0;
    return $_get($_ctxt, kNone, kNone, kNone, kNone, false, kNone, kNone, kNone,
                 kNone);
  }]>];
  let extraClassDeclaration = [{
    /// The first field that every schedule of rows has and that is not set
    /// here; nothing if the schedule is complete.
    std::optional<::llvm::StringRef> getMissingField() const;
    /// True if no field is set.
    bool isEmpty() const;
  }];
  let genVerifyDecl = 1;
}

def Upweave_SplitScheduleAttr : Upweave_Schedule<"Split", "split"> {
  let summary = "One kernel for a convolution and one for its region";
  let description = [{
    The convolution alone writes a workspace, and a kernel over its rows applies
    the region. `convolution` is the schedule of the first, `#upweave.fused` or
    `#upweave.direct`, `rows` are the fields of the second's `#upweave.rows`. They
    come in any order; `upweave-select-schedule` chooses what is left out.

    Example:

    ```mlir
    #upweave.split<convolution = #upweave.direct,
                   rows = <warps = 8, lanes = 16, vector = 4, registers = 4>>
    ```
  }];
  // `convolution` is null where it is left out, `rows` is never.
  let parameters = (ins "::upweave::ScheduleAttr":$convolution,
                        "::upweave::RowsScheduleAttr":$rows);
  let genVerifyDecl = 1;
}

def Upweave_DirectScheduleAttr : Upweave_Schedule<"Direct", "direct"> {
  let summary = "One thread for each result element of a convolution";
  let description = [{
    Each thread sums its own taps, for a convolution whose region has no
    collective. It has no fields.

    Example:

    ```mlir
    #upweave.direct
    ```
  }];
}

/// Any of them, which is what a block has.
def Upweave_AnySchedule : Attr<
    CPred<"::llvm::isa<::upweave::ScheduleAttr>($_self)">,
    "#upweave.fused, #upweave.rows, #upweave.split or #upweave.direct"> {
  let storageType = "::upweave::ScheduleAttr";
  let returnType = "::upweave::ScheduleAttr";
  let convertFromStorage = "$_self";
}

#endif // UPWEAVE_ATTRS
