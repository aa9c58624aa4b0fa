// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// MLIR's translation driver with --import-onnx. Weights are elided in what it prints.

#include "compiler/import/Import.h"
#include "mlir/IR/AsmState.h"
#include "mlir/Tools/mlir-translate/MlirTranslateMain.h"
#include "mlir/Tools/mlir-translate/Translation.h"

#include "llvm/Support/CommandLine.h"
#include "llvm/Support/SourceMgr.h"

using namespace mlir;

static LogicalResult importAndPrint(const std::shared_ptr<llvm::SourceMgr> &sources,
                                    raw_ostream &os, MLIRContext *context,
                                    const std::vector<std::string> &dims) {
  fovea::ImportOptions options;
  for (StringRef dim : dims) {
    auto [name, extent] = dim.rsplit('=');
    if (extent.getAsInteger(10, options.dims[name.str()]))
      return emitError(UnknownLoc::get(context)) << "--dim " << dim << ": expected name=N";
  }
  // External data lies beside the file, so its path matters, not just its bytes.
  StringRef path = sources->getMemoryBuffer(sources->getMainFileID())->getBufferIdentifier();
  FailureOr<OwningOpRef<ModuleOp>> module = fovea::importOnnx(path, *context, options);
  if (failed(module))
    return failure();
  OpPrintingFlags flags;
  flags.elideLargeElementsAttrs(/*largeElementLimit=*/64);
  flags.elideLargeResourceString(/*largeResourceLimit=*/64);
  (*module)->print(os, flags);
  return success();
}

int main(int argc, char **argv) {
  static llvm::cl::list<std::string> dims("dim",
                                          llvm::cl::desc("fix a symbolic dimension of the model"),
                                          llvm::cl::value_desc("name=N"));
  TranslateRegistration importOnnx(
      "import-onnx", "import an ONNX model",
      [](const std::shared_ptr<llvm::SourceMgr> &sources, raw_ostream &os, MLIRContext *context) {
        return importAndPrint(sources, os, context, dims);
      });
  return failed(mlirTranslateMain(argc, argv, "Fovea's translation driver\n"));
}
