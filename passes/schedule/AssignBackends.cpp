// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "dialects/kernel/Kernel.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "passes/fuse/Classify.h"
#include "passes/remarks/RemarkCodes.h"
#include "passes/schedule/Passes.h"

#include "llvm/ADT/StringSwitch.h"
#include "llvm/Support/FormatVariadic.h"

namespace fovea {
#define GEN_PASS_DEF_ASSIGNBACKENDSPASS
#include "passes/schedule/Passes.h.inc"
} // namespace fovea

using namespace mlir;
using namespace fovea;

/// More pieces than this, each code of its own to Halide, go to LLVM, where equal ones share it.
static constexpr int64_t mostPieces = 32;

/// How many pieces an island cuts tensors into or puts together.
static int64_t countPieces(kernel::IslandOp island) {
  int64_t count = 0;
  island->walk([&](Operation *op) {
    count += isa<tensor::ExtractSliceOp, tensor::InsertSliceOp, tensor::PadOp>(op);
  });
  return count;
}

/// Why LLVM makes the better code for an island; empty when Halide does. What Halide cannot express
/// is found when it tries (compiler/link).
static std::string preferLLVM(kernel::IslandOp island) {
  std::string why;
  auto isEmpty = [](Type type) {
    auto tensor = dyn_cast<RankedTensorType>(type);
    return tensor && tensor.hasStaticShape() && tensor.getNumElements() == 0;
  };
  island->walk([&](Operation *op) {
    if (llvm::any_of(op->getOperandTypes(), isEmpty) || llvm::any_of(op->getResultTypes(), isEmpty))
      why = "a tensor without elements";
  });
  if (int64_t pieces = countPieces(island);
      pieces > mostPieces && island.getAnchor() == kernel::Anchor::Elementwise)
    why = llvm::formatv("{0} pieces", pieces).str();
  if (!why.empty())
    return why;
  island->walk([&](linalg::GenericOp op) {
    OpKind kind = classify(op);
    if (kind != OpKind::Contraction && kind != OpKind::Convolution)
      return WalkResult::advance();
    Type accumulator = getElementTypeOrSelf(op->getResult(0).getType());
    if (accumulator.isF32())
      return WalkResult::advance();
    why = llvm::formatv("a product accumulated in {0}", accumulator).str();
    return WalkResult::interrupt();
  });
  return why;
}

namespace {
struct AssignBackends : fovea::impl::AssignBackendsPassBase<AssignBackends> {
  using AssignBackendsPassBase::AssignBackendsPassBase;

  void runOnOperation() override {
    auto forced = llvm::StringSwitch<std::optional<kernel::Backend>>(backend)
                      .Case("halide", kernel::Backend::Halide)
                      .Case("llvm", kernel::Backend::LLVM)
                      .Default(std::nullopt);
    if (!forced && backend != "auto") {
      getOperation()->emitError("unknown backend '")
          << backend << "': expected auto, halide or llvm";
      return signalPassFailure();
    }
    getOperation()->walk([&](kernel::IslandOp island) {
      if (island.getBackend())
        return;
      if (island.getAnchor() == kernel::Anchor::Sequential) {
        island.setBackend(kernel::Backend::LLVM);
        return;
      }
      std::string why = forced ? "" : preferLLVM(island);
      if (!why.empty())
        remarkMissed(RemarkCode::BackendByForm, island.getLoc(),
                     "the island is compiled by LLVM: Halide has no tiles for " + why);
      kernel::Backend chosen =
          why.empty() ? forced.value_or(kernel::Backend::Halide) : kernel::Backend::LLVM;
      island.setBackend(chosen);
    });
  }
};
} // namespace
