// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Ops for operators that are imported as a formula of others.

#ifndef FOVEA_COMPILER_IMPORT_EXPANSION_H
#define FOVEA_COMPILER_IMPORT_EXPANSION_H

#include "compiler/import/NodeImporter.h"
#include "dialects/onnx/OnnxElementwiseOps.h"

namespace fovea {

/// Makes ops whose numbers are of one element type.
class Expansion {
public:
  /// Numbers are of the element type of `x`.
  Expansion(NodeImporter &node, mlir::Value x) : node(node), elementType(node.getElementType(x)) {}

  mlir::Value number(double value) { return node.makeNumber(value, elementType); }

  /// An op whose first operand gives the element type.
  template <typename Op, typename... Args> mlir::Value apply(mlir::Value first, Args &&...args) {
    return node.create<Op>(node.getTypeLike(first), first, std::forward<Args>(args)...);
  }

  mlir::Value add(mlir::Value a, mlir::Value b) { return apply<onnx::AddOp>(a, b); }
  mlir::Value subtract(mlir::Value a, mlir::Value b) { return apply<onnx::SubOp>(a, b); }
  mlir::Value multiply(mlir::Value a, mlir::Value b) { return apply<onnx::MulOp>(a, b); }
  mlir::Value divide(mlir::Value a, mlir::Value b) { return apply<onnx::DivOp>(a, b); }
  mlir::Value isEqual(mlir::Value a, mlir::Value b) { return compare<onnx::EqualOp>(a, b); }
  mlir::Value isLess(mlir::Value a, mlir::Value b) { return compare<onnx::LessOp>(a, b); }
  mlir::Value select(mlir::Value condition, mlir::Value yes, mlir::Value no) {
    return node.create<onnx::WhereOp>(node.getTypeLike(yes), condition, yes, no);
  }

private:
  template <typename Op> mlir::Value compare(mlir::Value a, mlir::Value b) {
    return node.create<Op>(node.getUnranked(node.builder.getI1Type()), a, b);
  }

  NodeImporter &node;
  mlir::Type elementType;
};

} // namespace fovea

#endif // FOVEA_COMPILER_IMPORT_EXPANSION_H
