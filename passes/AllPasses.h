// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Registration of all dialects and passes, for tools.

#ifndef FOVEA_PASSES_ALLPASSES_H
#define FOVEA_PASSES_ALLPASSES_H

namespace mlir {
class DialectRegistry;
}

namespace fovea {

/// Adds Fovea's dialects and the upstream ones its pipeline uses, with their interface
/// implementations.
void registerAllDialects(mlir::DialectRegistry &registry);

/// Registers Fovea's passes and the upstream passes that its pipeline and its tests use.
void registerAllPasses();

} // namespace fovea

#endif // FOVEA_PASSES_ALLPASSES_H
