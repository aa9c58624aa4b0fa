# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Compares the executions of graphs."""
import ml_dtypes
import numpy
import onnx

import execute
from graph import make_model

# Values that two executions may swap without being wrong about them.
SWAPS = {"Add": "Sub", "Mul": "Add", "Max": "Min", "Min": "Max", "Exp": "Tanh", "ReduceMax": "ReduceMin", "Floor": "Ceil"}


def load(path, dtype):
    array = numpy.load(path)
    if dtype == "bfloat16":
        array = array.view(ml_dtypes.bfloat16)
    return array.astype(numpy.longdouble) if array.dtype.kind in "fV" or dtype == "bfloat16" else array


class Checker:
    """Runs graphs in every execution. `plant` puts a fault between them, which has to be found."""

    def __init__(self, tools, plant=None):
        self.tools = tools
        self.plant = plant

    def can_plant(self, graph):
        if self.plant == "value":
            return graph.values[graph.outputs[0]].size > 0
        return any(node.op in SWAPS for node in graph.nodes)

    def write(self, graphs, folder):
        """The model and its inputs, as files; returns the inputs by name."""
        folder.mkdir(parents=True, exist_ok=True)
        onnx.save(make_model(graphs), folder / "model.onnx")
        inputs = {}
        for graph in graphs:
            for name in graph.inputs():
                array = graph.leaves[name]
                inputs[name] = folder / f"{name}.npy"
                stored = array.view(numpy.uint16) if array.dtype.name == "bfloat16" else array
                numpy.save(inputs[name], numpy.ascontiguousarray(stored).reshape(array.shape))
        return inputs

    def find_fault(self, graphs, folder):
        """A message about the first difference or failure, or nothing."""
        inputs = self.write(graphs, folder)
        values = [graph.values[name] for graph in graphs for name in graph.outputs]
        outputs = [value.name for value in values]
        reference = None
        for execution in execute.EXECUTIONS:
            model = folder / "model.onnx"
            if self.plant == "operator" and execution == "default":
                model = self.write_swapped(graphs, folder)
            stage, paths = execute.execute(self.tools, execution, model, {}, inputs, outputs, folder / execution)
            if stage:
                return f"{execution}: {stage}: {paths}"
            if reference is None:
                reference = paths
                continue
            for number, value in enumerate(values):
                expected, actual = load(reference[number], value.dtype), load(paths[number], value.dtype)
                if self.plant == "value" and number == 0 and execution == "default" and actual.size:
                    actual = actual.copy()
                    element = actual.ravel()
                    element[0] = not element[0] if value.dtype == "bool" else element[0] + 1 + 100 * value.error
                    actual = element.reshape(actual.shape)
                message = self.compare(value, actual, expected)
                if message:
                    return f"{execution}: {message}"
        return None

    @staticmethod
    def compare(value, actual, expected):
        if actual.shape != expected.shape or expected.shape != value.shape:
            return f"{value.name} has shape {actual.shape}, the evaluator's has {expected.shape}, expected {value.shape}"
        if expected.dtype.kind in "iub":
            wrong = actual != expected
        else:
            wrong = ~((actual == expected) | (numpy.isnan(actual) & numpy.isnan(expected)) |
                      (numpy.abs(actual - expected) <= 8 * value.error))
        if not wrong.any():
            return None
        where = tuple(int(i) for i in numpy.argwhere(wrong)[0]) if wrong.ndim else ()
        return (f"{value.name} differs in {int(wrong.sum())} of {wrong.size} elements; at {list(where)}: {actual[where]}, "
                f"the evaluator says {expected[where]}, they may differ by {8 * value.error:.3g}")

    @staticmethod
    def write_swapped(graphs, folder):
        """The model with one operator exchanged for another."""
        model = onnx.load(folder / "model.onnx")
        for node in model.graph.node[::-1]:
            if node.op_type in SWAPS:
                node.op_type = SWAPS[node.op_type]
                break
        onnx.save(model, folder / "swapped.onnx")
        return folder / "swapped.onnx"
