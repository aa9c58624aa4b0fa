# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Templates of the operators that networks are made of: products, convolutions, normalizations, recurrence, control flow."""
import math

import numpy
from onnx import TensorProto, helper

from graph import FLOATS, PRECISION, Unsuitable

COMPUTED = ("float32", "float32", "float32", "float16", "bfloat16", "float64")


def sum_of_products(g, op, operands, shape, terms, a, b, extra=0.0, **attributes):
    """A node whose result sums so many products of elements of a and b."""
    m = terms * a.magnitude * b.magnitude
    grain = None if a.grain is None or b.grain is None else a.grain + b.grain
    error = terms * (a.error * b.magnitude + b.error * a.magnitude)
    if grain is None or m * 2.0**grain > 2.0**24:
        error, grain = error + terms * m * 2.0**-23 if a.dtype != "float64" else error + m * terms * 2.0**-52, None
    m += extra
    return g.node(op, operands, [(a.dtype, shape, -m, m, error, grain)], **attributes)


def small(value):
    return value.magnitude <= 20 and value.size > 0


def matmul(g):
    x = g.pick(COMPUTED, lambda v: v.rank >= 1 and small(v))
    k = x.shape[-1]
    if g.rng.random() < 0.2:
        y, tail = g.leaf(x.dtype, (k,)), ()
    else:
        batch = tuple(1 if g.rng.random() < 0.3 else e for e in x.shape[:-2])
        batch = batch[g.some(0, len(batch)):] if g.rng.random() < 0.5 else batch
        n = g.some(1, 20)
        y, tail = g.leaf(x.dtype, batch + (k, n)), (n,)
    return sum_of_products(g, "MatMul", [x, y], x.shape[:-1] + tail, k, x, y)


def gemm(g):
    x = g.pick(COMPUTED, lambda v: v.rank == 2 and small(v))
    ta, tb = g.some(0, 1), g.some(0, 1)
    m, k = x.shape[::-1] if ta else x.shape
    n = g.some(1, 20)
    y = g.leaf(x.dtype, (n, k) if tb else (k, n))
    c = g.leaf(x.dtype, g.one_of((), (n,), (m, 1), (m, n), (1, n)))
    return sum_of_products(g, "Gemm", [x, y, c] if g.rng.random() < 0.7 else [x, y], (m, n), k, x, y, 4, transA=ta, transB=tb,
                           alpha=1.0, beta=2.0)


def einsum(g):
    sizes = {c: g.some(1, 4) for c in "abcd"}
    letters = [str(c) for c in g.rng.permutation(list("abcd"))]
    left, right = letters[:g.some(1, 4)], [str(c) for c in g.rng.permutation(list("abcd"))][:g.some(1, 4)]
    every = sorted(set(left + right))
    out = [str(c) for c in g.rng.permutation(every)][:g.some(0, len(every))]
    x, y = (g.leaf("float32", tuple(sizes[c] for c in side)) for side in (left, right))
    terms = math.prod(sizes[c] for c in every if c not in out)
    return sum_of_products(g, "Einsum", [x, y], tuple(sizes[c] for c in out), terms, x, y,
                           equation=f"{''.join(left)},{''.join(right)}->{''.join(out)}")


def conv(g):
    rank, group = g.some(1, 2), g.one_of(1, 1, 2)
    channels, per_group = group * g.some(1, 4), g.some(1, 4)
    kernel = [g.some(1, 3) for _ in range(rank)]
    dilations, strides = [g.some(1, 2) for _ in kernel], [g.some(1, 2) for _ in kernel]
    pads = [g.some(0, 1) for _ in range(2 * rank)]
    spatial = [g.some(1, 4) + (k - 1) * d for k, d in zip(kernel, dilations)]
    x = g.leaf(g.one_of("float32", "float32", "float16", "float64"), (g.some(1, 2), channels, *spatial))
    w = g.leaf(x.dtype, (group * per_group, channels // group, *kernel))
    b = g.leaf(x.dtype, (group * per_group,))
    out = [(s + pads[i] + pads[i + rank] - (k - 1) * d - 1) // t + 1
           for i, (s, k, d, t) in enumerate(zip(spatial, kernel, dilations, strides))]
    terms = channels // group * math.prod(kernel)
    return sum_of_products(g, "Conv", [x, w, b] if g.rng.random() < 0.5 else [x, w], (x.shape[0], w.shape[0], *out), terms, x, w,
                           2, kernel_shape=kernel, dilations=dilations, strides=strides, pads=pads, group=group)


def conv_transpose(g):
    group = g.one_of(1, 1, 2)
    channels, per_group = group * g.some(1, 3), g.some(1, 3)
    rank = g.some(1, 2)
    kernel, strides = [g.some(1, 3) for _ in range(rank)], [g.some(1, 2) for _ in range(rank)]
    spatial = [g.some(1, 4) for _ in kernel]
    x = g.leaf("float32", (g.some(1, 2), channels, *spatial))
    w = g.leaf("float32", (channels, per_group, *kernel))
    out = [(s - 1) * t + k for s, t, k in zip(spatial, strides, kernel)]
    return sum_of_products(g, "ConvTranspose", [x, w], (x.shape[0], per_group * group, *out),
                           channels // group * math.prod(kernel), x, w, strides=strides, group=group, kernel_shape=kernel)


def image(g, suits=lambda value: True):
    if g.rng.random() < 0.4:
        try:
            return g.pick(("float32",), lambda v: v.rank in (3, 4) and v.size > 0 and small(v) and suits(v), chance=1.0)
        except Unsuitable:
            pass
    return g.leaf("float32", (g.some(1, 2), g.some(1, 4), *(g.some(2, 6) for _ in range(g.some(1, 2)))))


def pool(g):
    x = image(g)
    op = g.one_of("MaxPool", "AveragePool", "GlobalAveragePool", "GlobalMaxPool")
    spatial = x.shape[2:]
    bounds = dict(grain=x.grain if "Max" in op else None, error=x.error + (0 if "Max" in op else x.magnitude * 2.0**-20))
    if op.startswith("Global"):
        return g.node(op, [x], [g.like(x, shape=x.shape[:2] + (1,) * len(spatial), **bounds)])
    kernel = [g.some(1, min(3, s)) for s in spatial]
    strides, pads = [g.some(1, 2) for _ in kernel], [g.some(0, k // 2) for k in kernel] * 2
    out = [(s + 2 * p - k) // t + 1 for s, p, k, t in zip(spatial, pads, kernel, strides)]
    attributes = {"count_include_pad": g.some(0, 1)} if op == "AveragePool" else {}
    return g.node(op, [x], [g.like(x, shape=x.shape[:2] + tuple(out), low=min(x.low, 0), high=max(x.high, 0), **bounds)],
                  kernel_shape=kernel, strides=strides, pads=pads, **attributes)


def resize(g):
    x = image(g, lambda v: v.rank == 4)
    if x.rank != 4:
        raise Unsuitable
    mode = g.one_of("nearest", "linear")
    scales = [1.0, 1.0, g.one_of(0.5, 2.0, 2.0), g.one_of(1.0, 2.0)]
    shape = [math.floor(e * s) for e, s in zip(x.shape, scales)]
    if 0 in shape:
        raise Unsuitable
    error = x.error if mode == "nearest" else 2 * x.error + x.magnitude * 2.0**-20
    scale = g.constant(numpy.array(scales, dtype=numpy.float32), "float32")
    return g.node("Resize", [x, None, scale], [g.like(x, shape=shape, error=error, grain=x.grain if mode == "nearest" else None)],
                  mode=mode, coordinate_transformation_mode=g.one_of("half_pixel", "asymmetric", "pytorch_half_pixel"))


def softmax(g):
    op = g.one_of("Softmax", "LogSoftmax", "Hardmax", "Softmax")
    x = g.pick(COMPUTED, lambda v: v.rank > 0 and v.size > 0 and v.magnitude < 50 and (op != "Hardmax" or v.exact))
    axis = g.some(0, x.rank - 1) if g.rng.random() < 0.5 else -1
    own = 32 * 2.0 ** -(min(PRECISION[x.dtype], 24) - 1)
    if op == "Hardmax":
        return g.node(op, [x], [g.like(x, low=0, high=1, grain=0)], axis=axis)
    if op == "LogSoftmax":
        span = x.high - x.low + 5
        return g.node(op, [x], [g.like(x, low=-span, high=0, error=2 * x.error + own * span, grain=None)], axis=axis)
    return g.node(op, [x], [g.like(x, low=0, high=1, error=2 * x.error + own, grain=None)], axis=axis)


def layer_norm(g):
    op = g.one_of("LayerNormalization", "LayerNormalization", "RMSNormalization")
    x = g.pick(COMPUTED, lambda v: v.rank > 0 and v.size > 0 and v.magnitude < 20 and v.shape[-1] > 1)
    axis = g.some(0, x.rank - 1) if g.rng.random() < 0.4 else -1
    tail = x.shape[axis:]
    n = math.prod(tail)
    scale = g.leaf(x.dtype, tail)
    operands = [x, scale] + ([g.leaf(x.dtype, tail)] if op[0] == "L" and g.rng.random() < 0.6 else [])
    high = 2 * math.sqrt(n) + 2
    if op[0] == "R":
        high = 2 * min(math.sqrt(n), x.magnitude / math.sqrt(0.1)) + 1
    # The smallest deviation that is divided by is the root of epsilon.
    own = 2.0 ** -(min(PRECISION[x.dtype], 24) - 1) * (n + 8) * max(1, x.magnitude) * 8
    return g.node(op, operands, [g.like(x, low=-high, high=high, error=12 * x.error * max(1, x.magnitude) + own, grain=None)],
                  axis=axis, epsilon=0.1)


def channel_norm(g):
    x = image(g)
    c = x.shape[1]
    op = g.one_of("InstanceNormalization", "GroupNormalization", "BatchNormalization")
    n = math.prod(x.shape[2:])
    scale, bias = g.leaf("float32", (c,)), g.leaf("float32", (c,))
    error = 12 * x.error * max(1, x.magnitude) + 2.0**-19 * (n * c) * max(1, x.magnitude)
    if op == "BatchNormalization":
        mean, variance = g.leaf("float32", (c,)), g.leaf("float32", (c,), 1, 4)
        high = 2 * (x.magnitude + 2) + 2
        return g.node(op, [x, scale, bias, mean, variance], [g.like(x, low=-high, high=high, error=error, grain=None)],
                      epsilon=0.125)
    high = 2 * math.sqrt(n * c) + 2
    attributes = {"num_groups": g.one_of(*[k for k in range(1, c + 1) if c % k == 0])} if op[0] == "G" else {}
    return g.node(op, [x, scale, bias], [g.like(x, low=-high, high=high, error=error, grain=None)], epsilon=0.1, **attributes)


def quantize(g):
    x = g.pick(("float32",), lambda v: v.exact and v.rank > 0 and v.size > 0)
    dtype = g.one_of("uint8", "int8")
    if g.rng.random() < 0.5:
        axis = g.some(0, x.rank - 1)
        scale = g.add_leaf(2.0 ** g.rng.integers(-3, 1, x.shape[axis]), "float32")
        attributes = {"axis": axis}
    else:
        scale = g.add_leaf(numpy.array(2.0 ** g.some(-3, 0)), "float32")
        attributes = {}
    zero = g.leaf(dtype, scale.shape, 0, 10)
    low, high = (0, 255) if dtype == "uint8" else (-128, 127)
    # The interval is what the type holds, which is larger than what other templates take.
    q = g.node("QuantizeLinear", [x, scale, zero], [(dtype, x.shape, *((0, 200) if low == 0 else (-100, 100)), 0, 0)],
               **attributes)
    return g.node("DequantizeLinear", [q, scale, zero], [("float32", x.shape, low - 10, high, 0, 3)], **attributes)


def matmul_integer(g):
    m, k, n = g.some(1, 5), g.some(1, 6), g.some(1, 20)
    x, y = g.leaf(g.one_of("uint8", "int8"), (m, k), 0, 9), g.leaf(g.one_of("uint8", "int8"), (k, n), 0, 9)
    zeros = [g.leaf(x.dtype, (), 0, 3), g.leaf(y.dtype, (), 0, 3)] if g.rng.random() < 0.6 else []
    return g.node("MatMulInteger", [x, y, *zeros], [("int32", (m, n), -k * 100, k * 100, 0, 0)])


def recurrent(g):
    op, gates = g.one_of(("RNN", 1), ("GRU", 3), ("LSTM", 4))
    t, b, i, h = g.some(1, 4), g.some(1, 3), g.some(1, 4), g.some(1, 5)
    direction = g.one_of("forward", "reverse", "bidirectional")
    d = 2 if direction == "bidirectional" else 1
    operands = [g.leaf("float32", (t, b, i), -1, 1), g.leaf("float32", (d, gates * h, i), -1, 1),
                g.leaf("float32", (d, gates * h, h), -1, 1)]
    operands.append(g.leaf("float32", (d, 2 * gates * h), -1, 1) if g.rng.random() < 0.6 else None)
    operands.append(g.leaf("int32", (b,), 1, t) if g.rng.random() < 0.4 else None)
    operands.append(g.leaf("float32", (d, b, h), -1, 1) if g.rng.random() < 0.5 else None)
    bound = 1 if op != "LSTM" else t + 1
    results = [("float32", (t, d, b, h), -1, 1, 2e-5 * t, None), ("float32", (d, b, h), -1, 1, 2e-5 * t, None)]
    if op == "LSTM":
        operands.append(g.leaf("float32", (d, b, h), -1, 1) if g.rng.random() < 0.5 else None)
        results.append(("float32", (d, b, h), -bound, bound, 2e-5 * t, None))
    attributes = {"linear_before_reset": g.some(0, 1)} if op == "GRU" else {}
    return g.node(op, operands, results, hidden_size=h, direction=direction, **attributes)


def attention(g):
    b, kv, group, s, t, d = g.some(1, 2), g.some(1, 2), g.some(1, 2), g.some(1, 5), g.some(1, 5), 2 * g.some(1, 4)
    heads = kv * group
    q = g.leaf("float32", (b, heads, s, d), -1, 1)
    k, v = g.leaf("float32", (b, kv, t, d), -1, 1), g.leaf("float32", (b, kv, t, d), -1, 1)
    operands = [q, k, v]
    if g.rng.random() < 0.4:
        operands.append(g.leaf("float32", g.one_of((s, t), (b, 1, s, t), (1, heads, s, t)), -1, 1))
    attributes = {"is_causal": 1} if g.rng.random() < 0.3 else {}
    if g.rng.random() < 0.2:
        attributes["softcap"] = 2.0
    return g.node("Attention", operands, [("float32", (b, heads, s, d), -1, 1, 1e-5, None)], **attributes)


def rotary(g):
    b, h, s, d = g.some(1, 2), g.some(1, 3), g.some(1, 4), 2 * g.some(1, 4)
    x = g.leaf("float32", (b, h, s, d))
    tables = [g.leaf("float32", (b, s, d // 2), -1, 1) for _ in range(2)]
    return g.node("RotaryEmbedding", [x, *tables], [("float32", x.shape, -5, 5, 1e-6, None)], interleaved=g.some(0, 1))


def subgraph(name, nodes, inputs, outputs):
    def info(item):
        return helper.make_tensor_value_info(item[0], item[1], item[2])
    return helper.make_graph(nodes, name, [info(item) for item in inputs], [info(item) for item in outputs])


def if_(g):
    x = g.pick(("float32",), lambda v: v.magnitude < 100)
    condition = g.leaf("bool", ())
    name = f"{g.fresh()}_if"
    branches = [subgraph(f"{name}_{op}", [helper.make_node(op, [x.name, x.name], [f"{name}_{op}_out"])], [],
                         [(f"{name}_{op}_out", TensorProto.FLOAT, x.shape)]) for op in ("Add", "Sub")]
    # The branches read x without naming it as an operand: Identity keeps it alive.
    kept = g.node("Identity", [x], [g.like(x)])
    result = g.node("If", [condition], [g.like(x, low=2 * min(x.low, 0) - 1, high=2 * max(x.high, 0) + 1, error=2 * x.error)],
                    then_branch=branches[0], else_branch=branches[1])
    return g.node("Add", [result, kept], [g.like(x, low=3 * min(x.low, 0) - 1, high=3 * max(x.high, 0) + 1, error=3 * x.error)])


def loop(g):
    x = g.pick(("float32", "int64"), lambda v: v.magnitude < 20 and v.rank <= 3)
    trips = g.some(1, 4)
    name = f"{g.fresh()}_loop"
    kind = TensorProto.FLOAT if x.dtype == "float32" else TensorProto.INT64
    nodes = [helper.make_node("Identity", [f"{name}_cond"], [f"{name}_cond_out"]),
             helper.make_node("Add", [f"{name}_state", f"{name}_state"], [f"{name}_next"]),
             helper.make_node("Neg", [f"{name}_state"], [f"{name}_scanned"])]
    body = subgraph(name, nodes, [(f"{name}_i", TensorProto.INT64, ()), (f"{name}_cond", TensorProto.BOOL, ()),
                                  (f"{name}_state", kind, x.shape)],
                    [(f"{name}_cond_out", TensorProto.BOOL, ()), (f"{name}_next", kind, x.shape),
                     (f"{name}_scanned", kind, x.shape)])
    m = x.magnitude * 2**trips
    count = g.constant(numpy.array(trips))
    condition = g.constant(numpy.array(True), "bool")
    return g.node("Loop", [count, condition, x],
                  [g.like(x, low=-m, high=m, error=x.error * 2**trips),
                   g.like(x, shape=(trips, *x.shape), low=-m, high=m, error=x.error * 2**trips)], body=body)


def scan(g):
    x = g.pick(("float32",), lambda v: v.magnitude < 20 and 1 <= v.rank <= 3 and v.size > 0)
    element = x.shape[1:]
    name = f"{g.fresh()}_scan"
    start = g.leaf("float32", element)
    nodes = [helper.make_node("Add", [f"{name}_state", f"{name}_item"], [f"{name}_next"]),
             helper.make_node("Identity", [f"{name}_next"], [f"{name}_scanned"])]
    body = subgraph(name, nodes, [(f"{name}_state", TensorProto.FLOAT, element), (f"{name}_item", TensorProto.FLOAT, element)],
                    [(f"{name}_next", TensorProto.FLOAT, element), (f"{name}_scanned", TensorProto.FLOAT, element)])
    n = x.shape[0]
    m = start.magnitude + n * x.magnitude
    fields = dict(low=-m, high=m, error=n * x.error, grain=None if x.grain is None else max(x.grain, start.grain))
    return g.node("Scan", [start, x], [g.like(start, **fields), g.like(x, **fields)], body=body, num_scan_inputs=1)


PRODUCTS = [matmul, matmul, gemm, einsum, conv, conv, conv_transpose, matmul_integer]
IMAGES = [pool, pool, resize, channel_norm]
ROWS = [softmax, softmax, layer_norm, layer_norm, quantize]
MODELS = [recurrent, attention, rotary]
CONTROL = [if_, loop, scan]
