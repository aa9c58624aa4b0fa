# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Cases of casts between all element types, and of quantisation. Numbers of small types are rounded here by comparing with
every number that the type has."""
import itertools

import ml_dtypes
import numpy
from onnx import helper

from harness import Case

f16, f32, f64, bf16 = numpy.float16, numpy.float32, numpy.float64, ml_dtypes.bfloat16
i8, i16, i32, u8, u16 = numpy.int8, numpy.int16, numpy.int32, numpy.uint8, numpy.uint16
INFINITE = {"float8_e5m2"}
FINITE = {"float4_e2m1fn", "float6_e2m3fn", "float6_e3m2fn"}
SMALL = {name: getattr(ml_dtypes, name) for name in (
    "float8_e4m3fn", "float8_e4m3fnuz", "float8_e5m2", "float8_e5m2fnuz", *sorted(FINITE))}
POWER = ml_dtypes.float8_e8m0fnu
NARROW = {ml_dtypes.int4: 4, ml_dtypes.uint4: 4, ml_dtypes.int2: 2, ml_dtypes.uint2: 2}
rng = numpy.random.default_rng(19)


def code(dtype):
    return int(helper.np_dtype_to_tensor_dtype(numpy.dtype(dtype)))


def all_numbers(dtype):
    """Every number of a type of 8 bits or fewer."""
    width = 8 if "8" in numpy.dtype(dtype).name else int(numpy.dtype(dtype).name[5])
    return numpy.arange(2**width, dtype=u8).view(dtype)


def magnitudes(dtype):
    """The numbers of a small type that are not negative, in the order of their codes."""
    numbers = all_numbers(dtype)
    return numbers[:len(numbers) // 2].astype(f64)


def round_small(value, name, saturate=True):
    if numpy.isnan(value):
        return 0.0 if name in FINITE else numpy.nan
    numbers = magnitudes(SMALL[name])
    numbers = numbers[numpy.isfinite(numbers)]
    # The number after the largest, were there one, is where overflow begins.
    steps = numpy.append(numbers, 2 * numbers[-1] - numbers[-2])
    magnitude = min(abs(value), steps[-1])
    distances = numpy.abs(steps - magnitude)
    nearest = numpy.flatnonzero(distances == distances.min())
    place = nearest[0] if len(nearest) == 1 else nearest[nearest % 2 == 0][0]
    if place == len(numbers):
        if saturate or name in FINITE:
            place -= 1
        else:
            return numpy.copysign(numpy.inf, value) if name in INFINITE else numpy.nan
    return numpy.copysign(numbers[place], value)


def to_small(values, name, saturate=True):
    rounded = [round_small(value, name, saturate) for value in values.astype(f64).ravel()]
    return numpy.array(rounded, f64).astype(SMALL[name]).reshape(values.shape)


def near(dtype):
    """Doubles at, between and beside the numbers of a small type, in and beyond its range."""
    numbers = magnitudes(dtype)
    numbers = numbers[numpy.isfinite(numbers)]
    numbers = numpy.append(numbers, 2 * numbers[-1] - numbers[-2])
    middles = (numbers[1:] + numbers[:-1]) / 2
    values = numpy.concatenate([numbers, middles, [numbers[-1] * 5, 1e30, numpy.inf, numpy.nan, 1e-30, 0]])
    return numpy.concatenate([values, -values])


def float_casts():
    for name, dtype in SMALL.items():
        exact = near(dtype)
        beside = numpy.concatenate([numpy.nextafter(exact, numpy.inf), numpy.nextafter(exact, -numpy.inf)])
        for saturate in (1, 0):
            with numpy.errstate(over="ignore"):
                sources = (exact.astype(f32), numpy.concatenate([exact, beside]), exact.astype(f16), exact.astype(bf16))
            for values in sources:
                yield Case("Cast", [values], {"to": code(dtype), "saturate": saturate},
                           expected=[to_small(values, name, saturate)], note=f"to {name}")
        for to in (f16, bf16, f32, f64):
            yield Case("Cast", [all_numbers(dtype)], {"to": code(to)}, expected=[all_numbers(dtype).astype(f32).astype(to)],
                       note=f"from {name}")
        integers = numpy.arange(-600, 600, dtype=i32)
        yield Case("Cast", [integers], {"to": code(dtype)}, expected=[to_small(integers, name)])
        whole = all_numbers(dtype).astype(f64)
        whole = all_numbers(dtype)[numpy.isfinite(whole) & (numpy.abs(whole) < 1e9)]
        yield Case("Cast", [whole], {"to": code(i32)}, expected=[whole.astype(f64).astype(i32)])
        yield Case("Cast", [whole], {"to": code(bool)}, expected=[whole.astype(f64) != 0])
    for first, second in itertools.permutations(SMALL, 2):
        numbers = all_numbers(SMALL[first])
        yield Case("Cast", [numbers], {"to": code(SMALL[second])}, expected=[to_small(numbers, second)])


def power_casts():
    def rounded(value, mode):
        if numpy.isnan(value) or value < 0:
            return numpy.nan
        if value < 2.0**-127:
            return 2.0**-127
        exponent = numpy.frexp(min(value, 2.0**127))[1] - 1
        fraction = min(value, 2.0**127) / 2.0**exponent
        up = {"up": fraction > 1, "down": False, "nearest": fraction >= 1.5}[mode]
        return 2.0**min(exponent + up, 127)
    values = numpy.exp2(numpy.linspace(-140, 130, 271))
    values = numpy.concatenate([values, values * 1.25, values * 1.5, values * 1.75, [0, 2.0**-127 * 1.5, numpy.nan]])
    for mode, dtype in itertools.product(("up", "down", "nearest"), (f32, f64)):
        with numpy.errstate(over="ignore"):
            x = values.astype(dtype)
        yield Case("Cast", [x], {"to": code(POWER), "saturate": 1, "round_mode": mode},
                   expected=[numpy.array([rounded(float(value), mode) for value in x]).astype(POWER)])
    yield Case("Cast", [all_numbers(POWER)], {"to": code(f32)}, expected=[all_numbers(POWER).astype(f32)])


def integer_casts():
    for dtype, width in NARROW.items():
        signed = numpy.dtype(dtype).name.startswith("i")

        def wrap(values):
            low = values.astype(numpy.int64) & (2**width - 1)
            return (numpy.where(signed & (low >> (width - 1) != 0), low - 2**width, low)).astype(i8).astype(dtype)
        for source in (i8, u8, i16, i32, u16):
            values = numpy.arange(-130 if numpy.dtype(source).kind == "i" else 0, 127).astype(source)
            yield Case("Cast", [values], {"to": code(dtype)}, expected=[wrap(values)])
        floats = numpy.arange(-20, 20, 0.25, dtype=f32)
        yield Case("Cast", [floats], {"to": code(dtype)}, expected=[wrap(numpy.trunc(floats))])
        numbers = wrap(numpy.arange(2**width))
        for to in (i8, i32, f32, f16, u8, bool):
            yield Case("Cast", [numbers], {"to": code(to)}, expected=[numbers.astype(i8).astype(to)])
        yield Case("Cast", [numbers], {"to": code(SMALL["float8_e4m3fn"])},
                   expected=[to_small(numbers.astype(f32), "float8_e4m3fn")])


def bit_casts():
    def case(values, to):
        return Case("BitCast", [values], {"to": code(to)}, expected=[values.view(to)])
    yield case(rng.standard_normal((3, 5)).astype(f32), i32)
    yield case(rng.integers(-2**31, 2**31, 9).astype(i32), numpy.uint32)
    yield case(rng.standard_normal(7), numpy.int64)
    yield case(rng.standard_normal(7).astype(f16), u16)
    yield case(rng.integers(0, 2**15, 9).astype(u16), bf16)
    yield case(rng.integers(0, 256, 9).astype(u8), i8)
    yield case(numpy.array([True, False]), u8)
    yield case(all_numbers(SMALL["float8_e5m2"]), u8)
    nibbles = numpy.arange(16, dtype=u8)
    as_signed = numpy.where(nibbles > 7, nibbles.astype(i8) - 16, nibbles.astype(i8)).astype(i8).astype(ml_dtypes.int4)
    as_float, as_unsigned = nibbles.view(SMALL["float4_e2m1fn"]), nibbles.astype(ml_dtypes.uint4)
    for source, to in itertools.permutations((as_signed, as_float, as_unsigned), 2):
        yield Case("BitCast", [source], {"to": code(to.dtype)}, expected=[to])


def spread(parameter, shape, axis, block):
    """A scale or zero point for every element of a tensor of `shape`."""
    if parameter.size == 1:
        return numpy.broadcast_to(parameter.reshape([1] * len(shape)), shape)
    if not block:
        return numpy.broadcast_to(parameter.reshape([-1 if dim == axis else 1 for dim in range(len(shape))]), shape)
    return numpy.repeat(parameter, block, axis).take(range(shape[axis]), axis)


def limits(dtype):
    info = ml_dtypes.iinfo(dtype)
    return int(info.min), int(info.max)


GRANULARITIES = [((6,), 1, 0, ()), ((6,), 0, 0, (1,)), ((2, 3, 4), 1, 0, (3,)), ((2, 3, 4), -1, 0, (4,)),
                 ((2, 7, 3), 1, 3, (2, 3, 3)), ((4, 6), 1, 2, (4, 3)), ((5, 3), 0, 2, (3, 3))]


def quantize(dtype, shape, axis, block, parameters, float_type=f32, zero=True, special=False):
    x = (rng.standard_normal(shape) * 3 + 0.4).astype(float_type)
    if special:
        x.ravel()[:4] = [1e30, -1e30, numpy.inf, -numpy.inf]
    scale = (rng.random(parameters) * 0.2 + 0.05).astype(float_type)
    low, high = limits(dtype)
    zero_point = rng.integers(low // 2, high // 2 + 1, parameters).astype(i32 if high > 255 else i16)
    with numpy.errstate(over="ignore"):
        quotient = (x / spread(scale, shape, axis % len(shape), block)).astype(float_type).astype(f64)
    result = numpy.rint(quotient) + (spread(zero_point, shape, axis % len(shape), block) if zero else 0)
    return Case("QuantizeLinear", [x, scale, zero_point.astype(dtype) if zero else None],
                {"axis": axis, "block_size": block, "to": code(dtype), "precision": code(float_type)},
                expected=[numpy.clip(result, low, high).astype(i32).astype(dtype)],
                note=f"{numpy.dtype(dtype).name} {shape} {parameters}")


def quantization():
    for granularity in GRANULARITIES:
        yield quantize(u8, *granularity)
        yield quantize(i8, *granularity, zero=False)
    for dtype in (i16, u16, *NARROW):
        yield quantize(dtype, (2, 3, 4), 2, 0, (4,))
        yield quantize(dtype, (5, 4), 1, 0, (), special=True)
    for float_type in (f16, bf16):
        yield quantize(u8, (40,), 0, 0, (), float_type)
    for name in SMALL:
        x = (rng.standard_normal((3, 40)) * 200).astype(f32)
        scale = numpy.array([0.5, 2, 32], f32)
        for saturate in (1, 0):
            yield Case("QuantizeLinear", [x, scale, None],
                       {"axis": 0, "block_size": 0, "to": code(SMALL[name]), "precision": code(f32), "saturate": saturate},
                       expected=[to_small(x / scale[:, None], name, saturate)])


def dequantization():
    for granularity, dtype in itertools.product(GRANULARITIES, (u8, i8)):
        yield dequantize(dtype, *granularity)
    for dtype in (i16, u16, *NARROW):
        yield dequantize(dtype, (2, 3, 4), 1, 0, (3,))
    for float_type in (f16, bf16):
        yield dequantize(u8, (3, 4), 1, 0, (4,), float_type)
    for name, dtype in SMALL.items():
        x, scale = all_numbers(dtype), numpy.array(0.75, f32)
        yield Case("DequantizeLinear", [x, scale, None], {"axis": 0, "block_size": 0, "to": code(f32)},
                   expected=[x.astype(f32) * scale])
    x, scale = rng.integers(-2**30, 2**30, 9).astype(i32), numpy.array(1e-6, f32)
    yield Case("DequantizeLinear", [x, scale, None], {"axis": 0, "block_size": 0, "to": code(f32)},
               expected=[(x * scale.astype(f64)).astype(f32)])
    x, scale = rng.integers(0, 16, 32).astype(ml_dtypes.uint4), all_numbers(POWER)[[120, 130]]
    yield Case("DequantizeLinear", [x, scale, None], {"axis": 0, "block_size": 16, "to": code(bf16)},
               expected=[(x.astype(f32) * numpy.repeat(scale, 16).astype(f32)).astype(bf16)])


def dequantize(dtype, shape, axis, block, parameters, float_type=f32):
    low, high = limits(dtype)
    x, zero_point = rng.integers(low, high + 1, shape), rng.integers(low, high + 1, parameters)
    scale = (rng.random(parameters) + 0.05).astype(float_type)
    axis_from_front = axis % len(shape)
    difference = x - spread(numpy.asarray(zero_point), shape, axis_from_front, block)
    result = difference * spread(scale, shape, axis_from_front, block).astype(f64)
    def stored(values):
        return numpy.asarray(values).astype(i32).astype(dtype)
    return Case("DequantizeLinear", [stored(x), scale, stored(zero_point)],
                {"axis": axis, "block_size": block, "to": code(float_type)}, expected=[result.astype(float_type)],
                note=f"{numpy.dtype(dtype).name} {shape} {parameters}")


families = (float_casts, power_casts, integer_casts, bit_casts, quantization, dequantization)
