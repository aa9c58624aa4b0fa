# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Compiles one exported model with foveac, runs it with fovea-run, and compares every output.

usage: fixture.py --bin DIR --backend auto|llvm FIXTURE

FIXTURE is a folder of test/fixtures/exports: model.onnx, inputs.npz and outputs.npz, and for dynamic models a second
data set of another batch and length. The manifest beside it gives the tolerance and the number of attention sites,
all of which must be raised, and compute what the replaced nodes do.
"""
import argparse
import json
import pathlib
import subprocess
import sys
import tempfile

import numpy


def run(command):
    result = subprocess.run([str(part) for part in command], capture_output=True, text=True)
    if result.returncode != 0:
        sys.exit(f"{' '.join(map(str, command))}\nexit code {result.returncode}\n{result.stdout}{result.stderr}")
    return result.stdout


def bind_dimensions(declared, arrays):
    """The value of every named dimension, read off the arrays' shapes."""
    values = {}
    for name, shape in declared.items():
        for extent, value in zip(shape, arrays[name].shape):
            if isinstance(extent, str):
                values[extent] = value
    return values


def check(bin_dir, backend, fixture, case, suffix, work):
    inputs = numpy.load(fixture / f"inputs{suffix}.npz")
    outputs = numpy.load(fixture / f"outputs{suffix}.npz")
    library = work / f"model{suffix}.so"
    dims = bind_dimensions(case["inputs"], inputs)
    run([bin_dir / "foveac", fixture / "model.onnx", "-o", library, "--name", "model", "--backend", backend, "--self-check",
         "--require-fused", case["attn_min"], *[f"--dim={name}={value}" for name, value in dims.items()]])
    command = [bin_dir / "fovea-run", library, "--json", "--rtol", case["rtol"], "--atol", "0", "--threads", "2"]
    for flag, arrays in (("--input", inputs), ("--expect", outputs)):
        for name in arrays.files:
            path = work / f"{flag[2:]}{suffix}-{len(command)}.npy"
            numpy.save(path, numpy.ascontiguousarray(arrays[name]))
            command += [flag, f"{name}=@{path}"]
    print(fixture.name, backend, dims or "static", run(command).strip())


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--bin", type=pathlib.Path, required=True)
    parser.add_argument("--backend", default="auto")
    parser.add_argument("fixture", type=pathlib.Path)
    arguments = parser.parse_args()
    manifest = json.loads((arguments.fixture.parent / "manifest.json").read_text())
    case = next(case for case in manifest if case["name"] == arguments.fixture.name)
    with tempfile.TemporaryDirectory() as work:
        for suffix in ("", "2") if case["second_data_set"] else ("",):
            check(arguments.bin, arguments.backend, arguments.fixture, case, suffix, pathlib.Path(work))


if __name__ == "__main__":
    main()
