// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Lowering of CumSum and CumProd. One loop nest in row-major order serves every axis, known or not:
// whatever the axis, the neighbour before an element on it comes earlier.

#include "dialects/onnx/ConstantData.h"
#include "dialects/onnx/OnnxSelectOps.h"
#include "passes/lower/Families.h"
#include "passes/lower/Generics.h"
#include "passes/lower/OnnxPattern.h"
#include "passes/lower/Sequential.h"

using namespace mlir;
using namespace fovea;
using namespace fovea::lower;

namespace {

template <typename Op> class ScanPattern : public OnnxPattern<Op> {
public:
  using OnnxPattern<Op>::OnnxPattern;

  LogicalResult lower(Op op, typename OnnxPattern<Op>::Adaptor adaptor,
                      ConversionPatternRewriter &rewriter) const override {
    constexpr bool isProduct = std::is_same_v<Op, onnx::CumProdOp>;
    RankedTensorType type = this->getType(op.getY());
    int64_t rank = type.getRank();
    if (rank == 0)
      return this->refuse(op, rewriter, "a scalar has no axis");
    Location loc = op.getLoc();
    Type wide = getWideType(type.getElementType());
    Value x = convertElements(rewriter, loc, adaptor.getX(), wide);
    std::optional<int64_t> known = onnx::getConstantInteger(op.getAxis());
    auto emit = [&](Sequential &s) -> Values {
      Value axis;
      if (!known) {
        Value given = s.toIndex(s.readScalar(adaptor.getAxis()));
        s.check(s.isWithin(given, s.index(-rank), s.index(rank)), "an axis of the operand");
        axis = s.boundedIndex(given, rank);
      }
      // Whether dimension `dim` is the axis: decided now, or at run time.
      auto isAxis = [&](int64_t dim) {
        return known ? s.number(rewriter.getI1Type(), normalizeAxis(*known, rank) == dim)
                     : s.isEqual(axis, s.index(dim));
      };
      Value empty = s.empty(type.getShape(), wide);
      return s.loops(type.getShape(), empty, [&](ValueRange position, ValueRange y) -> Values {
        Values at(position), before(position);
        Value isFirst = s.number(rewriter.getI1Type(), 0);
        for (int64_t dim = 0; dim < rank; ++dim) {
          if (known && normalizeAxis(*known, rank) != dim)
            continue;
          Value starts = s.both(isAxis(dim), s.isEqual(position[dim], s.index(0)));
          isFirst = s.create<arith::OrIOp>(isFirst, starts);
          Value previous = s.subtract(position[dim], s.index(1));
          Value safe = s.create<arith::MaxSIOp>(previous, s.index(0));
          before[dim] = s.select(isAxis(dim), safe, position[dim]);
          if (!op.getReverse())
            continue;
          // An unknown axis is one of those that are all walked backwards.
          Value last = s.index(type.getDimSize(dim) - 1);
          at[dim] = s.subtract(last, at[dim]);
          before[dim] = s.subtract(last, before[dim]);
        }
        Value sum = s.read(y[0], before), next = s.read(x, op.getExclusive() ? before : at);
        Value combined = isProduct ? s.multiply(sum, next) : s.add(sum, next);
        Value initial = op.getExclusive() ? s.number(wide, isProduct) : next;
        return {s.write(s.select(isFirst, initial, combined), y[0], at)};
      });
    };
    Value y = createSequential(rewriter, loc, emit)[0];
    rewriter.replaceOp(op, convertElements(rewriter, loc, y, type.getElementType()));
    return success();
  }
};

} // namespace

void lower::populateScanPatterns(const PatternContext &context) {
  context.add<ScanPattern<onnx::CumProdOp>, ScanPattern<onnx::CumSumOp>>();
}
