# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Attention whose scores, probabilities or values go through more than a scale and a mask, as exporters write it."""
import pathlib
import sys

import numpy

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "masks"))
from spellings import Graph  # noqa: E402

FLOAT = numpy.float32
BATCH, HEADS, CHANNELS = 2, 2, 8


class Site(Graph):
    """softmax(scores(q k^T / sqrt(d))) v with functions of the graph for what stands between; `parts` is what the remark
    says of the form, and None stands for a refusal."""

    def __init__(self, parts, scores=None, weights=None, output=None, queries=9, keys=9, seed=5, shift=0.0):
        super().__init__()
        self.parts, self.queries, self.keys, self.shift = parts, queries, keys, shift
        self.has_weights = False
        self.random = numpy.random.default_rng(seed)
        q, k, v = (self.input(name, self.tensor(BATCH, HEADS, rows, CHANNELS, factor=2))
                   for name, rows in (("q", queries), ("k", keys), ("v", keys)))
        s = self.Mul(self.MatMul(q, self.Transpose(k, perm=[0, 1, 3, 2])), (CHANNELS ** -0.5, "float32"))
        p = weights(self, s) if weights else self.Softmax(scores(self, s) if scores else s, axis=-1)
        result = output(self, p, v) if output else self.MatMul(p, v)
        self.proto = self.model({result: (BATCH, HEADS, queries, CHANNELS)})

    def tensor(self, *shape, factor=1):
        return (self.random.standard_normal(shape) * factor).astype(FLOAT)

    def weight(self, *shape):
        self.has_weights = True
        return self.tensor(*shape) + FLOAT(self.shift), "float32"

    def ints(self, *values):
        return list(values), "int64"

    def relative(self, table):
        """The indices i - j into a table of 2 S - 1 rows, as a constant."""
        i, j = numpy.indices((self.queries, self.keys))
        return self.Gather(table, (i - j + self.keys - 1, "int64"), axis=0)


def sink(first=False, shape=(1, HEADS, 1, 1), shifted=True, mask=False):
    """A learnt score per head beside the keys', whose probability is dropped."""
    def probabilities(g, s):
        if mask:
            i, j = numpy.indices((g.queries, g.keys))
            s = g.Add(s, (numpy.where(j <= i, 0, -numpy.inf), "float32"))
        sinks = g.Expand(g.Reshape(g.weight(HEADS), g.ints(*shape)), g.ints(BATCH, HEADS, g.queries, 1))
        joined = g.Concat(*((sinks, s) if first else (s, sinks)), axis=-1)
        if shifted:
            joined = g.Sub(joined, g.ReduceMax(joined, g.ints(-1), keepdims=1))
        p = g.Softmax(joined, axis=-1)
        return g.Slice(p, g.ints(first), g.ints(g.keys + first), g.ints(3), g.ints(1))
    return probabilities


def padded(first=False, value=None):
    """A constant beside the scores, and its probability dropped: softmax-one, if it is zero."""
    def probabilities(g, s):
        pads = g.ints(0, 0, 0, int(first), 0, 0, 0, int(not first))
        p = g.Softmax(g.Pad(s, pads, *([] if value is None else [(value, "float32")])), axis=-1)
        return g.Slice(p, g.ints(first), g.ints(g.keys + first), g.ints(3), g.ints(1))
    return probabilities


def shaw(order=("p", "r"), clipped=None, dynamic=False):
    """P V + P R with R indexed by query and key, as tensor2tensor writes it."""
    def output(g, p, v):
        values = g.MatMul(p, v)
        table = g.input("table", g.tensor(2 * g.keys - 1, CHANNELS) + FLOAT(g.shift)) if dynamic else \
            g.weight(2 * g.keys - 1, CHANNELS)
        if clipped:
            i, j = numpy.indices((g.queries, g.keys))
            r = g.Gather(table, (numpy.clip(i - j, -clipped, clipped) + clipped, "int64"), axis=0)
        else:
            r = g.relative(table)
        rows = g.Reshape(g.Transpose(p, perm=[2, 0, 1, 3]), g.ints(g.queries, BATCH * HEADS, g.keys))
        more = g.Reshape(g.MatMul(rows, r), g.ints(g.queries, BATCH, HEADS, CHANNELS))
        more = g.Transpose(more, perm=[1, 2, 0, 3])
        return g.Add(*((values, more) if order[0] == "p" else (more, values)))
    return output


def normalised(g, p, v):
    """Both parts joined along the rows, a batch norm over all channels of both, and their sum: axial attention."""
    table = g.weight(CHANNELS, 2 * g.keys - 1)
    i, j = numpy.indices((g.queries, g.keys))
    r = g.Gather(table, (i - j + g.keys - 1, "int64"), axis=1)  # c, i, j
    sv = g.Einsum(p, g.Transpose(v, perm=[0, 1, 3, 2]), equation="bgij,bgcj->bgci")
    sve = g.Einsum(p, r, equation="bgij,cij->bgci")
    both = g.Reshape(g.Concat(sv, sve, axis=-1), g.ints(BATCH, 2 * HEADS * CHANNELS, g.queries))
    channels = 2 * HEADS * CHANNELS
    norm = g.BatchNormalization(both, g.weight(channels), g.weight(channels), g.weight(channels),
                                (numpy.abs(g.tensor(channels)) + 0.5, "float32"))
    total = g.ReduceSum(g.Reshape(norm, g.ints(BATCH, HEADS * CHANNELS, 2, g.queries)), g.ints(-2), keepdims=0)
    return g.Transpose(g.Reshape(total, g.ints(BATCH, HEADS, CHANNELS, g.queries)), perm=[0, 1, 3, 2])


def scaled(g, p, v):
    """Each part times a constant, plus a constant."""
    first = g.Add(g.Mul(g.MatMul(p, v), g.weight(CHANNELS)), g.weight(HEADS, 1, 1))
    rows = g.Transpose(g.Reshape(p, g.ints(BATCH * HEADS, g.queries, g.keys)), perm=[1, 0, 2])
    more = g.Transpose(g.MatMul(rows, g.relative(g.weight(2 * g.keys - 1, CHANNELS))), perm=[1, 0, 2])
    return g.Add(first, g.Mul(g.Reshape(more, g.ints(BATCH, HEADS, g.queries, CHANNELS)), (0.5, "float32")))


def in_parts(g, p, v):
    """Probabilities of the first keys times their values, and of the others times theirs."""
    def take(x, axis, first, last):
        return g.Slice(x, g.ints(first), g.ints(last), g.ints(axis))
    return g.Add(*(g.MatMul(take(p, -1, *part), take(v, -2, *part)) for part in ((0, 4), (4, g.keys))))


def one_by_one(g, p, v):
    """A sum over keys of their probabilities times their values."""
    total = None
    for key in range(g.keys):
        weight = g.Unsqueeze(g.Gather(p, (key, "int64"), axis=-1), g.ints(-1))
        part = g.Mul(weight, g.Slice(v, g.ints(key), g.ints(key + 1), g.ints(-2)))
        total = g.Add(total, part) if total else part
    return total


def gated(constant=False, normalised=True, factor=None):
    """(1 - g) P + g Q, normalised again: a second softmax over positions, which may be a constant (ConViT)."""
    def weights(g, s):
        gate = 1 / (1 + numpy.exp(-g.weight(1, HEADS, 1, 1)[0]))
        if constant:
            table = numpy.exp(g.weight(1, HEADS, g.queries, g.keys)[0])
            other = (gate * table / table.sum(-1, keepdims=True)).astype(FLOAT), "float32"
        else:
            other = g.Mul(g.Softmax(g.MatMul(g.input("a", g.tensor(BATCH, HEADS, g.queries, 4)),
                                             g.input("b", g.tensor(BATCH, HEADS, 4, g.keys))), axis=-1), (gate, "float32"))
        total = g.Add(g.Mul((1 - gate if factor is None else factor, "float32"), g.Softmax(s, axis=-1)), other)
        if normalised:
            total = g.Div(total, g.Unsqueeze(g.ReduceSum(total, g.ints(-1), keepdims=0), g.ints(-1)))
        return total
    return weights


def weighted(g, s, low=-numpy.inf):
    """Probabilities times a number per key."""
    return g.Mul(g.Softmax(s, axis=-1), g.input("m", g.tensor(BATCH, 1, 1, g.keys).clip(low)))


def normalized_again(g, s):
    """The same, divided by their sum and a small number."""
    p = weighted(g, s, low=0)
    return g.Div(p, g.Add(g.ReduceSum(p, g.ints(-1), keepdims=1), (1e-13, "float32")))


def difference(g, s):
    """A softmax less a part of another one."""
    other = g.Softmax(g.MatMul(g.input("a", g.tensor(BATCH, HEADS, g.queries, 4)), g.input("b", g.tensor(BATCH, HEADS, 4, g.keys))),
                      axis=-1)
    return g.Sub(g.Softmax(s, axis=-1), g.Mul(g.weight(1, HEADS, 1, 1), other))


def one_more(maximum):
    """Exponentials over their sum and one."""
    def weights(g, s):
        if not maximum:
            exp = g.Exp(s)
            return g.Div(exp, g.Add((1.0, "float32"), g.ReduceSum(exp, g.ints(-1), keepdims=1)))
        most = g.ReduceMax(s, g.ints(-1), keepdims=1)
        exp = g.Exp(g.Sub(s, most))
        return g.Div(exp, g.Add(g.Exp(g.Neg(most)), g.ReduceSum(exp, g.ints(-1), keepdims=1)))
    return weights


def tested(g, s):
    """nan_to_num."""
    mask = g.input("m", g.random.random((BATCH, 1, g.queries, g.keys)) < 0.3)
    p = g.Softmax(g.Where(mask, s, (-numpy.inf, "float32")), axis=-1)
    p = g.Where(g.IsNaN(p), (0.0, "float32"), p)
    return g.Where(g.And(g.IsInf(p), g.Greater(p, (0.0, "float32"))), (3e38, "float32"), p)


class Channels(Graph):
    """Attention among the channels of a head, over `tokens`: both factors normalised and a temperature for each head
    (XCiT), or the product's rows subtracted from their maximum, and the input added (DANet)."""

    def __init__(self, parts, tokens, normalised, shift=0.0):
        super().__init__()
        self.parts, self.has_weights = parts, True
        random = numpy.random.default_rng(7)
        x = self.input("x", random.standard_normal((BATCH, tokens, HEADS * CHANNELS)).astype(FLOAT))
        q, k, v = (self.rows(self.project(x, random, shift), tokens) for _ in range(3))
        if normalised:
            q, k = (self.Div(a, self.Clip(self.ReduceL2(a, ([-1], "int64"), keepdims=1), (1e-12, "float32"))) for a in (q, k))
        s = self.MatMul(q, self.Transpose(k, perm=[0, 1, 3, 2]))
        if normalised:
            s = self.Mul(s, (numpy.array([1.5, 0.5]).reshape(HEADS, 1, 1), "float32"))
        else:
            most = self.ReduceMax(s, ([-1], "int64"), keepdims=1)
            s = self.Sub(self.Expand(most, ([BATCH, HEADS, CHANNELS, CHANNELS], "int64")), s)
        y = self.MatMul(self.Softmax(s, axis=-1), v)
        y = self.Reshape(self.Transpose(y, perm=[0, 3, 1, 2]), ([BATCH, tokens, HEADS * CHANNELS], "int64"))
        self.proto = self.model({self.Add(x, y): (BATCH, tokens, HEADS * CHANNELS)})

    def project(self, x, random, shift):
        width = HEADS * CHANNELS
        return self.MatMul(x, (random.standard_normal((width, width)) * 0.1 + shift, "float32"))

    def rows(self, x, tokens):
        return self.Transpose(self.Reshape(x, ([BATCH, tokens, HEADS, CHANNELS], "int64")), perm=[0, 2, 3, 1])


def site(parts, scores=None, **options):
    return lambda shift=0.0: Site(parts, scores, shift=shift, **options)


def channels(parts, tokens, normalised):
    return lambda shift=0.0: Channels(parts, tokens, normalised, shift)


SCALE = "scale 0.353553"
CASES = {
    "clip": site(SCALE, lambda g, s: g.Clip(s, (-1.0, "float32"), (2.0, "float32"))),
    "clip above": site(SCALE, lambda g, s: g.Clip(s, (-3.0, "float32"))),
    "relu": site(SCALE, lambda g, s: g.Relu(s)),
    "min and max": site(SCALE + ", bias", lambda g, s: g.Max(g.Min(g.weight(HEADS, 1, 1), s), (-2.0, "float32"))),
    "soft cap": site("scale 0.117851, soft cap", lambda g, s: g.Mul(g.Tanh(g.Div(s, (3.0, "float32"))), (3.0, "float32"))),
    "sinks": site(SCALE + ", sink", weights=sink()),
    "sinks in front": site(SCALE + ", sink", weights=sink(first=True, shifted=False)),
    "sinks, causal": site(SCALE + ", mask, sink", weights=sink(mask=True), queries=70, keys=70),
    "padded": site(SCALE + ", sink", weights=padded()),
    "padded in front": site(SCALE + ", sink", weights=padded(first=True, value=0.75)),
    "gated by a constant": site(SCALE, weights=gated(constant=True)),
    "gated, not normalised": site(SCALE, weights=gated(constant=True, normalised=False, factor=0.3)),
    "two softmaxes": site(("", SCALE), weights=gated()),
    "weights of keys": site(SCALE, weights=weighted),
    "weights of keys, normalised again": site(SCALE, weights=normalized_again),
    "difference of softmaxes": site(("", SCALE), weights=difference),
    "one more": site(SCALE + ", sink", weights=one_more(maximum=False)),
    "one more, shifted": site(SCALE + ", sink", weights=one_more(maximum=True)),
    "nan to num": site(SCALE + ", mask, NaN guard", weights=tested),
    "leaky relu": site(SCALE, lambda g, s: g.LeakyRelu(s, alpha=0.25)),
    "gated, other sums": site(None, weights=gated(constant=True, factor=0.3)),
    "relative values": site(SCALE + ", relative values", output=shaw()),
    "relative values in front": site(SCALE + ", relative values", output=shaw(order=("r", "p")), queries=40, keys=40),
    "clipped relative values": site(SCALE + ", relative values", output=shaw(clipped=3)),
    "relative values, an input": site(SCALE + ", relative values", output=shaw(dynamic=True)),
    "normalised relative values": site(SCALE + ", relative values", output=normalised, queries=20, keys=20),
    "channels": channels("bias", 49, True),
    "channels, many tokens": channels("bias", 1000, True),
    "channels, from the maximum": channels("scale -1", 37, False),
    "in parts": site(SCALE, output=in_parts),
    "key by key": site(SCALE, output=one_by_one, keys=5),
    "scaled relative values": site(SCALE + ", relative values", output=scaled),
}
