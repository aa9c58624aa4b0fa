// RUN: fovea-opt %s --fovea-infer-shapes -verify-diagnostics -split-input-file

func.func @batch_norm_inference(%x: tensor<2x3x4xf32>, %p: tensor<3xf32>) {
  // expected-error @below {{has 2 results, expected one: statistics come out in training only}}
  %0:2 = onnx.BatchNormalization %x, %p, %p, %p, %p {epsilon = 1.0e-05 : f32, momentum = 0.9 : f32, training = false} : (tensor<2x3x4xf32>, tensor<3xf32>, tensor<3xf32>, tensor<3xf32>, tensor<3xf32>) -> (tensor<2x3x4xf32>, tensor<3xf32>)
  return
}

// -----

func.func @lrn_size(%x: tensor<2x3x4xf32>) {
  // expected-error @below {{has size = 0, expected at least 1}}
  %0 = onnx.LRN %x {size = 0 : si64, alpha = 1.0 : f32, beta = 0.75 : f32, bias = 1.0 : f32} : (tensor<2x3x4xf32>) -> tensor<2x3x4xf32>
  return
}

// -----

func.func @axis(%a: tensor<2x3xf32>) {
  // expected-error @below {{axis 2 is outside [-2, 2), the dimensions of a tensor of rank 2}}
  %0 = onnx.Softmax %a {axis = 2 : si64} : (tensor<2x3xf32>) -> tensor<*xf32>
  return
}

// -----

func.func @groups(%x: tensor<2x6x4xf32>, %p: tensor<6xf32>) {
  // expected-error @below {{cannot cut 6 channels into 4 groups}}
  %0 = onnx.GroupNormalization %x, %p, %p {epsilon = 1.0e-05 : f32, num_groups = 4 : si64} : (tensor<2x6x4xf32>, tensor<6xf32>, tensor<6xf32>) -> tensor<*xf32>
  return
}

// -----

func.func @group_scale(%x: tensor<2x6x4xf32>, %p: tensor<3xf32>, %q: tensor<6xf32>) {
  // expected-error @below {{operand scale has extents [3], expected [6] or [2]: an element for each channel or group}}
  %0 = onnx.GroupNormalization %x, %p, %q {epsilon = 1.0e-05 : f32, num_groups = 2 : si64} : (tensor<2x6x4xf32>, tensor<3xf32>, tensor<6xf32>) -> tensor<*xf32>
  return
}

// -----

func.func @instances(%x: tensor<6xf32>, %p: tensor<6xf32>) {
  // expected-error @below {{operand x [6] has no channels, expected [batch, channels, ...]}}
  %0 = onnx.InstanceNormalization %x, %p, %p {epsilon = 1.0e-05 : f32} : (tensor<6xf32>, tensor<6xf32>, tensor<6xf32>) -> tensor<*xf32>
  return
}

// -----

func.func @batch_mean(%x: tensor<2x3x4xf32>, %p: tensor<3xf32>, %m: tensor<2xf32>) {
  // expected-error @below {{operand mean has extents [2], expected [3]: an element for each channel}}
  %0 = onnx.BatchNormalization %x, %p, %p, %m, %p {epsilon = 1.0e-05 : f32, momentum = 0.9 : f32, training = false} : (tensor<2x3x4xf32>, tensor<3xf32>, tensor<3xf32>, tensor<2xf32>, tensor<3xf32>) -> tensor<*xf32>
  return
}

// -----

func.func @rms_scale(%x: tensor<2x3xf32>, %s: tensor<4xf32>) {
  // expected-error @below {{operand scale [4] does not broadcast to operand x [2, 3]}}
  %0 = onnx.RMSNormalization %x, %s {epsilon = 1.0e-05 : f32} : (tensor<2x3xf32>, tensor<4xf32>) -> tensor<*xf32>
  return
}

// -----

func.func @hardmax_axis(%x: tensor<2x3xf32>) {
  // expected-error @below {{axis 2 is outside [-2, 2), the dimensions of a tensor of rank 2}}
  %0 = onnx.Hardmax %x {axis = 2 : si64} : (tensor<2x3xf32>) -> tensor<*xf32>
  return
}

// -----

func.func @layer_results(%a: tensor<2x3xf32>, %b: tensor<3xf32>) {
  %none = onnx.none
  // expected-error @below {{has 4 results, expected at most three: y, mean, inverse deviation}}
  %0:4 = onnx.LayerNormalization %a, %b, %none {epsilon = 1.0e-05 : f32} : (tensor<2x3xf32>, tensor<3xf32>, none) -> (tensor<*xf32>, tensor<*xf32>, tensor<*xf32>, tensor<*xf32>)
  return
}

// -----

func.func @layer_scale(%a: tensor<2x3xf32>, %b: tensor<4xf32>) {
  %none = onnx.none
  // expected-error @below {{operand scale [4] does not broadcast to the normalized dimensions [3]}}
  %0 = onnx.LayerNormalization %a, %b, %none {epsilon = 1.0e-05 : f32} : (tensor<2x3xf32>, tensor<4xf32>, none) -> tensor<*xf32>
  return
}

// -----

func.func @layer_types(%a: tensor<2x3xf32>, %b: tensor<3xf32>, %c: tensor<3xf16>) {
  // expected-error @below {{operand scale has elements of type 'f32' but operand bias of type 'f16'; insert a Cast in the model}}
  %0 = onnx.LayerNormalization %a, %b, %c {epsilon = 1.0e-05 : f32} : (tensor<2x3xf32>, tensor<3xf32>, tensor<3xf16>) -> tensor<*xf32>
  return
}

// -----

func.func @no_groups(%a: tensor<2x?x4xf32>, %b: tensor<6xf32>, %c: tensor<6xf32>) {
  // expected-error @below {{has num_groups = 0, expected at least 1}}
  %0 = onnx.GroupNormalization %a, %b, %c {epsilon = 1.0e-05 : f32, num_groups = 0 : si64} : (tensor<2x?x4xf32>, tensor<6xf32>, tensor<6xf32>) -> tensor<*xf32>
  return
}

// -----

func.func @scale_rank(%a: tensor<2x?x4xf32>, %b: tensor<6x1xf32>, %c: tensor<6xf32>) {
  // expected-error @below {{operand scale has extents [6, 1], expected [?]: an element for each channel}}
  %0 = onnx.InstanceNormalization %a, %b, %c {epsilon = 1.0e-05 : f32} : (tensor<2x?x4xf32>, tensor<6x1xf32>, tensor<6xf32>) -> tensor<*xf32>
  return
}

// -----

func.func @batch_norm_training(%a: tensor<2x3x4xf32>, %b: tensor<3xf32>, %c: tensor<3xf32>, %d: tensor<3xf32>, %e: tensor<3xf32>) {
  // expected-error @below {{has 4 results, expected at most three: y, mean, variance}}
  %0:4 = onnx.BatchNormalization %a, %b, %c, %d, %e {epsilon = 1.0e-05 : f32, momentum = 0.9 : f32, training = true} : (tensor<2x3x4xf32>, tensor<3xf32>, tensor<3xf32>, tensor<3xf32>, tensor<3xf32>) -> (tensor<*xf32>, tensor<*xf32>, tensor<*xf32>, tensor<*xf32>)
  return
}

// -----

func.func @lrn_rank(%a: tensor<3xf32>) {
  // expected-error @below {{operand x [3] has no channels, expected [batch, channels, ...]}}
  %0 = onnx.LRN %a {size = 1 : si64, alpha = 1.0 : f32, beta = 0.75 : f32, bias = 1.0 : f32} : (tensor<3xf32>) -> tensor<*xf32>
  return
}
