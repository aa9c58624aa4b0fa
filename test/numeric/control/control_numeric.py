# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Runs models with recurrent layers, loops, scans, branches and selected rows in three executions, beside NumPy in double.

usage: control_numeric.py --bin DIR --work DIR [--only TEXT] [--faults]

Prints every case that differs and exits with 1. With --faults, NumPy makes one mistake after the other, and each must be
found by every execution.
"""
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))
from executions import Model, find_difference, name_folder, parse_arguments, report, report_faults  # noqa: E402

from control import programs  # noqa: E402
from recurrent import layers  # noqa: E402
from selections import selections  # noqa: E402

TOLERANCE = 2e-5


def check_layer(tools, folder, layer, wanted):
    model = Model(tools, folder, layer.model(), layer.inputs())
    yield "evaluator", find_difference(model.evaluate(), wanted, TOLERANCE)
    yield "simplified", find_difference(model.evaluate("--simplify"), wanted, TOLERANCE)
    for backend in ("llvm", "auto"):
        yield backend, find_difference(model.execute(backend), wanted, TOLERANCE)


def check_program(tools, folder, program):
    model = Model(tools, folder, program.proto, program.inputs)
    if program.wanted is not None:
        yield "evaluator", find_difference(model.evaluate(), program.wanted, TOLERANCE)
    for backend in ("llvm", "auto"):
        got = model.execute(backend)
        if program.wanted is not None:
            yield backend, find_difference(got, program.wanted, TOLERANCE)
        elif not isinstance(got, str) or "other extents than declared" not in got:
            yield backend, f"expected a run that ends with an error, got {got}"
        else:
            yield backend, None


def check_all(arguments):
    cases = [(name, check_layer, layer, layer.run()) for name, layer in layers()]
    cases += [(program.name, check_program, program) for program in [*programs(), *selections()]]
    for name, check, *case in cases:
        if arguments.only in name:
            for execution, message in check(arguments.bin, arguments.work / name_folder(name), *case):
                yield f"{name}, {execution}", message


def plant(arguments):
    for fault, name in (("direction", "GRU reverse"), ("lengths", "LSTM lengths")):
        layer = dict(layers())[name]
        for execution, message in check_layer(arguments.bin, arguments.work / "fault", layer, layer.run(fault)):
            yield f"{name}, {fault}, {execution}", message
    repeated = next(program for program in selections(fault=True) if program.name == "expert add some")
    for execution, message in check_program(arguments.bin, arguments.work / "fault", repeated):
        yield f"{repeated.name}, {execution}", message


if __name__ == "__main__":
    parsed = parse_arguments()
    sys.exit(report_faults(plant(parsed)) if parsed.faults else report(check_all(parsed)))
