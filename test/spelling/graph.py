# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""A part of an ONNX graph while it is written, in the words of one opset. Values carry their shapes."""
import numpy
from onnx import TensorProto, helper, numpy_helper

TYPES = {"float32": TensorProto.FLOAT, "float16": TensorProto.FLOAT16, "int64": TensorProto.INT64, "bool": TensorProto.BOOL}


class Value(str):
    """A value's name, with its shape and element type."""

    def __new__(cls, name, shape, dtype):
        value = super().__new__(cls, name)
        value.shape, value.dtype = tuple(int(extent) for extent in shape), numpy.dtype(dtype)
        return value


class Graph:
    def __init__(self, opset, prefix):
        self.opset, self.prefix = opset, prefix
        self.nodes, self.initializers, self.inputs, self.outputs = [], [], [], []
        self.count = 0

    def input(self, name, shape, dtype):
        value = Value(f"{name}.{self.prefix}", shape, dtype)
        self.inputs.append(helper.make_tensor_value_info(value, TYPES[value.dtype.name], shape))
        return value

    def output(self, value):
        self.nodes.append(helper.make_node("Identity", [value], [f"y.{self.prefix}"], f"{self.prefix}/result"))
        self.outputs.append(helper.make_tensor_value_info(f"y.{self.prefix}", TYPES[value.dtype.name], value.shape))

    def constant(self, array):
        array = numpy.asarray(array)
        name = self.fresh("c")
        self.initializers.append(numpy_helper.from_array(array, name))
        return Value(name, array.shape, array.dtype)

    def fresh(self, stem):
        self.count += 1
        return f"{stem}{self.count}.{self.prefix}"

    def node(self, op, operands, shape, dtype=None, domain="", **attributes):
        """One node with one result. Its element type is that of the first operand unless it is given."""
        value = Value(self.fresh(op), shape, dtype or operands[0].dtype)
        self.nodes.append(helper.make_node(op, operands, [value], f"{self.prefix}/{value}", domain=domain, **attributes))
        return value

    # The operators whose form depends on the opset, and those that are often wanted.
    def with_axes(self, op, x, axes, shape, since, **attributes):
        if self.opset < since:
            return self.node(op, [x], shape, axes=list(axes), **attributes)
        return self.node(op, [x, self.constant(numpy.array(axes, dtype=numpy.int64))], shape, **attributes)

    def unsqueeze(self, x, *axes):
        shape = list(x.shape)
        for axis in sorted(axes):
            shape.insert(axis, 1)
        return self.with_axes("Unsqueeze", x, axes, shape, 13)

    def squeeze(self, x, axis):
        return self.with_axes("Squeeze", x, [axis], x.shape[:axis] + x.shape[axis + 1:], 13)

    def reduce(self, op, x):
        since = 13 if op == "ReduceSum" else 18
        return self.with_axes(op, x, [-1], x.shape[:-1] + (1,), since, keepdims=1)

    def transpose(self, x, *order):
        return self.node("Transpose", [x], [x.shape[axis] for axis in order], perm=order)

    def reshape(self, x, *shape):
        return self.node("Reshape", [x, self.constant(numpy.array(shape, dtype=numpy.int64))], shape)

    def binary(self, op, a, b, dtype=None):
        return self.node(op, [a, b], numpy.broadcast_shapes(a.shape, b.shape), dtype)

    def cast(self, x, dtype):
        return self.node("Cast", [x], x.shape, dtype, to=TYPES[numpy.dtype(dtype).name])

    def where(self, condition, a, b):
        return self.node("Where", [condition, a, b], numpy.broadcast_shapes(condition.shape, a.shape, b.shape), a.dtype)

    def slice(self, x, axis, start, end):
        shape = list(x.shape)
        shape[axis] = end - start
        bounds = [self.constant(numpy.array([number], dtype=numpy.int64)) for number in (start, end, axis)]
        return self.node("Slice", [x, *bounds], shape)

    def split(self, x, axis, parts):
        shape = list(x.shape)
        shape[axis] //= parts
        values = [Value(self.fresh("Split"), shape, x.dtype) for _ in range(parts)]
        operands, attributes = [x], {"axis": axis}
        if self.opset >= 13:
            operands.append(self.constant(numpy.array([shape[axis]] * parts, dtype=numpy.int64)))
        else:
            attributes["split"] = [shape[axis]] * parts
        self.nodes.append(helper.make_node("Split", operands, values, f"{self.prefix}/{values[0]}", **attributes))
        return values

    def shape_of(self, x):
        return self.node("Shape", [x], [len(x.shape)], "int64")

    def matmul(self, a, b):
        return self.node("MatMul", [a, b], numpy.broadcast_shapes(a.shape[:-2], b.shape[:-2]) + (a.shape[-2], b.shape[-1]))

    def einsum(self, equation, a, b):
        inputs, result = equation.split("->")
        extents = {letter: extent for letters, x in zip(inputs.split(","), (a, b)) for letter, extent in zip(letters, x.shape)}
        return self.node("Einsum", [a, b], [extents[letter] for letter in result], equation=equation)


def make_model(graphs, opset):
    """One model of several parts, each with inputs and an output of its own."""
    parts = {field: [item for graph in graphs for item in getattr(graph, field)]
             for field in ("nodes", "inputs", "outputs", "initializers")}
    whole = helper.make_graph(parts["nodes"], "spellings", parts["inputs"], parts["outputs"], parts["initializers"])
    domains = [helper.make_opsetid("", opset), helper.make_opsetid("com.microsoft", 1)]
    return helper.make_model(whole, opset_imports=domains, ir_version=8 if opset < 23 else 11)
