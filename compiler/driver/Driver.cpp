// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The road from model to object, phase by phase: what runs, what is printed, and which exit code a
// failure deserves.

#include "compiler/driver/Driver.h"
#include "compiler/codegen/Target.h"
#include "compiler/driver/Check.h"
#include "compiler/driver/Diagnostics.h"
#include "compiler/driver/Extract.h"
#include "compiler/driver/Output.h"
#include "compiler/driver/Remarks.h"
#include "compiler/import/Import.h"
#include "compiler/import/NodeLocation.h"
#include "compiler/link/Header.h"
#include "compiler/link/Link.h"
#include "passes/AllPasses.h"
#include "passes/raise/TapRequest.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/IR/DialectRegistry.h"
#include "mlir/Support/Timing.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/Path.h"
#include "llvm/Support/thread.h"

using namespace mlir;
using namespace fovea;

namespace {

class Compilation {
public:
  Compilation(const CompileOptions &options);

  ExitCode run();

private:
  ExitCode resolveOptions();
  ExitCode runSteps();
  ExitCode importModel(ModelSummary *summary = nullptr);
  ExitCode checkModel();
  /// Writes one attention site as a model of its own.
  ExitCode extractSite();
  ExitCode runPhases(Phase lastPasses);
  ExitCode runPhase(Phase phase);
  ExitCode getFailureCode(Phase phase) const;
  /// What has to hold after a phase beyond its IR.
  ExitCode checkAfter(Phase phase);
  ExitCode generateCode();
  ExitCode writeFiles();
  ExitCode writeHeader(StringRef path);
  /// Whether the output is machine code in a file, which a header accompanies.
  bool hasHeader() const;
  /// Prints `error`, if it is one, and then returns `code`.
  ExitCode report(llvm::Error error, ExitCode code);
  void writeReproducer(Phase phase, ModuleOp before);

  const CompileOptions &options;
  Terminal terminal{llvm::errs()};
  DefaultTimingManager timing;
  TimingScope timer;

  std::string modelName;
  std::string output;
  Emit emit = Emit::Object;
  Phase last = Phase::Code;
  codegen::Target target;
  PipelineOptions pipeline;

  /// Set when remarks are wanted by the user or by a check.
  std::optional<RemarkCollector> remarks;
  MLIRContext context;
  OwningOpRef<ModuleOp> module;
};

} // namespace

Compilation::Compilation(const CompileOptions &options) : options(options) {
  DialectRegistry registry;
  registerAllDialects(registry);
  context.appendDialectRegistry(registry);
  context.printOpOnDiagnostic(false);
  timing.setEnabled(options.timing);
}

ExitCode Compilation::report(llvm::Error error, ExitCode code) {
  if (!error)
    return ExitCode::Success;
  terminal.printError("foveac", llvm::toString(std::move(error)));
  return code;
}

static Emit getEmitOfSuffix(StringRef path) {
  StringRef suffix = llvm::sys::path::extension(path);
  if (suffix == ".so")
    return Emit::SharedLibrary;
  if (suffix == ".ll")
    return Emit::LLVM;
  if (suffix == ".s")
    return Emit::Assembly;
  if (suffix == ".mlir" || suffix == ".mlirbc")
    return Emit::MLIR;
  return suffix == ".h" ? Emit::Header : Emit::Object;
}

static StringRef getSuffix(Emit emit) {
  switch (emit) {
  case Emit::Object:
    return ".o";
  case Emit::SharedLibrary:
    return ".so";
  case Emit::LLVM:
    return ".ll";
  case Emit::Assembly:
    return ".s";
  case Emit::MLIR:
    return ".mlir";
  case Emit::Header:
    return ".h";
  }
  return ".o";
}

ExitCode Compilation::resolveOptions() {
  auto fail = [&](const Twine &message) {
    terminal.printError("foveac", message);
    return ExitCode::UserError;
  };
  StringRef wanted = options.name.empty() ? llvm::sys::path::stem(options.model) : options.name;
  modelName = link::makeIdentifier(wanted, "model");
  if (!options.name.empty() && modelName != options.name)
    return fail("--name '" + escapeText(options.name) + "' is not a plain C identifier; '" +
                modelName + "' would be");
  if (options.backend != "auto" && options.backend != "halide" && options.backend != "llvm")
    return fail("--backend: '" + options.backend + "' is none of auto, halide, llvm");

  for (const std::string &path : {options.schedule, options.dumpSchedule})
    if (StringRef(path).find_first_of("'\"{}") != StringRef::npos)
      return fail("the path of a schedule file must not contain quotation marks or braces: " +
                  path);

  for (const std::string &tap : options.taps)
    if (llvm::Expected<raise::TapRequest> request = raise::parseTapRequest(tap); !request)
      return report(request.takeError(), ExitCode::UserError);

  emit = options.emit.value_or(options.stopAfter ? Emit::MLIR : getEmitOfSuffix(options.output));
  last = options.stopAfter.value_or(emit == Emit::MLIR || emit == Emit::Header ? Phase::Bufferize
                                                                               : Phase::Code);
  if (options.stopAfter && last < Phase::Code && emit != Emit::MLIR)
    return fail("--stop-after prints IR, which --emit contradicts");
  output = options.output;
  if (output.empty())
    output =
        emit == Emit::MLIR ? "-" : (llvm::sys::path::stem(options.model) + getSuffix(emit)).str();
  if (output == "-" && (emit == Emit::Object || emit == Emit::SharedLibrary))
    return fail("machine code does not go to the terminal; name a file with -o");

  llvm::Expected<codegen::Target> found = codegen::targetFor(options.cpu);
  if (!found)
    return report(found.takeError(), ExitCode::UserError);
  target = *found;
  pipeline.backend = options.backend;
  pipeline.approxMasks = options.approxMasks;
  pipeline.scheduleFile = options.schedule;
  pipeline.dumpSchedule = options.dumpSchedule;
  pipeline.selfCheck = options.selfCheck;
  pipeline.vectorWidth = target.vectorWidth();
  return ExitCode::Success;
}

static ExitCode getExitCode(ImportError error) {
  switch (error) {
  case ImportError::None:
    return ExitCode::Success;
  case ImportError::Input:
    return ExitCode::UserError;
  case ImportError::Unsupported:
    return ExitCode::Unsupported;
  case ImportError::Resource:
    return ExitCode::Resource;
  }
  return ExitCode::Internal;
}

ExitCode Compilation::importModel(ModelSummary *summary) {
  TimingScope scope = timer.nest("import");
  ImportOptions importOptions;
  importOptions.dims = options.dims;
  importOptions.attentionSemantics = options.attentionSemantics;
  importOptions.summary = summary;
  ImportError error = ImportError::None;
  FailureOr<OwningOpRef<ModuleOp>> imported =
      importOnnx(options.model, context, importOptions, &error);
  if (failed(imported))
    return getExitCode(error);
  module = std::move(*imported);
  if (!options.taps.empty()) {
    std::vector<StringRef> taps(options.taps.begin(), options.taps.end());
    (*module)->setAttr(raise::tapsAttr, Builder(&context).getStrArrayAttr(taps));
  }
  if (last != Phase::Import && !summary && failed(checkStaticInputs(*module)))
    return ExitCode::UserError;
  return ExitCode::Success;
}

/// Whose fault a failing phase is. Shapes that contradict one another are found by the frontend; a
/// lowering that is missing is found by lower; taps are looked for by raise; schedule files are
/// read and written when kernels have names. Otherwise the compiler has nobody else to blame.
ExitCode Compilation::getFailureCode(Phase phase) const {
  switch (phase) {
  case Phase::Frontend:
    return ExitCode::UserError;
  case Phase::Raise:
    // The pass that looks for them takes the requests off the module first.
    return options.taps.empty() || (*module)->hasAttr(raise::tapsAttr) ? ExitCode::Internal
                                                                       : ExitCode::UserError;
  case Phase::Lower:
    return ExitCode::Unsupported;
  case Phase::Outline:
    return options.schedule.empty() && options.dumpSchedule.empty() ? ExitCode::Internal
                                                                    : ExitCode::UserError;
  default:
    return ExitCode::Internal;
  }
}

void Compilation::writeReproducer(Phase phase, ModuleOp before) {
  std::string path = modelName + "-" + getPhaseName(phase).str() + ".repro.mlir";
  if (llvm::Error error = writeModule(before, path)) {
    report(std::move(error), ExitCode::Internal);
    return;
  }
  std::string command = phase == Phase::Code
                            ? ""
                            : "; to repeat it: fovea-opt " + path + " --pass-pipeline='" +
                                  getPipelineText(pipeline, phase, phase) + "'";
  terminal.printNote("foveac", "this is a bug in Fovea; the phase's input is in " + path + command);
}

ExitCode Compilation::runPhase(Phase phase) {
  TimingScope scope = timer.nest(getPhaseName(phase));
  PassManager manager(&context);
  if (failed(buildPipeline(manager, pipeline, phase, phase)))
    return ExitCode::Internal;
  manager.enableTiming(scope);
  // Attributes are shared, so the copy costs the size of the graph and not of its weights.
  OwningOpRef<ModuleOp> before = module->clone();
  if (succeeded(manager.run(*module)))
    return checkAfter(phase);
  ExitCode code = getFailureCode(phase);
  if (code == ExitCode::Internal)
    writeReproducer(phase, *before);
  if (phase == Phase::Frontend && !options.dims.empty())
    printBoundSizes(terminal, options.dims);
  return code;
}

static int64_t getCount(ModuleOp module, StringRef name) {
  auto count = module->getAttrOfType<IntegerAttr>(name);
  return count ? count.getInt() : 0;
}

ExitCode Compilation::checkAfter(Phase phase) {
  if (phase != Phase::Raise || !options.requireFused)
    return ExitCode::Success;
  int64_t raised = getCount(*module, "fovea.attention_raised");
  if (raised >= *options.requireFused)
    return ExitCode::Success;
  terminal.printError(options.model, "--require-fused: " + Twine(raised) + " of " +
                                         Twine(getCount(*module, "fovea.attention_sites")) +
                                         " attention sites were raised, required are " +
                                         Twine(*options.requireFused));
  for (const SiteRecord &site : remarks->getSites())
    if (site.status == "refused")
      terminal.printNote(options.model, "site " + site.number + ": " +
                                            (site.origin.empty() ? "" : site.origin + ": ") +
                                            site.reason + " [" + site.code + "]");
  return ExitCode::Unsupported;
}

ExitCode Compilation::generateCode() {
  TimingScope scope = timer.nest("code");
  link::LinkOptions linkOptions;
  linkOptions.name = modelName;
  linkOptions.mayFallBack = options.backend == "auto";
  if (emit == Emit::LLVM)
    linkOptions.emit = link::EmitKind::LLVM;
  else if (emit == Emit::Assembly)
    linkOptions.emit = link::EmitKind::Assembly;

  bool compiled = true;
  auto compileTo = [&](StringRef path) {
    return writeOutput(path, [&](llvm::raw_pwrite_stream &os) -> llvm::Error {
      compiled = succeeded(link::compileProgram(*module, target, linkOptions, os));
      return compiled ? llvm::Error::success() : llvm::createStringError("no code could be made");
    });
  };
  auto makeLibrary = [&](StringRef path) {
    return makeOutput(path, [&](StringRef library) {
      return withTemporary(library, [&](StringRef object) -> llvm::Error {
        if (llvm::Error error = compileTo(object))
          return error;
        return link::linkSharedLibrary(object, library, modelName);
      });
    });
  };
  llvm::Error error = emit == Emit::SharedLibrary ? makeLibrary(output) : compileTo(output);
  if (compiled)
    return report(std::move(error), ExitCode::UserError);
  // The backend has said what went wrong.
  llvm::consumeError(std::move(error));
  if (!options.schedule.empty())
    return ExitCode::UserError;
  if (options.backend == "halide") {
    terminal.printNote("foveac", "Halide does not take every kernel: --backend=auto gives those "
                                 "that it refuses to LLVM");
    return ExitCode::Unsupported;
  }
  writeReproducer(Phase::Code, *module);
  return ExitCode::Internal;
}

ExitCode Compilation::writeHeader(StringRef path) {
  bool made = true;
  llvm::Error error = writeOutput(path, [&](llvm::raw_pwrite_stream &os) -> llvm::Error {
    made = succeeded(link::writeHeader(*module, modelName, os));
    return made ? llvm::Error::success() : llvm::createStringError("no header could be made");
  });
  return report(std::move(error), made ? ExitCode::UserError : ExitCode::Internal);
}

bool Compilation::hasHeader() const {
  if (emit != Emit::Object && emit != Emit::SharedLibrary)
    return false;
  // Beside a device or a pipe nothing is written.
  return llvm::sys::fs::is_regular_file(output) || !llvm::sys::fs::exists(output);
}

ExitCode Compilation::writeFiles() {
  if (emit == Emit::MLIR)
    return report(writeModule(*module, output), ExitCode::UserError);
  if (emit == Emit::Header)
    return writeHeader(output);
  SmallString<128> header(output);
  llvm::sys::path::replace_extension(header, ".h");
  // Making the object takes longest, so what can be known before is said before.
  if (hasHeader() && llvm::sys::fs::is_directory(header)) {
    terminal.printError("foveac", "cannot write '" + header + "': Is a directory");
    return ExitCode::UserError;
  }
  terminal.showProgress("generating code");
  if (ExitCode code = generateCode(); code != ExitCode::Success)
    return code;
  return hasHeader() ? writeHeader(header) : ExitCode::Success;
}

ExitCode Compilation::runPhases(Phase lastPasses) {
  for (const PhaseInfo &info : getPhases()) {
    if (info.phase == Phase::Import || info.phase > lastPasses)
      continue;
    terminal.showProgress("[" + std::to_string(unsigned(info.phase)) + "/" +
                          std::to_string(unsigned(Phase::Code)) + "] " + info.name.str());
    if (ExitCode code = runPhase(info.phase); code != ExitCode::Success)
      return code;
  }
  return ExitCode::Success;
}

/// Names of the dimensions that `--dim` has to fix, as it takes them.
static std::vector<std::string> findOpenDims(ModuleOp module) {
  std::vector<std::string> names;
  for (auto function : module.getOps<func::FuncOp>())
    for (BlockArgument argument : function.getArguments()) {
      auto type = dyn_cast<RankedTensorType>(argument.getType());
      for (int64_t axis = 0; type && axis < type.getRank(); ++axis)
        if (type.isDynamicDim(axis))
          if (std::string name = getOpenDimensionName(function, argument.getArgNumber(), axis);
              !llvm::is_contained(names, name))
            names.push_back(name);
    }
  return names;
}

/// Lists the results of `module` that taps added behind the model's own.
static void addTaps(ModuleOp module, ModelSummary &summary) {
  for (auto function : module.getOps<func::FuncOp>())
    for (unsigned index = summary.outputs.size(); index < function.getNumResults(); ++index) {
      ModelSummary::Value value;
      value.name = function.getResultAttrOfType<StringAttr>(index, "onnx.name").str();
      value.type = "float";
      value.hasRank = true;
      for (int64_t extent : cast<RankedTensorType>(function.getResultTypes()[index]).getShape())
        value.dims.push_back(std::to_string(extent));
      summary.outputs.push_back(std::move(value));
    }
}

ExitCode Compilation::checkModel() {
  const bool isJson = options.check == CompileOptions::Check::Json;
  ModelCheck check(&context, /*isQuiet=*/isJson);
  ExitCode code = importModel(&check.summary);
  if (code == ExitCode::Success) {
    check.openDims = findOpenDims(*module);
    if (check.openDims.empty())
      code = runPhases(Phase::Raise);
    if (check.openDims.empty() && code == ExitCode::Success && !options.taps.empty())
      addTaps(*module, check.summary);
    check.attentionRaised = getCount(*module, "fovea.attention_raised");
    check.attentionSites = getCount(*module, "fovea.attention_sites");
  }
  if (code == ExitCode::Success && check.openDims.empty()) {
    OwningOpRef<ModuleOp> before = module->clone();
    check.beginLowering(*before);
    code = runPhase(Phase::Lower);
  }
  check.finish();
  terminal.clearProgress();
  if (isJson)
    check.printJson(options.model, llvm::outs());
  else
    check.printText(options.model, llvm::outs());
  llvm::outs().flush();
  if (!isJson && code == ExitCode::Success && check.openDims.empty())
    terminal.printNote(options.model, "every operator is supported; attention sites raised: " +
                                          Twine(check.attentionRaised) + " of " +
                                          Twine(check.attentionSites));
  return code;
}

ExitCode Compilation::extractSite() {
  if (!StringRef(output).ends_with(".onnx")) {
    terminal.printError("foveac", "--extract-site writes a model: name an .onnx file with -o");
    return ExitCode::UserError;
  }
  if (ExitCode code = importModel(); code != ExitCode::Success)
    return code;
  if (ExitCode code = runPhases(Phase::Raise); code != ExitCode::Success)
    return code;
  std::vector<SiteRecord> sites = remarks->getSites();
  auto site = llvm::find_if(sites, [&](const SiteRecord &record) {
    return record.number == std::to_string(*options.extractSite);
  });
  if (site == sites.end()) {
    terminal.printError(options.model, "--extract-site: there is no attention site " +
                                           Twine(*options.extractSite) + " of " +
                                           Twine(sites.size()) + "; the first is 0");
    return ExitCode::UserError;
  }
  Extraction extraction{options.model, output, options.inputs, {}};
  extraction.import.dims = options.dims;
  return succeeded(fovea::extractSite(extraction, *site, context)) ? ExitCode::Success
                                                                   : ExitCode::UserError;
}

ExitCode Compilation::runSteps() {
  if (ExitCode code = resolveOptions(); code != ExitCode::Success)
    return code;
  terminal.showProgress("importing");
  if (options.check != CompileOptions::Check::No)
    return checkModel();
  if (options.extractSite)
    return extractSite();
  if (ExitCode code = importModel(); code != ExitCode::Success)
    return code;
  if (ExitCode code = runPhases(std::min(last, Phase::Bufferize)); code != ExitCode::Success)
    return code;
  return writeFiles();
}

ExitCode Compilation::run() {
  DiagnosticPrinter printer(&context, terminal, options.model);
  if (!options.remarks.empty() || options.requireFused || options.extractSite)
    remarks.emplace(context, options.model);
  timer = timing.getRootScope();
  ExitCode code = runSteps();
  timer.stop();
  terminal.clearProgress();
  // Remarks are wanted most when something failed.
  if (!options.remarks.empty()) {
    ExitCode written = report(remarks->write(options.remarks, terminal), ExitCode::UserError);
    if (code == ExitCode::Success)
      code = written;
  }
  return code;
}

ExitCode fovea::compile(const CompileOptions &options) {
  ExitCode code = ExitCode::Internal;
  // Graphs may be as deep as they are long, and some walks over them recurse.
  constexpr std::optional<unsigned> stackBytes = 64u << 20;
  llvm::thread worker(stackBytes, [&] { code = Compilation(options).run(); });
  worker.join();
  return code;
}
