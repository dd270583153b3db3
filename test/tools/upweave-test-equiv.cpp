//===- upweave-test-equiv.cpp - A function before and after, compared -----===//
// Runs a function through upstream's lowering and through Upweave's stages and
// host lowering, on the same seeded random inputs, and compares the results.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//

#include "TestBuffer.h"
#include "TestTeam.h"

#include "Upweave/IR/Upweave.h"
#include "Upweave/Target/HostObject.h"
#include "Upweave/Transforms/Passes.h"
#include "Upweave/Transforms/PlannedFunction.h"

#include "mlir/Conversion/Passes.h"
#include "mlir/Dialect/Bufferization/Transforms/Passes.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/Dialect/Linalg/Passes.h"
#include "mlir/IR/SymbolTable.h"
#include "mlir/InitAllDialects.h"
#include "mlir/InitAllExtensions.h"
#include "mlir/InitAllPasses.h"
#include "mlir/Parser/Parser.h"
#include "mlir/Pass/PassManager.h"
#include "mlir/Pass/PassRegistry.h"
#include "mlir/Support/FileUtilities.h"
#include "mlir/Transforms/Passes.h"
#include "llvm/Support/CommandLine.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/FileUtilities.h"
#include "llvm/Support/InitLLVM.h"
#include "llvm/Support/SourceMgr.h"
#include "llvm/Support/ToolOutputFile.h"

#include <chrono>
#include <dlfcn.h>

using namespace mlir;
using namespace upweave;
namespace cl = llvm::cl;

static cl::opt<std::string> inputFile(cl::Positional, cl::Required,
                                      cl::desc("<input .mlir>"));
static cl::opt<std::string>
    passes("passes", cl::desc("passes to run on the function under test, such "
                              "as 'upweave-fuse'"));
static cl::opt<std::string>
    entryName("entry", cl::desc("the function under test"), cl::init("main"));
static cl::opt<std::string>
    referenceName("reference",
                  cl::desc("the function to compare with; by default the one "
                           "under test, without the passes"));
static cl::opt<int64_t> dynamicSize("dim", cl::desc("size of dynamic dims"),
                                    cl::init(2));
static cl::opt<unsigned> seed("seed", cl::desc("seed of the inputs"),
                              cl::init(1));
static cl::opt<double> tolerance("tol", cl::desc("allowed error, relative"),
                                 cl::init(2e-5));
static cl::opt<bool>
    skipReference("no-reference", cl::desc("only run the function under test"));
static cl::opt<unsigned>
    teamSize("team",
             cl::desc("threads that run the function under test; it also runs "
                      "with one, which must give the same bits"),
             cl::init(3));
static cl::opt<bool> showTime("time", cl::desc("print how long it ran"));

namespace {
using EntryFunction = void (*)(void **);

/// A loaded shared object. Never unloaded: the process ends soon.
struct LoadedFunction {
  EntryFunction entry = nullptr;
  AffineMap workspaceSize;
  int64_t threadScratch = 0; ///< Bytes of workspace a thread beside that.
};
} // namespace

/// Keeps the functions `name` and what it calls; others would be lowered, too.
static LogicalResult isolate(ModuleOp module, StringRef name) {
  auto func = module.lookupSymbol<func::FuncOp>(name);
  if (!func)
    return module.emitError("there is no function '") << name << "'";
  for (auto other : module.getOps<func::FuncOp>())
    if (other != func)
      other.setPrivate();
  func.setPublic();
  PassManager pm(module.getContext());
  pm.addPass(createSymbolDCEPass());
  return pm.run(module);
}

/// Compiles the lowered module and loads function `name`.
static FailureOr<LoadedFunction> load(ModuleOp module, StringRef name) {
  FailureOr<HostObject> object = buildHostObject(module, {});
  if (failed(object))
    return failure();
  llvm::SmallString<128> path;
  int descriptor;
  if (llvm::sys::fs::createTemporaryFile("upweave-test", "so", descriptor,
                                         path))
    return module.emitError("cannot make a temporary file");
  llvm::FileRemover remover(path);
  {
    llvm::raw_fd_ostream os(descriptor, /*shouldClose=*/true);
    os.write(object->image.data(), object->image.size());
  }
  void *library = dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL);
  if (!library)
    return module.emitError("cannot load the host code: ") << dlerror();
  LoadedFunction function;
  function.entry = reinterpret_cast<EntryFunction>(
      dlsym(library, (kHostEntryPrefix + name).str().c_str()));
  if (!function.entry)
    return module.emitError("the host code has no entry for '") << name << "'";
  if (auto lowered = module.lookupSymbol<LLVM::LLVMFuncOp>(name)) {
    function.workspaceSize = getWorkspaceSize(lowered);
    if (auto scratch = lowered->getAttrOfType<IntegerAttr>(kThreadScratchAttr))
      function.threadScratch = scratch.getInt();
  }
  return function;
}

static SmallVector<int64_t> getShape(ShapedType type) {
  SmallVector<int64_t> shape(type.getShape());
  for (int64_t &size : shape)
    if (ShapedType::isDynamic(size))
      size = dynamicSize;
  return shape;
}

/// Random buffers for the arguments of `func`.
static FailureOr<std::vector<TestBuffer>> createInputs(func::FuncOp func) {
  std::mt19937 generator(seed);
  std::vector<TestBuffer> inputs;
  for (Type type : func.getArgumentTypes()) {
    auto tensor = dyn_cast<RankedTensorType>(type);
    if (!tensor)
      return func.emitError("argument of type ")
             << type << ": only ranked tensors can be passed";
    inputs.emplace_back(tensor.getElementType(), getShape(tensor));
    inputs.back().fillRandom(generator);
  }
  return std::move(inputs);
}

/// Calls `entry` with the descriptors at `arguments`.
static void call(EntryFunction entry, ArrayRef<void *> arguments,
                 unsigned threads) {
  auto start = std::chrono::steady_clock::now();
  callWithTeam(entry, arguments, threads);
  std::chrono::duration<double, std::milli> time =
      std::chrono::steady_clock::now() - start;
  if (showTime)
    llvm::outs() << llvm::format("time %.1f ms\n", time.count());
}

static void appendDescriptors(SmallVectorImpl<void *> &arguments,
                              std::vector<TestBuffer> &buffers) {
  for (TestBuffer &buffer : buffers)
    arguments.push_back(buffer.getDescriptor());
}

/// Runs the function by upstream's passes alone; its results are allocated by
/// it and stay so.
static FailureOr<std::vector<TensorView>>
runReference(ModuleOp module, StringRef name, std::vector<TestBuffer> &inputs) {
  OwningOpRef<ModuleOp> copy = module.clone();
  if (failed(isolate(*copy, name)))
    return failure();
  auto func = copy->lookupSymbol<func::FuncOp>(name);
  SmallVector<RankedTensorType> types;
  for (Type type : func.getResultTypes())
    types.push_back(cast<RankedTensorType>(type));

  PassManager pm(module.getContext());
  bufferization::OneShotBufferizePassOptions options;
  options.bufferizeFunctionBoundaries = true;
  options.functionBoundaryTypeConversion =
      bufferization::LayoutMapOption::IdentityLayoutMap;
  pm.addPass(bufferization::createOneShotBufferizePass(options));
  // There are no blocks here: this is for strided copies.
  pm.addPass(createBlocksToLoops());
  pm.addPass(createConvertLinalgToLoopsPass());
  buildLoopsToLLVMPipeline(pm, /*expandMath=*/false);
  if (failed(pm.run(*copy)))
    return failure();
  FailureOr<LoadedFunction> function = load(*copy, name);
  if (failed(function))
    return failure();

  size_t bytes = 0;
  for (RankedTensorType type : types)
    bytes += TestBuffer::getDescriptorSize(type.getRank());
  std::vector<int64_t> results(bytes / sizeof(int64_t));
  SmallVector<void *> arguments = {results.data()};
  appendDescriptors(arguments, inputs);
  call(function->entry, arguments, /*threads=*/1);
  std::vector<TensorView> views;
  int64_t *descriptor = results.data();
  for (RankedTensorType type : types) {
    int64_t rank = type.getRank();
    views.push_back(
        {type.getElementType(),
         SmallVector<int64_t>(descriptor + 3, descriptor + 3 + rank),
         reinterpret_cast<const char *>(descriptor[1])});
    descriptor += 3 + 2 * rank;
  }
  return std::move(views);
}

/// `map` with all symbols the size of dynamic dims.
static SmallVector<int64_t> evaluate(AffineMap map) {
  SmallVector<AffineExpr> symbols(
      map.getNumSymbols(),
      getAffineConstantExpr(dynamicSize, map.getContext()));
  SmallVector<int64_t> values;
  for (AffineExpr expr : map.getResults())
    values.push_back(
        cast<AffineConstantExpr>(expr.replaceSymbols(symbols)).getValue());
  return values;
}

/// Poisoned buffers for the results of a planned function.
static std::vector<TestBuffer> createResults(func::FuncOp func) {
  std::vector<TestBuffer> results;
  for (unsigned i = 0, e = func.getNumArguments(); i < e; ++i)
    if (hasRole(func, i, kResultRole)) {
      auto type = cast<MemRefType>(func.getArgument(i).getType());
      auto shape = func.getArgAttrOfType<AffineMapAttr>(i, kShapeAttr);
      results.emplace_back(type.getElementType(), evaluate(shape.getValue()));
      results.back().poison();
    }
  return results;
}

/// Runs a loaded host variant with a team of `threads` threads.
static LogicalResult runHost(ModuleOp module, const LoadedFunction &function,
                             std::vector<TestBuffer> &inputs,
                             TestBuffer &constants,
                             std::vector<TestBuffer> &results,
                             unsigned threads) {
  SmallVector<int64_t> bytes = evaluate(function.workspaceSize);
  bytes[0] += threads * function.threadScratch;
  TestBuffer workspace(IntegerType::get(module.getContext(), 8), bytes);
  workspace.poison();
  SmallVector<void *> arguments;
  appendDescriptors(arguments, inputs);
  appendDescriptors(arguments, results);
  arguments.push_back(constants.getDescriptor());
  arguments.push_back(workspace.getDescriptor());
  call(function.entry, arguments, threads);
  bool intact = workspace.isGuardIntact() && constants.isGuardIntact();
  for (TestBuffer &buffer : results)
    intact &= buffer.isGuardIntact();
  if (!intact)
    return module.emitError("the host code wrote behind a buffer");
  return success();
}

/// Runs the function through the passes under test and the host variant;
/// returns its results.
static FailureOr<std::vector<TestBuffer>>
runTested(ModuleOp module, StringRef name, std::vector<TestBuffer> &inputs) {
  OwningOpRef<ModuleOp> copy = module.clone();
  PassManager pm(module.getContext());
  if (failed(isolate(*copy, name)) ||
      failed(parsePassPipeline(passes, pm, llvm::errs())))
    return failure();
  buildBufferizePipeline(pm);
  pm.addPass(createPlanBuffers());
  if (failed(pm.run(*copy)))
    return failure();
  auto func = copy->lookupSymbol<func::FuncOp>(name);
  std::vector<TestBuffer> results = createResults(func);
  std::vector<TestBuffer> ofOne = createResults(func);
  std::string constantBytes;
  llvm::raw_string_ostream os(constantBytes);
  if (failed(writeConstants(*copy, os)))
    return failure();
  TestBuffer constants(IntegerType::get(module.getContext(), 8),
                       {getConstantsSize(*copy)});
  llvm::copy(constantBytes, constants.getData());

  PassManager lowering(module.getContext());
  HostPipelineOptions options;
  options.minWork = 1; // Tests are small, and all loops are to be divided.
  buildLowerToHostPipeline(lowering, options);
  if (failed(lowering.run(*copy)))
    return failure();
  FailureOr<LoadedFunction> function = load(*copy, name);
  if (failed(function) ||
      failed(runHost(module, *function, inputs, constants, ofOne, 1)) ||
      failed(runHost(module, *function, inputs, constants, results, teamSize)))
    return failure();
  for (auto [one, several] : llvm::zip_equal(ofOne, results))
    if (!one.hasSameBytes(several))
      return module.emitError("results of one thread and of ")
             << teamSize << " threads differ";
  return std::move(results);
}

/// Prints how results compare; false if one is off.
static bool report(ArrayRef<TensorView> expected,
                   const std::vector<TestBuffer> &actual) {
  bool agree = expected.size() == actual.size();
  for (size_t i = 0; agree && i < expected.size(); ++i) {
    if (expected[i].shape != actual[i].getShape()) {
      llvm::outs() << "result #" << i << ": shapes differ\n";
      return false;
    }
    Difference difference = compare(expected[i], actual[i], tolerance);
    llvm::outs() << "result #" << i << ": "
                 << llvm::format("max error %.3g, %.3g of the tolerance",
                                 difference.maxError, difference.maxRatio);
    if (difference.maxRatio > 1) {
      agree = false;
      llvm::outs() << llvm::format(" at %lld: %.9g instead of %.9g",
                                   static_cast<long long>(difference.worst),
                                   actual[i].get(difference.worst),
                                   expected[i].get(difference.worst));
    }
    llvm::outs() << "\n";
  }
  llvm::outs() << (agree ? "results agree\n" : "RESULTS DIFFER\n");
  return agree;
}

static LogicalResult run(MLIRContext &context) {
  llvm::SourceMgr sources;
  std::string message;
  auto file = openInputFile(inputFile, &message);
  if (!file) {
    llvm::errs() << message << "\n";
    return failure();
  }
  sources.AddNewSourceBuffer(std::move(file), llvm::SMLoc());
  SourceMgrDiagnosticHandler handler(sources, &context);
  auto module = parseSourceFile<ModuleOp>(sources, &context);
  if (!module)
    return failure();
  auto func = module->lookupSymbol<func::FuncOp>(entryName);
  if (!func)
    return module->emitError("there is no function '") << entryName << "'";
  FailureOr<std::vector<TestBuffer>> inputs = createInputs(func);
  if (failed(inputs))
    return failure();
  auto actual = runTested(*module, entryName, *inputs);
  if (failed(actual))
    return failure();
  // Would show that an input was written.
  std::vector<TestBuffer> same = *createInputs(func);
  for (auto [before, after] : llvm::zip_equal(same, *inputs))
    if (std::memcmp(before.getData(), after.getData(),
                    before.getNumElements()) != 0)
      return module->emitError("an input was written");
  if (skipReference)
    return success();
  auto expected = runReference(
      *module, referenceName.empty() ? entryName : referenceName, *inputs);
  return success(succeeded(expected) && report(*expected, *actual));
}

int main(int argc, char **argv) {
  llvm::InitLLVM init(argc, argv);
  registerAllPasses();
  registerUpweaveTransformsPasses();
  registerBufferizePipeline();
  registerRaisePipeline();
  registerFusePipeline();
  registerLowerToHostPipeline();
  cl::ParseCommandLineOptions(argc, argv,
                              "compare a function before and "
                              "after Upweave's passes\n");
  DialectRegistry registry;
  registerAllDialects(registry);
  registerAllExtensions(registry);
  registerUpweaveDialect(registry);
  MLIRContext context(registry);
  return failed(run(context));
}
