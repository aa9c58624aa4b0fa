// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Lowering of ops that keep the elements in order: the static result type says everything.

#include "dialects/onnx/OnnxShapeOps.h"
#include "passes/lower/Families.h"
#include "passes/lower/Generics.h"
#include "passes/lower/OnnxPattern.h"

using namespace mlir;
using namespace fovea;
using namespace fovea::lower;

namespace {

template <typename Op> class ReshapePattern : public OnnxPattern<Op> {
public:
  using OnnxPattern<Op>::OnnxPattern;

  LogicalResult lower(Op op, typename OnnxPattern<Op>::Adaptor adaptor,
                      ConversionPatternRewriter &rewriter) const override {
    RankedTensorType from = this->getType(op.getX()), type = this->getType(op.getY());
    if (from.getNumElements() != type.getNumElements())
      return this->refuse(op, rewriter,
                          Twine(from.getNumElements()) + " elements do not fill a result of " +
                              Twine(type.getNumElements()));
    rewriter.replaceOp(op, createReshape(rewriter, op.getLoc(), adaptor.getX(), type));
    return success();
  }
};

} // namespace

void lower::populateReshapePatterns(const PatternContext &context) {
  context.add<ReshapePattern<onnx::ReshapeOp>, ReshapePattern<onnx::FlattenOp>,
              ReshapePattern<onnx::SqueezeOp>, ReshapePattern<onnx::UnsqueezeOp>>();
}
