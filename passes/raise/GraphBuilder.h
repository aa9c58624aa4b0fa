// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Making onnx ops whose types follow from their operands.

#ifndef FOVEA_PASSES_RAISE_GRAPHBUILDER_H
#define FOVEA_PASSES_RAISE_GRAPHBUILDER_H

#include "dialects/onnx/OnnxDialect.h"
#include "mlir/IR/Builders.h"
#include "mlir/IR/BuiltinTypes.h"

namespace fovea::raise {

/// Creates ops at the builder's insertion point, at one location.
class GraphBuilder {
public:
  GraphBuilder(mlir::OpBuilder &builder, mlir::Location loc) : builder(builder), loc(loc) {}

  /// An op of one result with these elements; its shape is inferred.
  template <typename Op, typename... Args>
  mlir::Value make(mlir::Type elementType, Args &&...args) {
    auto op = Op::create(builder, loc, mlir::UnrankedTensorType::get(elementType),
                         std::forward<Args>(args)...);
    inferType(op);
    return op->getResult(0);
  }
  /// The same with the elements of its first operand.
  template <typename Op, typename... Args> mlir::Value like(mlir::Value first, Args &&...args) {
    return make<Op>(getElementType(first), first, std::forward<Args>(args)...);
  }

  static mlir::Type getElementType(mlir::Value value) {
    return mlir::cast<mlir::ShapedType>(value.getType()).getElementType();
  }
  static llvm::ArrayRef<int64_t> getShape(mlir::Value value) {
    return mlir::cast<mlir::RankedTensorType>(value.getType()).getShape();
  }

  mlir::Value none();
  mlir::Value indices(llvm::ArrayRef<int64_t> values);
  /// A vector 0, 1, ... of i64 in a tensor of `shape`, which has one extent other than 1 at most.
  mlir::Value count(llvm::ArrayRef<int64_t> shape);
  /// A tensor whose every element is `number` (a bool: whether it is not zero).
  mlir::Value splat(double number, mlir::Type elementType, llvm::ArrayRef<int64_t> shape = {});
  mlir::Value reshape(mlir::Value value, llvm::ArrayRef<int64_t> shape);
  mlir::Value transpose(mlir::Value value, llvm::ArrayRef<int64_t> permutation);
  mlir::Value concat(llvm::ArrayRef<mlir::Value> parts, int64_t axis);
  /// `value` with these elements.
  mlir::Value cast(mlir::Value value, mlir::Type elementType);
  mlir::IntegerAttr number(int64_t value);

  mlir::OpBuilder &builder;
  mlir::Location loc;

private:
  static void inferType(mlir::Operation *op);
};

} // namespace fovea::raise

#endif // FOVEA_PASSES_RAISE_GRAPHBUILDER_H
