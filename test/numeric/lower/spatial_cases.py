# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Cases of the ops with windows and of resampling."""
import itertools

import ml_dtypes
import numpy

from harness import Case

f16, f32, f64, bf16 = numpy.float16, numpy.float32, numpy.float64, ml_dtypes.bfloat16
i8, u8 = numpy.int8, numpy.uint8
rng = numpy.random.default_rng(11)


def normal(*shape, dtype=f32):
    return rng.standard_normal(shape).astype(dtype)


def windows(op, x, kernel, strides=None, dilations=None, pads=None, results=1, **attributes):
    spatial = x.ndim - 2
    return Case(op, [x], {"kernel_shape": kernel, "strides": strides or [1] * spatial,
                          "dilations": dilations or [1] * spatial, "pads": pads or [0] * 2 * spatial, **attributes}, results)


def pooling():
    for op in ("MaxPool", "AveragePool"):
        yield windows(op, normal(2, 3, 11), [3], [2], None, [1, 1])
        yield windows(op, normal(1, 2, 9, 8), [3, 2], [2, 1], None, [1, 0, 1, 1])
        yield windows(op, normal(1, 2, 9, 8), [2, 3], None, [2, 2])
        yield windows(op, normal(1, 2, 5, 6, 7), [2, 3, 2], [2, 2, 1])
        yield windows(op, normal(1, 1, 8, 8), [3, 3], [2, 2], ceil_mode=True)
        yield windows(op, normal(1, 1, 7, 6), [3, 2], [3, 3], None, [1, 0, 1, 1], ceil_mode=True)
        for dtype in (f16, bf16, f64):
            yield windows(op, normal(1, 2, 6, 6, dtype=dtype), [3, 3], [2, 2], None, [1, 1, 1, 1])
        # The reference knows two spatial dimensions only.
        for x in (normal(2, 3, 4, 5), normal(2, 3, 40, dtype=f16), normal(2, 3, 2, 3, 4, dtype=f64)):
            reduce = numpy.max if op == "MaxPool" else numpy.mean
            wanted = reduce(x.astype(f64), axis=tuple(range(2, x.ndim)), keepdims=True)
            yield Case(f"Global{op}", [x], expected=[wanted.astype(x.dtype)])
    for dtype in (i8, u8):
        info = numpy.iinfo(dtype)
        yield windows("MaxPool", rng.integers(info.min, info.max, (1, 2, 6, 6)).astype(dtype), [2, 2], [2, 2])
    # The reference counts places without batch and channels; one plane each here.
    for pads, order in itertools.product(([0, 0, 0, 0], [1, 0, 1, 1]), (0, 1)):
        yield windows("MaxPool", rng.integers(0, 4, (1, 1, 6, 7)).astype(f32), [2, 3], [2, 2], None, pads, 2,
                      storage_order=order)
    for ceil in (False, True):
        yield windows("AveragePool", normal(1, 2, 7, 8), [3, 3], [2, 2], None, [1, 1, 1, 0], count_include_pad=True,
                      ceil_mode=ceil)
    for p in (1, 2, 3):
        yield windows("LpPool", normal(1, 2, 7, 8), [3, 2], [2, 2], None, [1, 0, 1, 1], p=p)
        x = normal(2, 3, 4, 5)
        norm = (numpy.abs(x.astype(f64)) ** p).sum(axis=(2, 3), keepdims=True) ** (1 / p)
        yield Case("GlobalLpPool", [x], {"p": p}, expected=[norm.astype(f32)])


families = (pooling,)
