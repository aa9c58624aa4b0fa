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

/// An attention site that was not raised: the node in the way, the site's number, and why.
struct RefusedSite {
  std::string origin, number, code, reason;
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
  std::vector<RefusedSite> getRefusedSites() const;

private:
  std::shared_ptr<std::vector<RemarkRecord>> records =
      std::make_shared<std::vector<RemarkRecord>>();
};

} // namespace fovea

#endif // FOVEA_COMPILER_DRIVER_REMARKS_H
