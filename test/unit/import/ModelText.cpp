// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "ModelText.h"

#include "mlir/IR/Diagnostics.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/Path.h"
#include "llvm/Support/raw_ostream.h"

#include "onnx_ml.pb.h"
#include <google/protobuf/text_format.h>
#include <gtest/gtest.h>

using namespace fovea;
using namespace fovea::test;

Folder::Folder() { EXPECT_FALSE(llvm::sys::fs::createUniqueDirectory("fovea-import", root)); }

Folder::~Folder() { llvm::sys::fs::remove_directories(root); }

std::string Folder::path(llvm::StringRef file) const {
  llvm::SmallString<128> path(root);
  llvm::sys::path::append(path, file);
  return path.str().str();
}

std::string Folder::write(llvm::StringRef file, llvm::StringRef contents) const {
  std::error_code error;
  llvm::raw_fd_ostream stream(path(file), error);
  EXPECT_FALSE(error);
  stream << contents;
  return path(file);
}

std::string test::serialize(llvm::StringRef text) {
  onnxpb::ModelProto model;
  EXPECT_TRUE(google::protobuf::TextFormat::ParseFromString(text.str(), &model));
  return model.SerializeAsString();
}

ImportResult test::import(mlir::MLIRContext &context, llvm::StringRef path) {
  ImportResult result;
  mlir::ScopedDiagnosticHandler handler(&context, [&](mlir::Diagnostic &diagnostic) {
    result.messages += diagnostic.str() + "\n";
    return mlir::success();
  });
  mlir::FailureOr<mlir::OwningOpRef<mlir::ModuleOp>> module =
      importOnnx(path, context, {}, &result.error);
  if (mlir::succeeded(module))
    result.module = std::move(*module);
  return result;
}
