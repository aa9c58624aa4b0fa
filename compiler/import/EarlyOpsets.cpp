// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The operators that opsets 2 to 6 changed. Models of those opsets are read as far as their
// operators are those of opset 6.

#include "compiler/import/Rules.h"

#include "llvm/ADT/StringSwitch.h"

using namespace fovea;

int64_t fovea::getLastEarlyChange(llvm::StringRef name) {
  return llvm::StringSwitch<int64_t>(name)
      .Cases({"GlobalLpPool", "LpPool", "Pad", "Split"}, 2)
      .Case("GRU", 3)
      .Case("Concat", 4)
      .Case("Reshape", 5)
      .Cases({"Abs", "Add", "BatchNormalization", "Cast", "Ceil", "Clip", "Div", "Dropout"}, 6)
      .Cases({"Elu", "Exp", "Floor", "Gemm", "HardSigmoid", "InstanceNormalization"}, 6)
      .Cases({"LeakyRelu", "Log", "Max", "Mean", "Min", "Mul", "Neg", "PRelu"}, 6)
      .Cases({"Reciprocal", "Relu", "Selu", "Sigmoid", "Sqrt", "Sub", "Sum", "Tanh", "Tile"}, 6)
      .Default(1);
}
