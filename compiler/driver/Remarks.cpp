// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A sink for MLIR's remarks and its three file formats.

#include "compiler/driver/Remarks.h"
#include "compiler/driver/Output.h"
#include "compiler/import/NodeLocation.h"

#include "mlir/IR/Remarks.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/ADT/StringSet.h"
#include "llvm/Support/JSON.h"

using namespace mlir;
using namespace fovea;

namespace {

class Collector : public remark::detail::MLIRRemarkStreamerBase {
public:
  Collector(std::shared_ptr<std::vector<RemarkRecord>> records, StringRef model)
      : records(std::move(records)), model(model) {}

  void streamOptimizationRemark(const remark::detail::Remark &remark) override {
    RemarkRecord record;
    record.kind = remark.getRemarkTypeString().str();
    record.category = remark.getCategoryName().str();
    record.pass = remark.getRemarkName().str();
    record.function = remark.getFunction().str();
    record.file = describeFile(remark.getLocation(), model);
    if (std::optional<NodeOrigin> origin = getNodeOrigin(remark.getLocation()))
      record.origin = describeOrigin(*origin);
    for (const remark::detail::Remark::Arg &argument : remark.getArgs())
      record.arguments.emplace_back(argument.key, argument.val);
    std::lock_guard<std::mutex> lock(mutex);
    records->push_back(std::move(record));
  }

private:
  std::shared_ptr<std::vector<RemarkRecord>> records;
  std::string model;
  std::mutex mutex;
};

} // namespace

RemarkCollector::RemarkCollector(MLIRContext &context, StringRef model) {
  // A kind without a filter of its own stays off even where `all` is set.
  remark::RemarkCategories everything{".*", "", "", "", ""};
  LogicalResult enabled = remark::enableOptimizationRemarks(
      context, std::make_unique<Collector>(records, model),
      std::make_unique<remark::RemarkEmittingPolicyAll>(), everything);
  // Only a second engine in one context is refused.
  (void)enabled;
}

/// "[missed] raise-attention: Code=ATTN-R07, Reason=..."
static std::string describe(const RemarkRecord &record) {
  std::string text = "[" + StringRef(record.kind).lower() + "] " + record.pass;
  for (auto [index, argument] : llvm::enumerate(record.arguments))
    text += (index == 0 ? ": " : ", ") + argument.first + "=" + argument.second;
  return text;
}

/// The value of an argument, or nothing.
static StringRef find(const RemarkRecord &record, StringRef key) {
  for (const auto &[name, value] : record.arguments)
    if (name == key)
      return value;
  return {};
}

/// The argument's key in JSON: "BytesSaved" is bytes_saved, and a suggestion a hint.
static std::string getJSONKey(StringRef key) {
  if (key == "Suggestion")
    return "hint";
  std::string name;
  for (auto [index, c] : llvm::enumerate(key)) {
    if (index != 0 && llvm::isUpper(c))
      name += '_';
    name += llvm::toLower(c);
  }
  return name;
}

/// Numbers are numbers, but for what is text in every remark.
static void writeJSONValue(llvm::json::OStream &json, StringRef key, StringRef text) {
  bool isText = llvm::is_contained({"Code", "Node", "Reason", "Suggestion", "Remark"}, key);
  int64_t number;
  if (!isText && !text.getAsInteger(10, number))
    json.attribute(getJSONKey(key), number);
  else
    json.attribute(getJSONKey(key), llvm::json::fixUTF8(text));
}

/// A flat object. The record of an attention site has the same keys whatever became of the site.
static void writeJSON(llvm::json::OStream &json, const RemarkRecord &record) {
  if (!find(record, "Site").empty()) {
    for (StringRef key :
         {"Site", "Status", "Code", "Node", "Form", "Mask", "BytesSaved", "Reason", "Suggestion"})
      writeJSONValue(json, key, find(record, key));
    return;
  }
  auto put = [&](StringRef key, StringRef value) {
    json.attribute(key, llvm::json::fixUTF8(value));
  };
  put("pass", record.pass);
  put("kind", StringRef(record.kind).lower());
  put("function", record.function);
  put("origin", record.origin);
  llvm::StringSet<> seen;
  for (const auto &[key, value] : record.arguments)
    if (seen.insert(key).second)
      writeJSONValue(json, key, value);
}

static void writeJSON(raw_ostream &os, ArrayRef<RemarkRecord> records) {
  llvm::json::OStream json(os, /*IndentSize=*/2);
  json.array([&] {
    for (const RemarkRecord &record : records)
      json.object([&] { writeJSON(json, record); });
  });
  os << '\n';
}

/// A YAML string in single quotes.
static std::string quoteYAML(StringRef text) {
  std::string quoted = "'";
  for (char c : escapeText(text, text.size())) {
    quoted += c;
    if (c == '\'')
      quoted += c;
  }
  return quoted + "'";
}

static void writeYAML(raw_ostream &os, ArrayRef<RemarkRecord> records) {
  for (const RemarkRecord &record : records) {
    os << "--- !" << record.kind << "\nPass: " << quoteYAML(record.pass)
       << "\nCategory: " << quoteYAML(record.category)
       << "\nFunction: " << quoteYAML(record.function) << "\nFile: " << quoteYAML(record.file)
       << "\nOrigin: " << quoteYAML(record.origin) << "\nArgs:";
    os << (record.arguments.empty() ? " []\n" : "\n");
    for (const auto &[key, value] : record.arguments)
      os << "  - " << quoteYAML(key) << ": " << quoteYAML(value) << "\n";
    os << "...\n";
  }
}

llvm::Error RemarkCollector::write(StringRef path, Terminal &terminal) const {
  if (path == "-") {
    for (const RemarkRecord &record : *records)
      terminal.print(record.file, DiagnosticSeverity::Remark, record.origin, describe(record));
    return llvm::Error::success();
  }
  return writeOutput(path, [&](llvm::raw_pwrite_stream &os) -> llvm::Error {
    if (path.ends_with(".json"))
      writeJSON(os, *records);
    else if (path.ends_with(".yaml") || path.ends_with(".yml"))
      writeYAML(os, *records);
    else
      for (const RemarkRecord &record : *records)
        os << record.file << ": " << (record.origin.empty() ? "" : record.origin + ": ")
           << describe(record) << '\n';
    return llvm::Error::success();
  });
}

std::vector<SiteRecord> RemarkCollector::getSites() const {
  std::vector<SiteRecord> sites;
  for (const RemarkRecord &record : *records) {
    auto get = [&](StringRef key) { return find(record, key).str(); };
    if (!get("Site").empty())
      sites.push_back({record.origin, get("Site"), get("Status"), get("Code"), get("Node"),
                       get("Anchor"), get("Reason")});
  }
  return sites;
}
