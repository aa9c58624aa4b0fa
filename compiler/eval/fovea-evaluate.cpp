// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The evaluator as a program: runs an ONNX model on .npy files without compiling it. Tests compare
// it with other runtimes, and compiled models with it.
//
//   fovea-evaluate model.onnx --dim batch=2 --simplify --input x=x.npy --output-dir out
//
// writes out/0.npy, out/1.npy, ... in the order of the model's outputs. Inputs that are not given
// by name are an error. Exit code 2 tells a model that uses something unsupported from other
// failures, which give 1.

#include "compiler/eval/Evaluate.h"
#include "compiler/eval/NpyTensor.h"
#include "compiler/import/Import.h"
#include "passes/frontend/Passes.h"

#include "mlir/IR/AsmState.h"
#include "mlir/Pass/PassManager.h"
#include "llvm/Support/CommandLine.h"
#include "llvm/Support/InitLLVM.h"
#include "llvm/Support/SourceMgr.h"

using namespace mlir;
using namespace fovea;
namespace cl = llvm::cl;

static cl::OptionCategory category("fovea-evaluate options");
static cl::opt<std::string> modelPath(cl::Positional, cl::Required, cl::desc("<model.onnx>"),
                                      cl::cat(category));
static cl::list<std::string> dims("dim", cl::desc("Fix a symbolic dimension"),
                                  cl::value_desc("name=N"), cl::cat(category));
static cl::opt<std::string> attentionSemantics("onnx-attention-semantics",
                                               cl::desc("The release that Attention is read by"),
                                               cl::init("1.23"), cl::cat(category));
static cl::list<std::string> inputs("input", cl::desc("Read an input"),
                                    cl::value_desc("name=file.npy"), cl::cat(category));
static cl::opt<std::string> outputDir("output-dir", cl::desc("Write outputs to this folder"),
                                      cl::init("."), cl::cat(category));
static cl::opt<bool> simplify("simplify", cl::desc("Run fovea-simplify-graph first"),
                              cl::cat(category));

/// The file given for an argument of the model, as a constant of its type.
static FailureOr<ElementsAttr> readInput(func::FuncOp function, BlockArgument argument) {
  auto name = function.getArgAttrOfType<StringAttr>(argument.getArgNumber(), "onnx.name");
  StringRef path;
  for (StringRef given : inputs)
    if (auto [key, value] = given.split('='); name && key == name.getValue())
      path = value;
  if (path.empty())
    return emitError(argument.getLoc()) << "input " << name << " is not given: add --input";
  Type elementType = cast<TensorType>(argument.getType()).getElementType();
  llvm::Expected<ElementsAttr> tensor = eval::readTensor(path, elementType);
  if (!tensor)
    return emitError(argument.getLoc())
           << "input " << name << ": " << llvm::toString(tensor.takeError());
  return *tensor;
}

static LogicalResult writeOutput(Location loc, size_t index, ElementsAttr attr) {
  if (llvm::Error error = eval::writeTensor(outputDir + "/" + std::to_string(index) + ".npy", attr))
    return emitError(loc) << "output " << index << ": " << llvm::toString(std::move(error));
  return success();
}

static LogicalResult run(ModuleOp module) {
  if (simplify) {
    PassManager passes(module.getContext());
    passes.addNestedPass<func::FuncOp>(createSimplifyGraphPass());
    if (failed(passes.run(module)))
      return failure();
  }
  auto function = module.lookupSymbol<func::FuncOp>("main");
  if (!function)
    return module.emitError("has no function @main");
  SmallVector<ElementsAttr> arguments;
  for (BlockArgument argument : function.getArguments()) {
    FailureOr<ElementsAttr> attr = readInput(function, argument);
    if (failed(attr))
      return failure();
    arguments.push_back(*attr);
  }
  FailureOr<SmallVector<ElementsAttr>> results = eval::evaluateFunction(function, arguments);
  if (failed(results))
    return failure();
  for (auto [index, attr] : llvm::enumerate(*results))
    if (failed(writeOutput(function.getLoc(), index, attr)))
      return failure();
  return success();
}

int main(int argc, char **argv) {
  llvm::InitLLVM init(argc, argv);
  cl::HideUnrelatedOptions(category);
  cl::ParseCommandLineOptions(argc, argv, "Fovea's reference evaluator\n");
  MLIRContext context;
  llvm::SourceMgr sources;
  SourceMgrDiagnosticHandler handler(sources, &context);
  ImportOptions options;
  for (StringRef dim : dims) {
    auto [name, value] = dim.rsplit('=');
    int64_t extent = 0;
    if (value.getAsInteger(10, extent)) {
      llvm::errs() << "error: --dim " << dim << ": expected name=N\n";
      return 1;
    }
    options.dims[name.str()] = extent;
  }
  if (auto semantics = parseAttentionSemantics(attentionSemantics)) {
    options.attentionSemantics = *semantics;
  } else {
    llvm::errs() << "error: --onnx-attention-semantics: expected 1.18, 1.20, 1.22 or 1.23\n";
    return 1;
  }
  ImportError error = ImportError::None;
  FailureOr<OwningOpRef<ModuleOp>> module = importOnnx(modelPath, context, options, &error);
  if (failed(module))
    return error == ImportError::Unsupported ? 2 : 1;
  return failed(run(**module));
}
