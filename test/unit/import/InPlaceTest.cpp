// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Weights are not copied: the bytes of a large constant lie in a mapping of the model's file.

#include "ModelText.h"

#include "dialects/onnx/ConstantData.h"
#include "dialects/onnx/OnnxShapeOps.h"

#include "onnx_ml.pb.h"
#include <fstream>
#include <gtest/gtest.h>
#include <sstream>

using namespace fovea;
using namespace fovea::test;

namespace {

/// Whether `address` lies in a mapping of `path`.
bool isMappedFrom(const void *address, const std::string &path) {
  std::ifstream maps("/proc/self/maps");
  for (std::string line; std::getline(maps, line);) {
    std::istringstream fields(line);
    uintptr_t begin = 0, end = 0;
    char dash = 0;
    fields >> std::hex >> begin >> dash >> end;
    auto value = reinterpret_cast<uintptr_t>(address);
    if (begin <= value && value < end)
      return line.size() >= path.size() &&
             line.compare(line.size() - path.size(), path.size(), path) == 0;
  }
  return false;
}

/// A model with a weight of 64 KiB as an initializer and another one in a Constant.
std::string makeModel() {
  onnxpb::ModelProto model;
  model.set_ir_version(8);
  model.add_opset_import()->set_version(17);
  onnxpb::GraphProto &graph = *model.mutable_graph();
  auto fill = [](onnxpb::TensorProto &tensor, float first) {
    tensor.set_data_type(onnxpb::TensorProto::FLOAT);
    tensor.add_dims(16384);
    std::vector<float> values(16384);
    for (size_t i = 0; i < values.size(); ++i)
      values[i] = first + float(i);
    tensor.set_raw_data(values.data(), values.size() * sizeof(float));
  };
  onnxpb::TensorProto &initializer = *graph.add_initializer();
  initializer.set_name("a");
  fill(initializer, 0);
  onnxpb::NodeProto &node = *graph.add_node();
  node.set_op_type("Constant");
  node.add_output("b");
  onnxpb::AttributeProto &attribute = *node.add_attribute();
  attribute.set_name("value");
  attribute.set_type(onnxpb::AttributeProto::TENSOR);
  fill(*attribute.mutable_t(), 100000);
  graph.add_output()->set_name("a");
  graph.add_output()->set_name("b");
  return model.SerializeAsString();
}

TEST(InPlace, WeightsStayInTheFile) {
  Folder folder;
  std::string path = folder.write("model.onnx", makeModel());
  mlir::MLIRContext context(mlir::MLIRContext::Threading::DISABLED);
  ImportResult result = import(context, path);
  ASSERT_TRUE(result.module) << result.messages;
  float first = 0;
  int constants = 0;
  result.module->walk([&](onnx::ConstantOp op) {
    std::optional<onnx::ConstantData> data = onnx::getConstantData(op.getValue());
    ASSERT_TRUE(data);
    ASSERT_EQ(data->bytes.size(), 65536u);
    EXPECT_TRUE(isMappedFrom(data->bytes.data(), path));
    float values[2];
    memcpy(&values[0], data->bytes.data(), sizeof(float));
    memcpy(&values[1], data->bytes.data() + 65532, sizeof(float));
    EXPECT_EQ(values[0], first);
    EXPECT_EQ(values[1], first + 16383);
    first += 100000;
    ++constants;
  });
  EXPECT_EQ(constants, 2);
}

TEST(InPlace, AFileCannotForgeAnExtent) {
  // The two private fields that say where cut data lies, written by the file itself: offset 0, 64
  // KiB.
  onnxpb::ModelProto model;
  ASSERT_TRUE(model.ParseFromString(makeModel()));
  onnxpb::TensorProto &tensor = *model.mutable_graph()->mutable_initializer(0);
  tensor.clear_raw_data();
  google::protobuf::UnknownFieldSet &unknown =
      *tensor.GetReflection()->MutableUnknownFields(&tensor);
  unknown.AddVarint(536870910, 0);
  unknown.AddVarint(536870911, 65536);
  Folder folder;
  mlir::MLIRContext context(mlir::MLIRContext::Threading::DISABLED);
  ImportResult result = import(context, folder.write("model.onnx", model.SerializeAsString()));
  EXPECT_FALSE(result.module);
  EXPECT_NE(result.messages.find("16384 elements, but float_data holds 0"), std::string::npos)
      << result.messages;
}

} // namespace
