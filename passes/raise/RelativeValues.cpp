// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// From the first product down to where both meet, with the index into each value over the product's
// loops; from there up again, as a sum of products times constants.

#include "passes/raise/RelativeValues.h"

#include "dialects/attn/MapRange.h"
#include "dialects/onnx/ConstantData.h"
#include "dialects/onnx/OnnxElementwiseOps.h"
#include "dialects/onnx/OnnxReduceOps.h"
#include "dialects/onnx/OnnxShapeOps.h"
#include "passes/fuse/IndexMaps.h"
#include "passes/raise/GraphMatch.h"

#include "llvm/ADT/SetVector.h"

#include <cmath>

using namespace mlir;
using namespace fovea;
using namespace fovea::raise;

namespace {
/// A product, read at `map`, times constants.
struct Term {
  Value product;
  AffineMap map;
  SmallVector<View> factors;
};

class Joiner {
public:
  Joiner(const ProbabilityPath &primary, const ProbabilityPath &secondary)
      : primary(primary), secondary(secondary), loops(primary.product.loops),
        context(primary.softmaxMap.getContext()) {}

  std::optional<ProbabilityPath> join() {
    if (primary.guarded != secondary.guarded || primary.product.factor != 1.0 ||
        secondary.product.factor != 1.0 || !isPlain(primary) || !isPlain(secondary) ||
        primary.sinkMap != AffineMap() || secondary.sinkMap != AffineMap() || !ownAllUses() ||
        !findSum() || !readTable() || !computeScales())
      return std::nullopt;
    ProbabilityPath joined = primary;
    joined.tapped = View();
    joined.relative = std::move(result);
    return joined;
  }

private:
  static constexpr unsigned maxDepth = 16;
  static constexpr int64_t maxAddends = 4, maxNumbers = 1 << 16;

  static bool isPlain(const ProbabilityPath &path) { return path.factors.empty() && !path.zeroed; }

  AffineMap simplify(ArrayRef<AffineExpr> exprs) const {
    return simplifyIndexMap(AffineMap::get(loops.size(), 0, exprs, context), loops,
                            /*keepUnitDims=*/false);
  }

  SmallVector<AffineExpr> getIdentity() const {
    AffineMap all = AffineMap::getMultiDimIdentityMap(loops.size(), context);
    return SmallVector<AffineExpr>(all.getResults().take_front(primary.product.outer));
  }

  /// Whether nothing but the two ways reads the probabilities on them.
  bool ownAllUses() const {
    llvm::SetVector<Operation *> readers;
    for (const ProbabilityPath *path : {&primary, &secondary})
      readers.insert(path->readers.begin(), path->readers.end());
    for (const ProbabilityPath *path : {&primary, &secondary})
      for (Value value : path->passed)
        for (Operation *user : value.getUsers())
          if (!readers.contains(user) && !(primary.guarded && isa<onnx::IsNaNOp>(user)))
            return false;
    return true;
  }

  static std::optional<int64_t> getSummedAxis(onnx::ReduceSumOp sum) {
    RankedTensorType type = getStaticType(sum.getX());
    std::optional<SmallVector<int64_t>> axes;
    if (type && !isa<NoneType>(sum.getAxes().getType()))
      axes = onnx::getConstantIntegers(sum.getAxes());
    if (!axes || axes->size() != 1)
      return std::nullopt;
    int64_t axis = axes->front() + (axes->front() < 0 ? type.getRank() : 0);
    return type.getDimSize(axis) <= maxAddends ? std::optional(axis) : std::nullopt;
  }

  /// Walks down from the first product.
  bool findSum() {
    Value value = primary.product.result;
    SmallVector<AffineExpr> index = getIdentity();
    bool isLayout = true;
    for (unsigned depth = 0; depth < maxDepth; ++depth) {
      if (!value.hasOneUse())
        return false;
      Operation *user = *value.user_begin();
      RankedTensorType from = getStaticType(value);
      RankedTensorType to =
          user->getNumResults() == 1 ? getStaticType(user->getResult(0)) : RankedTensorType();
      if (!from || !to)
        return false;
      auto sum = dyn_cast<onnx::ReduceSumOp>(user);
      bool meets = bool(sum);
      if (auto transpose = dyn_cast<onnx::TransposeOp>(user)) {
        SmallVector<AffineExpr> moved;
        ArrayRef<int64_t> order = transpose.getPermutation();
        for (size_t n = 0; n < index.size(); ++n)
          moved.push_back(index[order.empty() ? index.size() - 1 - n : order[n]]);
        index = std::move(moved);
        result.layout.push_back(user);
      } else if (isa<onnx::ReshapeOp, onnx::FlattenOp, onnx::SqueezeOp, onnx::UnsqueezeOp>(user)) {
        index = delinearize(linearize(index, from.getShape(), context), to.getShape());
        index = llvm::to_vector(simplify(index).getResults());
        result.layout.push_back(user);
      } else if (skipFloatCasts(user->getResult(0)) != user->getResult(0)) {
        result.layout.push_back(user);
      } else if (isa<onnx::AddOp, onnx::MulOp>(user) && from.getShape() == to.getShape()) {
        Value other = user->getOperand(user->getOperand(0) == value);
        meets = isa<onnx::AddOp>(user) && !onnx::getConstantAttr(other);
      } else if (auto concat = dyn_cast<onnx::ConcatOp>(user)) {
        int64_t axis = concat.getAxis() + (concat.getAxis() < 0 ? to.getRank() : 0), first = 0;
        for (Value input : concat.getInputs()) {
          if (input == value)
            break;
          RankedTensorType part = getStaticType(input);
          if (!part)
            return false;
          first += part.getDimSize(axis);
        }
        index[axis] = index[axis] + first;
        isLayout = false;
      } else if (std::optional<int64_t> axis = sum ? getSummedAxis(sum) : std::nullopt) {
        if (sum.getKeepdims())
          index[*axis] = getAffineConstantExpr(0, context);
        else
          index.erase(index.begin() + *axis);
        isLayout = false;
      } else {
        return false;
      }
      value = user->getResult(0);
      if (meets)
        return collectTerms({value, simplify(index)}) && setLayout(value, index, isLayout);
    }
    return false;
  }

  /// Says how the model's sum is made from what has the layout of the first product.
  bool setLayout(Value value, ArrayRef<AffineExpr> index, bool isLayout) {
    result.sum = value;
    auto from = cast<RankedTensorType>(primary.product.result.getType());
    auto to = cast<RankedTensorType>(value.getType());
    bool isSameOrder = from.getNumElements() == to.getNumElements() &&
                       simplify(linearize(index, to.getShape(), context)) ==
                           simplify(linearize(getIdentity(), from.getShape(), context));
    if (isSameOrder)
      result.layout.clear();
    return isSameOrder || isLayout;
  }

  bool collectTerms(const View &sum) {
    unsigned budget = 64;
    if (!collect(sum, {}, budget) || terms.size() != 2)
      return false;
    if (terms[0].product != primary.product.result)
      std::swap(terms[0], terms[1]);
    return terms[0].product == primary.product.result &&
           terms[1].product == secondary.product.result && terms[0].map == simplify(getIdentity());
  }

  /// Adds what `view` times `factors` is a sum of.
  bool collect(const View &view, SmallVector<View> factors, unsigned &budget) {
    if (!view || budget == 0)
      return false;
    --budget;
    if (onnx::getConstantAttr(view.value)) {
      factors.push_back(view);
      addends.push_back(std::move(factors));
      return true;
    }
    Operation *op = view.value.getDefiningOp();
    if (!op)
      return false;
    if (view.value == primary.product.result || view.value == secondary.product.result) {
      terms.push_back({view.value, view.map, std::move(factors)});
      return view.value.hasOneUse();
    }
    if (skipFloatCasts(view.value) != view.value)
      return collect({op->getOperand(0), view.map}, std::move(factors), budget);
    if (auto add = dyn_cast<onnx::AddOp>(op))
      return collect(readOperand(view, add.getA()), factors, budget) &&
             collect(readOperand(view, add.getB()), factors, budget);
    if (auto mul = dyn_cast<onnx::MulOp>(op)) {
      bool constantLeft = bool(onnx::getConstantAttr(mul.getA()));
      Value constant = constantLeft ? mul.getA() : mul.getB();
      View factor = readOperand(view, constant);
      if (!onnx::getConstantAttr(constant) || !factor)
        return false;
      factors.push_back(factor);
      return collect(readOperand(view, constantLeft ? mul.getB() : mul.getA()), std::move(factors),
                     budget);
    }
    if (auto sum = dyn_cast<onnx::ReduceSumOp>(op)) {
      std::optional<int64_t> axis = getSummedAxis(sum);
      if (!axis)
        return false;
      for (int64_t n = 0; n < getStaticType(sum.getX()).getDimSize(*axis); ++n) {
        SmallVector<AffineExpr> index(view.map.getResults());
        if (sum.getKeepdims())
          index.erase(index.begin() + *axis);
        index.insert(index.begin() + *axis, getAffineConstantExpr(n, context));
        if (!collect({sum.getX(), simplify(index)}, factors, budget))
          return false;
      }
      return true;
    }
    std::optional<View> source = readThrough(view, loops);
    return source && collect(*source, std::move(factors), budget);
  }

  /// States the second product's values over the loops of the first.
  bool readTable() {
    const Contraction &product = secondary.product;
    if (primary.keyLoops.size() != secondary.keyLoops.size())
      return false;
    SmallVector<AffineExpr> places(terms[1].map.getResults());
    places.resize(product.loops.size(), getAffineConstantExpr(0, context));
    for (auto [key, loop] : llvm::zip_equal(primary.keyLoops, secondary.keyLoops)) {
      if (loops[key] != product.loops[loop])
        return false;
      places[loop] = getAffineDimExpr(key, context);
    }
    auto restate = [&](AffineMap map) {
      return simplify(map.replaceDimsAndSymbols(places, {}, loops.size(), 0).getResults());
    };
    if (restate(secondary.softmaxMap) != simplify(primary.softmaxMap.getResults()))
      return false;
    result.table = {secondary.values.value, restate(secondary.values.map)};
    return true;
  }

  /// a * first + b * second + c is a * (first + b / a * second) + c.
  bool computeScales() {
    if (terms[0].factors.empty() && terms[1].factors.empty() && addends.empty())
      return true;
    addends.push_back(terms[0].factors);
    addends.push_back(terms[1].factors);
    llvm::DenseMap<Value, SmallVector<double>> numbers;
    SmallVector<bool> isUsed(loops.size(), false);
    for (const SmallVector<View> &factors : addends)
      for (const View &factor : factors) {
        auto read = onnx::getConstantNumbers(factor.value, maxNumbers);
        if (!read)
          return false;
        numbers[factor.value] = *read;
        for (unsigned loop = 0; loop < loops.size(); ++loop)
          isUsed[loop] |= factor.map.isFunctionOfDim(loop);
      }
    NumberTable table;
    SmallVector<unsigned> used;
    SmallVector<AffineExpr> index;
    int64_t count = 1;
    for (unsigned loop = 0; loop < loops.size(); ++loop)
      if (isUsed[loop]) {
        used.push_back(loop);
        index.push_back(getAffineDimExpr(loop, context));
        table.shape.push_back(loops[loop]);
        count *= loops[loop];
        if (loop >= primary.product.outer || count > maxNumbers)
          return false;
      }
    table.map = AffineMap::get(loops.size(), 0, index, context);
    table.numbers.resize(count);
    result.tableScale = result.scale = result.shift = table;
    SmallVector<int64_t> at(loops.size(), 0);
    auto multiply = [&](ArrayRef<View> factors) {
      double product = 1;
      for (const View &factor : factors) {
        int64_t place = 0;
        auto type = cast<RankedTensorType>(factor.value.getType());
        for (auto [expr, extent] : llvm::zip_equal(factor.map.getResults(), type.getShape()))
          place = place * extent + attn::evaluate(expr, at);
        product *= numbers.find(factor.value)->second[place];
      }
      return product;
    };
    for (int64_t n = 0; n < count; ++n) {
      int64_t rest = n;
      for (unsigned loop : llvm::reverse(used)) {
        at[loop] = rest % loops[loop];
        rest /= loops[loop];
      }
      double a = multiply(terms[0].factors), b = multiply(terms[1].factors), c = 0;
      for (const SmallVector<View> &factors : ArrayRef(addends).drop_back(2))
        c += multiply(factors);
      if (a == 0 || !std::isfinite(b / a) || !std::isfinite(a) || !std::isfinite(c))
        return false;
      result.scale->numbers[n] = a;
      result.tableScale->numbers[n] = b / a;
      result.shift->numbers[n] = c;
    }
    return true;
  }

  const ProbabilityPath &primary, &secondary;
  ArrayRef<int64_t> loops;
  MLIRContext *context;
  SmallVector<Term> terms;
  /// Products of constants.
  SmallVector<SmallVector<View>> addends;
  RelativeValues result;
};
} // namespace

std::optional<ProbabilityPath> raise::joinRelativeValues(const ProbabilityPath &primary,
                                                         const ProbabilityPath &secondary) {
  return Joiner(primary, secondary).join();
}
