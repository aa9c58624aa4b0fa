# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Runs models with recurrent layers, loops, scans and branches in three executions, beside NumPy in double.

usage: control_numeric.py --bin DIR --work DIR [--only TEXT] [--faults]

Prints every case that differs and exits with 1. With --faults, NumPy makes one mistake after the other, and each must be
found.
"""
import argparse
import pathlib
import subprocess
import sys

import numpy
import onnx

from control import programs
from recurrent import layers

TOLERANCE = 2e-5


def run(command):
    return subprocess.run([str(part) for part in command], capture_output=True, text=True, timeout=120)


class Model:
    """A model in a folder, with the files of its inputs."""

    def __init__(self, folder, proto, inputs):
        folder.mkdir(parents=True, exist_ok=True)
        self.folder, self.path = folder, folder / "model.onnx"
        self.outputs = [output.name for output in proto.graph.output]
        onnx.save(proto, self.path)
        for name, value in inputs.items():
            numpy.save(folder / f"{name}.npy", value)
        self.inputs = {name: folder / f"{name}.npy" for name in inputs}

    def evaluate(self, tools, *options):
        """The outputs as the evaluator computes them, or what it says."""
        result = run([tools / "fovea-evaluate", self.path, f"--output-dir={self.folder}", *options,
                      *(f"--input={name}={path}" for name, path in self.inputs.items())])
        if result.returncode:
            return result.stderr
        return [numpy.load(self.folder / f"{i}.npy") for i in range(len(self.outputs))]

    def compile(self, tools, backend):
        result = run([tools / "foveac", self.path, "-o", self.folder / f"{backend}.so", "--name=model", "--backend", backend])
        return result.stderr if result.returncode else None

    def execute(self, tools, backend):
        """The outputs that the compiled model computes, or the error of its run."""
        result = run([tools / "fovea-run", self.folder / f"{backend}.so",
                      *(f"--input={name}=@{path}" for name, path in self.inputs.items()),
                      *(f"--output={name}=@{self.folder}/{backend}.{i}.npy" for i, name in enumerate(self.outputs))])
        if result.returncode:
            return result.stderr
        return [numpy.load(self.folder / f"{backend}.{i}.npy") for i in range(len(self.outputs))]


def compare(got, wanted):
    """What is wrong, or None."""
    if isinstance(got, str):
        return got.strip()
    for i, (actual, exact) in enumerate(zip(got, wanted, strict=True)):
        if actual.shape != numpy.shape(exact):
            return f"output {i} has the shape {actual.shape}, expected {numpy.shape(exact)}"
        error = numpy.abs(actual - exact).max() / max(1, numpy.abs(exact).max()) if actual.size else 0
        if not error <= TOLERANCE:
            return f"output {i} differs by {error:.2e}"
    return None


def check_layer(tools, folder, layer, wanted):
    model = Model(folder, layer.model(), layer.inputs())
    yield "evaluator", compare(model.evaluate(tools), wanted)
    yield "simplified", compare(model.evaluate(tools, "--simplify"), wanted)
    for backend in ("llvm", "auto"):
        yield backend, model.compile(tools, backend) or compare(model.execute(tools, backend), wanted)


def check_program(tools, folder, program):
    model = Model(folder, program.proto, program.inputs)
    if program.wanted is not None:
        yield "evaluator", compare(model.evaluate(tools), program.wanted)
    for backend in ("llvm", "auto"):
        if (message := model.compile(tools, backend)) is not None:
            yield backend, message
            continue
        got = model.execute(tools, backend)
        if program.wanted is not None:
            yield backend, compare(got, program.wanted)
        elif not isinstance(got, str) or "other extents than declared" not in got:
            yield backend, f"expected a run that ends with an error, got {got}"
        else:
            yield backend, None


def main():
    arguments = argparse.ArgumentParser()
    arguments.add_argument("--bin", type=pathlib.Path, required=True)
    arguments.add_argument("--work", type=pathlib.Path, required=True)
    arguments.add_argument("--only", default="")
    arguments.add_argument("--faults", action="store_true")
    arguments = arguments.parse_args()
    chosen = [(name, layer) for name, layer in layers() if arguments.only in name]
    if arguments.faults:
        missed = 0
        for fault, name in (("direction", "GRU reverse"), ("lengths", "LSTM lengths")):
            layer = dict(chosen)[name]
            found = [execution for execution, message in
                     check_layer(arguments.bin, arguments.work / "fault", layer, layer.run(fault)) if message]
            print(f"{name}: {fault}: found by {', '.join(found) or 'nobody'}")
            missed += len(found) != 4
        return 1 if missed else 0
    failures = count = 0
    for name, layer in chosen:
        for execution, message in check_layer(arguments.bin, arguments.work / name.replace(" ", "-"), layer, layer.run()):
            count += 1
            if message:
                failures += 1
                print(f"{name}, {execution}: {message}")
    for program in programs():
        if arguments.only not in program.name:
            continue
        for execution, message in check_program(arguments.bin, arguments.work / program.name.replace(" ", "-"), program):
            count += 1
            if message:
                failures += 1
                print(f"{program.name}, {execution}: {message}")
    print(f"{count - failures} of {count} runs agree")
    return 1 if failures or not count else 0


if __name__ == "__main__":
    sys.exit(main())
