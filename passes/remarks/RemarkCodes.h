// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The codes of refusals, and the remarks that carry them. RemarkCodes.def is the table.

#ifndef FOVEA_PASSES_REMARKS_REMARKCODES_H
#define FOVEA_PASSES_REMARKS_REMARKCODES_H

#include "mlir/IR/Location.h"

#include "llvm/ADT/StringRef.h"
#include "llvm/ADT/Twine.h"

namespace fovea {

/// Reasons for leaving something as it is.
enum class RemarkCode {
#define FOVEA_REMARK(name, code, pass, title, obstacle, hint, form) name,
#include "passes/remarks/RemarkCodes.def"
#undef FOVEA_REMARK
};

/// A row of the table; texts that a reason does not have are empty.
struct RemarkCodeInfo {
  /// "ATTN-R07": stable, for scripts.
  llvm::StringRef code;
  /// The phase and the pass.
  llvm::StringRef category, pass;
  /// What it is about in a few words, what stands in the way, and what the user can do.
  llvm::StringRef title, obstacle, hint;
  /// The form that the model's comes nearest to.
  llvm::StringRef form;
};

const RemarkCodeInfo &getInfo(RemarkCode code);

/// Emits a `missed` remark at `loc`: the code, the ONNX name of the node at `loc`, `reason`, and
/// the table's hint.
void remarkMissed(RemarkCode code, mlir::Location loc, const llvm::Twine &reason,
                  llvm::StringRef function = "");

} // namespace fovea

#endif // FOVEA_PASSES_REMARKS_REMARKCODES_H
