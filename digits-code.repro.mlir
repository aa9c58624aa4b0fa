#loc = loc("/work/wt/import/test/fixtures/trained/vit_digits/vit_digits.onnx":0:0)
#loc1 = loc("/work/wt/import/test/fixtures/trained/vit_digits/vit_digits.onnx")
#map = affine_map<(d0, d1, d2, d3, d4, d5, d6) -> (d0, d4, d1 * 2 + d5, d2 * 2 + d6)>
#map1 = affine_map<(d0, d1, d2, d3, d4, d5, d6) -> (d3, d4, d5, d6)>
#map2 = affine_map<(d0, d1, d2, d3, d4, d5, d6) -> (d0, d1, d2, d3)>
#map3 = affine_map<(d0, d1, d2, d3) -> (d0, d2, d3, d1)>
#map4 = affine_map<(d0, d1, d2, d3) -> (d1)>
#map5 = affine_map<(d0, d1, d2) -> (d0, d1, d2)>
#map6 = affine_map<(d0, d1, d2) -> (d0, d1)>
#map7 = affine_map<(d0, d1) -> (d0, d1)>
#map8 = affine_map<(d0, d1, d2) -> (d2)>
#map9 = affine_map<(d0, d1, d2, d3) -> (d0, d1, d3)>
#map10 = affine_map<(d0, d1, d2, d3) -> (d3, d2)>
#map11 = affine_map<(d0, d1, d2, d3) -> (d0, d1, d2)>
#map12 = affine_map<(d0, d1, d2, d3, d4, d5) -> (0, d2, d1 * 16 + d4)>
#map13 = affine_map<(d0, d1, d2, d3, d4, d5) -> (0, d3, d1 * 16 + d4 + 64)>
#map14 = affine_map<(d0, d1, d2, d3, d4, d5) -> (0, d3, d1 * 16 + d5 + 128)>
#map15 = affine_map<(d0, d1, d2, d3, d4, d5) -> (d0, d2, d1, d5)>
#map16 = affine_map<(d0, d1, d2) -> (0, 0, d2)>
#map17 = affine_map<(d0, d1, d2) -> (d1, d2)>
#map18 = affine_map<(d0, d1) -> (d1)>
#loc2 = loc("initializer"(#loc1))
#loc3 = loc("input"(#loc1))
#loc4 = loc("Conv"(#loc1))
#loc5 = loc("Reshape"(#loc1))
#loc6 = loc("Concat"(#loc1))
#loc7 = loc("MatMul"(#loc1))
#loc8 = loc("Softmax"(#loc1))
#loc9 = loc("LayerNormalization"(#loc1))
#loc10 = loc("Gemm"(#loc1))
#loc11 = loc("Add"(#loc1))
#loc12 = loc("Mul"(#loc1))
#loc13 = loc("Gather"(#loc1))
#loc15 = loc("pos"(#loc2))
#loc16 = loc("patch.weight"(#loc2))
#loc17 = loc("patch.bias"(#loc2))
#loc18 = loc("blocks.0.n1.weight"(#loc2))
#loc19 = loc("blocks.0.n1.bias"(#loc2))
#loc20 = loc("blocks.0.n2.weight"(#loc2))
#loc21 = loc("blocks.0.n2.bias"(#loc2))
#loc22 = loc("blocks.0.qkv.bias"(#loc2))
#loc23 = loc("blocks.0.proj.bias"(#loc2))
#loc24 = loc("blocks.0.fc1.bias"(#loc2))
#loc25 = loc("blocks.0.fc2.bias"(#loc2))
#loc50 = loc("norm.weight"(#loc2))
#loc51 = loc("norm.bias"(#loc2))
#loc52 = loc("head.weight"(#loc2))
#loc53 = loc("head.bias"(#loc2))
#loc54 = loc("onnx::MatMul_405"(#loc2))
#loc55 = loc("onnx::MatMul_408"(#loc2))
#loc56 = loc("onnx::MatMul_409"(#loc2))
#loc57 = loc("onnx::MatMul_410"(#loc2))
#loc70 = loc("image"(#loc3))
#loc71 = loc("/patch/Conv"(#loc4))
#loc73 = loc("/Concat_2"(#loc6))
#loc74 = loc("/blocks/blocks.0/qkv/MatMul"(#loc7))
#loc75 = loc("/blocks/blocks.0/Softmax"(#loc8))
#loc76 = loc("/blocks/blocks.0/Reshape_1"(#loc5))
#loc77 = loc("/blocks/blocks.0/proj/MatMul"(#loc7))
#loc78 = loc("/blocks/blocks.0/fc1/MatMul"(#loc7))
#loc79 = loc("/blocks/blocks.0/fc2/MatMul"(#loc7))
#loc98 = loc("/norm/LayerNormalization"(#loc9))
#loc99 = loc("/head/Gemm"(#loc10))
#loc100 = loc("/Add"(#loc11))
#loc101 = loc("/blocks/blocks.0/n1/LayerNormalization"(#loc9))
#loc102 = loc("/blocks/blocks.0/qkv/Add"(#loc11))
#loc103 = loc("/blocks/blocks.0/proj/Add"(#loc11))
#loc104 = loc("/blocks/blocks.0/Add"(#loc11))
#loc105 = loc("/blocks/blocks.0/n2/LayerNormalization"(#loc9))
#loc106 = loc("/blocks/blocks.0/fc1/Add"(#loc11))
#loc107 = loc("/blocks/blocks.0/Mul_2"(#loc12))
#loc108 = loc("/blocks/blocks.0/fc2/Add"(#loc11))
#loc109 = loc("/blocks/blocks.0/Add_2"(#loc11))
#loc110 = loc("/blocks/blocks.3/Add_2"(#loc11))
#loc111 = loc("/Gather_1"(#loc13))
module attributes {fovea.arena_bytes = 38144 : i64, fovea.attention_raised = 4 : i64, fovea.attention_sites = 4 : i64, fovea.weights_bytes = 560960 : i64} {
  kernel.constant @weight_0 at 0 : tensor<1x1x64xf32> = dense_resource<constant> : tensor<1x1x64xf32> loc(#loc14)
  kernel.constant @weight_1 at 256 : tensor<1x17x64xf32> = dense_resource<weight> : tensor<1x17x64xf32> loc(#loc15)
  kernel.constant @weight_2 at 4608 : tensor<64x1x2x2xf32> = dense_resource<weight_1> : tensor<64x1x2x2xf32> loc(#loc16)
  kernel.constant @weight_3 at 5632 : tensor<64xf32> = dense_resource<constant_1> : tensor<64xf32> loc(#loc17)
  kernel.constant @weight_4 at 5888 : tensor<64xf32> = dense_resource<constant_2> : tensor<64xf32> loc(#loc18)
  kernel.constant @weight_5 at 6144 : tensor<64xf32> = dense_resource<constant_3> : tensor<64xf32> loc(#loc19)
  kernel.constant @weight_6 at 6400 : tensor<64xf32> = dense_resource<constant_4> : tensor<64xf32> loc(#loc20)
  kernel.constant @weight_7 at 6656 : tensor<64xf32> = dense_resource<constant_5> : tensor<64xf32> loc(#loc21)
  kernel.constant @weight_8 at 6912 : tensor<192xf32> = dense_resource<constant_6> : tensor<192xf32> loc(#loc22)
  kernel.constant @weight_9 at 7680 : tensor<64xf32> = dense_resource<constant_7> : tensor<64xf32> loc(#loc23)
  kernel.constant @weight_10 at 7936 : tensor<128xf32> = dense_resource<constant_8> : tensor<128xf32> loc(#loc24)
  kernel.constant @weight_11 at 8448 : tensor<64xf32> = dense_resource<constant_9> : tensor<64xf32> loc(#loc25)
  kernel.constant @weight_12 at 8704 : tensor<64xf32> = dense_resource<constant_10> : tensor<64xf32> loc(#loc26)
  kernel.constant @weight_13 at 8960 : tensor<64xf32> = dense_resource<constant_11> : tensor<64xf32> loc(#loc27)
  kernel.constant @weight_14 at 9216 : tensor<64xf32> = dense_resource<constant_12> : tensor<64xf32> loc(#loc28)
  kernel.constant @weight_15 at 9472 : tensor<64xf32> = dense_resource<constant_13> : tensor<64xf32> loc(#loc29)
  kernel.constant @weight_16 at 9728 : tensor<192xf32> = dense_resource<constant_14> : tensor<192xf32> loc(#loc30)
  kernel.constant @weight_17 at 10496 : tensor<64xf32> = dense_resource<constant_15> : tensor<64xf32> loc(#loc31)
  kernel.constant @weight_18 at 10752 : tensor<128xf32> = dense_resource<constant_16> : tensor<128xf32> loc(#loc32)
  kernel.constant @weight_19 at 11264 : tensor<64xf32> = dense_resource<constant_17> : tensor<64xf32> loc(#loc33)
  kernel.constant @weight_20 at 11520 : tensor<64xf32> = dense_resource<constant_18> : tensor<64xf32> loc(#loc34)
  kernel.constant @weight_21 at 11776 : tensor<64xf32> = dense_resource<constant_19> : tensor<64xf32> loc(#loc35)
  kernel.constant @weight_22 at 12032 : tensor<64xf32> = dense_resource<constant_20> : tensor<64xf32> loc(#loc36)
  kernel.constant @weight_23 at 12288 : tensor<64xf32> = dense_resource<constant_21> : tensor<64xf32> loc(#loc37)
  kernel.constant @weight_24 at 12544 : tensor<192xf32> = dense_resource<constant_22> : tensor<192xf32> loc(#loc38)
  kernel.constant @weight_25 at 13312 : tensor<64xf32> = dense_resource<constant_23> : tensor<64xf32> loc(#loc39)
  kernel.constant @weight_26 at 13568 : tensor<128xf32> = dense_resource<constant_24> : tensor<128xf32> loc(#loc40)
  kernel.constant @weight_27 at 14080 : tensor<64xf32> = dense_resource<constant_25> : tensor<64xf32> loc(#loc41)
  kernel.constant @weight_28 at 14336 : tensor<64xf32> = dense_resource<constant_26> : tensor<64xf32> loc(#loc42)
  kernel.constant @weight_29 at 14592 : tensor<64xf32> = dense_resource<constant_27> : tensor<64xf32> loc(#loc43)
  kernel.constant @weight_30 at 14848 : tensor<64xf32> = dense_resource<constant_28> : tensor<64xf32> loc(#loc44)
  kernel.constant @weight_31 at 15104 : tensor<64xf32> = dense_resource<constant_29> : tensor<64xf32> loc(#loc45)
  kernel.constant @weight_32 at 15360 : tensor<192xf32> = dense_resource<constant_30> : tensor<192xf32> loc(#loc46)
  kernel.constant @weight_33 at 16128 : tensor<64xf32> = dense_resource<constant_31> : tensor<64xf32> loc(#loc47)
  kernel.constant @weight_34 at 16384 : tensor<128xf32> = dense_resource<constant_32> : tensor<128xf32> loc(#loc48)
  kernel.constant @weight_35 at 16896 : tensor<64xf32> = dense_resource<constant_33> : tensor<64xf32> loc(#loc49)
  kernel.constant @weight_36 at 17152 : tensor<64xf32> = dense_resource<constant_34> : tensor<64xf32> loc(#loc50)
  kernel.constant @weight_37 at 17408 : tensor<64xf32> = dense_resource<constant_35> : tensor<64xf32> loc(#loc51)
  kernel.constant @weight_38 at 17664 : tensor<10x64xf32> = dense_resource<weight_2> : tensor<10x64xf32> loc(#loc52)
  kernel.constant @weight_39 at 20224 : tensor<10xf32> = dense<[-0.0914692282, -0.0314795189, 0.0344729833, -0.0417566597, -7.350560e-02, 0.0673576295, 0.0558813848, 0.0484229513, -0.0020338865, 2.474900e-02]> : tensor<10xf32> loc(#loc53)
  kernel.constant @weight_40_panels at 20288 : tensor<64x192xf32, #kernel.panels<64>> = dense_resource<weight_3> : tensor<64x192xf32> loc(#loc54)
  kernel.constant @weight_41_panels at 69440 : tensor<64x64xf32, #kernel.panels<64>> = dense_resource<weight_4> : tensor<64x64xf32> loc(#loc55)
  kernel.constant @weight_42_panels at 85824 : tensor<64x128xf32, #kernel.panels<64>> = dense_resource<weight_5> : tensor<64x128xf32> loc(#loc56)
  kernel.constant @weight_43_panels at 118592 : tensor<128x64xf32, #kernel.panels<64>> = dense_resource<weight_6> : tensor<128x64xf32> loc(#loc57)
  kernel.constant @weight_44_panels at 151360 : tensor<64x192xf32, #kernel.panels<64>> = dense_resource<weight_7> : tensor<64x192xf32> loc(#loc58)
  kernel.constant @weight_45_panels at 200512 : tensor<64x64xf32, #kernel.panels<64>> = dense_resource<weight_8> : tensor<64x64xf32> loc(#loc59)
  kernel.constant @weight_46_panels at 216896 : tensor<64x128xf32, #kernel.panels<64>> = dense_resource<weight_9> : tensor<64x128xf32> loc(#loc60)
  kernel.constant @weight_47_panels at 249664 : tensor<128x64xf32, #kernel.panels<64>> = dense_resource<weight_10> : tensor<128x64xf32> loc(#loc61)
  kernel.constant @weight_48_panels at 282432 : tensor<64x192xf32, #kernel.panels<64>> = dense_resource<weight_11> : tensor<64x192xf32> loc(#loc62)
  kernel.constant @weight_49_panels at 331584 : tensor<64x64xf32, #kernel.panels<64>> = dense_resource<weight_12> : tensor<64x64xf32> loc(#loc63)
  kernel.constant @weight_50_panels at 347968 : tensor<64x128xf32, #kernel.panels<64>> = dense_resource<weight_13> : tensor<64x128xf32> loc(#loc64)
  kernel.constant @weight_51_panels at 380736 : tensor<128x64xf32, #kernel.panels<64>> = dense_resource<weight_14> : tensor<128x64xf32> loc(#loc65)
  kernel.constant @weight_52_panels at 413504 : tensor<64x192xf32, #kernel.panels<64>> = dense_resource<weight_15> : tensor<64x192xf32> loc(#loc66)
  kernel.constant @weight_53_panels at 462656 : tensor<64x64xf32, #kernel.panels<64>> = dense_resource<weight_16> : tensor<64x64xf32> loc(#loc67)
  kernel.constant @weight_54_panels at 479040 : tensor<64x128xf32, #kernel.panels<64>> = dense_resource<weight_17> : tensor<64x128xf32> loc(#loc68)
  kernel.constant @weight_55_panels at 511808 : tensor<128x64xf32, #kernel.panels<64>> = dense_resource<weight_18> : tensor<128x64xf32> loc(#loc69)
  func.func @main(%arg0: memref<1x1x8x8xf32> {onnx.dim_names = ["batch", "", "", ""], onnx.name = "image"} loc("image"(#loc3)), %arg1: memref<1x10xf32> {onnx.name = "logits"} loc("/work/wt/import/test/fixtures/trained/vit_digits/vit_digits.onnx":0:0), %arg2: memref<?xi8> loc("/work/wt/import/test/fixtures/trained/vit_digits/vit_digits.onnx":0:0)) attributes {fovea.inputs = 1 : i64, fovea.outputs = 1 : i64} {
    %0 = kernel.get_constant @weight_0 : memref<1x1x64xf32> loc(#loc14)
    %1 = kernel.get_constant @weight_1 : memref<1x17x64xf32> loc(#loc15)
    %2 = kernel.get_constant @weight_2 : memref<64x1x2x2xf32> loc(#loc16)
    %3 = kernel.get_constant @weight_3 : memref<64xf32> loc(#loc17)
    %4 = kernel.get_constant @weight_4 : memref<64xf32> loc(#loc18)
    %5 = kernel.get_constant @weight_5 : memref<64xf32> loc(#loc19)
    %6 = kernel.get_constant @weight_6 : memref<64xf32> loc(#loc20)
    %7 = kernel.get_constant @weight_7 : memref<64xf32> loc(#loc21)
    %8 = kernel.get_constant @weight_8 : memref<192xf32> loc(#loc22)
    %9 = kernel.get_constant @weight_9 : memref<64xf32> loc(#loc23)
    %10 = kernel.get_constant @weight_10 : memref<128xf32> loc(#loc24)
    %11 = kernel.get_constant @weight_11 : memref<64xf32> loc(#loc25)
    %12 = kernel.get_constant @weight_12 : memref<64xf32> loc(#loc26)
    %13 = kernel.get_constant @weight_13 : memref<64xf32> loc(#loc27)
    %14 = kernel.get_constant @weight_14 : memref<64xf32> loc(#loc28)
    %15 = kernel.get_constant @weight_15 : memref<64xf32> loc(#loc29)
    %16 = kernel.get_constant @weight_16 : memref<192xf32> loc(#loc30)
    %17 = kernel.get_constant @weight_17 : memref<64xf32> loc(#loc31)
    %18 = kernel.get_constant @weight_18 : memref<128xf32> loc(#loc32)
    %19 = kernel.get_constant @weight_19 : memref<64xf32> loc(#loc33)
    %20 = kernel.get_constant @weight_20 : memref<64xf32> loc(#loc34)
    %21 = kernel.get_constant @weight_21 : memref<64xf32> loc(#loc35)
    %22 = kernel.get_constant @weight_22 : memref<64xf32> loc(#loc36)
    %23 = kernel.get_constant @weight_23 : memref<64xf32> loc(#loc37)
    %24 = kernel.get_constant @weight_24 : memref<192xf32> loc(#loc38)
    %25 = kernel.get_constant @weight_25 : memref<64xf32> loc(#loc39)
    %26 = kernel.get_constant @weight_26 : memref<128xf32> loc(#loc40)
    %27 = kernel.get_constant @weight_27 : memref<64xf32> loc(#loc41)
    %28 = kernel.get_constant @weight_28 : memref<64xf32> loc(#loc42)
    %29 = kernel.get_constant @weight_29 : memref<64xf32> loc(#loc43)
    %30 = kernel.get_constant @weight_30 : memref<64xf32> loc(#loc44)
    %31 = kernel.get_constant @weight_31 : memref<64xf32> loc(#loc45)
    %32 = kernel.get_constant @weight_32 : memref<192xf32> loc(#loc46)
    %33 = kernel.get_constant @weight_33 : memref<64xf32> loc(#loc47)
    %34 = kernel.get_constant @weight_34 : memref<128xf32> loc(#loc48)
    %35 = kernel.get_constant @weight_35 : memref<64xf32> loc(#loc49)
    %36 = kernel.get_constant @weight_36 : memref<64xf32> loc(#loc50)
    %37 = kernel.get_constant @weight_37 : memref<64xf32> loc(#loc51)
    %38 = kernel.get_constant @weight_38 : memref<10x64xf32> loc(#loc52)
    %39 = kernel.get_constant @weight_39 : memref<10xf32> loc(#loc53)
    %c0 = arith.constant 0 : index loc(#loc71)
    %view = memref.view %arg2[%c0][] : memref<?xi8> to memref<1x4x4x64xf32> loc(#loc71)
    kernel.launch @convolution_5953a0829c4d60ab(%arg0, %2, %3) outs(%view) : (memref<1x1x8x8xf32>, memref<64x1x2x2xf32>, memref<64xf32>) outs(memref<1x4x4x64xf32>) loc(#loc71)
    %reinterpret_cast = memref.reinterpret_cast %view to offset: [0], sizes: [1, 16, 64], strides: [1024, 64, 1] : memref<1x4x4x64xf32> to memref<1x16x64xf32> loc(#loc72)
    %c13056 = arith.constant 13056 : index loc(#loc73)
    %view_0 = memref.view %arg2[%c13056][] : memref<?xi8> to memref<1x17x64xf32> loc(#loc73)
    kernel.launch @elementwise_e4ecc8361f711440(%0, %reinterpret_cast, %1) outs(%view_0) : (memref<1x1x64xf32>, memref<1x16x64xf32>, memref<1x17x64xf32>) outs(memref<1x17x64xf32>) loc(#loc73)
    %40 = kernel.get_constant @weight_40_panels : memref<64x192xf32> loc(#loc54)
    %c0_1 = arith.constant 0 : index loc(#loc74)
    %view_2 = memref.view %arg2[%c0_1][] : memref<?xi8> to memref<1x17x192xf32> loc(#loc74)
    kernel.launch @contraction_d50f8ec2b85b2be0(%view_0, %4, %5, %40, %8) outs(%view_2) : (memref<1x17x64xf32>, memref<64xf32>, memref<64xf32>, memref<64x192xf32>, memref<192xf32>) outs(memref<1x17x192xf32>) loc(#loc74)
    %c17408 = arith.constant 17408 : index loc(#loc75)
    %view_3 = memref.view %arg2[%c17408][] : memref<?xi8> to memref<1x17x4x16xf32> loc(#loc75)
    kernel.launch @attention_146dcd9f64dabcee(%view_2) outs(%view_3) : (memref<1x17x192xf32>) outs(memref<1x17x4x16xf32>) loc(#loc75)
    %reinterpret_cast_4 = memref.reinterpret_cast %view_3 to offset: [0], sizes: [1, 17, 64], strides: [1088, 64, 1] : memref<1x17x4x16xf32> to memref<1x17x64xf32> loc(#loc76)
    %41 = kernel.get_constant @weight_41_panels : memref<64x64xf32> loc(#loc55)
    %c8704 = arith.constant 8704 : index loc(#loc77)
    %view_5 = memref.view %arg2[%c8704][] : memref<?xi8> to memref<1x17x64xf32> loc(#loc77)
    kernel.launch @contraction_1480ae29d7f6bcb8(%reinterpret_cast_4, %41, %9, %view_0) outs(%view_5) : (memref<1x17x64xf32>, memref<64x64xf32>, memref<64xf32>, memref<1x17x64xf32>) outs(memref<1x17x64xf32>) loc(#loc77)
    %42 = kernel.get_constant @weight_42_panels : memref<64x128xf32> loc(#loc56)
    %c0_6 = arith.constant 0 : index loc(#loc78)
    %view_7 = memref.view %arg2[%c0_6][] : memref<?xi8> to memref<1x17x128xf32> loc(#loc78)
    kernel.launch @contraction_19d0c5219ef9fda5(%view_5, %6, %7, %42, %10) outs(%view_7) : (memref<1x17x64xf32>, memref<64xf32>, memref<64xf32>, memref<64x128xf32>, memref<128xf32>) outs(memref<1x17x128xf32>) loc(#loc78)
    %43 = kernel.get_constant @weight_43_panels : memref<128x64xf32> loc(#loc57)
    %c13056_8 = arith.constant 13056 : index loc(#loc79)
    %view_9 = memref.view %arg2[%c13056_8][] : memref<?xi8> to memref<1x17x64xf32> loc(#loc79)
    kernel.launch @contraction_47f3db460752161c(%view_7, %43, %11, %view_5) outs(%view_9) : (memref<1x17x128xf32>, memref<128x64xf32>, memref<64xf32>, memref<1x17x64xf32>) outs(memref<1x17x64xf32>) loc(#loc79)
    %44 = kernel.get_constant @weight_44_panels : memref<64x192xf32> loc(#loc58)
    %c0_10 = arith.constant 0 : index loc(#loc80)
    %view_11 = memref.view %arg2[%c0_10][] : memref<?xi8> to memref<1x17x192xf32> loc(#loc80)
    kernel.launch @contraction_d50f8ec2b85b2be0(%view_9, %12, %13, %44, %16) outs(%view_11) : (memref<1x17x64xf32>, memref<64xf32>, memref<64xf32>, memref<64x192xf32>, memref<192xf32>) outs(memref<1x17x192xf32>) loc(#loc80)
    %c17408_12 = arith.constant 17408 : index loc(#loc81)
    %view_13 = memref.view %arg2[%c17408_12][] : memref<?xi8> to memref<1x17x4x16xf32> loc(#loc81)
    kernel.launch @attention_146dcd9f64dabcee(%view_11) outs(%view_13) : (memref<1x17x192xf32>) outs(memref<1x17x4x16xf32>) loc(#loc81)
    %reinterpret_cast_14 = memref.reinterpret_cast %view_13 to offset: [0], sizes: [1, 17, 64], strides: [1088, 64, 1] : memref<1x17x4x16xf32> to memref<1x17x64xf32> loc(#loc82)
    %45 = kernel.get_constant @weight_45_panels : memref<64x64xf32> loc(#loc59)
    %c8704_15 = arith.constant 8704 : index loc(#loc83)
    %view_16 = memref.view %arg2[%c8704_15][] : memref<?xi8> to memref<1x17x64xf32> loc(#loc83)
    kernel.launch @contraction_1480ae29d7f6bcb8(%reinterpret_cast_14, %45, %17, %view_9) outs(%view_16) : (memref<1x17x64xf32>, memref<64x64xf32>, memref<64xf32>, memref<1x17x64xf32>) outs(memref<1x17x64xf32>) loc(#loc83)
    %46 = kernel.get_constant @weight_46_panels : memref<64x128xf32> loc(#loc60)
    %c0_17 = arith.constant 0 : index loc(#loc84)
    %view_18 = memref.view %arg2[%c0_17][] : memref<?xi8> to memref<1x17x128xf32> loc(#loc84)
    kernel.launch @contraction_19d0c5219ef9fda5(%view_16, %14, %15, %46, %18) outs(%view_18) : (memref<1x17x64xf32>, memref<64xf32>, memref<64xf32>, memref<64x128xf32>, memref<128xf32>) outs(memref<1x17x128xf32>) loc(#loc84)
    %47 = kernel.get_constant @weight_47_panels : memref<128x64xf32> loc(#loc61)
    %c13056_19 = arith.constant 13056 : index loc(#loc85)
    %view_20 = memref.view %arg2[%c13056_19][] : memref<?xi8> to memref<1x17x64xf32> loc(#loc85)
    kernel.launch @contraction_47f3db460752161c(%view_18, %47, %19, %view_16) outs(%view_20) : (memref<1x17x128xf32>, memref<128x64xf32>, memref<64xf32>, memref<1x17x64xf32>) outs(memref<1x17x64xf32>) loc(#loc85)
    %48 = kernel.get_constant @weight_48_panels : memref<64x192xf32> loc(#loc62)
    %c0_21 = arith.constant 0 : index loc(#loc86)
    %view_22 = memref.view %arg2[%c0_21][] : memref<?xi8> to memref<1x17x192xf32> loc(#loc86)
    kernel.launch @contraction_d50f8ec2b85b2be0(%view_20, %20, %21, %48, %24) outs(%view_22) : (memref<1x17x64xf32>, memref<64xf32>, memref<64xf32>, memref<64x192xf32>, memref<192xf32>) outs(memref<1x17x192xf32>) loc(#loc86)
    %c17408_23 = arith.constant 17408 : index loc(#loc87)
    %view_24 = memref.view %arg2[%c17408_23][] : memref<?xi8> to memref<1x17x4x16xf32> loc(#loc87)
    kernel.launch @attention_146dcd9f64dabcee(%view_22) outs(%view_24) : (memref<1x17x192xf32>) outs(memref<1x17x4x16xf32>) loc(#loc87)
    %reinterpret_cast_25 = memref.reinterpret_cast %view_24 to offset: [0], sizes: [1, 17, 64], strides: [1088, 64, 1] : memref<1x17x4x16xf32> to memref<1x17x64xf32> loc(#loc88)
    %49 = kernel.get_constant @weight_49_panels : memref<64x64xf32> loc(#loc63)
    %c8704_26 = arith.constant 8704 : index loc(#loc89)
    %view_27 = memref.view %arg2[%c8704_26][] : memref<?xi8> to memref<1x17x64xf32> loc(#loc89)
    kernel.launch @contraction_1480ae29d7f6bcb8(%reinterpret_cast_25, %49, %25, %view_20) outs(%view_27) : (memref<1x17x64xf32>, memref<64x64xf32>, memref<64xf32>, memref<1x17x64xf32>) outs(memref<1x17x64xf32>) loc(#loc89)
    %50 = kernel.get_constant @weight_50_panels : memref<64x128xf32> loc(#loc64)
    %c0_28 = arith.constant 0 : index loc(#loc90)
    %view_29 = memref.view %arg2[%c0_28][] : memref<?xi8> to memref<1x17x128xf32> loc(#loc90)
    kernel.launch @contraction_19d0c5219ef9fda5(%view_27, %22, %23, %50, %26) outs(%view_29) : (memref<1x17x64xf32>, memref<64xf32>, memref<64xf32>, memref<64x128xf32>, memref<128xf32>) outs(memref<1x17x128xf32>) loc(#loc90)
    %51 = kernel.get_constant @weight_51_panels : memref<128x64xf32> loc(#loc65)
    %c13056_30 = arith.constant 13056 : index loc(#loc91)
    %view_31 = memref.view %arg2[%c13056_30][] : memref<?xi8> to memref<1x17x64xf32> loc(#loc91)
    kernel.launch @contraction_47f3db460752161c(%view_29, %51, %27, %view_27) outs(%view_31) : (memref<1x17x128xf32>, memref<128x64xf32>, memref<64xf32>, memref<1x17x64xf32>) outs(memref<1x17x64xf32>) loc(#loc91)
    %52 = kernel.get_constant @weight_52_panels : memref<64x192xf32> loc(#loc66)
    %c0_32 = arith.constant 0 : index loc(#loc92)
    %view_33 = memref.view %arg2[%c0_32][] : memref<?xi8> to memref<1x17x192xf32> loc(#loc92)
    kernel.launch @contraction_d50f8ec2b85b2be0(%view_31, %28, %29, %52, %32) outs(%view_33) : (memref<1x17x64xf32>, memref<64xf32>, memref<64xf32>, memref<64x192xf32>, memref<192xf32>) outs(memref<1x17x192xf32>) loc(#loc92)
    %c17408_34 = arith.constant 17408 : index loc(#loc93)
    %view_35 = memref.view %arg2[%c17408_34][] : memref<?xi8> to memref<1x17x4x16xf32> loc(#loc93)
    kernel.launch @attention_146dcd9f64dabcee(%view_33) outs(%view_35) : (memref<1x17x192xf32>) outs(memref<1x17x4x16xf32>) loc(#loc93)
    %reinterpret_cast_36 = memref.reinterpret_cast %view_35 to offset: [0], sizes: [1, 17, 64], strides: [1088, 64, 1] : memref<1x17x4x16xf32> to memref<1x17x64xf32> loc(#loc94)
    %53 = kernel.get_constant @weight_53_panels : memref<64x64xf32> loc(#loc67)
    %c8704_37 = arith.constant 8704 : index loc(#loc95)
    %view_38 = memref.view %arg2[%c8704_37][] : memref<?xi8> to memref<1x17x64xf32> loc(#loc95)
    kernel.launch @contraction_1480ae29d7f6bcb8(%reinterpret_cast_36, %53, %33, %view_31) outs(%view_38) : (memref<1x17x64xf32>, memref<64x64xf32>, memref<64xf32>, memref<1x17x64xf32>) outs(memref<1x17x64xf32>) loc(#loc95)
    %54 = kernel.get_constant @weight_54_panels : memref<64x128xf32> loc(#loc68)
    %c0_39 = arith.constant 0 : index loc(#loc96)
    %view_40 = memref.view %arg2[%c0_39][] : memref<?xi8> to memref<1x17x128xf32> loc(#loc96)
    kernel.launch @contraction_19d0c5219ef9fda5(%view_38, %30, %31, %54, %34) outs(%view_40) : (memref<1x17x64xf32>, memref<64xf32>, memref<64xf32>, memref<64x128xf32>, memref<128xf32>) outs(memref<1x17x128xf32>) loc(#loc96)
    %55 = kernel.get_constant @weight_55_panels : memref<128x64xf32> loc(#loc69)
    %c13056_41 = arith.constant 13056 : index loc(#loc97)
    %view_42 = memref.view %arg2[%c13056_41][] : memref<?xi8> to memref<1x17x64xf32> loc(#loc97)
    kernel.launch @contraction_47f3db460752161c(%view_40, %55, %35, %view_38) outs(%view_42) : (memref<1x17x128xf32>, memref<128x64xf32>, memref<64xf32>, memref<1x17x64xf32>) outs(memref<1x17x64xf32>) loc(#loc97)
    %c0_43 = arith.constant 0 : index loc(#loc98)
    %view_44 = memref.view %arg2[%c0_43][] : memref<?xi8> to memref<1x17x64xf32> loc(#loc98)
    kernel.launch @rows_ba5d1e071e71964c(%view_42, %36, %37) outs(%view_44) : (memref<1x17x64xf32>, memref<64xf32>, memref<64xf32>) outs(memref<1x17x64xf32>) loc(#loc98)
    kernel.launch @contraction_d9fb28d5a36659b8(%view_44, %38, %39) outs(%arg1) : (memref<1x17x64xf32>, memref<10x64xf32>, memref<10xf32>) outs(memref<1x10xf32>) loc(#loc99)
    return loc(#loc)
  } loc(#loc)
  kernel.func @convolution_5953a0829c4d60ab(%arg0: tensor<1x1x8x8xf32> loc("/patch/Conv"(#loc4)), %arg1: tensor<64x1x2x2xf32> loc("/patch/Conv"(#loc4)), %arg2: tensor<64xf32> loc("/patch/Conv"(#loc4))) -> tensor<1x4x4x64xf32> attributes {anchor = #kernel.anchor<convolution>, backend = #kernel.backend<halide>, schedule = #kernel.schedule<conv mr = 4, nv = 2>} {
    %cst = arith.constant 0.000000e+00 : f32 loc(#loc71)
    %0 = tensor.empty() : tensor<1x4x4x64xf32> loc(#loc71)
    %1 = linalg.fill ins(%cst : f32) outs(%0 : tensor<1x4x4x64xf32>) -> tensor<1x4x4x64xf32> loc(#loc71)
    %2 = linalg.generic {indexing_maps = [#map, #map1, #map2], iterator_types = ["parallel", "parallel", "parallel", "parallel", "reduction", "reduction", "reduction"]} ins(%arg0, %arg1 : tensor<1x1x8x8xf32>, tensor<64x1x2x2xf32>) outs(%1 : tensor<1x4x4x64xf32>) {
    ^bb0(%in: f32 loc("image"(#loc3)), %in_0: f32 loc("patch.weight"(#loc2)), %out: f32 loc("/patch/Conv"(#loc4))):
      %4 = arith.mulf %in, %in_0 : f32 loc(#loc71)
      %5 = arith.addf %out, %4 : f32 loc(#loc71)
      linalg.yield %5 : f32 loc(#loc71)
    } -> tensor<1x4x4x64xf32> loc(#loc71)
    %3 = linalg.generic {indexing_maps = [#map3, #map4, #map3], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%2, %arg2 : tensor<1x4x4x64xf32>, tensor<64xf32>) outs(%0 : tensor<1x4x4x64xf32>) {
    ^bb0(%in: f32 loc("/patch/Conv"(#loc4)), %in_0: f32 loc("patch.bias"(#loc2)), %out: f32 loc("/patch/Conv"(#loc4))):
      %4 = arith.addf %in, %in_0 : f32 loc(#loc71)
      linalg.yield %4 : f32 loc(#loc71)
    } -> tensor<1x4x4x64xf32> loc(#loc71)
    kernel.return %3 : tensor<1x4x4x64xf32> loc(#loc71)
  } loc(#loc71)
  kernel.func @elementwise_e4ecc8361f711440(%arg0: tensor<1x1x64xf32> loc("/Concat_2"(#loc6)), %arg1: tensor<1x16x64xf32> loc("/Concat_2"(#loc6)), %arg2: tensor<1x17x64xf32> loc("/Concat_2"(#loc6))) -> tensor<1x17x64xf32> attributes {anchor = #kernel.anchor<elementwise>, backend = #kernel.backend<halide>, schedule = #kernel.schedule<ew unroll = 4, vec = 16>} {
    %0 = tensor.empty() : tensor<1x17x64xf32> loc(#loc73)
    %inserted_slice = tensor.insert_slice %arg0 into %0[0, 0, 0] [1, 1, 64] [1, 1, 1] : tensor<1x1x64xf32> into tensor<1x17x64xf32> loc(#loc73)
    %inserted_slice_0 = tensor.insert_slice %arg1 into %inserted_slice[0, 1, 0] [1, 16, 64] [1, 1, 1] : tensor<1x16x64xf32> into tensor<1x17x64xf32> loc(#loc73)
    %1 = linalg.generic {indexing_maps = [#map5, #map5, #map5], iterator_types = ["parallel", "parallel", "parallel"]} ins(%inserted_slice_0, %arg2 : tensor<1x17x64xf32>, tensor<1x17x64xf32>) outs(%0 : tensor<1x17x64xf32>) {
    ^bb0(%in: f32 loc("/Concat_2"(#loc6)), %in_1: f32 loc("pos"(#loc2)), %out: f32 loc("/Add"(#loc11))):
      %2 = arith.addf %in, %in_1 : f32 loc(#loc100)
      linalg.yield %2 : f32 loc(#loc100)
    } -> tensor<1x17x64xf32> loc(#loc100)
    kernel.return %1 : tensor<1x17x64xf32> loc(#loc73)
  } loc(#loc73)
  kernel.func @contraction_d50f8ec2b85b2be0(%arg0: tensor<1x17x64xf32> loc("/blocks/blocks.0/qkv/MatMul"(#loc7)), %arg1: tensor<64xf32> loc("/blocks/blocks.0/qkv/MatMul"(#loc7)), %arg2: tensor<64xf32> loc("/blocks/blocks.0/qkv/MatMul"(#loc7)), %arg3: tensor<64x192xf32, #kernel.panels<64>> loc("/blocks/blocks.0/qkv/MatMul"(#loc7)), %arg4: tensor<192xf32> loc("/blocks/blocks.0/qkv/MatMul"(#loc7))) -> tensor<1x17x192xf32> attributes {anchor = #kernel.anchor<contraction>, backend = #kernel.backend<halide>, schedule = #kernel.schedule<gemm mr = 6, nv = 4>} {
    %cst = arith.constant 0.000000e+00 : f32 loc(#loc71)
    %0 = tensor.empty() : tensor<1x17xf32> loc(#loc101)
    %1 = linalg.fill ins(%cst : f32) outs(%0 : tensor<1x17xf32>) -> tensor<1x17xf32> loc(#loc101)
    %2 = linalg.generic {indexing_maps = [#map5, #map6], iterator_types = ["parallel", "parallel", "reduction"]} ins(%arg0 : tensor<1x17x64xf32>) outs(%1 : tensor<1x17xf32>) {
    ^bb0(%in: f32 loc("/Add"(#loc11)), %out: f32 loc("/blocks/blocks.0/n1/LayerNormalization"(#loc9))):
      %13 = arith.addf %out, %in : f32 loc(#loc101)
      linalg.yield %13 : f32 loc(#loc101)
    } -> tensor<1x17xf32> loc(#loc101)
    %3 = linalg.generic {indexing_maps = [#map7, #map7], iterator_types = ["parallel", "parallel"]} ins(%2 : tensor<1x17xf32>) outs(%0 : tensor<1x17xf32>) {
    ^bb0(%in: f32 loc("/blocks/blocks.0/n1/LayerNormalization"(#loc9)), %out: f32 loc("/blocks/blocks.0/n1/LayerNormalization"(#loc9))):
      %cst_0 = arith.constant 6.400000e+01 : f32 loc(#loc101)
      %13 = arith.divf %in, %cst_0 : f32 loc(#loc101)
      linalg.yield %13 : f32 loc(#loc101)
    } -> tensor<1x17xf32> loc(#loc101)
    %4 = tensor.empty() : tensor<1x17x64xf32> loc(#loc73)
    %5 = linalg.generic {indexing_maps = [#map5, #map6, #map5], iterator_types = ["parallel", "parallel", "parallel"]} ins(%arg0, %3 : tensor<1x17x64xf32>, tensor<1x17xf32>) outs(%4 : tensor<1x17x64xf32>) {
    ^bb0(%in: f32 loc("/Add"(#loc11)), %in_0: f32 loc("/blocks/blocks.0/n1/LayerNormalization"(#loc9)), %out: f32 loc("/blocks/blocks.0/n1/LayerNormalization"(#loc9))):
      %13 = arith.subf %in, %in_0 : f32 loc(#loc101)
      linalg.yield %13 : f32 loc(#loc101)
    } -> tensor<1x17x64xf32> loc(#loc101)
    %6 = linalg.generic {indexing_maps = [#map5, #map6], iterator_types = ["parallel", "parallel", "reduction"]} ins(%5 : tensor<1x17x64xf32>) outs(%1 : tensor<1x17xf32>) {
    ^bb0(%in: f32 loc("/blocks/blocks.0/n1/LayerNormalization"(#loc9)), %out: f32 loc("/blocks/blocks.0/n1/LayerNormalization"(#loc9))):
      %13 = arith.mulf %in, %in : f32 loc(#loc101)
      %14 = arith.addf %out, %13 : f32 loc(#loc101)
      linalg.yield %14 : f32 loc(#loc101)
    } -> tensor<1x17xf32> loc(#loc101)
    %7 = linalg.generic {indexing_maps = [#map7, #map7], iterator_types = ["parallel", "parallel"]} ins(%6 : tensor<1x17xf32>) outs(%0 : tensor<1x17xf32>) {
    ^bb0(%in: f32 loc("/blocks/blocks.0/n1/LayerNormalization"(#loc9)), %out: f32 loc("/blocks/blocks.0/n1/LayerNormalization"(#loc9))):
      %cst_0 = arith.constant 6.400000e+01 : f32 loc(#loc101)
      %13 = arith.divf %in, %cst_0 : f32 loc(#loc101)
      %cst_1 = arith.constant 9.99999974E-6 : f32 loc(#loc101)
      %14 = arith.addf %13, %cst_1 : f32 loc(#loc101)
      %15 = math.sqrt %14 : f32 loc(#loc101)
      %cst_2 = arith.constant 1.000000e+00 : f32 loc(#loc101)
      %16 = arith.divf %cst_2, %15 : f32 loc(#loc101)
      linalg.yield %16 : f32 loc(#loc101)
    } -> tensor<1x17xf32> loc(#loc101)
    %8 = linalg.generic {indexing_maps = [#map5, #map6, #map8, #map8, #map5], iterator_types = ["parallel", "parallel", "parallel"]} ins(%5, %7, %arg1, %arg2 : tensor<1x17x64xf32>, tensor<1x17xf32>, tensor<64xf32>, tensor<64xf32>) outs(%4 : tensor<1x17x64xf32>) {
    ^bb0(%in: f32 loc("/blocks/blocks.0/n1/LayerNormalization"(#loc9)), %in_0: f32 loc("/blocks/blocks.0/n1/LayerNormalization"(#loc9)), %in_1: f32 loc("blocks.0.n1.weight"(#loc2)), %in_2: f32 loc("blocks.0.n1.bias"(#loc2)), %out: f32 loc("/blocks/blocks.0/n1/LayerNormalization"(#loc9))):
      %13 = arith.mulf %in, %in_0 : f32 loc(#loc101)
      %14 = arith.mulf %13, %in_1 : f32 loc(#loc101)
      %15 = arith.addf %14, %in_2 : f32 loc(#loc101)
      linalg.yield %15 : f32 loc(#loc101)
    } -> tensor<1x17x64xf32> loc(#loc101)
    %9 = tensor.empty() : tensor<1x17x192xf32> loc(#loc74)
    %10 = linalg.fill ins(%cst : f32) outs(%9 : tensor<1x17x192xf32>) -> tensor<1x17x192xf32> loc(#loc74)
    %11 = linalg.generic {indexing_maps = [#map9, #map10, #map11], iterator_types = ["parallel", "parallel", "parallel", "reduction"]} ins(%8, %arg3 : tensor<1x17x64xf32>, tensor<64x192xf32, #kernel.panels<64>>) outs(%10 : tensor<1x17x192xf32>) {
    ^bb0(%in: f32 loc("/blocks/blocks.0/n1/LayerNormalization"(#loc9)), %in_0: f32 loc("onnx::MatMul_405"(#loc2)), %out: f32 loc("/blocks/blocks.0/qkv/MatMul"(#loc7))):
      %13 = arith.mulf %in, %in_0 : f32 loc(#loc74)
      %14 = arith.addf %out, %13 : f32 loc(#loc74)
      linalg.yield %14 : f32 loc(#loc74)
    } -> tensor<1x17x192xf32> loc(#loc74)
    %12 = linalg.generic {indexing_maps = [#map5, #map8, #map5], iterator_types = ["parallel", "parallel", "parallel"]} ins(%11, %arg4 : tensor<1x17x192xf32>, tensor<192xf32>) outs(%9 : tensor<1x17x192xf32>) {
    ^bb0(%in: f32 loc("/blocks/blocks.0/qkv/MatMul"(#loc7)), %in_0: f32 loc("blocks.0.qkv.bias"(#loc2)), %out: f32 loc("/blocks/blocks.0/qkv/Add"(#loc11))):
      %13 = arith.addf %in, %in_0 : f32 loc(#loc102)
      linalg.yield %13 : f32 loc(#loc102)
    } -> tensor<1x17x192xf32> loc(#loc102)
    kernel.return %12 : tensor<1x17x192xf32> loc(#loc74)
  } loc(#loc74)
  kernel.func @attention_146dcd9f64dabcee(%arg0: tensor<1x17x192xf32> loc("/blocks/blocks.0/Softmax"(#loc8))) -> tensor<1x17x4x16xf32> attributes {anchor = #kernel.anchor<attention>, backend = #kernel.backend<halide>, schedule = #kernel.schedule<attention r = 6>} {
    %output = attn.attention ins(%arg0, %arg0, %arg0 : tensor<1x17x192xf32>, tensor<1x17x192xf32>, tensor<1x17x192xf32>) domain = [1, 4, 17, 17, 16, 16] indexing_maps = [#map12, #map13, #map14, #map15] mask = <dense> numerics = <scale = 2.500000e-01 : f64, placement = query> {
    ^bb0(%arg1: f32 loc("/blocks/blocks.0/Softmax"(#loc8)), %arg2: index loc("/blocks/blocks.0/Softmax"(#loc8)), %arg3: index loc("/blocks/blocks.0/Softmax"(#loc8)), %arg4: index loc("/blocks/blocks.0/Softmax"(#loc8)), %arg5: index loc("/blocks/blocks.0/Softmax"(#loc8))):
      attn.yield %arg1 : f32 loc(#loc75)
    } -> tensor<1x17x4x16xf32> loc(#loc75)
    kernel.return %output : tensor<1x17x4x16xf32> loc(#loc75)
  } loc(#loc75)
  kernel.func @contraction_1480ae29d7f6bcb8(%arg0: tensor<1x17x64xf32> loc("/blocks/blocks.0/proj/MatMul"(#loc7)), %arg1: tensor<64x64xf32, #kernel.panels<64>> loc("/blocks/blocks.0/proj/MatMul"(#loc7)), %arg2: tensor<64xf32> loc("/blocks/blocks.0/proj/MatMul"(#loc7)), %arg3: tensor<1x17x64xf32> loc("/blocks/blocks.0/proj/MatMul"(#loc7))) -> tensor<1x17x64xf32> attributes {anchor = #kernel.anchor<contraction>, backend = #kernel.backend<halide>, schedule = #kernel.schedule<gemm mr = 6, nv = 4>} {
    %cst = arith.constant 0.000000e+00 : f32 loc(#loc71)
    %0 = tensor.empty() : tensor<1x17x64xf32> loc(#loc73)
    %1 = linalg.fill ins(%cst : f32) outs(%0 : tensor<1x17x64xf32>) -> tensor<1x17x64xf32> loc(#loc77)
    %2 = linalg.generic {indexing_maps = [#map9, #map10, #map11], iterator_types = ["parallel", "parallel", "parallel", "reduction"]} ins(%arg0, %arg1 : tensor<1x17x64xf32>, tensor<64x64xf32, #kernel.panels<64>>) outs(%1 : tensor<1x17x64xf32>) {
    ^bb0(%in: f32 loc("/blocks/blocks.0/Reshape_1"(#loc5)), %in_0: f32 loc("onnx::MatMul_408"(#loc2)), %out: f32 loc("/blocks/blocks.0/proj/MatMul"(#loc7))):
      %5 = arith.mulf %in, %in_0 : f32 loc(#loc77)
      %6 = arith.addf %out, %5 : f32 loc(#loc77)
      linalg.yield %6 : f32 loc(#loc77)
    } -> tensor<1x17x64xf32> loc(#loc77)
    %3 = linalg.generic {indexing_maps = [#map5, #map8, #map5], iterator_types = ["parallel", "parallel", "parallel"]} ins(%2, %arg2 : tensor<1x17x64xf32>, tensor<64xf32>) outs(%0 : tensor<1x17x64xf32>) {
    ^bb0(%in: f32 loc("/blocks/blocks.0/proj/MatMul"(#loc7)), %in_0: f32 loc("blocks.0.proj.bias"(#loc2)), %out: f32 loc("/blocks/blocks.0/proj/Add"(#loc11))):
      %5 = arith.addf %in, %in_0 : f32 loc(#loc103)
      linalg.yield %5 : f32 loc(#loc103)
    } -> tensor<1x17x64xf32> loc(#loc103)
    %4 = linalg.generic {indexing_maps = [#map5, #map5, #map5], iterator_types = ["parallel", "parallel", "parallel"]} ins(%arg3, %3 : tensor<1x17x64xf32>, tensor<1x17x64xf32>) outs(%0 : tensor<1x17x64xf32>) {
    ^bb0(%in: f32 loc("/Add"(#loc11)), %in_0: f32 loc("/blocks/blocks.0/proj/Add"(#loc11)), %out: f32 loc("/blocks/blocks.0/Add"(#loc11))):
      %5 = arith.addf %in, %in_0 : f32 loc(#loc104)
      linalg.yield %5 : f32 loc(#loc104)
    } -> tensor<1x17x64xf32> loc(#loc104)
    kernel.return %4 : tensor<1x17x64xf32> loc(#loc77)
  } loc(#loc77)
  kernel.func @contraction_19d0c5219ef9fda5(%arg0: tensor<1x17x64xf32> loc("/blocks/blocks.0/fc1/MatMul"(#loc7)), %arg1: tensor<64xf32> loc("/blocks/blocks.0/fc1/MatMul"(#loc7)), %arg2: tensor<64xf32> loc("/blocks/blocks.0/fc1/MatMul"(#loc7)), %arg3: tensor<64x128xf32, #kernel.panels<64>> loc("/blocks/blocks.0/fc1/MatMul"(#loc7)), %arg4: tensor<128xf32> loc("/blocks/blocks.0/fc1/MatMul"(#loc7))) -> tensor<1x17x128xf32> attributes {anchor = #kernel.anchor<contraction>, backend = #kernel.backend<halide>, schedule = #kernel.schedule<gemm mr = 6, nv = 4>} {
    %cst = arith.constant 0.000000e+00 : f32 loc(#loc71)
    %0 = tensor.empty() : tensor<1x17xf32> loc(#loc101)
    %1 = linalg.fill ins(%cst : f32) outs(%0 : tensor<1x17xf32>) -> tensor<1x17xf32> loc(#loc101)
    %2 = linalg.generic {indexing_maps = [#map5, #map6], iterator_types = ["parallel", "parallel", "reduction"]} ins(%arg0 : tensor<1x17x64xf32>) outs(%1 : tensor<1x17xf32>) {
    ^bb0(%in: f32 loc("/blocks/blocks.0/Add"(#loc11)), %out: f32 loc("/blocks/blocks.0/n2/LayerNormalization"(#loc9))):
      %14 = arith.addf %out, %in : f32 loc(#loc105)
      linalg.yield %14 : f32 loc(#loc105)
    } -> tensor<1x17xf32> loc(#loc105)
    %3 = linalg.generic {indexing_maps = [#map7, #map7], iterator_types = ["parallel", "parallel"]} ins(%2 : tensor<1x17xf32>) outs(%0 : tensor<1x17xf32>) {
    ^bb0(%in: f32 loc("/blocks/blocks.0/n2/LayerNormalization"(#loc9)), %out: f32 loc("/blocks/blocks.0/n2/LayerNormalization"(#loc9))):
      %cst_0 = arith.constant 6.400000e+01 : f32 loc(#loc105)
      %14 = arith.divf %in, %cst_0 : f32 loc(#loc105)
      linalg.yield %14 : f32 loc(#loc105)
    } -> tensor<1x17xf32> loc(#loc105)
    %4 = tensor.empty() : tensor<1x17x64xf32> loc(#loc73)
    %5 = linalg.generic {indexing_maps = [#map5, #map6, #map5], iterator_types = ["parallel", "parallel", "parallel"]} ins(%arg0, %3 : tensor<1x17x64xf32>, tensor<1x17xf32>) outs(%4 : tensor<1x17x64xf32>) {
    ^bb0(%in: f32 loc("/blocks/blocks.0/Add"(#loc11)), %in_0: f32 loc("/blocks/blocks.0/n2/LayerNormalization"(#loc9)), %out: f32 loc("/blocks/blocks.0/n2/LayerNormalization"(#loc9))):
      %14 = arith.subf %in, %in_0 : f32 loc(#loc105)
      linalg.yield %14 : f32 loc(#loc105)
    } -> tensor<1x17x64xf32> loc(#loc105)
    %6 = linalg.generic {indexing_maps = [#map5, #map6], iterator_types = ["parallel", "parallel", "reduction"]} ins(%5 : tensor<1x17x64xf32>) outs(%1 : tensor<1x17xf32>) {
    ^bb0(%in: f32 loc("/blocks/blocks.0/n2/LayerNormalization"(#loc9)), %out: f32 loc("/blocks/blocks.0/n2/LayerNormalization"(#loc9))):
      %14 = arith.mulf %in, %in : f32 loc(#loc105)
      %15 = arith.addf %out, %14 : f32 loc(#loc105)
      linalg.yield %15 : f32 loc(#loc105)
    } -> tensor<1x17xf32> loc(#loc105)
    %7 = linalg.generic {indexing_maps = [#map7, #map7], iterator_types = ["parallel", "parallel"]} ins(%6 : tensor<1x17xf32>) outs(%0 : tensor<1x17xf32>) {
    ^bb0(%in: f32 loc("/blocks/blocks.0/n2/LayerNormalization"(#loc9)), %out: f32 loc("/blocks/blocks.0/n2/LayerNormalization"(#loc9))):
      %cst_0 = arith.constant 6.400000e+01 : f32 loc(#loc105)
      %14 = arith.divf %in, %cst_0 : f32 loc(#loc105)
      %cst_1 = arith.constant 9.99999974E-6 : f32 loc(#loc105)
      %15 = arith.addf %14, %cst_1 : f32 loc(#loc105)
      %16 = math.sqrt %15 : f32 loc(#loc105)
      %cst_2 = arith.constant 1.000000e+00 : f32 loc(#loc105)
      %17 = arith.divf %cst_2, %16 : f32 loc(#loc105)
      linalg.yield %17 : f32 loc(#loc105)
    } -> tensor<1x17xf32> loc(#loc105)
    %8 = linalg.generic {indexing_maps = [#map5, #map6, #map8, #map8, #map5], iterator_types = ["parallel", "parallel", "parallel"]} ins(%5, %7, %arg1, %arg2 : tensor<1x17x64xf32>, tensor<1x17xf32>, tensor<64xf32>, tensor<64xf32>) outs(%4 : tensor<1x17x64xf32>) {
    ^bb0(%in: f32 loc("/blocks/blocks.0/n2/LayerNormalization"(#loc9)), %in_0: f32 loc("/blocks/blocks.0/n2/LayerNormalization"(#loc9)), %in_1: f32 loc("blocks.0.n2.weight"(#loc2)), %in_2: f32 loc("blocks.0.n2.bias"(#loc2)), %out: f32 loc("/blocks/blocks.0/n2/LayerNormalization"(#loc9))):
      %14 = arith.mulf %in, %in_0 : f32 loc(#loc105)
      %15 = arith.mulf %14, %in_1 : f32 loc(#loc105)
      %16 = arith.addf %15, %in_2 : f32 loc(#loc105)
      linalg.yield %16 : f32 loc(#loc105)
    } -> tensor<1x17x64xf32> loc(#loc105)
    %9 = tensor.empty() : tensor<1x17x128xf32> loc(#loc78)
    %10 = linalg.fill ins(%cst : f32) outs(%9 : tensor<1x17x128xf32>) -> tensor<1x17x128xf32> loc(#loc78)
    %11 = linalg.generic {indexing_maps = [#map9, #map10, #map11], iterator_types = ["parallel", "parallel", "parallel", "reduction"]} ins(%8, %arg3 : tensor<1x17x64xf32>, tensor<64x128xf32, #kernel.panels<64>>) outs(%10 : tensor<1x17x128xf32>) {
    ^bb0(%in: f32 loc("/blocks/blocks.0/n2/LayerNormalization"(#loc9)), %in_0: f32 loc("onnx::MatMul_409"(#loc2)), %out: f32 loc("/blocks/blocks.0/fc1/MatMul"(#loc7))):
      %14 = arith.mulf %in, %in_0 : f32 loc(#loc78)
      %15 = arith.addf %out, %14 : f32 loc(#loc78)
      linalg.yield %15 : f32 loc(#loc78)
    } -> tensor<1x17x128xf32> loc(#loc78)
    %12 = linalg.generic {indexing_maps = [#map5, #map8, #map5], iterator_types = ["parallel", "parallel", "parallel"]} ins(%11, %arg4 : tensor<1x17x128xf32>, tensor<128xf32>) outs(%9 : tensor<1x17x128xf32>) {
    ^bb0(%in: f32 loc("/blocks/blocks.0/fc1/MatMul"(#loc7)), %in_0: f32 loc("blocks.0.fc1.bias"(#loc2)), %out: f32 loc("/blocks/blocks.0/fc1/Add"(#loc11))):
      %14 = arith.addf %in, %in_0 : f32 loc(#loc106)
      linalg.yield %14 : f32 loc(#loc106)
    } -> tensor<1x17x128xf32> loc(#loc106)
    %13 = linalg.generic {indexing_maps = [#map5, #map5], iterator_types = ["parallel", "parallel", "parallel"]} ins(%12 : tensor<1x17x128xf32>) outs(%9 : tensor<1x17x128xf32>) {
    ^bb0(%in: f32 loc("/blocks/blocks.0/fc1/Add"(#loc11)), %out: f32 loc("/blocks/blocks.0/Mul_2"(#loc12))):
      %cst_0 = arith.constant 0.707106769 : f32 loc(#loc107)
      %14 = arith.mulf %in, %cst_0 : f32 loc(#loc107)
      %15 = math.erf %14 : f32 loc(#loc107)
      %cst_1 = arith.constant 5.000000e-01 : f32 loc(#loc107)
      %16 = arith.mulf %in, %cst_1 : f32 loc(#loc107)
      %cst_2 = arith.constant 1.000000e+00 : f32 loc(#loc107)
      %17 = arith.addf %15, %cst_2 : f32 loc(#loc107)
      %18 = arith.mulf %16, %17 : f32 loc(#loc107)
      linalg.yield %18 : f32 loc(#loc107)
    } -> tensor<1x17x128xf32> loc(#loc107)
    kernel.return %13 : tensor<1x17x128xf32> loc(#loc78)
  } loc(#loc78)
  kernel.func @contraction_47f3db460752161c(%arg0: tensor<1x17x128xf32> loc("/blocks/blocks.0/fc2/MatMul"(#loc7)), %arg1: tensor<128x64xf32, #kernel.panels<64>> loc("/blocks/blocks.0/fc2/MatMul"(#loc7)), %arg2: tensor<64xf32> loc("/blocks/blocks.0/fc2/MatMul"(#loc7)), %arg3: tensor<1x17x64xf32> loc("/blocks/blocks.0/fc2/MatMul"(#loc7))) -> tensor<1x17x64xf32> attributes {anchor = #kernel.anchor<contraction>, backend = #kernel.backend<halide>, schedule = #kernel.schedule<gemm mr = 6, nv = 4>} {
    %cst = arith.constant 0.000000e+00 : f32 loc(#loc71)
    %0 = tensor.empty() : tensor<1x17x64xf32> loc(#loc73)
    %1 = linalg.fill ins(%cst : f32) outs(%0 : tensor<1x17x64xf32>) -> tensor<1x17x64xf32> loc(#loc77)
    %2 = linalg.generic {indexing_maps = [#map9, #map10, #map11], iterator_types = ["parallel", "parallel", "parallel", "reduction"]} ins(%arg0, %arg1 : tensor<1x17x128xf32>, tensor<128x64xf32, #kernel.panels<64>>) outs(%1 : tensor<1x17x64xf32>) {
    ^bb0(%in: f32 loc("/blocks/blocks.0/Mul_2"(#loc12)), %in_0: f32 loc("onnx::MatMul_410"(#loc2)), %out: f32 loc("/blocks/blocks.0/fc2/MatMul"(#loc7))):
      %5 = arith.mulf %in, %in_0 : f32 loc(#loc79)
      %6 = arith.addf %out, %5 : f32 loc(#loc79)
      linalg.yield %6 : f32 loc(#loc79)
    } -> tensor<1x17x64xf32> loc(#loc79)
    %3 = linalg.generic {indexing_maps = [#map5, #map8, #map5], iterator_types = ["parallel", "parallel", "parallel"]} ins(%2, %arg2 : tensor<1x17x64xf32>, tensor<64xf32>) outs(%0 : tensor<1x17x64xf32>) {
    ^bb0(%in: f32 loc("/blocks/blocks.0/fc2/MatMul"(#loc7)), %in_0: f32 loc("blocks.0.fc2.bias"(#loc2)), %out: f32 loc("/blocks/blocks.0/fc2/Add"(#loc11))):
      %5 = arith.addf %in, %in_0 : f32 loc(#loc108)
      linalg.yield %5 : f32 loc(#loc108)
    } -> tensor<1x17x64xf32> loc(#loc108)
    %4 = linalg.generic {indexing_maps = [#map5, #map5, #map5], iterator_types = ["parallel", "parallel", "parallel"]} ins(%arg3, %3 : tensor<1x17x64xf32>, tensor<1x17x64xf32>) outs(%0 : tensor<1x17x64xf32>) {
    ^bb0(%in: f32 loc("/blocks/blocks.0/Add"(#loc11)), %in_0: f32 loc("/blocks/blocks.0/fc2/Add"(#loc11)), %out: f32 loc("/blocks/blocks.0/Add_2"(#loc11))):
      %5 = arith.addf %in, %in_0 : f32 loc(#loc109)
      linalg.yield %5 : f32 loc(#loc109)
    } -> tensor<1x17x64xf32> loc(#loc109)
    kernel.return %4 : tensor<1x17x64xf32> loc(#loc79)
  } loc(#loc79)
  kernel.func @rows_ba5d1e071e71964c(%arg0: tensor<1x17x64xf32> loc("/norm/LayerNormalization"(#loc9)), %arg1: tensor<64xf32> loc("/norm/LayerNormalization"(#loc9)), %arg2: tensor<64xf32> loc("/norm/LayerNormalization"(#loc9))) -> tensor<1x17x64xf32> attributes {anchor = #kernel.anchor<rows>, backend = #kernel.backend<halide>, schedule = #kernel.schedule<rows unroll = 4>} {
    %cst = arith.constant 0.000000e+00 : f32 loc(#loc71)
    %0 = tensor.empty() : tensor<1x17xf32> loc(#loc101)
    %1 = linalg.fill ins(%cst : f32) outs(%0 : tensor<1x17xf32>) -> tensor<1x17xf32> loc(#loc101)
    %2 = linalg.generic {indexing_maps = [#map5, #map6], iterator_types = ["parallel", "parallel", "reduction"]} ins(%arg0 : tensor<1x17x64xf32>) outs(%1 : tensor<1x17xf32>) {
    ^bb0(%in: f32 loc("/blocks/blocks.3/Add_2"(#loc11)), %out: f32 loc("/norm/LayerNormalization"(#loc9))):
      %9 = arith.addf %out, %in : f32 loc(#loc98)
      linalg.yield %9 : f32 loc(#loc98)
    } -> tensor<1x17xf32> loc(#loc98)
    %3 = linalg.generic {indexing_maps = [#map7, #map7], iterator_types = ["parallel", "parallel"]} ins(%2 : tensor<1x17xf32>) outs(%0 : tensor<1x17xf32>) {
    ^bb0(%in: f32 loc("/norm/LayerNormalization"(#loc9)), %out: f32 loc("/norm/LayerNormalization"(#loc9))):
      %cst_0 = arith.constant 6.400000e+01 : f32 loc(#loc98)
      %9 = arith.divf %in, %cst_0 : f32 loc(#loc98)
      linalg.yield %9 : f32 loc(#loc98)
    } -> tensor<1x17xf32> loc(#loc98)
    %4 = tensor.empty() : tensor<1x17x64xf32> loc(#loc73)
    %5 = linalg.generic {indexing_maps = [#map5, #map6, #map5], iterator_types = ["parallel", "parallel", "parallel"]} ins(%arg0, %3 : tensor<1x17x64xf32>, tensor<1x17xf32>) outs(%4 : tensor<1x17x64xf32>) {
    ^bb0(%in: f32 loc("/blocks/blocks.3/Add_2"(#loc11)), %in_0: f32 loc("/norm/LayerNormalization"(#loc9)), %out: f32 loc("/norm/LayerNormalization"(#loc9))):
      %9 = arith.subf %in, %in_0 : f32 loc(#loc98)
      linalg.yield %9 : f32 loc(#loc98)
    } -> tensor<1x17x64xf32> loc(#loc98)
    %6 = linalg.generic {indexing_maps = [#map5, #map6], iterator_types = ["parallel", "parallel", "reduction"]} ins(%5 : tensor<1x17x64xf32>) outs(%1 : tensor<1x17xf32>) {
    ^bb0(%in: f32 loc("/norm/LayerNormalization"(#loc9)), %out: f32 loc("/norm/LayerNormalization"(#loc9))):
      %9 = arith.mulf %in, %in : f32 loc(#loc98)
      %10 = arith.addf %out, %9 : f32 loc(#loc98)
      linalg.yield %10 : f32 loc(#loc98)
    } -> tensor<1x17xf32> loc(#loc98)
    %7 = linalg.generic {indexing_maps = [#map7, #map7], iterator_types = ["parallel", "parallel"]} ins(%6 : tensor<1x17xf32>) outs(%0 : tensor<1x17xf32>) {
    ^bb0(%in: f32 loc("/norm/LayerNormalization"(#loc9)), %out: f32 loc("/norm/LayerNormalization"(#loc9))):
      %cst_0 = arith.constant 6.400000e+01 : f32 loc(#loc98)
      %9 = arith.divf %in, %cst_0 : f32 loc(#loc98)
      %cst_1 = arith.constant 9.99999974E-6 : f32 loc(#loc98)
      %10 = arith.addf %9, %cst_1 : f32 loc(#loc98)
      %11 = math.sqrt %10 : f32 loc(#loc98)
      %cst_2 = arith.constant 1.000000e+00 : f32 loc(#loc98)
      %12 = arith.divf %cst_2, %11 : f32 loc(#loc98)
      linalg.yield %12 : f32 loc(#loc98)
    } -> tensor<1x17xf32> loc(#loc98)
    %8 = linalg.generic {indexing_maps = [#map5, #map6, #map8, #map8, #map5], iterator_types = ["parallel", "parallel", "parallel"]} ins(%5, %7, %arg1, %arg2 : tensor<1x17x64xf32>, tensor<1x17xf32>, tensor<64xf32>, tensor<64xf32>) outs(%4 : tensor<1x17x64xf32>) {
    ^bb0(%in: f32 loc("/norm/LayerNormalization"(#loc9)), %in_0: f32 loc("/norm/LayerNormalization"(#loc9)), %in_1: f32 loc("norm.weight"(#loc2)), %in_2: f32 loc("norm.bias"(#loc2)), %out: f32 loc("/norm/LayerNormalization"(#loc9))):
      %9 = arith.mulf %in, %in_0 : f32 loc(#loc98)
      %10 = arith.mulf %9, %in_1 : f32 loc(#loc98)
      %11 = arith.addf %10, %in_2 : f32 loc(#loc98)
      linalg.yield %11 : f32 loc(#loc98)
    } -> tensor<1x17x64xf32> loc(#loc98)
    kernel.return %8 : tensor<1x17x64xf32> loc(#loc98)
  } loc(#loc98)
  kernel.func @contraction_d9fb28d5a36659b8(%arg0: tensor<1x17x64xf32> loc("/head/Gemm"(#loc10)), %arg1: tensor<10x64xf32> loc("/head/Gemm"(#loc10)), %arg2: tensor<10xf32> loc("/head/Gemm"(#loc10))) -> tensor<1x10xf32> attributes {anchor = #kernel.anchor<contraction>, backend = #kernel.backend<halide>, schedule = #kernel.schedule<gemm mr = 1, nv = 1>} {
    %cst = arith.constant 0.000000e+00 : f32 loc(#loc71)
    %0 = tensor.empty() : tensor<1x10xf32> loc(#loc99)
    %1 = linalg.fill ins(%cst : f32) outs(%0 : tensor<1x10xf32>) -> tensor<1x10xf32> loc(#loc99)
    %2 = linalg.generic {indexing_maps = [#map16, #map17, #map6], iterator_types = ["parallel", "parallel", "reduction"]} ins(%arg0, %arg1 : tensor<1x17x64xf32>, tensor<10x64xf32>) outs(%1 : tensor<1x10xf32>) {
    ^bb0(%in: f32 loc("/Gather_1"(#loc13)), %in_0: f32 loc("head.weight"(#loc2)), %out: f32 loc("/head/Gemm"(#loc10))):
      %4 = arith.mulf %in, %in_0 : f32 loc(#loc99)
      %5 = arith.addf %out, %4 : f32 loc(#loc99)
      linalg.yield %5 : f32 loc(#loc99)
    } -> tensor<1x10xf32> loc(#loc99)
    %3 = linalg.generic {indexing_maps = [#map7, #map18, #map7], iterator_types = ["parallel", "parallel"]} ins(%2, %arg2 : tensor<1x10xf32>, tensor<10xf32>) outs(%0 : tensor<1x10xf32>) {
    ^bb0(%in: f32 loc("/head/Gemm"(#loc10)), %in_0: f32 loc("head.bias"(#loc2)), %out: f32 loc("/head/Gemm"(#loc10))):
      %4 = arith.addf %in, %in_0 : f32 loc(#loc99)
      linalg.yield %4 : f32 loc(#loc99)
    } -> tensor<1x10xf32> loc(#loc99)
    kernel.return %3 : tensor<1x10xf32> loc(#loc99)
  } loc(#loc99)
} loc(#loc)
#loc14 = loc("cls"(#loc2))
#loc26 = loc("blocks.1.n1.weight"(#loc2))
#loc27 = loc("blocks.1.n1.bias"(#loc2))
#loc28 = loc("blocks.1.n2.weight"(#loc2))
#loc29 = loc("blocks.1.n2.bias"(#loc2))
#loc30 = loc("blocks.1.qkv.bias"(#loc2))
#loc31 = loc("blocks.1.proj.bias"(#loc2))
#loc32 = loc("blocks.1.fc1.bias"(#loc2))
#loc33 = loc("blocks.1.fc2.bias"(#loc2))
#loc34 = loc("blocks.2.n1.weight"(#loc2))
#loc35 = loc("blocks.2.n1.bias"(#loc2))
#loc36 = loc("blocks.2.n2.weight"(#loc2))
#loc37 = loc("blocks.2.n2.bias"(#loc2))
#loc38 = loc("blocks.2.qkv.bias"(#loc2))
#loc39 = loc("blocks.2.proj.bias"(#loc2))
#loc40 = loc("blocks.2.fc1.bias"(#loc2))
#loc41 = loc("blocks.2.fc2.bias"(#loc2))
#loc42 = loc("blocks.3.n1.weight"(#loc2))
#loc43 = loc("blocks.3.n1.bias"(#loc2))
#loc44 = loc("blocks.3.n2.weight"(#loc2))
#loc45 = loc("blocks.3.n2.bias"(#loc2))
#loc46 = loc("blocks.3.qkv.bias"(#loc2))
#loc47 = loc("blocks.3.proj.bias"(#loc2))
#loc48 = loc("blocks.3.fc1.bias"(#loc2))
#loc49 = loc("blocks.3.fc2.bias"(#loc2))
#loc58 = loc("onnx::MatMul_411"(#loc2))
#loc59 = loc("onnx::MatMul_414"(#loc2))
#loc60 = loc("onnx::MatMul_415"(#loc2))
#loc61 = loc("onnx::MatMul_416"(#loc2))
#loc62 = loc("onnx::MatMul_417"(#loc2))
#loc63 = loc("onnx::MatMul_420"(#loc2))
#loc64 = loc("onnx::MatMul_421"(#loc2))
#loc65 = loc("onnx::MatMul_422"(#loc2))
#loc66 = loc("onnx::MatMul_423"(#loc2))
#loc67 = loc("onnx::MatMul_426"(#loc2))
#loc68 = loc("onnx::MatMul_427"(#loc2))
#loc69 = loc("onnx::MatMul_428"(#loc2))
#loc72 = loc("/Reshape"(#loc5))
#loc80 = loc("/blocks/blocks.1/qkv/MatMul"(#loc7))
#loc81 = loc("/blocks/blocks.1/Softmax"(#loc8))
#loc82 = loc("/blocks/blocks.1/Reshape_1"(#loc5))
#loc83 = loc("/blocks/blocks.1/proj/MatMul"(#loc7))
#loc84 = loc("/blocks/blocks.1/fc1/MatMul"(#loc7))
#loc85 = loc("/blocks/blocks.1/fc2/MatMul"(#loc7))
#loc86 = loc("/blocks/blocks.2/qkv/MatMul"(#loc7))
#loc87 = loc("/blocks/blocks.2/Softmax"(#loc8))
#loc88 = loc("/blocks/blocks.2/Reshape_1"(#loc5))
#loc89 = loc("/blocks/blocks.2/proj/MatMul"(#loc7))
#loc90 = loc("/blocks/blocks.2/fc1/MatMul"(#loc7))
#loc91 = loc("/blocks/blocks.2/fc2/MatMul"(#loc7))
#loc92 = loc("/blocks/blocks.3/qkv/MatMul"(#loc7))
#loc93 = loc("/blocks/blocks.3/Softmax"(#loc8))
#loc94 = loc("/blocks/blocks.3/Reshape_1"(#loc5))
#loc95 = loc("/blocks/blocks.3/proj/MatMul"(#loc7))
#loc96 = loc("/blocks/blocks.3/fc1/MatMul"(#loc7))
#loc97 = loc("/blocks/blocks.3/fc2/MatMul"(#loc7))

{-#
  dialect_resources: {
    builtin: {
      constant: "0x40000000F44C8EBAE55416BB3D95B8BB3291923C9A05C03D3AF3033C3228953D2FDA6D3C16E6B3BD6C40FB3CAD56793C8C838FBC4621B43CAFD88ABDCA981F3CEE25083CCF68A33CED4CBB3B4D728D3B90AB563CE27A26BCC6825ABC7D65A2BC6305E23C49BC84BC725E89BC1AABECBDA4A5E3BD2619053CAADC47BC9EC7D63BE417ABBC32F819BC30CA843DAD60CE3C18D321BBCD700E3CAC8B033D6E7527BC001CD9BCFEA4C53CDAD37EBB940D50BCF2D9C4BA1B8ACFBCEFDDA9BC7250303C87B418BCBA65773CCB67A2BCBB8034BC63C1F93C271DB8B916882E3C7DBE4A3DAA2B623D1E67E3BC1672573B4D2644BC38603ABD0AB3F3BA362C213DF69C473C7A2F84BB",
      weight_1: "0x010000005ECB613CA14DA83E6874CDBE0BBBC0BE3D5C66BE40B2673D39E8833B26F7CD3ECF32AF3C407A643ED89BF1BD4FC93DBD5C88FFBEBFE3CABE545B32BE3F0CA23CDC9D7C3EB8BCBE3E966690BE992F71BEEC71213E3187D43E516F0CBE5137AD3EC8E279BD7FF5043D92A1E43E92F2FBBE76FFBCBE2E1C57BE0E4B50BED341D43E5DE3AEBE4D2B80BE2862BEBE9BFDF7BE269BB7BE021FF13E4D582A3E3D15963E36C8F03C6F555FBE0DF0AD3D3C51E3BEA94BE4BEE004B2BE94B8943ED533B63ECB5FA2BE5D5A07BEAE52B33EF8F7063FB1E8563E50508E3D4D3E9F3E0AF59CBEB73B243EA50BC3BE4DA1A4BE6D2E84BEF2447E3EBE884C3E8B67B2BED212543E4A1CAA3E7099E1BDD22A373DE664173EBAD6A83EBDF3E53E90FACBBE89777FBEF3CE213E8587F33ECD23D33EA87A073FA25B163E6C34EDBE478ACC3DDB3C82BE67F3EEBE66E9E83EE240C13E7A5E15BF60301D3E938555BCB27BFDBD80E812BE23442B3E5F28BFBE44DB3D3EDE10873E79DCBA3E9845453EF12504BF7E74D1BEE030AE3EE5AF2D3EE48ABEBE3945ACBEB201043FF631C43EFE1664BEF7C443BEF52C09BFFEC18D3D9BC4BEBEB682CCBE9068ACBDC8D62C3CDECC64BEC088933ECF949CBEAE68E73E31D6AD3E0085D1BE95EA40BEC2D30ABDD08B39BCFA84DC3D8805733ECE6305BD2BA566BE91C0623E89F0EDBE19B092BE3AC29DBD484258BE8E3238BED67ED7BECB3BA2BDE6A95A3E5941A4BEB8395BBD4C5BD43E1FB630BDA5EBD83B2E4E89BD028A063E116CB73E7C49073FC4B9A13EF786033F0D1866BD3DAAE5BE3219B8BE7706AA3ECF6D593C75FA72BE8EA3C3BED71EEABEAA7BD2BE3123C9BD5D5F913EAE4E8D3ED8830EBF2D3CBA3E2ABEDFBE00B7D5BD382C30BEA79669BD9FF79DBD104EDEBE4E14F3BEC91675BD4EEE553D80270CBE0C586D3E64A70ABF166091BD4528C43ED5774ABED68FED3E6B5C343ECC16F1BEDDE7AE3E7C6712BD1A5033BEC372EA3E7029ACBEB55C7A3DF17E31BEC7D5B33E9C4C313EC0B9933E48841C3E3733DABDEC74DDBD0AD8ECBE1D155C3EC464CA3E2C7CB43EA7B9C0BEA2EC6A3DDCC5AEBE211E82BE45F89BBEC0A27E3E0D93A6BE1D66823D16FD783D0449C93EC100CCBECDB8C3BE175C96BE1AAEC43E4DB45ABE11E7EF3E28C5193E0E05653D8E2CD9BC282239BED9B2833D1D79A0BD11FEA1BC61ACB73DD985DCBE93AB6CBE2A0DEC3E2139B3BE9B9DC2BD119C173FE4F73B3E51FFCD3C9697DFBED0C18D3EE721CABEB6BE13BE3C5B14BEDE7EE6BD623F82BAAC78E93E32B97D3DA144F23E97B9983EA87FC5BEB6D3753E98610CBF460649BE09A8133EF0332D3E8C09C83E489CEDBD0B58973BC915A53EBB8707BF1B1BD03EDD5FD6BE178075BC879CBEBD704B8DBEE33C4A3C852DCD3EFC4AC3BD6279ACBEF10449BE",
      constant_1: "0x40000000D2EBDEBEC470253E244D2DBE464C97BE4C786ABE9DA9523E6D0C533E587AAB3EB9B9313E533A16BE61829BBD31B1DB3D0199AB3EC305CC3D797218BED17333BE3215D9BEB98F803DF8AE89BEA5DBC1BECA52B63EC80686BE739287BD5934EB3D78656E3C19B3A0BE956DBCBE3D2AAD3E2358213C4428BB3E9A1C00BE22830E3EB135A3BDE5A5E7BC821780BE6539153E035E003E2059AB3C79C0A5BD5AB24EBEEB1EAD3E4AC6A9BE6E272A3E788E21BE631347BE665A323DC04356BE5BB22E3D715DBE3DF7869DBE5011783DB03F313E1F5D223E31601ABD780EBEBEF225C6BD5E6F0C3E2B4B08BE29681F3E7C5F8F3E0D2B6DBE84795A3CB26A1D3E4FB4CB3C",
      constant_2: "0x40000000CF5D563FDD345C3F3C3A633F5B6B5B3F70C84E3FC3F04E3F6F80563FD1E36A3F563E4E3F74B9623FC09B483F9D47663FF66B593FB56C423F4E9B5C3F5FA86D3F96525C3F1C42583F7DDC6A3FC7BB5F3F48CB4F3FDAA06B3F1BEE6D3F5939703F547E693F4D35613F6150533FC5E65F3F18F56E3F542C563F2149743F85E9523F2A835D3F31E96B3F429C693F5E805B3F678B683F78F2623FCA7D743F9C3D553F5E99623FFE535A3FCF31643F6EEF783F539D5E3F3C3E4C3FD4715F3FA283613FABE9653FFDF65A3FC64A523F059E593F95256B3F89E48B3F7E505D3F0815603F6363573F82B46F3F4CC7563F2DFE5B3FF2676E3FC391403FD9F35F3F37536D3F",
      constant_3: "0x400000007BB3003E90C1EABDBB2CA63D1264C43DD33BD13DD7CDFFBD7949DBBDE01099BD02FA883B07BAA53BB5FCF13D34BF49BDD8FDD9BDA4D2EDBD05FAF43D3A1F383D619D013ED4459EBD056510BC8756913DEFAED9BD1998563D02A42ABC3980F4BCF9639EBCC2000E3D7C28043EBC5092BDB92C92BDE339FFBD115A9D3C237A193BD95E473D2C5E12BC5F4A823DF7F18DBDA0ECFBBC2D6E503D5217DC3C5850063E32A5F1BCCEB3C03DB0A76DBDD833213BA18D8F3DF902CCBDFE5E4B3DD40EC3BDBCF3283C8FC6D23DC70662BD510ECDBDC6A435BDB9E8173C90A2BE3D159F12BDAE0698BC4C1E143DB5F5A6BD8FFEAEBDE46C023D87C4E5BC91608FBDB12DAEBC",
      constant_4: "0x400000000991723F3F755B3FD918623F00CE593FC669733FA022663F07006D3F139B753F5A52633F6DEA6E3F5855523FDC1A7B3F4FC0623F32305B3FEBC55D3F34AF6A3F90EB7A3FF8F97F3FCD09573FAE72653FCAAE7B3FAA55753F091E743FCEDC7D3FDA767A3F0520833F2559553F80E2643F7CAC843FD4DF5A3FA3DF7B3F84745D3F47EF623F1E3F693F3DC26C3FEC8B603F2128703F5FAD583FAFF5573FE17F7C3F4250733F1092673FCFDE783F08F4693F417A6F3FD02D4F3F910B673F64D2653F45F9663FC064753F7AA77B3FFD9B633FC315723FBFE7933FFE5D5C3F46AD6B3FBE0F6C3FBDBF703F08EC733F5904823F1538693FD1536E3F142D6A3FD1386B3F",
      constant_5: "0x4000000063B47C3DBA6240BD55234A3DC38AB93DC4DD3DBB1B97D0BD0FC39ABCF14787BD988E933D4DBE18BDBAF58B3CE0DD0FBD291BA8BDF773B7BC585A733D588A42BD614ABC3CE8D09EBCA4FB2EBD94B9F63DC2A0C4BC4D6A853CAF25F0BB157710BD5DF26FBB3DC1AA3A4134CE3D2547BBBD95B82DBCA7EBABBD55F235BD5B889B3D78D8693D4CC30EBD8FF1CFBB6D69CFBDB3A150BD6C00023E1AFF9A3CC65F4B3DB1B1313DEF99833D1022B0BCBD292EBD5EE4613DD3AA46BCD3BFB4BC0276893B67BF223D16043D3D601C91BBEA2287BD0D1275BDBF208D3C3BC0343D03E586BDB794DC3CE587C6BC54A345BC240719BC1CBDA43D3B2E9D3B3CC671BD1006E6BC",
      constant_6: "0x40000000C05E57BD32CB7ABD475F523DF53BDF3D5A1EB23DC75E353E9CD4BF3AE3BD9B3DA18431BD93B92B3E8C01AE3C3BD7AFBDBEC5F1BCB5C9C83DE03B463CDCD401BE326FF23B3547003D6D924D3D40443BBD8CA3DD3DA6AC273E29D922BD7A74A73D91E03B3D78C2D1BD9A34043EF7DCD83C14A3003DF6436D3D3A75EC3DDBF9BCBD2FAF1D3ECA87EABC76D6953D2A86743D5998C7BDE9B7B4BD251E6BBD871715BE42F5AABC1723923DCF34A03DF2936A3D0C9C8DBD8B3DE7BB2278963CDC57A0BC6D0E893C5C1DC6BD6933933D2B9D57BDE6B33ABDF15F683C3C71D6BDC5C52EBD49E24D3DCD7C5FBD0207833DB3A08FBC0152EABD659CC9BCDE89D7BD5E88893D42D0AD3D98B1B8BD91F9A9BD0BE19DBC66BC753BC746CA3D8506BE3D69E183BD59569E3D7448903D4278BBBDEE5C963DAD37EA3D6FF1E3BC6998C13D46BAE63DA40CD03C2007843BFDCCC63D8D1DA93DDCB8E73D633298BD27D6293DF303973DBF2E9DBDFFBCA03C5BAD7EBDBBCAB0BD7EE5EE3D7943C3BDE64DD8BD0E6DC93DAD92953DD437E23C6BC5AC3D7B8D8D3B440422BD2DD391BCE12DB73CDDCDF2BD5C2FDEBD35F029BDACEF453C9A61A53DEC5D62BDBBA5BBBDDE76DABD8ED16BBB174590BDE7BCF4BC17BAAABD62AC543D97811CBD206C9FBDB9871C3DE0C0F0BB71B4953DA775873B428D503DC71C153D1A1889BD85D7C33D351FE93C55DFC6BC11F0AD3CA833F93DACD3A73DD4EFE43D82BC84BDB7A2EFBC4C26963C4E3DC4BC2B9A96BC6799943DC47142BD386157BD7503BD3C73206DBD112984BD002CC7BD80E8843D1F6480BD865356BC6A86AE3D8FEFF6BD7B80DDBB141138BD0C03A4BD5B25C03CDE32ED3C01608C3D47D2003EA8C7433DB797423BCC5992BDC6C11DBCE0A9DFBDCDF0E5BD3BBDACBDF6D7A23DBFB2553D6575C83DFBE5823DAF5CAA3DD04C043D7F9B3F3D60401B3DEC37CBBD9A72A1BD3877B13D3A1F973DCDFAA5BCE5D074BD220BAFBDBD35A7BD92EBB8BC4F49E63B6585D73BC538473D3E4EDD3CE074D03CB7BFB73DA362063DF000BFBCD0E35F3DE4AAE23C7C134B3D22CE22BD",
      constant_7: "0x40000000165D42BB7D221B3DC790D9BC87FB3C3E8CD71FBD9163A6BBEE9211BC20E5113D2129663BAF8006BE673C643DE77A993B973C40BE5EBD65BD483D973D529CAA3D903CE23D6F6BCDBCAF7B78BD50C86B3CABEDC3BD8E548F3DFC419E3D8255FE3DE019A8BD510319BE6B5838BDDF65A5BD0091E8BCF54E32BEF219CDBDF67EA0BD68B0C6BC0FCFFB3CCC79BB3D8E78EDBD63A79E3DBBF8E3BB3183193ED4ACBFBD5F9A20BDDB4A823AD94D0F3DB0A0DEBD0AA0AFBCBD6CE2BD3DEE753D91E89CBD4BF69ABCFF83BBBDA3E6903D5430003EC11CABBCE15C4F3D9541043ECB3728BC6C0BEA3C2384C13D50CDA2BD83030ABE775695B98086A23D958FAD3D5BC8A23D",
      constant_8: "0x40000000010DCABDD2475B3CB7F591BC754629BE8F8A123D2479A0BDE69507BD5355DCBDBA12123D6AB2B73DD189873D7220773D747187BD10DD11BEC82CAABB0CF896BD85636FBC5EA0C13B077A20BC6D609EBD31B2B0BD9BBDE0BD14E802BE1B794A3DEF31C8BD316E01BC513CD8BDFFD91A3D28FC90BDBDD2A13DB910C7BDFB734BBD39D29A3B453988BDED7F67BD6FBFE9BC7FADCCBD01597ABCDC4E72BD4EA6F1BDFB7993BD2614C9BD028D09BE42833FBE7A5F9E3C863250BD849B9FBD2F10DA3BE20CA0BD03FF153DCD23293D42F0783DFD6D4FBD350E6A3CA48C9DBD690E3A3D5E7DE93C94F1143DF8049C3D6111693D56633E3D1FA50CBE03BAE9BC59DC7F3DF7EB83BCD76CBDBD578BDBBD49C0883D24CEC63DA9B27E3CFE0C89BD49B303BE46C306BCAF775CBD275F23BE006C15BE95701FBD543F473D9F8BFCBCDA8A32BD901BC4BBB981AE3DF96EA53DC013F5BD08C95A3DF27111BD74C2723DD56B7B3D6182FFBDE9D197BDB70D143C7BCEBA3DF8A62B3D9D76E4BDC8F6953DA509A33CB4FE633D0F73963C1C63C3BC69432EBD49D5873DF013DDBD023507BE566A253DFCA0BCBD6812E33C5EA52FBD0774A1BCF9CB33BD3DF31F3D4F617DBDEFC8CEBDDCD8B33C3A0E86BD765D09BE3D0F93BD73857E3C7D6651BD1D4CADBDCA53FEBD188FEABD3706553CCF2EF1BD45B245BDCCAF8F3B5D732ABEFDC6863C5AEC78BD",
      constant_9: "0x40000000001B0CBD62E7D5BD3A65DABD4DDF3E3D89AD49BD54A27BBD6F65AF3C4C872BBD73C44BBD16D048BAD57030BB73A18FBCEFC460BD00C7CBBD81CAE53BCCE0E83C6AB2A73DF5F84A3DAE28DDBD0BD43E3D7C27203D25E8E1BC7755F33CE1916B3DBE8A0A3D41CAA1BCC1A63A3D485993BD07D0A43CF6E93BBD448126BD3B3F4CBDAB71EA3CFDAE37BDC9EC91BD8D03D83D94CD8F3D26FB9D3DD23A7EBD384C85BD722C923DE82BA33C4CB168BDDA68543DA3D599BD96B006BD08A4C6BC035DD8BD59D1663D2B15A1BCF4DD87BDE66CE83C35972F3D1BC412BD1B7DEDBCC063A2BD6CBF7D3DD3C0113B7BCDB8BD95A272BDD8F5DB3CB6F223BDC8E7BFBCAF67643D",
      constant_10: "0x4000000038FD603F728A4E3F45FF4B3FD317583F2F4C703F3E1D673FD166543FB72F563F0CE64F3F6DF8393FD48E5E3F63A0503FF077723F46E9623F4D2D6B3FDA2B523F3BD04D3F9F505B3F8C96543FD1D0553F883E653F7FF0603F9222643F6FBD633FB6E15F3FBFBE433F62C55B3F3B8B503F0CEC4A3F5F4C663FF771633FEDD2523F0294503F67B45D3F1EFB5A3F101D563FA8C66E3F17655C3F40CD633F77B1623F1DDE633F10CE5A3FE789773F3D58743F01265D3FCA6F613F027F663FE1C45C3F2A0F5F3F4B43553FCF2B5C3FC36F633FEBD0543F0EE4673FCD485C3F55EE453F9633583FA169513FE453573F27C8523F1F04693F44B7563F7F205D3F5067503F",
      constant_11: "0x40000000242F5C3D849021BB1A88913DDB85923C449E583D754303BDD6D339BDE73310BB2C42853D73A8833CD8347DBCD49F1DBB17912D3BCCEE673C9AF2623D4DEC12BD92BD62BDADE6E5BBCE321DBC3973233D9BF180BC0711D33B459F9EBCB5F1BBBCBE0D1F3D4634243D96CA7B3D4229CCBBA27C27BCADF4E6BC4A354EBC2FBA073D35B3BF3CEBA685BB65C723BDB3D646BDF36D6BBC6C286A3D87522EBD0B31373D0D3464BD074D5C3DA1F0573C0E2A153BF987643CBFC8ABBCDA9CD2BBBB07C43B2301B03C189E1A3D55DA6C3CDFEE26BD6AA013BD9240B4BB9BC495BBB7AA41BCE65D9D3C76F535BBAB4C9A3936CE743CA0F5233DB323E3BC1C449FBCE4AA97BA",
      constant_12: "0x400000004B0E7A3F5E7D633FFF4E753F9FD96B3FA6DD6E3F2EE8733F55E5763F3650763F5E0B7E3FFFCC5B3F7091803FEC887B3F85FB833F1608653F150C723FD857693F11127C3F7040733FC2B5743F46025F3FB25A723FF8F9673F45AA633F4330653F4F927C3F7635813FF86F673F592F5B3F544D6A3F14AE743F804B813FEF016F3F872B613F35E56D3FB4F46A3F5A73793FBAAC633F2184713F78DD753FFFCF733F0D076E3F53735B3FE5E77C3FAB9D743F213E6A3FA91D643FC3D3733F58B1793FDF94633F39D5663FC4AC703F2350673F9C475C3F1BEA6A3F8F90613F5E24793F36276E3F65866C3F9B677D3F9D21703FC2737C3FEAC0693F49B66D3FD409673F",
      constant_13: "0x40000000FC7D19BDD7F0B5BCBED073BDDBF1FFBC0455733DD8ADF93CA936A93D16CBB1B958CC24BD74E3EFBD29CC84BD131A3DBDF29AAEBCA3D7F1BC11BB933C2FC8C7BCBB38BB3C02910A3D42ED633C77C6EC3BE7833AB867FBE83C830E6F3D7B3D88BC1AFE163E4647933C4FA38D3CC852943CDF1DF93CED582B3D2304733DBA159D3D56DAEF3CE2D82F3D2F57723D8486AB3D2399F93B0BF063BC984EC7BB00E13FBDF267DABC0AC156BADB9E96BDB385563D5C084FBD038456BDBB45F83CCAC70CBDA34E653D18EB08BDF3DE903B2762113DC8E89CBB6AD023BD18540D3DB705393D90CA3A3D376D8DBD21F679BD0F3F0EBD118A39BD8F0EF33C520D5CBB2A9985BC",
      constant_14: "0x40000000E80F7B3DA4FBE73D2E8942BD876FD4BD923EDDBD93A1943DD0A3C03DA3353DBD8AB0113DCDD6DBBDCC82B23DE618103E253006BD04BDC63D3496843DBEBB333E518E103E381A1CBE1E15D4BD544453BE24F547BECB4B11BEF80B003E0204393E3BD7F23DE72DC23CC408B1BD1853113ECF05033E63379C3DBE19653D1802BF3DFBE5BA3DC7A1003DE82C093D2CD9673D1FB6E53DDB21653E9AAA14BEBE4DCFBD1F19B23D40A515BDBF84843DD013D33D789457BC6F6FC73DB7C09ABDD733B3BC04F15BBD0480E23D65E0C53D2E021E3D67E51B3E740D033E8F1E9A3D4AF3F33D063915BDAAA9093DEF343DBDC212A3BCE05BD8BD34430D3E5D8957BE4BF2B3BC385FB2BD07E0E4BDA7CB783DC32FD23D790F943DEB0F38BDF681B6BD9F3ABBBC15B0203DF6D0E6BDEB098A3CF1C7CEBDEBD8C33D3257C9BD6E262ABD9CC8DB3D354CE3BD78EFA53DEF2D80BDD4C5E13D59BCD13D7EDCAA3D3DD3113D90D3B13D90188D3DA29407BC15B3A63CA8C1583D845AA5BD56CC28BD7FF1E8BC8AFC8CBD2AF4EFBD34725CBD8FD1323CCFE2B43D5C1C98BD46F1923D016286BCDFA688BDC24C2EBD618C4A3D23FB233DEB1AB73B10C986BD9BCFD2BD713BF43D9C59213CC76CB63D93998B3DFB65F5BD104A76BD1FD6F23AC9039BBD619ACCBC88B78E3D55B3983DA048183D79BC323D1A74B8BDFCCBAB3D2F6D88BCFF0DEC3D9EE0A53DA9A7AFBD455D1F3DA8D2673DAF62AFBD0EF499BDA12605BDF1F2C13D5691F3BDD09FB5BBCD3F95BD4AADF2BD43A7233D388AFEBDC368AABD269FD93DD460B3BD924381BDDEE372BD08C1D9BDA32C41BD2A7454BDF6F999BC2EDC5F3D2196D0BD36F3FA3D21A5B13D933264BDC2BF0ABC8E96443DC92572BDC896ABBD0F5C8A3C2A16AB3CE936C33DDE51AC3DBEAA1A3C2C509E3D9C1DF43CF6AFB5BC4E6867BDD394043DDA4A0EBEF261573D2918953DBFB2B2BD6694813CA44B3B3C5FF25A3C4F77CC3DDD0E7ABD70DB873D85D34BBD3B70E93BA9F11E3C8FD37D3A91BF4D3D573FB03D7B0BA93C38A0A33D0A9634BDE5B9203C2D51523D57521ABD496EF23C",
      constant_15: "0x40000000E83C913DB81EA93D1D713FBD7AC2893DE58E063E26DBC23D9CAE6A3DA9B4913DDAC78BBDFDB9FEBD1A9792BC750BA63C1E228BBD63DF59BD1F964D3D2B574EBD807728BD43F5BFBD137C553CE7E4A33C1EEB873BB52207BDCF62BBBD5BD41ABC8652D53DBCC6283DB6A5C93DA962343DB2D68EBDFFD6833D2DA59E3D7A571F3E90B98ABC2C6A433D931AD03D5CBEB83BDDD9A5BD91EC903DE28C92BD8F45373D26F08F3DCB0C333D0A6AC6BDA103ED3DC033143DDB91A23DDD886D3D0D7A8DBCED0D1F3DEE5DCABD58F2EBBD7E5706BDC1FBA03DE69A19BE568DD73DEEEB0D3C84F6ED3DAD7788BDFE8F99BDD01D173D3D68F7BDB77EE8BCF3836CBD9171C93D",
      constant_16: "0x4000000047CD1EBEAC988BBD6AEDBABCF50187BD1DCB43BE4C7137BE1489DEBC681F62BEE1D39CBDFC9D28BECFA616BE3E4314BEF0F32CBE7AA590BD73A6C83CC6F210BD4920E7BB8C2F3BBE395315BEEB19A3BC07F647BB37200BBEEE9E18BE8F78AEBC96833ABDF09F14BE25ECCABCFDBD0EBE9920C53D11A867BDC6959DBDDD8C1A3D13C121BE05239FBD6C5ACBBCC1B7ECBB3B8D823D869731BE4B77D3BD51B424BED81C233DB2D524BEA23111BD2A6C553A1D70523C867C4BBD844269BC285B4DBDE7353B3D50F289BD393336BE91070E3C2A4E89BD05C1AFBD81A748BD0B46F0BDBD5D583CD66AA73D07A012BD7641F8BD7A054ABBB44796BD2ADC18BD4B30D6BC165C343D9D34D7BD38B6D73C330596BD04F3033BDF9A87BD73AD09BBC1C6FEBD6E40BABD063DA8BD450CCBBDEB5CB73C13ED7A3DFECA17BE21C809BE6C9C1EBEC15EEABCDFE3623C15E1DFBDCF5002BE0D73BCBD8F8096BD1C4AA73C191404BEBCF0E23CE64234BEEB490ABE8E1D553D46CF22BDA70255BD5ECC0ABE69F041BE4ED63D3DD9DB31BE6A7E33BDD3850CBE9C9E48BC8F7EBCBC02B325BEE86702BEBA8889BCCFDE1CBCE496FD3BD6CA193D177234BE179F3B3D9BEC983D1BE64EBE10F5BBBDFB2181BDE4D730BDCB88F5BD26FE80BDB035B6BDE095983D74A4BC3B088712BE8077083DE7DD683CCEB8D63C0B0DA0BD150D153C5779BBBD8690E6BD",
      constant_17: "0x40000000A2798CBB97503CBC7CDB0E3D649D7B3D4E4228BC293D823DEAF8D3BB9D6A5C3D3F06133D24CFE0BC8600A23D909B6ABA6C9596BD24A19EBDF09A143D0316533D343DFBBC81C714BCE09F013B354605BDD4F4B1BBB449863CF87081BDEB2D4BBDF9B4C53C8711B83B654A543DC21DF2BCE6640B3D5685863D16703EBDD8453A3C37B9A6BDF9FD3FB9D85F453DF5F0C13CAE7A9CBDEA03BCBCDA6660BD57E2953C9546513D2B6A773D4E009FBCB9690C3D39EE933CC854BABDC896C83DD1D37C3D792587BD3184A43D50390B3C740CB2BDB76EC13D688AA5BD357FD13DED952EBD8B3A00BDD46D6B3D2EE8093D51CE02BD09D4013C0D6A10BDF1CDE13DCDF0863D",
      constant_18: "0x400000005529573F67113E3F02B3543F6CDB693FADCC583F7C21593F9A9A733FD2A2613FFFC6563F2FDE573FAAB7653F6CDB843F99F05A3FCD066A3F6179593FB4E06A3F31F65E3FF15B503FCB1B6C3FAEF15E3F29DF623FAEB3513F9CA8613FAA106D3F928C553FE8E3453F86C7703FE133653F7AB66D3FD9A7543F6098523FD5B5583F11EB5B3F80A5793F2DB46A3F8F305A3F8D7C5C3FD6B9703FD714723F0780683F5501613F230C563FD6CE573F82DC5B3F7D5C623F63C9683F8364763FFFAF7A3FE66F5D3F40D55F3F1E815C3F2E504D3F3538693F8DEB6D3F4D1C663F83B7593F2F2B563FF776553FB0CF723F2EA6593F1738643FFBDC5B3FA3FF533FB99F743F",
      constant_19: "0x40000000FC71C73C18E1693C2626BCBC2DB9803C4B244FBDE8FF92BD16185EBBDDCF833B3810FF3C9B1FA53C9A163D3CFFF49F3D1089723C41334CBCBE7F893C1F62B2BBC0A120BC307982BD96DA53BDCC83953CDA773F3DFC68C63C04983CBB5315C73B15FC34BDBCDE253C4E66513DDE8686BC12E470BC6D55C43ADDD438BD263670BCCBE82C3D3F3121BB44348ABA6139CFBD6A2577BDD60F2E3C6E369F3CB13FFD3B5BEFEBBC89CD7A3CA614973C678E14BDE99A193DCA052ABDCE8708BD09BEC2BAA29E893DFFD827BC8C4A1DBD9D889CBD9D9DAA397190013D4022063BF8B0FEBBB56C143B6C89C83CD8634A3B484DDD3C21180A3DEA8992BC4C76873D4AC92F3C",
      constant_20: "0x400000008610773FBD7D813F3E09763F5B8B6D3F0AB4683FD83D713F23C6743FDEFF803FE614833F0DEB703FD6FF7F3FBB02723F32357A3F0E45833F3FBB5D3FD3F6733F0683783FA14F7D3FF000663F9E6E693F2BAC883F21677C3F7931813FBA28813FADAA743F9CD0743FE6B2863FDDA36D3F9750873FC7E26A3F27D6663F492A813F75477E3F9964783F31706B3FFFDF803F1A356C3F19C5823F051C793FD194743F6CB27A3F228F793F547A7A3FD6C27D3F9710723F95A76F3F20FC7E3FA6DE613F3A3E743FF53A773F93D5773FBBEA783FAD71873FED6B7E3FA3105F3F73037E3FEE8F643FD79F843F78EF6C3FBAD7813FFD2B633FAB09703F75E86A3F91707A3F",
      constant_21: "0x4000000051609ABC51819BBDC62A16BD9B07A13DDB8046BDAFA611BDC6C1C13D96DF54BCA4284EBD0880C53CB360B43C4AECCBBDFF07D03DEA85F0BC7ECF26BD9ED04A3D84F7973C07F7873D70A0F8BCE3E1D6BCE4A900BE288582BD67EB88BA457B0BBD80456CBDE4B4EEBC0ED2743C8B93393C1C2F5FBCA0C934BDE6B34EBDE62D253D4F1CAFBDF7AFF8BC0092ABBAF6C6873D11AB39BD2C92013D5F0C9BBDF74CC0BB4D4332BCD5DE6A3D7BA7A6BDB9A4073D57CAF2BCBC374DBC41505F3D9398C03DD808993CD94C443D5C569C3C9B7D263D8F4E9DBCBFBBE0BCB6AB173D0E6891BC98513C3C365A90BCC95EE43BB5CF893D55F7F8BC50E81F3DC5C87F3D247EB4BD",
      constant_22: "0x40000000D42B163EB46E4DBEFE1B8B3DD60D193E736E07BD5D0723BE368F213CDECC1EBE1DF1193E2A9D51BDD8F7043EEC7934BEC8C009BE55D2193EDEF8C83CF12A373EB3581C3E2F57303C47109CBD8FEE2DBE4F9DD5BD047CC8BD1543113EF993E9BB77C60D3E5FCA1FBEABEA033D214D353E078DA83C50A649BDAFD71ABE7426093EF2B0E33D9C1C2F3E8141173EAC6F373EDE2786BE9E4B22BE36609DBD245A1A3EE5C50BBD4CAD453EA218933D4DA036BDAD4E60BEC75E08BE5C2C663D1527DABDEF79D3BB2597793D3319143DEC6FE8BD596DA8BC5AED333E298BD7BDAEF9AFBB7F927F3C0544A0BD1F4C53BD1BC019BE449ED7BD5097343DA83A68BDE12F8BBDCA4F36BC8D56E6BC703F17BB01A5523DD1B5BBBD1FB3443A4846E3BD8D201B3D7699D53B7BCD313DC5FA67BB2DAD0D3D21D05B3D521F3CBD3D0F453DD1BDDCBA5E51793C025CB73CBC61D7BD084AEB3C8746213D7ED3C53D7B7C163D42E2B63C3425C7BC4FA1DBBDC8212EBC9ECFCDBC7C95963D3C52993D8439993D4C1B5BBDEF87733C11C0283D1C8F3CBCF83A8BBCF4C3ACBDBD32DF3D2AC4AF3DAC470B3AB1A12BBC0C6C6DBDD4AB003DD19CDCBC58DC9C3C98E26BBC108D233C99014BBD31C3E03CA279103D54174FBD6F83C8BDFA3550BB08913F3DDCE739BB6221843C3670AD3D17AA0C3D48C5C43D6BF7943BAB46083DA8AE1E3C36951DBD316EE13C1629E2BCE4D7AC3D3EE7DB3D1BF7E43DDDB3EFBB39C51EBD9308C13BFC81343D2E03F43D5B2FA7BD20B1563C746398BD2C6B8A3DB55CEC3DC9CF873D23F7BA3C201FAABD4314B4BD3F2A8DBDA8EB863A85260E3C396C7A3DA565723B096E733B224A21BD58D9A3BB7A0C023ED0DBE23DFE9BD4BD89927ABDE4AFD33D903EA6BDDE38A73D6BF51DBD0DCACABB1FE5B73D2B38F33C161C1EBDB67760BD534BE63D747424BDDBDB133D346F7FBD8A303DBD687FEFBD7B5B9F3D7F19E63CFC399A3D4371DCBCA7EFCF3DDFBBE0BD7B783B3D8B1F89BDF1B229BD900C6D3DCB39F93BA919B63DB3FB71BD24B261BDE83FFBBC8B87B6BCF48C10BD0A68713D882D743D",
      constant_23: "0x400000001C0C453DF14176BCFD4A75BDC6CC223D5224633DF51888BD220EAABCD189A6BDDC29A8BDACE035BD0B6AD33CCF014E3DBD63A93DAE27E43DF0BA943DDFA0E53BFED1D2BD39C4C13C0A60B5BD4B26913DAC9729BE2AE52BBD4515E63B0CF4C8BD2091D3BD9FB456BD41F6C3BDD663113D631CBABD6662123D43F7CEBD5593FABCB4F7CFBCCED8CDBD8396CA3D7F20B73D228C22BD22DF933D20C9FF3DA1218FBDD9E8873D4033D33C3A25F6BD7B225BBC651821B9080085BD7F4D1FB9ADBCF93D01F4A13D1F28BC3C20CE60BD6CEA0ABEEF9887BD1C7383BC6AB3B53CBF36433C8BBF8BBCA483D4BD47EF8BBD041010BB261A2B3DCE2C3E3C2CA3CF3CC10005BE",
      constant_24: "0x40000000B16D2C3D772554BDC8E9CC3CD24019BE425195BCD1A8FFBD9C16A8BD91700C3CBA9B21BE1D51DABC5F871FBE370008BD7B5071BD45D6D9BD8F0C4DBD733216BDAEBC97BD2D960ABE02E339BD126543BE0C40B83C708B2EBE52A69DBDD04E1DBD2A9D303D7F4AA7BDA3992ABDFD20D03CE66B5FBE686638BE07182B3D1B5802BEB25428BE9529063C756D45BC63CB1CBE3163F5BD24E5BEBDDAC3F3BD95FF8ABD10EF00BE5F130FBD95BD45BDF814CEBDA2EA17BED2F388BDDC4F5CBEEF2618BE974019BE82099DBD52646FBD556A18BEFCD58BBDCC798DBDC37A733D727B09BD3CEB03BD26F8A7BDB1F120BEB42147BDA9162EBE662499BD28235B3CFE7312BE1A2C0B3D240212BEA20422BE5284A7BD226A88BD5221593D44FD80BDBB07F0BD0D7C46BD6588333B688B9FBD226BF4BD0D8F23BD931A1ABE0A6D26BDABCA81BD355C1E3DCE70383C84F4793D19F8F13C23B91EBE597004BE52DD273D1D69C9BCDD781CBEF31B87BCB7C937BE629682BC47E623BEDF4C413D6A0E08BEDD04703A01070ABEC02458BD438C283DAF346FBD3568D4BD34FDD53CCF303CBB94C0A8BCEAD57ABC3B742EBE6A08803D006E283DE50025BEF04801BDB6D5AA3C99FAB0BD6699953CEFAFF9BBA48EE6BD712C8FBCC947C0BCB35D15BD570DAA3CF119B7BDEF709A3DCD4734BD2B5ECF3C7AFC373D6E6BEABD76FC1FBCC6FF7ABD1F0CE2BD",
      constant_25: "0x40000000AB0DB43C262B7DBDEA3A933DFB78833D5B751DBDA29B9A3D6DAC113C8FC0C83C55F395BDD3F2A33D0F124CBD8485EEBC30D30DBD23A7B7BCBC96E93CBBB2A6BD4F4B803994EF723D7CB028BC2445243D0C88A23BC00663BA4EF288BD58EF90BDB1EDA3BDAE490A3C78DA4C3C8EE6C33DDE4852BD7D4660BDA2B659BC81CF143E216D47BCDFEABBBC90373EBD691C553C9C2BF13D0B7B4E3C928DEFBCEF9572BDA17F74BD5582E8BCE51F733D079E84BACDC5BE3DF55B903B54BD05BDC5C48F3DC139A2BD803168BD6D7F1E3DE19EACBC0491683D63C6E93C062B353D6B5F433CB77D5C3BDEBD6DBDE4BE99BD8C6963BDC5D680BD5420E8BD5026C3BCEA89C43D",
      constant_26: "0x40000000DE6E563FDE28693F5556613FF4FF5F3F59E0693F3C97743FBC35553F8506583F54E05A3FD455463FB6C0703F61BD5C3FABA8653FFBF05B3F3CA75D3FA3D35E3FBFAC713F2943723FA34D723FC8C4583FA644573FEC204E3FBAE95D3F83FE613FE1566A3F229D623FAC4E453FB37F613FA8D4633FE37F733F631B7E3F4611753FBE1E6A3F3474483FD00D723F78B15B3F8882753F1472663FCD335A3F6E8A643FA8C9723F65EE623F81A7653FC849553F54735B3FEE6C483FC867573FC843703F665B653F845E653F47BB683F96C96F3FE8EF673F4D056F3FED4A603F54866E3F7433563FAF3D7F3F14BC683F8C11623FB331653FD6E6553F61566F3F1E8C613F",
      constant_27: "0x400000005FF2533C320A0B3D29052D3C71CF86BC0E247C3D1444F83CD0CFD7BCB67C34BC915B8B3DA741D13CC733FF3CF354D9BC6D8AB53C4E92C33DCFB0FFBBCD6CEBBBD05C253AD4B087BC7CB9BABB3C22CD3C4083B93C6F65543C9FA30A3DE40A7B3D39CC3DBCE840363DEFBF0ABCC7D414BD6F9D35BC85D2BFBC02CB013DA9DCE93CC5F1C7BAC6EE493C820408BD2DD386BDA546943C669C8C3C15ED2A3DB162303CA6C0B3BB300ED9BC4985113D48516A3CCE5DDD3C0E09D23C82DC433B67992F3C8D00A53BE65296BCD357AFBCAA0C45BD84BE87BCF0880A3BD044213CD8CE54BD76251DBC03748F3D4F57213D9F0BBFBC9E99383B40EC13BD7E922A3B1F78223D",
      constant_28: "0x400000006056883F558A803F605B873F4178893F9471813F19688B3F470B813FE9B98D3F996C813F3F34753FB7FB873FA3D18A3F47C2873FB5FB903F5455893FD6B7923FEF1D763FFDF0743F9B728A3F850C7E3F1E9E8A3FCD9A843F2D3A883FC5F9813F7F13853F5B74823FD583963F7B6B7B3F833C893FD2697E3FA138843F7DED793F667A8A3F1C11913FC40B8C3FA4CB883F7FC4883F3638813FBDE5823F625E8C3F4F168A3FEE84833FAF7B823FAAE87B3F3E69803F9F3A8C3F4652903FAAAE933F710A963F1CC4853F6F5F703FF92D883F68FE833F6552863F21048D3F55AA993F9B4F833F4E60893FE8F2893F0C337E3F41357F3FEF5A843F76AE803FE5268A3F",
      constant_29: "0x40000000F23D42BDB6FBE63C48FF41BD37508A3D1442553D6134E03C9A0CA1BDECA6843CE21E6DBDEB6CDEBC851350BCCBD97FBC719074BDD27774BB2FE0263D6C37D53CF0431E3D2BA71FBD04C431BDA567B83BE32D78BD830AA93C0EE618BD3240FDBD9C91493DACC187BDB4B8C33C20EB063D5AC604BCB0D069BD9921C2BDC485093E78537BBA900F783D6238AC3C1C04D03C84159A3D5F7E1C3D9047523DB2660C3D3E11903DB65881BD80877DBCA08BEA3DA73A7B3DDFCAA83CDB9F013D3CC13ABBC07F8F3C939427BD602B95BD4FE5973C50F1933DB1493DBDC534913D33CE3EBB3C559A3DC7E763BD200600BE9518303D664AC4BD2B948ABCB4433F3D0F9E3F3C",
      constant_30: "0x400000006ED35FBE427E5BBC970C11BC9CE4C13D665DC3BDBFAA83BC2A71EE3CD2F733BE1B47473CE99B96BD1A7C88BD12387E3D63DB5FBDB66B0F3D28A3A63D5449833D6785013E641E0A3D6BFA32BDFC83373E61F0263D8C0F8DBC286C20BDF03E29BB76CA573E533226BE87BDB63D2B8A77BD433F813E5271483B43CD7A3D7439853DBD8D0B3D7EF53E3E059ACABD3A68F9BDAB8D763CA67E11BBD472E7BD80FAF0BDDC7AC0BDC23EA83D7245353E497462BE57B3BA3D1C9C983BD0CEEB3C922E023E358A98BA70FABCBD338A96BD752D35BD032D173E4FEF263CE67190BDED047DBE8109D73D5487E93D61E6703E8B25903EB984E13B03CE603CBD5DD63CB9BB413E937286BD3C7E4E3D1600673D0CC88BBD667AA7BD90C872BDE747E43DE53ED8BDC7AE49BC5FD9AF3D584AAF3D18C0C63D4CA705BD2EEAD6BD1BCDCC3D9B07DFBDC8B49FBB849EF1BD26E8E7BD8BD9D6BD781D803D4F6E2E3D2046B53DE653E9BCF0E4443D16B0CD3D828FB8BDF5724CBC31BAE63DF062BA3D1DF3C73CBC28733D23A03B3D1C198F3DB68FA63DFB77943B5D640A3D859CF03CA830E23D8FB597BCA43BE0BC644DDE3D6D0FB03D6C88B7BDE8E6C73DAD87DBBD3C187EBD8FA7A03CD9C8B4BD984464BDAD60B7BD29058FBD8118F2BD7C213DBC3CE97CBD066EA23DDC55A8BDA66AA9BD29C445BD589CBABD604931BD6570A3BD11DA0ABD4CCE96BC62F94EBD0A8FA9BCB51A32BDD3942FBCF8329EBD232BC0BD281DA2BDC751823C886160BD8EF790BDE878B6BD61D67FBD6B0EB33C500C5FBD008F45BDBE9A863D0D76B0BD914C34BC655CD33D10988F3D457F35BA18A69D3D11CFD3BC6A6DAFBDE1A32BBD39B2A03B4A1F0FBDF150623D6B014C3D520A45BD8C2D803DEBD4303D7691DE3DC6D7CD3C6C1F8CBB639F533D85BDC93CF1C88ABB5F8B853C668D1BBDBBEB75BD6E850B3DF054D4BCA4504BBD5C52BE3DBD1A323D7D05993CA7D7143D363C89BC70E7563D8A08C7BC260A133D95BCDBBC984105BCB307BB3DFEE3973D6034A2BCC4DEBABDE6A3F63D5A7AE03CFD935B3B6560A2BD0E9595BDB182423D",
      constant_31: "0x400000009164D03C0585A1BDCBCB86BDAF24EC3CB4A0813C9D514B3CC268023DB0A9D13D426DCF3D1535CD3DF445ECBDEF2C793DCC778ABD380290BD8309803CFD3DD1BDC0B916BD1C22D6BD052459BC69F50BBC963339BDE3E36CBD9E7F8FBD66879F3DE6F4703DA9258BBDE9FC43BD57ED67BD3262083DF602A23BF366E8BD51E68A3D9BAD063E377C2B3D66433EBDAAE5A9BD6C0A423D7CD2743D9E2612BDFCB08D3DB796033C50C3B4BD61279F3D46B93E3CCDBED1BDB8E4683DCA63863DCAECC2BCDA5EBCBCE915EEB9839ABD3DF31E90BDF5411FBD7E41643DC189A9BDAFD2B93C88193ABBE36CAD3D32E1163D2A3BC43D98405E3DB3104B3D6960DFBDAC6091BD",
      constant_32: "0x4000000056AC10BD43A80ABDEC3ACBBDF0B9FFBD46D6793D5AF70F3DB9DEB0BD7290C7BCF033903DCBA550BE80A809BE03119B3D9205C5BD807DC5BD060C1FBE624E843BCF1C863C28D649BD0CC730BE9BE5073D7BCC7D3DD199813DB72FBFBB1F5C08BE3F645BBD1D362CBE63E620BDF4CFBDBDC884ABBD8B4E58BCDFF8BABDAF5DA1BDAE9B71BD6F64B3BC9C4F42BE98C3F23BDFDE993D63F80ABE8235AABD92D5693D3E6C523D1D2571BD436F1CBE0CE0ADBD9E4C893D4DE455BEB56E49BCA8B8A3BD5FDE92BD172FDCBD64EE833D56634FBE7AA6A7BDD4838BBDE87A893C824EBA3D15388D3D11B44ABC289F04BEEA6817BDABF472BDA311D7BDF0B301BD2BB97BBD202D9DBDBEF65F3D3E26D2BD1DFA94BD883745BDC0708CBCA03FCBBD7BC908BDA8D816BE196978BD735B1BBD9685A83C1A8689BD1F9C24BE14E031BE4C410EBE3F75973D19C349BEA8606DBD286EF7BD1AD211BEBA476FBDC4825DBD3650213D5FC1D7BBA3CC4F3C8C83D5BC9200B53DFB7C27BEC6FCB73D1058AE3D3932423DE184C4BD1B20283B4C43D6BDD1D5B23CBAB4FDBDD96E853DFF3AB8BDC902C73D8FB7893C54ED09BD46E29D3D2223C2BD4095B7BDED2F4D3D8C1269BD41F6F2BDA7A8783DE8FEAFBDA4A138BC060C5F3C0606A9BD38636B3D14BDFBBDB1DE65BDC00F24BEF5DF08BEC3071EBD2A8C35BC52F875BDD6062EBE4B1CE9BD65B043BD",
      constant_33: "0x40000000CF868A3DC4908BBDCE00653DEF55673C8FB4BBBD5610FFBB9F657ABB72CB263DC14D26BD9BA16D3D8E4B213DDD9BBB3DE5ADAF3D6800E73C7DFF6ABD1A63C33DAC2E5EBDAFD5EE3C482FD53C59D5393D27B8B33D52EF20BD4518BF3D0C3BFFBC7A4211BC05678DBD37A396BB8D21CB3A16ED3DBC4AA5AD3DDBCFCFBC249E0E3C561123BD6288BA3CB44863BDDC33503C4B6D453D0B32803CD206403D70F7B0BD889D5BBD8CAFA1BC9578B3BD28E12DBD447EB63D9FCCC5BC0868613D612A03BDD308BCBDE477433D9DE7F8BBA84C733DA1FD8CBD392AA03C6C748ABD0865DBBDB9CAF8BC98EBA9BD093FD73DF651453D6DBAAABC807816BD6B256ABC01717A3D",
      constant_34: "0x40000000E802843F1358733FE71C7B3F2D757F3FAECC753FC7127A3F62F96D3F334F7D3F2E36743F02847F3F155A6E3FFC7D773F3E1A683F87457E3F3098763FFB8B833F949C753F30FB723F3444823F4AAE753F525D803F1A577A3F940E763F3855813F7B476C3FDEBE793FDADF723F235D753F4C717D3FFE36623F323A843F8CE4723F2566793F3476763FF4A0793F6DED803F35057A3FB6F17A3F0C8D6E3FA6FC7D3FC5497D3F16A9723F0986783FC3A5703F0EF67E3F87C7873F502C833FF1988C3F2541753F9CDE7E3F3268733FA815713FE7556E3F5204713F2D69733FBF788C3F41A0663F5A9B723F3C2D703FC177673FA058723F3B75793F5FAA5B3FF47B773F",
      constant_35: "0x40000000046DAEBCB83580BB34601EBD2B9A81BC503DBBBCBAE844BB2FF9C93C327E9BBC13BFD4BC0E24A1BBB05E993C1C00043DEBD9B5BA9B142D3CF1A2253C31062E3DB3E2ABBC9212C93CE1BE25BB62514539877D023D8256173CDBC7263D25DD5DBCC5BAA23C629016BC6A92963B3E5AB23C6CEC04BC5AB2E73CA87DD6BC8168463BD7FA723C8AB40BBD84196CBBABA75F3CC977D03C96A0A4BCC715EF3B2918AEBACECE52BCAB80FBBCB508C7BC87B001BBBE9B0B3D0CA03CBBA282E4BBB18521BC579ACFBC6999B4BCC9B6A53C7C62A0BC7A8C45BC61519FBBFA506ABC759E97BCDB680DBDB2C016BD80106A3C90A23A3BB277A0BCE5446CBCBD06B7BB0AD2453C",
      weight_2: "0x01000000A2DB93BDEC5BF13DE2A39DBD7DB2053D5FEE093E2D7B6B3DA89028BD7C5EE73D0D282F3D1483CA3D8AA6BD3D91E3E83D3BFC9BBD93BEEA3D406A333CE559103ED9639D3DD9F8AB3C449DA33D4C4F953D1C86BD3D133CBABDA428023ECD68243E83AA023EC16ECFBD8E2D16BE46D9E7BD473C87BDD504A33DF707CF3C09D3A9BDA58B213CEC8857BD97D5F3BD9158FE3D44B0E33BD2C7163E1365A23D9B3C85BD18A50CBE20F69BBDC93AA63D1DBCA0BDB9FA963CCA9180BC32C7C9BDC2D6E5BC1292A8BCC0D181BDFAC601BE66143DBD5E2248BD17CBB7BD9EEB28BE83EB0BBECEC905BDDFCF09BDE492713D6FE4D7BDBD4952BD34939DBD66948F3B17826A3DE8C1583D9686CD3D8C1E873DE1D658BDF3212C3DA749E8BDE50B0BBDCAB83C3E07F6D93C215D26BEE51D2C3C3E0FFEBD31D745BBF9B71DBB9F13ACBD36D124BE821DA1BDEBB31EBAAD7000BE6BECA63B4EB520BE2EB3F13DBBC92DBDBB35293E2AADA33BCF7E04BE3F61083EEF54903D5487403D878CA23D81C688BD36C8AEBD5BBBCBBD0111873DBAE399BCCCFDA9BC7A27EDBD52B8193D72AAA73C2BD24BBE5D6AA23C8950283B04F1C13D057FB3BDDEABD8BDF000B2BC672CE139911B233E9C65063EF62CA53D98C63A3CCD7858BCBC76D13DD61EF6BDC3C4803D7879CDBD3216D5BD529B23BCB336CDBDE393763DF98C7BBD9E7952BDF98ED3BD20CBC73DA1076CBD284DC6BDF9C5DE3DAC18043EB52C6BBC34A22BBE8D2C4A3D919C013E02D8813D1E03EB3D7C186F3D812DB7BD5A2EF2BD8F348D3DF08295B9517F573DC734F13DE541B4BC72FCD6BDC90EB839B4F0E03DD3A67D3D9358AF3B346420BD52A07A3DA238B33D78BF8A3D6370A6BD926BB3BD1998A83CC71B3F3E6C39033E053DF2BD428C8E3D0755173CC0A60CBE9FFDBABC88C20D3DD0AB1CBD883AF33DC4A54CBC5DEEF7BC6E1C2B3D6DEC20BDD048AFBD38E42D3E60A6883DC9E00CBE131FBA3D7393BF3D310E6F3A633EE1BDD7458CBDF18045BD8DB4EB3D1A516E3DE1819A3C4CB00DBDAE150B3E31B8D7BD0160DEBD83DB6BBDB5FF873D3E1A9C3C7E23F5BD0DA908BE321E003D35D6E23D34094C3ADF4AE93DD27817BEBDB0883DDE98B4BC170A483D8A5108BC81ECA4BDC61EE5BDD95308BE2551A4BD444A4BBE1DF8AF3CACB6AEBC3F76813B957F23BD168B17BE486200BE506662BDCE81AFBDC3D8C13D4189CA3D530426BD68624D3D0F4DD0BD5788B93C44D8CD3C2099E8BD38082F3D523F9E3DD06C58BD05CF20BC6B6F0EBEAAF1813D1C42B33D146BAABD6999F0BDFFE7D83B12E9B53D4B91EF3C94DBB23D98EDCE3AC2F465BD9D5B32BE92F90FBE791400BE67B2E2BD2811C83C730A9DBC374F72BDFB3CF6BDF921503E577674BC9FBEB53DA708DDBD886B5ABD0D97AF3DC575D03D9E4F84BDE511AF3D6E5A683D4C06DF3DC55F08BE2A412FBEC37FE1BDB36348BD0280703D78DBBCBDF1E242BD0C25C63C031236BD1C9FF2BD282C62BD7E70863D2C63EBBDD4E6AF3D2CED50BC904BB8BDA06CB83D1C02983DCE372A3EF8FFC9BD99BBDCBDE390A3BDEE715BBC5F97523C3EEEBEBDAC305A3D235B3F3E9D59C33D0EE41EBD3934553D33CBF9BC6E67E23DCC0A0B3E2FA682BCC9D3ACBDC129B63C1B60883D24A2A43DFAE4C43D20362ABDEF49743C7D24843CC5BA913D0B7531BEBB978E3B1D3182BC975DA9BC7DB6D83D7BE76F3D824F273E2706DE3D2995C8BDF2841A3CFC9A0CBE5DAB173D92E9FFBCF69C2CBC374F4F3DE156BDBCC84D1DBE824775BDF11D3AB9AA2F073EB5D5D5BDC692083B7DE64BBDD3A455BD4E2D61BDDF7438BD0972723C9DEA67BD9D859ABDDBDFC63D6DF779BD9484613DA8E724BE22D5C33D563D8CBC718101BDF59F45BDE422143E7EF6D53DD05EB0BD8BE21BBE6BC2943DB9309E3C66F5AFBCA07A6C3D77A703BE04948E3D1658D8BDB2F49ABCF5D8333CC90A163C3DCBFF3D02399DBD96FA173CDBF44D3B09D6223E4A830EBEEE33E73DCA48083DAA53413B4EF233BC088C8CBDEAB69B3C8B1C8BBDA82AD33D1EE1473EB2C9E3BD4A8C893DEDEFBAB9F7ABEDBCA6791DBD3FD7D73BCA71AC3C96FFDEBB5FE762BE72AA47BC4DA4FEBD8652FBBD7BADF2BC59CF633C9CC51D3E57311D3CD982C23CA910FC3DDE7B073E1B76873D40A76B3DCA4EF23C2D003F3D5DB79C3DC601D1BDADA6E23D61CBB93D8BD3793DAB1DBBBDD8D1233E4FC0FEBDA1A7E53DE1EED2BDCD24003EC7131D3BDE21BBBC5A41A6BC9B30A53C470204BE6D05E7B9EE91593D14906DBD099F0EBE3A03073D21F2EABDEA26D03DB4C80BBE8D067ABC329A65BBE34C43BC731ACABDBB3CF6BDB43F5ABD75CDA33D5491A3BD490B0ABE93A7C6BCB17150BDB386813CFCAA2EBDB4839A3DAE656CBDC775F63D75F362BDED3598BBE94660BDB36EA83DDBDFDDBDC3BD843DAE4A053EC2395CBDE586B9BDBAE8AB3BB1FE993DF8CAF93D05B8083E9CC82E3C811AAF3C1E93E6BDD85083BCABB793BD6E7830BD1961273DE35633BDDFAA163D42F2DF3DD1CF97BD526829BC55D719BC3525F1BD45FD71BB640DB73D9973CB3DFFA59A3D1FF28F3D4F1771BB030A04BD8E68FA3D81BEB03CB7242A3EEC8BC73D73760A3D4B2FE53D45161FBD62EBF4BDBB10783D1BDFB1BD59541ABD48B1A53D49F5A0BDDF4FB0BDE1B2BA3DC6A25FBDA83DE53C5BB8803DC71DE83DB068D53DF5BFD03BC54A8DBC39DB1F38E6AA1C3E573C9B3D6DF7D63D5109AFBD3991DBBD6076DFBD91370CBD42A9D0BD9BCE7D3EBCDAE53D5335A03D15C411BD57F2C1BDDFF5883D1226083D209703BE39D9073EB781B83D7F6EE8BD65C7CDBD0A37CB3C22DAB53DD9172E3D577561BD3AC2ECBC462058BE112B1CBD09F2A7BDA4FD843DD917D8BD17B73E3CB5AC813DA95A3CBDB130D4BDBFBA25BCD2542A3E6066D53D6CD617BD1D0DA9BDE8EF2B3D7ED7AD3DD4833FBD8F5CDC3D8CBB49BED69D4ABD9A30E23C1150B43D3EC0803D5934FFBD8BA2183E0FE9EBBDFADE373E46AB023E26E61FBD2CEE683DED5232BE410D39BC01DFB93CD5ACFDBD85966DBC8BD6433DE873E73D8DE106BECF4F4EBCB2A3C6BD07DF8ABD2B61B7BD9A86B0BDC0CAEB3C8F470A3E41D9603DCCDF313D8E4028BD5E0F0BBE10A3C4BD62EAD93B2452D0BD35C7D43C7C7682BD1B5735BCB79B533D2F2A5BBD45AE0EBEBA62433DA2C104BCE456BDBDEC254EBDD208A5BD0D08BE3D231AFB3DDAEB7ABDED72873C0A38F5BDC6CDC43D0434023E01C92F3D81C1223E3A80333DBEC003BEF39B0BBECC45213E16EC093DDCB8E43DB2D8A1BC42E6E83DA3876EBDBEEC043E3583C3BC65620CBE598A2ABDA656823D3C2F77BDB9129DBD65A495BD28900A3E223BD9BD560726BDCD6D203DB5F1A8BDAA82DBBD7E9C523DA629173EDA58E13D8617723D789A423E15B176BD88CA27BE3052BDBD2C75283D13ACDA3D6E89F1BDDD5E36BD972950BBC31C363C444D15BE44104E3D1E04A6BD7E36DD3DF79DA4BD3691ADBD333C40BDD3C81EBC1DD2F6BC59B69C3C7B76EFBA8B9F7D3DBC5AB7BC3E3FBD3DC9F2A8BDC82A97BC4B7A433D0C33CA3D293C0F3E"
    }
  }
#-}
