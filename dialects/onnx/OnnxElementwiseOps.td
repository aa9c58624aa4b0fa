// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef FOVEA_ONNX_ELEMENTWISE_OPS_TD
#define FOVEA_ONNX_ELEMENTWISE_OPS_TD

include "dialects/onnx/OnnxBase.td"

// Operands broadcast against each other (extents align at the right, those of one stretch) and have one element type, but
// for the exponent of Pow and the condition of Where; a unary op keeps the extents. Normal form: up to opset 6 `broadcast`
// and `axis` said where b begins in a, now an Unsqueeze of b; Clip's bounds, attributes up to opset 10, and Dropout's ratio,
// one up to opset 11, are operands; CastLike is a Cast to the type of its second operand.

def Onnx_IntegerTensor : TensorOf<[I8, I16, I32, I64, UI8, UI16, UI32, UI64]>;

def Onnx_IdentityOp : Onnx_UnaryOp<"Identity", "the operand itself"> {
  let arguments = (ins Onnx_Tensor:$x);
  let results = (outs Onnx_Tensor:$y);
  let hasFolder = 1;
}
def Onnx_NegOp : Onnx_UnaryOp<"Neg", "-x">;
def Onnx_AbsOp : Onnx_UnaryOp<"Abs", "|x|">;
def Onnx_ExpOp : Onnx_FloatUnaryOp<"Exp", "e^x">;
def Onnx_LogOp : Onnx_FloatUnaryOp<"Log", "natural logarithm">;
def Onnx_SqrtOp : Onnx_FloatUnaryOp<"Sqrt", "square root">;
def Onnx_ReciprocalOp : Onnx_FloatUnaryOp<"Reciprocal", "1/x">;
def Onnx_FloorOp : Onnx_FloatUnaryOp<"Floor", "largest integer not above x">;
def Onnx_CeilOp : Onnx_FloatUnaryOp<"Ceil", "smallest integer not below x">;
def Onnx_ErfOp : Onnx_FloatUnaryOp<"Erf", "error function">;
def Onnx_TanhOp : Onnx_FloatUnaryOp<"Tanh", "hyperbolic tangent">;
def Onnx_SigmoidOp : Onnx_FloatUnaryOp<"Sigmoid", "1/(1+e^-x)">;
def Onnx_ReluOp : Onnx_UnaryOp<"Relu", "max(x, 0)">;
def Onnx_SinOp : Onnx_FloatUnaryOp<"Sin", "sine">;
def Onnx_CosOp : Onnx_FloatUnaryOp<"Cos", "cosine">;

def Onnx_RoundOp : Onnx_FloatUnaryOp<"Round", "the nearest integer, the even one of two">;
def Onnx_SignOp : Onnx_UnaryOp<"Sign", "-1, 0 or 1; NaN stays">;
def Onnx_TanOp : Onnx_FloatUnaryOp<"Tan", "tangent">;
def Onnx_AsinOp : Onnx_FloatUnaryOp<"Asin", "arc sine">;
def Onnx_AcosOp : Onnx_FloatUnaryOp<"Acos", "arc cosine">;
def Onnx_AtanOp : Onnx_FloatUnaryOp<"Atan", "arc tangent">;
def Onnx_SinhOp : Onnx_FloatUnaryOp<"Sinh", "hyperbolic sine">;
def Onnx_CoshOp : Onnx_FloatUnaryOp<"Cosh", "hyperbolic cosine">;
def Onnx_AsinhOp : Onnx_FloatUnaryOp<"Asinh", "inverse of the hyperbolic sine">;
def Onnx_AcoshOp : Onnx_FloatUnaryOp<"Acosh", "inverse of the hyperbolic cosine">;
def Onnx_AtanhOp : Onnx_FloatUnaryOp<"Atanh", "inverse of the hyperbolic tangent">;
def Onnx_SoftplusOp : Onnx_FloatUnaryOp<"Softplus", "log(1 + e^x)">;
def Onnx_MishOp : Onnx_FloatUnaryOp<"Mish", "x * tanh(log(1 + e^x))">;
def Onnx_LeakyReluOp : Onnx_FloatUnaryOp<"LeakyRelu", "x, or alpha * x where x < 0"> {
  let arguments = (ins Onnx_FloatTensor:$x, F32Attr:$alpha);
}
def Onnx_EluOp : Onnx_FloatUnaryOp<"Elu", "x, or alpha * (e^x - 1) where x < 0"> {
  let arguments = (ins Onnx_FloatTensor:$x, F32Attr:$alpha);
}
def Onnx_HardSigmoidOp : Onnx_FloatUnaryOp<"HardSigmoid", "max(0, min(1, alpha * x + beta))"> {
  let arguments = (ins Onnx_FloatTensor:$x, F32Attr:$alpha, F32Attr:$beta);
}

def Onnx_NotOp : Onnx_Op<"Not"> {
  let summary = "logical negation";
  let arguments = (ins Onnx_BoolTensor:$x);
  let results = (outs Onnx_BoolTensor:$y);
}
def Onnx_IsNaNOp : Onnx_Op<"IsNaN"> {
  let summary = "whether an element is not a number";
  let arguments = (ins Onnx_FloatTensor:$x);
  let results = (outs Onnx_BoolTensor:$y);
}
def Onnx_IsInfOp : Onnx_Op<"IsInf"> {
  let summary = "whether an element is an infinity of a sign that is looked for";
  let arguments = (ins Onnx_FloatTensor:$x, DefaultValuedAttr<BoolAttr, "true">:$detect_negative,
                       DefaultValuedAttr<BoolAttr, "true">:$detect_positive);
  let results = (outs Onnx_BoolTensor:$y);
}
def Onnx_BitwiseNotOp : Onnx_Op<"BitwiseNot"> {
  let summary = "every bit inverted";
  let arguments = (ins Onnx_IntegerTensor:$x);
  let results = (outs Onnx_IntegerTensor:$y);
}
def Onnx_GeluOp : Onnx_Op<"Gelu"> {
  let summary = "x * Phi(x): exact with erf, or approximated with tanh";
  let arguments = (ins Onnx_FloatTensor:$x, DefaultValuedAttr<StrAttr, "\"none\"">:$approximate);
  let results = (outs Onnx_FloatTensor:$y);
  let hasVerifier = 1;
}
def Onnx_CastOp : Onnx_Op<"Cast"> {
  let summary = "conversion to another element type";
  let description = [{
    `saturate` and `round_mode` ("up", "down", "nearest") matter to small floating-point types: a number out of range
    becomes the largest, or infinity or NaN; f8E8M0FNU alone is rounded by the mode, the others to nearest even.
    Integers wrap around. A float beyond an integer's range gives its nearest end, for 2 and 4 bits the low bits of the
    32-bit integer; NaN gives 0.
  }];
  let arguments = (ins Onnx_Tensor:$x, TypeAttr:$to, DefaultValuedAttr<BoolAttr, "true">:$saturate,
                   DefaultValuedAttr<StrAttr, "\"up\"">:$round_mode);
  let results = (outs Onnx_Tensor:$y);
  let hasVerifier = 1;
}
def Onnx_ClipOp : Onnx_Op<"Clip"> {
  let summary = "min(max(x, low), high)";
  let arguments = (ins Onnx_NumberTensor:$x, Onnx_OptionalNumberTensor:$low, Onnx_OptionalNumberTensor:$high);
  let results = (outs Onnx_NumberTensor:$y);
  let hasVerifier = 1;
}
def Onnx_DropoutOp : Onnx_Op<"Dropout"> {
  let summary = "the identity; a second result is the all-true mask";
  let description = [{
    Only what drops nothing is compiled: not in training, or with a ratio of 0. Where that is known to the run alone, the
    run fails when it does not hold.
  }];
  let arguments = (ins Onnx_Tensor:$x, Onnx_OptionalTensor:$ratio, Onnx_OptionalTensor:$training_mode);
  let results = (outs Onnx_Tensor:$y, Optional<Onnx_BoolTensor>:$mask);
  let extraClassDeclaration = [{
    /// Whether nothing is dropped: true, false, or not known before the run.
    std::optional<bool> isIdentity();
  }];
  let hasVerifier = 1;
}
def Onnx_AddOp : Onnx_BinaryOp<"Add", "a + b", [Commutative]>;
def Onnx_SubOp : Onnx_BinaryOp<"Sub", "a - b">;
def Onnx_MulOp : Onnx_BinaryOp<"Mul", "a * b", [Commutative]>;
def Onnx_DivOp : Onnx_BinaryOp<"Div", "a / b; integers truncate toward zero">;
def Onnx_PowOp : Onnx_BinaryOp<"Pow", "a ^ b; the result has a's element type">;
def Onnx_ModOp : Onnx_BinaryOp<"Mod", "remainder: the divisor's sign, or with fmod the dividend's"> {
  let arguments = (ins Onnx_NumberTensor:$a, Onnx_NumberTensor:$b, DefaultValuedAttr<BoolAttr, "false">:$fmod);
}
def Onnx_AndOp : Onnx_LogicalOp<"And", "logical and", [Commutative]>;
def Onnx_OrOp : Onnx_LogicalOp<"Or", "logical or", [Commutative]>;
def Onnx_XorOp : Onnx_LogicalOp<"Xor", "logical exclusive or", [Commutative]>;
class Onnx_BitwiseOp<string name, string text, list<Trait> traits = []> : Onnx_BinaryOp<name, text, traits> {
  let arguments = (ins Onnx_IntegerTensor:$a, Onnx_IntegerTensor:$b);
  let results = (outs Onnx_IntegerTensor:$c);
}
def Onnx_BitwiseAndOp : Onnx_BitwiseOp<"BitwiseAnd", "and of every bit", [Commutative]>;
def Onnx_BitwiseOrOp : Onnx_BitwiseOp<"BitwiseOr", "or of every bit", [Commutative]>;
def Onnx_BitwiseXorOp : Onnx_BitwiseOp<"BitwiseXor", "exclusive or of every bit", [Commutative]>;
def Onnx_BitShiftOp : Onnx_BitwiseOp<"BitShift", "a shifted by b bits; all are gone when there are no more than b"> {
  let arguments = (ins Onnx_IntegerTensor:$a, Onnx_IntegerTensor:$b, BoolAttr:$left);
}
def Onnx_EqualOp : Onnx_ComparisonOp<"Equal", "a == b"> {
  let arguments = (ins Onnx_NumberOrBoolTensor:$a, Onnx_NumberOrBoolTensor:$b);
}
def Onnx_LessOp : Onnx_ComparisonOp<"Less", "a < b">;
def Onnx_LessOrEqualOp : Onnx_ComparisonOp<"LessOrEqual", "a <= b">;
def Onnx_GreaterOp : Onnx_ComparisonOp<"Greater", "a > b">;
def Onnx_GreaterOrEqualOp : Onnx_ComparisonOp<"GreaterOrEqual", "a >= b">;
def Onnx_MinOp : Onnx_VariadicOp<"Min", "least of the broadcast operands; NaN wins">;
def Onnx_MaxOp : Onnx_VariadicOp<"Max", "greatest of the broadcast operands; NaN wins">;
def Onnx_WhereOp : Onnx_Op<"Where"> {
  let summary = "x where the condition holds, y elsewhere; all three broadcast";
  let arguments = (ins Onnx_BoolTensor:$condition, Onnx_Tensor:$x, Onnx_Tensor:$y);
  let results = (outs Onnx_Tensor:$result);
  let hasVerifier = 1;
}

#endif // FOVEA_ONNX_ELEMENTWISE_OPS_TD
