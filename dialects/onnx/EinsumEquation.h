// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The equation of an Einsum: "bij,bjk->bik", "...ij->...ji", "ii", with blanks anywhere.

#ifndef FOVEA_DIALECTS_ONNX_EINSUMEQUATION_H
#define FOVEA_DIALECTS_ONNX_EINSUMEQUATION_H

#include "llvm/ADT/ArrayRef.h"
#include "llvm/ADT/SmallVector.h"
#include "llvm/ADT/StringRef.h"
#include "llvm/Support/Error.h"

namespace fovea::onnx {

/// A number for each dimension of the operands and the result. Dimensions with one number are
/// walked together; those that are not the result's are summed over. An ellipsis stands for the
/// dimensions that no letter names, aligned at its right end.
struct EinsumLabels {
  llvm::SmallVector<llvm::SmallVector<unsigned>> operands;
  llvm::SmallVector<unsigned> result;
  /// Labels are below this number.
  unsigned count = 0;
};

/// Labels for operands of these ranks, or what is wrong with the equation. Without "->" the result
/// has the ellipsis and then, sorted, the letters that occur once.
llvm::Expected<EinsumLabels> parseEinsum(llvm::StringRef equation, llvm::ArrayRef<int64_t> ranks);

/// What can be said against an equation for `operands` operands before ranks are known.
llvm::Error checkEinsum(llvm::StringRef equation, size_t operands);

} // namespace fovea::onnx

#endif // FOVEA_DIALECTS_ONNX_EINSUMEQUATION_H
