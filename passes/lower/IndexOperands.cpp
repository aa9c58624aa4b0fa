// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Each element that only the run knows is an input of the generic, at a constant place.

#include "passes/lower/IndexOperands.h"

#include "dialects/onnx/ConstantData.h"

using namespace mlir;
using namespace fovea;
using namespace fovea::lower;

IndexOperand::IndexOperand(OpBuilder &builder, Value onnxValue, Value lowered, int64_t rank,
                           SmallVectorImpl<MappedTensor> &inputs)
    : known(onnx::getConstantIntegers(onnxValue)), first(inputs.size()) {
  if (known)
    return;
  auto type = cast<RankedTensorType>(lowered.getType());
  count = type.getNumElements();
  if (count == 0) {
    known.emplace();
    return;
  }
  Value list = createReshape(builder, lowered.getLoc(), lowered, type.clone({count}));
  for (int64_t i = 0; i < count; ++i)
    inputs.push_back({list, AffineMap::get(rank, 0, builder.getAffineConstantExpr(i))});
}

Value IndexOperand::get(Scalars &scalars, ValueRange values, int64_t i) const {
  Type i64 = IntegerType::get(scalars.getContext(), 64);
  if (known)
    return scalars.constant(IntegerAttr::get(i64, (*known)[i]));
  return scalars.convert(values[first + i], i64);
}

Value lower::isAxis(Scalars &scalars, Value axis, int64_t dim, int64_t rank) {
  auto equals = [&](int64_t wanted) {
    return scalars.compare(arith::CmpIPredicate::eq, axis,
                           scalars.constant(IntegerAttr::get(axis.getType(), wanted)), false);
  };
  return scalars.create<arith::OrIOp>(equals(dim), equals(dim - rank));
}

Value lower::getForAxis(Scalars &scalars, ValueRange inputs, const IndexOperand &axes,
                        const IndexOperand &values, int64_t offset, int64_t dim, int64_t rank,
                        int64_t otherwise) {
  Type i64 = IntegerType::get(scalars.getContext(), 64);
  Value result = scalars.constant(IntegerAttr::get(i64, otherwise));
  for (int64_t i = 0; i < axes.size(); ++i) {
    if (axes.getConstants()) {
      if (normalizeAxis((*axes.getConstants())[i], rank) == dim)
        result = values.get(scalars, inputs, offset + i);
      continue;
    }
    Value isHere = isAxis(scalars, axes.get(scalars, inputs, i), dim, rank);
    result = scalars.select(isHere, values.get(scalars, inputs, offset + i), result);
  }
  return result;
}
