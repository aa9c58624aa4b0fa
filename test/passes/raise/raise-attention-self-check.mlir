// RUN: fovea-opt %s --fovea-raise-attention=self-check=true --remarks-filter=raise --remark-format=emitRemark -o /dev/null 2>&1 | FileCheck %s
// RUN: fovea-opt %S/raise-attention.mlir --split-input-file --fovea-raise-attention=self-check=true -o /dev/null
// RUN: fovea-opt %S/raise-attention-op.mlir --split-input-file --fovea-raise-attention=self-check=true -o /dev/null
// RUN: fovea-opt %S/raise-attention-spellings.mlir --split-input-file --fovea-raise-attention=self-check=true -o /dev/null
// RUN: fovea-opt %S/raise-attention-transposed.mlir --split-input-file --fovea-raise-attention=self-check=true -o /dev/null
// RUN: fovea-opt %S/raise-masks.mlir --split-input-file --fovea-raise-attention=self-check=true -o /dev/null

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

// Eight heads over two, and one query before one key.

// CHECK-DAG: self-check | Category:raise | Cases=6, CheckedSite=1, Node=/grouped/Attention
func.func @grouped(%q: tensor<2x8x5x4xf32>, %k: tensor<2x2x7x4xf32>, %v: tensor<2x2x7x4xf32>, %m: tensor<2x1x5x7xf32>) -> tensor<2x8x5x4xf32> {
  %o = onnx.Attention %q, %k, %v, %m {is_causal = true} : (tensor<2x8x5x4xf32>, tensor<2x2x7x4xf32>, tensor<2x2x7x4xf32>, tensor<2x1x5x7xf32>) -> tensor<2x8x5x4xf32> loc("/grouped/Attention"("Attention"("model.onnx")))
  return %o : tensor<2x8x5x4xf32>
}

// CHECK-DAG: self-check | Category:raise | Cases=6, CheckedSite=2, Node=/single/Softmax
func.func @single(%q: tensor<1x1x1x1xf32>, %k: tensor<1x1x1x1xf32>, %v: tensor<1x1x1x1xf32>, %m: tensor<1x1x1x1xf32>) -> tensor<1x1x1x1xf32> {
  %s = onnx.MatMul %q, %k : (tensor<1x1x1x1xf32>, tensor<1x1x1x1xf32>) -> tensor<1x1x1x1xf32>
  %a = onnx.Add %s, %m : (tensor<1x1x1x1xf32>, tensor<1x1x1x1xf32>) -> tensor<1x1x1x1xf32>
  %p = onnx.Softmax %a : (tensor<1x1x1x1xf32>) -> tensor<1x1x1x1xf32> loc("/single/Softmax"("Softmax"("model.onnx")))
  %o = onnx.MatMul %p, %v : (tensor<1x1x1x1xf32>, tensor<1x1x1x1xf32>) -> tensor<1x1x1x1xf32>
  return %o : tensor<1x1x1x1xf32>
}

// CHECK-DAG: self-check | Category:raise | Code=CHECK-R01, Node=/large/Softmax, Reason="site 3: it takes more multiplications than a check may; {{.*}}--dim
func.func @large(%q: tensor<64x4096x64xf32>, %k: tensor<64x64x4096xf32>, %v: tensor<64x4096x64xf32>) -> tensor<64x4096x64xf32> {
  %s = onnx.MatMul %q, %k : (tensor<64x4096x64xf32>, tensor<64x64x4096xf32>) -> tensor<64x4096x4096xf32>
  %p = onnx.Softmax %s : (tensor<64x4096x4096xf32>) -> tensor<64x4096x4096xf32> loc("/large/Softmax"("Softmax"("model.onnx")))
  %o = onnx.MatMul %p, %v : (tensor<64x4096x4096xf32>, tensor<64x4096x64xf32>) -> tensor<64x4096x64xf32>
  return %o : tensor<64x4096x64xf32>
}

// A factor of the product with the values is one of its result.

// CHECK-DAG: self-check | Category:raise | Cases=6, CheckedSite=4, Node=/factor/Softmax
func.func @factor(%q: tensor<5x4xf32>, %k: tensor<5x4xf32>, %v: tensor<5x4xf32>) -> tensor<5x4xf32> {
  %none = onnx.none
  %s = onnx.Gemm %q, %k, %none {alpha = 1.0 : f32, beta = 1.0 : f32, trans_a = false, trans_b = true} : (tensor<5x4xf32>, tensor<5x4xf32>, none) -> tensor<5x5xf32>
  %p = onnx.Softmax %s : (tensor<5x5xf32>) -> tensor<5x5xf32> loc("/factor/Softmax"("Softmax"("model.onnx")))
  %o = onnx.Gemm %p, %v, %none {alpha = 0.5 : f32, beta = 1.0 : f32, trans_a = false, trans_b = false} : (tensor<5x5xf32>, tensor<5x4xf32>, none) -> tensor<5x4xf32>
  return %o : tensor<5x4xf32>
}

// Weights made zero where the mask hides their scores: a row that the bias alone hides is zero as well, and no number
// in the model.

// CHECK-DAG: self-check | Category:raise | Cases=6, CheckedSite=5, Node=/zeroed/Softmax
func.func @zeroed_with_bias(%q: tensor<2x5x4xf32>, %k: tensor<2x4x7xf32>, %v: tensor<2x7x4xf32>, %b: tensor<2x5x7xf32>, %m: tensor<1x5x7xi1>) -> tensor<2x5x4xf32> {
  %low = onnx.Constant : tensor<f32> = dense<0xFF800000> : tensor<f32>
  %zero = onnx.Constant : tensor<f32> = dense<0.0> : tensor<f32>
  %s = onnx.MatMul %q, %k : (tensor<2x5x4xf32>, tensor<2x4x7xf32>) -> tensor<2x5x7xf32>
  %a = onnx.Add %s, %b : (tensor<2x5x7xf32>, tensor<2x5x7xf32>) -> tensor<2x5x7xf32>
  %h = onnx.Where %m, %low, %a : (tensor<1x5x7xi1>, tensor<f32>, tensor<2x5x7xf32>) -> tensor<2x5x7xf32>
  %p = onnx.Softmax %h : (tensor<2x5x7xf32>) -> tensor<2x5x7xf32> loc("/zeroed/Softmax"("Softmax"("model.onnx")))
  %z = onnx.Where %m, %zero, %p : (tensor<1x5x7xi1>, tensor<f32>, tensor<2x5x7xf32>) -> tensor<2x5x7xf32>
  %o = onnx.MatMul %z, %v : (tensor<2x5x7xf32>, tensor<2x7x4xf32>) -> tensor<2x5x4xf32>
  return %o : tensor<2x5x4xf32>
}
