# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Raises and compiles rotary embeddings in many spellings, beside what they compute by definition.

usage: rotary_numeric.py --bin DIR --work DIR [--only TEXT] [--faults]

Spellings of one meaning must have the same raised form; what is no rotation must stay and agree with the evaluator. With
--faults, results are compared with those of the opposite angles, and each must be found.
"""
import argparse
import pathlib
import re
import subprocess
import sys

import numpy
import onnx

from spellings_of_rotation import ALIKE, CASES, OTHERS

TOLERANCE = 2e-6


def run(command):
    return subprocess.run([str(part) for part in command], capture_output=True, text=True, timeout=120)


class Model:
    def __init__(self, tools, folder, case):
        self.tools, self.folder = tools, folder
        self.graph, model, self.result = case.build()
        folder.mkdir(parents=True, exist_ok=True)
        onnx.save(model, folder / "model.onnx")
        for name, value in self.graph.inputs.items():
            numpy.save(folder / f"{name}.npy", value)

    def evaluate(self):
        result = run([self.tools / "fovea-evaluate", self.folder / "model.onnx", f"--output-dir={self.folder}",
                      *(f"--input={name}={self.folder}/{name}.npy" for name in self.graph.inputs)])
        return result.stderr if result.returncode else numpy.load(self.folder / "0.npy")

    def execute(self, backend):
        library = self.folder / f"{backend}.so"
        result = run([self.tools / "foveac", self.folder / "model.onnx", "-o", library, "--name=model", "--backend", backend])
        if result.returncode:
            return result.stderr
        output = self.folder / f"{backend}.npy"
        result = run([self.tools / "fovea-run", library, f"--output={self.result}=@{output}",
                      *(f"--input={name}=@{self.folder}/{name}.npy" for name in self.graph.inputs)])
        return result.stderr if result.returncode else numpy.load(output)

    def raised(self):
        """The ops after raising, without names of values and places; constants by what they hold."""
        result = run([self.tools / "foveac", self.folder / "model.onnx", "--stop-after=raise", "-o", self.folder / "raise.mlir"])
        if result.returncode:
            return result.stderr
        text = (self.folder / "raise.mlir").read_text()
        body = [re.sub(r" loc\(.*?\)\)?$", "", line.strip()) for line in text.splitlines() if " onnx." in line]
        return "\n".join(re.sub(r"%\w+", "%", line) for line in body if "onnx.Identity" not in line)


def compare(got, wanted):
    if isinstance(got, str):
        return got.strip()
    error = numpy.max(numpy.abs(got - wanted)) / max(1, numpy.max(numpy.abs(wanted)))
    return None if error <= TOLERANCE else f"differs by {error:.2e}"


def check(tools, folder, case):
    model = Model(tools, folder, case)
    evaluated = model.evaluate()
    if isinstance(evaluated, str):
        yield "evaluator", evaluated
        return
    wanted = evaluated
    if case.ops:
        wanted = case.expected(model.graph)
        yield "evaluator", compare(evaluated, wanted)
    for backend in ("llvm", "auto"):
        yield backend, compare(model.execute(backend), wanted)
    text = model.raised()
    count = text.count("onnx.RotaryEmbedding")
    yield "raised", None if count == case.ops else f"{count} rotary embeddings, not {case.ops}:\n{text}"
    if case.ops:
        yield "remains", text if re.search(r"onnx\.(Add|Sub|Neg|Concat) ", text) and "Cos" not in text else None


def check_alike(tools, folder):
    for names in ALIKE:
        forms = [Model(tools, folder / re.sub(r"\W+", "-", name), CASES[name]).raised() for name in names]
        for name, form in zip(names, forms):
            yield f"{name} as {names[0]}", None if form == forms[0] else f"\n{form}\nis not\n{forms[0]}"


def plant(tools, folder):
    missed = 0
    for name in ("half", "neighbours", "partial", "prefix", "computed"):
        model = Model(tools, folder / "fault", CASES[name])
        message = compare(model.execute("auto"), CASES[name].expected(model.graph, faulty=True))
        print(f"{name}, opposite angles: {message or 'not seen'}")
        missed += message is None
    return missed


def main():
    arguments = argparse.ArgumentParser()
    arguments.add_argument("--bin", type=pathlib.Path, required=True)
    arguments.add_argument("--work", type=pathlib.Path, required=True)
    arguments.add_argument("--only", default="")
    arguments.add_argument("--faults", action="store_true")
    arguments = arguments.parse_args()
    if arguments.faults:
        return 1 if plant(arguments.bin, arguments.work) else 0
    checks = [(f"{name}, {what}", message) for name, case in {**CASES, **OTHERS}.items() if arguments.only in name
              for what, message in check(arguments.bin, arguments.work / re.sub(r"\W+", "-", name), case)]
    if not arguments.only:
        checks += check_alike(arguments.bin, arguments.work)
    failures = [f"{name}: {message}" for name, message in checks if message]
    print(*failures, f"{len(checks) - len(failures)} of {len(checks)} checks hold", sep="\n")
    return 1 if failures or not checks else 0


if __name__ == "__main__":
    sys.exit(main())
