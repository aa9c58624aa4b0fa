// RUN: fovea-opt %s --split-input-file --fovea-raise-attention --fovea-tap-attention | FileCheck %s
// RUN: fovea-opt %s --split-input-file --fovea-raise-attention --fovea-tap-attention --fovea-phase-lower --fovea-phase-fuse | FileCheck %s --check-prefix=FUSED

// The first row of all heads: no tensor has as many elements as all scores have, before and after fusion.

// CHECK-LABEL: module
// CHECK-NOT: fovea.tap
// CHECK: func.func @first_row(%[[Q:.+]]: tensor<1x4x9x16xf32>, %[[K:.+]]: tensor<1x4x16x9xf32>, %[[V:.+]]: tensor<1x4x9x16xf32>)
// CHECK-SAME: -> (tensor<1x4x9x16xf32> {onnx.name = "y"}, tensor<1x4x1x9xf32> {onnx.name = "cls"})
// CHECK-NOT: 4x9x9x
// CHECK: linalg.generic {{.+}}reduction{{.+}} ins({{.+}}, %[[K]] : {{.+}}) outs({{.+}} : tensor<1x4x1x9xf32>)
// CHECK-NOT: 4x9x9x
// CHECK: math.exp
// CHECK: linalg.yield
// CHECK-NOT: 4x9x9x
// CHECK: %[[P:.+]] = linalg.generic {{.+}} ins({{.+}}, {{.+}} : tensor<1x4x1x9xf32>, tensor<1x4x1xf32>)
// CHECK-NEXT: ^bb0
// CHECK-NEXT: arith.divf
// CHECK: %[[O:.+]] = attn.attention ins(%[[Q]], %[[K]], %[[V]] :
// CHECK-SAME: domain = [1, 4, 9, 9, 16, 16]
// CHECK-NOT: fovea.tap
// CHECK: return %[[O]], %[[P]]
// FUSED-LABEL: func.func @first_row
// FUSED-NOT: 4x9x9x
// FUSED: kernel.island <contraction> -> tensor<1x4x1x9xf32>
// FUSED-NOT: 4x9x9x
// FUSED: kernel.island <rows> -> tensor<1x4x1x9xf32>
// FUSED-NOT: 4x9x9x
// FUSED: kernel.island <attention>
// FUSED: domain = [1, 4, 9, 9, 16, 16]
// FUSED-NOT: kernel.island
// FUSED: return
module attributes {fovea.taps = ["cls=0:probs,rows=cls"]} {
func.func @first_row(%q: tensor<1x4x9x16xf32>, %k: tensor<1x4x16x9xf32>, %v: tensor<1x4x9x16xf32>) -> (tensor<1x4x9x16xf32> {onnx.name = "y"}) {
  %s = onnx.MatMul %q, %k : (tensor<1x4x9x16xf32>, tensor<1x4x16x9xf32>) -> tensor<1x4x9x9xf32>
  %p = onnx.Softmax %s : (tensor<1x4x9x9xf32>) -> tensor<1x4x9x9xf32>
  %o = onnx.MatMul %p, %v : (tensor<1x4x9x9xf32>, tensor<1x4x9x16xf32>) -> tensor<1x4x9x16xf32>
  return %o : tensor<1x4x9x16xf32>
}
}

// -----

// Heads that share keys by fours and are asked for across the border: each part reads one head of the keys, and a mask knows
// the rows by their place in the whole. The site is named by its node, the stage is what Softmax reads.

// CHECK-DAG: #[[$KEY0:.+]] = affine_map<(d0, d1, d2, d3, d4) -> (d0, 0, d3, d4)>
// CHECK-DAG: #[[$KEY1:.+]] = affine_map<(d0, d1, d2, d3, d4) -> (d0, 1, d3, d4)>
// CHECK-DAG: #[[$Q:.+]] = affine_map<(d0, d1, d2, d3, d4) -> (d0, d1, d2, d4)>
// CHECK-LABEL: func.func @groups
// CHECK: %[[Q0:.+]] = tensor.extract_slice %[[Q:.+]][0, 2, 4, 0] [1, 2, 2, 16] [1, 1, 1, 1]
// CHECK: linalg.generic {indexing_maps = [#[[$Q]], #[[$KEY0]], {{.+}} ins(%[[Q0]], {{.+}} outs(%{{.+}} : tensor<1x2x2x6xf32>)
// CHECK: linalg.generic
// CHECK: %[[ROW:.+]] = linalg.index 2
// CHECK: %[[FOUR:.+]] = arith.constant 4 : index
// CHECK: %[[PLACE:.+]] = arith.addi %[[ROW]], %[[FOUR]] : index
// CHECK: arith.cmpi sle, %{{.+}}, %[[PLACE]]
// CHECK: %[[Q1:.+]] = tensor.extract_slice %[[Q]][0, 4, 4, 0] [1, 1, 2, 16] [1, 1, 1, 1]
// CHECK: linalg.generic {indexing_maps = [#[[$Q]], #[[$KEY1]], {{.+}} ins(%[[Q1]], {{.+}} outs(%{{.+}} : tensor<1x1x2x6xf32>)
// CHECK: attn.attention
// CHECK: %[[PART0:.+]] = tensor.insert_slice %{{.+}} into %{{.+}}[0, 0, 0, 0] [1, 2, 2, 6] [1, 1, 1, 1]
// CHECK: tensor.insert_slice %{{.+}} into %[[PART0]][0, 2, 0, 0] [1, 1, 2, 6] [1, 1, 1, 1] {{.+}} into tensor<1x3x2x6xf32>
module attributes {fovea.taps = ["t=layer/attn:scores,heads=2-3,4,rows=4,5"]} {
func.func @groups(%q: tensor<1x8x6x16xf32>, %k: tensor<1x2x6x16xf32>, %v: tensor<1x2x6x16xf32>) -> tensor<1x8x6x16xf32> {
  %n = onnx.none {value}
  %o = onnx.Attention %q, %k, %v, %n {is_causal = true} : (tensor<1x8x6x16xf32>, tensor<1x2x6x16xf32>, tensor<1x2x6x16xf32>, none) -> tensor<1x8x6x16xf32> loc("layer/attn")
  return %o : tensor<1x8x6x16xf32>
}
}

// -----

// A site that stays has its Softmax in the graph already.

// CHECK-LABEL: func.func @refused
// CHECK: %[[P:.+]] = onnx.Softmax %{{[^ ]+}} :
// CHECK: %[[R:.+]] = onnx.Reshape %[[P]], {{.+}} -> tensor<2x3x9x9xf32>
// CHECK: %[[T:.+]] = tensor.extract_slice %[[R]][0, 1, 0, 0] [2, 1, 9, 9] [1, 1, 1, 1]
// CHECK: return %{{.+}}, %{{.+}}, %[[T]]
module attributes {fovea.taps = ["t=0:probs,heads=1"]} {
func.func @refused(%q: tensor<2x1x3x9x16xf32>, %k: tensor<2x1x3x16x9xf32>, %v: tensor<2x1x3x9x16xf32>) -> (tensor<2x1x3x9x16xf32>, tensor<2x1x3x9x9xf32>) {
  %s = onnx.MatMul %q, %k : (tensor<2x1x3x9x16xf32>, tensor<2x1x3x16x9xf32>) -> tensor<2x1x3x9x9xf32>
  %p = onnx.Softmax %s : (tensor<2x1x3x9x9xf32>) -> tensor<2x1x3x9x9xf32>
  %o = onnx.MatMul %p, %v : (tensor<2x1x3x9x9xf32>, tensor<2x1x3x9x16xf32>) -> tensor<2x1x3x9x16xf32>
  return %o, %s : tensor<2x1x3x9x16xf32>, tensor<2x1x3x9x9xf32>
}
}

// -----

// Without a request nothing is left of the pass.

// CHECK: module attributes {fovea.attention_raised = 1 : i64, fovea.attention_sites = 1 : i64}
// CHECK-NEXT: func.func @untapped
// CHECK-NOT: linalg
// CHECK-NOT: fovea.tap
// CHECK: return %{{[^,]+}} :
module {
func.func @untapped(%q: tensor<1x4x9x16xf32>, %k: tensor<1x4x16x9xf32>, %v: tensor<1x4x9x16xf32>) -> tensor<1x4x9x16xf32> {
  %s = onnx.MatMul %q, %k : (tensor<1x4x9x16xf32>, tensor<1x4x16x9xf32>) -> tensor<1x4x9x9xf32>
  %p = onnx.Softmax %s : (tensor<1x4x9x9xf32>) -> tensor<1x4x9x9xf32>
  %o = onnx.MatMul %p, %v : (tensor<1x4x9x9xf32>, tensor<1x4x9x16xf32>) -> tensor<1x4x9x16xf32>
  return %o : tensor<1x4x9x16xf32>
}
}
