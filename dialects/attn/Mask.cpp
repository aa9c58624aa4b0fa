// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Mask structure as sets. A mask that hides everything is one set that never holds; no set at all
// hides nothing.

#include "dialects/attn/Mask.h"
#include "dialects/attn/MapRange.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/Support/MathExtras.h"

using namespace mlir;
using namespace fovea;
using namespace fovea::attn;

/// More alternatives than this are data in disguise.
static constexpr size_t maxSets = 16;

/// The expression with its sum in one order: what is added before what is taken away, dimensions
/// before quotients and remainders.
static AffineExpr normalize(AffineExpr expr) {
  std::optional<AtomSum> sum = getAtomSum(expr);
  if (!sum)
    return expr;
  AtomSum sorted;
  sorted.constant = sum->constant;
  for (bool isPositive : {true, false}) {
    auto take = [&](llvm::function_ref<bool(AffineExpr)> wanted) {
      for (auto term : sum->terms)
        if ((term.second > 0) == isPositive && wanted(term.first))
          sorted.terms.push_back(term);
    };
    for (unsigned dim = 0; dim < MaskDims; ++dim)
      take([&](AffineExpr atom) { return atom == getAffineDimExpr(dim, expr.getContext()); });
    take([](AffineExpr atom) { return !isa<AffineDimExpr>(atom); });
  }
  return sorted.toExpr(expr.getContext());
}

/// Whether the constraint bounds the key from below.
static bool isLower(const MaskConstraint &constraint) {
  std::optional<AtomSum> sum = getAtomSum(constraint.expr);
  return sum && llvm::any_of(sum->terms, [](const auto &term) {
           return term.second > 0 && term.first.isFunctionOfDim(MaskJ);
         });
}

IntegerSet attn::makeMaskSet(MLIRContext *context, ArrayRef<MaskConstraint> constraints) {
  SmallVector<AffineExpr> exprs;
  SmallVector<bool> equalities;
  // Lower bounds of the key first, so that one window has one spelling.
  for (bool lower : {true, false})
    for (const MaskConstraint &constraint : constraints)
      if (isLower(constraint) == lower) {
        exprs.push_back(normalize(constraint.expr));
        equalities.push_back(constraint.isEquality);
      }
  if (exprs.empty()) {
    exprs.push_back(getAffineConstantExpr(0, context));
    equalities.push_back(true);
  }
  return IntegerSet::get(MaskDims, 0, exprs, equalities);
}

SmallVector<MaskConstraint> attn::getConstraints(IntegerSet set) {
  SmallVector<MaskConstraint> constraints;
  for (auto [expr, isEquality] : llvm::zip_equal(set.getConstraints(), set.getEqFlags()))
    constraints.push_back({expr, isEquality});
  return constraints;
}

MaskAttr MaskAttr::getDense(MLIRContext *context) { return get(context, ArrayRef<IntegerSet>()); }

MaskAttr MaskAttr::getCausal(MLIRContext *context, int64_t offset) {
  AffineExpr i = getAffineDimExpr(MaskI, context), j = getAffineDimExpr(MaskJ, context);
  return get(context, makeMaskSet(context, {{i - j + offset}}));
}

MaskAttr MaskAttr::getWindow(MLIRContext *context, int64_t left, int64_t right) {
  AffineExpr i = getAffineDimExpr(MaskI, context), j = getAffineDimExpr(MaskJ, context);
  return get(context, makeMaskSet(context, {{j - i + left}, {i - j + right}}));
}

bool attn::isVisible(MaskAttr mask, ArrayRef<int64_t> point) {
  if (mask.isDense())
    return true;
  return llvm::any_of(mask.getSets(), [&](IntegerSet set) {
    return llvm::all_of(getConstraints(set), [&](const MaskConstraint &constraint) {
      int64_t value = evaluate(constraint.expr, point);
      return constraint.isEquality ? value == 0 : value >= 0;
    });
  });
}

bool attn::usesDim(MaskAttr mask, unsigned dim) {
  return llvm::any_of(mask.getSets(), [&](IntegerSet set) {
    return llvm::any_of(set.getConstraints(),
                        [&](AffineExpr expr) { return expr.isFunctionOfDim(dim); });
  });
}

MaskAttr attn::shiftMask(MaskAttr mask, ArrayRef<int64_t> offsets) {
  MLIRContext *context = mask.getContext();
  SmallVector<AffineExpr> moved;
  for (unsigned dim = 0; dim < MaskDims; ++dim)
    moved.push_back(getAffineDimExpr(dim, context) + offsets[dim]);
  SmallVector<IntegerSet> sets;
  for (IntegerSet set : mask.getSets()) {
    SmallVector<MaskConstraint> constraints = getConstraints(set);
    for (MaskConstraint &constraint : constraints)
      constraint.expr = constraint.expr.replaceDims(moved);
    sets.push_back(makeMaskSet(context, constraints));
  }
  return MaskAttr::get(context, sets);
}

MaskAttr attn::intersectMasks(MaskAttr a, MaskAttr b) {
  if (a.isDense() || b.isDense())
    return a.isDense() ? b : a;
  if (a.getSets().size() * b.getSets().size() > maxSets)
    return {};
  SmallVector<IntegerSet> sets;
  for (IntegerSet left : a.getSets())
    for (IntegerSet right : b.getSets()) {
      SmallVector<MaskConstraint> constraints = getConstraints(left);
      llvm::append_range(constraints, getConstraints(right));
      sets.push_back(makeMaskSet(a.getContext(), constraints));
    }
  return MaskAttr::get(a.getContext(), sets);
}

MaskAttr attn::uniteMasks(MaskAttr a, MaskAttr b) {
  if (a.isDense() || b.isDense())
    return a.isDense() ? a : b;
  SmallVector<IntegerSet> sets(a.getSets());
  llvm::append_range(sets, b.getSets());
  return sets.size() > maxSets ? MaskAttr() : MaskAttr::get(a.getContext(), sets);
}

/// The constraints that a domain leaves of a set; nothing when the set never holds.
static std::optional<SmallVector<MaskConstraint>> simplify(IntegerSet set,
                                                           ArrayRef<int64_t> extents) {
  SmallVector<MaskConstraint> kept;
  for (const MaskConstraint &constraint : getConstraints(set)) {
    std::optional<ValueRange64> range = getRange(constraint.expr, extents);
    if (range && (range->high < 0 || (constraint.isEquality && range->low > 0)))
      return std::nullopt;
    bool holds = range && range->low >= 0 && (!constraint.isEquality || range->high == 0);
    // i + n >= j is often given twice, once with a larger n.
    bool repeated = llvm::any_of(kept, [&](MaskConstraint &other) {
      std::optional<AtomSum> difference = getAtomSum(constraint.expr - other.expr);
      if (!difference || !difference->terms.empty() || constraint.isEquality != other.isEquality)
        return false;
      if (constraint.isEquality)
        return difference->constant == 0;
      if (difference->constant < 0)
        other.expr = constraint.expr;
      return true;
    });
    if (!holds && !repeated)
      kept.push_back(constraint);
  }
  return kept;
}

MaskAttr attn::simplifyMask(MaskAttr mask, ArrayRef<int64_t> domain) {
  MLIRContext *context = mask.getContext();
  if (mask.isDense())
    return mask;
  SmallVector<IntegerSet> sets;
  for (IntegerSet set : mask.getSets()) {
    std::optional<SmallVector<MaskConstraint>> kept = simplify(set, domain.take_front(MaskDims));
    if (!kept)
      continue;
    if (kept->empty())
      return MaskAttr::getDense(context);
    IntegerSet made = makeMaskSet(context, *kept);
    if (!llvm::is_contained(sets, made))
      sets.push_back(made);
  }
  if (sets.empty())
    sets.push_back(makeMaskSet(context, {{getAffineConstantExpr(-1, context)}}));
  return MaskAttr::get(context, sets);
}
