// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The pipeline as a table. Passes are named by their command-line arguments, so that the table, the
// golden test of its text and what a user types into fovea-opt are the same words.

#include "compiler/pipeline/Pipeline.h"

#include "mlir/Pass/PassRegistry.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringExtras.h"

using namespace mlir;
using namespace fovea;

static constexpr PhaseInfo phases[] = {
    {Phase::Import, "import", "the model as onnx ops in one normal form"},
    {Phase::Frontend, "frontend", "every type static, every constant computed"},
    {Phase::Raise, "raise", "attention, normalizations and GELU recovered"},
    {Phase::Lower, "lower", "onnx ops as linalg on tensors"},
    {Phase::Fuse, "fuse", "every computation in one island"},
    {Phase::Schedule, "schedule", "every island with a backend and a schedule"},
    {Phase::Outline, "outline", "islands as shared kernels, weights packed"},
    {Phase::Bufferize, "bufferize", "the program on memory, the arena planned"},
    {Phase::Code, "code", "machine code"},
};

ArrayRef<PhaseInfo> fovea::getPhases() { return phases; }

std::optional<Phase> fovea::parsePhase(StringRef name) {
  for (const PhaseInfo &info : phases)
    if (info.name == name)
      return info.phase;
  return std::nullopt;
}

static std::string getRaiseAttention(const PipelineOptions &options) {
  SmallVector<StringRef> chosen;
  if (options.approxMasks)
    chosen.push_back("approx-masks=true");
  if (options.selfCheck)
    chosen.push_back("self-check=true");
  std::string text = "fovea-raise-attention";
  return chosen.empty() ? text : text + "{" + llvm::join(chosen, " ") + "}";
}

/// The passes of one phase.
static SmallVector<std::string> getPasses(Phase phase, const PipelineOptions &options) {
  switch (phase) {
  case Phase::Frontend:
    return {"func.func(fovea-simplify-graph,fovea-fold-weights,cse)"};
  case Phase::Raise:
    return {"func.func(fovea-raise-layer-norm,fovea-raise-rms-norm,fovea-raise-gelu,fovea-raise-"
            "rotary-embedding,fovea-raise-softmax)",
            getRaiseAttention(options), "fovea-tap-attention", "func.func(fovea-propagate-slices)",
            "cse"};
  case Phase::Lower:
    return {"fovea-lower-onnx", "cse", "fovea-verify-phase{phase=lower}"};
  case Phase::Fuse:
    return {"func.func(fovea-channels-last,fovea-absorb-layout,cse,fovea-form-islands)",
            "fovea-verify-phase{phase=fuse}"};
  case Phase::Schedule:
    return {"func.func(fovea-assign-backends{backend=" + options.backend +
            "},fovea-select-schedules{vector-width=" + std::to_string(options.vectorWidth) + "})"};
  case Phase::Outline: {
    SmallVector<std::string> passes = {"fovea-outline-kernels"};
    // Schedules in files are keyed by the names that outlining makes, and packing follows them.
    if (!options.scheduleFile.empty())
      passes.push_back("fovea-apply-schedule-file{file='" + options.scheduleFile + "'}");
    if (!options.dumpSchedule.empty())
      passes.push_back("fovea-apply-schedule-file{dump='" + options.dumpSchedule + "'}");
    passes.push_back("fovea-pack-weights{vector-width=" + std::to_string(options.vectorWidth) +
                     "}");
    passes.push_back("fovea-verify-phase{phase=outline}");
    return passes;
  }
  case Phase::Bufferize:
    return {"fovea-bufferize-program", "fovea-plan-arena", "fovea-verify-phase{phase=bufferize}"};
  case Phase::Import:
  case Phase::Code:
    break;
  }
  return {};
}

static std::string joinPasses(const PipelineOptions &options, Phase from, Phase to) {
  SmallVector<std::string> passes;
  for (const PhaseInfo &info : phases)
    if (info.phase >= from && info.phase <= to)
      llvm::append_range(passes, getPasses(info.phase, options));
  return llvm::join(passes, ",");
}

std::string fovea::getPipelineText(const PipelineOptions &options, Phase from, Phase to) {
  return "builtin.module(" + joinPasses(options, from, to) + ")";
}

LogicalResult fovea::buildPipeline(OpPassManager &manager, const PipelineOptions &options,
                                   Phase from, Phase to) {
  return parsePassPipeline(joinPasses(options, from, to), manager);
}

void fovea::registerPhasePipelines() {
  for (const PhaseInfo &info : phases) {
    if (info.phase == Phase::Import || info.phase == Phase::Code)
      continue;
    std::string name = "fovea-phase-" + info.name.str();
    std::string description =
        "The passes of phase " + info.name.str() + ": " + info.description.str();
    registerPassPipeline(
        name, description,
        [phase = info.phase](OpPassManager &manager, StringRef text,
                             function_ref<LogicalResult(const Twine &)> onError) -> LogicalResult {
          if (!text.empty())
            return onError("a phase takes no options");
          return buildPipeline(manager, PipelineOptions(), phase, phase);
        },
        [](function_ref<void(const detail::PassOptions &)>) {});
  }
}
