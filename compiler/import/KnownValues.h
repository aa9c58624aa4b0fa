// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Shape arithmetic that has to be known while a model is imported.

#ifndef FOVEA_COMPILER_IMPORT_KNOWNVALUES_H
#define FOVEA_COMPILER_IMPORT_KNOWNVALUES_H

#include "mlir/IR/Value.h"

namespace fovea {

/// Makes the types of the ops that `value` is computed from, and its own, as precise as their
/// operands tell, with small constants computed on the way. Returns the constant that `value` is,
/// or `value`. Sequences are lists at import, so that their lengths must be known then; exporters
/// compute them from shapes.
mlir::Value makeKnown(mlir::Value value);

} // namespace fovea

#endif // FOVEA_COMPILER_IMPORT_KNOWNVALUES_H
