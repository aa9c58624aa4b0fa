// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The piece of the model, its types from shape inference on the whole model, its inputs from the
// evaluator or from a seed, its results from the evaluator.

#include "compiler/driver/Extract.h"

#include "compiler/driver/Output.h"
#include "compiler/eval/Evaluate.h"
#include "compiler/eval/NpyTensor.h"
#include "compiler/import/SitePiece.h"
#include "passes/frontend/Passes.h"

#include "mlir/Pass/PassManager.h"
#include "llvm/Support/JSON.h"
#include "llvm/Support/Path.h"

#include <random>

using namespace mlir;
using namespace fovea;

namespace {

/// A word of a lit RUN line: quoted for the shell, and without substitutions.
std::string quoteForLit(StringRef text) {
  std::string word = "'";
  for (char c : text)
    word += c == '\'' ? "'\"'\"'" : c == '%' ? "%%" : std::string(1, c);
  return word + "'";
}

class Extractor {
public:
  Extractor(const Extraction &extraction, const SiteRecord &site, MLIRContext &context)
      : extraction(extraction), site(site), context(context),
        loc(FileLineColLoc::get(&context, extraction.model, 0, 0)) {}

  LogicalResult run() {
    FailureOr<SitePiece> cut = cutSite(extraction.model, site.anchor, context, extraction.import);
    if (failed(cut))
      return failure();
    piece.emplace(std::move(*cut));
    if (failed(extraction.inputs.empty() ? makeInputs() : evaluateInputs()))
      return failure();
    SmallVector<RankedTensorType> types;
    for (ElementsAttr attr : inputs)
      types.push_back(cast<RankedTensorType>(attr.getType()));
    if (failed(report(writeOutput(extraction.output, [&](raw_ostream &os) -> llvm::Error {
          writePiece(*piece, types, os);
          return llvm::Error::success();
        }))))
      return failure();
    return failed(writeTensors()) ? failure() : writeTest();
  }

private:
  LogicalResult report(llvm::Error error) {
    if (error)
      return emitError(loc) << llvm::toString(std::move(error));
    return success();
  }

  func::FuncOp getProbe() { return *piece->probe->getOps<func::FuncOp>().begin(); }

  /// What the model computes on the files of the user.
  LogicalResult evaluateInputs() {
    if (!piece->probe)
      return success();
    func::FuncOp probe = getProbe();
    SmallVector<ElementsAttr> given;
    for (BlockArgument argument : probe.getArguments()) {
      auto name = probe.getArgAttrOfType<StringAttr>(argument.getArgNumber(), "onnx.name");
      auto path = extraction.inputs.find(name ? name.str() : "");
      if (path == extraction.inputs.end())
        return emitError(argument.getLoc()) << "--inputs: input " << name << " is not given";
      llvm::Expected<ElementsAttr> tensor =
          eval::readTensor(path->second, getElementTypeOrSelf(argument.getType()));
      if (!tensor)
        return report(tensor.takeError());
      given.push_back(*tensor);
    }
    FailureOr<SmallVector<ElementsAttr>> results = eval::evaluateFunction(probe, given);
    if (succeeded(results))
      inputs = std::move(*results);
    return results;
  }

  /// Random numbers within [-1, 1] in the shapes that the model's are inferred to have; integers
  /// are 0 and 1.
  LogicalResult makeInputs() {
    if (!piece->probe)
      return success();
    PassManager passes(&context);
    passes.addNestedPass<func::FuncOp>(createSimplifyGraphPass());
    if (failed(passes.run(*piece->probe)))
      return failure();
    std::mt19937_64 random(0x5eed);
    std::uniform_real_distribution<double> unit(0, 1);
    Operation *end = getProbe().getBody().front().getTerminator();
    for (auto [name, value] : llvm::zip_equal(piece->inputs, end->getOperands())) {
      auto type = dyn_cast<RankedTensorType>(value.getType());
      if (!type || !type.hasStaticShape() || !eval::getKind(type.getElementType()))
        return emitError(loc) << "the shape of '" << name
                              << "' is not known; give the model's inputs with --inputs";
      std::vector<double> numbers(type.getNumElements());
      bool isFloating = isa<FloatType>(type.getElementType());
      for (double &number : numbers)
        number = isFloating ? 2 * unit(random) - 1 : double(unit(random) < 0.5);
      inputs.push_back(eval::makeTensor(type, ArrayRef(numbers)).toAttr());
    }
    return success();
  }

  std::string getPath(StringRef suffix) const {
    SmallString<128> path(extraction.output);
    llvm::sys::path::replace_extension(path, suffix);
    return path.str().str();
  }

  /// Inputs, and what the evaluator computes from them.
  LogicalResult writeTensors() {
    FailureOr<OwningOpRef<ModuleOp>> module = importOnnx(extraction.output, context);
    if (failed(module))
      return failure();
    FailureOr<SmallVector<ElementsAttr>> outputs =
        eval::evaluateFunction(*(*module)->getOps<func::FuncOp>().begin(), inputs);
    if (failed(outputs))
      return failure();
    for (auto [index, attr] : llvm::enumerate(inputs))
      if (failed(
              report(eval::writeTensor(getPath("input" + std::to_string(index) + ".npy"), attr))))
        return failure();
    isRounded = llvm::any_of(*outputs, [](ElementsAttr attr) {
      return attr.getElementType().isF16() || attr.getElementType().isBF16();
    });
    for (auto [index, attr] : llvm::enumerate(*outputs))
      if (failed(
              report(eval::writeTensor(getPath("output" + std::to_string(index) + ".npy"), attr))))
        return failure();
    return success();
  }

  /// The test that replays the site.
  LogicalResult writeTest() {
    std::string stem = quoteForLit(llvm::sys::path::stem(extraction.output));
    std::string model = quoteForLit(llvm::sys::path::filename(extraction.output));
    auto flags = [&](StringRef flag, StringRef kind, const std::vector<std::string> &names) {
      std::string text;
      for (auto [index, name] : llvm::enumerate(names))
        text += " " + flag.str() + " " + quoteForLit(name) + "=@%S/" + stem + "." + kind.str() +
                std::to_string(index) + ".npy";
      return text;
    };
    return report(writeOutput(getPath("test"), [&](raw_ostream &os) -> llvm::Error {
      os << "# Site " << site.number << " of " << llvm::sys::path::filename(extraction.model)
         << ", cut out by foveac --extract-site.\n"
         << "# RUN: foveac %S/" << model << " -o %t.so --remarks %t.json\n"
         << "# RUN: FileCheck %s --input-file %t.json\n"
         << "# RUN: fovea-run %t.so" << flags("--input", "input", piece->inputs)
         << flags("--expect", "output", piece->outputs) << (isRounded ? " --rtol 4e-3" : "")
         << "\n\n"
         << "# CHECK:      \"status\": \"" << site.status << "\",\n"
         << "# CHECK-NEXT: \"code\": \"" << site.code << "\",\n"
         << "# CHECK-NEXT{LITERAL}: \"node\": " << llvm::json::Value(site.node) << ",\n";
      return llvm::Error::success();
    }));
  }

  const Extraction &extraction;
  const SiteRecord &site;
  MLIRContext &context;
  Location loc;
  std::optional<SitePiece> piece;
  SmallVector<ElementsAttr> inputs;
  /// Whether a result has 16 bits.
  bool isRounded = false;
};

} // namespace

LogicalResult fovea::extractSite(const Extraction &extraction, const SiteRecord &site,
                                 MLIRContext &context) {
  return Extractor(extraction, site, context).run();
}
