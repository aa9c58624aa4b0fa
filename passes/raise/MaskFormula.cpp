// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Formulas are trees that share their parts and never change. Making one simplifies what is true or
// false for certain.

#include "passes/raise/MaskFormula.h"

#include <algorithm>

using namespace mlir;
using namespace fovea;
using namespace fovea::raise;

using Kind = Formula::Kind;

FormulaRef raise::makeTruth(bool truth) {
  auto formula = std::make_shared<Formula>();
  formula->kind = truth ? Kind::True : Kind::False;
  return formula;
}

FormulaRef raise::makeCondition(IndexNumber number, bool isEquality) {
  if (number.isConstant()) {
    int64_t value = cast<AffineConstantExpr>(number.expr).getValue();
    return makeTruth(isEquality ? value == 0 : value >= 0);
  }
  auto formula = std::make_shared<Formula>();
  formula->kind = Kind::Condition;
  formula->number = std::move(number);
  formula->isEquality = isEquality;
  return formula;
}

FormulaRef raise::makeData(DataElement element) {
  auto formula = std::make_shared<Formula>();
  formula->kind = Kind::Data;
  formula->element = element;
  return formula;
}

static FormulaRef makePair(Kind kind, FormulaRef a, FormulaRef b) {
  // What decides an And is False, an Or True.
  Kind decisive = kind == Kind::And ? Kind::False : Kind::True;
  Kind neutral = kind == Kind::And ? Kind::True : Kind::False;
  if (a->kind == decisive || b->kind == neutral)
    return a;
  if (b->kind == decisive || a->kind == neutral)
    return b;
  auto formula = std::make_shared<Formula>();
  formula->kind = kind;
  formula->left = std::move(a);
  formula->right = std::move(b);
  return formula;
}

FormulaRef raise::makeAnd(FormulaRef a, FormulaRef b) {
  return makePair(Kind::And, std::move(a), std::move(b));
}

FormulaRef raise::makeOr(FormulaRef a, FormulaRef b) {
  return makePair(Kind::Or, std::move(a), std::move(b));
}

static IndexNumber scale(IndexNumber number, int64_t factor, int64_t constant) {
  number.expr = number.expr * factor + constant;
  for (auto &[element, coefficient] : number.data)
    coefficient *= factor;
  return number;
}

FormulaRef raise::makeNot(const FormulaRef &formula) {
  switch (formula->kind) {
  case Kind::True:
  case Kind::False:
    return makeTruth(formula->kind == Kind::False);
  case Kind::Condition: {
    // Integers: not x >= 0 is -x - 1 >= 0.
    FormulaRef less = makeCondition(scale(formula->number, -1, -1), false);
    return formula->isEquality ? makeOr(less, makeCondition(scale(formula->number, 1, -1), false))
                               : less;
  }
  case Kind::Data: {
    auto negated = std::make_shared<Formula>(*formula);
    negated->isNegated = !formula->isNegated;
    return negated;
  }
  case Kind::And:
    return makeOr(makeNot(formula->left), makeNot(formula->right));
  case Kind::Or:
    return makeAnd(makeNot(formula->left), makeNot(formula->right));
  }
  llvm_unreachable("covered switch");
}

FormulaRef raise::makeFormula(attn::MaskAttr mask, ArrayRef<AffineExpr> dims) {
  if (mask.isDense())
    return makeTruth(true);
  FormulaRef any = makeTruth(false);
  for (IntegerSet set : mask.getSets()) {
    FormulaRef all = makeTruth(true);
    for (const attn::MaskConstraint &constraint : attn::getConstraints(set))
      all = makeAnd(all, makeCondition({constraint.expr.replaceDims(dims)}, constraint.isEquality));
    any = makeOr(any, all);
  }
  return any;
}

static void visit(const FormulaRef &formula, llvm::function_ref<void(const Formula &)> leaf) {
  if (formula->kind == Kind::And || formula->kind == Kind::Or) {
    visit(formula->left, leaf);
    visit(formula->right, leaf);
  } else {
    leaf(*formula);
  }
}

bool raise::hasIndices(const FormulaRef &formula) {
  bool found = false;
  visit(formula, [&](const Formula &leaf) {
    found |= leaf.kind == Kind::Condition && !isa<AffineConstantExpr>(leaf.number.expr);
  });
  return found;
}

static unsigned countDivisions(AffineExpr expr) {
  unsigned count = 0;
  expr.walk([&](AffineExpr part) {
    count += part.getKind() == AffineExprKind::FloorDiv ||
             part.getKind() == AffineExprKind::CeilDiv || part.getKind() == AffineExprKind::Mod;
  });
  return count;
}

unsigned raise::countDivisions(const FormulaRef &formula) {
  unsigned count = 0;
  visit(formula, [&](const Formula &leaf) {
    if (leaf.kind == Kind::Condition)
      count += ::countDivisions(leaf.number.expr);
  });
  return count;
}

attn::MaskAttr raise::getMask(const FormulaRef &formula, MLIRContext *context) {
  switch (formula->kind) {
  case Kind::True:
    return attn::MaskAttr::getDense(context);
  case Kind::False:
    return attn::MaskAttr::get(context,
                               attn::makeMaskSet(context, {{getAffineConstantExpr(-1, context)}}));
  case Kind::Condition:
    if (!formula->number.data.empty())
      return {};
    return attn::MaskAttr::get(
        context, attn::makeMaskSet(context, {{formula->number.expr, formula->isEquality}}));
  case Kind::Data:
    return {};
  case Kind::And:
  case Kind::Or: {
    attn::MaskAttr left = getMask(formula->left, context);
    attn::MaskAttr right = left ? getMask(formula->right, context) : attn::MaskAttr();
    if (!right)
      return {};
    return formula->kind == Kind::And ? attn::intersectMasks(left, right)
                                      : attn::uniteMasks(left, right);
  }
  }
  llvm_unreachable("covered switch");
}

SplitFormula raise::splitFormula(const FormulaRef &formula, MLIRContext *context) {
  if (formula->kind == Kind::And) {
    SplitFormula left = splitFormula(formula->left, context);
    SplitFormula right = splitFormula(formula->right, context);
    if (attn::MaskAttr both = attn::intersectMasks(left.mask, right.mask))
      return {both, makeAnd(left.rest, right.rest)};
    return {left.mask, makeAnd(left.rest, formula->right)};
  }
  if (attn::MaskAttr mask = getMask(formula, context))
    return {mask, makeTruth(true)};
  return {attn::MaskAttr::getDense(context), formula};
}

//===----------------------------------------------------------------------===//
// Numbers
//===----------------------------------------------------------------------===//

MaskNumberRef raise::makeConstant(double number) {
  auto result = std::make_shared<MaskNumber>();
  result->constant = number;
  return result;
}

MaskNumberRef raise::makeIndex(IndexNumber number) {
  if (number.isConstant())
    return makeConstant(cast<AffineConstantExpr>(number.expr).getValue());
  auto result = std::make_shared<MaskNumber>();
  result->kind = MaskNumber::Kind::Index;
  result->index = std::move(number);
  return result;
}

MaskNumberRef raise::makeChoice(FormulaRef condition, MaskNumberRef left, MaskNumberRef right) {
  if (condition->kind == Kind::True || condition->kind == Kind::False)
    return condition->kind == Kind::True ? left : right;
  auto result = std::make_shared<MaskNumber>();
  result->kind = MaskNumber::Kind::Choice;
  result->condition = std::move(condition);
  result->left = std::move(left);
  result->right = std::move(right);
  return result;
}

MaskNumberRef raise::makeData(DataElement element, bool isInteger) {
  if (isInteger)
    return makeIndex({getAffineConstantExpr(0, element.map.getContext()), {{element, 1}}});
  auto result = std::make_shared<MaskNumber>();
  result->kind = MaskNumber::Kind::Data;
  result->element = element;
  return result;
}

MaskNumberRef raise::makeSum(MaskNumberRef left, MaskNumberRef right) {
  auto result = std::make_shared<MaskNumber>();
  result->kind = MaskNumber::Kind::Sum;
  result->left = std::move(left);
  result->right = std::move(right);
  return result;
}

bool raise::hasIndices(const MaskNumberRef &number) {
  switch (number->kind) {
  case MaskNumber::Kind::Constant:
  case MaskNumber::Kind::Data:
    return false;
  case MaskNumber::Kind::Index:
    return !isa<AffineConstantExpr>(number->index.expr);
  case MaskNumber::Kind::Choice:
    return hasIndices(number->condition) || hasIndices(number->left) || hasIndices(number->right);
  case MaskNumber::Kind::Sum:
    return hasIndices(number->left) || hasIndices(number->right);
  }
  llvm_unreachable("covered switch");
}

unsigned raise::countDivisions(const MaskNumberRef &number) {
  switch (number->kind) {
  case MaskNumber::Kind::Constant:
  case MaskNumber::Kind::Data:
    return 0;
  case MaskNumber::Kind::Index:
    return ::countDivisions(number->index.expr);
  case MaskNumber::Kind::Choice:
    return countDivisions(number->condition) + countDivisions(number->left) +
           countDivisions(number->right);
  case MaskNumber::Kind::Sum:
    return countDivisions(number->left) + countDivisions(number->right);
  }
  llvm_unreachable("covered switch");
}

bool raise::isMatrixElement(ArrayRef<AffineExpr> indices) {
  auto uses = [&](unsigned dim) {
    return llvm::any_of(indices, [&](AffineExpr expr) { return expr.isFunctionOfDim(dim); });
  };
  return uses(attn::MaskI) && uses(attn::MaskJ);
}

static bool readsMatrix(const IndexNumber &number) {
  return llvm::any_of(
      number.data, [](const auto &term) { return isMatrixElement(term.first.map.getResults()); });
}

bool raise::readsMatrix(const FormulaRef &formula) {
  bool found = false;
  visit(formula, [&](const Formula &leaf) {
    found |= leaf.kind == Kind::Data ? isMatrixElement(leaf.element.map.getResults())
                                     : ::readsMatrix(leaf.number);
  });
  return found;
}

bool raise::readsMatrix(const MaskNumberRef &number) {
  switch (number->kind) {
  case MaskNumber::Kind::Constant:
    return false;
  case MaskNumber::Kind::Index:
    return ::readsMatrix(number->index);
  case MaskNumber::Kind::Choice:
    return readsMatrix(number->condition) || readsMatrix(number->left) ||
           readsMatrix(number->right);
  case MaskNumber::Kind::Data:
    return isMatrixElement(number->element.map.getResults());
  case MaskNumber::Kind::Sum:
    return readsMatrix(number->left) || readsMatrix(number->right);
  }
  llvm_unreachable("covered switch");
}

FormulaRef raise::getTruth(const MaskNumberRef &number, llvm::function_ref<bool(double)> holds) {
  if (number->kind == MaskNumber::Kind::Constant)
    return makeTruth(holds(number->constant));
  if (number->kind != MaskNumber::Kind::Choice)
    return {};
  FormulaRef left = getTruth(number->left, holds), right = getTruth(number->right, holds);
  if (!left || !right)
    return {};
  return makeOr(makeAnd(number->condition, left), makeAnd(makeNot(number->condition), right));
}

MaskNumberRef raise::mapConstants(const MaskNumberRef &number,
                                  llvm::function_ref<double(double)> map) {
  if (number->kind == MaskNumber::Kind::Constant)
    return makeConstant(map(number->constant));
  if (number->kind != MaskNumber::Kind::Choice)
    return {};
  MaskNumberRef left = mapConstants(number->left, map), right = mapConstants(number->right, map);
  return left && right ? makeChoice(number->condition, left, right) : MaskNumberRef();
}

std::optional<std::pair<double, double>> raise::getConstantRange(const MaskNumberRef &number) {
  if (number->kind == MaskNumber::Kind::Constant)
    return std::pair(number->constant, number->constant);
  if (number->kind != MaskNumber::Kind::Choice)
    return std::nullopt;
  auto left = getConstantRange(number->left), right = getConstantRange(number->right);
  if (!left || !right)
    return std::nullopt;
  return std::pair(std::min(left->first, right->first), std::max(left->second, right->second));
}
