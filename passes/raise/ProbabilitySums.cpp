// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// All rewrites hold whatever the numbers are, but for rounding, so that a site that is refused
// afterwards may keep them.

#include "passes/raise/ProbabilitySums.h"

#include "dialects/onnx/ConstantData.h"
#include "dialects/onnx/OnnxElementwiseOps.h"
#include "dialects/onnx/OnnxMatrixOps.h"
#include "dialects/onnx/OnnxReduceOps.h"
#include "dialects/onnx/OnnxShapeOps.h"
#include "mlir/IR/TypeUtilities.h"
#include "passes/raise/GraphBuilder.h"
#include "passes/raise/GraphMatch.h"

#include <cmath>

using namespace mlir;
using namespace fovea;
using namespace fovea::raise;

namespace {
/// One addend: factors times a softmax over the last axis, or times a constant (the last factor).
struct Term {
  Value value;
  SmallVector<Value> factors;
  bool isSoftmax = false;
  /// Whether it is subtracted.
  bool isNegative = false;
};
} // namespace

static constexpr size_t maxTerms = 4;
static constexpr int64_t maxNumbers = int64_t(1) << 24;

/// The only user of `value` that is no no-op, or null.
static Operation *getUser(Value &value) {
  while (value.hasOneUse()) {
    Operation *user = *value.user_begin();
    if (user->getNumResults() == 0 || skipNoOps(user->getResult(0)) == user->getResult(0))
      return user;
    value = user->getResult(0);
  }
  return nullptr;
}

static std::optional<Term> readTerm(Value value) {
  Term term{value, {}};
  Value rest = skipNoOps(value);
  for (unsigned depth = 0; depth < maxTerms; ++depth) {
    if (onnx::getConstantAttr(rest)) {
      term.factors.push_back(rest);
      return term;
    }
    if (auto softmax = rest.getDefiningOp<onnx::SoftmaxOp>()) {
      RankedTensorType type = getStaticType(rest);
      term.isSoftmax = type && isLastAxis(softmax.getAxis(), type.getRank());
      return term.isSoftmax ? std::optional(term) : std::nullopt;
    }
    auto mul = rest.getDefiningOp<onnx::MulOp>();
    if (!mul)
      return std::nullopt;
    bool isLeft = mul.getA().getType() == mul.getC().getType();
    if (!isLeft && mul.getB().getType() != mul.getC().getType())
      return std::nullopt;
    term.factors.push_back(isLeft ? mul.getB() : mul.getA());
    rest = skipNoOps(isLeft ? mul.getA() : mul.getB());
  }
  return std::nullopt;
}

/// The addends of a sum or difference, all of its shape; nothing for what is none.
static bool readTerms(Value sum, SmallVectorImpl<Term> &terms, bool isNegative = false) {
  Operation *op = skipNoOps(sum).getDefiningOp();
  if (!isa_and_nonnull<onnx::AddOp, onnx::SubOp>(op)) {
    std::optional<Term> term = readTerm(sum);
    if (term) {
      term->isNegative = isNegative;
      terms.push_back(std::move(*term));
    }
    return term && terms.size() <= maxTerms;
  }
  for (auto [n, addend] : llvm::enumerate(op->getOperands())) {
    bool isWhole = addend.getType() == op->getResult(0).getType() || onnx::getConstantAttr(addend);
    bool isTaken = n == 1 && isa<onnx::SubOp>(op);
    if (!isWhole || !readTerms(addend, terms, isNegative != isTaken))
      return false;
  }
  return true;
}

/// Numbers of a constant, or the sums of its rows, by place in `shape`, whose last extent is 1.
static std::optional<SmallVector<double>> readRows(Value constant, ArrayRef<int64_t> shape,
                                                   int64_t keys) {
  RankedTensorType type = getStaticType(constant);
  if (!type || type.getNumElements() > maxNumbers || type.getRank() > int64_t(shape.size()))
    return std::nullopt;
  auto numbers = onnx::getConstantNumbers(constant, maxNumbers);
  if (!numbers)
    return std::nullopt;
  SmallVector<int64_t> extents(shape.size() - type.getRank(), 1);
  llvm::append_range(extents, type.getShape());
  int64_t width = extents.back(), count = 1;
  if (width != 1 && width != keys)
    return std::nullopt;
  for (int64_t extent : shape)
    count *= extent;
  SmallVector<double> rows(count);
  for (int64_t row = 0; row < count; ++row) {
    int64_t rest = row, place = 0, stride = width;
    for (size_t dim = shape.size() - 1; dim-- > 0;) {
      int64_t at = rest % shape[dim];
      rest /= shape[dim];
      if (extents[dim] != 1 && extents[dim] != shape[dim])
        return std::nullopt;
      place += (extents[dim] == 1 ? 0 : at) * stride;
      stride *= extents[dim];
    }
    for (int64_t n = 0; n < width; ++n)
      rows[row] += (*numbers)[place + n];
  }
  return rows;
}

/// Whether each row of the sum adds up to 1, by rounding at most.
static bool sumsToOne(ArrayRef<Term> terms, RankedTensorType type) {
  SmallVector<int64_t> shape(type.getShape());
  int64_t keys = shape.back(), count = type.getNumElements() / keys;
  shape.back() = 1;
  if (count > maxNumbers)
    return false;
  SmallVector<double> totals(count, 0.0);
  for (const Term &term : terms) {
    SmallVector<double> products(count, 1.0);
    for (auto [n, factor] : llvm::enumerate(term.factors)) {
      RankedTensorType factorType = getStaticType(factor);
      bool isMatrix = !term.isSoftmax && n + 1 == term.factors.size();
      if (!factorType || (!isMatrix && factorType.getRank() > 0 &&
                          factorType.getDimSize(factorType.getRank() - 1) != 1))
        return false;
      auto rows = readRows(factor, shape, keys);
      if (!rows)
        return false;
      // A row of one number is that number for every key.
      bool isSpread = isMatrix && (factorType.getRank() == 0 ||
                                   factorType.getDimSize(factorType.getRank() - 1) != keys);
      for (int64_t row = 0; row < count; ++row)
        products[row] *= (*rows)[row] * (isSpread ? keys : 1);
    }
    for (int64_t row = 0; row < count; ++row)
      totals[row] += term.isNegative ? -products[row] : products[row];
  }
  return llvm::all_of(totals, [](double total) { return std::abs(total - 1) <= 1e-5; });
}

/// `sum` divided by the sums of its rows, or null.
static Value getNormalized(Value sum) {
  onnx::DivOp div;
  RankedTensorType type = getStaticType(sum);
  for (Operation *user : sum.getUsers())
    if (auto found = dyn_cast<onnx::DivOp>(user))
      div = found;
  if (!div || skipNoOps(div.getA()) != skipNoOps(sum) || div.getC().getType() != type)
    return {};
  Value total = skipNoOps(div.getB());
  if (auto expand = total.getDefiningOp<onnx::ExpandOp>())
    total = skipNoOps(expand.getX());
  RankedTensorType totalType = getStaticType(total);
  while (isa_and_nonnull<onnx::UnsqueezeOp, onnx::ReshapeOp>(total.getDefiningOp()))
    total = skipNoOps(total.getDefiningOp()->getOperand(0));
  auto reduce = total.getDefiningOp<onnx::ReduceSumOp>();
  if (!reduce || skipNoOps(reduce.getX()) != skipNoOps(sum) || !totalType ||
      isa<NoneType>(reduce.getAxes().getType()))
    return {};
  SmallVector<int64_t> shape(type.getShape());
  shape.back() = 1;
  auto axes = onnx::getConstantIntegers(reduce.getAxes());
  bool isRow = axes && axes->size() == 1 && isLastAxis(axes->front(), type.getRank());
  return isRow && totalType.getShape() == ArrayRef(shape) ? div.getC() : Value();
}

static void distribute(onnx::MatMulOp product, ArrayRef<Term> terms, RewriterBase &rewriter) {
  rewriter.setInsertionPoint(product);
  Type type = product.getC().getType(), whole = product.getA().getType();
  Value sum;
  for (const Term &term : terms) {
    Value factor = term.value;
    if (factor.getType() != whole && !onnx::getConstantAttr(factor))
      factor = GraphBuilder(rewriter, product.getLoc()).cast(factor, getElementTypeOrSelf(whole));
    Value part = onnx::MatMulOp::create(rewriter, product.getLoc(), type, factor, product.getB());
    if (!sum)
      sum = part;
    else if (term.isNegative)
      sum = onnx::SubOp::create(rewriter, product.getLoc(), type, sum, part);
    else
      sum = onnx::AddOp::create(rewriter, product.getLoc(), type, sum, part);
  }
  rewriter.replaceAllUsesWith(product.getC(), sum);
  eraseDead(product, rewriter);
}

/// The weights of the keys as a column beside the values, [..., keys, 1]; null when they differ by
/// query, or do not fit.
static Value getColumn(Value weights, Value values, GraphBuilder &graph) {
  if (auto expand = weights.getDefiningOp<onnx::ExpandOp>())
    weights = expand.getX();
  RankedTensorType type = getStaticType(weights), whole = getStaticType(values);
  if (!type || !whole || whole.getRank() < 2 || type.getRank() < 1 ||
      type.getRank() > whole.getRank())
    return {};
  int64_t keys = type.getShape().back(), rank = type.getRank();
  if (keys == 1 || keys != whole.getDimSize(whole.getRank() - 2) ||
      (rank > 1 && type.getDimSize(rank - 2) != 1))
    return {};
  for (int64_t dim = 0; dim + 2 < rank; ++dim)
    if (type.getDimSize(dim) != 1 &&
        type.getDimSize(dim) != whole.getDimSize(whole.getRank() - rank + dim))
      return {};
  SmallVector<int64_t> shape(type.getShape().drop_back(std::min<int64_t>(rank, 2)));
  shape.append({keys, 1});
  return graph.cast(graph.reshape(weights, shape), whole.getElementType());
}

/// What a sum of rows is divided by, and the number that is added to it.
struct Total {
  onnx::DivOp quotient;
  double epsilon = 0;
};

/// The quotient of `sum` by the sums of its rows, its only users.
static std::optional<Total> findTotal(Value sum) {
  Total total;
  RankedTensorType type = getStaticType(sum);
  for (Operation *user : sum.getUsers())
    if (auto div = dyn_cast<onnx::DivOp>(user); div && div.getA() == sum)
      total.quotient = div;
  if (!total.quotient || total.quotient.getC().getType() != sum.getType() ||
      !llvm::hasNItems(sum.getUsers(), 2))
    return std::nullopt;
  Value divisor = skipNoOps(total.quotient.getB());
  if (auto expand = divisor.getDefiningOp<onnx::ExpandOp>())
    divisor = skipNoOps(expand.getX());
  if (auto add = divisor.getDefiningOp<onnx::AddOp>())
    for (auto [rest, number] :
         {std::pair<Value, Value>(add.getA(), add.getB()), {add.getB(), add.getA()}})
      if (auto epsilon = getScalarFor(number, rest); epsilon && *epsilon >= 0) {
        total.epsilon = *epsilon;
        divisor = skipNoOps(rest);
        break;
      }
  RankedTensorType row = getStaticType(divisor);
  while (isa_and_nonnull<onnx::UnsqueezeOp, onnx::ReshapeOp>(divisor.getDefiningOp()))
    divisor = skipNoOps(divisor.getDefiningOp()->getOperand(0));
  auto reduce = divisor.getDefiningOp<onnx::ReduceSumOp>();
  if (!reduce || reduce.getX() != sum || !row || isa<NoneType>(reduce.getAxes().getType()))
    return std::nullopt;
  auto axes = onnx::getConstantIntegers(reduce.getAxes());
  SmallVector<int64_t> shape(type.getShape());
  shape.back() = 1;
  bool isRow = axes && axes->size() == 1 && isLastAxis(axes->front(), type.getRank());
  return isRow && row.getShape() == ArrayRef(shape) ? std::optional(total) : std::nullopt;
}

/// (P * m) / (sum(P * m) + e) V -> (P (m V)) / (P m + e): the sum is one column of values more.
static bool normalizeLate(onnx::MulOp mul, RewriterBase &rewriter) {
  std::optional<Total> total = findTotal(mul.getC());
  Value quotient = total ? total->quotient.getC() : Value();
  auto product = total ? dyn_cast_or_null<onnx::MatMulOp>(getUser(quotient)) : onnx::MatMulOp();
  if (!product || product.getA() != quotient)
    return false;
  bool isLeft = isa_and_nonnull<onnx::SoftmaxOp>(skipNoOps(mul.getA()).getDefiningOp());
  Value p = isLeft ? mul.getA() : mul.getB();
  RankedTensorType values = getStaticType(product.getB()), type = getStaticType(product.getC());
  if (p.getType() != mul.getC().getType() || !values || !type ||
      type.getRank() != values.getRank() || !isa<FloatType>(values.getElementType()))
    return false;
  rewriter.setInsertionPoint(product);
  GraphBuilder graph(rewriter, mul.getLoc());
  Value column = getColumn(isLeft ? mul.getB() : mul.getA(), product.getB(), graph);
  if (!column)
    return false;
  int64_t rank = type.getRank(), width = type.getShape().back();
  SmallVector<int64_t> shape(values.getShape());
  shape.back() = 1;
  Value weighted = graph.like<onnx::MulOp>(product.getB(), column);
  Value counted = graph.like<onnx::ExpandOp>(column, graph.indices(shape));
  Value both = graph.like<onnx::MatMulOp>(p, graph.concat({weighted, counted}, rank - 1));
  auto take = [&](int64_t first, int64_t last) {
    return graph.like<onnx::SliceOp>(both, graph.indices({first}), graph.indices({last}),
                                     graph.indices({rank - 1}), graph.none());
  };
  Value sum = take(width, width + 1);
  if (total->epsilon != 0)
    sum = graph.like<onnx::AddOp>(sum, graph.splat(total->epsilon, values.getElementType()));
  rewriter.replaceAllUsesWith(product.getC(), graph.like<onnx::DivOp>(take(0, width), sum));
  eraseDead(product, rewriter);
  return true;
}

/// (P * m) V -> P (m V)
static bool weightValues(onnx::MulOp mul, onnx::MatMulOp product, RewriterBase &rewriter) {
  bool isLeft = mul.getA().getType() == mul.getC().getType();
  Value p = isLeft ? mul.getA() : mul.getB(), weights = isLeft ? mul.getB() : mul.getA();
  if (!getStaticType(mul.getC()) || p.getType() != mul.getC().getType())
    return false;
  rewriter.setInsertionPoint(product);
  GraphBuilder graph(rewriter, mul.getLoc());
  Value column = getColumn(weights, product.getB(), graph);
  if (!column)
    return false;
  Value weighted = graph.like<onnx::MulOp>(product.getB(), column);
  rewriter.modifyOpInPlace(product, [&] {
    product.getAMutable().assign(p);
    product.getBMutable().assign(weighted);
  });
  eraseDead(mul, rewriter);
  return true;
}

void raise::distributeProduct(onnx::SoftmaxOp softmax, RewriterBase &rewriter) {
  Value value = softmax.getY();
  onnx::MulOp weighted;
  for (unsigned depth = 0; depth < maxTerms; ++depth) {
    Operation *user = getUser(value);
    if (!user) {
      if (weighted)
        normalizeLate(weighted, rewriter);
      return;
    }
    if (auto product = dyn_cast<onnx::MatMulOp>(user)) {
      if (weighted && skipNoOps(product.getA()) == weighted.getC())
        weightValues(weighted, product, rewriter);
      return;
    }
    if (auto mul = dyn_cast<onnx::MulOp>(user)) {
      weighted = mul;
      value = mul.getC();
      continue;
    }
    SmallVector<Term> terms;
    if (!isa<onnx::AddOp, onnx::SubOp>(user) || !readTerms(user->getResult(0), terms))
      return;
    value = user->getResult(0);
    RankedTensorType type = getStaticType(value);
    if (!type || type.getRank() < 2)
      return;
    Value normalized = getNormalized(value);
    if (normalized && !sumsToOne(terms, type))
      return;
    if (normalized)
      value = normalized;
    auto product = dyn_cast_or_null<onnx::MatMulOp>(getUser(value));
    if (product && product.getA() == value && value.getType() == type)
      distribute(product, terms, rewriter);
    return;
  }
}
