// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Parts are matrices side by side (a memory beside the sequence), or one key each (a neighbourhood
// that is walked over by a loop).

#include "passes/raise/JoinedParts.h"

#include "dialects/onnx/ConstantData.h"
#include "dialects/onnx/OnnxElementwiseOps.h"
#include "dialects/onnx/OnnxMatrixOps.h"
#include "dialects/onnx/OnnxReduceOps.h"
#include "dialects/onnx/OnnxShapeOps.h"
#include "passes/raise/GraphBuilder.h"
#include "passes/raise/GraphMatch.h"
#include "passes/raise/IndexWalk.h"

#include "llvm/ADT/SetVector.h"

using namespace mlir;
using namespace fovea;
using namespace fovea::raise;

static constexpr size_t maxParts = 256, maxDepth = 16;

static int64_t normalize(int64_t axis, int64_t rank) { return axis < 0 ? axis + rank : axis; }

/// Matrices whose dimensions in front are spread to the same extents, joined along `axis` of the
/// last two; null when they do not fit.
static Value joinMatrices(ArrayRef<Value> parts, int64_t axis, GraphBuilder &graph) {
  SmallVector<int64_t> batch;
  for (Value part : parts) {
    RankedTensorType type = getStaticType(part);
    if (!type || type.getRank() < 2)
      return {};
    ArrayRef<int64_t> leading = type.getShape().drop_back(2);
    if (leading.size() > batch.size())
      batch.insert(batch.begin(), leading.size() - batch.size(), 1);
    for (size_t dim = 0; dim < leading.size(); ++dim) {
      int64_t &extent = batch[batch.size() - leading.size() + dim];
      if (extent != leading[dim] && extent != 1 && leading[dim] != 1)
        return {};
      extent = std::max(extent, leading[dim]);
    }
  }
  SmallVector<Value> spread;
  for (Value part : parts) {
    ArrayRef<int64_t> shape = GraphBuilder::getShape(part);
    SmallVector<int64_t> whole(batch);
    whole.append({shape[shape.size() - 2], shape.back()});
    spread.push_back(
        shape == ArrayRef(whole) ? part : graph.like<onnx::ExpandOp>(part, graph.indices(whole)));
  }
  return graph.concat(spread, int64_t(batch.size()) + axis);
}

/// Values of one shape along a new dimension in front, each as a tensor of `rank`.
static Value stack(ArrayRef<Value> parts, int64_t rank, GraphBuilder &graph) {
  SmallVector<Value> rows;
  for (Value part : parts) {
    SmallVector<int64_t> shape(rank + 1 - GraphBuilder::getShape(part).size(), 1);
    llvm::append_range(shape, GraphBuilder::getShape(part));
    rows.push_back(graph.reshape(part, shape));
  }
  return rows.size() == 1 ? rows.front() : graph.concat(rows, 0);
}

/// A product whose rows are taken apart again -> one of the rows that are apart: keys of all blocks
/// are those of each.
static void splitRows(Value result, RewriterBase &rewriter) {
  auto reshape = result.getDefiningOp<onnx::ReshapeOp>();
  auto product = reshape ? reshape.getX().getDefiningOp<onnx::MatMulOp>() : onnx::MatMulOp();
  RankedTensorType whole = getStaticType(result);
  RankedTensorType type = product ? getStaticType(product.getC()) : RankedTensorType();
  if (!whole || !type || !result.hasOneUse() || !product.getC().hasOneUse() || type.getRank() < 2 ||
      whole.getRank() != type.getRank() + 1)
    return;
  RankedTensorType rows = getStaticType(product.getA()), columns = getStaticType(product.getB());
  size_t leading = type.getRank() - 2;
  if (!rows || !columns || rows.getRank() != type.getRank() || columns.getRank() < 2 ||
      rows.getShape().drop_back() != type.getShape().drop_back() ||
      whole.getShape().take_front(leading) != type.getShape().take_front(leading) ||
      whole.getShape().back() != type.getShape().back())
    return;
  SmallVector<int64_t> shape(whole.getShape().drop_back()), spread(columns.getShape());
  shape.push_back(rows.getShape().back());
  if (spread.size() > 2)
    spread.insert(spread.end() - 2, 1);
  // The other parts read the same rows, apart.
  Value a = product.getA(), apart;
  if (auto merged = a.getDefiningOp<onnx::ReshapeOp>())
    if (auto from = getStaticType(merged.getX()); from && from.getShape() == ArrayRef(shape))
      apart = merged.getX();
  for (Operation *user : a.getUsers())
    if (auto other = dyn_cast<onnx::ReshapeOp>(user); other && !apart)
      if (auto to = getStaticType(other.getY()); to && to.getShape() == ArrayRef(shape) &&
                                                 other->getBlock() == reshape->getBlock() &&
                                                 other->isBeforeInBlock(reshape))
        apart = other.getY();
  rewriter.setInsertionPoint(reshape);
  GraphBuilder graph(rewriter, product.getLoc());
  apart = apart ? apart : graph.reshape(a, shape);
  Value split = graph.like<onnx::MatMulOp>(apart, graph.reshape(product.getB(), spread));
  if (split.getType() != whole)
    return;
  rewriter.replaceAllUsesWith(result, split);
  eraseDead(reshape, rewriter);
}

/// The same for the products with parts of the probabilities.
static void splitValueRows(Value p, RewriterBase &rewriter) {
  for (Operation *user : llvm::to_vector(p.getUsers())) {
    if (!isa<onnx::SliceOp, onnx::SplitOp>(user))
      continue;
    for (Value value : user->getResults()) {
      while (value.hasOneUse() && isa<onnx::ReshapeOp, onnx::MatMulOp>(*value.user_begin())) {
        Value next = value.user_begin()->getResult(0);
        if (value.getDefiningOp<onnx::MatMulOp>()) {
          splitRows(next, rewriter);
          break;
        }
        value = next;
      }
    }
  }
}

/// A B1 and A B2 beside each other -> A (B1 beside B2)
static bool joinColumns(onnx::ConcatOp concat, RewriterBase &rewriter) {
  auto type = cast<RankedTensorType>(concat.getResult().getType());
  if (normalize(concat.getAxis(), type.getRank()) != type.getRank() - 1)
    return false;
  SmallVector<Value> keys;
  Value queries;
  for (Value part : concat.getInputs()) {
    auto product = part.getDefiningOp<onnx::MatMulOp>();
    if (!product || !part.hasOneUse() || (queries && queries != product.getA()))
      return false;
    queries = product.getA();
    keys.push_back(product.getB());
  }
  rewriter.setInsertionPoint(concat);
  GraphBuilder graph(rewriter, keys.front().getLoc());
  graph.loc = concat.getInputs().front().getLoc();
  Value joined = joinMatrices(keys, 1, graph);
  if (!joined)
    return false;
  Value product = graph.like<onnx::MatMulOp>(queries, joined);
  if (product.getType() != type)
    return false;
  rewriter.replaceAllUsesWith(concat.getResult(), product);
  eraseDead(concat, rewriter);
  return true;
}

/// sum(q * k1), sum(q * k2), ... stacked -> the sum of q * (k1, k2, ... stacked)
static bool joinRows(onnx::ConcatOp concat, RewriterBase &rewriter) {
  auto type = cast<RankedTensorType>(concat.getResult().getType());
  int64_t axis = normalize(concat.getAxis(), type.getRank());
  SmallVector<SmallVector<Value, 2>> factors;
  std::optional<SmallVector<int64_t>> axes;
  RankedTensorType inner;
  double scale = 1;
  for (Value part : concat.getInputs()) {
    RankedTensorType partType = getStaticType(part);
    if (!partType || partType.getDimSize(axis) != 1 || !part.hasOneUse())
      return false;
    while (
        isa_and_nonnull<onnx::ReshapeOp, onnx::UnsqueezeOp, onnx::SqueezeOp>(part.getDefiningOp()))
      part = part.getDefiningOp()->getOperand(0);
    ScaledValue scaled = peelScale(part);
    auto sum = scaled.value.getDefiningOp<onnx::ReduceSumOp>();
    auto mul = sum ? sum.getX().getDefiningOp<onnx::MulOp>() : onnx::MulOp();
    RankedTensorType mulType = mul ? getStaticType(mul.getC()) : RankedTensorType();
    if (!mulType || isa<NoneType>(sum.getAxes().getType()) || !getStaticType(mul.getA()) ||
        !getStaticType(mul.getB()))
      return false;
    auto summed = onnx::getConstantIntegers(sum.getAxes());
    bool isFirst = factors.empty();
    if (!summed || (!isFirst && (axes != summed || inner != mulType || scale != scaled.factor)))
      return false;
    axes = summed;
    inner = mulType;
    scale = scaled.factor;
    factors.push_back({mul.getA(), mul.getB()});
  }
  if (factors.size() < 2)
    return false;
  // The queries are the factor that all have in common.
  SmallVector<Value> keys;
  Value queries;
  for (Value candidate : factors.front()) {
    keys.clear();
    for (ArrayRef<Value> both : factors)
      if (both[0] == candidate || both[1] == candidate)
        keys.push_back(both[0] == candidate ? both[1] : both[0]);
    if (keys.size() == factors.size()) {
      queries = candidate;
      break;
    }
  }
  if (!queries ||
      llvm::any_of(keys, [&](Value key) { return key.getType() != keys.front().getType(); }))
    return false;
  rewriter.setInsertionPoint(concat);
  GraphBuilder graph(rewriter, concat.getInputs().front().getLoc());
  int64_t rank = inner.getRank(), count = keys.size();
  for (int64_t &summed : *axes)
    summed = normalize(summed, rank) + 1;
  Value products = graph.like<onnx::MulOp>(stack(queries, rank, graph), stack(keys, rank, graph));
  Value sums =
      graph.like<onnx::ReduceSumOp>(products, graph.indices(*axes), rewriter.getBoolAttr(false));
  if (scale != 1)
    sums = graph.like<onnx::MulOp>(sums, graph.splat(scale, type.getElementType()));
  SmallVector<int64_t> shape = {count}, order;
  for (int64_t dim = 0; dim < type.getRank(); ++dim) {
    if (dim != axis)
      shape.push_back(type.getDimSize(dim));
    order.push_back(dim == axis ? 0 : dim < axis ? dim + 1 : dim);
  }
  Value joined = graph.transpose(graph.reshape(sums, shape), order);
  rewriter.replaceAllUsesWith(concat.getResult(), joined);
  eraseDead(concat, rewriter);
  return true;
}

/// The concatenation that `softmax` reads through other ops, or null.
static onnx::ConcatOp findConcat(onnx::SoftmaxOp softmax) {
  Value value = softmax.getX();
  for (size_t depth = 0; depth < maxDepth && value.hasOneUse(); ++depth) {
    Operation *op = value.getDefiningOp();
    if (auto concat = dyn_cast_or_null<onnx::ConcatOp>(op)) {
      bool isStatic = getStaticType(value) && concat.getInputs().size() >= 2 &&
                      concat.getInputs().size() <= maxParts;
      return isStatic ? concat : onnx::ConcatOp();
    }
    if (!isa_and_nonnull<onnx::ReshapeOp, onnx::TransposeOp, onnx::SqueezeOp, onnx::UnsqueezeOp,
                         onnx::MulOp, onnx::DivOp, onnx::AddOp, onnx::WhereOp, onnx::CastOp,
                         onnx::IdentityOp>(op))
      return {};
    auto next = llvm::find_if(op->getOperands(), [&](Value operand) {
      return operand.getType() == value.getType() || op->getNumOperands() <= 2;
    });
    if (next == op->operand_end())
      return {};
    value = *next;
  }
  return {};
}

namespace {
/// A slice of the probabilities on its way into a product.
struct Slice {
  /// The slice with its later shape, and where its elements are.
  Value value;
  AffineMap map;
  Operation *product = nullptr;
};
} // namespace

/// All slices of `p`, as each is multiplied; false when it has another use.
static bool findSlices(Value p, SmallVectorImpl<Slice> &slices) {
  for (Operation *user : p.getUsers()) {
    if (!isa<onnx::SliceOp, onnx::SplitOp, onnx::GatherOp>(user) || user->getOperand(0) != p)
      return false;
    for (Value value : user->getResults()) {
      while (value.hasOneUse() &&
             isa<onnx::ReshapeOp, onnx::UnsqueezeOp, onnx::SqueezeOp>(*value.user_begin()))
        value = value.user_begin()->getResult(0);
      RankedTensorType type = getStaticType(value);
      if (!type || !value.hasOneUse() || slices.size() == maxParts ||
          llvm::is_contained(llvm::map_range(slices, [](auto &s) { return s.value; }), value))
        return false;
      View view{value, AffineMap::getMultiDimIdentityMap(type.getRank(), p.getContext())};
      while (view.value != p) {
        std::optional<View> source = readThrough(view, type.getShape());
        if (!source)
          return false;
        view = *source;
      }
      slices.push_back({value, view.map, *value.user_begin()});
    }
  }
  return slices.size() >= 2;
}

/// The sum of all `products` and nothing else; null when there is none.
static Value findSum(ArrayRef<Slice> slices) {
  llvm::SetVector<Value> products;
  for (const Slice &slice : slices)
    if (slice.product->getNumResults() != 1 || !products.insert(slice.product->getResult(0)))
      return {};
  Value sum = products.front();
  size_t found = 1;
  for (size_t depth = 0; depth < 2 * maxParts && found < products.size(); ++depth) {
    auto add = sum.hasOneUse() ? dyn_cast<onnx::AddOp>(*sum.user_begin()) : onnx::AddOp();
    if (!add || add.getC().getType() != sum.getType())
      return {};
    SmallVector<Value> open = {add.getA() == sum ? add.getB() : add.getA()};
    while (!open.empty()) {
      Value value = open.pop_back_val();
      if (!value.hasOneUse() || value.getType() != sum.getType())
        return {};
      auto inner = value.getDefiningOp<onnx::AddOp>();
      if (inner && !products.contains(value))
        open.append({inner.getA(), inner.getB()});
      else if (products.contains(value))
        ++found;
      else
        return {};
    }
    sum = add.getC();
  }
  return found == products.size() ? sum : Value();
}

/// P1 V1 + P2 V2, with P1 beside P2 all of P -> P (V1 above V2)
static bool joinValueRows(Value p, MutableArrayRef<Slice> slices, Value sum,
                          RewriterBase &rewriter) {
  auto type = cast<RankedTensorType>(p.getType());
  auto getStart = [&](const Slice &slice) -> std::optional<int64_t> {
    if (slice.map.getNumDims() != type.getRank() || slice.map.getNumResults() != type.getRank())
      return std::nullopt;
    AffineExpr last = slice.map.getResults().back();
    SmallVector<AffineExpr> zeros(type.getRank(), getAffineConstantExpr(0, p.getContext()));
    auto start = dyn_cast<AffineConstantExpr>(last.replaceDims(zeros));
    for (auto [dim, expr] : llvm::enumerate(slice.map.getResults().drop_back()))
      if (expr != getAffineDimExpr(dim, p.getContext()) && type.getDimSize(dim) != 1)
        return std::nullopt;
    return start ? std::optional(start.getValue()) : std::nullopt;
  };
  for (const Slice &slice : slices)
    if (!getStart(slice))
      return false;
  llvm::sort(slices, [&](const Slice &a, const Slice &b) { return *getStart(a) < *getStart(b); });
  int64_t next = 0;
  SmallVector<Value> values;
  for (const Slice &slice : slices) {
    auto product = dyn_cast<onnx::MatMulOp>(slice.product);
    auto part = cast<RankedTensorType>(slice.value.getType());
    if (!product || product.getA() != slice.value || *getStart(slice) != next ||
        part.getShape().drop_back() != type.getShape().drop_back())
      return false;
    next += part.getShape().back();
    values.push_back(product.getB());
  }
  if (next != type.getShape().back())
    return false;
  rewriter.setInsertionPoint(sum.getDefiningOp());
  GraphBuilder graph(rewriter, slices.front().product->getLoc());
  Value joined = joinMatrices(values, 0, graph);
  Value product = joined ? graph.like<onnx::MatMulOp>(p, joined) : Value();
  if (!product || product.getType() != sum.getType())
    return false;
  rewriter.replaceAllUsesWith(sum, product);
  eraseDead(sum.getDefiningOp(), rewriter);
  return true;
}

/// p[0] * v0 + p[1] * v1 + ... -> the sum of p * (v0, v1, ... stacked)
static bool joinStackedValues(Value p, ArrayRef<Slice> slices, Value sum, RewriterBase &rewriter) {
  auto type = cast<RankedTensorType>(p.getType());
  ArrayRef<int64_t> shape = cast<RankedTensorType>(slices.front().value.getType()).getShape();
  auto total = cast<RankedTensorType>(sum.getType());
  // The dimension that the slices are taken of is the one that is read at other constants.
  std::optional<unsigned> axis;
  for (unsigned dim = 0; dim < slices.front().map.getNumResults(); ++dim)
    if (slices[0].map.getResult(dim) != slices[1].map.getResult(dim)) {
      if (axis)
        return false;
      axis = dim;
    }
  if (!axis || type.getDimSize(*axis) != int64_t(slices.size()))
    return false;
  SmallVector<Value> values(slices.size());
  for (const Slice &slice : slices) {
    auto mul = dyn_cast<onnx::MulOp>(slice.product);
    auto at = dyn_cast<AffineConstantExpr>(slice.map.getResult(*axis));
    if (!mul || !at || at.getValue() < 0 || at.getValue() >= int64_t(slices.size()) ||
        values[at.getValue()] || slice.value.getType() != slices.front().value.getType() ||
        slice.map.dropResult(*axis) != slices.front().map.dropResult(*axis) ||
        mul.getC().getType() != total)
      return false;
    Value value = mul.getA() == slice.value ? mul.getB() : mul.getA();
    if (!getStaticType(value) || (values.front() && value.getType() != values.front().getType()))
      return false;
    values[at.getValue()] = value;
  }
  // The other dimensions are those of the slice in their order, but for extents of one.
  SmallVector<int64_t> order = {int64_t(*axis)};
  unsigned next = 0;
  for (unsigned dim = 0; dim < type.getRank(); ++dim) {
    if (dim == *axis)
      continue;
    order.push_back(dim);
    if (type.getDimSize(dim) == 1)
      continue;
    while (next < shape.size() && shape[next] == 1)
      ++next;
    if (next == shape.size() ||
        slices.front().map.getResult(dim) != getAffineDimExpr(next, p.getContext()))
      return false;
    ++next;
  }
  if (llvm::any_of(shape.drop_front(next), [](int64_t extent) { return extent != 1; }) ||
      llvm::any_of(values, [&](Value value) { return value.getType() != values[0].getType(); }))
    return false;
  int64_t rank = total.getRank();
  rewriter.setInsertionPoint(sum.getDefiningOp());
  GraphBuilder graph(rewriter, slices.front().product->getLoc());
  SmallVector<int64_t> whole = {int64_t(slices.size())};
  whole.append(rank - shape.size(), 1);
  llvm::append_range(whole, shape);
  Value weights = graph.reshape(graph.transpose(p, order), whole);
  Value products = graph.like<onnx::MulOp>(weights, stack(values, rank, graph));
  Value joined =
      graph.like<onnx::ReduceSumOp>(products, graph.indices({0}), rewriter.getBoolAttr(false));
  if (joined.getType() != total)
    return false;
  rewriter.replaceAllUsesWith(sum, joined);
  eraseDead(sum.getDefiningOp(), rewriter);
  return true;
}

void raise::joinParts(onnx::SoftmaxOp softmax, RewriterBase &rewriter) {
  if (!getStaticType(softmax.getX()))
    return;
  if (onnx::ConcatOp concat = findConcat(softmax)) {
    for (Value part : llvm::to_vector(concat.getInputs()))
      splitRows(part, rewriter);
    if (!joinColumns(concat, rewriter))
      joinRows(concat, rewriter);
  }
  Value p = softmax.getY();
  while (p.hasOneUse() && p.user_begin()->getNumResults() == 1 &&
         skipFloatCasts(p.user_begin()->getResult(0)) != p.user_begin()->getResult(0))
    p = p.user_begin()->getResult(0);
  splitValueRows(p, rewriter);
  SmallVector<Slice> slices;
  if (!findSlices(p, slices))
    return;
  if (Value sum = findSum(slices))
    if (!joinValueRows(p, slices, sum, rewriter))
      joinStackedValues(p, slices, sum, rewriter);
}
