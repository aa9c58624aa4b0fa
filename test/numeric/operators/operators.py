# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Single operators where readings of the standard part, beside what it says."""
import dataclasses
import math

import ml_dtypes
import numpy

FLOAT, I8 = numpy.float32, numpy.int8


@dataclasses.dataclass
class Case:
    """One node, or several, of which each takes the result of the one before and the next input. `inputs` are arrays,
    `constants` the positions of those that are initializers."""
    name: str
    op: str
    inputs: list
    wanted: list
    opset: int = 17
    attributes: dict = dataclasses.field(default_factory=dict)
    constants: tuple = ()
    domain: str = ""


def selections():
    """A result without elements, of which a dimension before the last has some."""
    x = numpy.arange(12, dtype=FLOAT).reshape(2, 3, 2)
    nothing = numpy.zeros(2, bool)
    yield Case("Compress, nothing", "Compress", [x, nothing], [x[:, :, :0]], attributes={"axis": 2})
    yield Case("Compress, one", "Compress", [x, ~nothing], [x], attributes={"axis": 2})


def shrinks():
    """Integers with attributes that are not whole: the fraction of the result is cut off."""
    x = numpy.array([-9, -2, -1, 0, 1, 2, 9], I8)
    near = numpy.where(x < -1.5, x + 0.75, numpy.where(x > 1.5, x - 0.75, 0)).astype(I8)
    yield Case("Shrink, integers", "Shrink", [x], [near], attributes={"bias": 0.75, "lambd": 1.5})
    x = x.view(numpy.uint8)
    yield Case("Shrink, unsigned", "Shrink", [x], [numpy.where(x > 1.5, x - 1.0, 0).astype(numpy.uint8)],
               attributes={"bias": 1.0, "lambd": 1.5})


def types():
    """Element types that only later editions give an operator, or that it is seldom used with."""
    x = numpy.array([-3, 0, 1, 7], numpy.int16)
    yield Case("Erf, integers", "Erf", [x], [numpy.array([math.erf(value) for value in x]).astype(x.dtype)])
    small = numpy.array([1, numpy.nan, numpy.inf, -numpy.inf], ml_dtypes.float8_e5m2)
    yield Case("IsNaN, 8 bits", "IsNaN", [small], [numpy.isnan(small)], opset=20, constants=(0,))
    yield Case("IsInf, 8 bits", "IsInf", [small], [numpy.isinf(small) & (small > 0)], opset=20, constants=(0,),
               attributes={"detect_negative": 0})


def embeddings():
    """ONNX Runtime's optimiser names the counts of a mask even where there is none: they are 0 then."""
    ids = numpy.array([[1, 2, 0], [3, 3, 1]], numpy.int32)
    words, places, scale = (numpy.cos(numpy.arange(count * 2)).reshape(count, 2).astype(FLOAT) for count in (4, 3, 1))
    total = words[ids] + places
    centred = total - total.mean(-1, keepdims=True)
    y = centred / numpy.sqrt((centred**2).mean(-1, keepdims=True) + 1e-2) * scale[0] + scale[0]
    yield Case("EmbedLayerNormalization", "EmbedLayerNormalization", [ids, None, words, places, None, scale[0], scale[0]],
               [y.astype(FLOAT), numpy.zeros(2, numpy.int32)], attributes={"epsilon": 1e-2}, domain="com.microsoft")


def roundings():
    """Every node rounds to its type, also in the middle of a kernel."""
    x, y, z = ((numpy.sin(numpy.arange(64) * step) * 0.05 + 0.06).astype(numpy.float16) for step in (1, 2, 3))
    yield Case("Mul and Div, 16 bits", "Mul Div", [x, y, z], [x * y / z])


def slices():
    """Backwards from in front of the axis, which is its first element."""
    x = numpy.arange(4, dtype=FLOAT)
    operands = [numpy.array([value]) for value in (-9, -9, 0, -2)]
    yield Case("Slice, constants", "Slice", [x, *operands], [x[:1]], constants=(1, 2, 3, 4))
    yield Case("Slice, inputs", "Slice", [x, *operands], [x[:1]])


def activations():
    """Far from 0, where GELU multiplies what is left of 1 + erf by a large number."""
    x = numpy.array([-1e30, -100, -20, -7, -1, 0], FLOAT)
    yield Case("Gelu, far below 0", "Gelu", [x], [numpy.array([0, 0, 0, -8.96e-12, -0.15865525, 0], FLOAT)], opset=20)


def cases():
    return [*selections(), *shrinks(), *types(), *embeddings(), *roundings(), *slices(), *activations()]
