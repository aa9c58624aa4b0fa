// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// linalg.generic builders of the lowering.

#include "passes/lower/Generics.h"

#include "dialects/onnx/ConstantData.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"

#include "llvm/ADT/STLExtras.h"

#include <cstring>

using namespace mlir;
using namespace fovea;
using namespace fovea::lower;

TypedAttr fovea::lower::getSplatValue(Value tensor) {
  ElementsAttr attr = onnx::getConstantAttr(tensor);
  auto type = attr ? dyn_cast<RankedTensorType>(attr.getType()) : RankedTensorType();
  if (!type || !type.hasStaticShape() || type.getNumElements() == 0)
    return {};
  std::optional<onnx::ConstantData> data = onnx::getConstantData(attr);
  if (!data || (!data->splat && type.getNumElements() != 1))
    return {};
  Type elementType = type.getElementType();
  uint64_t bits = 0;
  std::memcpy(&bits, data->bytes.data(), onnx::getElementBytes(elementType));
  unsigned width = elementType.getIntOrFloatBitWidth();
  APInt integer(width, bits, /*isSigned=*/false, /*implicitTrunc=*/true);
  if (auto floatType = dyn_cast<FloatType>(elementType))
    return FloatAttr::get(elementType, APFloat(floatType.getFloatSemantics(), integer));
  return IntegerAttr::get(IntegerType::get(tensor.getContext(), width), integer);
}

AffineMap fovea::lower::getBroadcastMap(MLIRContext *context, ArrayRef<int64_t> shape,
                                        ArrayRef<int64_t> result) {
  SmallVector<AffineExpr> exprs;
  size_t skipped = result.size() - shape.size();
  for (auto [i, extent] : llvm::enumerate(shape))
    exprs.push_back(extent == 1 && result[skipped + i] != 1
                        ? getAffineConstantExpr(0, context)
                        : getAffineDimExpr(skipped + i, context));
  return AffineMap::get(result.size(), 0, exprs, context);
}

AffineMap fovea::lower::getMapWithout(MLIRContext *context, int64_t rank,
                                      ArrayRef<int64_t> dropped) {
  SmallVector<AffineExpr> exprs;
  for (int64_t i = 0; i < rank; ++i)
    if (!llvm::is_contained(dropped, i))
      exprs.push_back(getAffineDimExpr(i, context));
  return AffineMap::get(rank, 0, exprs, context);
}

SmallVector<int64_t> fovea::lower::getShapeWithout(ArrayRef<int64_t> shape,
                                                   ArrayRef<int64_t> dropped) {
  SmallVector<int64_t> kept;
  for (auto [i, extent] : llvm::enumerate(shape))
    if (!llvm::is_contained(dropped, int64_t(i)))
      kept.push_back(extent);
  return kept;
}

Value fovea::lower::createParallel(OpBuilder &builder, Location loc, ArrayRef<MappedTensor> inputs,
                                   RankedTensorType type, ScalarBody body) {
  // Where the scalar of each input comes from: a constant, or an argument of the body.
  SmallVector<TypedAttr> constants;
  SmallVector<unsigned> arguments;
  SmallVector<Value> operands;
  SmallVector<AffineMap> maps;
  for (const MappedTensor &input : inputs) {
    constants.push_back(getSplatValue(input.tensor));
    arguments.push_back(operands.size());
    if (constants.back())
      continue;
    for (auto [i, operand, map] : llvm::enumerate(operands, maps))
      if (operand == input.tensor && map == input.map)
        arguments.back() = i;
    if (arguments.back() < operands.size())
      continue;
    operands.push_back(input.tensor);
    maps.push_back(input.map);
  }
  Value empty = tensor::EmptyOp::create(builder, loc, type.getShape(), type.getElementType());
  if (type.getNumElements() == 0)
    return empty;
  maps.push_back(builder.getMultiDimIdentityMap(type.getRank()));
  SmallVector<utils::IteratorType> iterators(type.getRank(), utils::IteratorType::parallel);
  auto generic = linalg::GenericOp::create(
      builder, loc, type, operands, empty, maps, iterators,
      [&](OpBuilder &nested, Location nestedLoc, ValueRange args) {
        Scalars scalars(nested, nestedLoc);
        SmallVector<Value> values;
        for (auto [constant, argument] : llvm::zip_equal(constants, arguments))
          values.push_back(constant ? scalars.constant(constant) : args[argument]);
        linalg::YieldOp::create(nested, nestedLoc, body(scalars, values));
      });
  return generic.getResult(0);
}

Value fovea::lower::createElementwise(OpBuilder &builder, Location loc, ValueRange inputs,
                                      RankedTensorType type, ScalarBody body) {
  SmallVector<MappedTensor> mapped;
  for (Value input : inputs)
    mapped.push_back({input, getBroadcastMap(builder.getContext(),
                                             cast<RankedTensorType>(input.getType()).getShape(),
                                             type.getShape())});
  return createParallel(builder, loc, mapped, type, body);
}

Value fovea::lower::createReduction(OpBuilder &builder, Location loc, ArrayRef<MappedTensor> inputs,
                                    MappedTensor output, ScalarBody body) {
  SmallVector<Value> operands;
  SmallVector<AffineMap> maps;
  for (const MappedTensor &input : inputs) {
    // Over nothing, the initial value is the result.
    if (cast<RankedTensorType>(input.tensor.getType()).getNumElements() == 0)
      return output.tensor;
    operands.push_back(input.tensor);
    maps.push_back(input.map);
  }
  maps.push_back(output.map);
  SmallVector<utils::IteratorType> iterators;
  for (unsigned dim = 0; dim < output.map.getNumDims(); ++dim)
    iterators.push_back(output.map.isFunctionOfDim(dim) ? utils::IteratorType::parallel
                                                        : utils::IteratorType::reduction);
  auto generic = linalg::GenericOp::create(
      builder, loc, output.tensor.getType(), operands, output.tensor, maps, iterators,
      [&](OpBuilder &nested, Location nestedLoc, ValueRange args) {
        Scalars scalars(nested, nestedLoc);
        linalg::YieldOp::create(nested, nestedLoc, body(scalars, args));
      });
  return generic.getResult(0);
}

Value fovea::lower::createFilled(OpBuilder &builder, Location loc, RankedTensorType type,
                                 TypedAttr value) {
  Value scalar = arith::ConstantOp::create(builder, loc, value);
  Value empty = tensor::EmptyOp::create(builder, loc, type.getShape(), type.getElementType());
  return linalg::FillOp::create(builder, loc, scalar, empty).getResult(0);
}

Value fovea::lower::convertElements(OpBuilder &builder, Location loc, Value tensor,
                                    Type elementType) {
  auto type = cast<RankedTensorType>(tensor.getType());
  if (type.getElementType() == elementType)
    return tensor;
  return createElementwise(builder, loc, tensor, type.clone(elementType),
                           [&](Scalars &s, ValueRange v) { return s.convert(v[0], elementType); });
}

/// Groups of dimensions of `from` and `to` with equal products, as fine as possible; groups cover
/// all dimensions. There is no group when either side has no dimensions.
static SmallVector<std::pair<ReassociationIndices, ReassociationIndices>>
matchDimensions(ArrayRef<int64_t> from, ArrayRef<int64_t> to) {
  SmallVector<std::pair<ReassociationIndices, ReassociationIndices>> groups;
  size_t i = 0, j = 0;
  while (i < from.size() && j < to.size()) {
    auto &[left, right] = groups.emplace_back();
    int64_t leftProduct = from[i], rightProduct = to[j];
    left.push_back(i++);
    right.push_back(j++);
    while (leftProduct != rightProduct) {
      if (leftProduct < rightProduct) {
        leftProduct *= from[i];
        left.push_back(i++);
      } else {
        rightProduct *= to[j];
        right.push_back(j++);
      }
    }
  }
  // What is left over on one side are ones.
  if (!groups.empty()) {
    while (i < from.size())
      groups.back().first.push_back(i++);
    while (j < to.size())
      groups.back().second.push_back(j++);
  }
  return groups;
}

Value fovea::lower::createReshape(OpBuilder &builder, Location loc, Value tensor,
                                  RankedTensorType type) {
  auto from = cast<RankedTensorType>(tensor.getType());
  if (from == type)
    return tensor;
  if (type.getNumElements() == 0)
    return tensor::EmptyOp::create(builder, loc, type.getShape(), type.getElementType());
  auto groups = matchDimensions(from.getShape(), type.getShape());
  SmallVector<ReassociationIndices> collapse, expand;
  SmallVector<int64_t> middle;
  for (auto &[left, right] : groups) {
    int64_t product = 1;
    for (int64_t dim : left)
      product *= from.getDimSize(dim);
    middle.push_back(product);
    collapse.push_back(left);
    expand.push_back(right);
  }
  auto middleType = RankedTensorType::get(middle, from.getElementType());
  if (middleType != from)
    tensor = tensor::CollapseShapeOp::create(builder, loc, middleType, tensor, collapse);
  if (middleType != type)
    tensor = tensor::ExpandShapeOp::create(builder, loc, type, tensor, expand);
  return tensor;
}

Value fovea::lower::createTranspose(OpBuilder &builder, Location loc, Value tensor,
                                    ArrayRef<int64_t> permutation) {
  auto from = cast<RankedTensorType>(tensor.getType());
  SmallVector<int64_t> shape, moved;
  SmallVector<AffineExpr> exprs(from.getRank());
  for (auto [i, dim] : llvm::enumerate(permutation)) {
    exprs[dim] = builder.getAffineDimExpr(i);
    shape.push_back(from.getDimSize(dim));
    if (shape.back() != 1)
      moved.push_back(dim);
  }
  // Where only extents of one move, the elements keep their order.
  if (llvm::is_sorted(moved))
    return createReshape(builder, loc, tensor, from.clone(shape));
  auto map = AffineMap::get(from.getRank(), 0, exprs, builder.getContext());
  return createParallel(builder, loc, {{tensor, map}}, from.clone(shape),
                        [](Scalars &, ValueRange values) { return values[0]; });
}
