# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""What the numeric tests of whole graphs share: a model in a folder, evaluated and compiled, and the report of their checks."""
import argparse
import pathlib
import re
import subprocess

import numpy
import onnx


def run(*command):
    return subprocess.run([str(part) for part in command], capture_output=True, text=True, timeout=120)


class Model:
    """A model in a folder, with the files of its inputs. What fails gives its message instead of results."""

    def __init__(self, tools, folder, proto, inputs):
        folder.mkdir(parents=True, exist_ok=True)
        self.tools, self.folder, self.path = tools, folder, folder / "model.onnx"
        self.outputs = [output.name for output in proto.graph.output]
        onnx.save(proto, self.path)
        for name, value in inputs.items():
            numpy.save(folder / f"{name}.npy", value)
        self.inputs = {name: folder / f"{name}.npy" for name in inputs}

    def evaluate(self, *options):
        """The outputs as the evaluator computes them."""
        result = run(self.tools / "fovea-evaluate", self.path, f"--output-dir={self.folder}", *options,
                     *(f"--input={name}={path}" for name, path in self.inputs.items()))
        if result.returncode:
            return result.stderr.strip()
        return [numpy.load(self.folder / f"{i}.npy") for i in range(len(self.outputs))]

    def execute(self, backend, *options):
        """The outputs of the model that foveac compiles."""
        library = self.folder / f"{backend}.so"
        paths = [self.folder / f"{backend}.{i}.npy" for i in range(len(self.outputs))]
        result = run(self.tools / "foveac", self.path, "-o", library, "--name=model", "--backend", backend, *options)
        if not result.returncode:
            result = run(self.tools / "fovea-run", library,
                         *(f"--input={name}=@{path}" for name, path in self.inputs.items()),
                         *(f"--output={name}=@{path}" for name, path in zip(self.outputs, paths)))
        return result.stderr.strip() if result.returncode else [numpy.load(path) for path in paths]

    def lower(self, phase):
        """The module after a phase."""
        result = run(self.tools / "foveac", self.path, f"--stop-after={phase}")
        return result.stderr.strip() if result.returncode else result.stdout


def find_difference(got, wanted, tolerance):
    """What is wrong with the outputs, or None: within the tolerance of the largest element, and not a number alike."""
    if isinstance(got, str):
        return got
    for i, (actual, exact) in enumerate(zip(got, map(numpy.asarray, wanted), strict=True)):
        if exact.dtype == bool:
            actual, exact = (array.astype(numpy.int8) for array in (actual, exact))
        if actual.shape != exact.shape:
            return f"output {i} has the shape {actual.shape}, expected {exact.shape}"
        if (numpy.isnan(actual) != numpy.isnan(exact)).any():
            return f"output {i} has other elements that are not numbers"
        error = numpy.nanmax(numpy.abs(actual - exact), initial=0) / (numpy.nanmax(numpy.abs(exact), initial=0) or 1)
        if not error <= tolerance:
            return f"output {i} differs by {error:.2e}"
    return None


def name_folder(name):
    return re.sub(r"\W+", "-", name)


def parse_arguments():
    parser = argparse.ArgumentParser()
    parser.add_argument("--bin", type=pathlib.Path, required=True, help="where the tools are")
    parser.add_argument("--work", type=pathlib.Path, required=True, help="a folder to write to")
    parser.add_argument("--only", default="", help="run the cases whose name holds this")
    parser.add_argument("--faults", action="store_true", help="plant faults, which must be found")
    return parser.parse_args()


def report(checks):
    """Prints what failed of (name, message or None) and how many hold; the exit status."""
    failures = count = 0
    for name, message in checks:
        count += 1
        if message:
            failures += 1
            print(f"{name}: {message}", flush=True)
    print(f"{count - failures} of {count} checks hold")
    return 1 if failures or not count else 0


def report_faults(faults):
    """Prints the difference that each planted fault makes, (name, message or None); the exit status."""
    missed = count = 0
    for name, message in faults:
        count += 1
        missed += not (message or "").startswith("output ")
        print(f"{name}: {message or 'not seen'}", flush=True)
    return 1 if missed or not count else 0
