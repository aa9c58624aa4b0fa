# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Runs single operators in three executions, many in one model, beside NumPy.

usage: operators_numeric.py --bin DIR --work DIR [--only TEXT] [--faults]

Prints every case that differs and exits with 1. With --faults the expected results are changed, which must be found.
"""
import itertools
import pathlib
import sys

import numpy
from onnx import helper, numpy_helper

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))
from executions import Model, find_difference, parse_arguments, report, report_faults  # noqa: E402

from operators import cases  # noqa: E402

TOLERANCE = 2e-6


def describe(name, array):
    return helper.make_tensor_value_info(name, helper.np_dtype_to_tensor_dtype(array.dtype), array.shape)


def make_model(group, opset):
    """All cases of an opset as nodes of one model, and its inputs."""
    nodes, inputs, initializers, outputs = [], {}, [], []
    for number, case in enumerate(group):
        names = [f"x{number}_{i}" if array is not None else "" for i, array in enumerate(case.inputs)]
        results = [f"y{number}_{i}" for i in range(len(case.wanted))]
        first, *rest = case.op.split()
        operands = names[:len(names) - len(rest)]
        for i, (op, more) in enumerate(zip([first, *rest], [[], *([name] for name in names[len(operands):])])):
            operands = [f"t{number}_{i}", *more] if i else operands
            written = results if i == len(rest) else [f"t{number}_{i + 1}"]
            nodes.append(helper.make_node(op, operands, written, name=f"{case.name}, {op}", domain=case.domain, **case.attributes))
        for i, (name, array) in enumerate(zip(names, case.inputs)):
            if i in case.constants:
                initializers.append(numpy_helper.from_array(array, name))
            elif name:
                inputs[name] = array
        outputs += map(describe, results, case.wanted)
    graph = helper.make_graph(nodes, "operators", [describe(*item) for item in inputs.items()], outputs, initializers)
    opsets = [helper.make_opsetid("", opset), helper.make_opsetid("com.microsoft", 1)]
    return helper.make_model(graph, opset_imports=opsets, ir_version=10), inputs


def check_all(arguments, change=lambda array: array):
    chosen = sorted((case for case in cases() if arguments.only in case.name), key=lambda case: case.opset)
    for opset, group in itertools.groupby(chosen, key=lambda case: case.opset):
        group = list(group)
        model = Model(arguments.bin, arguments.work / str(opset), *make_model(group, opset))
        for execution, got in (("evaluator", model.evaluate()), ("llvm", model.execute("llvm")), ("auto", model.execute("auto"))):
            results = iter(got if not isinstance(got, str) else ())
            for case in group:
                wanted = [change(array) for array in case.wanted]
                mine = got if isinstance(got, str) else [next(results) for _ in wanted]
                yield f"{case.name}, {execution}", find_difference(mine, wanted, TOLERANCE)


def plant(arguments):
    """Every result that has elements, one of them changed."""
    def spoil(array):
        changed = array.astype(numpy.float64)
        changed.reshape(-1)[-1:] += 1
        return changed
    empty = {case.name for case in cases() if not all(array.size for array in case.wanted)}
    return ((name, message) for name, message in check_all(arguments, spoil) if name.rsplit(",", 1)[0] not in empty)


if __name__ == "__main__":
    parsed = parse_arguments()
    sys.exit(report_faults(plant(parsed)) if parsed.faults else report(check_all(parsed)))
