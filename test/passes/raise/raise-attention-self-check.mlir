// RUN: fovea-opt %s --fovea-raise-attention=self-check=true --remarks-filter=raise --remark-format=emitRemark -o /dev/null 2>&1 | FileCheck %s

// Six cases are compared for every raised site; one that is too large is named.

// CHECK-DAG: self-check | Category:raise | Cases=6, CheckedSite=0, Node=/attn/Softmax
func.func @small(%q: tensor<1x2x9x16xf32>, %k: tensor<1x2x16x9xf32>, %v: tensor<1x2x9x16xf32>, %m: tensor<1x1x9x9xi1>) -> tensor<1x2x9x16xf32> {
  %low = onnx.Constant : tensor<f32> = dense<0xFF800000> : tensor<f32>
  %s = onnx.MatMul %q, %k : (tensor<1x2x9x16xf32>, tensor<1x2x16x9xf32>) -> tensor<1x2x9x9xf32>
  %w = onnx.Where %m, %s, %low : (tensor<1x1x9x9xi1>, tensor<1x2x9x9xf32>, tensor<f32>) -> tensor<1x2x9x9xf32>
  %p = onnx.Softmax %w : (tensor<1x2x9x9xf32>) -> tensor<1x2x9x9xf32> loc("/attn/Softmax"("Softmax"("model.onnx")))
  %o = onnx.MatMul %p, %v : (tensor<1x2x9x9xf32>, tensor<1x2x9x16xf32>) -> tensor<1x2x9x16xf32>
  return %o : tensor<1x2x9x16xf32>
}

// CHECK-DAG: self-check | Category:raise | Code=CHECK-R01, Node=/large/Softmax, Reason="site 1: it takes more multiplications than a check may; {{.*}}--dim
func.func @large(%q: tensor<64x4096x64xf32>, %k: tensor<64x64x4096xf32>, %v: tensor<64x4096x64xf32>) -> tensor<64x4096x64xf32> {
  %s = onnx.MatMul %q, %k : (tensor<64x4096x64xf32>, tensor<64x64x4096xf32>) -> tensor<64x4096x4096xf32>
  %p = onnx.Softmax %s : (tensor<64x4096x4096xf32>) -> tensor<64x4096x4096xf32> loc("/large/Softmax"("Softmax"("model.onnx")))
  %o = onnx.MatMul %p, %v : (tensor<64x4096x4096xf32>, tensor<64x4096x64xf32>) -> tensor<64x4096x64xf32>
  return %o : tensor<64x4096x64xf32>
}
