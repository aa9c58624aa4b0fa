// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Opening a model: what kind of file it is, which of protobuf's two formats it has, and readable
// errors when it is neither.

#include "compiler/import/ModelFile.h"

#include "compiler/import/ImportFailure.h"
#include "compiler/import/WireFormat.h"
#include "mlir/IR/Diagnostics.h"
#include "onnx_ml.pb.h"

#include "llvm/ADT/StringSwitch.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/Path.h"

#include <google/protobuf/io/tokenizer.h>
#include <google/protobuf/io/zero_copy_stream_impl_lite.h>
#include <google/protobuf/text_format.h>

using namespace mlir;
using namespace fovea;

ModelFile::ModelFile() = default;
ModelFile::ModelFile(ModelFile &&) = default;
ModelFile::~ModelFile() = default;

namespace {

/// Messages nest this deep at most; protobuf's own default for the binary format.
constexpr int deepestNesting = 100;

/// Turns the text parser's complaints into diagnostics at their line and column.
class TextErrors : public google::protobuf::io::ErrorCollector {
public:
  TextErrors(StringRef path, MLIRContext &context) : path(path), context(context) {}

  void AddError(int line, google::protobuf::io::ColumnNumber column,
                const std::string &message) override {
    // One mistake can set off many complaints; the first ones say it all.
    if (++count > 10)
      return;
    emitError(FileLineColLoc::get(&context, path, line + 1, column + 1)) << message;
  }

private:
  StringRef path;
  MLIRContext &context;
  int count = 0;
};

} // namespace

bool fovea::isTextModel(StringRef path) {
  return llvm::StringSwitch<bool>(llvm::sys::path::extension(path))
      .Cases({".onnxtxt", ".textproto", ".pbtxt", ".prototxt"}, true)
      .Default(false);
}

/// What a file that is not a model probably is; empty when nobody knows.
static StringRef guessContents(StringRef bytes) {
  if (bytes.starts_with("version https://git-lfs"))
    return "this is a Git LFS pointer; fetch the model with 'git lfs pull'";
  if (bytes.starts_with("PK\x03\x04"))
    return "this is a zip archive, perhaps a PyTorch checkpoint; export the model to ONNX first";
  if (bytes.starts_with("ir_version:") || bytes.starts_with("graph {"))
    return "this looks like protobuf text; give the file the suffix .onnxtxt";
  if (bytes.starts_with("\x7f"
                        "ELF"))
    return "this is an ELF file";
  return "";
}

static std::shared_ptr<llvm::MemoryBuffer> mapFile(StringRef path) {
  llvm::sys::fs::file_status status;
  if (std::error_code error = llvm::sys::fs::status(path, status))
    failInput("cannot open the model: " + error.message());
  if (status.type() == llvm::sys::fs::file_type::directory_file)
    failInput("cannot open the model: it is a folder");
  if (status.type() != llvm::sys::fs::file_type::regular_file)
    failInput("cannot open the model: it is not a regular file");
  auto buffer =
      llvm::MemoryBuffer::getFile(path, /*IsText=*/false, /*RequiresNullTerminator=*/false);
  if (!buffer)
    failInput("cannot open the model: " + buffer.getError().message());
  if ((*buffer)->getBufferSize() == 0)
    failInput("the model's file is empty");
  return std::move(*buffer);
}

static void parseText(StringRef text, StringRef path, MLIRContext &context,
                      onnxpb::ModelProto &model) {
  if (text.size() > size_t(std::numeric_limits<int>::max()))
    throw ImportFailure{ImportError::Resource,
                        "a text model is limited to 2 GiB; use the binary format"};
  google::protobuf::io::ArrayInputStream stream(text.data(), int(text.size()));
  TextErrors errors(path, context);
  google::protobuf::TextFormat::Parser parser;
  parser.RecordErrorsTo(&errors);
  parser.SetRecursionLimit(deepestNesting);
  if (!parser.Parse(&stream, &model))
    throw ImportFailure{ImportError::Input, ""};
}

static void parseBinary(StringRef bytes, onnxpb::ModelProto &model) {
  StringRef guess = guessContents(bytes);
  if (!guess.empty())
    failInput("not an ONNX model: " + guess);
  std::string withoutWeights = cutWeights(bytes);
  if (withoutWeights.size() > size_t(std::numeric_limits<int>::max()))
    throw ImportFailure{ImportError::Resource,
                        "the graph without its weights exceeds protobuf's limit of 2 GiB"};
  if (!model.ParsePartialFromArray(withoutWeights.data(), int(withoutWeights.size())))
    failInput("not an ONNX model: its messages are malformed, or nest deeper than " +
              Twine(deepestNesting) + " levels");
}

ModelFile fovea::readModel(StringRef path, MLIRContext &context) {
  // protobuf would print to stderr what becomes a diagnostic here.
  google::protobuf::LogSilencer silencer;
  ModelFile file;
  file.path = path.str();
  file.mapping = mapFile(path);
  file.model = std::make_unique<onnxpb::ModelProto>();
  if (isTextModel(path)) {
    parseText(file.mapping->getBuffer(), path, context, *file.model);
    file.mapping.reset();
  } else {
    parseBinary(file.mapping->getBuffer(), *file.model);
  }
  if (!file.model->has_graph())
    failInput("not an ONNX model: it has no graph");
  return file;
}
