# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Cases of the ops with windows and of resampling."""
import itertools

import ml_dtypes
import numpy

from harness import Case, Constant

f16, f32, f64, bf16 = numpy.float16, numpy.float32, numpy.float64, ml_dtypes.bfloat16
i8, u8 = numpy.int8, numpy.uint8
rng = numpy.random.default_rng(11)


def normal(*shape, dtype=f32):
    return rng.standard_normal(shape).astype(dtype)


def positive(*shape):
    return (rng.random(shape) + 0.1).astype(f32)


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


def resizes():
    def resize(x, scales=None, sizes=None, roi=None, runtime=False, **attributes):
        def operand(values, dtype):
            if values is None:
                return None
            array = numpy.array(values, dtype=dtype)
            return array if runtime else Constant(array)
        defaults = {"mode": "nearest", "coordinate_transformation_mode": "half_pixel", "nearest_mode": "round_prefer_floor",
                    "cubic_coeff_a": -0.75, "exclude_outside": False, "extrapolation_value": 0.0, "antialias": False,
                    "keep_aspect_ratio_policy": "stretch"}
        return Case("Resize", [x, operand(roi, f32), operand(scales, f32), operand(sizes, numpy.int64)],
                    {**defaults, **attributes})
    coordinates = ("half_pixel", "half_pixel_symmetric", "pytorch_half_pixel", "align_corners", "asymmetric")
    for mode, coordinate, runtime in itertools.product(("nearest", "linear", "cubic"), coordinates, (False, True)):
        for scales in ([1, 1, 2, 1.7], [1, 1, 0.6, 0.45]):
            yield resize(normal(1, 2, 5, 7), scales, mode=mode, coordinate_transformation_mode=coordinate, runtime=runtime)
        yield resize(normal(2, 1, 4, 5), sizes=[2, 1, 9, 3], mode=mode, coordinate_transformation_mode=coordinate)
    for rounding, scale in itertools.product(("round_prefer_floor", "round_prefer_ceil", "floor", "ceil"), (0.5, 2.0, 3.0, 1.4)):
        yield resize(normal(3, 6), [1, scale], nearest_mode=rounding)
        yield resize(normal(3, 6), [1, scale], nearest_mode=rounding, coordinate_transformation_mode="asymmetric")
    for mode, exclude, runtime in itertools.product(("linear", "cubic"), (False, True), (False, True)):
        yield resize(normal(1, 1, 9, 17), [1, 1, 0.6, 0.15], mode=mode, antialias=True, exclude_outside=exclude, runtime=runtime)
    for mode, runtime in itertools.product(("nearest", "linear", "cubic"), (False, True)):
        yield resize(normal(5, 6), sizes=[4, 4], roi=[0.4, -0.28, 0.9, 1.1], mode=mode, runtime=runtime,
                     coordinate_transformation_mode="tf_crop_and_resize", extrapolation_value=2.5)
        for policy in ("not_larger", "not_smaller"):
            yield resize(normal(2, 4, 6), sizes=[7, 8], axes=[2, 1], mode=mode, keep_aspect_ratio_policy=policy, runtime=runtime)
    for dtype in (f16, f64, u8, i8, numpy.int32):
        x = rng.integers(0, 100, (1, 1, 5, 5)).astype(dtype)
        yield resize(x, [1, 1, 2, 0.7], mode="linear")
        yield resize(x, [1, 1, 2, 0.7])


def transpose_convolution(x, w, bias, strides, dilations, pads, extra, group):
    """Every element of x adds its multiple of the kernel, in double."""
    spatial = x.ndim - 2
    extents = [(x.shape[2 + i] - 1) * strides[i] + (w.shape[2 + i] - 1) * dilations[i] + 1 + extra[i] for i in range(spatial)]
    y = numpy.zeros((x.shape[0], w.shape[1] * group, *extents))
    inner, outer = w.shape[0] // group, w.shape[1]
    for at in numpy.ndindex(*x.shape[2:]):
        for tap in numpy.ndindex(*w.shape[2:]):
            place = tuple(a * s + t * d for a, s, t, d in zip(at, strides, tap, dilations))
            for g in range(group):
                channels = slice(g * inner, (g + 1) * inner)
                y[(slice(None), slice(g * outer, (g + 1) * outer), *place)] += (
                    x[(slice(None), channels, *at)].astype(f64) @ w[(channels, slice(None), *tap)].astype(f64))
    y = y[(slice(None), slice(None), *(slice(pads[i], extents[i] - pads[spatial + i]) for i in range(spatial)))]
    return (y + bias.astype(f64).reshape(-1, *[1] * spatial)).astype(x.dtype)


def transposed_convolutions():
    for spatial, stride, dilation, kernel, group, dtype in [
            (1, 1, 1, 3, 1, f32), (1, 2, 1, 4, 1, f32), (1, 3, 1, 2, 2, f32), (1, 2, 2, 3, 1, f32), (2, 2, 1, 3, 1, f32),
            (2, 1, 2, 2, 2, f32), (2, 2, 3, 2, 1, f64), (2, 2, 1, 4, 4, f16), (3, 2, 1, 2, 1, f32)]:
        for constant, extra in itertools.product((False, True), (0, stride - 1)):
            x = normal(2, 4, *range(3, 3 + spatial), dtype=dtype)
            w = normal(4, 3, *[kernel] * spatial, dtype=dtype)
            bias = normal(3 * group, dtype=dtype)
            attributes = {"strides": [stride] * spatial, "dilations": [dilation] * spatial,
                          "pads": [1] * spatial + [0] * spatial, "output_padding": [extra] * spatial, "group": group}
            wanted = transpose_convolution(x, w, bias, attributes["strides"], attributes["dilations"], attributes["pads"],
                                           attributes["output_padding"], group)
            yield Case("ConvTranspose", [x, Constant(w) if constant else w, bias], attributes, expected=[wanted])


def samples():
    for mode, padding, align in itertools.product(("nearest", "linear", "cubic"), ("zeros", "border", "reflection"), (0, 1)):
        grid = (rng.random((2, 3, 4, 2)) * 3 - 1.5).astype(f32)
        yield Case("GridSample", [normal(2, 2, 5, 6), grid], {"mode": mode, "padding_mode": padding, "align_corners": align})
    for mode in ("nearest", "linear"):
        grid = (rng.random((1, 2, 3, 2, 3)) * 3 - 1.5).astype(f32)
        yield Case("GridSample", [normal(1, 2, 3, 4, 5), grid], {"mode": mode, "padding_mode": "zeros", "align_corners": 0})
    for align in (0, 1):
        size = Constant(numpy.array([2, 1, 4, 5], dtype=numpy.int64))
        yield Case("AffineGrid", [normal(2, 2, 3), size], {"align_corners": align})


def deformed():
    for groups, offsets, mask in ((1, 1, False), (2, 2, True), (1, 4, True)):
        w = normal(6, 4 // groups, 2, 3)
        results = (5 + 2 - 2) // 2 + 1, (6 - 5) // 1 + 1
        yield Case("DeformConv", [normal(2, 4, 5, 6), w, normal(2, offsets * 6 * 2, *results), normal(6),
                                  normal(2, offsets * 6, *results) if mask else None],
                   {"strides": [2, 1], "dilations": [1, 2], "pads": [1, 0, 1, 0], "group": groups, "offset_group": offsets})


def transforms():
    def index(value, constant):
        array = numpy.array(value, dtype=numpy.int64)
        return Constant(array) if constant else array
    for dtype, parts, onesided, axis, constant in itertools.product((f32, f64), (1, 2), (0, 1), (0, 1, -2), (True, False)):
        x = normal(6, 4, 5, parts, dtype=dtype)
        yield Case("DFT", [x, None, index(axis, constant)], {"inverse": 0, "onesided": onesided})
        if parts == 2 and not onesided:
            yield Case("DFT", [x, None, index(axis, constant)], {"inverse": 1, "onesided": 0})
    for length in (7, 8, 11):
        for inverse, onesided, parts in ((0, 0, 1), (0, 1, 1), (1, 0, 2), (1, 1, 2)):
            yield Case("DFT", [normal(2, 5, parts), index(length, True), index(1, True)],
                       {"inverse": inverse, "onesided": onesided}, tolerance=1e-5)
    for window, constant in itertools.product((None, positive(8)), (True, False)):
        yield Case("STFT", [normal(2, 30, 1), index(5, constant), window, None if window is not None else index(8, constant)],
                   {"onesided": 1})


families = (pooling, resizes, transposed_convolutions, samples, deformed, transforms)
