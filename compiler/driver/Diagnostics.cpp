// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Printing diagnostics. MLIR's own handler would show locations as attributes; users think in files
// and nodes.

#include "compiler/driver/Diagnostics.h"
#include "compiler/import/NodeLocation.h"

#include "mlir/IR/BuiltinAttributes.h"
#include "mlir/IR/Location.h"

using namespace mlir;
using namespace fovea;

void Terminal::showProgress(StringRef text) {
  std::lock_guard<std::mutex> lock(mutex);
  if (!interactive)
    return;
  os << "\r\033[K" << text;
  os.flush();
  progressShown = true;
}

void Terminal::clearProgress() {
  std::lock_guard<std::mutex> lock(mutex);
  if (progressShown)
    os << "\r\033[K";
  progressShown = false;
}

void Terminal::printError(StringRef where, const Twine &message) {
  print(where, DiagnosticSeverity::Error, "", message.str());
}

void Terminal::printNote(StringRef where, const Twine &message) {
  print(where, DiagnosticSeverity::Note, "", message.str());
}

void Terminal::print(StringRef where, DiagnosticSeverity severity, StringRef origin,
                     StringRef message) {
  clearProgress();
  std::lock_guard<std::mutex> lock(mutex);
  auto color = [&](raw_ostream::Colors which) {
    if (interactive)
      os.changeColor(which, /*Bold=*/true);
  };
  color(raw_ostream::SAVEDCOLOR);
  os << where << ": ";
  switch (severity) {
  case DiagnosticSeverity::Error:
    color(raw_ostream::RED);
    os << "error: ";
    break;
  case DiagnosticSeverity::Warning:
    color(raw_ostream::MAGENTA);
    os << "warning: ";
    break;
  case DiagnosticSeverity::Note:
    color(raw_ostream::CYAN);
    os << "note: ";
    break;
  case DiagnosticSeverity::Remark:
    color(raw_ostream::BLUE);
    os << "remark: ";
    break;
  }
  if (interactive)
    os.resetColor();
  if (!origin.empty())
    os << origin << ": ";
  os << message << '\n';
}

/// The first location in a file, for what no node stands for.
static FileLineColLoc findFile(Location location) {
  FileLineColLoc found;
  location->walk([&](Location inner) {
    found = dyn_cast<FileLineColLoc>(inner);
    return found ? WalkResult::interrupt() : WalkResult::advance();
  });
  return found;
}

void fovea::printBoundSizes(Terminal &terminal, const std::map<std::string, int64_t> &dims) {
  std::string sizes;
  for (const auto &[name, extent] : dims)
    sizes += (sizes.empty() ? "" : ", ") + name + "=" + std::to_string(extent);
  terminal.printNote("foveac",
                     "--dim binds " + escapeText(sizes) +
                         "; where shapes contradict one another, the model may hold the sizes of "
                         "its export as constants: bind those instead, or export it again for "
                         "sizes that change");
}

std::string fovea::describeFile(Location location, StringRef otherwise) {
  if (std::optional<NodeOrigin> origin = getNodeOrigin(location))
    return escapeText(origin->file);
  FileLineColLoc file = findFile(location);
  if (!file)
    return otherwise.str();
  std::string text = escapeText(file.getFilename());
  // The importer gives the file as a whole line 0.
  if (file.getLine() != 0)
    text += ":" + std::to_string(file.getLine()) + ":" + std::to_string(file.getColumn());
  return text;
}

DiagnosticPrinter::DiagnosticPrinter(MLIRContext *context, Terminal &terminal, StringRef model)
    : ScopedDiagnosticHandler(context), terminal(terminal), model(model) {
  setHandler([this](Diagnostic &diagnostic) {
    print(diagnostic);
    return success();
  });
}

void DiagnosticPrinter::print(Diagnostic &diagnostic) {
  std::optional<NodeOrigin> origin = getNodeOrigin(diagnostic.getLocation());
  terminal.print(describeFile(diagnostic.getLocation(), model), diagnostic.getSeverity(),
                 origin ? describeOrigin(*origin) : "", diagnostic.str());
  for (Diagnostic &note : diagnostic.getNotes())
    print(note);
}
