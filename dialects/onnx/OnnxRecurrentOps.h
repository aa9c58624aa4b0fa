// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The onnx dialect: recurrent layers.

#ifndef FOVEA_DIALECTS_ONNX_ONNXRECURRENTOPS_H
#define FOVEA_DIALECTS_ONNX_ONNXRECURRENTOPS_H

#include "dialects/onnx/OnnxDialect.h"

#include <optional>

#define GET_OP_CLASSES
#include "dialects/onnx/OnnxRecurrentOps.h.inc"

namespace fovea::onnx {

/// What RNN, GRU and LSTM have in common.
struct RecurrentLayer {
  mlir::Value x, w, r, b, sequenceLens, initialH;
  /// Of an LSTM; null otherwise.
  mlir::Value initialC, p;
  int64_t hiddenSize, gates, directions;
  /// Direction `d` runs from the last step to the first.
  bool isReverse(int64_t d) const { return startsReverse || d == 1; }
  bool startsReverse;
  bool batchMajor;
  std::optional<float> clip;
  mlir::ArrayAttr activations;
  llvm::ArrayRef<float> alphas, betas;
  bool linearBeforeReset = false, inputForget = false;

  /// Activation functions of one direction.
  int64_t getActivationCount() const { return int64_t(activations.size()) / directions; }
};

/// The layer that `op` is, or nothing when it is none.
std::optional<RecurrentLayer> getRecurrentLayer(mlir::Operation *op);

/// Activation functions of recurrent layers.
enum class Activation {
  Relu,
  Tanh,
  Sigmoid,
  Affine,
  LeakyRelu,
  ThresholdedRelu,
  ScaledTanh,
  HardSigmoid,
  Elu,
  Softsign,
  Softplus
};

/// What an activation function is called and which parameters it has, with their defaults.
struct ActivationInfo {
  llvm::StringLiteral name;
  Activation activation;
  std::optional<float> alpha, beta;
};

/// The function of that name, in any case of letters, or null.
const ActivationInfo *findActivation(llvm::StringRef name);

} // namespace fovea::onnx

#endif // FOVEA_DIALECTS_ONNX_ONNXRECURRENTOPS_H
