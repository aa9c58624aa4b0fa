// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// External data stays inside the model's folder and inside its file, whoever refers to it: an
// initializer or a Constant.

#include "ModelText.h"

#include "dialects/onnx/ConstantData.h"
#include "dialects/onnx/OnnxShapeOps.h"

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

using namespace fovea;
using namespace fovea::test;

namespace {

/// Two tensors of 32 floats whose external data is given by `entries`; as an initializer or in a
/// Constant.
std::string makeModel(const std::string &entries, bool asAttribute) {
  std::string tensor = "data_type: 1 dims: 32 data_location: EXTERNAL " + entries;
  std::string holder =
      asAttribute
          ? "node { op_type: 'Constant' output: 'w' attribute { name: 'value' type: TENSOR t { " +
                tensor + " } } }"
          : "initializer { name: 'w' " + tensor + " }";
  return serialize("ir_version: 8 opset_import { version: 17 } graph { " + holder +
                   " output { name: 'w' } }");
}

std::string entry(const std::string &key, const std::string &value) {
  return "external_data { key: '" + key + "' value: '" + value + "' } ";
}

std::string location(const std::string &path) { return entry("location", path); }

class ExternalData : public testing::TestWithParam<bool> {
protected:
  ExternalData() {
    std::string bytes;
    for (int i = 0; i < 64; ++i) {
      float value = float(i);
      bytes.append(reinterpret_cast<const char *>(&value), sizeof value);
    }
    folder.write("weights.bin", bytes);
    outside.write("secret.bin", bytes);
  }

  ImportResult importEntries(const std::string &entries) {
    return import(context, folder.write("model.onnx", makeModel(entries, GetParam())));
  }

  void expectRefused(const std::string &entries, const std::string &message) {
    ImportResult result = importEntries(entries);
    EXPECT_FALSE(result.module) << entries;
    EXPECT_EQ(result.error, ImportError::Input) << entries;
    EXPECT_NE(result.messages.find(message), std::string::npos) << entries << "\n"
                                                                << result.messages;
  }

  mlir::MLIRContext context{mlir::MLIRContext::Threading::DISABLED};
  Folder folder, outside;
};

TEST_P(ExternalData, IsRead) {
  ImportResult result = importEntries(location("./weights.bin") + entry("offset", "64") +
                                      entry("length", "128") + entry("checksum", "0000"));
  ASSERT_TRUE(result.module) << result.messages;
  onnx::ConstantOp constant;
  result.module->walk([&](onnx::ConstantOp op) { constant = op; });
  std::optional<onnx::ConstantData> data = onnx::getConstantData(constant.getValue());
  ASSERT_TRUE(data);
  ASSERT_EQ(data->bytes.size(), 128u);
  EXPECT_EQ(reinterpret_cast<const float *>(data->bytes.data())[0], 16.0f);
  EXPECT_EQ(reinterpret_cast<const float *>(data->bytes.data())[31], 47.0f);
}

TEST_P(ExternalData, CannotLeaveTheFolder) {
  expectRefused(location("../" + outside.path("secret.bin")), "leads out of the model's folder");
  expectRefused(location("sub/../weights.bin"), "leads out of the model's folder");
  expectRefused(location(outside.path("secret.bin")), "is absolute");
  expectRefused(location("..\\\\weights.bin"), "is not a plain path");
  expectRefused(location("weights.bin\\000.txt"), "is not a plain path");
  expectRefused(location("weights.bin") + entry("basepath", "/etc"),
                "would lead out of the model's folder");
}

TEST_P(ExternalData, FollowsNoLinksOutOfTheFolder) {
  ASSERT_EQ(symlink(outside.path("secret.bin").c_str(), folder.path("link.bin").c_str()), 0);
  expectRefused(location("link.bin"), "does not lie beside the model");
  ASSERT_EQ(symlink(outside.path("").c_str(), folder.path("linked").c_str()), 0);
  expectRefused(location("linked/secret.bin"), "cannot open");
  ASSERT_EQ(symlink("absent.bin", folder.path("dangling.bin").c_str()), 0);
  expectRefused(location("dangling.bin"), "cannot open");
  ASSERT_EQ(symlink("cycle.bin", folder.path("cycle.bin").c_str()), 0);
  expectRefused(location("cycle.bin"), "cannot open");
  ASSERT_EQ(link(outside.path("secret.bin").c_str(), folder.path("hard.bin").c_str()), 0);
  expectRefused(location("hard.bin"), "has several hard links");
}

TEST_P(ExternalData, MayBeALinkBesideTheRealModel) {
  ASSERT_EQ(symlink("weights.bin", folder.path("inner.bin").c_str()), 0);
  ImportResult direct = importEntries(location("inner.bin"));
  EXPECT_TRUE(direct.module) << direct.messages;
  // The cache of the Hugging Face hub: a snapshot of links to files named by their contents.
  Folder snapshot;
  std::string model = folder.write("d41d8cd9", makeModel(location("model.onnx.data"), GetParam()));
  ASSERT_EQ(symlink(model.c_str(), snapshot.path("model.onnx").c_str()), 0);
  ASSERT_EQ(symlink(folder.path("weights.bin").c_str(), snapshot.path("model.onnx.data").c_str()),
            0);
  ImportResult cached = import(context, snapshot.path("model.onnx"));
  EXPECT_TRUE(cached.module) << cached.messages;
}

TEST_P(ExternalData, MustBeARegularFile) {
  expectRefused(location("absent.bin"), "cannot open");
  ASSERT_EQ(mkdir(folder.path("directory").c_str(), 0700), 0);
  expectRefused(location("directory"), "is not a regular file");
  expectRefused(location("."), "names no file");
  expectRefused(location(""), "'location' is missing");
  ASSERT_EQ(mkfifo(folder.path("pipe").c_str(), 0600), 0);
  expectRefused(location("pipe"), "is not a regular file");
  expectRefused(location("weights.bin/more"), "cannot open");
}

TEST_P(ExternalData, StaysInsideTheFile) {
  const std::string file = location("weights.bin");
  expectRefused(file + entry("offset", "129"),
                "128 bytes at offset 129 exceed 'weights.bin', which has 256 bytes");
  expectRefused(file + entry("offset", "18446744073709551615"), "exceed 'weights.bin'");
  expectRefused(file + entry("offset", "18446744073709551616"), "is not a number");
  expectRefused(file + entry("offset", "-1"), "is not a number");
  expectRefused(file + entry("length", "-1"), "is not a number");
  expectRefused(file + entry("length", "1000000000000000"), "but the tensor's shape asks for 128");
  expectRefused(file + entry("length", "64"), "the length is 64 bytes");
}

TEST_P(ExternalData, HasKnownKeysOnce) {
  expectRefused(location("weights.bin") + entry("colour", "red"), "unknown key 'colour'");
  expectRefused(location("weights.bin") + location("weights.bin"),
                "the key 'location' is given twice");
  expectRefused("", "'location' is missing");
  expectRefused(location("weights.bin") + "raw_data: 'abcd'", "both external and inline data");
}

INSTANTIATE_TEST_SUITE_P(Holders, ExternalData, testing::Bool(),
                         [](const auto &info) { return info.param ? "Constant" : "Initializer"; });

} // namespace
