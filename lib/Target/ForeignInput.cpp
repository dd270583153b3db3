//===- ForeignInput.cpp - Words for what is no linalg ---------------------===//
// The front ends' dialects, files that are no MLIR, the parser's messages.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//

#include "Upweave/Target/ForeignInput.h"

#include "upweave/bundle_format.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/SmallVector.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/ADT/Twine.h"
#include "llvm/Config/llvm-config.h"
#include "llvm/Support/Regex.h"

using namespace llvm;

namespace upweave {

namespace {
constexpr StringLiteral kWanted = "; Upweave compiles linalg on tensors: ";

/// What to type for the dialects of the front ends that people come with.
struct Remedy {
  StringLiteral dialect, text;
};
constexpr StringLiteral kFromTorch =
    "export with output_type=\"linalg-on-tensors\", or run torch-mlir-opt "
    "--torch-backend-to-linalg-on-tensors-backend-pipeline";
constexpr StringLiteral kFromOnnx =
    "import the model with 'python -m torch_mlir.tools.import_onnx', then run "
    "torch-mlir-opt --torch-onnx-to-torch-backend-pipeline "
    "--torch-backend-to-linalg-on-tensors-backend-pipeline";
constexpr StringLiteral kFromChlo =
    "run stablehlo-opt --chlo-legalize-to-stablehlo "
    "--stablehlo-legalize-to-linalg";
constexpr Remedy kRemedies[] = {
    {"torch", kFromTorch},
    {"torch_c", kFromTorch},
    {"onnx", kFromOnnx},
    {"krnl", kFromOnnx},
    {"stablehlo", "run stablehlo-opt --stablehlo-legalize-to-linalg"},
    {"chlo", kFromChlo},
    {"mhlo", "run stablehlo-opt --stablehlo-legalize-to-linalg on the module "
             "as StableHLO, which mlir-hlo-opt --hlo-legalize-to-stablehlo "
             "makes of it"},
    {"vhlo", "run 'stablehlo-translate --deserialize', then stablehlo-opt "
             "--stablehlo-legalize-to-linalg"},
    {"tosa", "run mlir-opt --tosa-to-linalg-pipeline, then mlir-opt "
             "--tosa-to-arith --tosa-to-tensor where ops are left"},
    {"tfl", "convert the model to StableHLO or TOSA, then that to linalg"},
    {"tf", "convert the model to StableHLO or TOSA, then that to linalg"},
};

const Remedy *findRemedy(StringRef dialect) {
  const auto *found = llvm::find_if(
      kRemedies, [&](const Remedy &r) { return r.dialect == dialect; });
  return found == std::end(kRemedies) ? nullptr : found;
}

/// A protocol buffer that starts like an ONNX model: its version, then the
/// producer, the domain, the graph or the operator sets.
bool isOnnxModel(StringRef bytes) {
  constexpr uint8_t kVersionField = 0x08, kMostVersion = 0x20;
  return bytes.size() > 3 && uint8_t(bytes[0]) == kVersionField &&
         uint8_t(bytes[1]) > 0 && uint8_t(bytes[1]) < kMostVersion &&
         StringRef("\x12\x1a\x22\x3a\x42").contains(bytes[2]);
}

/// The name of the op whose generic form was read up to the end of `before`:
/// what stands between the last two quotes.
StringRef findQuotedName(StringRef before) {
  size_t end = before.rfind('"');
  if (end == StringRef::npos)
    return {};
  size_t start = before.take_front(end).rfind('"');
  return start == StringRef::npos ? StringRef() : before.slice(start + 1, end);
}
} // namespace

bool isForeignDialect(StringRef dialect) { return findRemedy(dialect); }

std::string explainDialect(StringRef what, StringRef dialect) {
  std::string text = (what + " is of the dialect '" + dialect + "'").str();
  text += kWanted;
  if (const Remedy *remedy = findRemedy(dialect))
    return text + remedy->text.str();
  return text + "lower it with the tools of that dialect first "
                "(docs/frontends.md)";
}

std::string explainBytes(StringRef bytes) {
  if (bytes.starts_with(StringRef(bundle::kMagic, sizeof(bundle::kMagic))))
    return "this is a bundle, which is what comes out of upweave-compile: run "
           "it with upweave-run, or name the MLIR file that it was made of";
  if (isOnnxModel(bytes))
    return "this is an ONNX model" + (kWanted + kFromOnnx).str();
  StringRef text = bytes.ltrim();
  if (text.starts_with("<") && text.take_front(4096).contains("ir_version"))
    return "this is an ONNX model as text" + (kWanted + kFromOnnx).str();
  if (text.starts_with("HloModule"))
    return "this is HLO text" + kWanted.str() +
           "run 'xla-translate --hlo-text-to-stablehlo', then stablehlo-opt "
           "--stablehlo-legalize-to-linalg";
  if (bytes.starts_with("PK\x03\x04"))
    return "this is an archive, as torch.save and torch.export.save write it" +
           kWanted.str() +
           "export the model with torch_mlir.fx.export_and_import(..., "
           "output_type=\"linalg-on-tensors\")";
  constexpr StringLiteral kBytecode = "ML\xefR";
  if (bytes.take_front(4096).contains('\0') && !bytes.starts_with(kBytecode))
    return "this is a binary file, but neither MLIR bytecode nor a model that "
           "is known here: Upweave compiles linalg on tensors "
           "(docs/frontends.md)";
  return {};
}

std::string explainParserError(StringRef message, StringRef before,
                               bool &isDialect) {
  SmallVector<StringRef> found;
  isDialect = true;
  if (Regex("^Dialect `([^']+)' not found for custom op '([^']+)'")
          .match(message, &found))
    return explainDialect("'" + found[2].str() + "'", found[1]);
  if (message.contains("unregistered dialect")) {
    // `!"torch"<...>` type created with unregistered dialect, likewise
    // #"iree"<...> : 'none' attribute created with unregistered dialect
    if (Regex("^`?([!#])\"?([A-Za-z0-9_]+)\"?[<.]").match(message, &found))
      return explainDialect(
          found[1] == "!" ? "a type here" : "an attribute here", found[2]);
    StringRef name = findQuotedName(before);
    if (name.contains('.'))
      return explainDialect("'" + name.str() + "'", name.split('.').first);
  }
  if (Regex("dialect '([^']+)' is unknown").match(message, &found))
    return explainDialect("the bytecode", found[1]);
  isDialect = false;
  if (Regex("^bytecode version ([0-9]+) is newer than the current version "
            "([0-9]+)")
          .match(message, &found))
    return ("the bytecode has version " + found[1] + ", MLIR " +
            LLVM_VERSION_STRING + " reads up to " + found[2] +
            ": write it with --emit-bytecode --emit-bytecode-version=" +
            found[2] + ", or as text")
        .str();
  return {};
}

} // namespace upweave
