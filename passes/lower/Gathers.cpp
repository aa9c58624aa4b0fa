// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Lowering of the gathers. Indices are data: a body wraps negative ones, clamps all into bounds,
// and extracts.

#include "dialects/onnx/ConstantData.h"
#include "dialects/onnx/OnnxShapeOps.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "passes/lower/Families.h"
#include "passes/lower/Generics.h"
#include "passes/lower/OnnxPattern.h"

using namespace mlir;
using namespace fovea;
using namespace fovea::lower;

/// The map that reads dimensions [first, first + count) of a generic of `rank` loops.
static AffineMap getRangeMap(OpBuilder &builder, int64_t rank, int64_t first, int64_t count) {
  return builder.getMultiDimIdentityMap(rank).getSliceMap(first, count);
}

namespace {

class GatherPattern : public OnnxPattern<onnx::GatherOp> {
public:
  using OnnxPattern::OnnxPattern;

  LogicalResult lower(onnx::GatherOp op, Adaptor adaptor,
                      ConversionPatternRewriter &rewriter) const override {
    RankedTensorType from = getType(op.getX()), type = getType(op.getY());
    RankedTensorType indexType = getType(op.getIndices());
    int64_t axis = normalizeAxis(op.getAxis(), from.getRank());
    int64_t extent = from.getDimSize(axis);
    if (extent == 0)
      return refuse(op, rewriter, "there is nothing to gather along an axis of extent 0");
    if (Value slice = gatherOne(op, adaptor.getX(), axis, rewriter)) {
      rewriter.replaceOp(op, slice);
      return success();
    }
    int64_t indexRank = indexType.getRank();
    AffineMap map = getRangeMap(rewriter, type.getRank(), axis, indexRank);
    auto body = [&](Scalars &s, ValueRange v) {
      SmallVector<Value> position;
      for (int64_t dim = 0; dim < from.getRank(); ++dim) {
        if (dim == axis)
          position.push_back(s.boundedIndex(v[0], extent));
        else
          position.push_back(s.loopIndex(dim < axis ? dim : dim + indexRank - 1));
      }
      return s.create<tensor::ExtractOp>(adaptor.getX(), position);
    };
    rewriter.replaceOp(
        op, createParallel(rewriter, op.getLoc(), {{adaptor.getIndices(), map}}, type, body));
    return success();
  }

private:
  /// The slice that one constant index chooses, or null when the index is something else.
  Value gatherOne(onnx::GatherOp op, Value x, int64_t axis,
                  ConversionPatternRewriter &rewriter) const {
    std::optional<SmallVector<int64_t>> indices = onnx::getConstantIntegers(op.getIndices(), 1);
    if (!indices || indices->size() != 1)
      return {};
    RankedTensorType from = getType(op.getX());
    int64_t extent = from.getDimSize(axis), index = normalizeAxis(indices->front(), extent);
    if (index < 0 || index >= extent)
      return {};
    SmallVector<int64_t> offsets(from.getRank(), 0), strides(from.getRank(), 1);
    SmallVector<int64_t> sizes = llvm::to_vector(from.getShape());
    offsets[axis] = index;
    sizes[axis] = 1;
    auto attrs = [&](ArrayRef<int64_t> values) {
      return getAsIndexOpFoldResult(getContext(), values);
    };
    Value slice = tensor::ExtractSliceOp::create(rewriter, op.getLoc(), from.clone(sizes), x,
                                                 attrs(offsets), attrs(sizes), attrs(strides));
    return createReshape(rewriter, op.getLoc(), slice, getType(op.getY()));
  }
};

class GatherElementsPattern : public OnnxPattern<onnx::GatherElementsOp> {
public:
  using OnnxPattern::OnnxPattern;

  LogicalResult lower(onnx::GatherElementsOp op, Adaptor adaptor,
                      ConversionPatternRewriter &rewriter) const override {
    RankedTensorType from = getType(op.getX()), type = getType(op.getY());
    int64_t axis = normalizeAxis(op.getAxis(), from.getRank());
    if (llvm::is_contained(from.getShape(), 0))
      return refuse(op, rewriter, "there is nothing to gather from an empty tensor");
    auto body = [&](Scalars &s, ValueRange v) {
      SmallVector<Value> position;
      for (int64_t dim = 0; dim < from.getRank(); ++dim)
        position.push_back(dim == axis ? s.boundedIndex(v[0], from.getDimSize(dim))
                                       : s.loopIndex(dim));
      return s.create<tensor::ExtractOp>(adaptor.getX(), position);
    };
    AffineMap map = rewriter.getMultiDimIdentityMap(type.getRank());
    rewriter.replaceOp(
        op, createParallel(rewriter, op.getLoc(), {{adaptor.getIndices(), map}}, type, body));
    return success();
  }
};

class GatherNDPattern : public OnnxPattern<onnx::GatherNDOp> {
public:
  using OnnxPattern::OnnxPattern;

  /// The index tensor is read once per indexed dimension, at a constant place of its last
  /// dimension.
  LogicalResult lower(onnx::GatherNDOp op, Adaptor adaptor,
                      ConversionPatternRewriter &rewriter) const override {
    RankedTensorType from = getType(op.getX()), type = getType(op.getY());
    RankedTensorType indexType = getType(op.getIndices());
    int64_t batch = op.getBatchDims();
    int64_t outer = indexType.getRank() - 1, indexed = indexType.getShape().back();
    if (llvm::is_contained(from.getShape(), 0))
      return refuse(op, rewriter, "there is nothing to gather from an empty tensor");
    SmallVector<MappedTensor> inputs;
    for (int64_t i = 0; i < indexed; ++i) {
      SmallVector<AffineExpr> exprs;
      for (int64_t dim = 0; dim < outer; ++dim)
        exprs.push_back(rewriter.getAffineDimExpr(dim));
      exprs.push_back(rewriter.getAffineConstantExpr(i));
      inputs.push_back(
          {adaptor.getIndices(), AffineMap::get(type.getRank(), 0, exprs, getContext())});
    }
    auto body = [&](Scalars &s, ValueRange v) {
      SmallVector<Value> position;
      for (int64_t dim = 0; dim < batch; ++dim)
        position.push_back(s.loopIndex(dim));
      for (int64_t i = 0; i < indexed; ++i)
        position.push_back(s.boundedIndex(v[i], from.getDimSize(batch + i)));
      for (int64_t dim = outer; dim < type.getRank(); ++dim)
        position.push_back(s.loopIndex(dim));
      return s.create<tensor::ExtractOp>(adaptor.getX(), position);
    };
    rewriter.replaceOp(op, createParallel(rewriter, op.getLoc(), inputs, type, body));
    return success();
  }
};

} // namespace

void lower::populateGatherPatterns(const PatternContext &context) {
  context.add<GatherPattern, GatherElementsPattern, GatherNDPattern>();
}
