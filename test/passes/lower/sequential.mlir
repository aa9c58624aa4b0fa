// RUN: fovea-opt %s --fovea-lower-onnx --fovea-verify-phase=phase=lower -split-input-file | FileCheck %s
// RUN: fovea-opt %s --fovea-phase-lower --fovea-phase-fuse --fovea-phase-schedule -split-input-file | FileCheck %s --check-prefix=ISLAND

// A scan is one nest in row-major order; a known axis costs no comparison.
// CHECK-LABEL: func.func @cumsum
// ISLAND: kernel.island <sequential> backend <llvm>
func.func @cumsum(%x: tensor<2x3xf32>) -> tensor<2x3xf32> {
  %axis = onnx.Constant : tensor<i64> = dense<1> : tensor<i64>
  // CHECK: kernel.island <sequential> -> tensor<2x3xf32>
  // CHECK: %[[EMPTY:.*]] = tensor.empty() : tensor<2x3xf32>
  // CHECK: scf.for {{.*}} iter_args(%{{.*}} = %[[EMPTY]])
  // CHECK: scf.for
  // CHECK: tensor.extract
  // CHECK: arith.addf
  // CHECK: tensor.insert
  // CHECK-NOT: kernel.check
  // CHECK: kernel.yield
  %0 = onnx.CumSum %x, %axis {exclusive = false, reverse = false} : (tensor<2x3xf32>, tensor<i64>) -> tensor<2x3xf32>
  return %0 : tensor<2x3xf32>
}

// -----

// What only the run knows is checked.
// CHECK-LABEL: func.func @scatter
func.func @scatter(%x: tensor<4xf16>, %i: tensor<2xi64>, %u: tensor<2xf16>) -> tensor<4xf16> {
  // CHECK: kernel.island <sequential>
  // CHECK: kernel.check %{{.*}}, "an index within the axis"
  // CHECK: arith.maximumf
  %0 = onnx.ScatterElements %x, %i, %u {axis = 0 : si64, reduction = "max"} : (tensor<4xf16>, tensor<2xi64>, tensor<2xf16>) -> tensor<4xf16>
  return %0 : tensor<4xf16>
}

// -----

// CHECK-LABEL: func.func @nonzero
func.func @nonzero(%x: tensor<2x2xi32>) -> tensor<2x3xi64> {
  // CHECK: kernel.island <sequential> -> tensor<2x3xi64>
  // CHECK: scf.if
  // CHECK: kernel.check %{{.*}}, "as many nonzero elements as declared"
  %0 = onnx.NonZero %x : (tensor<2x2xi32>) -> tensor<2x3xi64>
  return %0 : tensor<2x3xi64>
}

// -----

// CHECK-LABEL: func.func @topk
func.func @topk(%x: tensor<5xui8>, %k: tensor<1xi64>) -> (tensor<2xui8>, tensor<2xi64>) {
  // CHECK: kernel.check %{{.*}}, "as many elements to choose as declared"
  // CHECK: arith.cmpi ugt
  %0:2 = onnx.TopK %x, %k {axis = 0 : si64, largest = true, sorted = true} : (tensor<5xui8>, tensor<1xi64>) -> (tensor<2xui8>, tensor<2xi64>)
  return %0#0, %0#1 : tensor<2xui8>, tensor<2xi64>
}

// -----

// CHECK-LABEL: func.func @det
func.func @det(%x: tensor<2x3x3xf16>) -> tensor<2xf16> {
  // CHECK: kernel.island <sequential> -> tensor<2xf16>
  // CHECK: scf.for
  // CHECK: arith.extf {{.*}} : f16 to f64
  // CHECK: math.absf
  // CHECK: scf.if
  // CHECK: arith.divf {{.*}} : f64
  // CHECK: arith.truncf {{.*}} to f16
  %0 = onnx.Det %x : (tensor<2x3x3xf16>) -> tensor<2xf16>
  return %0 : tensor<2xf16>
}

// -----

// The declared extent of a bounded one is only the most there may be.
// CHECK-LABEL: func.func @bounded
func.func @bounded(%x: tensor<2x2xi32>) -> tensor<2x4xi64> {
  // CHECK: linalg.fill
  // CHECK: kernel.check %{{.*}}, "at most as many nonzero elements as declared"
  %0 = onnx.NonZero %x {bounded} : (tensor<2x2xi32>) -> tensor<2x4xi64>
  return %0 : tensor<2x4xi64>
}
