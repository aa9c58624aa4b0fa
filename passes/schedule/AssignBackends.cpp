// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "dialects/attn/Attn.h"
#include "dialects/kernel/Kernel.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/IR/Remarks.h"
#include "passes/fuse/Classify.h"
#include "passes/schedule/Passes.h"

#include "llvm/ADT/StringSwitch.h"

#include <limits>

namespace fovea {
#define GEN_PASS_DEF_ASSIGNBACKENDSPASS
#include "passes/schedule/Passes.h.inc"
} // namespace fovea

using namespace mlir;
using namespace fovea;

static bool isHalideElement(Type type) {
  if (type.isIndex() || isa<Float16Type, BFloat16Type, Float32Type, Float64Type>(type))
    return true;
  auto integer = dyn_cast<IntegerType>(type);
  return integer && integer.isSignless() &&
         llvm::is_contained({1u, 8u, 16u, 32u, 64u}, integer.getWidth());
}

/// Why Halide cannot hold a value of this type; empty when it can. Its indices are 32 bits wide.
static std::string refuseType(Type type) {
  if (!isHalideElement(getElementTypeOrSelf(type)))
    return llvm::formatv("elements of type {0}", getElementTypeOrSelf(type)).str();
  auto tensor = dyn_cast<RankedTensorType>(type);
  if (!tensor)
    return "";
  if (!tensor.hasStaticShape())
    return "a tensor of dynamic shape";
  uint64_t elements = 1;
  for (int64_t extent : tensor.getShape())
    elements = llvm::SaturatingMultiply<uint64_t>(elements, extent);
  return elements > std::numeric_limits<int32_t>::max() ? "a tensor of more than 2^31 - 1 elements"
                                                        : "";
}

static std::string refuseOp(Operation *op) {
  if (!isa<arith::ArithDialect, math::MathDialect, linalg::LinalgDialect, tensor::TensorDialect,
           attn::AttnDialect, kernel::KernelDialect>(op->getDialect()))
    return llvm::formatv("the op '{0}'", op->getName().getStringRef()).str();
  for (Type type : llvm::concat<const Type>(op->getOperandTypes(), op->getResultTypes()))
    if (std::string why = refuseType(type); !why.empty())
      return why;
  if (auto attention = dyn_cast<attn::AttentionOp>(op)) {
    if (attention.getProbabilities())
      return "attention whose probabilities are a result";
    if (attention.getNormalizer() != attn::Normalizer::Softmax)
      return "attention with another normalizer than softmax";
  }
  OpKind kind = classify(op);
  if (kind == OpKind::Contraction || kind == OpKind::Convolution) {
    Type accumulator = getElementTypeOrSelf(op->getResult(0).getType());
    if (!accumulator.isF32())
      return llvm::formatv("a product accumulated in {0}", accumulator).str();
  }
  return "";
}

/// Why Halide cannot make code for the island; empty when it can.
static std::string refuseIsland(kernel::IslandOp island) {
  std::string why;
  island->walk([&](Operation *op) {
    why = refuseOp(op);
    return why.empty() ? WalkResult::advance() : WalkResult::interrupt();
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
      std::string why = forced ? "" : refuseIsland(island);
      if (!why.empty())
        remark::missed(island.getLoc(),
                       remark::RemarkOpts::name("assign-backends").category("schedule"))
            << remark::add("the island is compiled by LLVM")
            << remark::reason("Halide does not take {0}", why);
      kernel::Backend chosen =
          why.empty() ? forced.value_or(kernel::Backend::Halide) : kernel::Backend::LLVM;
      island.setBackend(chosen);
    });
  }
};
} // namespace
