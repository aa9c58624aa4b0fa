// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// From tensors to formulas. Arithmetic on indices stays exact: an integer that no formula says, or
// a float that is not a constant, ends the search at the op that makes it, and its result is data.

#include "passes/raise/MaskReader.h"

#include "dialects/attn/MapRange.h"
#include "dialects/onnx/ConstantData.h"
#include "dialects/onnx/OnnxElementwiseOps.h"
#include "dialects/onnx/OnnxShapeOps.h"
#include "mlir/IR/TypeUtilities.h"
#include "passes/raise/GraphMatch.h"
#include "passes/raise/IndexWalk.h"
#include "passes/raise/MaskConstant.h"

#include "llvm/ADT/APFloat.h"
#include "llvm/ADT/TypeSwitch.h"

#include <cmath>

using namespace mlir;
using namespace fovea;
using namespace fovea::raise;

static Type getElement(Value value) {
  auto type = dyn_cast<ShapedType>(value.getType());
  return type ? type.getElementType() : Type();
}

/// A number as an element of this type holds it.
static double roundTo(double number, Type type) {
  auto floating = dyn_cast<FloatType>(type);
  if (!floating)
    return number;
  llvm::APFloat value(number);
  bool losesInfo;
  value.convert(floating.getFloatSemantics(), llvm::APFloat::rmNearestTiesToEven, &losesInfo);
  return value.convertToDouble();
}

SmallVector<AffineExpr> MaskReader::broadcast(Value operand, Indices indices) {
  SmallVector<AffineExpr> results;
  auto type = cast<RankedTensorType>(operand.getType());
  Indices tail = indices.take_back(type.getRank());
  for (auto [extent, index] : llvm::zip_equal(type.getShape(), tail))
    results.push_back(extent == 1 ? getAffineConstantExpr(0, index.getContext()) : index);
  return results;
}

DataElement MaskReader::makeElement(Value value, Indices indices) {
  return {value, AffineMap::get(attn::MaskDims, 0, indices, value.getContext())};
}

//===----------------------------------------------------------------------===//
// Movement
//===----------------------------------------------------------------------===//

std::optional<MaskReader::Place> MaskReader::throughMovement(Operation *op, Indices indices) {
  Value source = op->getOperand(0);
  RankedTensorType from = getStaticType(source);
  if (!from)
    return std::nullopt;
  AffineMap map = AffineMap::get(attn::MaskDims, 0, indices, op->getContext());
  if (std::optional<View> view = readThrough({op->getResult(0), map}, extents))
    return Place{view->value, llvm::to_vector(view->map.getResults())};
  if (auto gather = dyn_cast<onnx::GatherOp>(op)) {
    RankedTensorType indexType = getStaticType(gather.getIndices());
    if (!indexType)
      return std::nullopt;
    int64_t axis = gather.getAxis() + (gather.getAxis() < 0 ? from.getRank() : 0);
    std::optional<IndexNumber> index =
        readIndex(gather.getIndices(), indices.slice(axis, indexType.getRank()));
    if (!index || !index->data.empty())
      return std::nullopt;
    std::optional<attn::ValueRange64> range = attn::getRange(index->expr, extents);
    if (!range || range->low < 0 || range->high >= from.getDimSize(axis))
      return std::nullopt;
    SmallVector<AffineExpr> results(indices.take_front(axis));
    results.push_back(index->expr);
    llvm::append_range(results, indices.drop_front(axis + indexType.getRank()));
    return Place{source, results};
  }
  if (auto gather = dyn_cast<onnx::GatherNDOp>(op)) {
    RankedTensorType indexType = getStaticType(gather.getIndices());
    if (!indexType || gather.getBatchDims() != 0 || indexType.getRank() == 0)
      return std::nullopt;
    int64_t outer = indexType.getRank() - 1, count = indexType.getShape().back();
    SmallVector<AffineExpr> results;
    for (int64_t n = 0; n < count; ++n) {
      SmallVector<AffineExpr> place(indices.take_front(outer));
      place.push_back(getAffineConstantExpr(n, op->getContext()));
      std::optional<IndexNumber> index = readIndex(gather.getIndices(), place);
      std::optional<attn::ValueRange64> range =
          index && index->data.empty() ? attn::getRange(index->expr, extents) : std::nullopt;
      if (!range || range->low < 0 || range->high >= from.getDimSize(n))
        return std::nullopt;
      results.push_back(index->expr);
    }
    llvm::append_range(results, indices.drop_front(outer));
    return Place{source, results};
  }
  return std::nullopt;
}

//===----------------------------------------------------------------------===//
// Constants
//===----------------------------------------------------------------------===//

/// The dimensions (b, h, i, j) of a fitted table at these indices of the constant.
static SmallVector<AffineExpr> getTableDims(RankedTensorType type, ArrayRef<AffineExpr> indices) {
  MLIRContext *context = type.getContext();
  AffineExpr zero = getAffineConstantExpr(0, context), matrix = zero;
  int64_t rank = type.getRank();
  for (int64_t dim = 0; dim + 2 < rank; ++dim)
    matrix = matrix * type.getDimSize(dim) + indices[dim];
  return {matrix, zero, rank > 1 ? indices[rank - 2] : zero, indices[rank - 1]};
}

FormulaRef MaskReader::readConstantTruth(Value value, Indices indices) {
  ConstantForm form = readConstant(onnx::getConstantAttr(value));
  if (form.splat)
    return makeTruth(*form.splat != 0);
  if (!form.truth)
    return {};
  FormulaRef truth =
      makeFormula(form.truth, getTableDims(cast<RankedTensorType>(value.getType()), indices));
  return form.isNegated ? makeNot(truth) : truth;
}

MaskNumberRef MaskReader::readConstantNumber(Value value, Indices indices) {
  auto type = cast<RankedTensorType>(value.getType());
  ConstantForm form = readConstant(onnx::getConstantAttr(value));
  if (form.splat)
    return makeConstant(*form.splat);
  if (form.affine) {
    AffineExpr expr = getAffineConstantExpr(form.affine->front(), type.getContext());
    for (auto [index, factor] : llvm::zip_equal(indices, ArrayRef(*form.affine).drop_front()))
      expr = expr + index * factor;
    return makeIndex({expr});
  }
  if (!form.truth)
    return {};
  return makeChoice(makeFormula(form.truth, getTableDims(type, indices)),
                    makeConstant(form.whereTrue), makeConstant(form.whereFalse));
}

//===----------------------------------------------------------------------===//
// Computed values
//===----------------------------------------------------------------------===//

/// An element of a matrix is kept by Trilu.
FormulaRef MaskReader::readTriangle(Operation *op, Indices indices) {
  auto trilu = cast<onnx::TriluOp>(op);
  int64_t diagonal = 0;
  if (!isa<NoneType>(trilu.getK().getType())) {
    std::optional<int64_t> number = onnx::getConstantInteger(trilu.getK());
    if (!number || std::abs(*number) > (1 << 30))
      return {};
    diagonal = *number;
  }
  AffineExpr row = indices[indices.size() - 2], column = indices.back();
  AffineExpr above = column - row - diagonal;
  return makeCondition({trilu.getUpper() ? above : -above}, false);
}

/// An index, or a whole number that can be one.
static std::optional<IndexNumber> getIndex(const MaskNumberRef &number, MLIRContext *context) {
  if (number->kind == MaskNumber::Kind::Index)
    return number->index;
  if (number->kind != MaskNumber::Kind::Constant || std::abs(number->constant) > (1 << 30) ||
      number->constant != std::floor(number->constant))
    return std::nullopt;
  return IndexNumber{getAffineConstantExpr(int64_t(number->constant), context)};
}

std::optional<IndexNumber> MaskReader::readIndex(Value value, Indices indices) {
  return getIndex(readNumber(value, indices), value.getContext());
}

static IndexNumber addIndex(IndexNumber a, const IndexNumber &b, int64_t factor) {
  a.expr = a.expr + b.expr * factor;
  for (auto [element, coefficient] : b.data)
    a.data.push_back({element, coefficient * factor});
  return a;
}

/// Whether the region of an attention can hold every element that the number reads.
static bool readsNarrowFloats(const MaskNumberRef &number) {
  switch (number->kind) {
  case MaskNumber::Kind::Constant:
  case MaskNumber::Kind::Index:
    return true;
  case MaskNumber::Kind::Data: {
    auto type = dyn_cast<FloatType>(getElementTypeOrSelf(number->element.tensor));
    return type && type.getWidth() <= 32;
  }
  case MaskNumber::Kind::Choice:
  case MaskNumber::Kind::Sum:
    return readsNarrowFloats(number->left) && readsNarrowFloats(number->right);
  }
  llvm_unreachable("covered switch");
}

static bool isChoice(const MaskNumberRef &number) {
  return number->kind == MaskNumber::Kind::Choice;
}

/// What the comparison `op` says of two numbers, or null; a choice of indices is compared on either
/// side.
static FormulaRef compareNumbers(Operation *op, const MaskNumberRef &a, const MaskNumberRef &b,
                                 unsigned depth = 0) {
  auto holds = [&](double x, double y) {
    return llvm::TypeSwitch<Operation *, bool>(op)
        .Case([&](onnx::EqualOp) { return x == y; })
        .Case([&](onnx::LessOp) { return x < y; })
        .Case([&](onnx::LessOrEqualOp) { return x <= y; })
        .Case([&](onnx::GreaterOp) { return x > y; })
        .Default([&](Operation *) { return x >= y; });
  };
  FormulaRef known;
  if (b->kind == MaskNumber::Kind::Constant && a->kind != MaskNumber::Kind::Index)
    known = getTruth(a, [&](double x) { return holds(x, b->constant); });
  else if (a->kind == MaskNumber::Kind::Constant && b->kind != MaskNumber::Kind::Index)
    known = getTruth(b, [&](double y) { return holds(a->constant, y); });
  if (known)
    return known;
  if ((isChoice(a) || isChoice(b)) && depth < 3) {
    const MaskNumberRef &choice = isChoice(a) ? a : b;
    bool isLeft = isChoice(a);
    FormulaRef left = compareNumbers(op, isLeft ? a->left : a, isLeft ? b : b->left, depth + 1);
    FormulaRef right = compareNumbers(op, isLeft ? a->right : a, isLeft ? b : b->right, depth + 1);
    if (!left || !right)
      return {};
    return makeOr(makeAnd(choice->condition, left), makeAnd(makeNot(choice->condition), right));
  }
  std::optional<IndexNumber> x = getIndex(a, op->getContext()), y = getIndex(b, op->getContext());
  if (!x || !y)
    return {};
  if (isa<onnx::EqualOp>(op))
    return makeCondition(addIndex(*x, *y, -1), true);
  // Integers: x < y is y - x - 1 >= 0.
  bool isLess = isa<onnx::LessOp, onnx::LessOrEqualOp>(op);
  bool isStrict = isa<onnx::LessOp, onnx::GreaterOp>(op);
  IndexNumber difference = isLess ? addIndex(*y, *x, -1) : addIndex(*x, *y, -1);
  difference.expr = difference.expr - (isStrict ? 1 : 0);
  return makeCondition(difference, false);
}

FormulaRef MaskReader::compare(Operation *op, Indices indices) {
  Value left = op->getOperand(0), right = op->getOperand(1);
  if (getElement(left).isInteger(1)) {
    FormulaRef a = readTruth(left, broadcast(left, indices));
    FormulaRef b = readTruth(right, broadcast(right, indices));
    return makeOr(makeAnd(a, b), makeAnd(makeNot(a), makeNot(b)));
  }
  MaskNumberRef b = readNumber(right, broadcast(right, indices));
  // A distance is within bounds where both differences are.
  auto abs = skipNoOps(left).getDefiningOp<onnx::AbsOp>();
  std::optional<IndexNumber> x =
      abs ? readIndex(abs.getX(), broadcast(left, indices)) : std::nullopt;
  if (x && !isa<onnx::EqualOp>(op)) {
    IndexNumber zero{getAffineConstantExpr(0, op->getContext())};
    FormulaRef above = compareNumbers(op, makeIndex(*x), b);
    FormulaRef below = compareNumbers(op, makeIndex(addIndex(zero, *x, -1)), b);
    if (!above || !below)
      return {};
    return isa<onnx::LessOp, onnx::LessOrEqualOp>(op) ? makeAnd(above, below)
                                                      : makeOr(above, below);
  }
  return compareNumbers(op, readNumber(left, broadcast(left, indices)), b);
}

FormulaRef MaskReader::findTruth(Operation *op, Indices indices) {
  auto truth = [&](unsigned operand) {
    Value value = op->getOperand(operand);
    return readTruth(value, broadcast(value, indices));
  };
  if (isa<onnx::AndOp>(op))
    return makeAnd(truth(0), truth(1));
  if (isa<onnx::OrOp>(op))
    return makeOr(truth(0), truth(1));
  if (isa<onnx::NotOp>(op))
    return makeNot(truth(0));
  if (isa<onnx::WhereOp>(op)) {
    FormulaRef condition = truth(0);
    return makeOr(makeAnd(condition, truth(1)), makeAnd(makeNot(condition), truth(2)));
  }
  if (isa<onnx::TriluOp>(op)) {
    FormulaRef triangle = readTriangle(op, indices);
    return triangle ? makeAnd(triangle, truth(0)) : FormulaRef();
  }
  if (isa<onnx::CastOp>(op)) {
    MaskNumberRef number = readNumber(op->getOperand(0), indices);
    if (number->kind == MaskNumber::Kind::Index)
      return makeNot(makeCondition(number->index, /*isEquality=*/true));
    return getTruth(number, [](double x) { return x != 0; });
  }
  if (isa<onnx::EqualOp, onnx::LessOp, onnx::LessOrEqualOp, onnx::GreaterOp,
          onnx::GreaterOrEqualOp>(op))
    return compare(op, indices);
  return {};
}

Operation *MaskReader::enter(Value value) {
  auto result = dyn_cast<OpResult>(value);
  if (!result || result.getResultNumber() != 0 || !getStaticType(value) || budget == 0)
    return nullptr;
  --budget;
  bool isStatic = llvm::all_of(result.getOwner()->getOperandTypes(), [](Type type) {
    auto tensor = dyn_cast<RankedTensorType>(type);
    return isa<NoneType>(type) || (tensor && tensor.hasStaticShape());
  });
  return isStatic ? result.getOwner() : nullptr;
}

FormulaRef MaskReader::readTruth(Value value, Indices indices) {
  value = skipNoOps(value);
  auto data = [&] { return makeData(makeElement(value, indices)); };
  Operation *op = enter(value);
  if (!op)
    return data();
  if (onnx::getConstantAttr(value)) {
    FormulaRef constant = readConstantTruth(value, indices);
    return constant ? constant : data();
  }
  if (op->getNumOperands() > 0)
    if (std::optional<Place> place = throughMovement(op, indices))
      return readTruth(place->value, place->indices);
  FormulaRef formula = findTruth(op, indices);
  // What has no index in it is as well read from memory, unless a matrix can be avoided.
  bool isKnown =
      formula && (formula->kind == Formula::Kind::True || formula->kind == Formula::Kind::False ||
                  hasIndices(formula) || (isMatrixElement(indices) && !readsMatrix(formula)));
  return isKnown ? formula : data();
}

/// Sums of equal numbers count.
MaskNumberRef MaskReader::readRunningSum(onnx::CumSumOp sum, Indices indices) {
  std::optional<int64_t> axis = onnx::getConstantInteger(sum.getAxis());
  RankedTensorType type = getStaticType(sum.getX());
  MaskNumberRef step = readNumber(sum.getX(), indices);
  bool isWhole = step->kind == MaskNumber::Kind::Constant && std::abs(step->constant) <= 1024 &&
                 step->constant == std::floor(step->constant);
  if (!axis || !type || !isWhole)
    return {};
  *axis += *axis < 0 ? type.getRank() : 0;
  AffineExpr index = indices[*axis];
  AffineExpr count = sum.getReverse() ? -index + type.getDimSize(*axis) : index + 1;
  return makeIndex({(sum.getExclusive() ? count - 1 : count) * int64_t(step->constant)});
}

MaskNumberRef MaskReader::findNumber(Operation *op, Indices indices) {
  Type element = getElement(op->getResult(0));
  auto number = [&](unsigned operand) {
    Value value = op->getOperand(operand);
    return readNumber(value, broadcast(value, indices));
  };
  auto round = [&](const MaskNumberRef &made) {
    MaskNumberRef rounded =
        made ? mapConstants(made, [&](double x) { return roundTo(x, element); }) : made;
    return rounded ? rounded : made;
  };
  if (auto range = dyn_cast<onnx::RangeOp>(op)) {
    std::optional<double> start = onnx::getConstantScalar(range.getStart());
    std::optional<double> delta = onnx::getConstantScalar(range.getDelta());
    auto isSmall = [](std::optional<double> x) {
      return x && *x == std::floor(*x) && std::abs(*x) <= (1 << 24);
    };
    if (!isSmall(delta))
      return {};
    IndexNumber count{indices[0] * int64_t(*delta)};
    if (isSmall(start))
      return makeIndex({count.expr + int64_t(*start)});
    std::optional<IndexNumber> first = readIndex(range.getStart(), {});
    return first ? makeIndex(addIndex(count, *first, 1)) : MaskNumberRef();
  }
  if (isa<onnx::CastOp>(op)) {
    Value from = op->getOperand(0);
    if (getElement(from).isInteger(1))
      return makeChoice(readTruth(from, indices), makeConstant(1), makeConstant(0));
    MaskNumberRef inner = readNumber(from, indices);
    if (inner->kind == MaskNumber::Kind::Data || !readsNarrowFloats(inner))
      return {};
    // Integers beyond what the new type holds are not index arithmetic.
    return inner->kind == MaskNumber::Kind::Index ? inner : round(inner);
  }
  if (isa<onnx::WhereOp>(op)) {
    Value condition = op->getOperand(0);
    return makeChoice(readTruth(condition, broadcast(condition, indices)), number(1), number(2));
  }
  if (isa<onnx::TriluOp>(op)) {
    FormulaRef triangle = readTriangle(op, indices);
    return triangle ? makeChoice(triangle, number(0), makeConstant(0)) : MaskNumberRef();
  }
  if (isa<onnx::NegOp>(op)) {
    MaskNumberRef x = number(0);
    if (x->kind == MaskNumber::Kind::Index)
      return makeIndex(addIndex({getAffineConstantExpr(0, op->getContext())}, x->index, -1));
    return mapConstants(x, [](double value) { return -value; });
  }
  if (isa<onnx::AbsOp>(op)) {
    MaskNumberRef x = number(0);
    if (x->kind != MaskNumber::Kind::Index)
      return mapConstants(x, [](double value) { return std::abs(value); });
    IndexNumber zero{getAffineConstantExpr(0, op->getContext())};
    return makeChoice(makeCondition(x->index, /*isEquality=*/false), x,
                      makeIndex(addIndex(zero, x->index, -1)));
  }
  if (auto sum = dyn_cast<onnx::CumSumOp>(op))
    return readRunningSum(sum, indices);
  bool isExtremum = isa<onnx::MinOp, onnx::MaxOp>(op) && op->getNumOperands() == 2;
  if (!isExtremum && !isa<onnx::AddOp, onnx::SubOp, onnx::MulOp, onnx::DivOp, onnx::ModOp>(op))
    return {};
  // The other remainder has the dividend's sign.
  auto mod = dyn_cast<onnx::ModOp>(op);
  if (mod && mod.getFmod())
    return {};
  MaskNumberRef a = number(0), b = number(1);
  auto apply = [&](double x, double y) {
    double z = isa<onnx::AddOp>(op)   ? x + y
               : isa<onnx::SubOp>(op) ? x - y
               : isa<onnx::MulOp>(op) ? x * y
               : isa<onnx::MinOp>(op) ? std::min(x, y)
               : isa<onnx::MaxOp>(op) ? std::max(x, y)
               : isa<onnx::ModOp>(op) ? x - y * std::floor(x / y)
                                      : x / y;
    return isa<onnx::DivOp>(op) && isa<IntegerType>(element) ? std::trunc(z) : z;
  };
  if (b->kind == MaskNumber::Kind::Constant)
    if (MaskNumberRef made = mapConstants(a, [&](double x) { return apply(x, b->constant); }))
      return round(made);
  if (a->kind == MaskNumber::Kind::Constant)
    if (MaskNumberRef made = mapConstants(b, [&](double y) { return apply(a->constant, y); }))
      return round(made);
  std::optional<IndexNumber> x =
      readIndex(op->getOperand(0), broadcast(op->getOperand(0), indices));
  std::optional<IndexNumber> y =
      readIndex(op->getOperand(1), broadcast(op->getOperand(1), indices));
  if (x && y) {
    if (isa<onnx::AddOp, onnx::SubOp>(op))
      return makeIndex(addIndex(*x, *y, isa<onnx::AddOp>(op) ? 1 : -1));
    if (isa<onnx::MulOp>(op) && (x->isConstant() || y->isConstant())) {
      int64_t factor = cast<AffineConstantExpr>(x->isConstant() ? x->expr : y->expr).getValue();
      IndexNumber zero{getAffineConstantExpr(0, op->getContext())};
      return makeIndex(addIndex(zero, x->isConstant() ? *y : *x, factor));
    }
    if (isExtremum)
      return makeChoice(makeCondition(addIndex(*x, *y, -1), /*isEquality=*/false),
                        isa<onnx::MaxOp>(op) ? a : b, isa<onnx::MaxOp>(op) ? b : a);
    std::optional<attn::ValueRange64> range = attn::getRange(x->expr, extents);
    if (mod && x->data.empty() && y->isConstant()) {
      int64_t divisor = cast<AffineConstantExpr>(y->expr).getValue();
      if (divisor > 0)
        return makeIndex({x->expr % divisor});
    }
    if (isa<onnx::DivOp>(op) && isa<IntegerType>(element) && x->data.empty() && y->isConstant() &&
        range && range->low >= 0) {
      int64_t divisor = cast<AffineConstantExpr>(y->expr).getValue();
      if (divisor > 0)
        return makeIndex({x->expr.floorDiv(divisor)});
    }
    return {};
  }
  // A sum of a mask and something else keeps the mask in sight.
  bool isMask = hasIndices(a) || hasIndices(b);
  if (isa<onnx::AddOp>(op) && isMask && isa<FloatType>(element))
    return makeSum(a, b);
  return {};
}

MaskNumberRef MaskReader::readNumber(Value value, Indices indices) {
  value = skipNoOps(value);
  Type element = getElement(value);
  bool isInteger =
      element && (element.isInteger(32) || element.isInteger(64)) && !element.isUnsignedInteger();
  auto data = [&] { return makeData(makeElement(value, indices), isInteger); };
  Operation *op = enter(value);
  if (!op)
    return data();
  if (onnx::getConstantAttr(value)) {
    MaskNumberRef constant = readConstantNumber(value, indices);
    return constant ? constant : data();
  }
  if (op->getNumOperands() > 0)
    if (std::optional<Place> place = throughMovement(op, indices))
      return readNumber(place->value, place->indices);
  MaskNumberRef number = findNumber(op, indices);
  if (!number)
    return data();
  // Likewise, but a choice of numbers says more.
  bool isKnown = getConstantRange(number) || hasIndices(number) ||
                 (isMatrixElement(indices) && !readsMatrix(number));
  return isKnown ? number : data();
}
