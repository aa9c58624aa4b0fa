// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The compiler's command line. Everything else is in compiler/driver.

#include "compiler/driver/Driver.h"
#include "passes/AllPasses.h"

#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/CommandLine.h"
#include "llvm/Support/InitLLVM.h"
#include "llvm/Support/WithColor.h"

using namespace fovea;
namespace cl = llvm::cl;

namespace {

/// The options. LLVM's libraries register hundreds of their own, `-stop-after` among them, so these
/// are made after those were forgotten.
struct Options {
  cl::OptionCategory category{"foveac options"};
  cl::opt<std::string> model{cl::Positional, cl::desc("<model.onnx>"), cl::cat(category)};
  cl::opt<std::string> output{"o", cl::desc("output file; its suffix chooses what to emit"),
                              cl::value_desc("file"), cl::cat(category)};
  cl::opt<std::string> name{
      "name", cl::desc("prefix of the exported C names (default: the model's file name)"),
      cl::value_desc("identifier"), cl::cat(category)};
  cl::list<std::string> dims{
      "dim", cl::desc("extent of a symbolic dimension; of one without a name: input:axis=N"),
      cl::value_desc("name=N"), cl::cat(category)};
  cl::opt<std::string> attentionSemantics{
      "onnx-attention-semantics",
      cl::desc("what Attention means: by the release of the standard that the model's author used, "
               "1.18, 1.20, 1.22 or 1.23"),
      cl::init("1.23"), cl::value_desc("release"), cl::cat(category)};
  cl::opt<std::string> cpu{
      "mcpu", cl::desc("CPU to compile for: native, x86-64-v3, x86-64-v4, znver4, ..."),
      cl::init("native"), cl::value_desc("cpu"), cl::cat(category)};
  cl::opt<std::string> backend{"backend", cl::desc("code generator: auto, halide, llvm"),
                               cl::init("auto"), cl::value_desc("name"), cl::cat(category)};
  cl::opt<Emit> emit{
      "emit", cl::desc("what to write, where the output's suffix does not say it:"),
      cl::values(clEnumValN(Emit::Object, "obj", "an object file, and its header"),
                 clEnumValN(Emit::SharedLibrary, "so", "a shared library, and its header"),
                 clEnumValN(Emit::LLVM, "llvm", "LLVM IR, without the weights"),
                 clEnumValN(Emit::Assembly, "asm", "assembly, without the weights"),
                 clEnumValN(Emit::MLIR, "mlir", "the program after bufferize"),
                 clEnumValN(Emit::Header, "header", "the C header alone")),
      cl::cat(category)};
  cl::opt<std::string> stopAfter{
      "stop-after",
      cl::desc("print the IR after this phase, for fovea-opt to go on with: import, "
               "frontend, raise, lower, fuse, "
               "schedule, outline, bufferize. Text leaves out constants of more than 4 "
               "KiB; -o x.mlirbc keeps all"),
      cl::value_desc("phase"), cl::cat(category)};
  cl::opt<std::string> remarks{
      "remarks",
      cl::desc("write what the passes did and refused, as .json, .yaml or text; - prints it"),
      cl::value_desc("file"), cl::cat(category)};
  cl::opt<int64_t> requireFused{"require-fused",
                                cl::desc("fail unless this many attention sites are raised"),
                                cl::value_desc("N"), cl::cat(category)};
  cl::list<std::string> taps{
      "tap",
      cl::desc("one more output: the attention weights of a site (its number in program order, or "
               "its node), as in cls=3:probs,heads=0-3,rows=cls"),
      cl::value_desc("NAME=layer:probs,heads=..,rows=.."), cl::cat(category)};
  cl::opt<int64_t> extractSite{
      "extract-site",
      cl::desc("only write the attention site of this number in the remarks as a model of its own, "
               "-o site.onnx, with inputs, results and a test beside it"),
      cl::value_desc("K"), cl::cat(category)};
  cl::list<std::string> inputs{
      "inputs", cl::desc("for --extract-site: a file of a model's input (default: random numbers)"),
      cl::value_desc("name=@file.npy"), cl::CommaSeparated, cl::cat(category)};
  cl::opt<bool> selfCheck{
      "self-check",
      cl::desc("compare every raised attention with the nodes that it replaced, by the evaluator, "
               "on random and adversarial inputs"),
      cl::cat(category)};
  cl::opt<bool> approxMasks{
      "approx-masks",
      cl::desc("let attention masks of finite numbers (-10000, -100) hide like minus infinity"),
      cl::cat(category)};
  cl::opt<std::string> schedule{"schedule",
                                cl::desc("override the schedules of kernels from a file"),
                                cl::value_desc("file"), cl::cat(category)};
  cl::opt<std::string> dumpSchedule{
      "dump-schedule", cl::desc("write the schedules of all kernels, as --schedule reads them"),
      cl::value_desc("file"), cl::cat(category)};
  cl::opt<bool> timing{"timing", cl::desc("print the time of every phase and pass"),
                       cl::cat(category)};
  cl::opt<CompileOptions::Check> check{
      "check",
      cl::desc("only say what the model holds, and all in it that is not supported (exit code 2); "
               "dimensions may be left open"),
      cl::values(clEnumValN(CompileOptions::Check::Text, "", "as text"),
                 clEnumValN(CompileOptions::Check::Text, "text", "as text"),
                 clEnumValN(CompileOptions::Check::Json, "json", "as a JSON object")),
      cl::init(CompileOptions::Check::No),
      cl::ValueOptional,
      cl::cat(category)};
};

} // namespace

static ExitCode fail(const llvm::Twine &message) {
  llvm::WithColor::error(llvm::errs(), "foveac") << message << '\n';
  return ExitCode::UserError;
}

static ExitCode run(const Options &given) {
  CompileOptions options;
  if (given.model.empty())
    return fail("no model given; foveac --help shows the options");
  options.model = given.model;
  options.output = given.output;
  options.name = given.name;
  options.cpu = given.cpu;
  options.backend = given.backend;
  options.remarks = given.remarks;
  options.taps.assign(given.taps.begin(), given.taps.end());
  options.selfCheck = given.selfCheck;
  options.approxMasks = given.approxMasks;
  options.schedule = given.schedule;
  options.dumpSchedule = given.dumpSchedule;
  options.timing = given.timing;
  options.check = given.check;
  if (given.emit.getNumOccurrences())
    options.emit = given.emit;
  if (given.requireFused.getNumOccurrences())
    options.requireFused = given.requireFused;
  if (given.extractSite.getNumOccurrences())
    options.extractSite = given.extractSite;
  for (llvm::StringRef input : given.inputs) {
    auto [name, file] = input.split("=@");
    if (name.empty() || file.empty())
      return fail("--inputs '" + input + "': expected name=@file.npy");
    options.inputs[name.str()] = file.str();
  }
  if (auto semantics = parseAttentionSemantics(given.attentionSemantics))
    options.attentionSemantics = *semantics;
  else
    return fail("--onnx-attention-semantics: '" + given.attentionSemantics +
                "' is none of 1.18, 1.20, 1.22 and 1.23");
  for (llvm::StringRef dim : given.dims) {
    auto [key, text] = dim.rsplit('=');
    int64_t extent = 0;
    if (key.empty() || text.getAsInteger(10, extent))
      return fail("--dim '" + dim + "': expected name=N");
    if (!options.dims.try_emplace(key.str(), extent).second)
      return fail("--dim: '" + key + "' is given twice");
  }
  if (!given.stopAfter.empty()) {
    options.stopAfter = parsePhase(given.stopAfter);
    if (!options.stopAfter || *options.stopAfter == Phase::Code)
      return fail("--stop-after: no phase of passes is called '" + given.stopAfter +
                  "'; --help lists them");
  }
  return compile(options);
}

int main(int argc, char **argv) {
  llvm::InitLLVM init(argc, argv);
  cl::ResetCommandLineParser();
  Options options;
  cl::ParseCommandLineOptions(
      argc, argv,
      "Fovea: compiles an ONNX model to native code\n\n"
      "Exit codes: 0 done, 1 a mistake in the options or the model, 2 not supported, "
      "3 a bug in Fovea, 4 out of memory\n");
  registerAllPasses();
  return int(run(options));
}
