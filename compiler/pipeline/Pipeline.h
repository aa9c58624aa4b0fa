// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The phases of compilation and the passes of each: the one place where the order of passes is
// written down.

#ifndef FOVEA_COMPILER_PIPELINE_PIPELINE_H
#define FOVEA_COMPILER_PIPELINE_PIPELINE_H

#include "mlir/Pass/PassManager.h"
#include "llvm/ADT/ArrayRef.h"
#include "llvm/ADT/StringRef.h"
#include <optional>
#include <string>

namespace fovea {

/// The phases, in order. Import and Code are not made of passes.
enum class Phase { Import, Frontend, Raise, Lower, Fuse, Schedule, Outline, Bufferize, Code };

struct PhaseInfo {
  Phase phase;
  llvm::StringRef name;
  /// What is true afterwards, in half a sentence.
  llvm::StringRef description;
};

/// All phases in order; the index of an entry is its phase.
llvm::ArrayRef<PhaseInfo> getPhases();

inline llvm::StringRef getPhaseName(Phase phase) { return getPhases()[unsigned(phase)].name; }

std::optional<Phase> parsePhase(llvm::StringRef name);

/// What the passes need to know of the target and of the user's wishes.
struct PipelineOptions {
  /// `auto`, `halide` or `llvm`.
  std::string backend = "auto";
  /// f32 elements of a vector register.
  int64_t vectorWidth = 16;
  /// Whether masks of finite numbers hide.
  bool approxMasks = false;
  /// File of schedules to read, and one to write; empty for none. Neither contains a quotation
  /// mark.
  std::string scheduleFile;
  std::string dumpSchedule;
  /// Whether every raised attention is compared with the ops that it replaced.
  bool selfCheck = false;
};

/// The passes of the phases from `from` to `to`, both included, as text that `fovea-opt
/// --pass-pipeline` accepts.
std::string getPipelineText(const PipelineOptions &options, Phase from, Phase to);

/// Appends these passes to `manager`, which runs on a builtin.module. Fails, with the reason on
/// stderr, when a pass is not registered.
llvm::LogicalResult buildPipeline(mlir::OpPassManager &manager, const PipelineOptions &options,
                                  Phase from, Phase to);

/// Registers every phase as a pass pipeline of `fovea-opt`: --fovea-phase-raise and so on, with
/// default options.
void registerPhasePipelines();

} // namespace fovea

#endif // FOVEA_COMPILER_PIPELINE_PIPELINE_H
