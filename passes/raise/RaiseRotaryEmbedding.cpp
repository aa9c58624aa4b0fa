// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// RotaryEmbedding from its decompositions. Two patterns: a value whose pairs are turned becomes an
// op, then a concatenation of it with what it does not turn, channels or rows, becomes part of it.

#include "compiler/eval/Tensor.h"
#include "dialects/onnx/ConstantData.h"
#include "dialects/onnx/OnnxAttentionOps.h"
#include "dialects/onnx/OnnxElementwiseOps.h"
#include "dialects/onnx/OnnxShapeOps.h"
#include "mlir/IR/PatternMatch.h"
#include "passes/raise/GraphBuilder.h"
#include "passes/raise/GraphMatch.h"
#include "passes/raise/Passes.h"
#include "passes/raise/RotationMatch.h"

namespace fovea {
#define GEN_PASS_DEF_RAISEROTARYEMBEDDINGPASS
#include "passes/raise/Passes.h.inc"
} // namespace fovea

using namespace mlir;
using namespace fovea;
using raise::GraphBuilder;

static Value makeConstant(GraphBuilder &graph, RankedTensorType type, ArrayRef<double> numbers) {
  return onnx::ConstantOp::create(graph.builder, graph.loc,
                                  eval::makeTensor<double>(type, numbers).toAttr());
}

/// The elements from `first` on of every dimension, `steps` apart, as many as `shape` has.
static Value slice(GraphBuilder &graph, Value x, ArrayRef<int64_t> first, ArrayRef<int64_t> shape,
                   ArrayRef<int64_t> steps) {
  if (GraphBuilder::getShape(x) == shape && llvm::all_of(first, [](int64_t n) { return n == 0; }))
    return x;
  SmallVector<int64_t> ends, axes = llvm::to_vector(llvm::seq<int64_t>(0, shape.size()));
  for (auto [start, extent, step] : llvm::zip_equal(first, shape, steps))
    ends.push_back(start + (extent - 1) * step + 1);
  return graph.like<onnx::SliceOp>(x, graph.indices(first), graph.indices(ends),
                                   graph.indices(axes), graph.indices(steps));
}

namespace {
/// Where the angles of a rotation are: numbers, or a slice of a tensor, of which `shape` broadcasts
/// to the loops over the pairs.
struct Angles {
  Value tensor;
  std::optional<raise::ConstantView> constant;
  SmallVector<int64_t> first, sizes, steps, shape;

  Value make(GraphBuilder &graph, bool isNegated) const {
    if (constant) {
      std::vector<double> numbers = constant->numbers;
      if (isNegated)
        for (double &number : numbers)
          number = -number;
      Type element = GraphBuilder::getElementType(tensor);
      return makeConstant(graph, RankedTensorType::get(constant->shape, element), numbers);
    }
    Value angles = slice(graph, tensor, first, sizes, steps);
    if (GraphBuilder::getShape(angles) != ArrayRef(shape))
      angles = graph.reshape(angles, shape);
    return isNegated ? graph.like<onnx::NegOp>(angles) : angles;
  }
};
} // namespace

static std::optional<Angles> findAngles(const raise::View &view, ArrayRef<int64_t> loops) {
  Angles angles;
  angles.tensor = view.value;
  angles.constant = raise::readConstant(view, loops);
  if (angles.constant)
    return angles;
  angles.shape.assign(loops.size(), 1);
  int64_t previous = -1;
  for (AffineExpr expr : view.map.getResults()) {
    // start + step * loop, the loops in their order.
    AffineMap place = AffineMap::get(loops.size(), 0, expr);
    SmallVector<int64_t> at(loops.size(), 0);
    int64_t start = place.compose(at)[0], loop = previous + 1, count = loops.size();
    while (loop < count && !expr.isFunctionOfDim(loop))
      ++loop;
    bool isConstant = loop == count;
    int64_t step = 1;
    AffineExpr line = getAffineConstantExpr(0, expr.getContext());
    if (!isConstant) {
      at[loop] = 1;
      step = place.compose(at)[0] - start;
      line = getAffineDimExpr(loop, expr.getContext()) * step;
      angles.shape[loop] = loops[loop];
      previous = loop;
    }
    if (step < 1 || !raise::getDistance(place, AffineMap::get(loops.size(), 0, line)))
      return std::nullopt;
    angles.first.push_back(start);
    angles.sizes.push_back(isConstant ? 1 : loops[loop]);
    angles.steps.push_back(step);
  }
  return angles;
}

/// The same from the tensor nearest to what is computed that is read slice by slice.
static std::optional<Angles> findAngles(const raise::ViewChain &chain, ArrayRef<int64_t> loops) {
  for (const raise::View &view : llvm::reverse(chain))
    if (std::optional<Angles> angles = findAngles(view, loops))
      return angles;
  return std::nullopt;
}

namespace {
/// What ends a rotation: the sum of two products, or the joint of the two elements.
template <typename OpT> struct RaisePairs : OpRewritePattern<OpT> {
  using OpRewritePattern<OpT>::OpRewritePattern;
  LogicalResult matchAndRewrite(OpT op, PatternRewriter &rewriter) const override {
    Value value = op->getResult(0);
    RankedTensorType type = raise::getStaticType(value);
    if (!type || !isa<FloatType>(type.getElementType()))
      return rewriter.notifyMatchFailure(op, "not a tensor of floating-point numbers");
    // Pairs apart, [..., pairs, 2], are joined by what reads them, or else by another layout.
    SmallVector<int64_t> shape = raise::getTurnedShape(type);
    if (ArrayRef(shape) != type.getShape() &&
        (!isa<onnx::ConcatOp>(op) || !llvm::all_of(op->getUsers(), [&](Operation *user) {
          auto reshape = dyn_cast<onnx::ReshapeOp>(user);
          RankedTensorType to = reshape ? raise::getStaticType(reshape) : RankedTensorType();
          return to && to.getShape() != ArrayRef(shape);
        })))
      return rewriter.notifyMatchFailure(op, "the last dimension is one pair");
    StringRef reason;
    for (bool interleaved : {false, true})
      if (std::optional<raise::Rotation> rotation =
              raise::matchRotation(value, interleaved, reason))
        return replace(op, *rotation, interleaved, rewriter);
    return rewriter.notifyMatchFailure(op, reason);
  }

private:
  LogicalResult replace(OpT op, const raise::Rotation &rotation, bool interleaved,
                        PatternRewriter &rewriter) const {
    GraphBuilder graph(rewriter, op->getLoc());
    auto type = cast<RankedTensorType>(op->getResult(0).getType());
    SmallVector<int64_t> shape = raise::getTurnedShape(type);
    SmallVector<int64_t> loops = raise::getPairLoops(shape);
    std::optional<Angles> cosine = findAngles(rotation.cosine, loops),
                          sine = findAngles(rotation.sine, loops);
    if (!cosine || !sine)
      return rewriter.notifyMatchFailure(op, "the angles are no slice of a tensor");
    Value x =
        slice(graph, rotation.x, rotation.offsets, shape, SmallVector<int64_t>(shape.size(), 1));
    Value turned = onnx::RotaryEmbeddingOp::create(
        rewriter, op->getLoc(), RankedTensorType::get(shape, type.getElementType()), x,
        cosine->make(graph, /*isNegated=*/false), sine->make(graph, rotation.isInverse),
        rewriter.getBoolAttr(interleaved), graph.number(0));
    rewriter.replaceOp(op, graph.reshape(turned, type.getShape()));
    return success();
  }
};

/// A concatenation of turned elements with others of the same tensor, each in its place.
struct RaiseParts : OpRewritePattern<onnx::ConcatOp> {
  using OpRewritePattern::OpRewritePattern;
  LogicalResult matchAndRewrite(onnx::ConcatOp op, PatternRewriter &rewriter) const override {
    RankedTensorType type = raise::getStaticType(op.getResult());
    if (!type || type.getNumElements() == 0)
      return rewriter.notifyMatchFailure(op, "not a static tensor");
    int64_t axis = op.getAxis() + (op.getAxis() < 0 ? type.getRank() : 0), first = 0, start = 0;
    onnx::RotaryEmbeddingOp rotary;
    SmallVector<raise::ViewChain> chains;
    for (Value part : op.getInputs()) {
      RankedTensorType partType = raise::getStaticType(part);
      if (!partType || partType.getNumElements() == 0)
        return rewriter.notifyMatchFailure(op, "a part is empty or not static");
      if (auto turned = part.getDefiningOp<onnx::RotaryEmbeddingOp>()) {
        if (rotary || !part.hasOneUse())
          return rewriter.notifyMatchFailure(op,
                                             "more than one part turns, or one has other users");
        rotary = turned;
        start = first;
        part = turned.getX();
      }
      chains.push_back(readPart(part, axis, first));
      first += partType.getDimSize(axis);
    }
    if (!rotary)
      return rewriter.notifyMatchFailure(op, "no part turns");
    Value x = findCommonTensor(chains, type);
    if (!x)
      return rewriter.notifyMatchFailure(op, "the parts are not those of one tensor");
    GraphBuilder graph(rewriter, op.getLoc());
    Value cosine = rotary.getCosine(), sine = rotary.getSine();
    IntegerAttr rotated = rotary.getRotatedSizeAttr();
    int64_t extent = GraphBuilder::getShape(rotary.getX())[axis];
    if (axis == type.getRank() - 1) {
      if (start != 0 || rotary.getRotatedSize() != 0)
        return rewriter.notifyMatchFailure(op, "what turns does not come first");
      rotated = graph.number(extent);
    } else {
      std::optional<eval::Tensor> cosines = getConstant(cosine), sines = getConstant(sine);
      if (!cosines || !sines)
        return rewriter.notifyMatchFailure(op, "the angles are not constant");
      Rows rows{type.getRank() - axis, start, extent, type.getDimSize(axis)};
      cosine = pad(graph, *cosines, rows, 1);
      sine = pad(graph, *sines, rows, 0);
    }
    rewriter.replaceOpWithNewOp<onnx::RotaryEmbeddingOp>(op, type, x, cosine, sine,
                                                         rotary.getInterleavedAttr(), rotated);
    return success();
  }

private:
  /// The tensors under `part` that it is a slice of, from `first` on along the axis.
  static raise::ViewChain readPart(Value part, int64_t axis, int64_t first) {
    ArrayRef<int64_t> shape = GraphBuilder::getShape(part);
    AffineMap identity = AffineMap::getMultiDimIdentityMap(shape.size(), part.getContext());
    raise::ViewChain chain = raise::walkLayout({part, identity}, shape);
    AffineMap place = chain.front().map;
    raise::ViewChain result;
    for (const raise::View &view : chain) {
      std::optional<SmallVector<int64_t>> offsets = raise::getDistance(view.map, place);
      if (!offsets)
        continue;
      (*offsets)[axis] -= first;
      if (llvm::all_of(*offsets, [](int64_t offset) { return offset == 0; }))
        result.push_back(view);
    }
    return result;
  }

  static Value findCommonTensor(ArrayRef<raise::ViewChain> chains, RankedTensorType type) {
    for (const raise::View &view : chains.front())
      if (view.value.getType() == type && llvm::all_of(chains, [&](const raise::ViewChain &chain) {
            return llvm::any_of(
                chain, [&](const raise::View &other) { return other.value == view.value; });
          }))
        return view.value;
    return {};
  }

  static std::optional<eval::Tensor> getConstant(Value value) {
    ElementsAttr attr = onnx::getConstantAttr(value);
    return attr ? eval::Tensor::get(attr) : std::nullopt;
  }

  /// `extent` of `total` indices of an axis, from `start` on.
  struct Rows {
    int64_t axisFromRight, start, extent, total;
  };

  /// Angles for some rows as those for all, of which the others stay as they are.
  static Value pad(GraphBuilder &graph, const eval::Tensor &angles, const Rows &rows,
                   double still) {
    SmallVector<int64_t> shape(angles.getShape());
    if (int64_t(shape.size()) < rows.axisFromRight)
      shape.insert(shape.begin(), rows.axisFromRight - shape.size(), 1);
    int64_t axis = shape.size() - rows.axisFromRight, inner = 1;
    shape[axis] = rows.extent;
    for (int64_t size : ArrayRef(shape).drop_front(axis + 1))
      inner *= size;
    std::vector<double> numbers = angles.elementsAs<double>(shape), padded;
    shape[axis] = rows.total;
    auto type = RankedTensorType::get(shape, angles.getType().getElementType());
    for (int64_t n = 0, count = type.getNumElements(); n < count; ++n) {
      int64_t row = n / inner % rows.total - rows.start, outer = n / inner / rows.total;
      bool turns = row >= 0 && row < rows.extent;
      padded.push_back(turns ? numbers[(outer * rows.extent + row) * inner + n % inner] : still);
    }
    return makeConstant(graph, type, padded);
  }
};

struct RaiseRotaryEmbedding : fovea::impl::RaiseRotaryEmbeddingPassBase<RaiseRotaryEmbedding> {
  void runOnOperation() override {
    RewritePatternSet patterns(&getContext());
    patterns.add<RaisePairs<onnx::AddOp>, RaisePairs<onnx::ConcatOp>, RaisePairs<onnx::ReshapeOp>,
                 RaisePairs<onnx::SubOp>, RaiseParts>(&getContext());
    if (failed(raise::applyRaising(getOperation(), std::move(patterns))))
      signalPassFailure();
  }
};
} // namespace
