// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The spellings of a contraction. Einsum became MatMul in the frontend.

#include "passes/raise/Contraction.h"

#include "dialects/onnx/ConstantData.h"
#include "dialects/onnx/OnnxConvOps.h"
#include "dialects/onnx/OnnxElementwiseOps.h"
#include "dialects/onnx/OnnxMatrixOps.h"
#include "dialects/onnx/OnnxReduceOps.h"
#include "passes/raise/GraphMatch.h"

using namespace mlir;
using namespace fovea;
using namespace fovea::raise;

static AffineMap makeMap(unsigned loops, ArrayRef<AffineExpr> results, MLIRContext *context) {
  return AffineMap::get(loops, 0, results, context);
}

static std::optional<Contraction> matchMatMul(onnx::MatMulOp op) {
  RankedTensorType a = getStaticType(op.getA()), b = getStaticType(op.getB());
  RankedTensorType type = getStaticType(op.getC());
  if (!a || !b || !type || a.getRank() == 0 || b.getRank() == 0)
    return std::nullopt;
  MLIRContext *context = op.getContext();
  Contraction product{op.getC(), {}, {}, SmallVector<int64_t>(type.getShape()), 0, 1.0};
  product.outer = type.getRank();
  product.loops.push_back(a.getShape().back());
  unsigned numLoops = product.loops.size();
  AffineExpr inner = getAffineDimExpr(product.outer, context);
  bool hasRow = a.getRank() > 1, hasColumn = b.getRank() > 1;
  unsigned leading = type.getRank() - hasRow - hasColumn;
  auto getLeading = [&](RankedTensorType operand) {
    ArrayRef<int64_t> shape = operand.getShape().drop_back(std::min<size_t>(2, operand.getRank()));
    AffineMap all = AffineMap::getMultiDimIdentityMap(numLoops, context);
    AffineMap map =
        getBroadcastMap(shape, type.getShape().take_front(leading),
                        makeMap(numLoops, all.getResults().take_front(leading), context));
    return SmallVector<AffineExpr>(map.getResults());
  };
  SmallVector<AffineExpr> left = getLeading(a), right = getLeading(b);
  if (hasRow)
    left.push_back(getAffineDimExpr(leading, context));
  left.push_back(inner);
  right.push_back(inner);
  if (hasColumn)
    right.push_back(getAffineDimExpr(leading + hasRow, context));
  product.left = {op.getA(), makeMap(numLoops, left, context)};
  product.right = {op.getB(), makeMap(numLoops, right, context)};
  return product;
}

static std::optional<Contraction> matchGemm(onnx::GemmOp op) {
  RankedTensorType a = getStaticType(op.getA()), type = getStaticType(op.getY());
  bool hasAddend = !isa<NoneType>(op.getC().getType()) && op.getBeta().convertToFloat() != 0.0f &&
                   onnx::getConstantScalar(op.getC()) != 0.0;
  if (!a || !type || !getStaticType(op.getB()) || hasAddend)
    return std::nullopt;
  AffineExpr m, n, k;
  bindDims(op.getContext(), m, n, k);
  auto view = [&](Value value, bool transposed, AffineExpr row, AffineExpr column) {
    return View{value, transposed ? makeMap(3, {column, row}, op.getContext())
                                  : makeMap(3, {row, column}, op.getContext())};
  };
  return Contraction{op.getY(),
                     view(op.getA(), op.getTransA(), m, k),
                     view(op.getB(), op.getTransB(), k, n),
                     {type.getDimSize(0), type.getDimSize(1), a.getDimSize(op.getTransA() ? 0 : 1)},
                     2,
                     op.getAlpha().convertToDouble()};
}

/// A convolution of single points is a product with the weights.
static std::optional<Contraction> matchConv(onnx::ConvOp op) {
  RankedTensorType x = getStaticType(op.getX()), w = getStaticType(op.getW());
  RankedTensorType type = getStaticType(op.getY());
  auto isUnit = [](ArrayRef<int64_t> extents) {
    return llvm::all_of(extents, [](int64_t extent) { return extent == 1; });
  };
  if (!x || !w || !type || !isa<NoneType>(op.getBias().getType()) || !isPointwiseConv(op) ||
      !isUnit(op.getStrides()) || llvm::any_of(op.getPads(), [](int64_t pad) { return pad != 0; }))
    return std::nullopt;
  MLIRContext *context = op.getContext();
  unsigned outer = type.getRank();
  Contraction product{op.getY(), {}, {}, SmallVector<int64_t>(type.getShape()), outer, 1.0};
  product.loops.push_back(x.getDimSize(1));
  SmallVector<AffineExpr> place, weight(outer, getAffineConstantExpr(0, context));
  for (unsigned dim = 0; dim < outer; ++dim)
    place.push_back(getAffineDimExpr(dim, context));
  weight[0] = place[1];
  place[1] = weight[1] = getAffineDimExpr(outer, context);
  product.left = {op.getX(), makeMap(outer + 1, place, context)};
  product.right = {op.getW(), makeMap(outer + 1, weight, context)};
  return product;
}

static std::optional<Contraction> matchSum(onnx::ReduceSumOp op) {
  ScaledValue scaled = peelScale(op.getX());
  auto mul = scaled.value.getDefiningOp<onnx::MulOp>();
  RankedTensorType type = getStaticType(op.getY()), inner = getStaticType(scaled.value);
  if (!mul || !type || !inner || isa<NoneType>(op.getAxes().getType()))
    return std::nullopt;
  std::optional<SmallVector<int64_t>> axes = onnx::getConstantIntegers(op.getAxes());
  RankedTensorType a = getStaticType(mul.getA()), b = getStaticType(mul.getB());
  if (!axes || axes->empty() || !a || !b)
    return std::nullopt;
  Contraction product{op.getY(), {}, {}, SmallVector<int64_t>(type.getShape()), 0, scaled.factor};
  product.outer = type.getRank();
  SmallVector<bool> isSummed(inner.getRank(), false);
  for (int64_t axis : *axes)
    isSummed[axis < 0 ? axis + inner.getRank() : axis] = true;
  // The index of each dimension of the Mul: a loop of the result or one that is summed over.
  MLIRContext *context = op.getContext();
  SmallVector<AffineExpr> index;
  SmallVector<unsigned> summed;
  unsigned next = 0;
  for (auto [dim, extent] : llvm::enumerate(inner.getShape())) {
    if (!isSummed[dim]) {
      index.push_back(getAffineDimExpr(next++, context));
      continue;
    }
    next += op.getKeepdims();
    summed.push_back(product.loops.size());
    index.push_back(getAffineDimExpr(product.loops.size(), context));
    product.loops.push_back(extent);
  }
  AffineMap map = makeMap(product.loops.size(), index, context);
  auto view = [&](Value value, RankedTensorType operand) {
    return View{value, getBroadcastMap(operand.getShape(), inner.getShape(), map)};
  };
  product.left = view(mul.getA(), a);
  product.right = view(mul.getB(), b);
  for (unsigned loop : summed)
    if (product.loops[loop] != 1 &&
        !(product.left.map.isFunctionOfDim(loop) && product.right.map.isFunctionOfDim(loop)))
      return std::nullopt;
  return product;
}

std::optional<Contraction> raise::matchContraction(Value value) {
  Operation *op = value.getDefiningOp();
  if (auto product = dyn_cast_or_null<onnx::MatMulOp>(op))
    return matchMatMul(product);
  if (auto product = dyn_cast_or_null<onnx::GemmOp>(op))
    return matchGemm(product);
  if (auto sum = dyn_cast_or_null<onnx::ReduceSumOp>(op))
    return matchSum(sum);
  if (auto conv = dyn_cast_or_null<onnx::ConvOp>(op))
    return matchConv(conv);
  return std::nullopt;
}
