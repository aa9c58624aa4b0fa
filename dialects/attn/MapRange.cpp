// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Interval arithmetic and linear forms of affine expressions. Nothing here overflows.

#include "dialects/attn/MapRange.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/Support/MathExtras.h"
#include <algorithm>

using namespace mlir;
using namespace fovea::attn;

static std::optional<ValueRange64> add(ValueRange64 a, ValueRange64 b) {
  ValueRange64 result;
  if (llvm::AddOverflow(a.low, b.low, result.low) || llvm::AddOverflow(a.high, b.high, result.high))
    return std::nullopt;
  return result;
}

static std::optional<ValueRange64> multiply(ValueRange64 a, ValueRange64 b) {
  int64_t corners[4];
  if (llvm::MulOverflow(a.low, b.low, corners[0]) || llvm::MulOverflow(a.low, b.high, corners[1]) ||
      llvm::MulOverflow(a.high, b.low, corners[2]) || llvm::MulOverflow(a.high, b.high, corners[3]))
    return std::nullopt;
  auto [low, high] = std::minmax_element(corners, corners + 4);
  return ValueRange64{*low, *high};
}

std::optional<ValueRange64> fovea::attn::getRange(AffineExpr expr, ArrayRef<int64_t> extents) {
  if (auto constant = dyn_cast<AffineConstantExpr>(expr))
    return ValueRange64{constant.getValue(), constant.getValue()};
  if (auto dim = dyn_cast<AffineDimExpr>(expr))
    return dim.getPosition() < extents.size()
               ? std::optional(ValueRange64{0, extents[dim.getPosition()] - 1})
               : std::nullopt;
  auto binary = dyn_cast<AffineBinaryOpExpr>(expr);
  if (!binary)
    return std::nullopt;
  std::optional<ValueRange64> a = getRange(binary.getLHS(), extents);
  std::optional<ValueRange64> b = getRange(binary.getRHS(), extents);
  if (!a || !b)
    return std::nullopt;
  if (expr.getKind() == AffineExprKind::Add)
    return add(*a, *b);
  if (expr.getKind() == AffineExprKind::Mul)
    return multiply(*a, *b);
  int64_t divisor = b->low;
  if (b->low != b->high || divisor <= 0)
    return std::nullopt;
  if (expr.getKind() == AffineExprKind::FloorDiv)
    return ValueRange64{llvm::divideFloorSigned(a->low, divisor),
                        llvm::divideFloorSigned(a->high, divisor)};
  if (expr.getKind() == AffineExprKind::CeilDiv)
    return ValueRange64{llvm::divideCeilSigned(a->low, divisor),
                        llvm::divideCeilSigned(a->high, divisor)};
  // A range within one period keeps its ends.
  if (llvm::divideFloorSigned(a->low, divisor) == llvm::divideFloorSigned(a->high, divisor))
    return ValueRange64{llvm::mod(a->low, divisor), llvm::mod(a->high, divisor)};
  return ValueRange64{0, divisor - 1};
}

AffineExpr fovea::attn::foldDivisions(AffineExpr expr, ArrayRef<int64_t> extents) {
  auto binary = dyn_cast<AffineBinaryOpExpr>(expr);
  if (!binary)
    return expr;
  AffineExpr left = foldDivisions(binary.getLHS(), extents);
  AffineExpr right = foldDivisions(binary.getRHS(), extents);
  AffineExprKind kind = expr.getKind();
  if (kind == AffineExprKind::FloorDiv || kind == AffineExprKind::Mod) {
    std::optional<ValueRange64> quotient = getRange(left.floorDiv(right), extents);
    if (quotient && quotient->low == quotient->high)
      return kind == AffineExprKind::Mod ? left - right * quotient->low
                                         : getAffineConstantExpr(quotient->low, expr.getContext());
  }
  return getAffineBinaryOpExpr(kind, left, right);
}

std::optional<LinearForm> fovea::attn::getLinearForm(AffineExpr expr, unsigned dims) {
  LinearForm form;
  form.coefficients.assign(dims, 0);
  if (auto constant = dyn_cast<AffineConstantExpr>(expr)) {
    form.constant = constant.getValue();
    return form;
  }
  if (auto dim = dyn_cast<AffineDimExpr>(expr)) {
    if (dim.getPosition() >= dims)
      return std::nullopt;
    form.coefficients[dim.getPosition()] = 1;
    return form;
  }
  auto binary = dyn_cast<AffineBinaryOpExpr>(expr);
  if (!binary)
    return std::nullopt;
  std::optional<LinearForm> a = getLinearForm(binary.getLHS(), dims);
  std::optional<LinearForm> b = getLinearForm(binary.getRHS(), dims);
  if (!a || !b)
    return std::nullopt;
  if (expr.getKind() == AffineExprKind::Add) {
    for (auto [sum, left, right] :
         llvm::zip_equal(form.coefficients, a->coefficients, b->coefficients))
      if (llvm::AddOverflow(left, right, sum))
        return std::nullopt;
    return llvm::AddOverflow(a->constant, b->constant, form.constant) ? std::nullopt
                                                                      : std::optional(form);
  }
  if (expr.getKind() != AffineExprKind::Mul)
    return std::nullopt;
  // One factor is a constant.
  if (llvm::any_of(a->coefficients, [](int64_t c) { return c != 0; }))
    std::swap(a, b);
  if (llvm::any_of(a->coefficients, [](int64_t c) { return c != 0; }))
    return std::nullopt;
  for (auto [product, coefficient] : llvm::zip_equal(form.coefficients, b->coefficients))
    if (llvm::MulOverflow(coefficient, a->constant, product))
      return std::nullopt;
  return llvm::MulOverflow(b->constant, a->constant, form.constant) ? std::nullopt
                                                                    : std::optional(form);
}

static bool addTerms(AffineExpr expr, int64_t factor, AtomSum &sum) {
  if (auto constant = dyn_cast<AffineConstantExpr>(expr)) {
    int64_t product;
    return !llvm::MulOverflow(constant.getValue(), factor, product) &&
           !llvm::AddOverflow(sum.constant, product, sum.constant);
  }
  auto binary = dyn_cast<AffineBinaryOpExpr>(expr);
  if (binary && expr.getKind() == AffineExprKind::Add)
    return addTerms(binary.getLHS(), factor, sum) && addTerms(binary.getRHS(), factor, sum);
  if (binary && expr.getKind() == AffineExprKind::Mul) {
    auto constant = dyn_cast<AffineConstantExpr>(binary.getRHS());
    return constant && !llvm::MulOverflow(constant.getValue(), factor, factor) &&
           addTerms(binary.getLHS(), factor, sum);
  }
  for (auto &[atom, coefficient] : sum.terms)
    if (atom == expr)
      return !llvm::AddOverflow(coefficient, factor, coefficient);
  sum.terms.push_back({expr, factor});
  return true;
}

std::optional<AtomSum> fovea::attn::getAtomSum(AffineExpr expr) {
  AtomSum sum;
  if (!addTerms(expr, 1, sum))
    return std::nullopt;
  llvm::erase_if(sum.terms, [](const auto &term) { return term.second == 0; });
  return sum;
}

AffineExpr AtomSum::toExpr(MLIRContext *context) const {
  AffineExpr result = getAffineConstantExpr(0, context);
  for (auto [atom, coefficient] : terms)
    result = result + atom * coefficient;
  return result + constant;
}

int64_t fovea::attn::evaluate(AffineExpr expr, ArrayRef<int64_t> point) {
  if (auto constant = dyn_cast<AffineConstantExpr>(expr))
    return constant.getValue();
  if (auto dim = dyn_cast<AffineDimExpr>(expr))
    return point[dim.getPosition()];
  auto binary = cast<AffineBinaryOpExpr>(expr);
  int64_t a = evaluate(binary.getLHS(), point), b = evaluate(binary.getRHS(), point);
  switch (expr.getKind()) {
  case AffineExprKind::Add:
    return a + b;
  case AffineExprKind::Mul:
    return a * b;
  case AffineExprKind::FloorDiv:
    return llvm::divideFloorSigned(a, b);
  case AffineExprKind::CeilDiv:
    return llvm::divideCeilSigned(a, b);
  default:
    return llvm::mod(a, b);
  }
}
