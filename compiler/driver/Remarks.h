// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What the passes report about their work, for people and for scripts.

#ifndef FOVEA_COMPILER_DRIVER_REMARKS_H
#define FOVEA_COMPILER_DRIVER_REMARKS_H

#include "compiler/driver/Diagnostics.h"

#include "llvm/Support/Error.h"
#include <memory>
#include <vector>

namespace fovea {

/// One remark, detached from the IR.
struct RemarkRecord {
  /// Passed, Missed, Failure or Analysis.
  std::string kind;
  /// The phase, and the pass.
  std::string category, pass;
  std::string function;
  /// The file, and "node 'x' (MatMul)" where the location names one.
  std::string file, origin;
  std::vector<std::pair<std::string, std::string>> arguments;
};

/// The record of an attention site: what became of it, the node that is named, with its operator as
/// `origin`, and the Softmax or Attention that the site stands for.
struct SiteRecord {
  std::string origin, number, status, code, node, anchor, reason;
};

/// Collects the remarks of a context in the order of their emission.
class RemarkCollector {
public:
  /// Switches remarks on in `context`, which the collector may outlive.
  explicit RemarkCollector(mlir::MLIRContext &context, llvm::StringRef model);

  /// Writes what was collected to `path` as its suffix says: .json an array of flat objects
  /// (docs/Remarks.md), .yaml a document per remark, else a line per remark; "-" prints them to
  /// `terminal` like diagnostics.
  llvm::Error write(llvm::StringRef path, Terminal &terminal) const;

  /// In the order of the program.
  std::vector<SiteRecord> getSites() const;

private:
  std::shared_ptr<std::vector<RemarkRecord>> records =
      std::make_shared<std::vector<RemarkRecord>>();
};

} // namespace fovea

#endif // FOVEA_COMPILER_DRIVER_REMARKS_H
