// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Structure of constant masks, recognised by value.

#ifndef FOVEA_PASSES_RAISE_MASKFIT_H
#define FOVEA_PASSES_RAISE_MASKFIT_H

#include "dialects/attn/Attn.h"

#include "llvm/ADT/BitVector.h"

namespace fovea::raise {

/// Matrices of truth values, row-major, one after the other.
struct TruthTable {
  int64_t matrices = 1, rows = 1, columns = 1;
  llvm::BitVector elements;

  bool at(int64_t matrix, int64_t row, int64_t column) const {
    return elements[(matrix * rows + row) * columns + column];
  }
};

/// The structure that gives exactly this table, where b counts the matrices, i rows and j columns:
/// intervals whose ends are constant, move with the row or in steps with blocks of rows, clamped at
/// either end; a prefix of columns or rows that all are true, beside such intervals; windows of a
/// grid; Swin's shifted windows, one matrix each. Null when none does.
attn::MaskAttr fitMask(const TruthTable &table, mlir::MLIRContext *context);

} // namespace fovea::raise

#endif // FOVEA_PASSES_RAISE_MASKFIT_H
