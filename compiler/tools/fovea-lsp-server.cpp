// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// MLIR's language server with Fovea's dialects, for editors.

#include "passes/AllPasses.h"

#include "mlir/IR/DialectRegistry.h"
#include "mlir/Support/LogicalResult.h"
#include "mlir/Tools/mlir-lsp-server/MlirLspServerMain.h"

int main(int argc, char **argv) {
  mlir::DialectRegistry registry;
  fovea::registerAllDialects(registry);
  return mlir::failed(mlir::MlirLspServerMain(argc, argv, registry));
}
