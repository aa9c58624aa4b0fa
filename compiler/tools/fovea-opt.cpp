// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// MLIR's usual optimiser driver with Fovea's dialects and passes. Weights in bytecode are used in
// place, so what the driver reads is aligned for them first: small files and pipes are not.

#include "compiler/pipeline/Pipeline.h"
#include "passes/AllPasses.h"

#include "mlir/IR/DialectRegistry.h"
#include "mlir/Support/FileUtilities.h"
#include "mlir/Tools/mlir-opt/MlirOptMain.h"
#include "llvm/Support/InitLLVM.h"
#include "llvm/Support/MemoryBuffer.h"
#include "llvm/Support/ToolOutputFile.h"

using namespace mlir;

/// The alignment of the resources that foveac writes.
static const llvm::Align alignment(64);

static std::unique_ptr<llvm::MemoryBuffer> openAligned(StringRef path, std::string &error) {
  std::unique_ptr<llvm::MemoryBuffer> buffer = openInputFile(path, &error);
  if (!buffer || llvm::isAddrAligned(alignment, buffer->getBufferStart()))
    return buffer;
  std::unique_ptr<llvm::WritableMemoryBuffer> copy =
      llvm::WritableMemoryBuffer::getNewUninitMemBuffer(buffer->getBufferSize(),
                                                        buffer->getBufferIdentifier(), alignment);
  if (!copy) {
    error = "out of memory";
    return nullptr;
  }
  llvm::copy(buffer->getBuffer(), copy->getBufferStart());
  return copy;
}

static LogicalResult run(int argc, char **argv) {
  DialectRegistry registry;
  fovea::registerAllDialects(registry);
  auto [input, output] =
      registerAndParseCLIOptions(argc, argv, "Fovea's modular optimizer driver\n", registry);
  MlirOptMainConfig config = MlirOptMainConfig::createFromCLOptions();
  if (config.shouldShowDialects() || config.shouldListPasses())
    return MlirOptMain(argc, argv, input, output, registry);

  llvm::InitLLVM init(argc, argv);
  std::string error;
  std::unique_ptr<llvm::MemoryBuffer> buffer = openAligned(input, error);
  std::unique_ptr<llvm::ToolOutputFile> file =
      buffer ? openOutputFile(output, &error) : std::unique_ptr<llvm::ToolOutputFile>();
  if (!file) {
    llvm::errs() << error << '\n';
    return failure();
  }
  if (failed(MlirOptMain(file->os(), std::move(buffer), registry, config)))
    return failure();
  file->keep();
  return success();
}

int main(int argc, char **argv) {
  fovea::registerAllPasses();
  fovea::registerPhasePipelines();
  return asMainReturnCode(run(argc, argv));
}
