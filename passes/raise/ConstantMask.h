// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Structure of constant masks, recognised by value.

#ifndef FOVEA_PASSES_RAISE_CONSTANTMASK_H
#define FOVEA_PASSES_RAISE_CONSTANTMASK_H

#include "dialects/attn/Attn.h"
#include "mlir/IR/Value.h"

namespace fovea::raise {

/// The structure of a constant that is added to scores of `queries` x `keys`: 0 where a key is
/// seen, minus infinity where not, the same in every batch and head. Null for other values: a
/// finite number does not hide.
attn::MaskAttr readAdditiveMask(mlir::Value mask, int64_t queries, int64_t keys);

/// The structure of a constant bool mask; a key is seen where the element equals `keepWhereTrue`.
attn::MaskAttr readBoolMask(mlir::Value mask, bool keepWhereTrue, int64_t queries, int64_t keys);

} // namespace fovea::raise

#endif // FOVEA_PASSES_RAISE_CONSTANTMASK_H
