// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "passes/bufferize/ProgramLoops.h"

#include "mlir/Dialect/Utils/StaticValueUtils.h"

using namespace mlir;
using namespace fovea;

Value fovea::getRowIndex(OffsetSizeAndStrideOpInterface slice, RankedTensorType whole,
                         RankedTensorType row) {
  SmallVector<OpFoldResult> offsets = slice.getMixedOffsets(), sizes = slice.getMixedSizes();
  if (offsets.empty() || row.getShape() != whole.getShape().drop_front() ||
      !isOneInteger(sizes.front()) || !llvm::all_of(slice.getMixedStrides(), isOneInteger))
    return {};
  for (unsigned i = 1; i < offsets.size(); ++i)
    if (!isZeroInteger(offsets[i]) ||
        getConstantIntValue(sizes[i]) != std::optional(whole.getDimSize(i)))
      return {};
  return dyn_cast<Value>(offsets.front());
}

CarriedValue::CarriedValue(Value initial, Value argument, Value yielded, Value result)
    : initial(initial), argument(argument), yielded(yielded), result(result) {
  if (!isa<RankedTensorType>(result.getType())) {
    kind = Number;
    return;
  }
  kind = Exchanged;
  if (yielded == argument) {
    kind = Unchanging;
    return;
  }
  auto op = yielded.getDefiningOp<tensor::InsertSliceOp>();
  if (!op || op.getDest() != argument || !argument.hasOneUse() || !yielded.hasOneUse() ||
      op->getBlock() != argument.getParentBlock() ||
      !getRowIndex(op, op.getDestType(), op.getSourceType()))
    return;
  kind = Collected;
  insert = op;
}
