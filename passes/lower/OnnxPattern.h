// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The base of every lowering from onnx, and the functions that add each family's patterns.
//
// Invariants that the base gives a pattern: every operand and result is a ranked tensor of static
// shape, or `none` but for the first result; results have the types that shape inference makes of
// the operands, where it knows; some result has elements, or its extents depend on values.

#ifndef FOVEA_PASSES_LOWER_ONNXPATTERN_H
#define FOVEA_PASSES_LOWER_ONNXPATTERN_H

#include "dialects/onnx/OnnxDialect.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/Transforms/DialectConversion.h"

#include "llvm/ADT/DenseMap.h"

namespace fovea::lower {

/// Why ops could not be lowered. The conversion driver keeps no reasons in release builds, so the
/// patterns do.
using Refusals = llvm::DenseMap<mlir::Operation *, std::string>;

/// Why `op` breaks the invariants of this file, or an empty string. Shape inference may report more
/// at the op.
std::string findBrokenInvariant(mlir::Operation *op);

template <typename Op> class OnnxPattern : public mlir::OpConversionPattern<Op> {
public:
  using Adaptor = typename mlir::OpConversionPattern<Op>::OpAdaptor;

  OnnxPattern(const mlir::TypeConverter &converter, mlir::MLIRContext *context, Refusals &refusals)
      : mlir::OpConversionPattern<Op>(converter, context), refusals(refusals) {}

  mlir::LogicalResult matchAndRewrite(Op op, Adaptor adaptor,
                                      mlir::ConversionPatternRewriter &rewriter) const final {
    if (std::string reason = findBrokenInvariant(op); !reason.empty())
      return refuse(op, rewriter, reason);
    bool isEmpty = llvm::all_of(op->getResultTypes(), [](mlir::Type type) {
      auto ranked = mlir::dyn_cast<mlir::RankedTensorType>(type);
      return ranked && ranked.getNumElements() == 0;
    });
    // What the values ask for is checked even where nothing was declared.
    if (!isEmpty || op->template hasTrait<onnx::DataDependentShape>())
      return lower(op, adaptor, rewriter);
    llvm::SmallVector<mlir::Value> results;
    for (mlir::Value result : op->getResults()) {
      mlir::RankedTensorType type = getType(result);
      results.push_back(mlir::tensor::EmptyOp::create(rewriter, op.getLoc(), type.getShape(),
                                                      type.getElementType()));
    }
    rewriter.replaceOp(op, results);
    return mlir::success();
  }

protected:
  /// Replaces `op`, or returns what `refuse` returns.
  virtual mlir::LogicalResult lower(Op op, Adaptor adaptor,
                                    mlir::ConversionPatternRewriter &rewriter) const = 0;

  /// Keeps the reason for the diagnostic that names the op.
  mlir::LogicalResult refuse(Op op, mlir::ConversionPatternRewriter &rewriter,
                             const llvm::Twine &reason) const {
    refusals[op] = reason.str();
    return rewriter.notifyMatchFailure(op, reason);
  }

  /// The type of an onnx value after lowering: unsigned integers are signless.
  mlir::RankedTensorType getType(mlir::Value value) const {
    return mlir::cast<mlir::RankedTensorType>(
        this->getTypeConverter()->convertType(value.getType()));
  }

private:
  Refusals &refusals;
};

/// What every family's patterns are made with.
struct PatternContext {
  const mlir::TypeConverter &converter;
  mlir::RewritePatternSet &patterns;
  Refusals &refusals;

  template <typename... Patterns> void add() const {
    patterns.add<Patterns...>(converter, patterns.getContext(), refusals);
  }
};

} // namespace fovea::lower

#endif // FOVEA_PASSES_LOWER_ONNXPATTERN_H
