// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// `foveac --extract-site`: one attention as a case of its own.

#ifndef FOVEA_COMPILER_DRIVER_EXTRACT_H
#define FOVEA_COMPILER_DRIVER_EXTRACT_H

#include "compiler/driver/Remarks.h"
#include "compiler/import/Import.h"

#include <map>

namespace fovea {

/// What to extract, and where to.
struct Extraction {
  std::string model, output;
  /// Files of the model's inputs by name; without any, the case gets random ones.
  std::map<std::string, std::string> inputs;
  ImportOptions import;
};

/// Writes the site as `output`, the tensors it reads and computes as .npy files beside it, and a
/// lit test that compiles and runs it and expects the site's remark again. Emits what goes wrong.
mlir::LogicalResult extractSite(const Extraction &extraction, const SiteRecord &site,
                                mlir::MLIRContext &context);

} // namespace fovea

#endif // FOVEA_COMPILER_DRIVER_EXTRACT_H
