// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Matching of attention around a Softmax. Shapes are read off the values' types: whatever
// broadcasts becomes a constant 0 in a map. Nothing is changed here, so a refusal leaves the graph
// as it was.

#include "passes/raise/AttentionSite.h"

#include "dialects/onnx/ConstantData.h"
#include "dialects/onnx/NodeName.h"
#include "dialects/onnx/OnnxElementwiseOps.h"
#include "dialects/onnx/OnnxMatrixOps.h"
#include "dialects/onnx/OnnxNormOps.h"
#include "dialects/onnx/OnnxShapeOps.h"
#include "passes/raise/GraphMatch.h"
#include "passes/raise/ScorePath.h"

#include "llvm/ADT/SetVector.h"
#include "llvm/Support/FormatVariadic.h"
#include "llvm/Support/MathExtras.h"

using namespace mlir;
using namespace fovea;
using namespace fovea::raise;

/// An index into a dimension of `extent` elements that broadcasts against `whole`.
static AffineExpr broadcastIndex(AffineExpr index, int64_t extent, int64_t whole) {
  return extent == whole ? index : getAffineConstantExpr(0, index.getContext());
}

/// Appends the index of each dimension of `shape`, read off one index that runs over all of them.
static void divideIndex(AffineExpr index, ArrayRef<int64_t> shape,
                        SmallVectorImpl<AffineExpr> &results) {
  MLIRContext *context = index.getContext();
  SmallVector<AffineExpr> reversed;
  int64_t stride = 1;
  for (size_t n = shape.size(); n-- > 0; stride *= shape[n]) {
    bool first = llvm::all_of(shape.take_front(n), [](int64_t extent) { return extent == 1; });
    AffineExpr quotient = index.floorDiv(stride);
    reversed.push_back(shape[n] == 1 ? getAffineConstantExpr(0, context)
                       : first       ? quotient
                                     : quotient % shape[n]);
  }
  results.append(reversed.rbegin(), reversed.rend());
}

SmallVector<AffineExpr> AttentionSite::getLeadingIndex(ArrayRef<int64_t> shape) const {
  using Dim = attn::AttentionOp::Dim;
  MLIRContext *context = anchor->getContext();
  AffineExpr b = getAffineDimExpr(Dim::B, context), h = getAffineDimExpr(Dim::H, context);
  SmallVector<AffineExpr> index;
  if (shape.size() == 2 && shape[0] == domain[Dim::B] && shape[1] == domain[Dim::H])
    return {b, h};
  if (shape.size() == 1 && shape[0] == domain[Dim::B] && domain[Dim::H] == 1)
    return {b};
  if (domain[Dim::H] == 1) {
    divideIndex(b, shape, index);
  } else if (!shape.empty() && shape.back() == domain[Dim::H]) {
    divideIndex(b, shape.drop_back(), index);
    index.push_back(h);
  } else {
    divideIndex(b * domain[Dim::H] + h, shape, index);
  }
  return index;
}

/// The map of a tensor [leading..., rows, columns] whose leading dimensions align with `leading`
/// from the right, and whose inner extents are those of the domain or one.
static AffineMap getOperandMap(const AttentionSite &site, RankedTensorType type,
                               ArrayRef<int64_t> leading, unsigned rowDim, unsigned columnDim) {
  MLIRContext *context = type.getContext();
  SmallVector<AffineExpr> results, index = site.getLeadingIndex(leading);
  size_t count = type.getRank() - 2, skipped = leading.size() - count;
  for (size_t n = 0; n < count; ++n)
    results.push_back(broadcastIndex(index[skipped + n], type.getDimSize(n), leading[skipped + n]));
  results.push_back(broadcastIndex(getAffineDimExpr(rowDim, context), type.getDimSize(count),
                                   site.domain[rowDim]));
  results.push_back(broadcastIndex(getAffineDimExpr(columnDim, context), type.getDimSize(count + 1),
                                   site.domain[columnDim]));
  return AffineMap::get(6, 0, results, context);
}

AffineMap AttentionSite::getScoresMap(RankedTensorType type, ArrayRef<int64_t> leading) const {
  using Dim = attn::AttentionOp::Dim;
  MLIRContext *context = type.getContext();
  SmallVector<int64_t> shape(leading);
  SmallVector<AffineExpr> index = getLeadingIndex(leading);
  for (unsigned dim : {Dim::I, Dim::J}) {
    shape.push_back(domain[dim]);
    index.push_back(getAffineDimExpr(dim, context));
  }
  if (type.getRank() > int64_t(shape.size()))
    return {};
  size_t skipped = shape.size() - type.getRank();
  SmallVector<AffineExpr> results;
  for (auto [n, extent] : llvm::enumerate(type.getShape())) {
    if (extent != 1 && extent != shape[skipped + n])
      return {};
    results.push_back(broadcastIndex(index[skipped + n], extent, shape[skipped + n]));
  }
  return AffineMap::get(6, 0, results, context);
}

bool raise::feedsProduct(onnx::SoftmaxOp softmax) {
  static constexpr size_t limit = 64;
  llvm::SetVector<Value> reached;
  reached.insert(softmax.getY());
  for (size_t next = 0; next < reached.size() && reached.size() < limit; ++next)
    for (Operation *user : reached[next].getUsers()) {
      if (isa<onnx::MatMulOp, onnx::GemmOp>(user))
        return true;
      if (isa<onnx::IdentityOp, onnx::DropoutOp, onnx::CastOp, onnx::WhereOp, onnx::AddOp,
              onnx::MulOp, onnx::DivOp, onnx::ReshapeOp, onnx::TransposeOp, onnx::UnsqueezeOp,
              onnx::SqueezeOp, onnx::SliceOp, onnx::ExpandOp>(user))
        reached.insert(user->getResult(0));
    }
  return false;
}

namespace {
/// The way from the Softmax to the product with the values.
struct Consumer {
  onnx::MatMulOp product;
  /// What the product multiplies: the Softmax's result, behind its guard and casts.
  Value probabilities;
  bool guarded = false;
};
} // namespace

/// Recognises Where(IsNaN(p), 0, p) and nothing else among the users of `p`; null when there is no
/// such guard, and `mixed` when p is also used around it.
static onnx::WhereOp getNaNGuard(Value p, bool &mixed) {
  onnx::IsNaNOp isNaN;
  for (Operation *user : p.getUsers())
    if (auto op = dyn_cast<onnx::IsNaNOp>(user))
      isNaN = op;
  if (!isNaN || !isNaN.getY().hasOneUse())
    return {};
  auto where = dyn_cast<onnx::WhereOp>(*isNaN.getY().getUsers().begin());
  if (!where || where.getCondition() != isNaN.getY() || where.getY() != p ||
      getScalarFor(where.getX(), p) != 0.0 || where.getResult().getType() != p.getType())
    return {};
  mixed = llvm::any_of(p.getUsers(), [&](Operation *user) {
    return user != isNaN.getOperation() && user != where.getOperation();
  });
  return where;
}

static std::optional<Consumer> matchConsumer(onnx::SoftmaxOp softmax, Refusal &refusal) {
  Consumer consumer;
  Value p = softmax.getY();
  while (true) {
    bool mixed = false;
    if (onnx::WhereOp guard = getNaNGuard(p, mixed)) {
      if (mixed) {
        refusal = {RemarkCode::HalfGuarded, getOtherUser(p, guard),
                   "the probabilities are used both with and without their NaN guard"};
        return std::nullopt;
      }
      consumer.guarded = true;
      p = guard.getResult();
      continue;
    }
    if (!p.hasOneUse())
      break;
    Operation *user = *p.getUsers().begin();
    if (user->getNumResults() == 0 || skipFloatCasts(user->getResult(0)) == user->getResult(0) ||
        user->getOperand(0) != p)
      break;
    p = user->getResult(0);
  }
  consumer.probabilities = p;
  Operation *other = nullptr;
  bool onTheRight = false;
  // Users are listed from the last to the first.
  for (Operation *user : p.getUsers()) {
    auto product = dyn_cast<onnx::MatMulOp>(user);
    if (product && product.getA() == p && product.getB() != p) {
      if (!consumer.product || product->isBeforeInBlock(consumer.product))
        consumer.product = product;
    } else {
      onTheRight |= bool(product);
      other = user;
    }
  }
  if (consumer.product)
    return consumer;
  if (onTheRight)
    refusal = {RemarkCode::ProbabilitiesOnTheRight, other,
               llvm::formatv("the probabilities are the right operand of MatMul '{0}'",
                             onnx::getNodeName(other->getLoc()))};
  else if (other && other->getNumResults() > 0)
    refusal = {RemarkCode::ProbabilitiesChanged, other,
               llvm::formatv("the probabilities go through {0} before any product",
                             describeProducer(other->getResult(0)))};
  else
    refusal = {RemarkCode::ProbabilitiesChanged, softmax, "the probabilities reach no product"};
  return std::nullopt;
}

/// Whether `value` is computed from `source`. What stands before `source` is not looked at, so that
/// the cost is that of the ops between the two.
static bool dependsOn(Value value, Value source) {
  Operation *first = source.getDefiningOp();
  llvm::SetVector<Value> reached;
  reached.insert(value);
  for (size_t next = 0; next < reached.size(); ++next) {
    if (reached[next] == source)
      return true;
    Operation *op = reached[next].getDefiningOp();
    if (op && (!first || op->getBlock() != first->getBlock() || first->isBeforeInBlock(op)))
      reached.insert(op->operand_begin(), op->operand_end());
  }
  return false;
}

/// Whether the arithmetic of attn.attention covers this element type.
static bool isSupportedFloat(Type type) { return type.isF32() || type.isF16() || type.isBF16(); }

static bool checkTypes(ArrayRef<Value> values, Operation *anchor, Refusal &refusal) {
  for (Value value : values) {
    RankedTensorType type = getStaticType(value);
    Operation *blamed = getBlamed(value, anchor);
    if (!type) {
      refusal = {RemarkCode::ShapeNotStatic, blamed,
                 "the shape of " + describeProducer(value) + " is not static"};
      return false;
    }
    if (!isSupportedFloat(type.getElementType())) {
      refusal = {RemarkCode::ElementType, blamed,
                 "the element type of " + describeProducer(value) + " is not f32, f16 or bf16"};
      return false;
    }
    if (type.getRank() < 2 || type.getNumElements() == 0) {
      refusal = {RemarkCode::ScoresShape, blamed,
                 describeProducer(value) + " is not a matrix or a batch of matrices"};
      return false;
    }
  }
  return true;
}

/// Sets the batch and head extents; more than two leading dimensions are merged into b and h.
static bool setLeading(AttentionSite &site, ArrayRef<int64_t> leading) {
  using Dim = attn::AttentionOp::Dim;
  site.leadingShape.assign(leading.begin(), leading.end());
  site.mergesLeading = leading.size() > 2;
  if (leading.size() > 1) {
    site.domain[Dim::H] = leading.back();
    leading = leading.drop_back();
  }
  for (int64_t extent : leading)
    if (llvm::MulOverflow(site.domain[Dim::B], extent, site.domain[Dim::B]))
      return false;
  return true;
}

std::optional<AttentionSite> raise::matchSoftmaxSite(onnx::SoftmaxOp softmax, Refusal &refusal) {
  using Dim = attn::AttentionOp::Dim;
  MLIRContext *context = softmax.getContext();
  if (!checkTypes({softmax.getX(), softmax.getY()}, softmax, refusal))
    return std::nullopt;
  auto softmaxType = cast<RankedTensorType>(softmax.getY().getType());
  if (!isLastAxis(softmax.getAxis(), softmaxType.getRank())) {
    refusal = {RemarkCode::SoftmaxAxis, softmax,
               llvm::formatv("Softmax runs over axis {0} of {1} dimensions", softmax.getAxis(),
                             softmaxType.getRank())};
    return std::nullopt;
  }
  std::optional<Consumer> consumer = matchConsumer(softmax, refusal);
  if (!consumer)
    return std::nullopt;
  std::optional<ScorePath> path = findScorePath(softmax.getX(), softmax, refusal);
  if (!path)
    return std::nullopt;

  AttentionSite site;
  site.anchor = softmax;
  site.mask = attn::MaskAttr::getDense(context);
  Value scores = path->product.getC();
  ScaledOperand query = peelOperand(path->product.getA()), key = peelOperand(path->product.getB());
  site.query = query.value;
  site.queryBase = query.base;
  site.queryLayout = query.layout;
  site.key = key.value;
  site.keyBase = key.base;
  site.keyLayout = key.layout;
  site.value = consumer->product.getB();
  site.output = consumer->product.getC();
  if (!checkTypes({site.query, site.key, site.value, site.output, scores, consumer->probabilities},
                  softmax, refusal))
    return std::nullopt;
  if (!consumer->probabilities.hasOneUse()) {
    site.probabilities = consumer->probabilities;
    if (dependsOn(site.value, consumer->probabilities)) {
      refusal = {RemarkCode::CircularValues, getBlamed(site.value, softmax),
                 "the values are computed from the probabilities"};
      return std::nullopt;
    }
  }
  auto outputType = cast<RankedTensorType>(site.output.getType());
  if (site.probabilities &&
      outputType.getShape().drop_back(1) !=
          cast<RankedTensorType>(site.probabilities.getType()).getShape().drop_back(1)) {
    refusal = {RemarkCode::ProbabilitiesBroadcast, consumer->product,
               "the probabilities are used elsewhere and broadcast against the values"};
    return std::nullopt;
  }
  int64_t rank = outputType.getRank();
  site.domain[Dim::I] = outputType.getDimSize(rank - 2);
  site.domain[Dim::E] = outputType.getDimSize(rank - 1);
  site.domain[Dim::J] = softmaxType.getShape().back();
  site.domain[Dim::D] = cast<RankedTensorType>(site.query.getType()).getShape().back();
  if (!setLeading(site, outputType.getShape().drop_back(2))) {
    refusal = {RemarkCode::ScoresShape, consumer->product, "the batch dimensions overflow"};
    return std::nullopt;
  }
  if (path->leadingShape && softmaxType.getShape().drop_back(2) != ArrayRef(site.leadingShape)) {
    refusal = {RemarkCode::ScoresReshaped, consumer->product,
               "the scores are reshaped and the probabilities broadcast against the values"};
    return std::nullopt;
  }
  ArrayRef<int64_t> productLeading = path->leadingShape ? *path->leadingShape : site.leadingShape;
  auto typeOf = [](Value value) { return cast<RankedTensorType>(value.getType()); };
  site.queryMap = getOperandMap(site, typeOf(site.query), productLeading, Dim::I, Dim::D);
  site.keyMap = getOperandMap(site, typeOf(site.key), productLeading, Dim::D, Dim::J);
  site.valueMap = getOperandMap(site, typeOf(site.value), site.leadingShape, Dim::J, Dim::E);
  if (site.mergesLeading)
    site.outputMap =
        AffineMap::getMultiDimMapWithTargets(6, {Dim::B, Dim::H, Dim::I, Dim::E}, context);
  else
    site.outputMap = getOperandMap(site, outputType, site.leadingShape, Dim::I, Dim::E);

  using Placement = attn::ScalePlacement;
  site.placement = query.factor != 1.0 && key.factor != 1.0 ? Placement::Both
                   : query.factor != 1.0                    ? Placement::Query
                   : key.factor != 1.0                      ? Placement::Key
                                                            : Placement::Scores;
  site.scale = query.factor * key.factor * path->scale;
  site.steps = std::move(path->steps);
  site.maskedRows = consumer->guarded ? attn::MaskedRows::Zero : attn::MaskedRows::NaN;
  if (!checkSteps(site, refusal))
    return std::nullopt;
  return site;
}
