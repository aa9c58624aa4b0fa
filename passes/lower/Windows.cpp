// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Padding and windowed reductions.

#include "passes/lower/Windows.h"

#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"

using namespace mlir;
using namespace fovea;
using namespace fovea::lower;

Value lower::padTrailing(OpBuilder &builder, Location loc, Value x, ArrayRef<int64_t> pads,
                         TypedAttr padding) {
  if (llvm::all_of(pads, [](int64_t pad) { return pad == 0; }))
    return x;
  auto type = cast<RankedTensorType>(x.getType());
  size_t padded = pads.size() / 2;
  SmallVector<int64_t> low(type.getRank() - padded, 0), high = low;
  llvm::append_range(low, pads.take_front(padded));
  llvm::append_range(high, pads.drop_front(padded));
  SmallVector<int64_t> shape;
  for (auto [extent, before, after] : llvm::zip_equal(type.getShape(), low, high))
    shape.push_back(extent + before + after);
  Value value = arith::ConstantOp::create(builder, loc, padding);
  return tensor::PadOp::create(builder, loc, type.clone(shape), x,
                               getAsIndexOpFoldResult(builder.getContext(), low),
                               getAsIndexOpFoldResult(builder.getContext(), high), value);
}

SmallVector<int64_t> WindowShape::fitPads(ArrayRef<int64_t> extents, ArrayRef<int64_t> pads) const {
  SmallVector<int64_t> fitted(pads);
  size_t spatial = extents.size();
  for (size_t i = 0; i < spatial; ++i) {
    int64_t read = (results[i] - 1) * strides[i] + (kernel[i] - 1) * dilations[i] + 1;
    fitted[spatial + i] = std::max<int64_t>(read - pads[i] - extents[i], 0);
  }
  return fitted;
}

Value lower::reduceWindows(OpBuilder &builder, Location loc, Value x, const WindowShape &window,
                           ValueRange perResult, TypedAttr initial, ScalarBody combine) {
  auto type = cast<RankedTensorType>(x.getType());
  unsigned spatial = window.kernel.size(), kept = type.getRank() - spatial,
           rank = kept + 2 * spatial;
  SmallVector<AffineExpr> read, slide, write;
  SmallVector<int64_t> shape(type.getShape().take_front(kept));
  for (unsigned i = 0; i < kept; ++i)
    read.push_back(builder.getAffineDimExpr(i));
  for (unsigned i = 0; i < spatial; ++i) {
    AffineExpr result = builder.getAffineDimExpr(kept + i),
               tap = builder.getAffineDimExpr(kept + spatial + i);
    read.push_back(result * window.strides[i] + tap * window.dilations[i]);
    slide.push_back(tap);
    shape.push_back(window.results[i]);
  }
  for (unsigned i = 0; i < kept + spatial; ++i)
    write.push_back(builder.getAffineDimExpr(i));
  auto getMap = [&](ArrayRef<AffineExpr> exprs) {
    return AffineMap::get(rank, 0, exprs, builder.getContext());
  };
  SmallVector<MappedTensor> inputs = {{x, getMap(read)}};
  for (Value value : perResult)
    inputs.push_back({value, getMap(write)});
  // Nothing else tells the extents of the kernel's loops; its elements are never read.
  Value extents = tensor::EmptyOp::create(builder, loc, window.kernel, initial.getType());
  inputs.push_back({extents, getMap(slide)});
  Value start =
      createFilled(builder, loc, RankedTensorType::get(shape, initial.getType()), initial);
  return createReduction(builder, loc, inputs, {start, getMap(write)},
                         [&](Scalars &s, ValueRange v) {
                           SmallVector<Value> values(v.drop_back(2));
                           values.push_back(v.back());
                           return combine(s, values);
                         });
}
