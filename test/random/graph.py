# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Random typed graphs. Every value carries bounds: an interval that its elements lie in, how far two right executions may be
apart, and the power of two that its elements are multiples of. While the latter is known and small, arithmetic is exact; only
then operators with steps (Floor, Less, ArgMax, …) are applied, since they turn the smallest error into a large one.
"""
import dataclasses

import ml_dtypes
import numpy
from onnx import TensorProto, helper, numpy_helper

OPSET = 23
FLOATS = ("float32", "float16", "bfloat16", "float64")
SIGNED = ("int64", "int32", "int8", "int16")
UNSIGNED = ("uint8", "uint32", "uint16", "uint64")
# Bits of precision of the floating-point types.
PRECISION = {"float64": 53, "float32": 24, "float16": 11, "bfloat16": 8}
# Values stay below, so that nothing overflows.
LARGEST = {"float64": 1e9, "float32": 1e6, "float16": 2e3, "bfloat16": 1e6, "int64": 1e9, "int32": 1e8, "int16": 3e4,
           "int8": 100, "uint64": 1e9, "uint32": 1e8, "uint16": 6e4, "uint8": 200, "bool": 1}


def numpy_type(name):
    return numpy.dtype(ml_dtypes.bfloat16) if name == "bfloat16" else numpy.dtype(name)


@dataclasses.dataclass
class Value:
    name: str
    dtype: str
    shape: tuple
    low: float = 0.0
    high: float = 0.0
    error: float = 0.0
    grain: int = 0

    @property
    def exact(self):
        return self.error == 0

    @property
    def magnitude(self):
        return max(abs(self.low), abs(self.high))

    @property
    def rank(self):
        return len(self.shape)

    @property
    def size(self):
        return int(numpy.prod(self.shape, dtype=numpy.int64))


@dataclasses.dataclass
class Node:
    op: str
    inputs: list
    outputs: list
    attributes: dict


class Unsuitable(Exception):
    """A template found no operands to its liking."""


class Graph:
    """A graph under construction, and when done. `leaves` are the arrays of inputs and initializers by name."""

    def __init__(self, rng, prefix=""):
        self.rng = rng
        self.prefix = prefix
        self.nodes = []
        self.values = {}
        self.leaves = {}
        self.constants = set()
        self.outputs = []
        self.allow_empty = False
        # Operators, with the first operand's type, that are not to be used.

    # Making values.
    def fresh(self):
        return f"{self.prefix}v{len(self.values)}"

    def add_leaf(self, array, dtype=None, constant=None):
        """An input, or an initializer, with the given elements."""
        name = self.fresh()
        dtype = dtype or array.dtype.name
        array = numpy.asarray(array).astype(numpy_type(dtype))
        wide = array.astype(numpy.float64)
        low, high = (float(wide.min()), float(wide.max())) if array.size else (0.0, 0.0)
        value = Value(name, dtype, array.shape, low, high, 0.0, 3 if dtype in FLOATS else 0)
        self.values[name] = value
        self.leaves[name] = array
        if constant or (constant is None and self.rng.random() < 0.3):
            self.constants.add(name)
        return value

    def leaf(self, dtype, shape, low=None, high=None):
        """Elements from a small range, multiples of an eighth."""
        if dtype == "bool":
            return self.add_leaf(self.rng.integers(0, 2, shape).astype(bool))
        if dtype in FLOATS:
            low, high = -2 if low is None else low, 2 if high is None else high
            return self.add_leaf(self.rng.integers(round(low * 4), round(high * 4) + 1, shape) / 4, dtype)
        low = (0 if dtype in UNSIGNED else -5) if low is None else low
        return self.add_leaf(self.rng.integers(low, (5 if high is None else high) + 1, shape), dtype)

    def constant(self, array, dtype="int64"):
        """An operand that has to be known: axes, pads, shapes."""
        return self.add_leaf(numpy.asarray(array), dtype, constant=True)

    def shape(self, most_rank=4, least_rank=0, most=5):
        rank = int(self.rng.integers(least_rank, most_rank + 1))
        extents = [int(self.rng.integers(1, most + 1)) for _ in range(rank)]
        if self.allow_empty and extents and self.rng.random() < 0.05:
            extents[int(self.rng.integers(rank))] = 0
        return tuple(extents)

    def pick(self, dtypes=None, suits=lambda value: True, chance=0.85):
        """A value made before, most often, or a new leaf that suits; the latest values are the likeliest."""
        known = [value for value in self.values.values()
                 if (not dtypes or value.dtype in dtypes) and value.name not in self.constants and suits(value)]
        if known and self.rng.random() < chance:
            weights = numpy.arange(1, len(known) + 1, dtype=float) ** 2
            return known[int(self.rng.choice(len(known), p=weights / weights.sum()))]
        dtypes = dtypes or ("float32",) * 6 + FLOATS + SIGNED[:2] + ("uint8", "bool")
        for _ in range(8):
            dtype = str(self.rng.choice(dtypes))
            candidate = Value("", dtype, self.shape(), -2 if dtype in FLOATS else 0, 2, 0.0, 3)
            if suits(candidate):
                value = self.leaf(dtype, candidate.shape)
                if suits(value):
                    return value
        raise Unsuitable

    def one_of(self, *choices):
        return choices[int(self.rng.integers(len(choices)))]

    def some(self, low, high):
        return int(self.rng.integers(low, high + 1))

    # Making nodes.
    def node(self, op, operands, results, **attributes):
        """Appends a node. `results` describe its outputs: (dtype, shape, low, high, error, grain), the error before rounding
        and the grain None for values that are no multiples of a power of two. Returns the values."""
        made = []
        for dtype, shape, low, high, error, grain in results:
            magnitude = max(abs(low), abs(high))
            if magnitude > LARGEST[dtype] or any(extent < 0 for extent in shape):
                raise Unsuitable
            if int(numpy.prod(shape, dtype=numpy.int64)) > 4096 or len(shape) > 6:
                raise Unsuitable
            if dtype in FLOATS:
                rounds = grain is None or magnitude * 2.0**grain > 2.0 ** PRECISION[dtype]
                if rounds or error:
                    error += magnitude * 2.0 ** -(PRECISION[dtype] - 1) + 1e-37
                    grain = None
                if error > 0.1 * max(magnitude, 1):
                    raise Unsuitable
            elif error:
                raise Unsuitable
            made.append((dtype, tuple(int(extent) for extent in shape), float(low), float(high), float(error), grain))
        values = []
        for fields in made:
            value = Value(self.fresh(), *fields)
            self.values[value.name] = value
            values.append(value)
        names = [operand.name if operand is not None else "" for operand in operands]
        while names and not names[-1]:
            names.pop()
        self.nodes.append(Node(op, names, [value.name for value in values], attributes))
        return values if len(values) > 1 else values[0]

    def like(self, value, **changes):
        """A result's description that equals a value's, but for the changes."""
        fields = {"dtype": value.dtype, "shape": value.shape, "low": value.low, "high": value.high, "error": value.error,
                  "grain": value.grain}
        fields.update(changes)
        return tuple(fields[key] for key in ("dtype", "shape", "low", "high", "error", "grain"))

    def finish(self):
        """Outputs are what nobody uses, and now and then something else."""
        used = {name for node in self.nodes for name in node.inputs}
        made = [name for node in self.nodes for name in node.outputs]
        self.outputs = [name for name in made if name not in used or self.rng.random() < 0.1]
        self.drop_unused()

    def drop_unused(self):
        """Keeps what the outputs need."""
        needed = set(self.outputs)
        kept = []
        for node in reversed(self.nodes):
            if needed & set(node.outputs):
                kept.append(node)
                needed.update(node.inputs)
        self.nodes = kept[::-1]
        self.leaves = {name: array for name, array in self.leaves.items() if name in needed}
        # Outputs that nobody wants are still named: they have values of their own.

    def name_of(self, node):
        """A name that says what was computed on which type."""
        dtype = next((self.values[name].dtype for name in node.inputs if name), "")
        return f"{node.op}.{dtype}.{node.outputs[0]}"

    def inputs(self):
        return [name for name in self.leaves if name not in self.constants]


def value_info(value):
    return helper.make_tensor_value_info(value.name, helper.np_dtype_to_tensor_dtype(numpy_type(value.dtype)), value.shape)


def as_tensor(array, name):
    tensor = TensorProto()
    tensor.CopyFrom(numpy_helper.from_array(array))
    tensor.name = name
    return tensor


def make_model(graphs):
    """One model of graphs that have nothing to do with one another."""
    nodes = [helper.make_node(node.op, node.inputs, node.outputs, name=graph.name_of(node), **node.attributes)
             for graph in graphs for node in graph.nodes]
    inputs = [value_info(graph.values[name]) for graph in graphs for name in graph.inputs()]
    outputs = [value_info(graph.values[name]) for graph in graphs for name in graph.outputs]
    initializers = [as_tensor(array, name) for graph in graphs for name, array in graph.leaves.items()
                    if name in graph.constants]
    proto = helper.make_graph(nodes, "random", inputs, outputs, initializers)
    return helper.make_model(proto, opset_imports=[helper.make_opsetid("", OPSET)], ir_version=10)
