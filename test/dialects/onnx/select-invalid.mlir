// RUN: fovea-opt %s --fovea-infer-shapes -verify-diagnostics -split-input-file

func.func @scan_axis(%a: tensor<2xf32>) {
  %b = onnx.Constant : tensor<i64> = dense<1> : tensor<i64>
  // expected-error @below {{axis 1 is outside [-1, 1), the dimensions of a tensor of rank 1}}
  %0 = onnx.CumSum %a, %b : (tensor<2xf32>, tensor<i64>) -> tensor<*xf32>
  return
}

// -----

func.func @scan_axes(%a: tensor<2xf32>, %b: tensor<2xi64>) {
  // expected-error @below {{operand axis has extents [2], expected one element}}
  %0 = onnx.CumSum %a, %b : (tensor<2xf32>, tensor<2xi64>) -> tensor<*xf32>
  return
}

// -----

func.func @hot_values(%a: tensor<2xi64>, %b: tensor<i64>, %c: tensor<3xf32>) {
  // expected-error @below {{operand values has extents [3], expected [2]}}
  %0 = onnx.OneHot %a, %b, %c : (tensor<2xi64>, tensor<i64>, tensor<3xf32>) -> tensor<*xf32>
  return
}

// -----

func.func @hot_depth(%a: tensor<2xi64>, %c: tensor<2xf32>) {
  %b = onnx.Constant : tensor<f32> = dense<0.5> : tensor<f32>
  // expected-error @below {{has a depth of 5.000000e-01, expected 1 to 1e15}}
  %0 = onnx.OneHot %a, %b, %c : (tensor<2xi64>, tensor<f32>, tensor<2xf32>) -> tensor<*xf32>
  return
}

// -----

func.func @hot_overflow(%a: tensor<2xi64>, %c: tensor<2xf32>) {
  %b = onnx.Constant : tensor<i64> = dense<9223372036854775807> : tensor<i64>
  // expected-error @below {{has a depth of 9.223372e+18, expected 1 to 1e15}}
  %0 = onnx.OneHot %a, %b, %c : (tensor<2xi64>, tensor<i64>, tensor<2xf32>) -> tensor<*xf32>
  return
}

// -----

func.func @top(%a: tensor<5xf32>) {
  %b = onnx.Constant : tensor<i64> = dense<6> : tensor<i64>
  // expected-error @below {{asks for 6 elements along axis 0 of operand x [5]}}
  %0:2 = onnx.TopK %a, %b : (tensor<5xf32>, tensor<i64>) -> (tensor<*xf32>, tensor<*xi64>)
  return
}

// -----

func.func @top_negative(%a: tensor<?xf32>) {
  %b = onnx.Constant : tensor<i64> = dense<-9223372036854775808> : tensor<i64>
  // expected-error @below {{asks for -9223372036854775808 elements along axis 0 of operand x [?]}}
  %0:2 = onnx.TopK %a, %b : (tensor<?xf32>, tensor<i64>) -> (tensor<*xf32>, tensor<*xi64>)
  return
}

// -----

func.func @top_declared(%a: tensor<5xf32>, %b: tensor<i64>) {
  // expected-error @below {{is declared to choose 7 elements along axis 0 of operand x [5]}}
  %0:2 = onnx.TopK %a, %b : (tensor<5xf32>, tensor<i64>) -> (tensor<7xf32>, tensor<7xi64>)
  return
}

// -----

func.func @compressed_axis(%a: tensor<5xf32>, %b: tensor<5xi1>) {
  // expected-error @below {{axis 1 is outside [-1, 1), the dimensions of a tensor of rank 1}}
  %0 = onnx.Compress %a, %b {axis = 1 : si64} : (tensor<5xf32>, tensor<5xi1>) -> tensor<*xf32>
  return
}

// -----

func.func @unique_overflow(%a: tensor<4x4611686018427387904xi8>) {
  // expected-error @below {{operand x [4, 4611686018427387904] has more elements than fit any memory}}
  %0:4 = onnx.Unique %a : (tensor<4x4611686018427387904xi8>) -> (tensor<*xi8>, tensor<*xi64>, tensor<*xi64>, tensor<*xi64>)
  return
}

// -----

func.func @boxes(%a: tensor<1x6x5xf32>, %b: tensor<1x1x6xf32>) {
  %none = onnx.none
  // expected-error @below {{operand boxes has extents [1, 6, 5], expected [batch, boxes, 4]}}
  %0 = onnx.NonMaxSuppression %a, %b, %none, %none, %none : (tensor<1x6x5xf32>, tensor<1x1x6xf32>, none, none, none) -> tensor<*xi64>
  return
}

// -----

func.func @scores(%a: tensor<1x6x4xf32>, %b: tensor<1x6xf32>) {
  %none = onnx.none
  // expected-error @below {{operand scores has extents [1, 6], expected [batch, classes, boxes]}}
  %0 = onnx.NonMaxSuppression %a, %b, %none, %none, %none : (tensor<1x6x4xf32>, tensor<1x6xf32>, none, none, none) -> tensor<*xi64>
  return
}

// -----

func.func @boxes_scores(%a: tensor<1x6x4xf32>, %b: tensor<1x1x7xf32>) {
  %none = onnx.none
  // expected-error @below {{operands boxes [1, 6, 4] and scores [1, 1, 7] differ in the number of boxes}}
  %0 = onnx.NonMaxSuppression %a, %b, %none, %none, %none : (tensor<1x6x4xf32>, tensor<1x1x7xf32>, none, none, none) -> tensor<*xi64>
  return
}

// -----

func.func @thresholds(%a: tensor<1x6x4xf32>, %b: tensor<1x1x6xf32>, %c: tensor<2xf32>) {
  %none = onnx.none
  // expected-error @below {{operand iou_threshold has extents [2], expected one element}}
  %0 = onnx.NonMaxSuppression %a, %b, %none, %c, %none : (tensor<1x6x4xf32>, tensor<1x1x6xf32>, none, tensor<2xf32>, none) -> tensor<*xi64>
  return
}
