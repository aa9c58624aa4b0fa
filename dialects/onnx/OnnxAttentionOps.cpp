// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Shape inference and verifier of OnnxAttentionOps.td.

#include "dialects/onnx/OnnxAttentionOps.h"
#include "dialects/onnx/Broadcast.h"
#include "dialects/onnx/Extents.h"

#include "mlir/IR/Builders.h"

using namespace mlir;
using namespace fovea;
using namespace fovea::onnx;

#define GET_OP_CLASSES
#include "dialects/onnx/OnnxAttentionOps.cpp.inc"

void OnnxDialect::addAttentionOps() {
  addOperations<
#define GET_OP_LIST
#include "dialects/onnx/OnnxAttentionOps.cpp.inc"
      >();
}

namespace {
/// An operand seen as [batch, heads, sequence, size], from either layout.
struct HeadsView {
  int64_t batch, heads, sequence, size;
};
} // namespace

static FailureOr<HeadsView> viewHeads(AttentionOp op, StringRef name, const Shape &shape,
                                      std::optional<int64_t> heads) {
  if (shape.size() == 4) {
    if (heads && !isDynamic(shape[1]) && shape[1] != *heads)
      return op.emitOpError("operand ") << name << " " << formatShape(shape) << " has " << shape[1]
                                        << " heads, but the attributes say " << *heads;
    return HeadsView{shape[0], shape[1], shape[2], shape[3]};
  }
  if (shape.size() != 3)
    return op.emitOpError("operand ") << name << " has extents " << formatShape(shape)
                                      << ", expected three or four dimensions";
  if (!heads)
    return op.emitOpError("operand ")
           << name << " " << formatShape(shape)
           << " has three dimensions: q_num_heads and kv_num_heads are needed";
  if (!isDynamic(shape[2]) && shape[2] % *heads != 0)
    return op.emitOpError("operand ") << name << " " << formatShape(shape) << " has " << shape[2]
                                      << " columns, not a multiple of " << *heads << " heads";
  return HeadsView{shape[0], *heads, shape[1], isDynamic(shape[2]) ? shape[2] : shape[2] / *heads};
}

/// Agreement of two extents that may be unknown; the error names both operands.
static LogicalResult checkEqual(AttentionOp op, StringRef what, StringRef first, int64_t a,
                                StringRef second, int64_t b) {
  if (isDynamic(a) || isDynamic(b) || a == b)
    return success();
  return op.emitOpError("operands ")
         << first << " and " << second << " differ in " << what << ": " << a << " and " << b;
}

/// One position for the whole batch or one for each of it.
static LogicalResult checkPositions(AttentionOp op, int64_t batch) {
  for (Value operand : op.getPositions()) {
    std::optional<Shape> shape = getShape(operand);
    if (!shape)
      continue;
    int64_t count = shape->size() == 1 ? shape->front() : -1;
    bool fits = shape->size() == 1 &&
                (isDynamic(count) || count == 1 || isDynamic(batch) || count == batch);
    if (!fits)
      return op.emitOpError("operand positions has extents ")
             << formatShape(*shape) << ", expected [1] or one for each of the batch, "
             << formatShape({batch});
  }
  return success();
}

LogicalResult AttentionOp::inferShapes(SmallVectorImpl<Type> &types) {
  Type elementType = getElementType(getQ());
  std::optional<Shape> qShape = getShape(getQ()), kShape = getShape(getK()),
                       vShape = getShape(getV());
  if (!qShape || !kShape || !vShape) {
    types.append(getNumResults(), UnrankedTensorType::get(elementType));
    return success();
  }
  FailureOr<HeadsView> q = viewHeads(*this, "q", *qShape, getQNumHeads()), k = q, v = q;
  if (succeeded(q))
    k = viewHeads(*this, "k", *kShape, getKvNumHeads());
  if (succeeded(q) && succeeded(k))
    v = viewHeads(*this, "v", *vShape, getKvNumHeads());
  if (failed(q) || failed(k) || failed(v))
    return failure();
  if (failed(checkEqual(*this, "batch", "q", q->batch, "k", k->batch)) ||
      failed(checkEqual(*this, "batch", "q", q->batch, "v", v->batch)) ||
      failed(checkEqual(*this, "head size", "q", q->size, "k", k->size)) ||
      failed(checkEqual(*this, "heads", "k", k->heads, "v", v->heads)) ||
      failed(checkEqual(*this, "sequence", "k", k->sequence, "v", v->sequence)))
    return failure();
  if (!isDynamic(q->heads) && !isDynamic(k->heads) &&
      (k->heads == 0 ? q->heads != 0 : q->heads % k->heads != 0))
    return emitOpError("has ") << q->heads << " query heads, not a multiple of its " << k->heads
                               << " key heads";
  if (isPresent(getMask()))
    if (std::optional<Shape> mask = getShape(getMask())) {
      // A mask may end before the keys do.
      if (!mask->empty() && mask->back() > 0 && mask->back() < k->sequence)
        mask->back() = k->sequence;
      if (failed(checkStretches(
              *this, {"operand mask", *mask},
              {"[batch, heads, queries, keys]", {q->batch, q->heads, q->sequence, k->sequence}})))
        return failure();
    }
  if (failed(checkPositions(*this, q->batch)))
    return failure();
  if (qShape->size() == 4) {
    if (failed(appendRanked(*this, {q->batch, q->heads, q->sequence, v->size}, elementType, types)))
      return failure();
  } else {
    std::optional<int64_t> columns = multiplyExtents({q->heads, v->size});
    if (!columns)
      return emitOpError("would make rows of ")
             << q->heads << " * " << v->size << " elements, more than fits any memory";
    if (failed(appendRanked(*this, {q->batch, q->sequence, *columns}, elementType, types)))
      return failure();
  }
  if (!getScores())
    return success();
  return appendRanked(*this, {q->batch, q->heads, q->sequence, k->sequence}, elementType, types);
}

LogicalResult AttentionOp::verify() {
  for (auto [name, count] :
       {std::pair("q_num_heads", getQNumHeads()), std::pair("kv_num_heads", getKvNumHeads())})
    if (count && *count <= 0)
      return emitOpError() << name << " is " << *count << ", expected a positive number";
  if (getPositions().size() > 2)
    return emitOpError("has ") << getPositions().size()
                               << " operands of positions, expected at most two";
  for (auto [name, width] :
       {std::pair("left_window", getLeftWindow()), std::pair("right_window", getRightWindow())})
    if (width < -1)
      return emitOpError() << name << " is " << width
                           << ", expected -1 for no bound, or a number of keys";
  if (getScoresMode() < 0 || getScoresMode() > 3)
    return emitOpError("scores_mode is ") << getScoresMode() << ", expected 0 to 3";
  return verifySameElementType(*this, {getQ(), getK()}, {"q", "k"});
}

LogicalResult RotaryEmbeddingOp::inferShapes(SmallVectorImpl<Type> &types) {
  Type elementType = getElementType(getX());
  std::optional<Shape> x = getShape(getX());
  if (!x)
    return appendUnranked(elementType, types);
  if (x->empty())
    return emitOpError("operand x has no dimensions, expected rows of pairs");
  int64_t size = x->back(), rotated = getRotatedSize() ? getRotatedSize() : size;
  if (!isDynamic(size) && rotated > size)
    return emitOpError("turns ") << rotated << " elements of rows of " << size;
  if (!isDynamic(rotated) && rotated % 2)
    return emitOpError("turns ") << rotated << " elements, which make no pairs";
  Shape pairs = *x;
  pairs.back() = isDynamic(rotated) ? rotated : rotated / 2;
  for (auto [name, operand] :
       {std::pair("operand cosine", getCosine()), {"operand sine", getSine()}})
    if (std::optional<Shape> angles = getShape(operand))
      if (failed(checkStretches(*this, {name, *angles}, {"the pairs of operand x", pairs})))
        return failure();
  return appendRanked(*this, *x, elementType, types);
}

LogicalResult RotaryEmbeddingOp::verify() {
  if (getRotatedSize() < 0 || getRotatedSize() % 2)
    return emitOpError("rotated_size is ")
           << getRotatedSize() << ", expected an even number of elements";
  return verifySameElementType(*this, {getX(), getCosine(), getSine()}, {"x", "cosine", "sine"});
}
