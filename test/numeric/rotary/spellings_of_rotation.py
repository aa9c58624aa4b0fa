# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Rotary embeddings as exporters and people write them, each with what it computes by definition."""
import dataclasses
import pathlib
import sys

import numpy
from onnx import helper

sys.path.append(str(pathlib.Path(__file__).parent.parent / "masks"))
from spellings import Graph as PlainGraph  # noqa: E402

BATCH, HEADS, ROWS, SIZE = 2, 3, 5, 8
END = 2**63 - 1


class Graph(PlainGraph):
    """x [batch, heads, rows, size], and angles [rows, pairs] that the model may know."""

    def __init__(self, size=SIZE, rotated=None, rows=ROWS, shape=None):
        super().__init__()
        random = numpy.random.default_rng(3)
        self.size, self.rotated, self.rows = size, rotated or size, rows
        self.shape = shape or (BATCH, HEADS, ROWS, size)
        self.x = self.input("x", random.standard_normal(self.shape).astype(numpy.float32))
        frequencies = 10.0 ** -numpy.arange(self.rotated // 2)
        self.frequencies = frequencies.astype(numpy.float32)
        self.angles = numpy.outer(numpy.arange(rows) + 2, self.frequencies).astype(numpy.float32)

    def numbers(self, array):
        return self.constant(array, "float32")

    def part(self, x, first, last, axis=-1, step=1):
        return self.Slice(x, ([first], "int64"), ([last], "int64"), ([axis], "int64"), ([step], "int64"))

    def cut(self, x, *sizes, axis=-1):
        parts = [f"{self.name()}_{n}" for n in range(len(sizes))]
        self.nodes.append(helper.make_node("Split", [x, self.constant(sizes, "int64")], parts, axis=axis))
        return parts

    def whole(self, function):
        """The angles' function for both halves."""
        return self.numbers(numpy.concatenate([function(self.angles)] * 2, -1))

    def neighbours(self, function):
        return self.numbers(numpy.repeat(function(self.angles), 2, -1))

    def turn(self, x, other, cosine, sine):
        return self.Add(self.Mul(x, cosine), self.Mul(other, sine))

    def other_half(self, x):
        half = self.rotated // 2
        return self.Concat(self.Neg(self.part(x, half, END)), self.part(x, 0, half), axis=-1)

    def half(self, x):
        return self.turn(x, self.other_half(x), self.whole(numpy.cos), self.whole(numpy.sin))

    def other_neighbour(self, x):
        extent = [*self.shape[:-1], self.rotated]
        if self.rows != ROWS:
            extent[-2] = self.rows
        pairs = [self.Unsqueeze(part, ([-1], "int64"))
                 for part in (self.Neg(self.part(x, 1, END, step=2)), self.part(x, 0, END, step=2))]
        return self.Reshape(self.Concat(*pairs, axis=-1), (extent, "int64"))

    def interleaved(self, x):
        return self.turn(x, self.other_neighbour(x), self.neighbours(numpy.cos), self.neighbours(numpy.sin))


@dataclasses.dataclass
class Case:
    """`write` makes the result of a graph of the keywords `parameters`; `pairs` says which elements turn together."""
    write: object
    pairs: str
    parameters: dict = dataclasses.field(default_factory=dict)
    opset: int = 18
    ops: int = 1
    # Rows in front that do not turn; the axis of the rows.
    prefix: int = 0
    row_axis: int = 2
    # Operators of a rotation that others need.
    keeps: tuple = ()

    def build(self):
        graph = Graph(**self.parameters)
        result = graph.Identity(self.write(graph))
        model = graph.model({result: graph.shape}, self.opset)
        model.opset_import.append(helper.make_opsetid("com.microsoft", 1))
        return graph, model

    def expected(self, graph, faulty=False):
        x = numpy.moveaxis(graph.inputs["x"].astype(numpy.float64), self.row_axis, 2)
        turns = x[:, :, self.prefix:, :graph.rotated]
        half = graph.rotated // 2
        first, second = ((turns[..., :half], turns[..., half:]) if self.pairs == "halves"
                         else (turns[..., ::2], turns[..., 1::2]))
        cosine, sine = numpy.cos(graph.angles.astype(float)), numpy.sin(graph.angles.astype(float))
        if faulty:
            sine = -sine
        real, imaginary = first * cosine - second * sine, second * cosine + first * sine
        result = x.copy()
        if self.pairs == "halves":
            turned = numpy.concatenate([real, imaginary], -1)
        else:
            turned = numpy.stack([real, imaginary], -1).reshape(turns.shape)
        result[:, :, self.prefix:, :graph.rotated] = turned
        return numpy.moveaxis(result, 2, self.row_axis)


def half_split(g):
    first, second = g.cut(g.x, g.size // 2, g.size // 2)
    return g.turn(g.x, g.Concat(g.Neg(second), first, axis=3), g.whole(numpy.cos), g.whole(numpy.sin))


def half_joined(g):
    first, second = g.cut(g.x, g.size // 2, g.size // 2)
    cosine, sine = g.numbers(numpy.cos(g.angles)), g.numbers(numpy.sin(g.angles))
    return g.Concat(g.Sub(g.Mul(first, cosine), g.Mul(second, sine)), g.Add(g.Mul(first, sine), g.Mul(cosine, second)), axis=-1)


def half_subtracted(g):
    first, second = g.part(g.x, 0, 4), g.part(g.x, -4, END)
    other = g.Concat(second, g.Mul(first, (-1.0, "float32")), axis=-1)
    return g.Sub(g.Mul(g.whole(numpy.cos), g.x), g.Mul(g.whole(numpy.sin), other))


def half_signed_sines(g):
    first, second = g.part(g.x, 0, 4), g.part(g.x, 4, 8)
    sine = numpy.sin(g.angles)
    return g.turn(g.x, g.Concat(second, first, axis=-1), g.whole(numpy.cos), g.numbers(numpy.concatenate([-sine, sine], -1)))


def half_inverse(g):
    """The angles' negatives, as some write them."""
    g.angles = -g.angles
    first, second = g.cut(g.x, 4, 4)
    cosine, sine = g.numbers(numpy.cos(g.angles)), g.numbers(numpy.sin(-g.angles))
    return g.Concat(g.Add(g.Mul(first, cosine), g.Mul(second, sine)), g.Sub(g.Mul(second, cosine), g.Mul(first, sine)), axis=-1)


def complex_numbers(g):
    pairs = g.Reshape(g.x, ([*g.shape[:-1], g.size // 2, 2], "int64"))
    real, imaginary = g.Gather(pairs, (0, "int64"), axis=4), g.Gather(pairs, (1, "int64"), axis=4)
    cosine, sine = g.numbers(numpy.cos(g.angles)), g.numbers(numpy.sin(g.angles))
    parts = [g.Sub(g.Mul(real, cosine), g.Mul(imaginary, sine)), g.Add(g.Mul(real, sine), g.Mul(imaginary, cosine))]
    joined = g.Concat(*(g.Unsqueeze(part, ([-1], "int64")) for part in parts), axis=-1)
    return g.Reshape(joined, (list(g.shape), "int64"))


def neighbours_of_five(g):
    """Everything in [..., pairs, 2]."""
    shape = [*g.shape[:-1], g.size // 2, 2]
    pairs = g.Reshape(g.x, (shape, "int64"))
    first, second = g.cut(pairs, 1, 1, axis=4)
    cosine, sine = (g.numbers(function(g.angles)[..., None]) for function in (numpy.cos, numpy.sin))
    turned = g.turn(pairs, g.Concat(g.Neg(second), first, axis=4), cosine, sine)
    return g.Reshape(turned, (list(g.shape), "int64"))


def partial(g, turn):
    return g.Concat(turn(g.part(g.x, 0, g.rotated)), g.part(g.x, g.rotated, END), axis=-1)


def partial_split(g):
    """The halves and the rest in one cut: no tensor of what turns alone."""
    first, second, rest = g.cut(g.x, g.rotated // 2, g.rotated // 2, g.size - g.rotated)
    other = g.Concat(g.Neg(second), first, axis=-1)
    turned = g.turn(g.part(g.x, 0, g.rotated), other, g.whole(numpy.cos), g.whole(numpy.sin))
    return g.Concat(turned, rest, axis=-1)


def strided(g):
    """Neighbours taken from the wider tensor."""
    first, second = g.part(g.x, 0, g.rotated, step=2), g.part(g.x, 1, g.rotated, step=2)
    cosine, sine = g.numbers(numpy.cos(g.angles)), g.numbers(numpy.sin(g.angles))
    parts = [g.Sub(g.Mul(first, cosine), g.Mul(second, sine)), g.Add(g.Mul(first, sine), g.Mul(second, cosine))]
    joined = g.Concat(*(g.Unsqueeze(part, ([-1], "int64")) for part in parts), axis=-1)
    turned = g.Reshape(joined, ([*g.shape[:-1], g.rotated], "int64"))
    return g.Concat(turned, g.part(g.x, g.rotated, END), axis=-1)


def prefix(g, turn, axis=2):
    return g.Concat(g.part(g.x, 0, 1, axis=axis), turn(g.part(g.x, 1, END, axis=axis)), axis=axis)


def cached(g):
    """New rows behind those of a cache, which are another input."""
    past = g.input("past", g.inputs["x"][:, :, :ROWS - g.rows].copy())
    return g.Concat(past, g.half(g.part(g.x, ROWS - g.rows, END, axis=2)), axis=2)


def row_major(g):
    """[batch, rows, heads, size]."""
    cosine, sine = (g.numbers(numpy.concatenate([function(g.angles)] * 2, -1)[:, None]) for function in (numpy.cos, numpy.sin))
    return g.turn(g.x, g.other_half(g.x), cosine, sine)


def computed(g, swap=False):
    """Angles from the positions [batch, rows], as transformers computes them."""
    positions = g.input("positions", numpy.tile(numpy.arange(ROWS) + 2, (BATCH, 1)))
    frequencies = g.numbers(g.frequencies[None, :, None])
    outer = g.MatMul(g.Expand(frequencies, ([BATCH, g.size // 2, 1], "int64")),
                     g.Cast(g.Unsqueeze(positions, ([1], "int64")), to=1))
    angles = g.Transpose(outer, perm=[0, 2, 1])
    both = g.Concat(angles, angles, axis=-1)
    cosine, sine = (g.Unsqueeze(g.Mul(function(both), (1.0, "float32")), ([1], "int64")) for function in (g.Cos, g.Sin))
    return g.turn(g.x, g.other_half(g.x), cosine, sine)


def gathered(g):
    """Angles from caches by position."""
    positions = g.input("positions", numpy.tile(numpy.arange(ROWS), (BATCH, 1)))
    cosine, sine = (g.Unsqueeze(g.Gather(g.input(name, numpy.concatenate([function(g.angles)] * 2, -1)), positions, axis=0),
                                ([1], "int64")) for name, function in (("cosines", numpy.cos), ("sines", numpy.sin)))
    first, second = g.cut(g.x, 4, 4)
    cosine, sine = g.part(cosine, 0, 4), g.part(sine, 0, 4)
    return g.Concat(g.Sub(g.Mul(first, cosine), g.Mul(second, sine)), g.Add(g.Mul(first, sine), g.Mul(second, cosine)), axis=-1)


def operator(g, **attributes):
    cosine, sine = (g.numbers(numpy.tile(function(g.angles), (BATCH, 1, 1))) for function in (numpy.cos, numpy.sin))
    return g.RotaryEmbedding(g.x, cosine, sine, **attributes)


def contrib(g):
    positions = g.constant(numpy.tile(numpy.arange(ROWS), (BATCH, 1)), "int64")
    cosine, sine = (g.numbers(function(g.angles)) for function in (numpy.cos, numpy.sin))
    return g.RotaryEmbedding(g.x, positions, cosine, sine, domain="com.microsoft")


def reflected(g):
    other = g.Concat(g.part(g.x, 4, END), g.part(g.x, 0, 4), axis=-1)
    return g.turn(g.x, other, g.whole(numpy.cos), g.whole(numpy.sin))


def uneven(g):
    """The two of a pair have different angles."""
    angles = numpy.concatenate([g.angles, 2 * g.angles], -1)
    return g.turn(g.x, g.other_half(g.x), g.numbers(numpy.cos(angles)), g.numbers(numpy.sin(angles)))


def other_tensor(g):
    return g.turn(g.x, g.other_half(g.Abs(g.x)), g.whole(numpy.cos), g.whole(numpy.sin))


def rotated_quarters(g):
    """Turned by two elements, not by half of them."""
    other = g.Concat(g.Neg(g.part(g.x, 6, END)), g.part(g.x, 0, 6), axis=-1)
    return g.turn(g.x, other, g.whole(numpy.cos), g.whole(numpy.sin))


FEWER = {"rows": ROWS - 1}
CASES = {
    "half": Case(lambda g: g.half(g.x), "halves"),
    "half, split": Case(half_split, "halves"),
    "half, joined": Case(half_joined, "halves"),
    "half, subtracted": Case(half_subtracted, "halves"),
    "half, signed sines": Case(half_signed_sines, "halves"),
    "half, inverse": Case(half_inverse, "halves"),
    "half, rows first": Case(row_major, "halves", {"shape": (BATCH, ROWS, HEADS, SIZE)}, row_axis=1),
    "neighbours": Case(lambda g: g.interleaved(g.x), "neighbours"),
    "neighbours, complex": Case(complex_numbers, "neighbours"),
    "neighbours, five dimensions": Case(neighbours_of_five, "neighbours"),
    "partial": Case(lambda g: partial(g, g.half), "halves", {"size": 12, "rotated": 8}),
    "partial, split": Case(partial_split, "halves", {"size": 12, "rotated": 8}),
    "partial neighbours": Case(lambda g: partial(g, g.interleaved), "neighbours", {"size": 12, "rotated": 8}),
    "partial neighbours, strided": Case(strided, "neighbours", {"size": 12, "rotated": 8}),
    "prefix": Case(lambda g: prefix(g, g.half), "halves", FEWER, prefix=1),
    "prefix, neighbours": Case(lambda g: prefix(g, g.interleaved), "neighbours", FEWER, prefix=1),
    "behind a cache": Case(cached, "halves", {"rows": 2}, prefix=ROWS - 2, keeps=("Concat",)),
    "computed": Case(computed, "halves", keeps=("Concat",)),
    "gathered": Case(gathered, "halves"),
    "operator": Case(operator, "halves", opset=23),
    "operator, partial": Case(lambda g: operator(g, rotary_embedding_dim=8, interleaved=1), "neighbours",
                              {"size": 12, "rotated": 8}, opset=23),
    "contrib operator": Case(contrib, "halves"),
}
# What is no rotation stays, and computes what it did.
OTHERS = {
    "reflected": Case(reflected, "halves", ops=0),
    "uneven": Case(uneven, "halves", ops=0),
    "other tensor": Case(other_tensor, "halves", ops=0),
    "turned by a quarter": Case(rotated_quarters, "halves", ops=0),
}
# Spellings of one meaning: their raised forms are the same text.
ALIKE = [
    ("half", "half, split", "half, joined", "half, subtracted", "half, signed sines"),
    ("neighbours", "neighbours, complex", "neighbours, five dimensions"),
    ("partial", "partial, split"),
    ("partial neighbours", "partial neighbours, strided"),
]
