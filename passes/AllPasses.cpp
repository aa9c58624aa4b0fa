// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "passes/AllPasses.h"

#include "dialects/attn/Attn.h"
#include "dialects/attn/AttnPasses.h"
#include "dialects/kernel/Kernel.h"
#include "dialects/onnx/OnnxDialect.h"
#include "passes/bufferize/Passes.h"
#include "passes/frontend/Passes.h"
#include "passes/fuse/Passes.h"
#include "passes/lower/Passes.h"
#include "passes/outline/Passes.h"
#include "passes/raise/Passes.h"
#include "passes/schedule/Passes.h"
#include "passes/simplify/Passes.h"
#include "passes/verify/Passes.h"

#include "mlir/IR/DialectRegistry.h"
#include "mlir/InitAllDialects.h"
#include "mlir/InitAllExtensions.h"
#include "mlir/InitAllPasses.h"

using namespace mlir;

void fovea::registerAllDialects(DialectRegistry &registry) {
  mlir::registerAllDialects(registry);
  mlir::registerAllExtensions(registry);
  registry.insert<onnx::OnnxDialect, attn::AttnDialect, kernel::KernelDialect>();
}

void fovea::registerAllPasses() {
  mlir::registerAllPasses();
  registerFrontendPasses();
  registerRaisePasses();
  registerSimplifyPasses();
  registerAttnPasses();
  registerLowerPasses();
  registerFusePasses();
  registerSchedulePasses();
  registerOutlinePasses();
  registerBufferizePasses();
  registerVerifyPasses();
}
