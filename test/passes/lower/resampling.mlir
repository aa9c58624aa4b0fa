// RUN: fovea-opt %s --fovea-lower-onnx | FileCheck %s

// CHECK-DAG: #[[$REPEAT:.*]] = affine_map<(d0, d1, d2, d3) -> (d0, d1, d2)>
// CHECK-DAG: #[[$SKIP:.*]] = affine_map<(d0, d1, d2) -> (d0, d1, d2 * 3 + 1)>
// CHECK-DAG: #[[$TAP0:.*]] = affine_map<(d0, d1, d2) -> (d2, 0)>
// CHECK-DAG: #[[$TAP1:.*]] = affine_map<(d0, d1, d2) -> (d2, 1)>
// CHECK-DAG: #[[$TAPS:.*]] = affine_map<(d0, d1, d2, d3) -> (d2, d3)>

// Every element twice: a loop that the map does not mention.
// CHECK-LABEL: func.func @repeat
func.func @repeat(%x: tensor<1x3x8xf32>) -> tensor<1x3x16xf32> {
  %none = onnx.none
  %s = onnx.Constant : tensor<3xf32> = dense<[1.0, 1.0, 2.0]> : tensor<3xf32>
  // CHECK: linalg.generic {indexing_maps = [#[[$REPEAT]], #{{.*}}]{{.*}} outs(%{{.*}} : tensor<1x3x8x2xf32>)
  // CHECK: tensor.collapse_shape
  %0 = onnx.Resize %x, %none, %s, %none {mode = "nearest", coordinate_transformation_mode = "asymmetric", nearest_mode = "floor", cubic_coeff_a = -7.500000e-01 : f32, exclude_outside = false, extrapolation_value = 0.000000e+00 : f32, antialias = false, keep_aspect_ratio_policy = "stretch"}
     : (tensor<1x3x8xf32>, none, tensor<3xf32>, none) -> tensor<1x3x16xf32>
  return %0 : tensor<1x3x16xf32>
}

// Every third element.
// CHECK-LABEL: func.func @skip
func.func @skip(%x: tensor<1x3x9xi64>, %sizes: tensor<3xi64>) -> tensor<1x3x3xi64> {
  %none = onnx.none
  // CHECK-NOT: tensor.extract
  // CHECK: linalg.generic {indexing_maps = [#[[$SKIP]]
  %0 = onnx.Resize %x, %none, %none, %sizes {mode = "nearest", coordinate_transformation_mode = "half_pixel", nearest_mode = "floor", cubic_coeff_a = -7.500000e-01 : f32, exclude_outside = false, extrapolation_value = 0.000000e+00 : f32, antialias = false, keep_aspect_ratio_policy = "stretch"}
     : (tensor<1x3x9xi64>, none, none, tensor<3xi64>) -> tensor<1x3x3xi64>
  return %0 : tensor<1x3x3xi64>
}

// Two neighbours and two constant weights; the other dimensions stay.
// CHECK-LABEL: func.func @linear
// CHECK-SAME:  (%[[X:.*]]: tensor<1x3x4xf32>)
func.func @linear(%x: tensor<1x3x4xf32>) -> tensor<1x3x8xf32> {
  %none = onnx.none
  %s = onnx.Constant : tensor<3xf32> = dense<[1.0, 1.0, 2.0]> : tensor<3xf32>
  // CHECK: %[[STARTS:.*]] = arith.constant dense<[-1, 0, 0, 1, 1, 2, 2, 3]> : tensor<8xi32>
  // CHECK: %[[W:.*]] = arith.constant dense<{{.*}}2.500000e-01, 7.500000e-01], [7.500000e-01, 2.500000e-01{{.*}} : tensor<8x2xf32>
  // CHECK: linalg.generic {indexing_maps = [#{{.*}}, #[[$TAP0]], #[[$TAP1]], #{{.*}}], {{.*}} ins(%[[STARTS]], %[[W]], %[[W]]
  // CHECK: arith.maxsi
  // CHECK: arith.minsi
  // CHECK: tensor.extract %[[X]]
  // CHECK-NOT: linalg.generic
  %0 = onnx.Resize %x, %none, %s, %none {mode = "linear", coordinate_transformation_mode = "half_pixel", nearest_mode = "floor", cubic_coeff_a = -7.500000e-01 : f32, exclude_outside = false, extrapolation_value = 0.000000e+00 : f32, antialias = false, keep_aspect_ratio_policy = "stretch"}
     : (tensor<1x3x4xf32>, none, tensor<3xf32>, none) -> tensor<1x3x8xf32>
  return %0 : tensor<1x3x8xf32>
}

// No axis has a size, so none shares a scale.
// CHECK-LABEL: func.func @no_axes
// CHECK-SAME:  (%[[X:.*]]: tensor<2x3xf32>)
func.func @no_axes(%x: tensor<2x3xf32>) -> tensor<2x3xf32> {
  %none = onnx.none
  %sizes = onnx.Constant : tensor<0xi64> = dense<> : tensor<0xi64>
  // CHECK: return %[[X]]
  %0 = onnx.Resize %x, %none, %none, %sizes {axes = array<i64>, mode = "linear", coordinate_transformation_mode = "half_pixel", nearest_mode = "floor", cubic_coeff_a = -7.500000e-01 : f32, exclude_outside = false, extrapolation_value = 0.000000e+00 : f32, antialias = false, keep_aspect_ratio_policy = "not_larger"}
     : (tensor<2x3xf32>, none, none, tensor<0xi64>) -> tensor<2x3xf32>
  return %0 : tensor<2x3xf32>
}

// A wide filter is a reduction.
// CHECK-LABEL: func.func @antialias
func.func @antialias(%x: tensor<1x3x64xf16>) -> tensor<1x3x8xf16> {
  %none = onnx.none
  %s = onnx.Constant : tensor<3xf32> = dense<[1.0, 1.0, 0.125]> : tensor<3xf32>
  // CHECK: tensor<8x16xf32>
  // CHECK: linalg.generic {indexing_maps = [#{{.*}}, #[[$TAPS]], #{{.*}}], iterator_types = ["parallel", "parallel", "parallel", "reduction"]}
  // CHECK: arith.extf
  // CHECK: arith.truncf
  %0 = onnx.Resize %x, %none, %s, %none {mode = "linear", coordinate_transformation_mode = "half_pixel", nearest_mode = "floor", cubic_coeff_a = -7.500000e-01 : f32, exclude_outside = false, extrapolation_value = 0.000000e+00 : f32, antialias = true, keep_aspect_ratio_policy = "stretch"}
     : (tensor<1x3x64xf16>, none, tensor<3xf32>, none) -> tensor<1x3x8xf16>
  return %0 : tensor<1x3x8xf16>
}

// Scales that come at run time are read in the program, and the tables computed there.
// CHECK-LABEL: func.func @run_time
// CHECK-SAME:  (%[[X:.*]]: tensor<1x1x4xf32>, %[[S:.*]]: tensor<3xf32>)
func.func @run_time(%x: tensor<1x1x4xf32>, %s: tensor<3xf32>) -> tensor<1x1x7xf32> {
  %none = onnx.none
  // CHECK: linalg.generic {{.*}} ins(%[[S]]
  // CHECK: arith.extf %{{.*}} : f32 to f64
  // CHECK: math.ceil
  // CHECK: arith.fptosi
  // CHECK: tensor.extract %[[X]]
  %0 = onnx.Resize %x, %none, %s, %none {mode = "nearest", coordinate_transformation_mode = "half_pixel", nearest_mode = "round_prefer_floor", cubic_coeff_a = -7.500000e-01 : f32, exclude_outside = false, extrapolation_value = 0.000000e+00 : f32, antialias = false, keep_aspect_ratio_policy = "stretch"}
     : (tensor<1x1x4xf32>, none, tensor<3xf32>, none) -> tensor<1x1x7xf32>
  return %0 : tensor<1x1x7xf32>
}
