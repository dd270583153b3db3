//===- UpweaveDialect.td - The dialect ---------------------*- tablegen -*-===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef UPWEAVE_DIALECT
#define UPWEAVE_DIALECT

include "mlir/IR/OpBase.td"

def Upweave_Dialect : Dialect {
  let name = "upweave";
  let cppNamespace = "::upweave";
  let summary = "Transposed-convolution blocks: a producer and one output "
                "element's program";
  let description = [{
    A *block* is a producer (a transposed convolution, or a stored tensor) and
    the program of one output element, in which reductions over rows are
    *collectives*. It is what `linalg` chains such as
    `conv_transpose -> layernorm -> gelu -> mul` become, and what one GPU kernel
    is made from.

    The region of a block computes with scalars: each SSA value denotes a
    function of the index into the block's iteration domain, and a collective
    such as `upweave.row_reduce` denotes, at an index, the reduction over all
    indices that agree with it on the parallel dimensions. Every operation in
    the region is therefore total and pure.
  }];
  let useDefaultAttributePrinterParser = 1;
  let hasConstantMaterializer = 1;
  let extraClassDeclaration = [{
    void registerAttributes();
  }];
}

#endif // UPWEAVE_DIALECT
