// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// linalg.generic over loops that are dimensions of an attention's domain.

#include "dialects/attn/LinalgBuilder.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"

using namespace mlir;
using namespace fovea;
using namespace fovea::attn;

AffineMap LinalgBuilder::getDimsMap(ArrayRef<unsigned> dims) {
  return AffineMap::getMultiDimMapWithTargets(domain.size(), dims, builder.getContext());
}

MappedTensor LinalgBuilder::empty(ArrayRef<unsigned> dims, Type elementType) {
  SmallVector<OpFoldResult> sizes;
  for (unsigned dim : dims)
    sizes.push_back(getExtent(dim));
  return {tensor::EmptyOp::create(builder, loc, sizes, elementType), getDimsMap(dims)};
}

MappedTensor LinalgBuilder::filled(ArrayRef<unsigned> dims, Type elementType, double number) {
  MappedTensor result = empty(dims, elementType);
  Value element =
      arith::ConstantOp::create(builder, loc, builder.getFloatAttr(elementType, number));
  result.tensor = linalg::FillOp::create(builder, loc, element, result.tensor).getResult(0);
  return result;
}

/// The part of an input that the domain reaches: linalg takes a loop's extent from any operand that
/// the loop indexes by itself, so such a dimension must not be longer than the loop.
Value LinalgBuilder::cutToDomain(const MappedTensor &input) {
  auto type = cast<RankedTensorType>(input.tensor.getType());
  SmallVector<OpFoldResult> sizes;
  bool isCut = false;
  for (auto [extent, index] : llvm::zip_equal(type.getShape(), input.map.getResults())) {
    auto dim = dyn_cast<AffineDimExpr>(index);
    sizes.push_back(dim ? getExtent(dim.getPosition()) : builder.getIndexAttr(extent));
    // A dynamic extent is the loop's already.
    isCut |= !ShapedType::isDynamic(extent) &&
             sizes.back() != OpFoldResult(builder.getIndexAttr(extent));
  }
  if (!isCut)
    return input.tensor;
  SmallVector<OpFoldResult> offsets(sizes.size(), builder.getIndexAttr(0));
  SmallVector<OpFoldResult> strides(sizes.size(), builder.getIndexAttr(1));
  return tensor::ExtractSliceOp::create(builder, loc, input.tensor, offsets, sizes, strides);
}

Value LinalgBuilder::generic(ArrayRef<unsigned> loops, ArrayRef<unsigned> reductions,
                             ArrayRef<MappedTensor> inputs, MappedTensor output, Body body) {
  MLIRContext *context = builder.getContext();
  SmallVector<AffineExpr> replacements(domain.size(), getAffineConstantExpr(0, context));
  for (auto [n, dim] : llvm::enumerate(loops))
    replacements[dim] = getAffineDimExpr(n, context);
  auto restate = [&](AffineMap map) {
    return map.replaceDimsAndSymbols(replacements, {}, loops.size(), 0);
  };
  SmallVector<Value> operands;
  SmallVector<AffineMap> maps;
  for (const MappedTensor &input : inputs) {
    operands.push_back(cutToDomain(input));
    maps.push_back(restate(input.map));
  }
  size_t read = operands.size();
  AffineMap outputMap = restate(output.map);
  // Loops that no operand indexes by themselves, as in h * 64 + d, get their extent from an operand
  // that is not read.
  SmallVector<AffineMap> all(maps);
  all.push_back(outputMap);
  for (auto [n, dim] : llvm::enumerate(loops)) {
    AffineExpr loop = getAffineDimExpr(n, context);
    if (llvm::any_of(all, [&](AffineMap map) { return map.getResultPosition(loop); }))
      continue;
    operands.push_back(empty({dim}, builder.getF32Type()).tensor);
    maps.push_back(AffineMap::get(loops.size(), 0, {loop}, context));
  }
  size_t written = operands.size();
  maps.push_back(outputMap);
  SmallVector<utils::IteratorType> iterators;
  for (unsigned dim : loops)
    iterators.push_back(llvm::is_contained(reductions, dim) ? utils::IteratorType::reduction
                                                            : utils::IteratorType::parallel);
  auto op = linalg::GenericOp::create(
      builder, loc, output.tensor.getType(), operands, output.tensor, maps, iterators,
      [&](OpBuilder &nested, Location nestedLoc, ValueRange arguments) {
        SmallVector<Value> elements(arguments.take_front(read));
        elements.push_back(arguments[written]);
        linalg::YieldOp::create(nested, nestedLoc, body(nested, nestedLoc, elements));
      });
  return op.getResult(0);
}

Value attn::convertFloat(OpBuilder &builder, Location loc, Value value, Type type) {
  unsigned from = value.getType().getIntOrFloatBitWidth(), to = type.getIntOrFloatBitWidth();
  if (value.getType() == type)
    return value;
  if (from < to)
    return arith::ExtFOp::create(builder, loc, type, value);
  return arith::TruncFOp::create(builder, loc, type, value);
}
