// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Takes the weights out of a serialised model before protobuf parses it, so that they are never
// copied: large `raw_data` fields are replaced by two private fields that say where the bytes lie
// in the file.

#ifndef FOVEA_COMPILER_IMPORT_WIREFORMAT_H
#define FOVEA_COMPILER_IMPORT_WIREFORMAT_H

#include "llvm/ADT/StringRef.h"

#include <cstdint>
#include <optional>
#include <string>

namespace onnxpb {
class TensorProto;
}

namespace fovea {

/// A range of bytes in the model's file.
struct FileExtent {
  uint64_t offset = 0;
  uint64_t size = 0;
};

/// The serialised model without its large `raw_data` fields (1 KiB and more; they may exceed
/// protobuf's 2 GiB). Checks every length against the message around it. Throws ImportFailure.
std::string cutWeights(llvm::StringRef file);

/// Where the data of a tensor of a model made from `cutWeights` lies, if it was cut out. Throws
/// ImportFailure when it was given more than once.
std::optional<FileExtent> getCutData(const onnxpb::TensorProto &tensor);

} // namespace fovea

#endif // FOVEA_COMPILER_IMPORT_WIREFORMAT_H
