// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// From a Softmax up to the product of queries and keys, with the index into each value on the way.
// The order of the steps is kept: only what stands directly at the product becomes part of the
// scale.

#include "passes/raise/ScorePath.h"

#include "dialects/onnx/ConstantData.h"
#include "dialects/onnx/OnnxAttentionOps.h"
#include "dialects/onnx/OnnxElementwiseOps.h"
#include "dialects/onnx/OnnxNormOps.h"
#include "dialects/onnx/OnnxReduceOps.h"
#include "dialects/onnx/OnnxScatterOps.h"
#include "passes/raise/GraphMatch.h"
#include "passes/raise/ScatterBox.h"

#include "llvm/ADT/SetVector.h"

#include <cmath>

using namespace mlir;
using namespace fovea;
using namespace fovea::raise;

namespace {
/// A search upwards through single-use values. It remembers what stopped it nearest to a product.
class PathFinder {
public:
  PathFinder(const ScoreLoops &loops, Refusal &refusal, unsigned &budget)
      : loops(loops), refusal(refusal), budget(budget) {
    refusal = Refusal();
  }

  std::optional<ScorePath> find(const View &view, Operation *reader, unsigned depth = 0) {
    Operation *op = view.value.getDefiningOp();
    if (!op || depth > maxDepth || budget == 0)
      return stop(RemarkCode::NoScoreProduct, getBlamed(view.value, reader),
                  "the scores come from " + describeProducer(view.value) +
                      ", not from a matrix product");
    --budget;
    std::optional<Contraction> product = matchContraction(view.value);
    bool isStep =
        product ||
        isa<onnx::AddOp, onnx::SubOp, onnx::MulOp, onnx::DivOp, onnx::NegOp, onnx::WhereOp,
            onnx::TanhOp, onnx::ClipOp, onnx::ReluOp, onnx::LeakyReluOp, onnx::MinOp, onnx::MaxOp>(
            op);
    if (isShared(view.value, reader) && isStep && !isPart) {
      if (product || PathFinder(loops, ignored, budget).find(op, view, depth))
        return stopAtSecondUse(view.value, reader);
      return stop(RemarkCode::NoScoreProduct, op,
                  describeProducer(view.value) + " is not a matrix product");
    }
    if (product)
      return end(*product, view);
    return find(op, view, depth);
  }

private:
  static constexpr unsigned maxDepth = 32, far = 128;
  using Kind = ScoreStep::Kind;

  /// Whether anything but `reader` reads the value. Softmaxes of the same scores are sites of their
  /// own, and compute them on their own.
  static bool isShared(Value value, Operation *reader) {
    auto softmax = dyn_cast<onnx::SoftmaxOp>(reader);
    return llvm::count_if(value.getUsers(), [&](Operation *user) {
             auto twin = dyn_cast<onnx::SoftmaxOp>(user);
             bool isTwin = user != reader && softmax && twin && softmax.getAxis() == twin.getAxis();
             return !isTwin;
           }) != 1;
  }

  /// Keeps the reason that is nearest to a product of computed factors: it says most.
  std::optional<ScorePath> stop(RemarkCode code, Operation *blocking, std::string reason) {
    unsigned distance = code == RemarkCode::NoScoreProduct ? far : measureDistance(blocking);
    if (!refusal.code || distance < nearestStop) {
      refusal = {code, blocking, std::move(reason)};
      nearestStop = distance;
    }
    return std::nullopt;
  }

  std::optional<ScorePath> stopAtSecondUse(Value value, Operation *reader) {
    Operation *other = getOtherUser(value, reader);
    bool isReturned = other->hasTrait<OpTrait::IsTerminator>();
    std::string by = isReturned ? std::string("returned by the model")
                                : "used by " + describeProducer(other->getResult(0)) + " as well";
    refusal = {RemarkCode::ScoresUsedElsewhere, isReturned ? value.getDefiningOp() : other,
               "the scores of " + describeProducer(value) + " are " + by};
    nearestStop = 0;
    return std::nullopt;
  }

  static bool hasConstantFactor(const Contraction &product) {
    return onnx::getConstantAttr(product.left.value) || onnx::getConstantAttr(product.right.value);
  }

  /// How many ops lie between `op` and the nearest product of computed factors above it.
  static unsigned measureDistance(Operation *op) {
    llvm::SetVector<Operation *> reached;
    SmallVector<unsigned> distances = {0};
    reached.insert(op);
    for (unsigned next = 0; next < reached.size() && next < far / 2; ++next) {
      if (reached[next]->getNumResults() == 1)
        if (auto product = matchContraction(reached[next]->getResult(0));
            product && !hasConstantFactor(*product))
          return distances[next] + 1;
      for (Value operand : reached[next]->getOperands())
        if (Operation *producer = operand.getDefiningOp(); producer && reached.insert(producer))
          distances.push_back(distances[next] + 1);
    }
    return far;
  }

  /// A product of elements is one of queries and keys of one channel.
  std::optional<ScorePath> endElementwise(onnx::MulOp mul, const View &view) {
    View a = readOperand(view, mul.getA()), b = readOperand(view, mul.getB());
    bool aDiffers = a && readsAny(a.map, loops.keys), bDiffers = b && readsAny(b.map, loops.keys);
    if (!a || !b || aDiffers == bDiffers || onnx::getConstantAttr(a.value) ||
        onnx::getConstantAttr(b.value))
      return std::nullopt;
    refusal = Refusal();
    ScorePath path{mul.getC(), aDiffers ? b : a, aDiffers ? a : b, {}};
    return path;
  }

  /// The product, when one of its factors is the same for every key.
  std::optional<ScorePath> end(const Contraction &product, const View &view) {
    ScorePath path;
    path.product = product.result;
    path.scale = product.factor;
    path.inner.assign(product.loops.begin() + product.outer, product.loops.end());
    unsigned numLoops = loops.extents.size();
    SmallVector<AffineExpr> replacements(view.map.getResults());
    for (size_t n = 0; n < path.inner.size(); ++n)
      replacements.push_back(getAffineDimExpr(numLoops + n, view.map.getContext()));
    auto restate = [&](const View &factor) {
      return View{factor.value, factor.map.replaceDimsAndSymbols(replacements, {},
                                                                 numLoops + path.inner.size(), 0)};
    };
    path.query = restate(product.left);
    path.key = restate(product.right);
    if (readsAny(path.query.map, loops.keys))
      std::swap(path.query, path.key);
    if (readsAny(path.query.map, loops.keys))
      return stop(RemarkCode::MixedFactors, product.result.getDefiningOp(),
                  "both factors of " + describeProducer(product.result) + " differ by key");
    if (onnx::getConstantAttr(path.query.value) && readsAny(path.key.map, loops.queries)) {
      bool mixes = measureDistance(product.result.getDefiningOp()) < maxDepth;
      return stop(mixes ? RemarkCode::MixedHeads : RemarkCode::MixedFactors,
                  product.result.getDefiningOp(),
                  describeProducer(product.result) +
                      (mixes ? " mixes the scores of several heads"
                             : " multiplies a constant with what differs by query and key"));
    }
    return path;
  }

  std::optional<ScorePath> find(Operation *op, const View &view, unsigned depth) {
    Value result = view.value;
    if (skipFloatCasts(result) != result)
      return find({op->getOperand(0), view.map}, op, depth + 1);
    if (auto add = dyn_cast<onnx::AddOp>(op))
      return nearest(append(view, add.getA(), Kind::Add, add.getB(), depth),
                     append(view, add.getB(), Kind::Add, add.getA(), depth));
    if (auto sub = dyn_cast<onnx::SubOp>(op))
      return nearest(append(view, sub.getA(), Kind::Sub, sub.getB(), depth),
                     append(view, sub.getB(), Kind::SubtractFrom, sub.getA(), depth));
    if (auto neg = dyn_cast<onnx::NegOp>(op))
      return append(view, neg.getX(), Kind::Negate, Value(), depth);
    if (auto mul = dyn_cast<onnx::MulOp>(op)) {
      std::optional<ScorePath> path =
          nearest(append(view, mul.getA(), Kind::Mul, mul.getB(), depth),
                  append(view, mul.getB(), Kind::Mul, mul.getA(), depth));
      return path ? path : endElementwise(mul, view);
    }
    if (auto div = dyn_cast<onnx::DivOp>(op))
      return append(view, div.getA(), Kind::Div, div.getB(), depth);
    if (auto tanh = dyn_cast<onnx::TanhOp>(op))
      return append(view, tanh.getX(), Kind::Tanh, Value(), depth);
    if (auto relu = dyn_cast<onnx::ReluOp>(op))
      return append(view, relu.getX(), Kind::Max, Value(), depth);
    if (auto leaky = dyn_cast<onnx::LeakyReluOp>(op)) {
      std::optional<ScorePath> path = append(view, leaky.getX(), Kind::LeakyRelu, Value(), depth);
      if (path)
        path->steps.back().slope = leaky.getAlpha().convertToDouble();
      return path;
    }
    if (auto clip = dyn_cast<onnx::ClipOp>(op))
      return throughClip(clip, view, depth);
    if (isa<onnx::MinOp, onnx::MaxOp>(op))
      return throughExtremum(op, isa<onnx::MinOp>(op) ? Kind::Min : Kind::Max, view, depth);
    if (auto where = dyn_cast<onnx::WhereOp>(op))
      return nearest(append(view, where.getX(), Kind::Select, where.getY(), depth, true),
                     append(view, where.getY(), Kind::Select, where.getX(), depth, false));
    if (auto sum = dyn_cast<onnx::ReduceSumOp>(op))
      if (std::optional<ScorePath> path = throughSum(sum, view, depth))
        return path;
    if (auto scatter = dyn_cast<onnx::ScatterNDOp>(op))
      if (std::optional<SmallVector<int64_t>> starts = findBox(scatter))
        return throughBox(scatter, *starts, view, depth);
    if (std::optional<View> source = readThrough(view, loops.extents))
      return find(*source, op, depth + 1);
    return stop(RemarkCode::UnknownScoreOp, op,
                "the scores go through " + describeProducer(result) + ", which is not understood");
  }

  /// The path to `scores` with one more step behind it.
  std::optional<ScorePath> append(const View &view, Value scores, Kind kind, Value other,
                                  unsigned depth, bool keepWhereTrue = true) {
    View source = readOperand(view, scores);
    if (onnx::getConstantAttr(scores) || !source)
      return std::nullopt;
    ScoreStep step{kind, other ? readOperand(view, other) : View(), {}, keepWhereTrue};
    Operation *op = view.value.getDefiningOp();
    if (auto where = dyn_cast<onnx::WhereOp>(op)) {
      step.condition = readOperand(view, where.getCondition());
      if (step.condition && skipNegations(step.condition.value))
        step.keepWhereTrue = !step.keepWhereTrue;
    }
    if ((other && !step.other) || (kind == Kind::Select && !step.condition))
      return stop(RemarkCode::ShapeNotStatic, op,
                  "a shape at " + describeProducer(view.value) + " is not static");
    std::optional<ScorePath> path = find(source, op, depth + 1);
    if (!path)
      return std::nullopt;
    bool isScale = kind == Kind::Mul || kind == Kind::Div;
    if (isScale && path->steps.empty())
      if (std::optional<double> number = getScalarFor(other, scores)) {
        double scale = kind == Kind::Mul ? path->scale * *number : path->scale / *number;
        if (std::isfinite(scale) && scale != 0.0) {
          path->scale = scale;
          return path;
        }
      }
    path->steps.push_back(step);
    return path;
  }

  /// First the lower bound, then the upper one.
  std::optional<ScorePath> throughClip(onnx::ClipOp clip, const View &view, unsigned depth) {
    std::optional<ScorePath> path = find(readOperand(view, clip.getX()), clip, depth + 1);
    for (auto [kind, bound] :
         {std::pair<Kind, Value>(Kind::Max, clip.getLow()), {Kind::Min, clip.getHigh()}})
      if (path && !isa<NoneType>(bound.getType()))
        path = addStep(std::move(path), {kind, readOperand(view, bound), {}}, clip);
    return path;
  }

  /// The smallest or largest of several numbers, of which one leads to the product.
  std::optional<ScorePath> throughExtremum(Operation *op, Kind kind, const View &view,
                                           unsigned depth) {
    std::optional<ScorePath> best;
    if (op->getNumOperands() > maxAddends)
      return stop(RemarkCode::UnknownScoreOp, op,
                  "the scores go through " + describeProducer(view.value) + " of many numbers");
    for (Value scores : op->getOperands()) {
      View source = readOperand(view, scores);
      if (!source || onnx::getConstantAttr(scores))
        continue;
      std::optional<ScorePath> path = find(source, op, depth + 1);
      for (Value other : op->getOperands())
        if (path && other != scores)
          path = addStep(std::move(path), {kind, readOperand(view, other), {}}, op);
      best = nearest(std::move(best), std::move(path));
    }
    return best;
  }

  std::optional<ScorePath> addStep(std::optional<ScorePath> path, const ScoreStep &step,
                                   Operation *op) {
    if (!step.other)
      return stop(RemarkCode::ShapeNotStatic, op,
                  "a shape at " + describeProducer(op->getResult(0)) + " is not static");
    path->steps.push_back(step);
    return path;
  }

  /// A sum over a few elements is an addition of what is read at each.
  std::optional<ScorePath> throughSum(onnx::ReduceSumOp sum, const View &view, unsigned depth) {
    RankedTensorType type = getStaticType(sum.getX());
    std::optional<SmallVector<int64_t>> axes;
    if (!isa<NoneType>(sum.getAxes().getType()))
      axes = onnx::getConstantIntegers(sum.getAxes());
    if (!type || !axes || axes->size() != 1)
      return std::nullopt;
    int64_t axis = axes->front() + (axes->front() < 0 ? type.getRank() : 0);
    int64_t count = type.getDimSize(axis);
    if (count > maxAddends)
      return std::nullopt;
    auto getElement = [&](int64_t n) {
      SmallVector<AffineExpr> index(view.map.getResults());
      if (sum.getKeepdims())
        index.erase(index.begin() + axis);
      index.insert(index.begin() + axis, getAffineConstantExpr(n, view.map.getContext()));
      return View{sum.getX(),
                  AffineMap::get(view.map.getNumDims(), 0, index, view.map.getContext())};
    };
    std::optional<ScorePath> best;
    for (int64_t n = 0; n < count; ++n) {
      std::optional<ScorePath> path = find(getElement(n), sum, depth + 1);
      for (int64_t other = 0; path && other < count; ++other)
        if (other != n)
          path->steps.push_back({Kind::Add, getElement(other), {}});
      best = nearest(std::move(best), std::move(path));
    }
    return best;
  }

  static bool isSame(const ScoreStep &a, const ScoreStep &b) {
    auto isSameView = [](const View &x, const View &y) {
      return x.value == y.value && x.map == y.map;
    };
    return a.kind == b.kind && isSameView(a.other, b.other) &&
           isSameView(a.condition, b.condition) && a.keepWhereTrue == b.keepWhereTrue &&
           a.where == b.where && a.slope == b.slope;
  }

  /// Scores to a box of which something is added in place: what is written there leads to the same
  /// product as the rest, through more steps.
  std::optional<ScorePath> throughBox(onnx::ScatterNDOp scatter, ArrayRef<int64_t> starts,
                                      const View &view, unsigned depth) {
    MLIRContext *context = scatter.getContext();
    ArrayRef<int64_t> all = cast<RankedTensorType>(scatter.getX().getType()).getShape();
    ArrayRef<int64_t> box = cast<RankedTensorType>(scatter.getUpdates().getType()).getShape();
    SmallVector<int64_t> extents(loops.extents);
    SmallVector<AffineExpr> kept, moved, wrapped, conditions;
    for (unsigned dim = 0; dim < extents.size() + maxInner; ++dim)
      kept.push_back(getAffineDimExpr(dim, context));
    wrapped = kept;
    for (unsigned dim = 0; dim < extents.size(); ++dim)
      if (extents[dim] == 1)
        kept[dim] = getAffineConstantExpr(0, context);
    moved = kept;
    auto refuse = [&] {
      return stop(RemarkCode::UnknownScoreOp, scatter,
                  "the scores go through " + describeProducer(view.value) +
                      ", which writes more than a sum with themselves");
    };
    for (auto [index, start, extent, count] :
         llvm::zip_equal(view.map.getResults(), starts, box, all)) {
      if (extent == count)
        continue;
      auto dim = dyn_cast<AffineDimExpr>(index);
      if (!dim || extent == 0)
        return refuse();
      unsigned loop = dim.getPosition();
      if (extents[loop] != count)
        return refuse();
      extents[loop] = extent;
      moved[loop] = dim - start;
      // What is read outside of the box is not used, but has to exist.
      wrapped[loop] = (dim - start) % extent;
      if (start > 0)
        conditions.push_back(dim - start);
      if (start + extent < count)
        conditions.push_back(start + extent - 1 - dim);
    }
    auto replace = [&](AffineMap map, ArrayRef<AffineExpr> by) {
      return map.replaceDimsAndSymbols(by.take_front(map.getNumDims()), {}, map.getNumDims(), 0);
    };
    ScoreLoops inBox = {extents, loops.keys, loops.queries};
    Refusal whyNot;
    PathFinder wholeFinder(loops, whyNot, budget), partFinder(inBox, whyNot, budget);
    wholeFinder.isPart = partFinder.isPart = true;
    std::optional<ScorePath> path =
        wholeFinder.find({scatter.getX(), view.map}, scatter, depth + 1);
    std::optional<ScorePath> part =
        path ? partFinder.find({scatter.getUpdates(), view.map}, scatter, depth + 1) : std::nullopt;
    if (!part) {
      if (whyNot.code)
        return stop(*whyNot.code, whyNot.blocking, whyNot.reason);
      return refuse();
    }
    bool isSameProduct = part->product == path->product && part->scale == path->scale &&
                         part->inner == path->inner && part->inner.size() <= maxInner &&
                         replace(part->query.map, moved) == replace(path->query.map, kept) &&
                         replace(part->key.map, moved) == replace(path->key.map, kept) &&
                         part->steps.size() >= path->steps.size();
    if (!isSameProduct)
      return refuse();
    auto replaceAll = [&](ScoreStep step, ArrayRef<AffineExpr> by) {
      for (AffineMap *map : {&step.other.map, &step.condition.map, &step.where})
        *map = *map ? replace(*map, by) : AffineMap();
      return step;
    };
    auto shared = llvm::zip(part->steps, path->steps);
    if (!llvm::all_of(shared, [&](const auto &both) {
          const auto &[a, b] = both;
          return isSame(replaceAll(a, moved), replaceAll(b, kept));
        }))
      return refuse();
    for (ScoreStep &step : MutableArrayRef(part->steps).drop_front(path->steps.size())) {
      if (step.kind != Kind::Add && step.kind != Kind::Sub)
        return refuse();
      SmallVector<AffineExpr> where(conditions);
      if (step.where)
        llvm::append_range(where, replace(step.where, moved).getResults());
      step.where = AffineMap::get(view.map.getNumDims(), 0, where, context);
      step.other.map = replace(step.other.map, wrapped);
      path->steps.push_back(step);
    }
    if (!isPart && !endsIn(path->product, scatter))
      return stop(RemarkCode::ScoresUsedElsewhere, path->product.getDefiningOp(),
                  "the scores of " + describeProducer(path->product) + " are used by " +
                      describeProducer(view.value) + " and elsewhere");
    return path;
  }

  std::array<unsigned, 3> getRank(const ScorePath &path) const {
    return {onnx::getConstantAttr(path.query.value) || onnx::getConstantAttr(path.key.value),
            readsAny(path.key.map, loops.queries), unsigned(path.steps.size())};
  }

  std::optional<ScorePath> nearest(std::optional<ScorePath> a, std::optional<ScorePath> b) const {
    if (!a || !b)
      return a ? std::move(a) : std::move(b);
    return getRank(*b) < getRank(*a) ? std::move(b) : std::move(a);
  }

  static constexpr int64_t maxAddends = 4;
  static constexpr unsigned maxInner = 4;
  const ScoreLoops &loops;
  Refusal &refusal;
  unsigned nearestStop = 0;
  /// What another use of the scores reads is looked at by the caller.
  bool isPart = false;
  /// Values that may still be looked at: shared operands make the paths exponentially many.
  unsigned &budget;
  Refusal ignored;
};
} // namespace

std::optional<ScorePath> raise::findScorePath(const View &scores, const ScoreLoops &loops,
                                              Operation *softmax, Refusal &refusal) {
  unsigned budget = 256;
  std::optional<ScorePath> path = PathFinder(loops, refusal, budget).find(scores, softmax);
  if (!path && !refusal.code)
    refusal = {RemarkCode::NoScoreProduct, getBlamed(scores.value, softmax),
               "the scores are computed from no product of queries and keys"};
  return path;
}

bool raise::checkSteps(const AttentionSite &site, Refusal &refusal) {
  auto check = [&](const View &operand, bool isCondition) {
    if (!operand)
      return true;
    RankedTensorType type = getStaticType(operand.value);
    if (!type) {
      refusal = {RemarkCode::ShapeNotStatic, getBlamed(operand.value, site.anchor),
                 "the shape of " + describeProducer(operand.value) + " is not static"};
      return false;
    }
    Type element = type.getElementType();
    bool supported = isCondition ? element.isInteger(1)
                                 : element.isF32() || element.isF16() || element.isBF16() ||
                                       onnx::getConstantScalar(operand.value) ||
                                       (element.isSignlessInteger() && !element.isInteger(1) &&
                                        isa<onnx::AttentionOp>(site.anchor));
    if (!supported)
      refusal = {RemarkCode::ElementType, getBlamed(operand.value, site.anchor),
                 "the element type of the mask or bias " + describeProducer(operand.value) +
                     " is not supported"};
    return supported;
  };
  if (!check(site.sink, false) || !check(site.addedValue, false))
    return false;
  return llvm::all_of(site.steps, [&](const ScoreStep &step) {
    return check(step.condition, true) && check(step.other, false);
  });
}
