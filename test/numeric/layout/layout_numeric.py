# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Attention blocks over windows, grids, rows and columns: both backends beside the evaluator, and no byte moved.

usage: layout_numeric.py --bin DIR --work DIR [--only TEXT] [--faults]

Between the first and the last product of a block no kernel may only move data. Prints every case that differs and exits
with 1. With --faults, the compiled block shifts by one more than the evaluated one, which must be found.
"""
import argparse
import dataclasses
import math
import pathlib
import re
import subprocess
import sys

import numpy
import onnx

from blocks import BLOCKS

TOLERANCE = 2e-5
ISLAND = re.compile(r"kernel\.island <(\w+)> -> (?:\(?)tensor<([\dx]+)xf32>")


def run(*command):
    return subprocess.run([str(part) for part in command], capture_output=True, text=True, timeout=120)


def moved_bytes(text):
    """What elementwise islands between products write."""
    islands = ISLAND.findall(text)
    products = [i for i, (anchor, _) in enumerate(islands) if anchor == "contraction"]
    between = islands[products[0]:products[-1]]
    return sum(4 * math.prod(map(int, shape.split("x"))) for anchor, shape in between if anchor == "elementwise")


def check(tools, folder, block, compiled):
    """What is wrong with the compiled block, one line each, beside the evaluation of the other."""
    folder.mkdir(parents=True, exist_ok=True)
    paths = folder / "evaluated.onnx", folder / "compiled.onnx"
    for path, proto in zip(paths, (block.model(), compiled.model())):
        onnx.save(proto, path)
    shape = block.batch, block.height, block.width, block.channels
    numpy.save(folder / "x.npy", numpy.random.default_rng(9).standard_normal(shape).astype(numpy.float32))
    evaluated = run(tools / "fovea-evaluate", paths[0], f"--output-dir={folder}", f"--input=x={folder}/x.npy")
    if evaluated.returncode:
        yield evaluated.stderr.strip()
        return
    wanted = numpy.load(folder / "0.npy")
    fused = run(tools / "foveac", paths[1], "--stop-after=fuse")
    if count := moved_bytes(fused.stdout):
        yield f"{count} bytes are moved between the products"
    for backend in ("llvm", "halide"):
        library, output = folder / f"{backend}.so", folder / f"{backend}.npy"
        result = run(tools / "foveac", paths[1], "-o", library, "--name=model", "--backend", backend)
        if not result.returncode:
            result = run(tools / "fovea-run", library, f"--input=x=@{folder}/x.npy", f"--output=y=@{output}")
        if result.returncode:
            yield f"{backend}: {result.stderr.strip()}"
            continue
        error = numpy.abs(numpy.load(output) - wanted).max() / numpy.abs(wanted).max()
        if not error <= TOLERANCE:
            yield f"{backend}: differs by {error:.2e}"


def main():
    arguments = argparse.ArgumentParser()
    arguments.add_argument("--bin", type=pathlib.Path, required=True)
    arguments.add_argument("--work", type=pathlib.Path, required=True)
    arguments.add_argument("--only", default="")
    arguments.add_argument("--faults", action="store_true")
    arguments = arguments.parse_args()
    failures = 0
    for number, block in enumerate(BLOCKS):
        if arguments.only not in str(block) or (arguments.faults and block.shift != 3):
            continue
        compiled = dataclasses.replace(block, shift=block.shift + 1) if arguments.faults else block
        messages = list(check(arguments.bin, arguments.work / str(number), block, compiled))
        if arguments.faults:
            messages = [] if len(messages) >= 2 else ["the shift by one more goes unnoticed"]
        for message in messages:
            print(f"{block}: {message}")
        failures += bool(messages)
    print(f"{failures} blocks fail")
    return failures != 0


if __name__ == "__main__":
    sys.exit(main())
