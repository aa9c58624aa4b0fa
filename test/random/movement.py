# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Templates of operators that move elements."""
import math

import numpy

from graph import FLOATS, SIGNED, UNSIGNED, Unsuitable

ANY = FLOATS + SIGNED + UNSIGNED + ("bool",)


def permutation(g, rank):
    return [int(i) for i in g.rng.permutation(rank)]


def transpose(g):
    x = g.pick(ANY, lambda v: v.rank > 0)
    order = permutation(g, x.rank)
    return g.node("Transpose", [x], [g.like(x, shape=[x.shape[i] for i in order])], perm=order)


def reshape(g):
    x = g.pick(ANY, lambda v: v.size > 0)
    factors, rest = [], x.size
    for _ in range(g.some(0, 3)):
        divisors = [d for d in range(1, min(rest, 16) + 1) if rest % d == 0]
        factors.append(int(g.rng.choice(divisors)))
        rest //= factors[-1]
    shape = factors + [rest] if rest > 1 or factors or g.rng.random() < 0.5 else []
    asked = list(shape)
    if asked and g.rng.random() < 0.4:
        asked[g.some(0, len(asked) - 1)] = -1
    return g.node("Reshape", [x, g.constant(numpy.array(asked, dtype=numpy.int64))], [g.like(x, shape=shape)])


def squeeze(g):
    x = g.pick(ANY)
    if g.rng.random() < 0.5:
        axis = g.some(0, x.rank)
        return g.node("Unsqueeze", [x, g.constant([axis])], [g.like(x, shape=x.shape[:axis] + (1,) + x.shape[axis:])])
    ones = [a for a, e in enumerate(x.shape) if e == 1]
    if not ones:
        raise Unsuitable
    return g.node("Squeeze", [x, g.constant(ones)], [g.like(x, shape=[e for e in x.shape if e != 1])])


def flatten(g):
    x = g.pick(ANY, lambda v: v.rank > 0)
    axis = g.some(0, x.rank)
    return g.node("Flatten", [x], [g.like(x, shape=(math.prod(x.shape[:axis]), math.prod(x.shape[axis:])))], axis=axis)


def expand(g):
    x = g.pick(ANY, lambda v: v.rank < 5)
    shape = [g.some(1, 4) if e == 1 else e for e in x.shape]
    shape = [g.some(1, 3) for _ in range(g.some(0, 1))] + shape
    return g.node("Expand", [x, g.constant(numpy.array(shape, dtype=numpy.int64))], [g.like(x, shape=shape)])


def tile(g):
    x = g.pick(ANY, lambda v: v.rank > 0)
    repeats = [g.some(1, 3) for _ in x.shape]
    return g.node("Tile", [x, g.constant(repeats)], [g.like(x, shape=[e * r for e, r in zip(x.shape, repeats)])])


def concat(g):
    x = g.pick(ANY, lambda v: v.rank > 0)
    axis = g.some(0, x.rank - 1)
    operands = [x]
    for _ in range(g.some(0, 2)):
        def suits(v):
            return v.rank == x.rank and all(a == b for i, (a, b) in enumerate(zip(v.shape, x.shape)) if i != axis)
        try:
            operands.append(g.pick((x.dtype,), suits, chance=0.9))
        except Unsuitable:
            shape = list(x.shape)
            shape[axis] = g.some(1, 3)
            operands.append(g.leaf(x.dtype, tuple(shape)))
    shape = list(x.shape)
    shape[axis] = sum(v.shape[axis] for v in operands)
    grain = None if any(v.grain is None for v in operands) else max(v.grain for v in operands)
    return g.node("Concat", operands, [(x.dtype, shape, min(v.low for v in operands), max(v.high for v in operands),
                                        max(v.error for v in operands), grain)], axis=axis)


def split(g):
    x = g.pick(ANY, lambda v: v.rank > 0 and max(v.shape) > 1)
    axis = g.one_of(*[a for a, e in enumerate(x.shape) if e > 1])
    first = g.some(1, x.shape[axis] - 1)
    sizes = [first, x.shape[axis] - first]
    shapes = [x.shape[:axis] + (size,) + x.shape[axis + 1:] for size in sizes]
    return g.node("Split", [x, g.constant(sizes)], [g.like(x, shape=shape) for shape in shapes], axis=axis)


def slice_(g):
    x = g.pick(ANY, lambda v: v.rank > 0 and v.size > 0)
    axes = sorted(permutation(g, x.rank)[:g.some(1, x.rank)])
    starts, ends, steps, shape = [], [], [], list(x.shape)
    for axis in axes:
        extent = x.shape[axis]
        start, end = sorted((g.some(0, extent - 1), g.some(0, extent - 1)))
        step = g.some(1, 2)
        count = (end - start) // step + 1
        if g.rng.random() < 0.3:
            # Backwards, to the element before `start` or past the beginning.
            start, end, step = end, start - 1 if start else -extent - 1, -step
        else:
            end = end + 1 if end + 1 < extent or g.rng.random() < 0.5 else 2**40
            start = start - extent if g.rng.random() < 0.3 else start
        starts.append(start)
        ends.append(end)
        steps.append(step)
        shape[axis] = count
    return g.node("Slice", [x, *(g.constant(v) for v in (starts, ends, axes, steps))], [g.like(x, shape=shape)])


def pad(g):
    x = g.pick(("float32",) * 3 + FLOATS + ("int32", "int64"), lambda v: v.rank > 0 and v.size > 0)
    mode = g.one_of("constant", "constant", "edge", "reflect", "wrap")
    most = [2 if mode in ("constant", "edge") else min(2, e - 1) if mode == "reflect" else min(2, e) for e in x.shape]
    before, after = [g.some(0, m) for m in most], [g.some(0, m) for m in most]
    shape = [a + e + b for a, e, b in zip(before, x.shape, after)]
    return g.node("Pad", [x, g.constant(before + after)], [g.like(x, shape=shape, low=min(x.low, 0), high=max(x.high, 0))],
                  mode=mode)


def gather(g):
    x = g.pick(ANY, lambda v: v.rank > 0 and v.size > 0)
    axis = g.some(0, x.rank - 1)
    extent = x.shape[axis]
    indices = g.leaf(g.one_of("int64", "int32"), g.shape(2, 0, 3), -extent, extent - 1)
    return g.node("Gather", [x, indices], [g.like(x, shape=x.shape[:axis] + indices.shape + x.shape[axis + 1:])], axis=axis)


def gather_elements(g):
    x = g.pick(ANY, lambda v: v.rank > 0 and v.size > 0)
    axis = g.some(0, x.rank - 1)
    shape = tuple(g.some(1, 4) if a == axis else g.some(1, e) for a, e in enumerate(x.shape))
    indices = g.leaf("int64", shape, -x.shape[axis], x.shape[axis] - 1)
    return g.node("GatherElements", [x, indices], [g.like(x, shape=shape)], axis=axis)


def gather_nd(g):
    x = g.pick(ANY, lambda v: v.rank > 0 and v.size > 0)
    depth = g.some(1, x.rank)
    outer = g.shape(2, 1, 3)
    columns = [g.rng.integers(-e, e, outer) for e in x.shape[:depth]]
    indices = g.add_leaf(numpy.stack(columns, -1).astype(numpy.int64))
    return g.node("GatherND", [x, indices], [g.like(x, shape=outer + x.shape[depth:])])


def scatter_elements(g):
    x = g.pick(FLOATS + ("int32", "int64"), lambda v: v.rank > 0 and v.size > 0)
    axis = g.some(0, x.rank - 1)
    count = g.some(1, x.shape[axis])
    shape = tuple(count if a == axis else g.some(1, e) for a, e in enumerate(x.shape))
    # Along the axis no index comes twice: the order of equal ones is not told.
    picked = numpy.argsort(g.rng.random(tuple(x.shape[axis] if a == axis else e for a, e in enumerate(shape))), axis=axis)
    indices = g.add_leaf(numpy.take(picked, range(count), axis=axis).astype(numpy.int64))
    updates = g.leaf(x.dtype, shape)
    reduction = g.one_of("none", "none", "add", "max")
    low, high = min(x.low, updates.low), max(x.high, updates.high)
    if reduction == "add":
        low, high = x.low + min(updates.low, 0), x.high + max(updates.high, 0)
    grain = None if x.grain is None else max(x.grain, updates.grain)
    return g.node("ScatterElements", [x, indices, updates], [g.like(x, low=low, high=high, grain=grain)], axis=axis,
                  reduction=reduction)


def scatter_nd(g):
    x = g.pick(FLOATS + ("int32", "int64"), lambda v: v.rank > 0 and v.size > 0)
    depth = g.some(1, x.rank)
    places = math.prod(x.shape[:depth])
    count = g.some(1, min(places, 4))
    flat = g.rng.permutation(places)[:count]
    indices = g.add_leaf(numpy.stack(numpy.unravel_index(flat, x.shape[:depth]), -1).astype(numpy.int64))
    updates = g.leaf(x.dtype, (count,) + x.shape[depth:])
    grain = None if x.grain is None else max(x.grain, updates.grain)
    return g.node("ScatterND", [x, indices, updates],
                  [g.like(x, low=min(x.low, updates.low), high=max(x.high, updates.high), grain=grain)])


def trilu(g):
    x = g.pick(("float32", "int64", "bool", "float16"), lambda v: v.rank >= 2)
    operands = [x] + ([g.constant(numpy.array(g.some(-2, 2)))] if g.rng.random() < 0.5 else [])
    return g.node("Trilu", operands, [g.like(x, low=min(x.low, 0), high=max(x.high, 0))], upper=g.some(0, 1))


def one_hot(g):
    depth = g.some(2, 5)
    indices = g.pick(("int64", "int32"), lambda v: v.rank <= 3 and v.low >= -depth and v.high < depth)
    axis = g.some(0, indices.rank)
    values = g.add_leaf(numpy.array([0.5, 2.0], dtype=numpy.float32))
    shape = indices.shape[:axis] + (depth,) + indices.shape[axis:]
    return g.node("OneHot", [indices, g.constant(numpy.array(depth)), values], [("float32", shape, 0.5, 2, 0, 3)], axis=axis)


def cumsum(g):
    x = g.pick(("float32", "int32", "int64", "float64"), lambda v: v.rank > 0 and v.magnitude < 100)
    axis = g.some(0, x.rank - 1)
    n = max(1, x.shape[axis])
    return g.node("CumSum", [x, g.constant(numpy.array(axis))],
                  [g.like(x, low=n * min(x.low, 0), high=n * max(x.high, 0), error=n * x.error)],
                  exclusive=g.some(0, 1), reverse=g.some(0, 1))


def topk(g):
    x = g.pick(("float32", "int64", "int32"), lambda v: v.exact and v.rank > 0 and v.size > 0)
    axis = g.some(0, x.rank - 1)
    k = g.some(1, x.shape[axis])
    shape = x.shape[:axis] + (k,) + x.shape[axis + 1:]
    return g.node("TopK", [x, g.constant([k])], [g.like(x, shape=shape), ("int64", shape, 0, x.shape[axis] - 1, 0, 0)],
                  axis=axis, largest=g.some(0, 1), sorted=1)


def depth_to_space(g):
    b = 2
    n, c, h, w = g.some(1, 2), g.some(1, 2), g.some(1, 3), g.some(1, 3)
    if g.rng.random() < 0.5:
        x = g.leaf("float32", (n, c * b * b, h, w))
        return g.node("DepthToSpace", [x], [g.like(x, shape=(n, c, h * b, w * b))], blocksize=b, mode=g.one_of("DCR", "CRD"))
    x = g.leaf("float32", (n, c, h * b, w * b))
    return g.node("SpaceToDepth", [x], [g.like(x, shape=(n, c * b * b, h, w))], blocksize=b)


TEMPLATES = [transpose, transpose, reshape, reshape, squeeze, flatten, expand, tile, concat, concat, split, slice_, slice_, pad,
             gather, gather, gather_elements, gather_nd, scatter_elements, scatter_nd, trilu, one_hot, cumsum, topk,
             depth_to_space]
