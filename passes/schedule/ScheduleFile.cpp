// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Schedules as lines of text: `<kernel> = <schedule>`.

#include "dialects/kernel/Kernel.h"
#include "mlir/AsmParser/AsmParser.h"
#include "mlir/IR/BuiltinOps.h"
#include "mlir/Support/FileUtilities.h"
#include "passes/schedule/Passes.h"

#include "llvm/Support/LineIterator.h"
#include "llvm/Support/MemoryBuffer.h"
#include "llvm/Support/ToolOutputFile.h"

namespace fovea {
#define GEN_PASS_DEF_APPLYSCHEDULEFILEPASS
#include "passes/schedule/Passes.h.inc"
} // namespace fovea

using namespace mlir;
using namespace fovea;

static LogicalResult applyLine(StringRef line, Location loc, ModuleOp module) {
  auto [name, text] = line.split('=');
  name = name.trim();
  text = text.trim();
  if (name.empty() || text.empty())
    return emitError(loc) << "expected '<kernel> = <schedule>', as in "
                             "'contraction_0123456789abcdef = gemm mr = 6, nv = 4'";
  auto kernel = module.lookupSymbol<kernel::FuncOp>(name);
  if (!kernel)
    return emitError(loc)
           << "the program has no kernel called '" << name
           << "'; the names are those of the dumped schedule of the same model and options";
  // The parser reports where in the text it stopped; the line is what a person needs beside it.
  std::string spelled = ("#kernel.schedule<" + text + ">").str();
  auto schedule =
      dyn_cast_or_null<kernel::ScheduleAttr>(parseAttribute(spelled, module.getContext()));
  if (!schedule)
    return emitError(loc) << "'" << text
                          << "' is not a schedule: expected a kind and named integers, as in 'gemm "
                             "mr = 6, nv = 4'";
  kernel.setScheduleAttr(schedule);
  return success();
}

static LogicalResult applyFile(StringRef file, ModuleOp module) {
  std::string error;
  std::unique_ptr<llvm::MemoryBuffer> buffer = openInputFile(file, &error);
  if (!buffer)
    return module.emitError("cannot read the schedule file: ") << error;
  for (llvm::line_iterator line(*buffer, /*SkipBlanks=*/true, '#'); !line.is_at_end(); ++line) {
    if (line->trim().empty())
      continue;
    Location loc = FileLineColLoc::get(module.getContext(), file, line.line_number(), 1);
    if (failed(applyLine(*line, loc, module)))
      return failure();
  }
  return success();
}

static LogicalResult dumpFile(StringRef file, ModuleOp module) {
  std::string error;
  std::unique_ptr<llvm::ToolOutputFile> output = openOutputFile(file, &error);
  if (!output)
    return module.emitError("cannot write the schedule file: ") << error;
  for (auto kernel : module.getOps<kernel::FuncOp>()) {
    kernel::ScheduleAttr schedule = kernel.getScheduleAttr();
    if (!schedule)
      continue;
    output->os() << kernel.getSymName() << " = " << schedule.getKind();
    StringRef separator = " ";
    for (NamedAttribute value : schedule.getValues()) {
      output->os() << separator << value.getName().strref() << " = "
                   << cast<IntegerAttr>(value.getValue()).getInt();
      separator = ", ";
    }
    output->os() << "\n";
  }
  output->keep();
  return success();
}

namespace {
struct ApplyScheduleFile : fovea::impl::ApplyScheduleFilePassBase<ApplyScheduleFile> {
  using ApplyScheduleFilePassBase::ApplyScheduleFilePassBase;

  void runOnOperation() override {
    if (!file.empty() && failed(applyFile(file, getOperation())))
      return signalPassFailure();
    if (!dump.empty() && failed(dumpFile(dump, getOperation())))
      return signalPassFailure();
  }
};
} // namespace
