// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef FOVEA_ONNX_BASE_TD
#define FOVEA_ONNX_BASE_TD

include "dialects/onnx/OnnxDialect.td"
include "dialects/onnx/OnnxInterfaces.td"
include "mlir/IR/BuiltinAttributeInterfaces.td"
include "mlir/Interfaces/SideEffectInterfaces.td"

// i1 is bool, ui8 ... ui64 are the unsigned integers. Operators that compute take numbers; those that move data, cast or
// quantise take the types that are only stored too.
def Onnx_FloatTensor : TensorOf<[F16, BF16, F32, F64]>;
def Onnx_NumberTensor : TensorOf<[F16, BF16, F32, F64, I8, I16, I32, I64, UI8, UI16, UI32, UI64]>;
def Onnx_NumberOrBoolTensor
    : TensorOf<[F16, BF16, F32, F64, I1, I8, I16, I32, I64, UI8, UI16, UI32, UI64]>;
defvar onnxSmallFloats = [F8E4M3FN, F8E4M3FNUZ, F8E5M2, F8E5M2FNUZ, F8E8M0FNU, F4E2M1FN, F6E2M3FN, F6E3M2FN];
defvar onnxNarrowIntegers = [I<2>, I<4>, UI<2>, UI<4>];
def Onnx_Tensor
    : TensorOf<!listconcat([F16, BF16, F32, F64, I1, I8, I16, I32, I64, UI8, UI16, UI32, UI64], onnxSmallFloats,
                           onnxNarrowIntegers)>;
def Onnx_OptionalFloatTensor : AnyTypeOf<[Onnx_FloatTensor, NoneType]>;
def Onnx_OptionalNumberTensor : AnyTypeOf<[Onnx_NumberTensor, NoneType]>;
def Onnx_OptionalTensor : AnyTypeOf<[Onnx_Tensor, NoneType]>;
def Onnx_IndexTensor : TensorOf<[I32, I64]>;
def Onnx_OptionalIndexTensor : AnyTypeOf<[Onnx_IndexTensor, NoneType]>;
def Onnx_BoolTensor : TensorOf<[I1]>;

class Onnx_Op<string name, list<Trait> traits = []>
    : Op<Onnx_Dialect, name, !listconcat([Pure, DeclareOpInterfaceMethods<Onnx_ShapeInference>], traits)> {
  let assemblyFormat = "operands attr-dict `:` functional-type(operands, results)";
}

class Onnx_UnaryOp<string name, string text> : Onnx_Op<name> {
  let summary = text;
  let arguments = (ins Onnx_NumberTensor:$x);
  let results = (outs Onnx_NumberTensor:$y);
}

class Onnx_FloatUnaryOp<string name, string text> : Onnx_UnaryOp<name, text> {
  let arguments = (ins Onnx_FloatTensor:$x);
  let results = (outs Onnx_FloatTensor:$y);
}

// Two operands that broadcast against each other.
class Onnx_BinaryOp<string name, string text, list<Trait> traits = []> : Onnx_Op<name, traits> {
  let summary = text;
  let arguments = (ins Onnx_NumberTensor:$a, Onnx_NumberTensor:$b);
  let results = (outs Onnx_NumberTensor:$c);
  let hasVerifier = 1;
}

class Onnx_ComparisonOp<string name, string text> : Onnx_BinaryOp<name, text> {
  let results = (outs Onnx_BoolTensor:$c);
}

class Onnx_LogicalOp<string name, string text, list<Trait> traits = []> : Onnx_Op<name, traits> {
  let summary = text;
  let arguments = (ins Onnx_BoolTensor:$a, Onnx_BoolTensor:$b);
  let results = (outs Onnx_BoolTensor:$c);
}

class Onnx_VariadicOp<string name, string text> : Onnx_Op<name> {
  let summary = text;
  let arguments = (ins Variadic<Onnx_NumberTensor>:$inputs);
  let results = (outs Onnx_NumberTensor:$result);
  let hasVerifier = 1;
}

#endif // FOVEA_ONNX_BASE_TD
