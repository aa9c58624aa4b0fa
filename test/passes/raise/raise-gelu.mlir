// RUN: fovea-opt %s --fovea-raise-gelu --split-input-file | FileCheck %s

// CHECK-LABEL: func.func @divided
// CHECK-NEXT: %[[R:.+]] = onnx.Gelu %arg0 : (tensor<2x8xf32>) -> tensor<2x8xf32>
// CHECK-NEXT: return %[[R]]
func.func @divided(%x: tensor<2x8xf32>) -> tensor<2x8xf32> {
  %sqrt2 = onnx.Constant : tensor<f32> = dense<1.41421354> : tensor<f32>
  %one = onnx.Constant : tensor<f32> = dense<1.0> : tensor<f32>
  %half = onnx.Constant : tensor<f32> = dense<0.5> : tensor<f32>
  %0 = onnx.Div %x, %sqrt2 : (tensor<2x8xf32>, tensor<f32>) -> tensor<2x8xf32>
  %1 = onnx.Erf %0 : (tensor<2x8xf32>) -> tensor<2x8xf32>
  %2 = onnx.Add %1, %one : (tensor<2x8xf32>, tensor<f32>) -> tensor<2x8xf32>
  %3 = onnx.Mul %x, %2 : (tensor<2x8xf32>, tensor<2x8xf32>) -> tensor<2x8xf32>
  %4 = onnx.Mul %3, %half : (tensor<2x8xf32>, tensor<f32>) -> tensor<2x8xf32>
  return %4 : tensor<2x8xf32>
}

// -----

// x / 2 first, and x itself a product.

// CHECK-LABEL: func.func @half_first
// CHECK: %[[X:.+]] = onnx.Mul %arg0, %arg1
// CHECK-NEXT: %[[R:.+]] = onnx.Gelu %[[X]]
// CHECK-NEXT: return %[[R]]
func.func @half_first(%a: tensor<2x8xf32>, %b: tensor<2x8xf32>) -> tensor<2x8xf32> {
  %c = onnx.Constant : tensor<1xf32> = dense<0.707106769> : tensor<1xf32>
  %one = onnx.Constant : tensor<1xf32> = dense<1.0> : tensor<1xf32>
  %half = onnx.Constant : tensor<1xf32> = dense<0.5> : tensor<1xf32>
  %x = onnx.Mul %a, %b : (tensor<2x8xf32>, tensor<2x8xf32>) -> tensor<2x8xf32>
  %0 = onnx.Mul %c, %x : (tensor<1xf32>, tensor<2x8xf32>) -> tensor<2x8xf32>
  %1 = onnx.Erf %0 : (tensor<2x8xf32>) -> tensor<2x8xf32>
  %2 = onnx.Add %one, %1 : (tensor<1xf32>, tensor<2x8xf32>) -> tensor<2x8xf32>
  %3 = onnx.Mul %half, %x : (tensor<1xf32>, tensor<2x8xf32>) -> tensor<2x8xf32>
  %4 = onnx.Mul %2, %3 : (tensor<2x8xf32>, tensor<2x8xf32>) -> tensor<2x8xf32>
  return %4 : tensor<2x8xf32>
}

// -----

// The half inside: x * (0.5 * (1 + erf)), with constants rounded to f16.

// CHECK-LABEL: func.func @half_inside
// CHECK-NEXT: onnx.Gelu %arg0
func.func @half_inside(%x: tensor<2x8xf16>) -> tensor<2x8xf16> {
  %sqrt2 = onnx.Constant : tensor<f16> = dense<1.4140625> : tensor<f16>
  %one = onnx.Constant : tensor<f16> = dense<1.0> : tensor<f16>
  %half = onnx.Constant : tensor<f16> = dense<0.5> : tensor<f16>
  %0 = onnx.Div %x, %sqrt2 : (tensor<2x8xf16>, tensor<f16>) -> tensor<2x8xf16>
  %1 = onnx.Erf %0 : (tensor<2x8xf16>) -> tensor<2x8xf16>
  %2 = onnx.Add %1, %one : (tensor<2x8xf16>, tensor<f16>) -> tensor<2x8xf16>
  %3 = onnx.Mul %2, %half : (tensor<2x8xf16>, tensor<f16>) -> tensor<2x8xf16>
  %4 = onnx.Mul %x, %3 : (tensor<2x8xf16>, tensor<2x8xf16>) -> tensor<2x8xf16>
  return %4 : tensor<2x8xf16>
}

// -----

// CHECK-LABEL: func.func @tanh_power
// CHECK-NEXT: onnx.Gelu %arg0 {approximate = "tanh"}
func.func @tanh_power(%x: tensor<2x8xf32>) -> tensor<2x8xf32> {
  %three = onnx.Constant : tensor<f32> = dense<3.0> : tensor<f32>
  %a = onnx.Constant : tensor<f32> = dense<0.044715> : tensor<f32>
  %k = onnx.Constant : tensor<f32> = dense<0.797884583> : tensor<f32>
  %one = onnx.Constant : tensor<f32> = dense<1.0> : tensor<f32>
  %half = onnx.Constant : tensor<f32> = dense<0.5> : tensor<f32>
  %0 = onnx.Pow %x, %three : (tensor<2x8xf32>, tensor<f32>) -> tensor<2x8xf32>
  %1 = onnx.Mul %0, %a : (tensor<2x8xf32>, tensor<f32>) -> tensor<2x8xf32>
  %2 = onnx.Add %x, %1 : (tensor<2x8xf32>, tensor<2x8xf32>) -> tensor<2x8xf32>
  %3 = onnx.Mul %2, %k : (tensor<2x8xf32>, tensor<f32>) -> tensor<2x8xf32>
  %4 = onnx.Tanh %3 : (tensor<2x8xf32>) -> tensor<2x8xf32>
  %5 = onnx.Add %4, %one : (tensor<2x8xf32>, tensor<f32>) -> tensor<2x8xf32>
  %6 = onnx.Mul %x, %half : (tensor<2x8xf32>, tensor<f32>) -> tensor<2x8xf32>
  %7 = onnx.Mul %6, %5 : (tensor<2x8xf32>, tensor<2x8xf32>) -> tensor<2x8xf32>
  return %7 : tensor<2x8xf32>
}

// -----

// x * k * (1 + a * x * x) inside.

// CHECK-LABEL: func.func @tanh_factored
// CHECK-NEXT: onnx.Gelu %arg0 {approximate = "tanh"}
func.func @tanh_factored(%x: tensor<2x8xf32>) -> tensor<2x8xf32> {
  %a = onnx.Constant : tensor<f32> = dense<0.044715> : tensor<f32>
  %k = onnx.Constant : tensor<f32> = dense<0.797884583> : tensor<f32>
  %one = onnx.Constant : tensor<f32> = dense<1.0> : tensor<f32>
  %half = onnx.Constant : tensor<f32> = dense<0.5> : tensor<f32>
  %0 = onnx.Mul %x, %a : (tensor<2x8xf32>, tensor<f32>) -> tensor<2x8xf32>
  %1 = onnx.Mul %0, %x : (tensor<2x8xf32>, tensor<2x8xf32>) -> tensor<2x8xf32>
  %2 = onnx.Add %1, %one : (tensor<2x8xf32>, tensor<f32>) -> tensor<2x8xf32>
  %3 = onnx.Mul %x, %k : (tensor<2x8xf32>, tensor<f32>) -> tensor<2x8xf32>
  %4 = onnx.Mul %3, %2 : (tensor<2x8xf32>, tensor<2x8xf32>) -> tensor<2x8xf32>
  %5 = onnx.Tanh %4 : (tensor<2x8xf32>) -> tensor<2x8xf32>
  %6 = onnx.Add %5, %one : (tensor<2x8xf32>, tensor<f32>) -> tensor<2x8xf32>
  %7 = onnx.Mul %x, %half : (tensor<2x8xf32>, tensor<f32>) -> tensor<2x8xf32>
  %8 = onnx.Mul %7, %6 : (tensor<2x8xf32>, tensor<2x8xf32>) -> tensor<2x8xf32>
  return %8 : tensor<2x8xf32>
}

// -----

// As the complement of Erf, and as 1 - tanh: both of the opposite argument.

// CHECK-LABEL: func.func @complement
// CHECK-NOT: onnx.Erf
// CHECK: onnx.Gelu %{{.+}} : (tensor<2x8xf32>)
func.func @complement(%x: tensor<2x8xf32>) -> tensor<2x8xf32> {
  %k = onnx.Constant : tensor<f32> = dense<0.707106769> : tensor<f32>
  %one = onnx.Constant : tensor<f32> = dense<1.0> : tensor<f32>
  %two = onnx.Constant : tensor<f32> = dense<2.0> : tensor<f32>
  %n = onnx.Neg %x : (tensor<2x8xf32>) -> tensor<2x8xf32>
  %a = onnx.Mul %n, %k : (tensor<2x8xf32>, tensor<f32>) -> tensor<2x8xf32>
  %e = onnx.Erf %a : (tensor<2x8xf32>) -> tensor<2x8xf32>
  %c = onnx.Sub %one, %e : (tensor<f32>, tensor<2x8xf32>) -> tensor<2x8xf32>
  %h = onnx.Div %c, %two : (tensor<2x8xf32>, tensor<f32>) -> tensor<2x8xf32>
  %y = onnx.Mul %x, %h : (tensor<2x8xf32>, tensor<2x8xf32>) -> tensor<2x8xf32>
  return %y : tensor<2x8xf32>
}

// -----

// The cube as a product of three, the half on x.

// CHECK-LABEL: func.func @tanh_cubed
// CHECK-NOT: onnx.Tanh
// CHECK: onnx.Gelu %{{.+}} {approximate = "tanh"}
func.func @tanh_cubed(%x: tensor<2x8xf32>) -> tensor<2x8xf32> {
  %k = onnx.Constant : tensor<f32> = dense<0.797884583> : tensor<f32>
  %b = onnx.Constant : tensor<f32> = dense<4.471500e-02> : tensor<f32>
  %one = onnx.Constant : tensor<f32> = dense<1.0> : tensor<f32>
  %half = onnx.Constant : tensor<f32> = dense<0.5> : tensor<f32>
  %h = onnx.Mul %half, %x : (tensor<f32>, tensor<2x8xf32>) -> tensor<2x8xf32>
  %s = onnx.Mul %x, %x : (tensor<2x8xf32>, tensor<2x8xf32>) -> tensor<2x8xf32>
  %q = onnx.Mul %s, %x : (tensor<2x8xf32>, tensor<2x8xf32>) -> tensor<2x8xf32>
  %p = onnx.Mul %b, %q : (tensor<f32>, tensor<2x8xf32>) -> tensor<2x8xf32>
  %i = onnx.Add %x, %p : (tensor<2x8xf32>, tensor<2x8xf32>) -> tensor<2x8xf32>
  %a = onnx.Mul %i, %k : (tensor<2x8xf32>, tensor<f32>) -> tensor<2x8xf32>
  %t = onnx.Tanh %a : (tensor<2x8xf32>) -> tensor<2x8xf32>
  %u = onnx.Add %one, %t : (tensor<f32>, tensor<2x8xf32>) -> tensor<2x8xf32>
  %y = onnx.Mul %h, %u : (tensor<2x8xf32>, tensor<2x8xf32>) -> tensor<2x8xf32>
  return %y : tensor<2x8xf32>
}
