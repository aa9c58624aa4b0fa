// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Nothing that a file can hold crashes the importer: damaged copies of models either import or are
// refused with words.

#include "ModelText.h"

#include <gtest/gtest.h>
#include <random>

using namespace fovea;
using namespace fovea::test;

namespace {

constexpr const char *modelText = R"(
  ir_version: 8 opset_import { version: 17 }
  graph {
    name: "g"
    node { op_type: "Conv" name: "c" input: "x" input: "f" output: "c" attribute { name: "strides" type: INTS ints: [2, 2] } }
    node { op_type: "Shape" input: "c" output: "s" }
    node { op_type: "Constant" output: "i" attribute { name: "value" type: TENSOR t { data_type: 7 dims: 1 int64_data: 0 } } }
    node { op_type: "Gather" input: "s" input: "i" output: "b" attribute { name: "axis" type: INT i: 0 } }
    node { op_type: "Constant" output: "m" attribute { name: "value_ints" type: INTS ints: [-1] } }
    node { op_type: "Concat" input: "b" input: "m" output: "t" attribute { name: "axis" type: INT i: 0 } }
    node { op_type: "Reshape" input: "c" input: "t" output: "r" }
    node { op_type: "Gemm" input: "r" input: "w" output: "y" attribute { name: "transB" type: INT i: 1 } }
    node { op_type: "Split" input: "y" output: "l" output: "h" attribute { name: "axis" type: INT i: 1 } }
    node { op_type: "Softmax" input: "l" output: "p" }
    node { op_type: "Clip" input: "h" input: "" input: "k" output: "q" }
    node { op_type: "ReduceMean" input: "q" output: "z" attribute { name: "axes" type: INTS ints: [1] } }
    initializer { name: "f" data_type: 1 dims: 2 dims: 1 dims: 2 dims: 2 float_data: [1, 2, 3, 4, 5, 6, 7, 8] }
    initializer { name: "w" data_type: 1 dims: 4 dims: 8 raw_data: ")";

/// A model with typed and raw weights, small ones and one that is cut out.
std::string makeText() {
  std::string text = modelText;
  for (int i = 0; i < 128; ++i)
    text += "\\x3f";
  text += R"(" }
    initializer { name: "k" data_type: 1 raw_data: "\x00\x00\x80\x3f" }
    initializer { name: "big" data_type: 2 dims: 2048 raw_data: ")";
  text += std::string(2048, 'a');
  text += R"(" }
    input { name: "x" type { tensor_type { elem_type: 1 shape {
      dim { dim_param: "n" } dim { dim_value: 1 } dim { dim_value: 4 } dim { dim_value: 4 } } } } }
    output { name: "p" } output { name: "z" } output { name: "big" }
  })";
  return text;
}

class Fuzz : public testing::Test {
protected:
  void check(const std::string &bytes, const char *file) {
    // A context keeps every attribute and location it has seen, so it is renewed now and then.
    if (runs++ % 200 == 0)
      context = std::make_unique<mlir::MLIRContext>(mlir::MLIRContext::Threading::DISABLED);
    ImportResult result = import(*context, folder.write(file, bytes));
    EXPECT_EQ(bool(result.module), result.error == ImportError::None);
    EXPECT_EQ(bool(result.module), result.messages.empty()) << result.messages;
  }

  void mutate(const std::string &original, const char *file, unsigned count) {
    std::mt19937 random(1234);
    for (unsigned run = 0; run < count; ++run) {
      std::string bytes = original;
      for (unsigned flips = 1 + random() % 4; flips > 0; --flips) {
        size_t position = random() % bytes.size();
        switch (random() % 4) {
        case 0:
          bytes[position] = char(random());
          break;
        case 1:
          bytes[position] ^= char(1 << random() % 8);
          break;
        case 2:
          bytes.erase(position, 1 + random() % 8);
          break;
        case 3:
          bytes.insert(position, bytes.substr(random() % bytes.size(), 1 + random() % 16));
          break;
        }
      }
      check(bytes, file);
    }
  }

  Folder folder;
  std::unique_ptr<mlir::MLIRContext> context;
  unsigned runs = 0;
};

TEST_F(Fuzz, TheOriginalImports) {
  mlir::MLIRContext fresh(mlir::MLIRContext::Threading::DISABLED);
  ImportResult result = import(fresh, folder.write("model.onnx", serialize(makeText())));
  EXPECT_TRUE(result.module) << result.messages;
}

TEST_F(Fuzz, TruncatedFiles) {
  std::string original = serialize(makeText());
  for (size_t size = 0; size < original.size(); size += size < 1200 ? 3 : 61)
    check(original.substr(0, size), "model.onnx");
}

TEST_F(Fuzz, DamagedBinaries) {
  std::string original = serialize(makeText());
  // Most of the file is one weight, where damage is harmless; the graph is what matters.
  size_t weight = original.find(std::string(64, 'a'));
  ASSERT_NE(weight, std::string::npos);
  mutate(original.substr(0, weight) + original.substr(weight + 2048 - 1024), "model.onnx", 500);
  mutate(original, "model.onnx", 1000);
}

TEST_F(Fuzz, DamagedText) { mutate(makeText(), "model.onnxtxt", 500); }

TEST_F(Fuzz, RandomBytes) {
  std::mt19937 random(99);
  for (int run = 0; run < 200; ++run) {
    std::string bytes(random() % 300, 0);
    for (char &byte : bytes)
      byte = char(random());
    check(bytes, "model.onnx");
  }
}

TEST_F(Fuzz, DeepNesting) {
  // Subgraphs in attributes of nodes, 20000 deep: graph, node, attribute, graph, ...
  std::string bytes;
  auto wrap = [&](int field) {
    std::string size;
    for (size_t value = bytes.size();; value >>= 7) {
      size += char(value >= 0x80 ? (value & 0x7f) | 0x80 : value);
      if (value < 0x80)
        break;
    }
    bytes = char(field << 3 | 2) + size + bytes;
  };
  std::string text = "graph {";
  for (int level = 0; level < 5000; ++level) {
    wrap(6);
    wrap(5);
    wrap(1);
    text += " node { attribute { g {";
  }
  wrap(7);
  check(bytes, "model.onnx");
  check(text, "model.onnxtxt");
}

} // namespace
