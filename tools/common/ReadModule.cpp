//===- ReadModule.cpp - Modules and what is wrong with them ---------------===//
// The parser's messages in words for users, and how diagnostics are printed.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//

#include "ReadModule.h"

#include "Upweave/Target/ForeignInput.h"
#include "upweave/files/TerminalText.h"

#include "mlir/IR/Diagnostics.h"
#include "mlir/InitAllDialects.h"
#include "mlir/InitAllExtensions.h"
#include "mlir/Parser/Parser.h"
#include "mlir/Support/FileUtilities.h"
#include "llvm/Support/SourceMgr.h"

using namespace mlir;

namespace upweave {

namespace {
/// Standard error, with control characters spelled out. Colors are not text.
class PrintableErrors : public llvm::raw_ostream {
public:
  PrintableErrors() : raw_ostream(/*unbuffered=*/true) {}

  bool has_colors() const override { return llvm::errs().has_colors(); }
  raw_ostream &changeColor(enum Colors color, bool bold,
                           bool background) override {
    llvm::errs().changeColor(color, bold, background);
    return *this;
  }
  raw_ostream &resetColor() override {
    llvm::errs().resetColor();
    return *this;
  }

private:
  void write_impl(const char *text, size_t size) override {
    llvm::errs() << files::printable({text, size});
  }
  uint64_t current_pos() const override { return llvm::errs().tell(); }
};

/// Lines of more characters (constants, mostly) are not shown.
constexpr size_t kLongestLine = 240;

/// The line of `text` with this number, counted from 1.
StringRef getLine(StringRef text, unsigned number) {
  for (; number > 1 && !text.empty(); --number)
    text = text.split('\n').second;
  return text.split('\n').first;
}
} // namespace

/// Prints each diagnostic with its line, and no IR behind it.
class ModuleReader::Diagnostics : private PrintableErrors,
                                  public SourceMgrDiagnosticHandler {
public:
  Diagnostics(llvm::SourceMgr &sources, MLIRContext *context)
      : SourceMgrDiagnosticHandler(sources, context,
                                   static_cast<PrintableErrors &>(*this)) {
    setHandler([this](Diagnostic &diag) { report(diag); });
  }

  /// Whether the parser runs, whose messages are put in other words.
  bool isParsing = false;
  /// Whether it met a dialect that is not compiled.
  bool metDialect = false;

private:
  void report(Diagnostic &diag) {
    auto place = diag.getLocation()->findInstanceOf<FileLineColLoc>();
    StringRef line = findLine(place);
    std::string words;
    if (isParsing && diag.getSeverity() == DiagnosticSeverity::Error) {
      size_t column = place ? place.getColumn() : 0;
      words = explainParserError(
          diag.str(), line.take_front(column ? column - 1 : 0), metDialect);
    }
    if (!words.empty())
      return print(diag.getLocation(), words, diag.getSeverity(), line);
    print(diag.getLocation(), diag.str(), diag.getSeverity(), line);
    for (Diagnostic &note : diag.getNotes())
      print(note.getLocation(), note.str(), note.getSeverity(),
            findLine(note.getLocation()->findInstanceOf<FileLineColLoc>()));
  }

  /// The line in the file that was read; a location may name any other one,
  /// which is not ours to open.
  StringRef findLine(FileLineColLoc place) {
    const llvm::MemoryBuffer *file = mgr.getMemoryBuffer(mgr.getMainFileID());
    if (!place || place.getFilename() != file->getBufferIdentifier())
      return {};
    return getLine(file->getBuffer(), place.getLine());
  }

  void print(Location location, StringRef message, DiagnosticSeverity severity,
             StringRef line) {
    emitDiagnostic(location, message, severity,
                   !line.empty() && line.size() <= kLongestLine);
  }
};

static DialectRegistry createRegistry() {
  DialectRegistry registry;
  registerAllDialects(registry);
  registerAllExtensions(registry);
  registerCompileDialects(registry);
  return registry;
}

ModuleReader::ModuleReader(StringRef tool)
    : tool(tool), context(createRegistry()),
      sources(std::make_unique<llvm::SourceMgr>()) {
  // The line says where; the IR that passes made of it is theirs.
  context.printOpOnDiagnostic(false);
}

ModuleReader::~ModuleReader() = default;

OwningOpRef<ModuleOp> ModuleReader::read(StringRef path,
                                         CompileFailure &failure) {
  failure = CompileFailure::BadInput;
  std::string message;
  std::unique_ptr<llvm::MemoryBuffer> file = openInputFile(path, &message);
  if (file)
    message = explainBytes(file->getBuffer());
  if (!message.empty()) {
    llvm::errs() << tool << ": "
                 << files::printable(file ? "'" + path.str() + "': " + message
                                          : message)
                 << '\n';
    return nullptr;
  }
  sources->AddNewSourceBuffer(std::move(file), llvm::SMLoc());
  diagnostics = std::make_unique<Diagnostics>(*sources, &context);
  diagnostics->isParsing = true;
  OwningOpRef<ModuleOp> module = parseSourceFile<ModuleOp>(*sources, &context);
  diagnostics->isParsing = false;
  if (!module && diagnostics->metDialect)
    failure = CompileFailure::Unsupported;
  return module;
}

} // namespace upweave
