// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Small rewrites, each of one op near the Softmax. A site that is refused afterwards may keep them.

#include "passes/raise/SiteSpelling.h"

#include "dialects/onnx/ConstantData.h"
#include "dialects/onnx/OnnxConvOps.h"
#include "dialects/onnx/OnnxElementwiseOps.h"
#include "dialects/onnx/OnnxMatrixOps.h"
#include "dialects/onnx/OnnxReduceOps.h"
#include "dialects/onnx/OnnxShapeOps.h"
#include "passes/raise/Contraction.h"
#include "passes/raise/GraphBuilder.h"
#include "passes/raise/GraphMatch.h"
#include "passes/raise/ScatterBox.h"

#include "llvm/ADT/SetVector.h"

using namespace mlir;
using namespace fovea;
using namespace fovea::raise;

static constexpr size_t maxOps = 48;

/// alpha A B + beta C -> (alpha A B) + beta C
static void splitAddend(onnx::GemmOp gemm, RewriterBase &rewriter) {
  Value addend = gemm.getC();
  auto type = dyn_cast<RankedTensorType>(gemm.getY().getType());
  if (isa<NoneType>(addend.getType()) || !type || !isa<FloatType>(type.getElementType()) ||
      !getStaticType(addend))
    return;
  rewriter.setInsertionPoint(gemm);
  GraphBuilder graph(rewriter, gemm.getLoc());
  float beta = gemm.getBeta().convertToFloat();
  if (beta != 1.0f)
    addend = graph.like<onnx::MulOp>(addend, graph.splat(beta, type.getElementType()));
  Value product = onnx::GemmOp::create(
      rewriter, gemm.getLoc(), type, gemm.getA(), gemm.getB(), graph.none(), gemm.getAlphaAttr(),
      rewriter.getF32FloatAttr(1), gemm.getTransAAttr(), gemm.getTransBAttr());
  rewriter.replaceAllUsesWith(gemm.getY(), graph.like<onnx::AddOp>(product, addend));
  eraseDead(gemm, rewriter);
}

/// A convolution of single points with a bias -> one without, and an addition
static void splitBias(onnx::ConvOp conv, RewriterBase &rewriter) {
  RankedTensorType type = getStaticType(conv.getY()), bias = getStaticType(conv.getBias());
  if (!type || !bias || !isa<FloatType>(type.getElementType()) || !isPointwiseConv(conv))
    return;
  rewriter.setInsertionPoint(conv);
  GraphBuilder graph(rewriter, conv.getLoc());
  SmallVector<int64_t> shape(type.getRank() - 1, 1);
  shape[0] = type.getDimSize(1);
  Value product = onnx::ConvOp::create(
      rewriter, conv.getLoc(), type, conv.getX(), conv.getW(), graph.none(), conv.getStridesAttr(),
      conv.getDilationsAttr(), conv.getPadsAttr(), conv.getGroupAttr(), conv.getAutoPadAttr());
  Value sum = graph.like<onnx::AddOp>(product, graph.reshape(conv.getBias(), shape));
  rewriter.replaceAllUsesWith(conv.getY(), sum);
  eraseDead(conv, rewriter);
}

/// Where the box begins that a ScatterElements writes, when its indices count along its axis.
static std::optional<SmallVector<int64_t>> findBox(onnx::ScatterElementsOp scatter) {
  static constexpr int64_t maxIndices = int64_t(1) << 20;
  RankedTensorType type = getStaticType(scatter.getX());
  RankedTensorType indices = getStaticType(scatter.getIndices());
  auto numbers = onnx::getConstantIntegers(scatter.getIndices(), maxIndices);
  if (!type || !indices || !numbers || numbers->empty() || scatter.getReduction() != "none" ||
      !getStaticType(scatter.getUpdates()))
    return std::nullopt;
  int64_t axis = scatter.getAxis() + (scatter.getAxis() < 0 ? type.getRank() : 0);
  int64_t first = numbers->front(), stride = 1;
  for (int64_t extent : indices.getShape().drop_front(axis + 1))
    stride *= extent;
  for (auto [place, number] : llvm::enumerate(*numbers))
    if (number != first + int64_t(place) / stride % indices.getDimSize(axis))
      return std::nullopt;
  int64_t extent = type.getDimSize(axis);
  SmallVector<int64_t> starts(type.getRank(), 0);
  starts[axis] = first < 0 ? first + extent : first;
  bool isInside = starts[axis] >= 0 && starts[axis] + indices.getDimSize(axis) <= extent;
  return isInside ? std::optional(starts) : std::nullopt;
}

/// One number written into a box of the scores -> a selection by the place
template <typename ScatterOp> static void selectInBox(ScatterOp scatter, RewriterBase &rewriter) {
  std::optional<double> number = onnx::getConstantScalar(scatter.getUpdates());
  RankedTensorType type = getStaticType(scatter.getX());
  std::optional<SmallVector<int64_t>> starts = number ? findBox(scatter) : std::nullopt;
  if (!starts || onnx::getConstantAttr(scatter.getX()))
    return;
  ArrayRef<int64_t> box = cast<RankedTensorType>(scatter.getUpdates().getType()).getShape();
  static constexpr int64_t maxPlaces = int64_t(1) << 24;
  SmallVector<int64_t> shape;
  for (auto [extent, count] : llvm::zip_equal(box, type.getShape()))
    shape.push_back(extent == count ? 1 : count);
  auto maskType = RankedTensorType::get(shape, rewriter.getI1Type());
  int64_t places = maskType.getNumElements();
  if (places > maxPlaces)
    return;
  SmallVector<char> inside(places, 1);
  for (int64_t place = 0; place < places; ++place) {
    int64_t rest = place;
    for (size_t dim = shape.size(); dim-- > 0; rest /= shape[dim]) {
      int64_t at = rest % shape[dim] - (*starts)[dim];
      inside[place] &= shape[dim] == 1 || (at >= 0 && at < box[dim]);
    }
  }
  rewriter.setInsertionPoint(scatter);
  GraphBuilder graph(rewriter, scatter.getLoc());
  Value mask =
      onnx::ConstantOp::create(rewriter, scatter.getLoc(), onnx::makeConstant(maskType, inside));
  Value selected = graph.make<onnx::WhereOp>(
      type.getElementType(), mask, graph.splat(*number, type.getElementType()), scatter.getX());
  rewriter.replaceAllUsesWith(scatter.getResult(), selected);
  eraseDead(scatter, rewriter);
}

/// One constant in front of each row, or behind it -> joined to it: the score of a sink.
static void joinPadding(onnx::PadOp pad, RewriterBase &rewriter) {
  RankedTensorType from = getStaticType(pad.getX()), to = getStaticType(pad.getY());
  std::optional<SmallVector<int64_t>> pads = onnx::getConstantIntegers(pad.getPads());
  std::optional<double> number =
      isa<NoneType>(pad.getValue().getType()) ? 0 : onnx::getConstantScalar(pad.getValue());
  if (!from || !to || !pads || !number || pad.getMode() != "constant" || from.getRank() == 0 ||
      !isa<FloatType>(from.getElementType()))
    return;
  int64_t rank = from.getRank(), keys = from.getShape().back();
  SmallVector<int64_t> shape(from.getShape());
  shape.back() = keys + 1;
  if (to.getShape() != ArrayRef(shape) || llvm::count(*pads, 0) + 1 != int64_t(pads->size()))
    return;
  // The one number that is not zero stands in the first half where it goes in front.
  bool isFront = llvm::find(*pads, 1) - pads->begin() < int64_t(pads->size()) / 2;
  shape.back() = 1;
  rewriter.setInsertionPoint(pad);
  GraphBuilder graph(rewriter, pad.getLoc());
  SmallVector<Value> parts = {pad.getX(), graph.splat(*number, from.getElementType(), shape)};
  if (isFront)
    std::swap(parts[0], parts[1]);
  rewriter.replaceAllUsesWith(pad.getY(), graph.concat(parts, rank - 1));
  eraseDead(pad, rewriter);
}

/// The ops that `value` is computed from, up to products.
static llvm::SetVector<Operation *> findProducers(Value value) {
  llvm::SetVector<Operation *> reached;
  auto reach = [&](Value operand) {
    Operation *op = operand.getDefiningOp();
    if (op && !op->hasTrait<OpTrait::ConstantLike>() && !matchContraction(operand))
      reached.insert(op);
  };
  reach(value);
  for (size_t next = 0; next < reached.size() && reached.size() < maxOps; ++next)
    if (!isa<onnx::GemmOp, onnx::ConvOp>(reached[next]))
      llvm::for_each(reached[next]->getOperands(), reach);
  return reached;
}

/// Whether a bool is false for every probability; `guarded` ones are numbers.
static bool isImpossible(Value condition, llvm::function_ref<bool(Value)> isProbability,
                         bool guarded) {
  Operation *op = skipNoOps(condition).getDefiningOp();
  if (auto both = dyn_cast_or_null<onnx::AndOp>(op))
    return isImpossible(both.getA(), isProbability, guarded) ||
           isImpossible(both.getB(), isProbability, guarded);
  if (!op || op->getNumOperands() == 0 || !isProbability(op->getOperand(0)))
    return false;
  if (isa<onnx::IsInfOp>(op))
    return true;
  if (isa<onnx::IsNaNOp>(op))
    return guarded;
  std::optional<double> number =
      op->getNumOperands() == 2 ? onnx::getConstantScalar(op->getOperand(1)) : std::nullopt;
  if (!number)
    return false;
  bool isAbove = *number >= 2, isBelow = *number < 0;
  return (isa<onnx::EqualOp>(op) && (isAbove || isBelow)) ||
         (isa<onnx::GreaterOp>(op) && isAbove) || (isa<onnx::LessOp>(op) && *number <= 0);
}

/// Takes Where(test, x, p) off the probabilities, when none passes the test.
static void dropTests(onnx::SoftmaxOp softmax, RewriterBase &rewriter) {
  Value p = softmax.getY();
  llvm::SetVector<Value> same;
  same.insert(p);
  auto isProbability = [&](Value value) { return same.contains(skipFloatCasts(value)); };
  bool guarded = false;
  for (unsigned depth = 0; depth < maxOps; ++depth) {
    onnx::WhereOp test, guard;
    for (Operation *user : p.getUsers())
      if (auto where = dyn_cast<onnx::WhereOp>(user);
          where && where.getY() == p && where.getResult().getType() == p.getType()) {
        auto isNaN = skipNoOps(where.getCondition()).getDefiningOp<onnx::IsNaNOp>();
        if (isImpossible(where.getCondition(), isProbability, guarded))
          test = where;
        else if (isNaN && isProbability(isNaN.getX()) &&
                 onnx::getConstantScalar(where.getX()) == 0.0)
          guard = where;
      }
    if (test) {
      rewriter.replaceAllUsesWith(test.getResult(), p);
      eraseDead(test, rewriter);
    } else if (guard) {
      guarded = true;
      p = guard.getResult();
      same.insert(p);
    } else {
      return;
    }
  }
}

void raise::respellSite(onnx::SoftmaxOp softmax, RewriterBase &rewriter) {
  dropTests(softmax, rewriter);
  for (Operation *op : findProducers(softmax.getX())) {
    if (auto gemm = dyn_cast<onnx::GemmOp>(op))
      splitAddend(gemm, rewriter);
    else if (auto conv = dyn_cast<onnx::ConvOp>(op))
      splitBias(conv, rewriter);
    else if (auto pad = dyn_cast<onnx::PadOp>(op);
             pad && pad.getY().getType() == softmax.getX().getType())
      joinPadding(pad, rewriter);
    else if (auto scatter = dyn_cast<onnx::ScatterNDOp>(op))
      selectInBox(scatter, rewriter);
    else if (auto scatter = dyn_cast<onnx::ScatterElementsOp>(op))
      selectInBox(scatter, rewriter);
  }
  SmallVector<onnx::GemmOp> products;
  for (Value value = softmax.getY(); value;) {
    Value next;
    for (Operation *user : value.getUsers())
      if (auto gemm = dyn_cast<onnx::GemmOp>(user))
        products.push_back(gemm);
      else if (isa<onnx::CastOp, onnx::IdentityOp, onnx::DropoutOp, onnx::WhereOp, onnx::MulOp,
                   onnx::DivOp, onnx::ReshapeOp, onnx::TransposeOp, onnx::SqueezeOp,
                   onnx::UnsqueezeOp, onnx::FlattenOp>(user))
        next = user->getResult(0);
    value = next;
  }
  for (onnx::GemmOp gemm : products)
    if (!onnx::getConstantAttr(gemm.getB()))
      splitAddend(gemm, rewriter);
}
