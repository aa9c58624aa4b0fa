// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Extents from the back: what the model states of a result also tells what the result is computed
// from, where an unknown extent has no choice. Chains are followed with the ops' order, through
// every way from an extent to where it comes from, so that x and y of x + y may both be unknown as
// long as they stem from one value.

#include "compiler/eval/Evaluate.h"
#include "dialects/onnx/ConstantData.h"
#include "dialects/onnx/Extents.h"
#include "dialects/onnx/OnnxControlOps.h"
#include "dialects/onnx/OnnxMatrixOps.h"
#include "dialects/onnx/OnnxQuantOps.h"
#include "dialects/onnx/OnnxShapeOps.h"
#include "passes/frontend/Simplify.h"

#include "llvm/ADT/MapVector.h"

using namespace mlir;
using namespace fovea;

namespace {
/// A dimension of a value.
using Dimension = std::pair<Value, int64_t>;

class KnownExtents {
public:
  explicit KnownExtents(func::FuncOp function) : function(function) {}

  /// Returns whether any type became more precise.
  bool run();

private:
  void passRanksBack();
  void trace(Operation *op);
  Dimension getSource(Dimension dimension) const;
  void learn(Operation *op);
  void learnFromParts(onnx::SplitOp split);
  void learnFromShape(onnx::ReshapeOp reshape);

  func::FuncOp function;
  /// In the ops' order.
  SmallVector<Operation *> ops;
  /// Where the unknown extent of a result is decided.
  llvm::DenseMap<Dimension, Dimension> sources;
  llvm::MapVector<Dimension, int64_t> learnt;
  bool changed = false;
};
} // namespace

/// Whether a user takes an operand of any more precise type.
static bool acceptsRefinement(Operation *user) {
  return isa<onnx::ShapeInference, onnx::YieldOp, func::ReturnOp>(user);
}

bool fovea::mayRefine(OpResult result) {
  return llvm::all_of(result.getUsers(), acceptsRefinement);
}

/// The dimensions of operands that decide dimension `dim` of the op's result, those that surely are
/// 1 left out. Nothing where the op decides itself.
static SmallVector<Dimension> getDeciding(Operation *op, int64_t dim) {
  auto result = cast<RankedTensorType>(op->getResult(0).getType());
  Value first = op->getOperand(0);
  if (auto transpose = dyn_cast<onnx::TransposeOp>(op)) {
    ArrayRef<int64_t> permutation = transpose.getPermutation();
    return {{first, permutation.empty() ? result.getRank() - 1 - dim : permutation[dim]}};
  }
  if (isa<onnx::QuantizeLinearOp, onnx::DequantizeLinearOp>(op))
    return {{first, dim}};
  auto getRank = [](Value value) {
    auto type = dyn_cast<RankedTensorType>(value.getType());
    return type ? type.getRank() : 0;
  };
  if (isa<onnx::MatMulOp>(op)) {
    bool isRow = dim == result.getRank() - 2 && getRank(op->getOperand(1)) >= 2;
    return isRow ? SmallVector<Dimension>{{first, getRank(first) - 2}} : SmallVector<Dimension>{};
  }
  if (auto gather = dyn_cast<onnx::GatherNDOp>(op)) {
    bool isIndex = dim < getRank(gather.getIndices()) - 1;
    return isIndex ? SmallVector<Dimension>{{gather.getIndices(), dim}} : SmallVector<Dimension>{};
  }
  SmallVector<Dimension> deciding;
  if (!eval::keepsSplats(op))
    return deciding;
  for (Value operand : op->getOperands()) {
    if (!onnx::isPresent(operand))
      continue;
    auto type = dyn_cast<RankedTensorType>(operand.getType());
    if (!type)
      return {};
    int64_t own = dim - (result.getRank() - type.getRank());
    if (own >= 0 && type.getDimSize(own) != 1)
      deciding.push_back({operand, own});
  }
  return deciding;
}

/// Whether the op has one result, or is a Split, and what is known of its type and of its operands'
/// is unequal enough to ask.
static bool isTraced(Operation *op) {
  return isa<onnx::ShapeInference>(op) && (op->getNumResults() == 1 || isa<onnx::SplitOp>(op)) &&
         op->getNumOperands() != 0 && isa<RankedTensorType>(op->getResult(0).getType()) &&
         isa<RankedTensorType>(op->getOperand(0).getType());
}

Dimension KnownExtents::getSource(Dimension dimension) const {
  auto found = sources.find(dimension);
  return found == sources.end() ? dimension : found->second;
}

void KnownExtents::trace(Operation *op) {
  auto type = cast<RankedTensorType>(op->getResult(0).getType());
  for (int64_t dim = 0; dim < type.getRank(); ++dim) {
    if (!type.isDynamicDim(dim))
      continue;
    llvm::SetVector<Dimension> from;
    for (Dimension dimension : getDeciding(op, dim))
      from.insert(getSource(dimension));
    if (from.size() == 1)
      sources[{op->getResult(0), dim}] = from.front();
  }
}

/// Parts of known sizes tell what is split.
void KnownExtents::learnFromParts(onnx::SplitOp split) {
  auto type = cast<RankedTensorType>(split.getX().getType());
  int64_t axis = split.getAxis() + (split.getAxis() < 0 ? type.getRank() : 0), sum = 0;
  if (!type.isDynamicDim(axis))
    return;
  for (Type partType : split.getResultTypes()) {
    auto part = dyn_cast<RankedTensorType>(partType);
    std::optional<int64_t> next = part && !part.isDynamicDim(axis)
                                      ? onnx::addExtents(sum, part.getDimSize(axis))
                                      : std::nullopt;
    if (!next)
      return;
    sum = *next;
  }
  learnt.insert({getSource({split.getX(), axis}), sum});
}

/// A known shape tells the only unknown extent of what is reshaped to it.
void KnownExtents::learnFromShape(onnx::ReshapeOp reshape) {
  auto from = cast<RankedTensorType>(reshape.getX().getType());
  auto to = cast<RankedTensorType>(reshape.getType());
  if (from.getNumDynamicDims() != 1 || !to.hasStaticShape())
    return;
  onnx::Shape others(from.getShape());
  int64_t unknown = llvm::find_if(others, ShapedType::isDynamic) - others.begin();
  others.erase(others.begin() + unknown);
  std::optional<int64_t> each = onnx::multiplyExtents(others);
  if (each && *each > 0 && to.getNumElements() % *each == 0)
    learnt.insert({getSource({reshape.getX(), unknown}), to.getNumElements() / *each});
}

/// A known extent of a result that one unknown extent decides is that extent.
void KnownExtents::learn(Operation *op) {
  if (auto reshape = dyn_cast<onnx::ReshapeOp>(op))
    return learnFromShape(reshape);
  if (auto split = dyn_cast<onnx::SplitOp>(op))
    return learnFromParts(split);
  auto type = cast<RankedTensorType>(op->getResult(0).getType());
  for (int64_t dim = 0; dim < type.getRank(); ++dim) {
    if (type.isDynamicDim(dim))
      continue;
    llvm::SetVector<Dimension> from;
    bool isKnown = false;
    for (Dimension dimension : getDeciding(op, dim)) {
      auto operand = dyn_cast<RankedTensorType>(dimension.first.getType());
      isKnown |= !operand || !operand.isDynamicDim(dimension.second);
      from.insert(getSource(dimension));
    }
    if (!isKnown && from.size() == 1)
      learnt.insert({from.front(), type.getDimSize(dim)});
  }
}

/// An operand of unknown rank has its result's shape where the op keeps shapes.
void KnownExtents::passRanksBack() {
  for (Operation *op : llvm::reverse(ops)) {
    if (!eval::keepsSplats(op) || op->getNumResults() != 1 || op->getNumOperands() != 1)
      continue;
    auto operand = dyn_cast<OpResult>(op->getOperand(0));
    auto type = dyn_cast<RankedTensorType>(op->getResult(0).getType());
    if (!operand || !type || !isa<UnrankedTensorType>(operand.getType()) || !mayRefine(operand))
      continue;
    operand.setType(type.clone(onnx::getElementType(operand)));
    changed = true;
  }
}

bool KnownExtents::run() {
  bool isOpen = false;
  function.walk([&](Operation *op) {
    ops.push_back(op);
    isOpen |= llvm::any_of(op->getResultTypes(), [](Type type) {
      auto tensor = dyn_cast<TensorType>(type);
      return tensor && !tensor.hasStaticShape();
    });
  });
  if (!isOpen)
    return false;
  passRanksBack();
  llvm::erase_if(ops, [](Operation *op) { return !isTraced(op); });
  for (Operation *op : ops)
    trace(op);
  for (Operation *op : ops)
    learn(op);
  for (auto [dimension, extent] : learnt) {
    auto source = dyn_cast<OpResult>(dimension.first);
    if (!source || !mayRefine(source))
      continue;
    auto type = cast<RankedTensorType>(source.getType());
    SmallVector<int64_t> shape(type.getShape());
    shape[dimension.second] = extent;
    source.setType(type.clone(shape));
    changed = true;
  }
  return changed;
}

bool fovea::passExtentsBack(func::FuncOp function) { return KnownExtents(function).run(); }
