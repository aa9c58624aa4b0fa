// RUN: fovea-opt %s --fovea-infer-shapes -verify-diagnostics -split-input-file

func.func @broadcast(%a: tensor<2x3xf32>, %b: tensor<4x3xf32>) {
  // expected-error @below {{operand a [2, 3] and operand b [4, 3] do not broadcast: extents 2 and 4 of dimension -2 differ and neither is 1}}
  %0 = onnx.Add %a, %b : (tensor<2x3xf32>, tensor<4x3xf32>) -> tensor<*xf32>
  return
}

// -----

func.func @inner(%a: tensor<?x3xf32>, %b: tensor<4x3xf32>) {
  // expected-error @below {{operand a [?, 3] and operand b [4, 3] have inner extents 3 and 4, which must be equal}}
  %0 = onnx.MatMul %a, %b : (tensor<?x3xf32>, tensor<4x3xf32>) -> tensor<*xf32>
  return
}

// -----

func.func @reshape(%a: tensor<2x3xf32>) {
  %s = onnx.Constant : tensor<2xi64> = dense<[4, 2]> : tensor<2xi64>
  // expected-error @below {{cannot reshape operand x [2, 3] of 6 elements to [4, 2] of 8}}
  %0 = onnx.Reshape %a, %s : (tensor<2x3xf32>, tensor<2xi64>) -> tensor<*xf32>
  return
}

// -----

func.func @reshape_remainder(%a: tensor<2x3xf32>) {
  %s = onnx.Constant : tensor<2xi64> = dense<[4, -1]> : tensor<2xi64>
  // expected-error @below {{6 is not a multiple of 4}}
  %0 = onnx.Reshape %a, %s : (tensor<2x3xf32>, tensor<2xi64>) -> tensor<*xf32>
  return
}

// -----

func.func @axis(%a: tensor<2x3xf32>) {
  // expected-error @below {{axis 2 is outside [-2, 2), the dimensions of a tensor of rank 2}}
  %0 = onnx.Softmax %a {axis = 2 : si64} : (tensor<2x3xf32>) -> tensor<*xf32>
  return
}

// -----

func.func @squeeze(%a: tensor<2x3xf32>) {
  %s = onnx.Constant : tensor<1xi64> = dense<1> : tensor<1xi64>
  // expected-error @below {{cannot drop dimension 1 of operand x [2, 3]: its extent is 3, not 1}}
  %0 = onnx.Squeeze %a, %s : (tensor<2x3xf32>, tensor<1xi64>) -> tensor<*xf32>
  return
}

// -----

func.func @twice(%a: tensor<2x3xf32>) {
  %none = onnx.none
  %s = onnx.Constant : tensor<2xi64> = dense<[1, -1]> : tensor<2xi64>
  // expected-error @below {{names axis 1 twice}}
  %0 = onnx.ReduceSum %a, %s : (tensor<2x3xf32>, tensor<2xi64>) -> tensor<*xf32>
  return
}

// -----

func.func @concat(%a: tensor<2x3xf32>, %b: tensor<2x4xf32>) {
  // expected-error @below {{input 1 [2, 4] and input 0 [2, 3] differ in dimension 1, which is not the axis}}
  %0 = onnx.Concat %a, %b {axis = 0 : si64} : (tensor<2x3xf32>, tensor<2x4xf32>) -> tensor<*xf32>
  return
}

// -----

func.func @split(%a: tensor<2x5xf32>) {
  %s = onnx.Constant : tensor<2xi64> = dense<[1, 3]> : tensor<2xi64>
  // expected-error @below {{sizes add up to 4 but axis 1 of operand x [2, 5] has 5}}
  %0:2 = onnx.Split %a, %s {axis = 1 : si64} : (tensor<2x5xf32>, tensor<2xi64>) -> (tensor<*xf32>, tensor<*xf32>)
  return
}

// -----

func.func @step(%a: tensor<5xf32>) {
  %none = onnx.none
  %s = onnx.Constant : tensor<1xi64> = dense<0> : tensor<1xi64>
  // expected-error @below {{has a step of 0 along axis 0}}
  %0 = onnx.Slice %a, %s, %s, %s, %s : (tensor<5xf32>, tensor<1xi64>, tensor<1xi64>, tensor<1xi64>, tensor<1xi64>) -> tensor<*xf32>
  return
}

// -----

func.func @channels(%x: tensor<1x3x8x8xf32>, %w: tensor<4x2x3x3xf32>) {
  %none = onnx.none
  // expected-error @below {{operand x [1, 3, 8, 8] has 3 channels but operand w [4, 2, 3, 3] reads 2 in each of 2 groups}}
  %0 = onnx.Conv %x, %w, %none {dilations = array<i64: 1, 1>, group = 2 : si64, pads = array<i64: 0, 0, 0, 0>, strides = array<i64: 1, 1>} : (tensor<1x3x8x8xf32>, tensor<4x2x3x3xf32>, none) -> tensor<*xf32>
  return
}

// -----

func.func @kernel(%x: tensor<1x3x8xf32>, %w: tensor<4x3x5xf32>) {
  %none = onnx.none
  // expected-error @below {{kernel extent 5 with dilation 9223372036854775807 does not fit}}
  %0 = onnx.Conv %x, %w, %none {dilations = array<i64: 9223372036854775807>, group = 1 : si64, pads = array<i64: 0, 0>, strides = array<i64: 1>} : (tensor<1x3x8xf32>, tensor<4x3x5xf32>, none) -> tensor<*xf32>
  return
}

// -----

func.func @mask(%q: tensor<1x2x5x4xf32>, %m: tensor<5x6xi1>) {
  // expected-error @below {{operand mask [5, 6] does not broadcast to [batch, heads, queries, keys] [1, 2, 5, 5]}}
  %0 = onnx.Attention %q, %q, %q, %m {} : (tensor<1x2x5x4xf32>, tensor<1x2x5x4xf32>, tensor<1x2x5x4xf32>, tensor<5x6xi1>) -> tensor<*xf32>
  return
}

// -----

func.func @too_large(%a: tensor<f32>) {
  %s = onnx.Constant : tensor<3xi64> = dense<[4294967296, 4294967296, 4294967296]> : tensor<3xi64>
  // expected-error @below {{would make a tensor of extents [4294967296, 4294967296, 4294967296], more than fits any memory}}
  %0 = onnx.Expand %a, %s : (tensor<f32>, tensor<3xi64>) -> tensor<*xf32>
  return
}

// -----

func.func @negative() {
  %s = onnx.Constant : tensor<2xi64> = dense<[2, -5]> : tensor<2xi64>
  // expected-error @below {{asks for an extent of -5 in dimension 1}}
  %0 = onnx.ConstantOfShape %s {value = dense<0.0> : tensor<1xf32>} : (tensor<2xi64>) -> tensor<*xf32>
  return
}

// -----

func.func @endless(%a: tensor<f32>) {
  %zero = onnx.Constant : tensor<f32> = dense<0.0> : tensor<f32>
  %one = onnx.Constant : tensor<f32> = dense<1.0> : tensor<f32>
  // expected-error @below {{counts a range with a step of 0 or without an end}}
  %0 = onnx.Range %zero, %one, %zero : (tensor<f32>, tensor<f32>, tensor<f32>) -> tensor<*xf32>
  return
}

// -----

func.func @declared(%a: tensor<2xf32>) {
  // expected-error @below {{result #0 is declared 'tensor<3xf32>' but its operands make it 'tensor<2xf32>'}}
  %0 = onnx.Neg %a : (tensor<2xf32>) -> tensor<3xf32>
  return
}

// -----

func.func @einsum_rank(%a: tensor<2x3xf32>) {
  // expected-error @below {{the equation names 3 dimensions of operand 0, which has 2}}
  %0 = onnx.Einsum %a {equation = "ijk->i"} : (tensor<2x3xf32>) -> tensor<*xf32>
  return
}

// -----

func.func @einsum_extents(%a: tensor<2x3xf32>, %b: tensor<4x5xf32>) {
  // expected-error @below {{input 1 [4, 5] has the extent 4 where another input has 3 under the same label of "ij,jk->ik"}}
  %0 = onnx.Einsum %a, %b {equation = "ij,jk->ik"} : (tensor<2x3xf32>, tensor<4x5xf32>) -> tensor<*xf32>
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
  // expected-error @below {{operand scale has extents [3], expected a vector of as many elements as channels or groups: 6}}
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
  // expected-error @below {{operand mean has extents [2], expected a vector of as many elements as channels: 3}}
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
  // expected-error @below {{axis 2 is outside [-2, 2)}}
  %0 = onnx.Hardmax %x {axis = 2 : si64} : (tensor<2x3xf32>) -> tensor<*xf32>
  return
}

// -----

func.func @least_of_nothing(%x: tensor<2x0xf32>) {
  // expected-error @below {{operand x [2, 0] has nothing along axis 1}}
  %0 = onnx.ArgMin %x {axis = 1 : si64} : (tensor<2x0xf32>) -> tensor<*xi64>
  return
}

// -----

func.func @odd_pairs(%x: tensor<2x5xf32>, %c: tensor<2x2xf32>) {
  // expected-error @below {{turns 5 elements, which make no pairs}}
  %0 = onnx.RotaryEmbedding %x, %c, %c : (tensor<2x5xf32>, tensor<2x2xf32>, tensor<2x2xf32>) -> tensor<*xf32>
  return
}

// -----

func.func @short_rows(%x: tensor<2x4xf32>, %c: tensor<2x3xf32>) {
  // expected-error @below {{turns 6 elements of rows of 4}}
  %0 = onnx.RotaryEmbedding %x, %c, %c {rotated_size = 6 : si64} : (tensor<2x4xf32>, tensor<2x3xf32>, tensor<2x3xf32>) -> tensor<*xf32>
  return
}

// -----

func.func @angles(%x: tensor<2x4xf32>, %c: tensor<2x2xf32>, %s: tensor<3x2xf32>) {
  // expected-error @below {{operand sine}}
  %0 = onnx.RotaryEmbedding %x, %c, %s : (tensor<2x4xf32>, tensor<2x2xf32>, tensor<3x2xf32>) -> tensor<*xf32>
  return
}
