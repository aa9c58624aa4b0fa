// RUN: fovea-opt %s --fovea-simplify-graph -verify-diagnostics -split-input-file -o /dev/null

// A product over the rows.
func.func @mixed(%mask: tensor<64xi1>, %x: tensor<64x16xf32>, %y: tensor<64x16xf32>) -> tensor<*xf32> {
  // expected-error @below {{has extents that depend on computed values: 'tensor<1x?xi64>'}}
  %0 = onnx.NonZero %mask : (tensor<64xi1>) -> tensor<*xi64>
  %1 = onnx.Transpose %0 {permutation = array<i64: 1, 0>} : (tensor<*xi64>) -> tensor<*xi64>
  %2 = onnx.GatherND %x, %1 : (tensor<64x16xf32>, tensor<*xi64>) -> tensor<*xf32>
  %3 = onnx.Transpose %2 {permutation = array<i64: 1, 0>} : (tensor<*xf32>) -> tensor<*xf32>
  // expected-note @below {{the positions found cannot be taken some at a time: 'onnx.MatMul' mixes them}}
  %4 = onnx.MatMul %3, %2 : (tensor<*xf32>, tensor<*xf32>) -> tensor<*xf32>
  return %4 : tensor<*xf32>
}

// -----

// A softmax over the rows.
func.func @normalized(%mask: tensor<64xi1>, %x: tensor<64x4xf32>, %y: tensor<64x4xf32>) -> tensor<*xf32> {
  // expected-error @below {{has extents that depend on computed values}}
  %0 = onnx.NonZero %mask : (tensor<64xi1>) -> tensor<*xi64>
  %1 = onnx.Transpose %0 {permutation = array<i64: 1, 0>} : (tensor<*xi64>) -> tensor<*xi64>
  %2 = onnx.GatherND %x, %1 : (tensor<64x4xf32>, tensor<*xi64>) -> tensor<*xf32>
  // expected-note @below {{'onnx.Softmax' mixes them}}
  %3 = onnx.Softmax %2 {axis = 0 : si64} : (tensor<*xf32>) -> tensor<*xf32>
  %4 = onnx.ScatterND %y, %1, %3 : (tensor<64x4xf32>, tensor<*xi64>, tensor<*xf32>) -> tensor<*xf32>
  return %4 : tensor<*xf32>
}

// -----

// Their number is a number that is computed with: one over it.
func.func @averaged(%mask: tensor<64xi1>, %x: tensor<64x4xf32>, %y: tensor<64x4xf32>) -> tensor<*xf32> {
  // expected-error @below {{has extents that depend on computed values}}
  %0 = onnx.NonZero %mask : (tensor<64xi1>) -> tensor<*xi64>
  %1 = onnx.Transpose %0 {permutation = array<i64: 1, 0>} : (tensor<*xi64>) -> tensor<*xi64>
  %2 = onnx.GatherND %x, %1 : (tensor<64x4xf32>, tensor<*xi64>) -> tensor<*xf32>
  %3 = onnx.Shape %1 {end = 1 : si64} : (tensor<*xi64>) -> tensor<*xi64>
  // expected-note @below {{'onnx.Cast' computes with their number}}
  %4 = onnx.Cast %3 {to = f32} : (tensor<*xi64>) -> tensor<*xf32>
  %5 = onnx.Div %2, %4 : (tensor<*xf32>, tensor<*xf32>) -> tensor<*xf32>
  %6 = onnx.ScatterND %y, %1, %5 : (tensor<64x4xf32>, tensor<*xi64>, tensor<*xf32>) -> tensor<*xf32>
  return %6 : tensor<*xf32>
}

// -----

// All but the last.
func.func @cut(%mask: tensor<64xi1>, %x: tensor<64x4xf32>, %y: tensor<64x4xf32>) -> tensor<*xf32> {
  %zero = onnx.Constant : tensor<1xi64> = dense<0> : tensor<1xi64>
  %last = onnx.Constant : tensor<1xi64> = dense<-1> : tensor<1xi64>
  %none = onnx.none {value}
  // expected-error @below {{has extents that depend on computed values}}
  %0 = onnx.NonZero %mask : (tensor<64xi1>) -> tensor<*xi64>
  %1 = onnx.Transpose %0 {permutation = array<i64: 1, 0>} : (tensor<*xi64>) -> tensor<*xi64>
  // expected-note @below {{'onnx.Slice' has extents that are no multiple of their number}}
  %2 = onnx.Slice %1, %zero, %last, %zero, %none : (tensor<*xi64>, tensor<1xi64>, tensor<1xi64>, tensor<1xi64>, none) -> tensor<*xi64>
  %3 = onnx.GatherND %x, %2 : (tensor<64x4xf32>, tensor<*xi64>) -> tensor<*xf32>
  %4 = onnx.ScatterND %y, %2, %3 : (tensor<64x4xf32>, tensor<*xi64>, tensor<*xf32>) -> tensor<*xf32>
  return %4 : tensor<*xf32>
}

// -----

// As many as fit: all of the few that are tried, but not of all that may be found.
func.func @capped(%mask: tensor<8192xi1>, %x: tensor<8192x4xf32>, %y: tensor<8192x4xf32>) -> tensor<*xf32> {
  %zero = onnx.Constant : tensor<1xi64> = dense<0> : tensor<1xi64>
  %most = onnx.Constant : tensor<1xi64> = dense<4096> : tensor<1xi64>
  %none = onnx.none {value}
  // expected-error @below {{has extents that depend on computed values}}
  %0 = onnx.NonZero %mask : (tensor<8192xi1>) -> tensor<*xi64>
  %1 = onnx.Transpose %0 {permutation = array<i64: 1, 0>} : (tensor<*xi64>) -> tensor<*xi64>
  // expected-note @below {{'onnx.Slice' mixes them}}
  %2 = onnx.Slice %1, %zero, %most, %zero, %none : (tensor<*xi64>, tensor<1xi64>, tensor<1xi64>, tensor<1xi64>, none) -> tensor<*xi64>
  %3 = onnx.GatherND %x, %2 : (tensor<8192x4xf32>, tensor<*xi64>) -> tensor<*xf32>
  %4 = onnx.ScatterND %y, %2, %3 : (tensor<8192x4xf32>, tensor<*xi64>, tensor<*xf32>) -> tensor<*xf32>
  return %4 : tensor<*xf32>
}

// -----

// In reverse.
func.func @turned(%mask: tensor<64xi1>, %y: tensor<64xi64>) -> tensor<*xi64> {
  %zero = onnx.Constant : tensor<1xi64> = dense<0> : tensor<1xi64>
  %back = onnx.Constant : tensor<1xi64> = dense<-1> : tensor<1xi64>
  %end = onnx.Constant : tensor<1xi64> = dense<-9223372036854775808> : tensor<1xi64>
  %flat = onnx.Constant : tensor<1xi64> = dense<-1> : tensor<1xi64>
  // expected-error @below {{has extents that depend on computed values}}
  %0 = onnx.NonZero %mask : (tensor<64xi1>) -> tensor<*xi64>
  %1 = onnx.Transpose %0 {permutation = array<i64: 1, 0>} : (tensor<*xi64>) -> tensor<*xi64>
  // expected-note @below {{'onnx.Slice' mixes them}}
  %2 = onnx.Slice %1, %back, %end, %zero, %back : (tensor<*xi64>, tensor<1xi64>, tensor<1xi64>, tensor<1xi64>, tensor<1xi64>) -> tensor<*xi64>
  %3 = onnx.Reshape %2, %flat : (tensor<*xi64>, tensor<1xi64>) -> tensor<*xi64>
  %4 = onnx.ScatterND %y, %1, %3 : (tensor<64xi64>, tensor<*xi64>, tensor<*xi64>) -> tensor<*xi64>
  return %4 : tensor<*xi64>
}

// -----

// The rows' numbers and the channels, side by side in one dimension.
func.func @interleaved(%mask: tensor<8x8xi1>, %y: tensor<64xi64>) -> tensor<*xi64> {
  %column = onnx.Constant : tensor<2xi64> = dense<[-1, 1]> : tensor<2xi64>
  %flat = onnx.Constant : tensor<1xi64> = dense<-1> : tensor<1xi64>
  // expected-error @below {{has extents that depend on computed values}}
  %0 = onnx.NonZero %mask : (tensor<8x8xi1>) -> tensor<*xi64>
  // expected-note @below {{'onnx.Reshape' mixes them}}
  %1 = onnx.Reshape %0, %column : (tensor<*xi64>, tensor<2xi64>) -> tensor<*xi64>
  %2 = onnx.Reshape %1, %flat : (tensor<*xi64>, tensor<1xi64>) -> tensor<*xi64>
  %3 = onnx.ScatterND %y, %1, %2 : (tensor<64xi64>, tensor<*xi64>, tensor<*xi64>) -> tensor<*xi64>
  return %3 : tensor<*xi64>
}

// -----

// The positions themselves are the result.
func.func @returned(%mask: tensor<64xi1>) -> tensor<*xi64> {
  // expected-error @below {{has extents that depend on computed values}}
  %0 = onnx.NonZero %mask : (tensor<64xi1>) -> tensor<*xi64>
  // expected-note @below {{'func.return' is outside of their computation}}
  return %0 : tensor<*xi64>
}
