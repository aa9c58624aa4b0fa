# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Attention with a mask in the spellings of exporters: constant, computed from indices, mixed with data."""
import numpy
from onnx import TensorProto, helper, numpy_helper

LOWEST = float(numpy.finfo(numpy.float32).min)


class Graph:
    """A graph that grows by calls of operators."""

    def __init__(self):
        self.nodes, self.constants, self.inputs = [], [], {}

    def name(self):
        return f"v{len(self.nodes) + len(self.constants)}"

    def constant(self, value, dtype=None):
        self.constants.append(numpy_helper.from_array(numpy.asarray(value, dtype), self.name()))
        return self.constants[-1].name

    def input(self, name, value):
        self.inputs[name] = value
        return name

    def __getattr__(self, operator):
        def call(*operands, **attributes):
            names = [operand if isinstance(operand, str) else self.constant(*operand) for operand in operands]
            self.nodes.append(helper.make_node(operator, names, [self.name()], f"{operator}_{len(self.nodes)}", **attributes))
            return self.nodes[-1].output[0]
        return call

    def model(self, outputs, opset=18):
        types = {dtype: helper.np_dtype_to_tensor_dtype(numpy.dtype(dtype)) for dtype in ("float32", "int64", "bool")}
        inputs = [helper.make_tensor_value_info(name, types[str(value.dtype)], value.shape) for name, value in self.inputs.items()]
        results = [helper.make_tensor_value_info(name, TensorProto.FLOAT, shape) for name, shape in outputs.items()]
        graph = helper.make_graph(self.nodes, "g", inputs, results, self.constants)
        return helper.make_model(graph, opset_imports=[helper.make_opsetid("", opset)], ir_version=10)


class Attention(Graph):
    """softmax(q k^T / sqrt(d), masked) v, where `mask(self, scores)` gives the masked scores; `factor` scales q, k and v."""

    def __init__(self, mask, batch=2, heads=2, queries=9, keys=9, channels=8, guard=False, factor=2):
        super().__init__()
        self.batch, self.heads, self.queries, self.keys = batch, heads, queries, keys
        random = numpy.random.default_rng(5)
        def tensor(rows):
            return random.standard_normal((batch, heads, rows, channels), dtype=numpy.float32) * numpy.float32(factor)
        q, k, v = (self.input(name, tensor(rows)) for name, rows in (("q", queries), ("k", keys), ("v", keys)))
        scores = self.MatMul(q, self.Transpose(k, perm=[0, 1, 3, 2]))
        scores = mask(self, self.Mul(scores, (channels ** -0.5, "float32")))
        weights = self.Softmax(scores, axis=-1)
        if guard:
            weights = self.Where(self.IsNaN(weights), (0.0, "float32"), weights)
        self.proto = self.model({self.MatMul(weights, v): (batch, heads, queries, channels)})

    def indices(self):
        """Queries as a column, keys as a row, i64."""
        def count(n):
            return self.Range((0, "int64"), (n, "int64"), (1, "int64"))
        return self.Unsqueeze(count(self.queries), ([1], "int64")), self.Unsqueeze(count(self.keys), ([0], "int64"))

    def padding(self):
        """An i64 input [batch, keys]: 1 where a key counts."""
        lengths = numpy.arange(self.keys - 1, self.keys - 1 - 3 * self.batch, -3)[:, None]
        return self.input("padding", (numpy.arange(self.keys) < lengths).astype(numpy.int64))


def matrix(queries, keys, visible):
    i, j = numpy.indices((queries, keys))
    return visible(i, j)


def additive(visible, hidden):
    """A constant that is added."""
    def mask(g, scores):
        table = matrix(g.queries, g.keys, visible)
        return g.Add(scores, (numpy.where(table, 0, hidden), "float32"))
    return mask


def boolean(visible, hidden=-numpy.inf):
    """A bool constant in a Where."""
    def mask(g, scores):
        return g.Where((matrix(g.queries, g.keys, visible), "bool"), scores, (hidden, "float32"))
    return mask


def causal_trilu(hidden):
    """Ones, their lower triangle, what equals zero is hidden: TorchScript's is_causal."""
    def mask(g, scores):
        ones = g.Expand((1.0, "float32"), ([g.queries, g.keys], "int64"))
        lower = g.Trilu(ones, upper=0)
        hides = g.Equal(lower, (0.0, "float32"))
        return g.Add(scores, g.Where(hides, (hidden, "float32"), (0.0, "float32")))
    return mask


def range_window(left, right, offset=0):
    """Comparisons of Ranges, as new exporters write masks."""
    def mask(g, scores):
        i, j = g.indices()
        i = g.Add(i, (offset, "int64"))
        seen = g.LessOrEqual(j, g.Add(i, (right, "int64")))
        if left is not None:
            seen = g.And(seen, g.Greater(j, g.Sub(i, (left + 1, "int64"))))
        return g.Where(seen, scores, (-numpy.inf, "float32"))
    return mask


def causal_and_padding(hidden, expanded):
    """And of a causal comparison and a padding mask that is an input."""
    def mask(g, scores):
        i, j = g.indices()
        causal = g.LessOrEqual(j, i)
        pad = g.Unsqueeze(g.padding(), ([1, 2], "int64"))
        if expanded:
            pad = g.Expand(pad, ([g.batch, 1, g.queries, g.keys], "int64"))
        seen = g.And(g.Cast(pad, to=TensorProto.BOOL), causal)
        return g.Add(scores, g.Where(seen, (0.0, "float32"), (hidden, "float32")))
    return mask


def padding_only(hidden):
    """(1 - mask) * hidden: BERT."""
    def mask(g, scores):
        pad = g.Cast(g.Unsqueeze(g.padding(), ([1, 2], "int64")), to=TensorProto.FLOAT)
        return g.Add(scores, g.Mul(g.Sub((1.0, "float32"), pad), (hidden, "float32")))
    return mask


def expanded_padding(g, scores):
    """Equal(Expand(mask), 0): DistilBERT."""
    pad = g.Expand(g.Unsqueeze(g.padding(), ([1, 2], "int64")), ([g.batch, 1, g.queries, g.keys], "int64"))
    return g.Where(g.Equal(pad, (0, "int64")), (-numpy.inf, "float32"), scores)


def gathered_padding(g, scores):
    """attention_mask[b, key] by GatherND, as masks of functions are exported."""
    b, j = numpy.meshgrid(numpy.arange(g.batch), numpy.arange(g.keys), indexing="ij")
    places = numpy.stack([b, j], -1).reshape(g.batch, 1, 1, g.keys, 2)
    pad = g.GatherND(g.Cast(g.padding(), to=TensorProto.BOOL), (places, "int64"))
    i, j = g.indices()
    return g.Where(g.And(pad, g.LessOrEqual(j, i)), scores, (-numpy.inf, "float32"))


def two_masks(g, scores):
    """A sum of two additive masks, of which one is data."""
    pad = g.Cast(g.Unsqueeze(g.padding(), ([1, 2], "int64")), to=TensorProto.FLOAT)
    data = g.Mul(g.Sub((1.0, "float32"), pad), (-10000.0, "float32"))
    i, j = g.indices()
    causal = g.Where(g.Greater(j, i), (-numpy.inf, "float32"), (0.0, "float32"))
    return g.Add(g.Add(scores, causal), data)


def past(g, scores):
    """A causal frontier behind as many keys as an input says."""
    i, j = g.indices()
    first = g.input("past", numpy.array([2], numpy.int64))
    return g.Where(g.LessOrEqual(j, g.Add(i, first)), scores, (-numpy.inf, "float32"))


def shifted_windows(hidden, grid=(2, 3), window=(2, 3), shift=(1, 1)):
    """Swin's mask, one matrix per window, through two reshapes."""
    def mask(g, scores):
        height, width = grid[0] * window[0], grid[1] * window[1]
        region = numpy.zeros((height, width), int)
        for n, (y, x) in enumerate((y, x) for y in (0, 1) for x in (0, 1)):
            rows = slice(height - shift[0], None) if y else slice(0, height - shift[0])
            columns = slice(width - shift[1], None) if x else slice(0, width - shift[1])
            region[rows, columns] = n
        # The last windows are cut where the image was rolled; the other cut goes between windows.
        region = region.reshape(grid[0], window[0], grid[1], window[1]).transpose(0, 2, 1, 3).reshape(grid[0] * grid[1], -1)
        table = numpy.where(region[:, :, None] == region[:, None, :], 0, hidden).astype(numpy.float32)
        count, cells = region.shape
        split = g.Reshape(scores, ([g.batch // count, count, g.heads, cells, cells], "int64"))
        split = g.Add(split, (table[None, :, None], "float32"))
        return g.Reshape(split, ([g.batch, g.heads, cells, cells], "int64"))
    return mask


def bias_and_lowest(g, scores):
    """GPT-2's Where with the lowest number in front of a constant bias."""
    random = numpy.random.default_rng(7)
    table = matrix(g.queries, g.keys, lambda i, j: j <= i)
    scores = g.Where((table[None, None], "bool"), scores, (LOWEST, "float32"))
    return g.Add(scores, (random.standard_normal((1, g.heads, g.queries, g.keys)), "float32"))


WINDOW = {"batch": 12, "queries": 6, "keys": 6}
GRID = {"queries": 20, "keys": 20}
# More than the tiles of either backend.
LONG = {"queries": 300, "keys": 310}

# Name, attention, what the remark must say of the mask.
CASES = [
    ("causal", Attention(additive(lambda i, j: j <= i, -numpy.inf)), "causal(offset=0)"),
    ("causal offset", Attention(boolean(lambda i, j: j <= i + 3), keys=12), "causal(offset=3)"),
    ("causal late", Attention(boolean(lambda i, j: j <= i - 2), guard=True), "causal(offset=-2)"),
    ("window", Attention(boolean(lambda i, j: (j <= i + 1) & (j >= i - 3))), "window(left=3,right=1)"),
    ("block", Attention(additive(lambda i, j: i // 3 == j // 3, -numpy.inf)), "block(3)"),
    ("long causal", Attention(range_window(None, 4), **LONG), "causal(offset=4)"),
    ("long window", Attention(range_window(40, 0), **LONG), "window(left=40,right=0)"),
    ("long late", Attention(boolean(lambda i, j: j < i - 150), guard=True, **LONG), "causal(offset=-151)"),
    ("long sinks", Attention(boolean(lambda i, j: (j < 5) | ((j <= i) & (j > i - 30))), **LONG), "prefix(5)+window(left=29,right=0)"),
    ("long padding", Attention(causal_and_padding(-numpy.inf, True), **LONG), "causal(offset=0)+data"),
    ("block causal", Attention(boolean(lambda i, j: j // 4 <= i // 4)), "blocks(..0,width=4)"),
    ("ragged block", Attention(boolean(lambda i, j: i // 4 == j // 4)), "block(4)"),
    ("prefix", Attention(boolean(lambda i, j: (j < 4) | (j <= i))), "causal(offset=0)+prefix(4)"),
    ("sinks", Attention(boolean(lambda i, j: (j < 2) | ((j <= i) & (j > i - 3))), queries=12, keys=12),
     "prefix(2)+window(left=2,right=0)"),
    ("global", Attention(boolean(lambda i, j: (j < 2) | (i < 2) | (abs(j - i) < 2)), queries=12, keys=12),
     "queries(2)+prefix(2)+window(left=1,right=1)"),
    ("constant padding", Attention(boolean(lambda i, j: j < 7)), "padding(7)"),
    ("padding and causal", Attention(boolean(lambda i, j: (j < 7) & (j <= i))), "padding(7)"),
    ("grid", Attention(boolean(lambda i, j: (abs(i // 5 - j // 5) <= 1) & (abs(i % 5 - j % 5) <= 1)), **GRID),
     "window2d(rows=-1..1,columns=-1..1,width=5)"),
    ("grid with a border", Attention(boolean(lambda i, j: ((j // 6 - i // 4) % 12 <= 2) & ((j % 6 - i % 4) % 12 <= 2)),
                                     queries=12, keys=30), "window2d(rows=0..2,columns=0..2,width=4,keywidth=6)"),
    ("column", Attention(boolean(lambda i, j: i % 5 == j % 5), **GRID), "window2d(columns=0..0,width=5)"),
    ("lowest", Attention(additive(lambda i, j: j <= i, LOWEST)), "causal(offset=0); -3.40282e+38 as hidden"),
    ("lowest, empty row", Attention(additive(lambda i, j: j < i, LOWEST)), "causal(offset=-1) with -3.40282e+38"),
    ("bias and lowest", Attention(bias_and_lowest), "causal(offset=0)"),
    ("-10000", Attention(additive(lambda i, j: j <= i, -10000)), "causal(offset=0) with -10000"),
    ("-100", Attention(additive(lambda i, j: j <= i, -100)), "causal(offset=0) with -100"),
    ("-100, far scores", Attention(additive(lambda i, j: j <= i, -100), factor=12), "causal(offset=0) with -100"),
    ("data", Attention(boolean(lambda i, j: (i * 7 + j * j * 3) % 5 != 1)), "data"),
    ("Trilu", Attention(causal_trilu(-numpy.inf)), "causal(offset=0)"),
    ("Trilu, lowest", Attention(causal_trilu(LOWEST)), "causal(offset=0)"),
    ("Range", Attention(range_window(None, 0)), "causal(offset=0)"),
    ("Range, window", Attention(range_window(2, 0, 3), keys=12), "window(left=-1,right=3)"),
    ("causal and padding", Attention(causal_and_padding(-numpy.inf, False), guard=True), "causal(offset=0)+data"),
    ("causal and expanded padding", Attention(causal_and_padding(-numpy.inf, True), guard=True), "causal(offset=0)+data"),
    ("causal and padding, lowest", Attention(causal_and_padding(LOWEST, True)), "causal(offset=0) with -3.40282e+38"),
    ("padding", Attention(padding_only(-10000.0)), "data"),
    ("expanded padding", Attention(expanded_padding), "data"),
    ("gathered padding", Attention(gathered_padding, guard=True), "causal(offset=0)+data"),
    ("two masks", Attention(two_masks), "causal(offset=0)+data"),
    ("past", Attention(past, keys=11), "data"),
    ("shifted windows", Attention(shifted_windows(-numpy.inf), **WINDOW), "regions"),
    ("shifted windows, -100", Attention(shifted_windows(-100.0), **WINDOW), "regions with -100"),
]
