// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// MLIR's usual optimiser driver with Fovea's dialects and passes.

#include "compiler/pipeline/Pipeline.h"
#include "passes/AllPasses.h"

#include "mlir/Tools/mlir-opt/MlirOptMain.h"

int main(int argc, char **argv) {
  fovea::registerAllPasses();
  fovea::registerPhasePipelines();
  mlir::DialectRegistry registry;
  fovea::registerAllDialects(registry);
  return mlir::asMainReturnCode(
      mlir::MlirOptMain(argc, argv, "Fovea's modular optimizer driver\n", registry));
}
