# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Cases of the ops that move elements: padding, regrouping, reversing, writing caches; index operands known and computed."""
import itertools

import ml_dtypes
import numpy

from harness import Case, Constant

f16, f32, bf16, i32, i64, u8 = numpy.float16, numpy.float32, ml_dtypes.bfloat16, numpy.int32, numpy.int64, numpy.uint8
rng = numpy.random.default_rng(11)


def normal(*shape, dtype=f32):
    return rng.standard_normal(shape).astype(dtype)


def known(values, dtype=i64):
    return Constant(numpy.array(values, dtype=dtype))


def computed(values, dtype=i64):
    return numpy.array(values, dtype=dtype)


def pads():
    for mode, give in itertools.product(("constant", "reflect", "edge", "wrap"), (known, computed)):
        yield Case("Pad", [normal(3, 4), give([1, 2, 0, 3]), None, None], {"mode": mode})
        yield Case("Pad", [normal(2, 3, 4), give([2, 1]), None, known([-1])], {"mode": mode}, note="axes")
    for value in (known(1.5, f32), normal(1)[0]):
        yield Case("Pad", [normal(3, 4), known([1, 0, 0, 2]), value, None], {"mode": "constant"}, note="value")
    yield Case("Pad", [normal(2, 3), computed([1, 2]), None, computed([-2])], {"mode": "constant"}, note="computed axes")
    x = normal(4, 5)
    yield Case("Pad", [x, known([-1, 2, -1, -3]), None, None], {"mode": "constant"}, note="negative",
               expected=[numpy.pad(x[1:3, :2], ((0, 0), (2, 0)))])
    yield Case("Pad", [x, computed([-1, 2, -1, -3]), None, None], {"mode": "constant"}, note="negative, computed",
               expected=[numpy.pad(x[1:3, :2], ((0, 0), (2, 0)))])
    yield Case("Pad", [x, known([-9, 0, 9, 0]), None, None], {"mode": "constant"}, note="nothing left",
               expected=[numpy.zeros((4, 5), dtype=f32)])
    for dtype in (f16, bf16):
        yield Case("Pad", [normal(3, dtype=dtype), known([1, 1]), None, None], {"mode": "constant"})
    yield Case("Pad", [rng.integers(0, 255, (2, 2)).astype(u8), known([0, 1, 1, 0]), known(200, u8), None],
               {"mode": "constant"})
    y = numpy.array([1, 2, 3], dtype=f32)
    yield Case("Pad", [y, computed([5, 6]), None, None], {"mode": "reflect"}, note="more than a period",
               expected=[numpy.pad(y, (5, 6), mode="reflect")])
    yield Case("Pad", [y[:1], computed([2, 2]), None, None], {"mode": "reflect"}, note="one element",
               expected=[numpy.repeat(y[:1], 5)])


def slices():
    x = normal(5, 6)
    yield Case("Slice", [x, computed([1, -1]), computed([4, -6]), computed([0, 1]), computed([1, -2])], note="computed",
               expected=[x[1:4, -1:-6:-2]])
    yield Case("Slice", [x, computed([-100]), computed([2**62]), known([1]), None], note="computed, far outside",
               expected=[x])
    yield Case("Slice", [x, computed([99]), computed([100]), known([1]), None], note="contradicts the result: stays inside",
               expected=[numpy.repeat(x[:, 5:], 2, axis=1)])
    yield Case("Slice", [x, computed([2], i32), known([4], i32), known([-2], i32), None], expected=[x[2:4]])


def regrouped():
    yield Case("DepthToSpace", [normal(2, 12, 2, 3)], {"blocksize": 2, "mode": "DCR"})
    yield Case("DepthToSpace", [normal(2, 12, 2, 3)], {"blocksize": 2, "mode": "CRD"})
    yield Case("SpaceToDepth", [normal(2, 3, 4, 6)], {"blocksize": 2})
    for k in (-9, -1, 0, 2, 9):
        yield Case("EyeLike", [normal(3, 5)], {"to": 1, "k": k}, expected=[numpy.eye(3, 5, k, dtype=f32)])
    x = normal(4, 3, 2)
    wanted = x.copy()
    for b, length in enumerate((1, 4, 3)):
        wanted[:length, b] = x[:length, b][::-1]
    yield Case("ReverseSequence", [x, computed([1, 4, 3])], {"batch_axis": 1, "time_axis": 0}, expected=[wanted])
    yield Case("ReverseSequence", [x, computed([99, 4, -5])], {"batch_axis": 1, "time_axis": 0}, note="stays inside",
               expected=[numpy.stack([x[::-1, 0], x[::-1, 1], x[:, 2]], axis=1)])


def caches():
    for mode, dtype in itertools.product(("linear", "circular"), (f32, f16)):
        past, update = normal(2, 3, 5, 2, dtype=dtype), normal(2, 3, 2, 2, dtype=dtype)
        starts = [3, 1] if mode == "linear" else [4, 2]
        wanted = past.copy()
        for b, start in enumerate(starts):
            for i in range(2):
                wanted[b, :, (start + i) % 5] = update[b, :, i]
        yield Case("TensorScatter", [past, update, computed(starts)], {"axis": -2, "mode": mode}, expected=[wanted])
    past, update = normal(1, 4, 2), normal(1, 2, 2)
    yield Case("TensorScatter", [past, update, None], {"axis": 1, "mode": "linear"},
               expected=[numpy.concatenate([update, past[:, 2:]], axis=1)])
    yield Case("TensorScatter", [past, update, computed([3])], {"axis": 1, "mode": "linear"}, note="stays inside",
               expected=[numpy.concatenate([past[:, :3], update[:, :1]], axis=1)])


def one_hot():
    for axis in (0, 1, -1):
        yield Case("OneHot", [computed([[0, 2], [-1, 7]]), known(4), normal(2)], {"axis": axis})
    indices, values = computed([1.0, -2.0], f32), computed([3, 9], i32)
    yield Case("OneHot", [indices, computed(3.0, f32), values], {"axis": -1}, note="floats",
               expected=[computed([[3, 9, 3], [3, 9, 3]], i32)])


families = (pads, slices, regrouped, caches, one_hot)
