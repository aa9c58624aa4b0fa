// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Matchers that every raising pass shares: scalars, scales, operations that change nothing, node
// names.

#ifndef FOVEA_PASSES_RAISE_GRAPHMATCH_H
#define FOVEA_PASSES_RAISE_GRAPHMATCH_H

#include "dialects/onnx/OnnxDialect.h"
#include "mlir/IR/BuiltinTypes.h"
#include "mlir/IR/Location.h"
#include "mlir/IR/PatternMatch.h"
#include "mlir/IR/Value.h"
#include "llvm/ADT/SmallVector.h"

#include <optional>
#include <string>

namespace fovea::raise {

/// `value` without the operations that hand on their operand unchanged: Identity, Dropout at
/// inference, Cast to the same type.
mlir::Value skipNoOps(mlir::Value value);

/// Like skipNoOps, and through casts between floating-point types. For places where the arithmetic
/// is f32 whatever the model's storage types are.
mlir::Value skipFloatCasts(mlir::Value value);

/// Takes every Not off a condition; returns whether what is left is its opposite.
bool skipNegations(mlir::Value &condition);

/// The constant that Mul, Div, Add ... apply to every element, or nothing when the constant would
/// widen `result`.
std::optional<double> getScalarFor(mlir::Value constant, mlir::Value result);

/// A value and the finite nonzero number that it is multiplied by.
struct ScaledValue {
  mlir::Value value;
  double factor = 1.0;
};

/// Takes off every Mul and Div by a constant number around `value`, and the no-ops between them.
ScaledValue peelScale(mlir::Value value);

/// A product's operand without its constant factors. Factors may also lie below layout changes that
/// have no other use: then `value` is the operand of the product still, `base` what lies below the
/// factors, and `layout` the changes to repeat on it, nearest the base first.
struct ScaledOperand {
  mlir::Value value;
  double factor = 1.0;
  mlir::Value base;
  llvm::SmallVector<mlir::Operation *> layout;
};
ScaledOperand peelOperand(mlir::Value value);

/// The static tensor type of `value`, or null.
mlir::RankedTensorType getStaticType(mlir::Value value);

/// Whether `axis`, counted from the end when negative, is the last dimension of a tensor of this
/// rank.
bool isLastAxis(int64_t axis, int64_t rank);

/// Whether `op` is a convolution that mixes channels and nothing else.
bool isPointwiseConv(mlir::Operation *op);

/// What a person calls this value's producer: the ONNX operator's name with its node, or "graph
/// input".
std::string describeProducer(mlir::Value value);

/// The first user of `value` in its block other than `reader`; `reader` when it is the only one.
mlir::Operation *getOtherUser(mlir::Value value, mlir::Operation *reader);

/// Erases `op`, if it is unused, and what is unused without it.
void eraseDead(mlir::Operation *op, mlir::RewriterBase &rewriter);

/// Applies raising patterns to a fixpoint and changes nothing else: constants are merged elsewhere.
llvm::LogicalResult applyRaising(mlir::Operation *op, mlir::RewritePatternSet patterns);

} // namespace fovea::raise

#endif // FOVEA_PASSES_RAISE_GRAPHMATCH_H
