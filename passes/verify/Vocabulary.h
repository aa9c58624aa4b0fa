// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The tensor vocabulary that lowering produces and that islands and kernels hold.

#ifndef FOVEA_PASSES_VERIFY_VOCABULARY_H
#define FOVEA_PASSES_VERIFY_VOCABULARY_H

#include "mlir/IR/Diagnostics.h"
#include "mlir/IR/Operation.h"

namespace fovea::verify {

/// Checks a phase and reports each violation; an error does not end the check.
class Checker {
public:
  explicit Checker(llvm::StringRef phase) : phase(phase) {}

  bool hasFailed() const { return failed; }

  /// An error at `op` that names it, its node and the phase, to which the rule may be appended.
  mlir::InFlightDiagnostic report(mlir::Operation *op);

  /// An op that the phase may not leave behind here.
  void reportUnexpected(mlir::Operation *op, llvm::StringRef place);

  /// Whether `op` is of the vocabulary; if so its operands, maps and body are checked too.
  bool checkTensorOp(mlir::Operation *op);

  /// Every tensor that `op` uses or makes has a static shape and signless elements. Encodings
  /// belong to arguments.
  void checkTypes(mlir::Operation *op);

  /// The body of a sequential island or kernel, without its terminator: the vocabulary, and loops
  /// and branches of scalar ops, element reads and writes.
  void checkSequentialBody(mlir::Block &body);

private:
  void checkGeneric(mlir::Operation *op);
  void checkScalarBody(mlir::Operation *op, mlir::Block &body);

  llvm::StringRef phase;
  bool failed = false;
};

/// A loop or branch of the program: scf.for, scf.while, scf.if.
bool isControlFlow(mlir::Operation *op);

/// Whether `op` computes numbers of the program's control flow, or ends a body of it.
bool isProgramScalar(mlir::Operation *op);

/// Whether the program itself does `op` between kernels: a number out of a tensor or into one, a
/// slice at a computed place.
bool isProgramTensorOp(mlir::Operation *op);

/// Whether `op` multiplies two of its operands and sums the products, or is an attention.
bool isHeavy(mlir::Operation *op);

} // namespace fovea::verify

#endif // FOVEA_PASSES_VERIFY_VOCABULARY_H
