// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Control flow around the conversion of everything else.

#ifndef FOVEA_PASSES_LOWER_CONTROLFLOW_H
#define FOVEA_PASSES_LOWER_CONTROLFLOW_H

#include "mlir/Transforms/DialectConversion.h"

namespace fovea::lower {

/// Makes If, Loop, Scan and Yield legal once their types are, those of bodies' arguments included.
/// `converter` must outlive `target`.
void populateControlFlowTypes(const mlir::TypeConverter &converter,
                              mlir::RewritePatternSet &patterns, mlir::ConversionTarget &target);

/// Rewrites all If, Loop and Scan below `root`, whose types are static and signless, as scf.
void lowerControlFlow(mlir::Operation *root);

} // namespace fovea::lower

#endif // FOVEA_PASSES_LOWER_CONTROLFLOW_H
