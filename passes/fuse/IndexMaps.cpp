// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// An expression is kept as a sum of terms with coefficients. A quotient or remainder by c drops the
// terms that c divides; what is left is decided when its range lies inside one period.

#include "passes/fuse/IndexMaps.h"

#include "dialects/attn/MapRange.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"

#include "llvm/ADT/STLExtras.h"

#include <numeric>

using namespace mlir;
using namespace fovea;

namespace {

struct Bounds {
  int64_t low, high;
};

/// constant + sum of coefficient * expression; no coefficient is 0 and no expression occurs twice.
struct Sum {
  SmallVector<std::pair<AffineExpr, int64_t>> terms;
  int64_t constant = 0;

  void add(AffineExpr expr, int64_t coefficient) {
    auto *found = llvm::find_if(terms, [&](auto &term) { return term.first == expr; });
    if (found == terms.end()) {
      if (coefficient != 0)
        terms.emplace_back(expr, coefficient);
      return;
    }
    found->second += coefficient;
    if (found->second == 0)
      terms.erase(found);
  }
};

class Simplifier {
public:
  Simplifier(ArrayRef<int64_t> extents, bool keepUnitDims, MLIRContext *context)
      : extents(extents), keepUnitDims(keepUnitDims), context(context) {}

  AffineExpr simplify(AffineExpr expr) { return toExpr(toSum(expr)); }

private:
  Sum toSum(AffineExpr expr);
  AffineExpr toExpr(const Sum &sum);
  Bounds rangeOf(AffineExpr expr);
  Bounds rangeOf(const Sum &sum);
  Sum divide(const Sum &sum, int64_t divisor);
  Sum remainder(const Sum &sum, int64_t divisor);
  std::optional<Sum> getCongruent(AffineExpr quotient, AffineExpr dividend, int64_t divisor);
  void recombine(Sum &sum);

  ArrayRef<int64_t> extents;
  bool keepUnitDims;
  MLIRContext *context;
};

} // namespace

static int64_t floorDiv(int64_t a, int64_t b) { return a / b - (a % b != 0 && (a < 0) != (b < 0)); }

Bounds Simplifier::rangeOf(AffineExpr expr) {
  if (auto dim = dyn_cast<AffineDimExpr>(expr))
    return {0, extents[dim.getPosition()] - 1};
  if (auto constant = dyn_cast<AffineConstantExpr>(expr))
    return {constant.getValue(), constant.getValue()};
  auto binary = cast<AffineBinaryOpExpr>(expr);
  Bounds inner = rangeOf(toSum(binary.getLHS()));
  int64_t divisor = cast<AffineConstantExpr>(binary.getRHS()).getValue();
  if (expr.getKind() == AffineExprKind::FloorDiv)
    return {floorDiv(inner.low, divisor), floorDiv(inner.high, divisor)};
  return {0, divisor - 1};
}

Bounds Simplifier::rangeOf(const Sum &sum) {
  Bounds range{sum.constant, sum.constant};
  for (auto [expr, coefficient] : sum.terms) {
    Bounds term = rangeOf(expr);
    range.low += coefficient * (coefficient > 0 ? term.low : term.high);
    range.high += coefficient * (coefficient > 0 ? term.high : term.low);
  }
  return range;
}

/// Splits into the multiples of `divisor` and the rest, whose constant lies in [0, divisor).
static std::pair<Sum, Sum> splitMultiples(const Sum &sum, int64_t divisor) {
  Sum multiples, rest;
  for (auto [expr, coefficient] : sum.terms)
    (coefficient % divisor == 0 ? multiples : rest).add(expr, coefficient);
  multiples.constant = floorDiv(sum.constant, divisor) * divisor;
  rest.constant = sum.constant - multiples.constant;
  return {multiples, rest};
}

/// Splits into multiples of `divisor` and the rest, which has the smallest coefficients there are,
/// of either sign: 15 x = 16 x - x.
static std::pair<Sum, Sum> splitNearest(const Sum &sum, int64_t divisor) {
  Sum multiples, rest;
  rest.constant = sum.constant;
  for (auto [expr, coefficient] : sum.terms) {
    int64_t nearest = floorDiv(coefficient + divisor / 2, divisor) * divisor;
    multiples.add(expr, nearest);
    rest.add(expr, coefficient - nearest);
  }
  return {multiples, rest};
}

static Sum scale(Sum sum, int64_t factor, int64_t divisor = 1) {
  for (auto &term : sum.terms)
    term.second = term.second * factor / divisor;
  sum.constant = sum.constant * factor / divisor;
  return sum;
}

static Sum plus(Sum left, const Sum &right) {
  for (auto [expr, coefficient] : right.terms)
    left.add(expr, coefficient);
  left.constant += right.constant;
  return left;
}

/// The largest divisor of `divisor` that, with the terms it divides taken out, leaves something
/// inside [0, it): then (g * x + r) floordiv (g * y) = x floordiv y and (g * x + r) mod (g * y) = g
/// * (x mod y) + r.
static int64_t commonFactor(const Sum &sum, int64_t divisor,
                            llvm::function_ref<Bounds(const Sum &)> rangeOf) {
  SmallVector<int64_t> candidates;
  for (auto term : sum.terms)
    candidates.push_back(std::gcd(std::abs(term.second), divisor));
  llvm::sort(candidates, std::greater<>());
  for (int64_t candidate : candidates) {
    if (candidate <= 1 || candidate == divisor)
      continue;
    Bounds rest = rangeOf(splitMultiples(sum, candidate).second);
    if (rest.low >= 0 && rest.high < candidate)
      return candidate;
  }
  return 1;
}

Sum Simplifier::divide(const Sum &sum, int64_t divisor) {
  auto [multiples, rest] = splitMultiples(sum, divisor);
  Sum result = scale(multiples, 1, divisor);
  Bounds range = rangeOf(rest);
  if (floorDiv(range.low, divisor) == floorDiv(range.high, divisor)) {
    result.constant += floorDiv(range.low, divisor);
    return result;
  }
  auto [near, remote] = splitNearest(rest, divisor);
  range = rangeOf(remote);
  if (floorDiv(range.low, divisor) == floorDiv(range.high, divisor)) {
    result = plus(result, scale(near, 1, divisor));
    result.constant += floorDiv(range.low, divisor);
    return result;
  }
  int64_t factor = commonFactor(rest, divisor, [&](const Sum &s) { return rangeOf(s); });
  if (factor > 1)
    return plus(result,
                divide(scale(splitMultiples(rest, factor).first, 1, factor), divisor / factor));
  AffineExpr expr = toExpr(rest);
  auto inner = dyn_cast<AffineBinaryOpExpr>(expr);
  if (inner && expr.getKind() == AffineExprKind::FloorDiv) {
    int64_t innerDivisor = cast<AffineConstantExpr>(inner.getRHS()).getValue();
    result.add(inner.getLHS().floorDiv(innerDivisor * divisor), 1);
    return result;
  }
  result.add(expr.floorDiv(divisor), 1);
  return result;
}

Sum Simplifier::remainder(const Sum &sum, int64_t divisor) {
  Sum rest = splitMultiples(sum, divisor).second;
  // (x mod kc + r) mod c = (x + r) mod c: a roll of a roll.
  for (auto [expr, coefficient] : rest.terms) {
    auto inner = dyn_cast<AffineBinaryOpExpr>(expr);
    if (!inner || inner.getKind() != AffineExprKind::Mod ||
        cast<AffineConstantExpr>(inner.getRHS()).getValue() % divisor != 0)
      continue;
    Sum opened = plus(rest, scale(toSum(inner.getLHS()), coefficient));
    opened.add(expr, -coefficient);
    return remainder(opened, divisor);
  }
  Bounds range = rangeOf(rest);
  int64_t period = floorDiv(range.low, divisor);
  if (period == floorDiv(range.high, divisor)) {
    rest.constant -= period * divisor;
    return rest;
  }
  Sum remote = splitNearest(rest, divisor).second;
  range = rangeOf(remote);
  period = floorDiv(range.low, divisor);
  if (period == floorDiv(range.high, divisor)) {
    remote.constant -= period * divisor;
    return remote;
  }
  int64_t factor = commonFactor(rest, divisor, [&](const Sum &s) { return rangeOf(s); });
  if (factor > 1) {
    auto [multiples, small] = splitMultiples(rest, factor);
    return plus(scale(remainder(scale(multiples, 1, factor), divisor / factor), factor), small);
  }
  Sum result;
  result.add(toExpr(rest) % divisor, 1);
  return result;
}

/// Whether `quotient` is f floordiv c, where f and `dividend` have the same remainder by c; then f.
std::optional<Sum> Simplifier::getCongruent(AffineExpr quotient, AffineExpr dividend,
                                            int64_t divisor) {
  auto binary = dyn_cast<AffineBinaryOpExpr>(quotient);
  if (!binary || quotient.getKind() != AffineExprKind::FloorDiv ||
      cast<AffineConstantExpr>(binary.getRHS()).getValue() != divisor)
    return std::nullopt;
  Sum other = toSum(binary.getLHS());
  Sum rest = remainder(plus(other, scale(toSum(dividend), -1)), divisor);
  if (!rest.terms.empty() || rest.constant != 0)
    return std::nullopt;
  return other;
}

/// c * (x floordiv c) + x mod c = x: a reshape and its inverse cancel.
void Simplifier::recombine(Sum &sum) {
  for (auto [expr, coefficient] : sum.terms) {
    auto mod = dyn_cast<AffineBinaryOpExpr>(expr);
    if (!mod || mod.getKind() != AffineExprKind::Mod)
      continue;
    int64_t divisor = cast<AffineConstantExpr>(mod.getRHS()).getValue();
    AffineExpr quotient = toExpr(divide(toSum(mod.getLHS()), divisor));
    for (auto [other, otherCoefficient] : sum.terms) {
      if (otherCoefficient != coefficient * divisor)
        continue;
      std::optional<Sum> whole =
          other == quotient ? toSum(mod.getLHS()) : getCongruent(other, mod.getLHS(), divisor);
      if (!whole)
        continue;
      Sum merged = plus(sum, scale(*whole, coefficient));
      merged.add(expr, -coefficient);
      merged.add(other, -otherCoefficient);
      sum = merged;
      return recombine(sum);
    }
  }
}

Sum Simplifier::toSum(AffineExpr expr) {
  Sum result;
  switch (expr.getKind()) {
  case AffineExprKind::Constant:
    result.constant = cast<AffineConstantExpr>(expr).getValue();
    return result;
  case AffineExprKind::DimId:
    if (keepUnitDims || extents[cast<AffineDimExpr>(expr).getPosition()] != 1)
      result.add(expr, 1);
    return result;
  case AffineExprKind::Add: {
    auto binary = cast<AffineBinaryOpExpr>(expr);
    result = plus(toSum(binary.getLHS()), toSum(binary.getRHS()));
    recombine(result);
    return result;
  }
  default:
    break;
  }
  auto binary = dyn_cast<AffineBinaryOpExpr>(expr);
  auto factor = binary ? dyn_cast<AffineConstantExpr>(binary.getRHS()) : AffineConstantExpr();
  if (factor && expr.getKind() == AffineExprKind::Mul)
    return factor.getValue() == 0 ? result : scale(toSum(binary.getLHS()), factor.getValue());
  if (factor && factor.getValue() > 0 && expr.getKind() == AffineExprKind::FloorDiv)
    return divide(toSum(binary.getLHS()), factor.getValue());
  if (factor && factor.getValue() > 0 && expr.getKind() == AffineExprKind::Mod)
    return remainder(toSum(binary.getLHS()), factor.getValue());
  result.add(expr, 1);
  return result;
}

AffineExpr Simplifier::toExpr(const Sum &sum) {
  AffineExpr expr = getAffineConstantExpr(0, context);
  for (auto [term, coefficient] : sum.terms)
    expr = expr + term * coefficient;
  return expr + sum.constant;
}

static bool isQuasiLinear(AffineMap map) {
  bool supported = map.getNumSymbols() == 0;
  map.walkExprs([&](AffineExpr expr) {
    if (expr.getKind() == AffineExprKind::CeilDiv)
      supported = false;
    if (auto binary = dyn_cast<AffineBinaryOpExpr>(expr);
        binary && expr.getKind() != AffineExprKind::Add) {
      auto factor = dyn_cast<AffineConstantExpr>(binary.getRHS());
      supported &= factor && (expr.getKind() == AffineExprKind::Mul || factor.getValue() > 0);
    }
  });
  return supported;
}

AffineMap fovea::simplifyIndexMap(AffineMap map, ArrayRef<int64_t> dimExtents, bool keepUnitDims) {
  if (!isQuasiLinear(map) || llvm::any_of(dimExtents, [](int64_t extent) { return extent < 1; }))
    return map;
  Simplifier simplifier(dimExtents, keepUnitDims, map.getContext());
  SmallVector<AffineExpr> results;
  for (AffineExpr expr : map.getResults())
    results.push_back(simplifier.simplify(expr));
  return AffineMap::get(map.getNumDims(), 0, results, map.getContext());
}

bool fovea::hasDivOrMod(AffineMap map) {
  bool found = false;
  map.walkExprs([&](AffineExpr expr) {
    found |= llvm::is_contained(
        {AffineExprKind::FloorDiv, AffineExprKind::CeilDiv, AffineExprKind::Mod}, expr.getKind());
  });
  return found;
}

bool fovea::dividesDim(AffineMap map, AffineExpr dim) {
  bool found = false;
  map.walkExprs([&](AffineExpr expr) {
    if (expr.getKind() == AffineExprKind::FloorDiv || expr.getKind() == AffineExprKind::Mod)
      found |= expr.isFunctionOfDim(cast<AffineDimExpr>(dim).getPosition());
  });
  return found;
}

/// Whether `expr` is dimension `dim` at every point of the dimensions that it depends on.
static bool isDimEverywhere(AffineExpr expr, unsigned dim, ArrayRef<int64_t> extents) {
  constexpr int64_t maxPoints = 1 << 16;
  SmallVector<unsigned> used;
  int64_t points = 1;
  for (unsigned other = 0; other < extents.size(); ++other)
    if (other == dim || expr.isFunctionOfDim(other)) {
      if (extents[other] < 1 || extents[other] > maxPoints / points)
        return false;
      points *= extents[other];
      used.push_back(other);
    }
  SmallVector<int64_t> point(extents.size(), 0);
  for (int64_t number = 0; number < points; ++number) {
    int64_t rest = number;
    for (unsigned other : used) {
      point[other] = rest % extents[other];
      rest /= extents[other];
    }
    if (attn::evaluate(expr, point) != point[dim])
      return false;
  }
  return true;
}

bool fovea::isIdentityOn(AffineMap map, ArrayRef<int64_t> shape) {
  if (map.getNumResults() != shape.size() || !isQuasiLinear(map))
    return false;
  for (auto [dim, expr] : llvm::enumerate(map.getResults()))
    if (expr != getAffineDimExpr(dim, map.getContext()) && !isDimEverywhere(expr, dim, shape))
      return false;
  return true;
}

bool fovea::isSelection(AffineMap map) {
  llvm::SmallBitVector seen(map.getNumDims());
  for (AffineExpr expr : map.getResults()) {
    if (isa<AffineConstantExpr>(expr))
      continue;
    auto dim = dyn_cast<AffineDimExpr>(expr);
    if (!dim || seen.test(dim.getPosition()))
      return false;
    seen.set(dim.getPosition());
  }
  return true;
}

bool fovea::isValidIndexing(TypeRange operandTypes, ArrayRef<AffineMap> maps,
                            ArrayRef<int64_t> loopExtents, MLIRContext *context) {
  AffineMap inverse = inversePermutation(concatAffineMaps(maps, context));
  if (!inverse)
    return false;
  SmallVector<int64_t> shapes;
  for (auto [type, map] : llvm::zip_equal(operandTypes, maps)) {
    auto tensor = dyn_cast<RankedTensorType>(type);
    if (!tensor)
      continue;
    llvm::append_range(shapes, tensor.getShape());
    for (auto [expr, extent] : llvm::zip_equal(map.getResults(), tensor.getShape()))
      if (auto dim = dyn_cast<AffineDimExpr>(expr); dim && loopExtents[dim.getPosition()] != extent)
        return false;
  }
  return llvm::equal(inverse.compose(shapes), loopExtents);
}
