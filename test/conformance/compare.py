# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Comparison of results: with what the standard expects, in its own tolerance, and of executions with each other, in ours."""
import ml_dtypes
import numpy

# Element types that are stored as the integers of their bits.
STORED_AS_BITS = {
    "BFLOAT16": ml_dtypes.bfloat16, "FLOAT8E4M3FN": ml_dtypes.float8_e4m3fn, "FLOAT8E4M3FNUZ": ml_dtypes.float8_e4m3fnuz,
    "FLOAT8E5M2": ml_dtypes.float8_e5m2, "FLOAT8E5M2FNUZ": ml_dtypes.float8_e5m2fnuz,
    "FLOAT8E8M0": ml_dtypes.float8_e8m0fnu,
}
NARROW = {"FLOAT4E2M1": (4, "float"), "INT4": (4, "signed"), "UINT4": (4, "unsigned"), "INT2": (2, "signed"),
          "UINT2": (2, "unsigned")}
# The unit of the last place of 1, and how many of the largest value's two executions may differ by (docs/Numerics.md: sums
# of k terms differ by k units at most, by the square root of k as a rule).
UNITS = {"FLOAT16": (2.0**-10, 4), "BFLOAT16": (2.0**-7, 4), "FLOAT": (2.0**-23, 128), "DOUBLE": (2.0**-52, 128),
         "FLOAT8E4M3FN": (2.0**-3, 1), "FLOAT8E4M3FNUZ": (2.0**-3, 1), "FLOAT8E5M2": (2.0**-2, 1),
         "FLOAT8E5M2FNUZ": (2.0**-2, 1)}


def decode(array, type_name):
    """The values of an array that was stored as its bits."""
    if type_name in STORED_AS_BITS and array.dtype.kind in "uV":
        return array.view(STORED_AS_BITS[type_name]).astype(numpy.float32)
    if type_name in NARROW:
        bits, kind = NARROW[type_name]
        low = array.view(numpy.uint8) & ((1 << bits) - 1)
        if kind == "float":
            return low.view(ml_dtypes.float4_e2m1fn).astype(numpy.float32)
        wide = low.astype(numpy.int32)
        return numpy.where(wide >> (bits - 1), wide - (1 << bits), wide) if kind == "signed" else wide
    return array


def first_difference(wrong, actual, expected):
    where = tuple(int(i) for i in numpy.argwhere(wrong)[0]) if wrong.ndim else ()
    return (f"{int(wrong.sum())} of {wrong.size} elements differ; at {list(where)}: {actual[where]!s}, "
            f"expected {expected[where]!s}")


def load(path, value, shape):
    """The decoded array at `path`, or a message."""
    array = numpy.load(path)
    if list(array.shape) != list(shape):
        return None, f"output '{value.name}' has shape {list(array.shape)}, expected {list(shape)}"
    return decode(array, value.type), None


def differs_from_expected(actual_path, expected_path, value, rtol, atol):
    """A message unless the result is what the standard's suite accepts."""
    expected_raw = numpy.load(expected_path)
    actual_raw = numpy.load(actual_path)
    if actual_raw.dtype.itemsize != expected_raw.dtype.itemsize or (
            actual_raw.dtype != expected_raw.dtype and value.type not in STORED_AS_BITS and value.type not in NARROW):
        return f"output '{value.name}' has elements of type {actual_raw.dtype}, expected {expected_raw.dtype}"
    actual, message = load(actual_path, value, expected_raw.shape)
    if message:
        return message
    expected = decode(expected_raw, value.type)
    if value.type == "BFLOAT16":
        rtol = max(rtol, 2.0**-6)
    with numpy.errstate(all="ignore"):
        if expected.dtype.kind in "iub":
            # The suite's tolerance forgives integers too.
            wide = numpy.longdouble
            actual, expected = actual.astype(wide), expected.astype(wide)
        wrong = ~numpy.isclose(actual, expected, rtol=rtol, atol=atol, equal_nan=True)
    return f"output '{value.name}': {first_difference(wrong, actual, expected)}" if wrong.any() else None


def executions_differ(actual_path, reference_path, value, scale=1.0):
    """A message unless a compiled result is the evaluator's within our own tolerance."""
    reference_raw = numpy.load(reference_path)
    actual, message = load(actual_path, value, reference_raw.shape)
    if message:
        return message
    reference = decode(reference_raw, value.type)
    if value.type not in UNITS:
        wrong = numpy.asarray(actual != reference)
        if reference.dtype.kind == "f":
            wrong &= ~(numpy.isnan(actual) & numpy.isnan(reference))
    else:
        unit, count = UNITS[value.type]
        a, e = actual.astype(numpy.longdouble), reference.astype(numpy.longdouble)
        finite = numpy.abs(e[numpy.isfinite(e)])
        largest = finite.max() if finite.size else 0
        with numpy.errstate(all="ignore"):
            wrong = ~((a == e) | (numpy.isnan(a) & numpy.isnan(e)) | (numpy.abs(a - e) <= scale * unit * count * largest))
    if not wrong.any():
        return None
    return f"output '{value.name}', evaluator beside compiled: {first_difference(wrong, actual, reference)}"
