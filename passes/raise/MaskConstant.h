// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What a constant says of its indices.

#ifndef FOVEA_PASSES_RAISE_MASKCONSTANT_H
#define FOVEA_PASSES_RAISE_MASKCONSTANT_H

#include "dialects/attn/Attn.h"
#include "mlir/IR/BuiltinAttributes.h"

#include <optional>

namespace fovea::raise {

/// A constant that has been looked at: every element the same, two values (a mask), or an affine
/// function of the indices.
struct ConstantForm {
  std::optional<double> splat;
  /// Where `truth` holds the element is `whereTrue`.
  attn::MaskAttr truth;
  /// Bool constants: `truth` says where they are false.
  bool isNegated = false;
  double whereTrue = 1, whereFalse = 0;
  /// Offset and factors.
  std::optional<llvm::SmallVector<int64_t>> affine;
};

/// Looks at every element; a form without members is one of none of these.
ConstantForm readConstant(mlir::ElementsAttr attr);

} // namespace fovea::raise

#endif // FOVEA_PASSES_RAISE_MASKCONSTANT_H
