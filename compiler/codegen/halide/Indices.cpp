// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Affine indices over merged dimensions, and their Halide form.

#include "compiler/codegen/halide/Indices.h"

using namespace mlir;
using namespace fovea::codegen::halide;
namespace H = Halide;

AffineExpr Space::addDim(int64_t extent) {
  extents.push_back(extent);
  groupOf.push_back(-1);
  dimValues.push_back(H::Expr(0));
  if (extent == 1)
    return getAffineConstantExpr(0, context);
  return getAffineDimExpr(extents.size() - 1, context);
}

AffineExpr Space::addValue(H::Expr value, int64_t extent) {
  AffineExpr expr = addDim(extent);
  dimValues.back() = value;
  return expr;
}

std::optional<Linear> Space::linear(AffineExpr expr) const {
  switch (expr.getKind()) {
  case AffineExprKind::Constant:
    return Linear{SmallVector<int64_t>(extents.size(), 0),
                  cast<AffineConstantExpr>(expr).getValue()};
  case AffineExprKind::DimId: {
    Linear sum{SmallVector<int64_t>(extents.size(), 0), 0};
    sum.coefficients[cast<AffineDimExpr>(expr).getPosition()] = 1;
    return sum;
  }
  case AffineExprKind::Add: {
    auto binary = cast<AffineBinaryOpExpr>(expr);
    std::optional<Linear> left = linear(binary.getLHS()), right = linear(binary.getRHS());
    if (!left || !right)
      return std::nullopt;
    for (auto [to, from] : llvm::zip(left->coefficients, right->coefficients))
      to += from;
    left->constant += right->constant;
    return left;
  }
  case AffineExprKind::Mul: {
    auto binary = cast<AffineBinaryOpExpr>(expr);
    auto factor = dyn_cast<AffineConstantExpr>(binary.getRHS());
    std::optional<Linear> sum = linear(binary.getLHS());
    if (!factor || !sum)
      return std::nullopt;
    for (int64_t &value : sum->coefficients)
      value *= factor.getValue();
    sum->constant *= factor.getValue();
    return sum;
  }
  default:
    return std::nullopt;
  }
}

std::pair<AffineExpr, AffineExpr> Space::separate(AffineExpr expr) const {
  AffineExpr zero = getAffineConstantExpr(0, context);
  if (linear(expr))
    return {expr, zero};
  auto binary = cast<AffineBinaryOpExpr>(expr);
  if (expr.getKind() == AffineExprKind::Add) {
    auto [plainLeft, otherLeft] = separate(binary.getLHS());
    auto [plainRight, otherRight] = separate(binary.getRHS());
    return {plainLeft + plainRight, otherLeft + otherRight};
  }
  if (expr.getKind() == AffineExprKind::Mul && isa<AffineConstantExpr>(binary.getRHS())) {
    auto [plain, other] = separate(binary.getLHS());
    return {plain * binary.getRHS(), other * binary.getRHS()};
  }
  return {zero, expr};
}

SmallVector<unsigned> Space::group(ArrayRef<unsigned> dims, ArrayRef<AffineExpr> accesses) {
  SmallVector<unsigned> longer;
  for (unsigned dim : dims)
    if (extents[dim] != 1)
      longer.push_back(dim);
  SmallVector<bool> pinned(extents.size(), false);
  SmallVector<Linear> sums;
  for (AffineExpr access : accesses) {
    if (std::optional<Linear> sum = linear(access)) {
      sums.push_back(*sum);
      continue;
    }
    for (unsigned dim = 0; dim < extents.size(); ++dim)
      if (access.isFunctionOfDim(dim))
        pinned[dim] = true;
  }
  auto walksAsOne = [&](unsigned outer, unsigned inner) {
    return !pinned[outer] && !pinned[inner] && llvm::all_of(sums, [&](const Linear &sum) {
      return sum.coefficients[outer] == sum.coefficients[inner] * extents[inner];
    });
  };
  SmallVector<unsigned> made;
  for (unsigned dim : longer) {
    if (made.empty() || !walksAsOne(groups[made.back()].dims.back(), dim)) {
      made.push_back(groups.size());
      groups.push_back({});
      values.push_back(H::Expr(0));
    }
    Group &group = groups[made.back()];
    group.dims.push_back(dim);
    group.extent *= extents[dim];
    groupOf[dim] = made.back();
  }
  return made;
}

std::optional<int64_t> Space::coefficient(AffineExpr expr, unsigned number) const {
  std::optional<Linear> sum = linear(expr);
  const Group &group = groups[number];
  if (!sum)
    return uses(expr, number) ? std::nullopt : std::optional<int64_t>(0);
  for (size_t i = 0; i + 1 < group.dims.size(); ++i)
    if (sum->coefficients[group.dims[i]] !=
        sum->coefficients[group.dims[i + 1]] * extents[group.dims[i + 1]])
      return std::nullopt;
  return sum->coefficients[group.dims.back()];
}

bool Space::uses(AffineExpr expr, unsigned group) const {
  return llvm::any_of(groups[group].dims, [&](unsigned dim) { return expr.isFunctionOfDim(dim); });
}

H::Expr Space::dimExpr(unsigned dim) const {
  if (groupOf[dim] < 0)
    return dimValues[dim];
  const Group &group = groups[groupOf[dim]];
  H::Expr value = values[groupOf[dim]];
  int64_t inner = 1;
  for (unsigned other : llvm::reverse(group.dims)) {
    if (other == dim)
      break;
    inner *= extents[other];
  }
  if (inner != 1)
    value = value / int32_t(inner);
  return dim == group.dims.front() ? value : value % int32_t(extents[dim]);
}

H::Expr Space::toExpr(AffineExpr expr) const {
  if (std::optional<Linear> sum = linear(expr)) {
    H::Expr value;
    auto add = [&](H::Expr term, int64_t factor) {
      if (factor == 0)
        return;
      H::Expr product = factor == 1 ? term : term * int32_t(factor);
      value = value.defined() ? value + product : product;
    };
    SmallVector<bool> done(extents.size(), false);
    for (unsigned dim = 0; dim < extents.size(); ++dim) {
      if (done[dim] || sum->coefficients[dim] == 0)
        continue;
      std::optional<int64_t> whole =
          groupOf[dim] < 0 ? std::nullopt : coefficient(expr, groupOf[dim]);
      if (!whole) {
        add(dimExpr(dim), sum->coefficients[dim]);
        continue;
      }
      for (unsigned other : groups[groupOf[dim]].dims)
        done[other] = true;
      add(values[groupOf[dim]], *whole);
    }
    if (!value.defined())
      return H::Expr(int32_t(sum->constant));
    return sum->constant ? value + int32_t(sum->constant) : value;
  }
  auto binary = cast<AffineBinaryOpExpr>(expr);
  H::Expr left = toExpr(binary.getLHS()), right = toExpr(binary.getRHS());
  switch (expr.getKind()) {
  case AffineExprKind::Add:
    return left + right;
  case AffineExprKind::Mul:
    return left * right;
  case AffineExprKind::Mod:
    return left % right;
  case AffineExprKind::FloorDiv:
    return left / right;
  default:
    return (left + right - 1) / right;
  }
}

/// Splits a sum into multiples of `divisor` and a rest that provably lies in [0, divisor).
bool Space::splits(const Linear &sum, int64_t divisor, AffineExpr &quotient,
                   AffineExpr &rest) const {
  quotient = rest = getAffineConstantExpr(0, context);
  int64_t restConstant = ((sum.constant % divisor) + divisor) % divisor, largest = restConstant;
  for (unsigned dim = 0; dim < extents.size(); ++dim) {
    int64_t factor = sum.coefficients[dim];
    if (factor == 0)
      continue;
    AffineExpr expr = getAffineDimExpr(dim, context);
    if (factor % divisor == 0) {
      quotient = quotient + expr * (factor / divisor);
      continue;
    }
    if (factor < 0)
      return false;
    rest = rest + expr * factor;
    largest += factor * (extents[dim] - 1);
  }
  quotient = quotient + (sum.constant - restConstant) / divisor;
  rest = rest + restConstant;
  return largest < divisor;
}

AffineExpr Space::floorDiv(AffineExpr expr, int64_t divisor) const {
  AffineExpr quotient, rest;
  std::optional<Linear> sum = linear(expr);
  return sum && splits(*sum, divisor, quotient, rest) ? quotient : expr.floorDiv(divisor);
}

AffineExpr Space::mod(AffineExpr expr, int64_t divisor) const {
  AffineExpr quotient, rest;
  std::optional<Linear> sum = linear(expr);
  return sum && splits(*sum, divisor, quotient, rest) ? rest : expr % divisor;
}
