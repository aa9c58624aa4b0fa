# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Templates of elementwise operators and reductions."""
import math

from graph import FLOATS, LARGEST, PRECISION, SIGNED, UNSIGNED, Unsuitable

INTEGERS = SIGNED + UNSIGNED
NUMBERS = FLOATS + INTEGERS
# The bounds of docs/Numerics.md on elementary functions, absolute.
EXP_ULPS = 4
CURVE_ERROR = 2e-6


def broadcast(a, b):
    rank = max(len(a), len(b))
    a, b = (1,) * (rank - len(a)) + a, (1,) * (rank - len(b)) + b
    return tuple(y if x == 1 else x for x, y in zip(a, b))


def partner(g, x, dtype=None, low=None, high=None):
    """A second operand: of a shape that broadcasts with x."""
    dtype = dtype or x.dtype

    def suits(value):
        pairs = zip(value.shape[::-1], x.shape[::-1])
        return all(a == b or 1 in (a, b) for a, b in pairs) and (low is None or value.low >= low) and (
            high is None or value.high <= high)
    if g.rng.random() < 0.6:
        try:
            return g.pick((dtype,), suits, chance=1.0)
        except Unsuitable:
            pass
    shape = tuple(1 if g.rng.random() < 0.3 else extent for extent in x.shape)
    shape = shape[g.some(0, len(shape)):] if shape and g.rng.random() < 0.3 else shape
    if g.rng.random() < 0.1 and len(shape) < 4:
        shape = (g.some(1, 3),) + (1,) * (x.rank - len(shape)) + shape
    return g.leaf(dtype, shape, low, high)


def unary_exact(g):
    op = g.one_of("Neg", "Abs", "Relu", "Identity", "LeakyRelu")
    x = g.pick(FLOATS + SIGNED if op in ("Neg", "Abs") else FLOATS)
    low, high = x.low, x.high
    if op == "LeakyRelu":
        return g.node(op, [x], [g.like(x, low=min(low / 4, low if low > 0 else low / 4), high=max(high, high / 4),
                                       grain=None if x.grain is None else x.grain + 2)], alpha=0.25)
    if op == "Neg":
        low, high = -high, -low
    elif op == "Abs":
        low, high = 0 if low <= 0 <= high else min(abs(low), abs(high)), x.magnitude
    elif op == "Relu":
        low, high = max(low, 0), max(high, 0)
    return g.node(op, [x], [g.like(x, low=low, high=high)])


def unary_step(g):
    op = g.one_of("Floor", "Ceil", "Round", "Sign", "Sign")
    x = g.pick(FLOATS + (SIGNED if op == "Sign" else ()), lambda v: v.exact)
    if op == "Sign":
        return g.node(op, [x], [g.like(x, low=-1, high=1, grain=0)])
    return g.node(op, [x], [g.like(x, low=math.floor(x.low), high=math.ceil(x.high), grain=0)])


def unary_curve(g):
    """Functions without steps: (low and high operand, slope, low and high result)."""
    table = {
        "Exp": (-6, 4, lambda v: math.exp(v.high), lambda v: (math.exp(v.low), math.exp(v.high))),
        "Tanh": (-1e3, 1e3, lambda v: 1, lambda v: (-1, 1)),
        "Sigmoid": (-1e3, 1e3, lambda v: 1, lambda v: (0, 1)),
        "Erf": (-1e3, 1e3, lambda v: 1.2, lambda v: (-1, 1)),
        "Gelu": (-50, 50, lambda v: 1.2, lambda v: (-0.2, max(v.high, 0))),
        "Softplus": (-20, 20, lambda v: 1, lambda v: (0, max(v.high, 0) + 0.7)),
        "Softsign": (-50, 50, lambda v: 1, lambda v: (-1, 1)),
        "Sqrt": (0.25, 1e3, lambda v: 1, lambda v: (math.sqrt(v.low), math.sqrt(v.high))),
        "Log": (0.25, 1e3, lambda v: 4, lambda v: (math.log(v.low), math.log(v.high))),
        "Reciprocal": (0.25, 1e3, lambda v: 16, lambda v: (1 / v.high, 1 / v.low)),
        "Sin": (-10, 10, lambda v: 1, lambda v: (-1, 1)),
        "Cos": (-10, 10, lambda v: 1, lambda v: (-1, 1)),
        "Elu": (-20, 20, lambda v: 1, lambda v: (-1, max(v.high, 0))),
        "Selu": (-20, 20, lambda v: 1.8, lambda v: (-1.8, max(v.high, 0) * 1.06)),
        "HardSigmoid": (-50, 50, lambda v: 1, lambda v: (0, 1)),
        "HardSwish": (-50, 50, lambda v: 1.5, lambda v: (-0.4, max(v.high, 0))),
        "Mish": (-20, 20, lambda v: 1.2, lambda v: (-0.4, max(v.high, 0))),
        "Atan": (-50, 50, lambda v: 1, lambda v: (-1.6, 1.6)),
        "Sinh": (-4, 4, lambda v: 30, lambda v: (-30, 30)),
        "Cosh": (-4, 4, lambda v: 30, lambda v: (1, 30)),
        "Asinh": (-50, 50, lambda v: 1, lambda v: (-5, 5)),
    }
    op = g.one_of(*table)
    least, most, slope, bounds = table[op]
    x = g.pick(("float32",) * 4 + FLOATS, lambda v: v.low >= least and v.high <= most)
    low, high = bounds(x)
    magnitude = max(abs(low), abs(high))
    own = max(CURVE_ERROR * max(1, magnitude), EXP_ULPS * magnitude * 2.0 ** -(PRECISION[x.dtype] - 1))
    if x.dtype == "float64":
        own = 1e-6 * max(1, magnitude)
    return g.node(op, [x], [g.like(x, low=low, high=high, error=x.error * slope(x) + own, grain=None)])


def binary(g):
    op = g.one_of("Add", "Sub", "Mul", "Min", "Max", "Add", "Mul", "Div", "PRelu")
    x = g.pick(NUMBERS if op not in ("PRelu", "Div") else FLOATS)
    if op == "Div":
        y = partner(g, x, low=0.5)
        low, high = min(x.low / y.low, x.low / y.high), max(x.high / y.low, x.high / y.high)
        return g.node(op, [x, y], [g.like(x, shape=broadcast(x.shape, y.shape), low=low, high=high, grain=None,
                                          error=x.error / y.low + y.error * x.magnitude / y.low**2)])
    y = partner(g, x)
    shape = broadcast(x.shape, y.shape)
    grain = None if x.grain is None or y.grain is None else max(x.grain, y.grain)
    error = x.error + y.error
    if op == "PRelu":
        if shape != x.shape:
            raise Unsuitable
        m = max(x.magnitude, x.magnitude * y.magnitude)
        return g.node(op, [x, y], [g.like(x, low=-m, high=m, grain=None,
                                          error=x.error * max(1, y.magnitude) + y.error * x.magnitude)])
    if op == "Add":
        low, high = x.low + y.low, x.high + y.high
    elif op == "Sub":
        low, high = x.low - y.high, x.high - y.low
    elif op == "Mul":
        corners = [a * b for a in (x.low, x.high) for b in (y.low, y.high)]
        low, high = min(corners), max(corners)
        grain = None if grain is None else x.grain + y.grain
        error = x.error * y.magnitude + y.error * x.magnitude
    elif op == "Min":
        low, high, error = min(x.low, y.low), min(x.high, y.high), max(x.error, y.error)
    else:
        low, high, error = max(x.low, y.low), max(x.high, y.high), max(x.error, y.error)
    if x.dtype in UNSIGNED and low < 0:
        raise Unsuitable
    return g.node(op, [x, y], [(x.dtype, shape, low, high, error, grain)])


def binary_integer(g):
    op = g.one_of("Div", "Mod", "BitwiseAnd", "BitwiseOr", "BitwiseXor", "BitShift", "Pow")
    x = g.pick(UNSIGNED if op == "BitShift" else SIGNED[:2] if op == "Pow" else INTEGERS,
               lambda v: v.magnitude <= 60)
    if op in ("Div", "Mod"):
        y = partner(g, x, low=1)
        attributes = {"fmod": 1} if op == "Mod" and g.rng.random() < 0.5 else {}
        m = max(x.magnitude, y.magnitude)
        low = 0 if x.dtype in UNSIGNED else -m
        return g.node(op, [x, y], [g.like(x, shape=broadcast(x.shape, y.shape), low=low, high=m)], **attributes)
    if op == "Pow":
        y = g.leaf(x.dtype, x.shape, 0, 3)
        m = max(1, x.magnitude**3)
        return g.node(op, [x, y], [g.like(x, low=-m, high=m)])
    y = partner(g, x, low=0 if op == "BitShift" else None, high=3 if op == "BitShift" else None)
    if y.magnitude > 60:
        raise Unsuitable
    shape = broadcast(x.shape, y.shape)
    if op == "BitShift":
        left = g.rng.random() < 0.5
        return g.node(op, [x, y], [g.like(x, shape=shape, low=0, high=x.magnitude * (8 if left else 1))],
                      direction="LEFT" if left else "RIGHT")
    low = 0 if x.dtype in UNSIGNED else -64
    return g.node(op, [x, y], [g.like(x, shape=shape, low=low, high=64)])


def compare(g):
    op = g.one_of("Less", "Greater", "Equal", "LessOrEqual", "GreaterOrEqual")
    x = g.pick(NUMBERS, lambda v: v.exact)
    y = partner(g, x)
    if not y.exact:
        raise Unsuitable
    return g.node(op, [x, y], [("bool", broadcast(x.shape, y.shape), 0, 1, 0, 0)])


def logic(g):
    if g.rng.random() < 0.3:
        x = g.pick(("bool",))
        return g.node("Not", [x], [g.like(x)])
    x = g.pick(("bool",))
    y = partner(g, x)
    return g.node(g.one_of("And", "Or", "Xor"), [x, y], [g.like(x, shape=broadcast(x.shape, y.shape))])


def where(g):
    c = g.pick(("bool",))
    x = g.pick(NUMBERS, lambda v: all(a == b or 1 in (a, b) for a, b in zip(v.shape[::-1], c.shape[::-1])))
    y = partner(g, x)
    shape = broadcast(broadcast(c.shape, x.shape), y.shape)
    if any(e not in (1, s) for v in (c, x, y) for e, s in zip(v.shape[::-1], shape[::-1])):
        raise Unsuitable
    grain = None if x.grain is None or y.grain is None else max(x.grain, y.grain)
    return g.node("Where", [c, x, y], [(x.dtype, shape, min(x.low, y.low), max(x.high, y.high), max(x.error, y.error), grain)])


def clip(g):
    x = g.pick(NUMBERS)
    low, high = (0, 1) if x.dtype in UNSIGNED else (-1, 1)
    bounds = [g.leaf(x.dtype, (), low, low), g.leaf(x.dtype, (), high, high)]
    present = [g.rng.random() < 0.7, g.rng.random() < 0.7]
    operands = [x] + [bound if here else None for bound, here in zip(bounds, present)]
    return g.node("Clip", operands, [g.like(x, low=min(max(x.low, low if present[0] else x.low), high),
                                            high=max(min(x.high, high if present[1] else x.high), low))])


def cast(g):
    to = str(g.rng.choice(NUMBERS + ("bool", "float32", "float32")))
    x = g.pick(NUMBERS + ("bool",), lambda v: v.dtype != to)
    from onnx import helper
    from graph import numpy_type
    number = helper.np_dtype_to_tensor_dtype(numpy_type(to))
    low, high, grain = x.low, x.high, x.grain
    if to == "bool":
        if not x.exact:
            raise Unsuitable
        return g.node("Cast", [x], [("bool", x.shape, 0, 1, 0, 0)], to=number)
    if to not in FLOATS:
        if not x.exact or (to in UNSIGNED and low < 0):
            raise Unsuitable
        low, high, grain = math.floor(low), math.ceil(high), 0
    return g.node("Cast", [x], [(to, x.shape, low, high, x.error, grain)], to=number)


def many(g):
    op = g.one_of("Sum", "Max", "Min", "Mean")
    x = g.pick(FLOATS)
    operands = [x] + [partner(g, x) for _ in range(g.some(0, 2))]
    shape = ()
    for value in operands:
        if any(a != b and 1 not in (a, b) for a, b in zip(value.shape[::-1], shape[::-1])):
            raise Unsuitable
        shape = broadcast(shape, value.shape)
    n = len(operands)
    grain = None if any(v.grain is None for v in operands) else max(v.grain for v in operands)
    lows, highs, errors = ([getattr(v, key) for v in operands] for key in ("low", "high", "error"))
    if op == "Sum":
        return g.node(op, operands, [(x.dtype, shape, sum(lows), sum(highs), sum(errors), grain)])
    if op == "Mean":
        return g.node(op, operands, [(x.dtype, shape, min(lows), max(highs), sum(errors) + 1e-30, None)])
    pick = min if op == "Min" else max
    return g.node(op, operands, [(x.dtype, shape, pick(lows), pick(highs), max(errors), grain)])


def reduce(g):
    op = g.one_of("ReduceSum", "ReduceMean", "ReduceMax", "ReduceMin", "ReduceSumSquare", "ReduceL1", "ReduceL2",
                  "ReduceLogSumExp", "ReduceProd")
    x = g.pick(FLOATS + (("int32", "int64") if op in ("ReduceSum", "ReduceMax", "ReduceMin", "ReduceL1") else ()),
               lambda v: v.magnitude < 100 and v.size > 0)
    axes = sorted(int(a) for a in g.rng.permutation(x.rank)[:g.some(0, x.rank)])
    keep = g.rng.random() < 0.5
    reduced = axes or list(range(x.rank))
    n = max(1, math.prod(x.shape[a] for a in reduced))
    shape = tuple(1 if a in reduced else e for a, e in enumerate(x.shape) if keep or a not in reduced)
    if op == "ReduceProd" and (n > 6 or x.magnitude > 4):
        raise Unsuitable
    operands = [x]
    if axes:
        operands.append(g.constant([a - x.rank if g.rng.random() < 0.3 else a for a in axes]))
    m = x.magnitude
    slope, error, grain = n, n * x.error, x.grain
    rounding = n * 2.0 ** -(PRECISION.get(x.dtype, 99) - 1)
    if op in ("ReduceMax", "ReduceMin"):
        low, high, error = x.low, x.high, x.error
    elif op == "ReduceSum":
        low, high = n * x.low, n * x.high
    elif op == "ReduceMean":
        low, high, error, grain = x.low, x.high, x.error + rounding * m, None
    elif op == "ReduceL1":
        low, high = 0, n * m
    elif op == "ReduceSumSquare":
        low, high, error, grain = 0, n * m * m, 2 * n * m * x.error, None if grain is None else 2 * grain
    elif op == "ReduceL2":
        if not x.exact:
            raise Unsuitable
        low, high, error, grain = 0, math.sqrt(n) * m, rounding * math.sqrt(n) * m + 1e-30, None
    elif op == "ReduceLogSumExp":
        low, high, error, grain = x.low, x.high + math.log(n), x.error + rounding + CURVE_ERROR * 10, None
        if x.dtype == "float64":
            error += 1e-6
    else:
        low, high = -m**n, m**n
        error, grain = n * x.error * max(1, m)**(n - 1), None if grain is None else grain * n
    if grain is None or (x.dtype in FLOATS and max(abs(low), abs(high)) * 2.0**grain > 2.0 ** PRECISION[x.dtype]):
        error, grain = error + rounding * max(abs(low), abs(high)) if x.dtype in FLOATS else error, None
    return g.node(op, operands, [(x.dtype, shape, low, high, error, grain)], keepdims=int(keep))


def arg(g):
    x = g.pick(FLOATS + ("int32",), lambda v: v.exact and v.rank > 0 and v.size > 0)
    axis, keep = g.some(0, x.rank - 1), g.rng.random() < 0.5
    shape = tuple(1 if a == axis else e for a, e in enumerate(x.shape) if keep or a != axis)
    return g.node(g.one_of("ArgMax", "ArgMin"), [x], [("int64", shape, 0, x.shape[axis] - 1, 0, 0)], axis=axis,
                  keepdims=int(keep), select_last_index=g.some(0, 1))


TEMPLATES = [unary_exact, unary_step, unary_curve, unary_curve, binary, binary, binary_integer, compare, logic, where, clip,
             cast, many, reduce, reduce, arg]
