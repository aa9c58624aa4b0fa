// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The compiler as one function: options in, files and an exit code out.

#ifndef FOVEA_COMPILER_DRIVER_DRIVER_H
#define FOVEA_COMPILER_DRIVER_DRIVER_H

#include "compiler/import/AttentionSemantics.h"
#include "compiler/pipeline/Pipeline.h"

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace fovea {

/// What the process returns; stable, so that scripts can rely on it.
enum class ExitCode {
  Success = 0,
  /// The user's mistake: options, files, contradictions in the model.
  UserError = 1,
  /// The model asks for what is not supported, or fewer attention sites were fused than were
  /// required.
  Unsupported = 2,
  /// A bug in the compiler.
  Internal = 3,
  /// Memory or a limit ran out.
  Resource = 4,
};

enum class Emit { Object, SharedLibrary, LLVM, Assembly, MLIR, Header };

struct CompileOptions {
  /// The ONNX file.
  std::string model;
  /// Where the result goes; "-" is the terminal, "" the model's name with the result's suffix in
  /// the working folder.
  std::string output;
  /// The C identifier that prefixes what the object exports; "" derives it from the model's file
  /// name.
  std::string name;
  /// Extents of symbolic dimensions.
  std::map<std::string, int64_t> dims;
  /// Which of its meanings the standard's Attention has.
  AttentionSemantics attentionSemantics = AttentionSemantics::Onnx123;
  /// A CPU that codegen::targetFor knows.
  std::string cpu = "native";
  /// `auto`, `halide` or `llvm`.
  std::string backend = "auto";
  /// Without a value the output's suffix decides.
  std::optional<Emit> emit;
  /// Print the IR after this phase instead of going on.
  std::optional<Phase> stopAfter;
  /// File for remarks, by suffix .json, .yaml or text; "-" prints them like diagnostics, "" drops
  /// them.
  std::string remarks;
  /// Fail unless at least this many attention sites were raised.
  std::optional<int64_t> requireFused;
  /// Attention weights to return as further outputs, as passes/raise/TapRequest.h reads them.
  std::vector<std::string> taps;
  /// Write this attention site as a model of its own to `output`, with what files give as the
  /// model's inputs, by name, or random ones.
  std::optional<int64_t> extractSite;
  std::map<std::string, std::string> inputs;
  /// Compare every raised attention with the nodes that it replaced.
  bool selfCheck = false;
  /// Let attention masks of finite numbers (-10000) hide like minus infinity.
  bool approxMasks = false;
  /// File that overrides the schedules of kernels, and a file to write all schedules to; "" for
  /// none.
  std::string schedule;
  std::string dumpSchedule;
  /// Print the time that each phase and pass took.
  bool timing = false;
  /// Only say whether the model is supported, and what it holds.
  enum class Check { No, Text, Json };
  Check check = Check::No;
};

/// Compiles one model. Everything that goes wrong is printed to stderr; outputs appear whole or not
/// at all.
ExitCode compile(const CompileOptions &options);

} // namespace fovea

#endif // FOVEA_COMPILER_DRIVER_DRIVER_H
