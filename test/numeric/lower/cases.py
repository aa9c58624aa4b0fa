# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""The table of cases: every op the lowering knows, with the shapes, types and values that differ."""
import itertools

import ml_dtypes
import numpy
from onnx import TensorProto, helper

import movement_cases
import quant_cases
import spatial_cases
from harness import Case, Constant

f16, f32, f64, bf16 = numpy.float16, numpy.float32, numpy.float64, ml_dtypes.bfloat16
i8, i16, i32, i64, u8, u32 = numpy.int8, numpy.int16, numpy.int32, numpy.int64, numpy.uint8, numpy.uint32
rng = numpy.random.default_rng(7)
NAN, INF = float("nan"), float("inf")


def normal(*shape, dtype=f32):
    return rng.standard_normal(shape).astype(dtype)


def positive(*shape, dtype=f32):
    return (rng.random(shape) * 3 + 0.05).astype(dtype)


def integers(low, high, *shape, dtype=i64):
    return rng.integers(low, high, shape).astype(dtype)


def constant(values, dtype=i64):
    return Constant(numpy.array(values, dtype=dtype))


SPECIAL = numpy.array([NAN, INF, -INF, -0.0, 0.0, 1.5, -2.5, 1e-30], dtype=f32)


def softplus(x):
    """In double, where the reference overflows."""
    with numpy.errstate(all="ignore"):
        return numpy.logaddexp(0, x.astype(f64)).astype(f32)


def mish(x):
    with numpy.errstate(all="ignore"):
        return (x.astype(f64) * numpy.tanh(numpy.logaddexp(0, x.astype(f64)))).astype(f32)


def unary():
    for op in ("Exp", "Sqrt", "Log", "Reciprocal", "Erf", "Tanh", "Sigmoid", "Sin", "Cos"):
        # The reference's erf has f32 results whatever the operand's type.
        for dtype in (f32, f16, bf16) if op == "Erf" else (f32, f16, bf16, f64):
            yield Case(op, [positive(3, 5, dtype=dtype)])
    for op in ("Exp", "Erf", "Tanh", "Sigmoid"):
        yield Case(op, [normal(4, 5) * 4])
        yield Case(op, [SPECIAL])
    for op in ("Neg", "Abs", "Relu"):
        yield Case(op, [SPECIAL])
        yield Case(op, [normal(7, dtype=f16)])
        yield Case(op, [integers(-9, 9, 5, dtype=i32)])
    for op in ("Floor", "Ceil"):
        yield Case(op, [normal(3, 4) * 5])
        yield Case(op, [normal(3, 4, dtype=f16)])
    yield Case("Abs", [integers(0, 250, 6, dtype=u8)])
    yield Case("Not", [integers(0, 2, 3, 3, dtype=bool)])
    yield Case("IsNaN", [SPECIAL])
    yield Case("Neg", [numpy.array(2.5, dtype=f32)], note="rank 0")
    yield Case("Identity", [normal(2, 3)])
    signed = rng.random((3, 5)) * 1.9 - 0.95
    for op in ("Tan", "Asin", "Acos", "Atan", "Sinh", "Cosh", "Asinh", "Atanh", "Round", "Sign", "Softplus", "Mish"):
        for dtype in (f32, f64, f16):
            yield Case(op, [signed.astype(dtype)])
    yield Case("Acosh", [positive(3, 5) + f32(1)])
    for op in ("Round", "Sign"):
        yield Case(op, [SPECIAL])
    for x in (SPECIAL, numpy.array([-30, -10, -1e-3, 20, 50, 100], dtype=f32)):
        yield Case("Softplus", [x], note="far", expected=[softplus(x)])
        yield Case("Mish", [x], note="far", expected=[mish(x)])
    yield Case("Round", [numpy.array([0.5, 1.5, 2.5, -0.5, -1.5, 2.4], dtype=f32)], note="ties")
    yield Case("Sign", [integers(-2, 3, 7, dtype=i8)])
    yield Case("Sign", [integers(0, 3, 7, dtype=u8)])
    yield Case("BitwiseNot", [integers(-9, 9, 7, dtype=i16)])
    yield Case("BitwiseNot", [integers(0, 255, 7, dtype=u8)])
    for negative, positive_too in itertools.product((0, 1), (0, 1)):
        yield Case("IsInf", [SPECIAL], {"detect_negative": negative, "detect_positive": positive_too})
    for dtype in (f32, f16, f64):
        yield Case("Elu", [normal(3, 5, dtype=dtype)], {"alpha": 1.5})
        yield Case("LeakyRelu", [normal(3, 5, dtype=dtype)], {"alpha": 0.1})
        yield Case("HardSigmoid", [normal(3, 5, dtype=dtype) * dtype(3)], {"alpha": 0.3, "beta": 0.4})
    x = numpy.array([-1e-6, -1e-3, -20, 100], dtype=f32)
    yield Case("Elu", [x], {"alpha": 1.0}, note="next to 0", expected=[
        numpy.where(x < 0, numpy.expm1(numpy.minimum(x, 0)), x)])
    for approximate, dtype in itertools.product(("none", "tanh"), (f32, f16, bf16)):
        yield Case("Gelu", [normal(4, 6, dtype=dtype) * dtype(3)], {"approximate": approximate})


def casts():
    floats = numpy.array([0.0, -0.5, 1.7, -3.2, 100.9, NAN], dtype=f32)
    for source, target in [
            (floats, TensorProto.BOOL), (floats[:5], TensorProto.INT32), (floats[:5], TensorProto.INT64),
            (floats[:5], TensorProto.INT8), (numpy.abs(floats[:5]), TensorProto.UINT8), (floats, TensorProto.DOUBLE),
            (floats, TensorProto.FLOAT16), (floats, TensorProto.BFLOAT16), (floats.astype(f16), TensorProto.FLOAT),
            (floats.astype(f16), TensorProto.BFLOAT16), (floats.astype(bf16), TensorProto.FLOAT16),
            (floats[:5].astype(f16), TensorProto.INT64), (integers(-5, 5, 6), TensorProto.FLOAT),
            (integers(-5, 5, 6), TensorProto.FLOAT16), (integers(-5, 5, 6), TensorProto.BOOL),
            (integers(-5, 5, 6), TensorProto.INT32), (integers(0, 256, 6, dtype=u8), TensorProto.FLOAT),
            (integers(0, 256, 6, dtype=u8), TensorProto.INT64), (integers(0, 256, 6, dtype=u8), TensorProto.FLOAT16),
            (integers(0, 2, 6, dtype=bool), TensorProto.FLOAT), (integers(0, 2, 6, dtype=bool), TensorProto.INT64),
            (integers(-100, 100, 6, dtype=i8), TensorProto.INT32), (normal(3), TensorProto.FLOAT),
            (integers(0, 2**32 - 1, 6, dtype=u32), TensorProto.DOUBLE)]:
        yield Case("Cast", [source], {"to": int(target)})


def guarded():
    """What the standard leaves open but must not trap or read elsewhere."""
    far = numpy.array([1e30, -1e30, NAN, INF, -INF, -1.5], dtype=f32)
    ends = numpy.iinfo(i32)
    yield Case("Cast", [far], {"to": int(TensorProto.INT32)}, note="out of range",
               expected=[numpy.array([ends.max, ends.min, 0, ends.max, ends.min, -1], dtype=i32)])
    yield Case("Cast", [far], {"to": int(TensorProto.UINT8)}, note="out of range",
               expected=[numpy.array([255, 0, 0, 255, 0, 0], dtype=u8)])
    least = numpy.iinfo(i64).min
    yield Case("Div", [numpy.array([5, least, -5]), numpy.array([0, -1, -1])], note="traps",
               expected=[numpy.array([0, least, 5])])
    yield Case("Mod", [numpy.array([5, least, -5]), numpy.array([0, -1, -1])], {"fmod": 0}, note="traps",
               expected=[numpy.array([0, 0, 0])])
    x = normal(4, 3)
    yield Case("Gather", [x, numpy.array([99, -99, 2**62])], {"axis": 0}, note="out of bounds",
               expected=[x[[3, 0, 3]]])


def binary():
    shapes = [((2, 3), (2, 3)), ((2, 3, 4), (4,)), ((2, 1, 4), (3, 1)), ((), (2, 2)), ((1,), (3, 2)), ((1, 1), (1,))]
    for op in ("Add", "Sub", "Mul", "Div"):
        for a, b in shapes:
            yield Case(op, [normal(*a), positive(*b)])
        for dtype in (f16, bf16, f64):
            yield Case(op, [normal(3, 4, dtype=dtype), positive(4, dtype=dtype)])
        yield Case(op, [integers(-20, 20, 3, 4, dtype=i32), integers(1, 5, 4, dtype=i32)])
        yield Case(op, [integers(100, 200, 3, 4, dtype=u8), integers(1, 50, 4, dtype=u8)])
        yield Case(op, [normal(3, 4), constant(2.5, f32)], note="splat")
        yield Case(op, [constant([[3.0]], f32), positive(3, 4)], note="splat")
        yield Case(op, [normal(3, 4), constant([1, 2, 3, 4], f32)], note="constant tensor")
    same = positive(3, 4)
    yield Case("Div", [numpy.array([7, -7, 7, -7, 5]), numpy.array([2, 2, -2, -2, -1])], note="truncation")
    yield Case("Div", [numpy.array([200, 7], dtype=u8), constant([3], u8)], note="unsigned")
    yield Case("Mul", [same, same])
    for fmod in (0, 1):
        yield Case("Mod", [numpy.array([7, -7, 7, -7, 6, -6]), numpy.array([3, 3, -3, -3, 3, -3])], {"fmod": fmod})
        yield Case("Mod", [numpy.array([200, 7], dtype=u8), numpy.array([33, 9], dtype=u8)], {"fmod": fmod})
    yield Case("Mod", [normal(3, 4) * 5, normal(4)], {"fmod": 1})
    yield Case("Mod", [normal(3, 4, dtype=f16), normal(4, dtype=f16)], {"fmod": 1})
    x, y = normal(3, 4) * 5, normal(4)
    yield Case("Mod", [x, y], {"fmod": 0}, note="floored", expected=[numpy.mod(x, y)])
    for exponent in (1, 2, 3, 0.5, -1, 1.7):
        yield Case("Pow", [positive(2, 3), constant(exponent, f32)])
        yield Case("Pow", [positive(2, 3, dtype=f16), constant([exponent], f16)])
    yield Case("Pow", [normal(3), constant(2, i64)], note="integer exponent")
    yield Case("Pow", [positive(2, 3), normal(3)])
    yield Case("Pow", [positive(2, 3), integers(0, 4, 3)])
    yield Case("Pow", [integers(-5, 6, 6), constant(2, i64)])
    yield Case("Pow", [integers(1, 6, 6), integers(0, 5, 6)])
    for op in ("Equal", "Less", "LessOrEqual", "Greater", "GreaterOrEqual"):
        yield Case(op, [SPECIAL, SPECIAL[::-1].copy()])
        yield Case(op, [integers(0, 3, 4, 3), integers(0, 3, 3)])
        yield Case(op, [integers(0, 256, 9, dtype=u8), constant(127, u8)])
    odd, high = integers(-9, 9, 6, dtype=i32), integers(0, 200, 6, dtype=i32)
    yield Case("Pow", [odd, high], note="wraps", expected=[
        numpy.array([pow(int(a), int(b), 2**32) for a, b in zip(odd, high)], dtype=u32).view(i32)])
    yield Case("Pow", [numpy.array([2, 1, -1, -1, 0]), numpy.array([-1, -2, -2, -3, -1])], note="negative exponent",
               expected=[numpy.array([0, 1, 1, -1, 0])])
    for op in ("BitwiseAnd", "BitwiseOr", "BitwiseXor"):
        yield Case(op, [integers(-99, 99, 3, 4, dtype=i32), integers(-99, 99, 4, dtype=i32)])
        yield Case(op, [integers(0, 255, 3, 4, dtype=u8), integers(0, 255, 4, dtype=u8)])
    for direction in ("LEFT", "RIGHT"):
        yield Case("BitShift", [integers(0, 255, 12, dtype=u8), numpy.arange(12).astype(u8)], {"direction": direction})
        yield Case("BitShift", [integers(0, 2**31, 4, dtype=u32), constant(3, u32)], {"direction": direction})
    for op in ("And", "Or", "Xor"):
        yield Case(op, [integers(0, 2, 3, 4, dtype=bool), integers(0, 2, 4, dtype=bool)])
    yield Case("Equal", [integers(0, 2, 3, 4, dtype=bool), integers(0, 2, 4, dtype=bool)])


def variadic():
    for op in ("Min", "Max"):
        yield Case(op, [normal(2, 3), normal(3), normal(1, 1)])
        yield Case(op, [SPECIAL, constant(0.5, f32)])
        yield Case(op, [constant(0.5, f32), SPECIAL])
        yield Case(op, [normal(4)])
        yield Case(op, [integers(-9, 9, 5), integers(-9, 9, 5)])
        yield Case(op, [integers(0, 255, 5, dtype=u8), integers(0, 255, 5, dtype=u8)])
        yield Case(op, [normal(4, dtype=f16), normal(4, dtype=f16)])
    yield Case("Clip", [normal(3, 4), constant(-0.5, f32), constant(0.5, f32)])
    yield Case("Clip", [normal(3, 4), None, numpy.array(0.5, dtype=f32)])
    yield Case("Clip", [normal(3, 4), numpy.array(-0.5, dtype=f32), None])
    yield Case("Clip", [SPECIAL, constant(-1, f32), constant(1, f32)])
    yield Case("Clip", [integers(-9, 9, 8), constant(-3), constant(3)])
    yield Case("Clip", [normal(3), None, None])
    yield Case("Where", [integers(0, 2, 3, 1, dtype=bool), normal(3, 4), normal(4)])
    yield Case("Where", [integers(0, 2, 3, 4, dtype=bool), constant(-INF, f32), normal(3, 4)])
    yield Case("Where", [integers(0, 2, 3, dtype=bool), integers(0, 9, 3), constant(-1)])


def shapes():
    for before, after in [((2, 3, 4), (6, 4)), ((6, 4), (2, 3, 4)), ((2, 3, 4), (4, 6)), ((2, 3, 4), (24,)),
                          ((1, 6), (6, 1)), ((2, 1, 3), (2, 3)), ((1, 1), ()), ((), (1, 1, 1)), ((4, 1, 6), (4, 6, 1)),
                          ((2, 3, 4), (3, 2, 4)), ((12, 5), (3, 4, 5)), ((1, 197, 12), (1, 197, 3, 4)),
                          ((1, 2, 1, 3, 1), (6, 1, 1))]:
        yield Case("Reshape", [normal(*before), constant(after)])
    yield Case("Flatten", [normal(2, 3, 4)], {"axis": 2})
    yield Case("Flatten", [normal(2, 3)], {"axis": 0})
    yield Case("Squeeze", [normal(1, 3, 1), constant([0])])
    yield Case("Squeeze", [normal(1, 3, 1), None])
    yield Case("Unsqueeze", [normal(3, 4), constant([0, -1])])
    yield Case("Unsqueeze", [normal(), constant([0])])
    for shape, perm in [((2, 3, 4), (2, 0, 1)), ((2, 3), (1, 0)), ((1, 3, 1, 4), (0, 2, 1, 3)), ((2, 3, 4, 5), (0, 2, 1, 3)),
                        ((2, 3), (0, 1)), ((5,), (0,))]:
        yield Case("Transpose", [normal(*shape)], {"perm": list(perm)})
    yield Case("Expand", [normal(3, 1), constant([2, 3, 4])])
    yield Case("Expand", [normal(1), constant([3, 4])])
    yield Case("Expand", [normal(1, 1, 4), constant([2, 1, 1])])
    yield Case("Expand", [normal(2, 3), constant([2, 3])])
    yield Case("Tile", [normal(2, 3), constant([2, 2])])
    yield Case("Tile", [normal(1, 3), constant([4, 1])])
    yield Case("Tile", [normal(2, 1, 2), constant([1, 3, 2])])
    yield Case("Tile", [normal(2, 2), constant([1, 1])])
    for axis in (0, 1, -1):
        extents = [[2, 3, 4], [2, 3, 4], [2, 3, 4]]
        for i, extent in enumerate((1, 5, 0)):
            extents[i][axis] = extent
        yield Case("Concat", [normal(*shape) for shape in extents], {"axis": axis})
    yield Case("Concat", [normal(2, 3)], {"axis": 0})
    yield Case("Concat", [normal(2, 3), normal(0, 3)], {"axis": 0})
    big = 2**63 - 1
    for starts, ends, axes, steps in [([1], [3], [1], None), ([0, 1], [2, big], [0, -1], [1, 2]), ([-3], [-1], [2], [1]),
                                      ([-1], [-big], [1], [-1]), ([4, 5], [0, -99], [1, 2], [-2, -3]), ([2, 0], [-99, 4], [0, 1], [-1, 1]),
                                      ([2], [2], [0], None),
                                      ([-99], [99], [0], [1]), ([1, 1, 1], [3, 3, 3], None, None)]:
        yield Case("Slice", [normal(3, 5, 6), constant(starts), constant(ends),
                             constant(axes) if axes else None, constant(steps) if steps else None])
        yield Case("Slice", [normal(3, 5, 6), numpy.array(starts), numpy.array(ends),
                             numpy.array(axes) if axes else None, numpy.array(steps) if steps else None])
    yield Case("Split", [normal(2, 6), constant([2, 3, 1])], {"axis": 1}, results=3)
    yield Case("Split", [normal(2, 6), constant([2, 4])], {"axis": -1}, results=2)
    for upper, k in itertools.product((0, 1), (None, -1, 0, 2)):
        yield Case("Trilu", [normal(2, 4, 5), None if k is None else constant(k)], {"upper": upper})
    yield Case("Trilu", [integers(1, 9, 4, 4), numpy.array(1)], {"upper": 1})
    yield Case("Shape", [normal(2, 3, 4)])
    yield Case("Shape", [normal(2, 3, 4)], {"start": -2, "end": 3})
    yield Case("Size", [normal(2, 3, 4)])
    yield Case("ConstantOfShape", [constant([2, 3])], {"value": helper.make_tensor("v", TensorProto.FLOAT, [1], [1.5])})
    yield Case("ConstantOfShape", [constant([4])], {"value": helper.make_tensor("v", TensorProto.BOOL, [1], [1])})
    yield Case("Range", [constant(2), constant(11), constant(3)])
    yield Case("Range", [constant(7), constant(-2), constant(-4)])
    yield Case("Range", [constant(1.5, f32), constant(4.0, f32), constant(0.5, f32)])
    yield Case("Range", [numpy.array(7), numpy.array(-2), numpy.array(-4)])
    yield Case("Range", [numpy.array(3, dtype=f32), constant(1.0, f32), numpy.array(-0.5, dtype=f32)])
    yield Case("Dropout", [normal(3, 4), constant(0.5, f32), None])
    yield Case("Dropout", [normal(3, 4), constant(0.0, f32), numpy.array(True)])
    yield Case("Dropout", [normal(3, 4), numpy.array(0.5, dtype=f32), numpy.array(False)])


def gathers():
    for axis, places in ((0, (3, 5, 6)), (1, (4, 2, 6)), (-1, (4, 5, 7))):
        yield Case("Gather", [normal(4, 5, 6), integers(-4, 4, 2, 3)], {"axis": axis})
        yield Case("Gather", [normal(4, 5, 6), constant(-2)], {"axis": axis})
        yield Case("Gather", [normal(4, 5, 6), constant([1])], {"axis": axis})
        yield Case("Gather", [normal(4, 5, 6), constant([3, 0, -1])], {"axis": axis})
        yield Case("Gather", [normal(4, 5, 6), numpy.array(2, dtype=i32)], {"axis": axis})
        # The reference knows neither negative axes nor negative indices here; numpy does.
        x, indices = normal(4, 5, 6), integers(-4, 4, *places)
        yield Case("GatherElements", [x, indices], {"axis": axis},
                   expected=[numpy.take_along_axis(x, indices, axis)])
    yield Case("Gather", [constant(normal(30, 4), f32), integers(0, 30, 1, 5)], {"axis": 0}, note="embedding")
    yield Case("Gather", [integers(0, 9, 7), integers(-7, 7, 3)], {"axis": 0})
    yield Case("GatherND", [normal(3, 4, 5), integers(-3, 3, 2, 2)], {"batch_dims": 0})
    yield Case("GatherND", [normal(3, 4, 5), integers(-3, 3, 6, 3)], {"batch_dims": 0})
    yield Case("GatherND", [normal(3, 4, 5), integers(-3, 3, 3, 2, 1)], {"batch_dims": 1})


def products():
    for a, b in [((3, 4), (4, 5)), ((2, 3, 4), (4, 5)), ((2, 3, 4), (2, 4, 5)), ((2, 1, 3, 4), (3, 4, 5)), ((4,), (4, 5)),
                 ((3, 4), (4,)), ((4,), (4,)), ((2, 3, 4), (4,)), ((4,), (2, 4, 5)), ((1, 3, 4), (2, 4, 5)),
                 ((1, 3, 4), (1, 4, 5)), ((3, 0), (0, 2)), ((1, 1), (1, 1))]:
        yield Case("MatMul", [normal(*a), normal(*b)])
    yield Case("MatMul", [normal(4, 4), normal(4, 4)], note="square")
    for shape in ((3, 3), (2, 3, 5, 5), (1, 1), (3, 2, 2), (17, 17)):
        yield Case("Det", [normal(*shape)])
    yield Case("Det", [normal(4, 4, dtype=f64)])
    # Zeros on the diagonal, equal rows, a permutation.
    yield Case("Det", [numpy.array([[[0, 2, 1], [1, 0, 3], [4, 1, 0]], [[1, 2, 3], [1, 2, 3], [0, 1, 0]],
                                    [[0, 1, 0], [0, 0, 1], [1, 0, 0]]], dtype=f32)])
    for dtype in (f16, bf16, f64):
        yield Case("MatMul", [normal(2, 3, 40, dtype=dtype), normal(40, 5, dtype=dtype)])
    yield Case("MatMul", [integers(-9, 9, 3, 4, dtype=i32), integers(-9, 9, 4, 5, dtype=i32)])
    yield Case("MatMul", [normal(3, 4), constant(numpy.ones((4, 5)), f32)], note="splat")
    for ta, tb in itertools.product((0, 1), (0, 1)):
        a, b = normal(*((4, 3) if ta else (3, 4))), normal(*((5, 4) if tb else (4, 5)))
        for alpha, beta, c in [(1.0, 1.0, None), (1.0, 1.0, normal(5)), (0.5, 2.0, normal(3, 1)), (0.25, 1.0, None),
                               (1.0, 0.5, constant(1.5, f32))]:
            yield Case("Gemm", [a, b, c], {"alpha": alpha, "beta": beta, "transA": ta, "transB": tb})
    yield Case("Gemm", [integers(-9, 9, 3, 4, dtype=i32), integers(-9, 9, 4, 5, dtype=i32), integers(-9, 9, 5, dtype=i32)],
               {"alpha": 1.0, "beta": 1.0, "transA": 0, "transB": 0})
    yield Case("Gemm", [normal(3, 4, dtype=f16), normal(4, 5, dtype=f16), normal(5, dtype=f16)],
               {"alpha": 0.5, "beta": 1.0, "transA": 0, "transB": 0})


def reductions():
    composite = ("ReduceL1", "ReduceL2", "ReduceLogSum", "ReduceLogSumExp", "ReduceSumSquare", "ReduceProd")
    for op in composite:
        for axes, keepdims in itertools.product((None, [1], [0, -1]), (0, 1)):
            yield Case(op, [positive(3, 4, 5), constant(axes) if axes else None], {"keepdims": keepdims})
        yield Case(op, [positive(3, 4, dtype=f16), constant([1])], {"keepdims": 0})
        yield Case(op, [positive(3, 4), constant(numpy.zeros(0))], {"keepdims": 1, "noop_with_empty_axes": 1})
        # The shape of the result says which axis, or leaves it to the value.
        yield Case(op, [positive(3, 2, 4), numpy.array([1])], {"keepdims": 1}, note="axes at run time")
        for axis in (1, -1):
            yield Case(op, [positive(3, 2, 2), numpy.array([axis])], {"keepdims": 0}, note="axes at run time")
    for op in ("ReduceL1", "ReduceSumSquare", "ReduceProd"):
        yield Case(op, [integers(-9, 9, 3, 4), constant([1])], {"keepdims": 0})
    yield Case("ReduceLogSumExp", [normal(3, 4) + f32(200), constant([1])], {"keepdims": 0}, note="large")
    for op, empty in (("ReduceSum", 0), ("ReduceProd", 1), ("ReduceMax", -INF), ("ReduceMin", INF), ("ReduceL2", 0),
                      ("ReduceLogSumExp", -INF)):
        yield Case(op, [normal(2, 0, 3), constant([1])], {"keepdims": 1}, note="nothing",
                   expected=[numpy.full((2, 1, 3), empty, dtype=f32)])
    for op in ("ReduceMax", "ReduceMin"):
        yield Case(op, [integers(0, 2, 3, 4, dtype=bool), constant([1])], {"keepdims": 0})
    for op in ("ReduceSum", "ReduceMean", "ReduceMax", "ReduceMin"):
        for axes, keepdims in itertools.product((None, [1], [0, -1], [-2, -1]), (0, 1)):
            yield Case(op, [normal(3, 4, 5), constant(axes) if axes else None], {"keepdims": keepdims})
        yield Case(op, [normal(3, 4, 50, dtype=f16), constant([2])], {"keepdims": 1})
        yield Case(op, [normal(3, 4, dtype=bf16), constant([0])], {"keepdims": 0})
        yield Case(op, [integers(-50, 50, 3, 4), constant([1])], {"keepdims": 0})
        yield Case(op, [normal(3, 4), constant(numpy.zeros(0))], {"keepdims": 1, "noop_with_empty_axes": 1})
    for op in ("ReduceMax", "ReduceMin"):
        yield Case(op, [integers(0, 255, 3, 4, dtype=u8), constant([1])], {"keepdims": 0})
        yield Case(op, [SPECIAL.reshape(2, 4), constant([1])], {"keepdims": 0})
    yield Case("ReduceSum", [normal(3, 0), constant([1])], {"keepdims": 0})
    ties = integers(0, 3, 4, 6).astype(f32)
    for op, axis, keepdims, last in itertools.product(("ArgMax", "ArgMin"), (0, -1), (0, 1), (0, 1)):
        yield Case(op, [ties], {"axis": axis, "keepdims": keepdims, "select_last_index": last})
    yield Case("ArgMin", [numpy.array([[1, NAN, 3], [INF, INF, INF]], dtype=f32)], {"axis": 1, "keepdims": 0})
    yield Case("ArgMin", [integers(0, 255, 3, 9, dtype=u8)], {"axis": 1, "keepdims": 0})
    yield Case("ArgMax", [numpy.array([[1, NAN, 3], [-INF, -INF, -INF]], dtype=f32)], {"axis": 1, "keepdims": 0})
    yield Case("ArgMax", [integers(0, 255, 3, 9, dtype=u8)], {"axis": 1, "keepdims": 0})


def normalizations():
    for axis in (0, 1, -1):
        yield Case("Softmax", [normal(3, 4, 5) * 3], {"axis": axis})
    for dtype in (f16, bf16, f64):
        yield Case("Softmax", [normal(3, 7, dtype=dtype)], {"axis": -1})
    yield Case("Softmax", [normal(2, 5) + 200], {"axis": -1}, note="large")
    yield Case("Softmax", [numpy.array([[-INF, 0, 1], [-INF, -INF, -INF], [NAN, 0, 1]], dtype=f32)], {"axis": -1})
    for op in ("LogSoftmax", "Hardmax"):
        for axis in (0, 1, -1):
            yield Case(op, [normal(3, 4, 5) * 3], {"axis": axis})
    yield Case("LogSoftmax", [normal(3, 7, dtype=f16)], {"axis": -1})
    yield Case("LogSoftmax", [normal(2, 5) + 200], {"axis": -1}, note="large")
    yield Case("Hardmax", [integers(0, 3, 4, 6).astype(f32)], {"axis": -1}, note="ties")
    small = {"epsilon": 1e-5}
    for shape in ((2, 4, 3, 5), (2, 4, 6), (3, 4)):
        parameters = [normal(4), normal(4), normal(4), positive(4)]
        yield Case("BatchNormalization", [normal(*shape), *parameters], {**small, "momentum": 0.9, "training_mode": 0})
        for results in (1, 3):
            yield Case("BatchNormalization", [normal(*shape), *parameters],
                       {**small, "momentum": 0.8, "training_mode": 1}, results=results)
    yield Case("BatchNormalization", [normal(2, 3, 4, dtype=f16), *(positive(3, dtype=f16) for _ in range(4))],
               {**small, "momentum": 0.9, "training_mode": 0})
    for dtype in (f32, f16, f64):
        yield Case("InstanceNormalization", [normal(2, 3, 4, 5, dtype=dtype), normal(3, dtype=dtype), normal(3, dtype=dtype)],
                   small)
        yield Case("RMSNormalization", [normal(2, 3, 8, dtype=dtype), positive(8, dtype=dtype)], {"axis": -1, **small})
    for groups in (1, 2, 6):
        yield Case("GroupNormalization", [normal(2, 6, 3, 4), normal(6), normal(6)], {**small, "num_groups": groups})
    x, scale, bias = normal(2, 6, 3, 4), normal(2), normal(2)
    grouped = x.reshape(2, 2, -1).astype(f64)
    grouped = (grouped - grouped.mean(-1, keepdims=True)) / numpy.sqrt(grouped.var(-1, keepdims=True) + 1e-5)
    wanted = grouped * scale[:, None] + bias[:, None]
    yield Case("GroupNormalization", [x, scale, bias], {**small, "num_groups": 2}, note="per group",
               expected=[wanted.reshape(x.shape).astype(f32)])
    yield Case("RMSNormalization", [normal(2, 3, 8), positive(3, 8)], {"axis": 1, **small})
    for size in (1, 2, 3, 9):
        x = normal(2, 5, 3, 2)
        squares = numpy.zeros(x.shape)
        for c in range(5):
            squares[:, c] = (x[:, max(0, c - (size - 1) // 2):c + size // 2 + 1].astype(f64) ** 2).sum(1)
        yield Case("LRN", [x], {"size": size, "alpha": 0.02, "beta": 0.75, "bias": 2.0},
                   expected=[(x / (2 + 0.02 / size * squares) ** 0.75).astype(f32)])
    for axis, shape in [(-1, (5,)), (1, (4, 5)), (-1, (1,)), (0, (3, 4, 5))]:
        for bias, results in [(normal(*shape), 1), (None, 1), (normal(*shape), 3)]:
            yield Case("LayerNormalization", [normal(3, 4, 5) + 2, normal(*shape), bias],
                       {"axis": axis, "epsilon": 1e-5}, results=results)
    # One pass over squares would lose every digit here; the reference, in f32 itself, loses some.
    x = normal(3, 8) + f32(1000)
    centered = x.astype(f64) - x.astype(f64).mean(axis=-1, keepdims=True)
    wanted = centered / numpy.sqrt((centered ** 2).mean(axis=-1, keepdims=True) + 1e-5)
    yield Case("LayerNormalization", [x, numpy.ones(8, dtype=f32), None], {"axis": -1, "epsilon": 1e-5},
               note="large mean", expected=[wanted.astype(f32)], tolerance=2e-4)
    for dtype in (f16, bf16, f64):
        yield Case("LayerNormalization", [normal(3, 8, dtype=dtype), positive(8, dtype=dtype), normal(8, dtype=dtype)],
                   {"axis": -1, "epsilon": 1e-5})


def rotary():
    def case(shape, angles, interleaved=False, rotated=0, dtype=f32):
        x, cosine, sine = normal(*shape, dtype=dtype), normal(*angles, dtype=dtype), normal(*angles, dtype=dtype)
        size = rotated or shape[-1]
        pairs = (slice(0, size, 2), slice(1, size, 2)) if interleaved else (slice(0, size // 2), slice(size // 2, size))
        wanted = x.astype(f64)
        a, b = (wanted[..., part].copy() for part in pairs)
        c, s = cosine.astype(f64), sine.astype(f64)
        wanted[..., pairs[0]], wanted[..., pairs[1]] = a * c - b * s, a * s + b * c
        return Case("RotaryEmbedding", [x, cosine, sine], {"interleaved": interleaved, "rotated_size": rotated},
                    expected=[wanted.astype(dtype)])
    for interleaved, rotated in itertools.product((False, True), (0, 4)):
        yield case((2, 3, 5, 8), (5, (rotated or 8) // 2), interleaved, rotated)
    yield case((2, 3, 5, 6), (2, 1, 5, 3), True)
    yield case((3, 10), (3, 3), rotated=6)
    yield case((3, 8), (1, 1))
    yield case((8,), (4,))
    for dtype in (f16, bf16, f64):
        yield case((2, 3, 8), (3, 4), dtype=dtype)


def convolutions():
    def conv(x, w, bias, strides, dilations, pads, group=1, dtype=f32):
        spatial = len(x) - 2
        return Case("Conv", [normal(*x, dtype=dtype), normal(*w, dtype=dtype),
                             normal(w[0], dtype=dtype) if bias else None],
                    {"strides": strides or [1] * spatial, "dilations": dilations or [1] * spatial,
                     "pads": pads or [0] * 2 * spatial, "group": group})
    yield conv((1, 3, 8, 8), (4, 3, 4, 4), True, [4, 4], None, None)
    yield conv((2, 3, 7, 6), (5, 3, 3, 3), True, None, None, [1, 1, 1, 1])
    yield conv((2, 3, 9, 8), (5, 3, 3, 2), False, [2, 1], [2, 3], [0, 1, 2, 1])
    yield conv((1, 4, 6, 6), (6, 2, 3, 3), True, None, None, [1, 1, 1, 1], 2)
    yield conv((1, 4, 6, 6), (4, 1, 3, 3), True, None, None, [1, 1, 1, 1], 4)
    yield conv((1, 4, 6, 6), (8, 1, 3, 3), False, [2, 2], None, None, 4)
    yield conv((2, 3, 5, 5), (4, 3, 1, 1), True, None, None, None)
    yield conv((2, 3, 12), (4, 3, 5), True, [2], None, [2, 2])
    yield conv((1, 2, 5, 4, 5), (3, 2, 3, 2, 2), True, [1, 1, 2], None, [1, 0, 1, 1, 0, 1])
    yield conv((1, 3, 6, 6), (4, 3, 3, 3), True, None, None, [1, 1, 1, 1], dtype=f16)


def all_cases():
    families = (unary, casts, guarded, binary, variadic, shapes, gathers, products, reductions, normalizations, rotary,
                convolutions)
    modules = (movement_cases, quant_cases, spatial_cases)
    families += tuple(family for module in modules for family in module.families)
    return [case for family in families for case in family()]
