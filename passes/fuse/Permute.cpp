// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "passes/fuse/Permute.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/Dialect/Utils/ReshapeOpsUtils.h"

using namespace mlir;
using namespace fovea;

Value fovea::reshapeInit(Value init, RankedTensorType type, RewriterBase &rewriter) {
  Operation *op = init.getDefiningOp();
  if (!op)
    return {};
  OpBuilder::InsertionGuard guard(rewriter);
  rewriter.setInsertionPoint(op);
  ArrayRef<int64_t> shape = type.getShape();
  if (isa<tensor::EmptyOp>(op))
    return tensor::EmptyOp::create(rewriter, op->getLoc(), shape, type.getElementType());
  if (auto fill = dyn_cast<linalg::FillOp>(op)) {
    Value empty = tensor::EmptyOp::create(rewriter, op->getLoc(), shape, type.getElementType());
    return linalg::FillOp::create(rewriter, op->getLoc(), fill.getInputs(), ValueRange(empty))
        .getResult(0);
  }
  if (auto constant = dyn_cast<arith::ConstantOp>(op))
    if (auto splat = dyn_cast<SplatElementsAttr>(constant.getValue()))
      return arith::ConstantOp::create(rewriter, op->getLoc(), splat.resizeSplat(type));
  return {};
}

Value fovea::reshape(Value value, RankedTensorType type, RewriterBase &rewriter) {
  auto from = cast<RankedTensorType>(value.getType());
  const Location loc = value.getLoc();
  if (from == type)
    return value;
  if (from.getRank() != type.getRank())
    if (auto groups = getReassociationIndicesForReshape(from, type)) {
      if (from.getRank() > type.getRank())
        return tensor::CollapseShapeOp::create(rewriter, loc, type, value, *groups);
      return tensor::ExpandShapeOp::create(rewriter, loc, type, value, *groups);
    }
  auto flat = RankedTensorType::get({type.getNumElements()}, type.getElementType());
  return reshape(reshape(value, flat, rewriter), type, rewriter);
}

RankedTensorType fovea::permuteType(Type type, ArrayRef<int64_t> order) {
  auto tensor = cast<RankedTensorType>(type);
  SmallVector<int64_t> shape;
  for (int64_t dim : order)
    shape.push_back(tensor.getDimSize(dim));
  return tensor.clone(shape);
}

LogicalResult fovea::permuteGenericResult(linalg::GenericOp op, OpResult result,
                                          ArrayRef<int64_t> order, RewriterBase &rewriter) {
  if (!op.hasPureTensorSemantics())
    return failure();
  OpOperand *init = op.getDpsInitOperand(result.getResultNumber());
  RankedTensorType type = permuteType(result.getType(), order);
  Value newInit = reshapeInit(init->get(), type, rewriter);
  if (!newInit)
    return failure();
  SmallVector<AffineMap> maps = op.getIndexingMapsArray();
  AffineMap &map = maps[init->getOperandNumber()];
  map = AffineMap::getPermutationMap(order, op.getContext()).compose(map);
  rewriter.modifyOpInPlace(op, [&] {
    init->set(newInit);
    op.setIndexingMapsAttr(rewriter.getAffineMapArrayAttr(maps));
    result.setType(type);
  });
  return success();
}
