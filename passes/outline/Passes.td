// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef FOVEA_PASSES_OUTLINE_PASSES_TD
#define FOVEA_PASSES_OUTLINE_PASSES_TD

include "mlir/Pass/PassBase.td"

#endif // FOVEA_PASSES_OUTLINE_PASSES_TD
