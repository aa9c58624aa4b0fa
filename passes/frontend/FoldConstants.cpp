// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Folding by evaluation, under limits on memory and time. A resource attribute lives as long as the
// context, so the bytes of a folded constant that dies are taken out of it by hand.

#include "compiler/eval/Evaluate.h"
#include "dialects/onnx/ConstantData.h"
#include "dialects/onnx/OnnxAttentionOps.h"
#include "dialects/onnx/OnnxElementwiseOps.h"
#include "dialects/onnx/OnnxNormOps.h"
#include "dialects/onnx/OnnxShapeOps.h"
#include "dialects/onnx/PartialValues.h"
#include "passes/frontend/Passes.h"
#include "passes/frontend/Simplify.h"

#include "mlir/IR/DialectResourceBlobManager.h"
#include "mlir/Transforms/RegionUtils.h"
#include "passes/remarks/RemarkCodes.h"

using namespace mlir;
using namespace fovea;

namespace fovea {
#define GEN_PASS_DEF_FOLDCONSTANTSPASS
#include "passes/frontend/Passes.h.inc"
} // namespace fovea

/// Bodies are evaluated op by op, which is slow; a loop that is long stays in the program.
static constexpr double maxControlFlowWork = 1 << 25;

/// Bytes of a static tensor; shape inference keeps them far from overflow.
static int64_t countBytes(RankedTensorType type) {
  return type.getNumElements() * onnx::getElementBytes(type.getElementType());
}

ConstantFolder::ConstantFolder(func::FuncOp function, FoldLimits limits) : limits(limits) {
  function.walk([&](onnx::ConstantOp op) {
    auto type = dyn_cast<RankedTensorType>(op.getType());
    if (type && type.hasStaticShape())
      this->limits.totalBytes += countBytes(type);
  });
}

/// Whether evaluating makes no new bytes: another view of the same ones, or one element that stands
/// for all.
static bool isFree(Operation *op, ArrayRef<eval::Tensor> operands) {
  if (isa<onnx::ReshapeOp, onnx::FlattenOp, onnx::SqueezeOp, onnx::UnsqueezeOp, onnx::IdentityOp,
          onnx::DropoutOp, onnx::ConstantOfShapeOp>(op))
    return true;
  if (isa<onnx::ExpandOp, onnx::TileOp, onnx::TransposeOp, onnx::SliceOp, onnx::SplitOp>(op))
    return operands[0].isSplat();
  return eval::keepsSplats(op) &&
         llvm::all_of(operands, [](const eval::Tensor &t) { return !t || t.isSplat(); });
}

bool ConstantFolder::isWithinLimits(Operation *op, ArrayRef<eval::Tensor> operands) {
  if (isFree(op, operands))
    return true;
  auto refuse = [&](RemarkCode code, StringRef reason) {
    remarkMissed(code, op->getLoc(), "a constant computation stays in the program: " + reason);
    return false;
  };
  int64_t results = 0, given = 0;
  for (const eval::Tensor &tensor : operands)
    given += tensor ? countBytes(tensor.getType()) : 0;
  for (Type type : op->getResultTypes()) {
    auto ranked = dyn_cast<RankedTensorType>(type);
    // A data-dependent result has at most an index for each dimension of each element.
    results += ranked && ranked.hasStaticShape()
                   ? countBytes(ranked)
                   : 8 * operands[0].size() * std::max<int64_t>(operands[0].getRank(), 1);
  }
  if (results > std::max(limits.resultBytes, 2 * given))
    return refuse(RemarkCode::FoldResult, "its result is too large");
  if (heldBytes + results > limits.totalBytes)
    return refuse(RemarkCode::FoldMemory,
                  "folded constants already take as much memory as they may");
  double work = eval::estimateWork(op);
  if (work > double(limits.work))
    return refuse(RemarkCode::FoldWork, "it would take too long to evaluate");
  limits.work -= int64_t(work);
  return true;
}

eval::Tensor ConstantFolder::getTensor(Value value) const {
  Operation *op = value.getDefiningOp();
  if (auto found = made.find(op); found != made.end())
    return found->second.tensor;
  ElementsAttr attr = onnx::getConstantAttr(value);
  return eval::Tensor::get(attr).value_or(eval::Tensor());
}

/// Keeps the place of an attention that folding computes: raising reports it with the others.
static void noteConstantSite(Operation *op) {
  auto function = op->getParentOfType<func::FuncOp>();
  if (!function || op->getResult(0).use_empty())
    return;
  SmallVector<Attribute> places;
  if (auto known = function->getAttrOfType<ArrayAttr>("fovea.constant_sites"))
    llvm::append_range(places, known);
  places.push_back(LocationAttr(op->getLoc()));
  function->setAttr("fovea.constant_sites", ArrayAttr::get(op->getContext(), places));
}

void ConstantFolder::replace(Operation *op, ArrayRef<eval::Tensor> results,
                             ArrayRef<eval::Tensor> operands) {
  OpBuilder builder(op);
  if (isa<onnx::AttentionOp, onnx::SoftmaxOp>(op))
    noteConstantSite(op);
  for (auto [value, tensor] : llvm::zip_equal(op->getResults(), results)) {
    if (value.use_empty())
      continue;
    auto constant = onnx::ConstantOp::create(builder, op->getLoc(), tensor.toAttr());
    const char *data = tensor.bytes();
    bool shared = tensor.isSplat() || llvm::any_of(operands, [&](const eval::Tensor &operand) {
                    return operand && operand.bytes() == data;
                  });
    int64_t bytes = shared ? 0 : countBytes(tensor.getType());
    heldBytes += bytes;
    made[constant] = {tensor, bytes};
    value.replaceAllUsesWith(constant);
  }
}

/// The integers of an op's only result when all are known, though its operands are not constant.
static std::optional<eval::Tensor> getKnownIntegers(Operation *op) {
  if (op->getNumResults() != 1)
    return std::nullopt;
  auto type = dyn_cast<RankedTensorType>(op->getResult(0).getType());
  if (!type || !type.hasStaticShape())
    return std::nullopt;
  SmallVector<int64_t> values;
  if (auto size = dyn_cast<onnx::SizeOp>(op)) {
    auto x = dyn_cast<RankedTensorType>(size.getX().getType());
    if (!x || !x.hasStaticShape())
      return std::nullopt;
    values.push_back(x.getNumElements());
  } else {
    std::optional<onnx::PartialIntegers> integers = onnx::getPartialIntegers(op->getResult(0));
    if (!integers)
      return std::nullopt;
    for (std::optional<int64_t> integer : *integers) {
      if (!integer)
        return std::nullopt;
      values.push_back(*integer);
    }
  }
  return eval::makeTensor<int64_t>(type, values);
}

FailureOr<bool> ConstantFolder::fold(Operation *op) {
  if (!isa<onnx::ShapeInference>(op) || isa<onnx::ConstantOp>(op) || op->use_empty())
    return false;
  if (isControlFlow(op))
    return foldControlFlow(op);
  if (std::optional<eval::Tensor> known = getKnownIntegers(op)) {
    replace(op, *known, {});
    return true;
  }
  for (Type type : op->getResultTypes())
    if (auto ranked = dyn_cast<RankedTensorType>(type);
        (!ranked || !ranked.hasStaticShape()) && !op->hasTrait<onnx::DataDependentShape>())
      return false;
  std::optional<SmallVector<eval::Tensor>> operands = getTensors(op->getOperands());
  if (!operands || !isWithinLimits(op, *operands))
    return false;
  FailureOr<SmallVector<eval::Tensor>> results = eval::evaluate(op, *operands);
  if (failed(results))
    return failure();
  replace(op, *results, *operands);
  return true;
}

FailureOr<bool> ConstantFolder::foldControlFlow(Operation *op) {
  llvm::SetVector<Value> captured;
  getUsedValuesDefinedAbove(op->getRegions(), captured);
  std::optional<SmallVector<eval::Tensor>> operands = getTensors(op->getOperands());
  std::optional<SmallVector<eval::Tensor>> outer = getTensors(captured.getArrayRef());
  if (!operands || !outer)
    return false;
  eval::Budget budget{std::min(double(limits.work), maxControlFlowWork), limits.resultBytes / 8};
  double before = budget.work;
  SmallVector<std::pair<Value, eval::Tensor>> environment;
  for (auto [value, tensor] : llvm::zip_equal(captured, *outer))
    environment.push_back({value, tensor});
  FailureOr<std::optional<SmallVector<eval::Tensor>>> results =
      eval::evaluateWithin(budget, op, *operands, environment);
  limits.work -= int64_t(before - budget.work);
  if (failed(results))
    return failure();
  if (!*results)
    return false;
  int64_t bytes = 0;
  for (const eval::Tensor &tensor : **results)
    bytes += countBytes(tensor.getType());
  if (heldBytes + bytes > limits.totalBytes)
    return false;
  replace(op, **results, *operands);
  return true;
}

std::optional<SmallVector<eval::Tensor>> ConstantFolder::getTensors(ValueRange values) const {
  SmallVector<eval::Tensor> tensors;
  for (Value value : values) {
    tensors.push_back(isa<NoneType>(value.getType()) ? eval::Tensor() : getTensor(value));
    if (!isa<NoneType>(value.getType()) && !tensors.back())
      return std::nullopt;
  }
  return tensors;
}

void ConstantFolder::release(onnx::ConstantOp constant) {
  if (auto found = made.find(constant); found != made.end()) {
    if (auto resource = dyn_cast<DenseResourceElementsAttr>(constant.getValue()))
      resource.getRawHandle().getResource()->setBlob(AsmResourceBlob());
    heldBytes -= found->second.bytes;
    made.erase(found);
  }
}

void ConstantFolder::erase(Operation *op) {
  SmallVector<Value> operands(op->getOperands());
  op->walk([&](onnx::ConstantOp constant) { release(constant); });
  op->erase();
  llvm::SmallSetVector<Operation *, 4> unused;
  for (Value operand : operands)
    if (operand.use_empty() && operand.getDefiningOp() &&
        isa<onnx::ConstantOp, onnx::NoneOp>(operand.getDefiningOp()))
      unused.insert(operand.getDefiningOp());
  for (Operation *constant : unused)
    erase(constant);
}

LogicalResult fovea::foldOps(func::FuncOp function, FoldLimits limits,
                             llvm::function_ref<FailureOr<bool>(Operation *)> before,
                             const VisitOptions &options) {
  ConstantFolder folder(function, limits);
  auto step = [&](Operation *op) -> FailureOr<bool> {
    FailureOr<bool> stays = before(op);
    if (failed(stays) || !*stays)
      return stays;
    // Control flow was folded, or not, before its bodies were visited.
    if (isControlFlow(op))
      return true;
    FailureOr<bool> folded = folder.fold(op);
    if (failed(folded))
      return failure();
    return !*folded;
  };
  auto erase = [&](Operation *op) { folder.erase(op); };
  auto enter = [&](Operation *op) -> FailureOr<bool> {
    FailureOr<bool> folded = folder.fold(op);
    if (failed(folded))
      return failure();
    return !*folded;
  };
  if (failed(visitOps(function, {step, erase, enter}, options)))
    return failure();
  eraseUnused(function, erase);
  return success();
}

namespace {
struct FoldConstants : fovea::impl::FoldConstantsPassBase<FoldConstants> {
  using FoldConstantsPassBase::FoldConstantsPassBase;

  void runOnOperation() override {
    auto keep = [](Operation *) { return true; };
    if (failed(foldOps(getOperation(), {maxResultBytes, maxTotalBytes, maxWork}, keep)))
      signalPassFailure();
  }
};
} // namespace
