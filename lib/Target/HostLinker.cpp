//===- HostLinker.cpp - Links host code -----------------------------------===//
// Runs the system's linker on one object file, with stubs for libc and libm.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//

#include "HostLinker.h"

#include "upweave/files/OutputFile.h"
#include "upweave/files/TemporaryFiles.h"

#include "llvm/ADT/SmallString.h"
#include "llvm/ADT/StringSet.h"
#include "llvm/Object/ObjectFile.h"
#include "llvm/Support/MemoryBuffer.h"
#include "llvm/Support/Path.h"
#include "llvm/Support/Program.h"
#include "llvm/Support/raw_ostream.h"

using namespace llvm;
using namespace upweave;

/// The name a loaded object goes by; the same for all, for the same bytes.
static constexpr StringLiteral kSharedObjectName = "upweave-host.so";
static constexpr StringLiteral kCLibrary = "libc.so.6";
static constexpr StringLiteral kMathLibrary = "libm.so.6";

template <typename... Args>
static Error makeError(const char *format, Args... args) {
  return createStringError(inconvertibleErrorCode(), format, args...);
}

namespace {
/// A linker and whether it is a compiler driver, which takes the linker's
/// options behind -Wl.
struct Linker {
  std::string path;
  bool isDriver;
};
} // namespace

static Expected<Linker> findLinker(StringRef wanted) {
  if (!wanted.empty()) {
    ErrorOr<std::string> path = sys::findProgramByName(wanted);
    if (!path)
      return makeError("linker '%s' was not found", wanted.str().c_str());
    return Linker{*path, !sys::path::filename(*path).contains("ld")};
  }
  for (StringRef name : {"ld.lld-22", "ld.lld", "ld", "cc"})
    if (ErrorOr<std::string> path = sys::findProgramByName(name))
      return Linker{*path, name == "cc"};
  return makeError("no linker for host code: none of ld.lld-22, ld.lld, ld and "
                   "cc is in PATH; on Debian 'apt-get install lld-22' or "
                   "'apt-get install binutils' brings one");
}

static Error writeFile(const std::string &path, StringRef bytes) {
  files::OutputFile file(path);
  file.write(bytes.data(), bytes.size());
  if (file.commit())
    return Error::success();
  return makeError("cannot write %s: %s", path.c_str(), file.error().c_str());
}

/// Runs the linker; `inputs` are objects and libraries, in order.
static Error runLinker(const Linker &linker,
                       const files::TemporaryDirectory &directory,
                       StringRef name, ArrayRef<std::string> inputs,
                       const std::string &output) {
  std::vector<std::string> options = {"--build-id=none", "--hash-style=gnu",
                                      "--no-undefined", "--no-as-needed",
                                      "-soname=" + name.str()};
  std::vector<std::string> args = {linker.path, "-shared"};
  if (linker.isDriver)
    args.push_back("-nostdlib");
  for (const std::string &option : options)
    args.push_back(linker.isDriver ? "-Wl," + option : option);
  args.insert(args.end(), {"-o", output});
  args.insert(args.end(), inputs.begin(), inputs.end());

  std::string log = directory.file("log"), message;
  std::vector<StringRef> refs(args.begin(), args.end());
  std::optional<StringRef> redirects[] = {StringRef(), StringRef(log),
                                          StringRef(log)};
  int status =
      sys::ExecuteAndWait(linker.path, refs, std::nullopt, redirects,
                          /*SecondsToWait=*/0, /*MemoryLimit=*/0, &message);
  if (status == 0)
    return Error::success();
  if (auto text = MemoryBuffer::getFile(log))
    message += (*text)->getBuffer().rtrim().str();
  return makeError("linking host code with '%s' failed (status %d): %s",
                   linker.path.c_str(), status, message.c_str());
}

/// True for the names of C99's math functions, with or without the f.
static bool isMathFunction(StringRef name) {
  static const StringSet<> names = {
      "acos", "acosh", "asin",  "asinh",     "atan",     "atan2",  "atanh",
      "cbrt", "ceil",  "cos",   "cosh",      "erf",      "erfc",   "exp",
      "exp2", "exp10", "expm1", "fabs",      "floor",    "fma",    "fmax",
      "fmin", "fmod",  "ldexp", "log",       "log10",    "log1p",  "log2",
      "pow",  "rint",  "round", "roundeven", "sin",      "sincos", "sinh",
      "sqrt", "tan",   "tanh",  "trunc",     "nearbyint"};
  return names.contains(name) ||
         (name.consume_back("f") && names.contains(name));
}

/// True for what code generation and unplanned buffers call.
static bool isCFunction(StringRef name) {
  static const StringSet<> names = {"memcpy", "memset", "memmove",
                                    "memcmp", "malloc", "free"};
  return names.contains(name);
}

/// Sorts the functions that the object needs to the library that has each.
static Error sortUndefined(StringRef object, std::vector<std::string> &libc,
                           std::vector<std::string> &libm) {
  Expected<std::unique_ptr<object::ObjectFile>> file =
      object::ObjectFile::createObjectFile(
          MemoryBufferRef(object, "host code"));
  if (!file)
    return file.takeError();
  for (const object::SymbolRef &symbol : (*file)->symbols()) {
    Expected<uint32_t> flags = symbol.getFlags();
    if (!flags)
      return flags.takeError();
    Expected<StringRef> name = symbol.getName();
    if (!name)
      return name.takeError();
    if (!(*flags & object::SymbolRef::SF_Undefined) || name->empty())
      continue;
    if (isMathFunction(*name))
      libm.push_back(name->str());
    else if (isCFunction(*name))
      libc.push_back(name->str());
    else
      return makeError("host code needs the function '%s', which neither the C "
                       "nor the math library has: the operation it comes from "
                       "has no lowering for the host",
                       name->str().c_str());
  }
  return Error::success();
}

Expected<std::vector<char>>
upweave::linkSharedObject(StringRef object, StringRef linkerName,
                          const StubCompiler &compileStub) {
  Expected<Linker> linker = findLinker(linkerName);
  if (!linker)
    return linker.takeError();
  std::vector<std::string> libc, libm;
  if (Error error = sortUndefined(object, libc, libm))
    return error;
  files::TemporaryDirectory directory;
  if (!directory.error().empty())
    return makeError("linking host code: %s", directory.error().c_str());

  std::vector<std::string> inputs = {directory.file("host.o")};
  if (Error error = writeFile(inputs[0], object))
    return error;
  std::pair<StringRef, ArrayRef<std::string>> libraries[] = {
      {kMathLibrary, libm}, {kCLibrary, libc}};
  for (auto [library, functions] : libraries) {
    if (functions.empty())
      continue;
    Expected<std::string> stub = compileStub(functions);
    if (!stub)
      return stub.takeError();
    std::string stubFile = directory.file("stub.o");
    if (Error error = writeFile(stubFile, *stub))
      return error;
    inputs.push_back(directory.file(library.str()));
    if (Error error =
            runLinker(*linker, directory, library, {stubFile}, inputs.back()))
      return error;
  }
  std::string output = directory.file("host.so");
  if (Error error =
          runLinker(*linker, directory, kSharedObjectName, inputs, output))
    return error;
  ErrorOr<std::unique_ptr<MemoryBuffer>> image = MemoryBuffer::getFile(
      output, /*IsText=*/false, /*RequiresNullTerminator=*/false);
  if (!image)
    return makeError("cannot read %s: %s", output.c_str(),
                     image.getError().message().c_str());
  return std::vector<char>((*image)->getBufferStart(),
                           (*image)->getBufferEnd());
}
