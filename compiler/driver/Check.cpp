// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The report of `foveac --check`, as text and as JSON. Nodes are told by their locations, which
// every op keeps from the import to its lowering.

#include "compiler/driver/Check.h"

#include "compiler/import/NodeLocation.h"

#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/Format.h"
#include "llvm/Support/JSON.h"

using namespace mlir;
using namespace fovea;

ModelCheck::ModelCheck(MLIRContext *context, bool isQuiet) : context(context) {
  handler = context->getDiagEngine().registerHandler([this, isQuiet](Diagnostic &diagnostic) {
    if (diagnostic.getSeverity() != DiagnosticSeverity::Error)
      return failure();
    add(diagnostic);
    return success(isQuiet);
  });
}

ModelCheck::~ModelCheck() { context->getDiagEngine().eraseHandler(handler); }

void ModelCheck::beginLowering(ModuleOp module) { lowered = module; }

/// "f32, i64": the element types of the operands of the op at a location.
static std::string findOperandTypes(ModuleOp module, Location location) {
  std::string text;
  module.walk([&](Operation *op) {
    if (op->getLoc() != location)
      return WalkResult::advance();
    llvm::raw_string_ostream os(text);
    for (Type type : op->getOperandTypes())
      if (auto tensor = dyn_cast<TensorType>(type))
        os << (text.empty() ? "" : ", ") << tensor.getElementType();
    return WalkResult::interrupt();
  });
  return text;
}

void ModelCheck::add(Diagnostic &diagnostic) {
  std::optional<NodeOrigin> origin = getNodeOrigin(diagnostic.getLocation());
  if (lowered && origin) {
    summary.unsupported.push_back({escapeText(origin->name), escapeText(origin->kind),
                                   findOperandTypes(lowered, diagnostic.getLocation()),
                                   diagnostic.str()});
    return;
  }
  errors.push_back({origin ? describeOrigin(*origin) : "", diagnostic.str()});
}

void ModelCheck::finish() {
  llvm::erase_if(errors, [&](const Error &error) {
    return llvm::any_of(summary.unsupported,
                        [&](const Unsupported &item) { return item.reason == error.message; });
  });
  // A node of a subgraph is found by its operator and, where the import got there, by its rule.
  std::vector<Unsupported> kept;
  for (Unsupported &item : summary.unsupported) {
    auto same = [&](const Unsupported &other) {
      return other.node == item.node && other.op == item.op;
    };
    auto first = llvm::find_if(kept, same);
    if (first == kept.end())
      kept.push_back(std::move(item));
    else if (first->types.empty())
      *first = std::move(item);
  }
  summary.unsupported = std::move(kept);
}

static std::string describeType(const ModelSummary::Value &value) {
  return value.hasRank ? value.type + "[" + llvm::join(value.dims, ", ") + "]" : value.type;
}

void ModelCheck::printText(StringRef model, raw_ostream &os) const {
  os << model << ": " << (isSupported() ? "supported" : "not supported") << '\n';
  for (const auto &[domain, version] : summary.opsets)
    os << "  opset " << version << (domain.empty() ? "" : " of " + domain) << '\n';
  os << "  " << summary.nodes << (summary.nodes == 1 ? " node: " : " nodes: ");
  SmallVector<std::pair<int64_t, std::string>> counts;
  for (const auto &[name, count] : summary.operators)
    counts.push_back({-count, name});
  llvm::sort(counts);
  llvm::interleaveComma(counts, os,
                        [&](const auto &entry) { os << -entry.first << ' ' << entry.second; });
  os << '\n';
  for (const ModelSummary::Value &value : summary.inputs)
    os << "  input " << value.name << ": " << describeType(value) << '\n';
  for (const ModelSummary::Value &value : summary.outputs)
    os << "  output " << value.name << ": " << describeType(value) << '\n';
  if (summary.weightsBytes >= 0)
    os << "  weights " << llvm::format("%.1f MiB", double(summary.weightsBytes) / (1 << 20))
       << '\n';
  if (!openDims.empty())
    os << "  shapes and lowerings were not checked: fix " << llvm::join(openDims, ", ")
       << " with --dim\n";
}

/// Decimal extents become numbers, names strings.
static llvm::json::Value getDim(const std::string &dim) {
  int64_t extent;
  if (StringRef(dim).getAsInteger(10, extent))
    return llvm::json::Value(dim);
  return llvm::json::Value(extent);
}

void ModelCheck::printJson(StringRef model, raw_ostream &os) const {
  llvm::json::OStream stream(os, 2);
  auto values = [&](StringRef key, ArrayRef<ModelSummary::Value> list) {
    stream.attributeArray(key, [&] {
      for (const ModelSummary::Value &value : list)
        stream.object([&] {
          stream.attribute("name", value.name);
          stream.attribute("type", value.type);
          if (value.hasRank)
            stream.attributeArray("dims", [&] {
              for (const std::string &dim : value.dims)
                stream.value(getDim(dim));
            });
        });
    });
  };
  auto numbers = [&](StringRef key, const std::map<std::string, int64_t> &map) {
    stream.attributeObject(key, [&] {
      for (const auto &[name, number] : map)
        stream.attribute(name, number);
    });
  };
  stream.object([&] {
    stream.attribute("model", escapeText(model));
    stream.attribute("supported", isSupported());
    numbers("opsets", summary.opsets);
    stream.attribute("nodes", summary.nodes);
    numbers("operators", summary.operators);
    values("inputs", summary.inputs);
    values("outputs", summary.outputs);
    stream.attribute("weights_bytes", summary.weightsBytes);
    stream.attributeArray("open_dims", [&] {
      for (const std::string &dim : openDims)
        stream.value(dim);
    });
    stream.attributeObject("attention", [&] {
      stream.attribute("raised", attentionRaised);
      stream.attribute("sites", attentionSites);
    });
    stream.attributeArray("unsupported", [&] {
      for (const Unsupported &item : summary.unsupported)
        stream.object([&] {
          stream.attribute("node", item.node);
          stream.attribute("operator", item.op);
          if (auto version = summary.opsets.find(""); version != summary.opsets.end())
            stream.attribute("opset", version->second);
          stream.attribute("types", item.types);
          stream.attribute("reason", item.reason);
        });
    });
    stream.attributeArray("errors", [&] {
      for (const Error &error : errors)
        stream.object([&] {
          stream.attribute("where", error.where);
          stream.attribute("message", error.message);
        });
    });
  });
  os << '\n';
}
