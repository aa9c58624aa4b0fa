# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Attention blocks over images [batch, height, width, channels] whose rows are reordered around the projections."""
import dataclasses
import sys

import numpy
import onnx
from onnx import helper, numpy_helper

FLOAT = numpy.float32


class Builder:
    """Nodes and constants of a graph; every method returns the name of a value."""

    def __init__(self, seed):
        self.random, self.nodes, self.constants = numpy.random.default_rng(seed), [], []

    def constant(self, value):
        self.constants.append(numpy_helper.from_array(numpy.asarray(value), f"c{len(self.constants)}"))
        return self.constants[-1].name

    def ints(self, *values):
        return self.constant(numpy.array(values, numpy.int64))

    def weight(self, *shape):
        return self.constant((self.random.standard_normal(shape) * 0.3).astype(FLOAT))

    def node(self, op, *operands, **attributes):
        name = f"v{len(self.nodes)}"
        self.nodes.append(helper.make_node(op, operands, [name], name=f"{op}_{len(self.nodes)}", **attributes))
        return name

    def reshape(self, value, *shape):
        return self.node("Reshape", value, self.ints(*shape))

    def transpose(self, value, *order):
        return self.node("Transpose", value, perm=order)

    def slice(self, value, axis, start, end):
        return self.node("Slice", value, self.ints(start), self.ints(end), self.ints(axis))

    def roll(self, value, axis, by, extent):
        """The element `by` comes first."""
        parts = self.slice(value, axis, by, extent), self.slice(value, axis, 0, by)
        return self.node("Concat", *parts, axis=axis)

    def linear(self, value, inputs, outputs):
        product = self.node("MatMul", value, self.weight(inputs, outputs))
        return self.node("Add", product, self.weight(outputs))


@dataclasses.dataclass
class Block:
    """How the rows of an image become sequences: windows, a grid, rows, or columns."""
    order: str = "windows"
    batch: int = 1
    height: int = 14
    width: int = 14
    channels: int = 32
    heads: int = 2
    window: int = 7
    shift: int = 0
    packed: bool = True  # one projection for queries, keys and values
    cosine: bool = False  # queries and keys of length 1, as in Swin v2
    rolled_first: bool = False  # the image is rolled, then padded, and cut, then rolled back
    norm_inside: bool = False  # the norm sees windows
    relative: bool = False  # products of queries with positions of rows and columns, as in SAM
    seed: int = 0

    def __str__(self):
        default = Block()
        return " ".join(f"{field.name}={getattr(self, field.name)}" for field in dataclasses.fields(self)
                        if getattr(self, field.name) != getattr(default, field.name)) or "plain"

    def splits(self):
        """Padded extents, the shape that splits them, the order of its dimensions, and the sequence's length."""
        b, h, w, n, c = self.batch, self.height, self.width, self.window, self.channels
        if self.order == "rows":
            return h, w, (b, h, w, c), (0, 1, 2, 3), w
        if self.order == "columns":
            return h, w, (b, h, w, c), (0, 2, 1, 3), h
        h, w = -(-h // n) * n, -(-w // n) * n
        if self.order == "grid":
            return h, w, (b, n, h // n, n, w // n, c), (0, 2, 4, 1, 3, 5), n * n
        return h, w, (b, h // n, n, w // n, n, c), (0, 1, 3, 2, 4, 5), n * n

    def heads_of(self, g, value, length):
        """Queries, keys and values [sequences, heads, length, channels of a head]."""
        c, d = self.channels, self.channels // self.heads
        if self.packed:
            packed = g.reshape(g.linear(value, c, 3 * c), -1, length, 3, self.heads, d)
            packed = g.transpose(packed, 2, 0, 3, 1, 4)
            return [g.node("Gather", packed, g.constant(numpy.int64(i)), axis=0) for i in range(3)]
        return [g.transpose(g.reshape(g.linear(value, c, c), -1, length, self.heads, d), 0, 2, 1, 3) for _ in range(3)]

    def add_relative(self, g, scores, q):
        """Scores of windows and heads in one batch; every row, or column, has a table of its own."""
        n, d = self.window, self.channels // self.heads
        q = g.reshape(q, -1, n, n, d)
        for order, rank in (((1, 0, 2, 3), (n, 1)), ((2, 0, 1, 3), (1, n))):
            products = g.node("MatMul", g.reshape(g.transpose(q, *order), n, -1, d), g.weight(n, d, n))
            products = g.transpose(g.reshape(products, n, -1, n, n), *numpy.argsort(order).tolist())
            scores = g.reshape(scores, -1, n, n, n, n)
            scores = g.node("Add", scores, g.reshape(products, -1, n, n, *rank))
        return g.reshape(scores, -1, self.heads, n * n, n * n)

    def attend(self, g, value, length):
        q, k, v = self.heads_of(g, value, length)
        plain = q
        if self.cosine:
            norm = lambda x: g.node("Div", x, g.node("Clip", g.node("ReduceL2", x, axes=[-1]), g.constant(FLOAT(1e-6))))
            q, k = norm(q), norm(k)
        else:
            q = g.node("Mul", q, g.constant(FLOAT((self.channels // self.heads) ** -0.5)))
        scores = g.node("MatMul", q, g.transpose(k, 0, 1, 3, 2))
        if self.cosine:
            scores = g.node("Mul", scores, g.constant(g.random.uniform(1, 9, (self.heads, 1, 1)).astype(FLOAT)))
        scores = g.node("Add", scores, g.weight(1, self.heads, length, length))
        if self.relative:
            scores = self.add_relative(g, scores, plain)
        if self.shift:
            h, w, *_ = self.splits()
            windows = h * w // length
            hidden = g.random.random((1, windows, 1, length, length)) < 0.3
            scores = g.reshape(scores, self.batch, windows, self.heads, length, length)
            scores = g.node("Add", scores, g.constant(numpy.where(hidden, FLOAT(-100), FLOAT(0))))
            scores = g.reshape(scores, -1, self.heads, length, length)
        result = g.node("MatMul", g.node("Softmax", scores, axis=-1), v)
        return g.reshape(g.transpose(result, 0, 2, 1, 3), -1, length, self.channels)

    def model(self):
        g = Builder(self.seed)
        h, w, split, order, length = self.splits()
        norm = lambda x: g.node("LayerNormalization", x, g.weight(self.channels), g.weight(self.channels), axis=-1)
        # What is rolled: the image, or with its padding.
        rows, columns = (self.height, self.width) if self.rolled_first else (h, w)
        pad = lambda x: g.node("Pad", x, g.ints(0, 0, 0, 0, 0, h - self.height, w - self.width, 0))
        roll = lambda x: g.roll(g.roll(x, 1, self.shift, rows), 2, self.shift, columns)
        cut = lambda x: g.slice(g.slice(x, 1, 0, self.height), 2, 0, self.width)
        back = lambda x: g.roll(g.roll(x, 1, rows - self.shift, rows), 2, columns - self.shift, columns)
        steps = [pad] * ((h, w) != (self.height, self.width)) + [roll] * (self.shift > 0)
        undo = {pad: cut, roll: back}
        steps = steps[::-1] if self.rolled_first else steps

        value = "x" if self.norm_inside else norm("x")
        for step in steps:
            value = step(value)
        value = g.transpose(g.reshape(value, *split), *order)
        if self.norm_inside:
            value = norm(value)
        value = self.attend(g, g.reshape(value, -1, length, self.channels), length)
        value = g.linear(value, self.channels, self.channels)
        value = g.reshape(value, *(split[i] for i in order))
        value = g.transpose(value, *(int(i) for i in numpy.argsort(order)))
        value = g.reshape(value, self.batch, h, w, self.channels)
        for step in reversed(steps):
            value = undo[step](value)
        g.nodes.append(helper.make_node("Add", ["x", value], ["y"], name="Add_y"))
        shape = (self.batch, self.height, self.width, self.channels)
        x, y = (helper.make_tensor_value_info(name, onnx.TensorProto.FLOAT, shape) for name in "xy")
        graph = helper.make_graph(g.nodes, "block", [x], [y], g.constants)
        return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)


BLOCKS = [
    *(Block(shift=shift) for shift in range(7)),
    Block(batch=2, shift=3),
    Block(height=10, width=12),
    Block(height=10, width=12, shift=2),
    Block(height=5, width=6),
    Block(height=7, width=14, shift=5, packed=False),
    Block(height=12, width=8, window=4, channels=40, shift=1),
    Block(height=9, width=6, window=3, channels=160, heads=1, shift=2),
    Block(height=14, width=21, cosine=True),
    Block(height=14, width=14, cosine=True, shift=3),
    Block(order="grid", height=8, width=12, window=4),
    Block(order="rows", batch=2, height=9, width=5),
    Block(order="columns", height=9, width=5),
    Block(order="columns", batch=2, height=9, width=5, packed=False),
    Block(height=10, width=12, shift=3, rolled_first=True),
    Block(height=8, width=13, shift=2, rolled_first=True, packed=False),
    Block(norm_inside=True),
    Block(shift=3, norm_inside=True),
    Block(height=10, width=12, shift=3, rolled_first=True, norm_inside=True),
    Block(order="columns", height=9, width=5, norm_inside=True),
    Block(relative=True),
    Block(batch=2, height=12, width=8, window=4, relative=True),
    # More queries, and more scores of all batches, than a tile of the LLVM backend has.
    Block(height=32, width=32, window=16, shift=5),
    Block(order="columns", height=80, width=100),
]


if __name__ == "__main__":
    # blocks.py BLOCK FILE: writes the block that prints like this
    onnx.save(next(block for block in BLOCKS if str(block) == sys.argv[1]).model(), sys.argv[2])
