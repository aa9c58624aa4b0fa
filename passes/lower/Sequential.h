// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Writing the operators that are sequential by nature: loops that carry tensors whose elements they
// read and write one by one, in a `kernel.island <sequential>` of their own. A tensor that is only
// ever carried is updated in place, so a carried tensor must start inside the island (`empty`,
// `filled`, `copy`), and its older versions must not be read after a write.

#ifndef FOVEA_PASSES_LOWER_SEQUENTIAL_H
#define FOVEA_PASSES_LOWER_SEQUENTIAL_H

#include "passes/lower/Generics.h"

namespace fovea::lower {

using Values = llvm::SmallVector<mlir::Value>;

/// Code of a sequential kernel. Positions are of type `index`, and what is not says so.
class Sequential : public Scalars {
public:
  /// The body of a loop: the position and what is carried; returns what is carried on.
  using LoopBody = llvm::function_ref<Values(mlir::ValueRange position, mlir::ValueRange carried)>;

  using Scalars::Scalars;

  mlir::Value index(int64_t value) { return constant(builder.getIndexAttr(value)); }
  /// An integer of any type, or a float, as an index: a float is truncated.
  mlir::Value toIndex(mlir::Value value, bool isUnsigned = false);
  mlir::Value toInteger(mlir::Value position, mlir::Type type);
  /// `low <= value < high`, for indices.
  mlir::Value isWithin(mlir::Value value, mlir::Value low, mlir::Value high);
  /// `a < b`, `a == b`, `!a`, `a && b` of indices and bools.
  mlir::Value isLess(mlir::Value a, mlir::Value b);
  mlir::Value isEqual(mlir::Value a, mlir::Value b);
  mlir::Value negate(mlir::Value condition);
  mlir::Value both(mlir::Value a, mlir::Value b) { return create<mlir::arith::AndIOp>(a, b); }

  // Tensors.
  mlir::Value empty(llvm::ArrayRef<int64_t> shape, mlir::Type elementType);
  mlir::Value filled(llvm::ArrayRef<int64_t> shape, mlir::TypedAttr value);
  mlir::Value copy(mlir::Value tensor);
  mlir::Value read(mlir::Value tensor, mlir::ValueRange position);
  mlir::Value write(mlir::Value scalar, mlir::Value tensor, mlir::ValueRange position);
  /// The first element in row-major order, whatever the rank.
  mlir::Value readScalar(mlir::Value tensor);

  // Control. Each returns what is carried out of it.
  Values loop(mlir::Value extent, mlir::ValueRange carried, LoopBody body);
  /// A nest over all positions of a shape, in row-major order.
  Values loops(llvm::ArrayRef<int64_t> shape, mlir::ValueRange carried, LoopBody body);
  Values whenever(mlir::Value condition, mlir::ValueRange carried,
                  llvm::function_ref<Values()> body);
  /// The run fails unless `condition` holds; what follows must stay in bounds all the same.
  void check(mlir::Value condition, llvm::StringRef expectation);
};

/// The scalars that generics read of inputs of which they read one element each.
Values readOperands(Sequential &code, llvm::ArrayRef<MappedTensor> inputs);

/// An island of its own whose results are those of `body`.
Values createSequential(mlir::OpBuilder &builder, mlir::Location loc,
                        llvm::function_ref<Values(Sequential &code)> body);

} // namespace fovea::lower

#endif // FOVEA_PASSES_LOWER_SEQUENTIAL_H
