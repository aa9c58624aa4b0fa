# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Runs exported models through fovea-evaluate, as imported and simplified, and compares every output.

usage: fixtures.py --bin DIR [--filter REGEX] EXPORTS

EXPORTS holds a manifest.json and one folder per model, with a second data set for dynamic ones.
"""
import argparse
import json
import pathlib
import re
import subprocess
import sys
import tempfile

import numpy


def bind_dimensions(declared, arrays):
    """The value of every named dimension, read off the arrays' shapes."""
    return {extent: value for name, shape in declared.items() for extent, value in zip(shape, arrays[name].shape)
            if isinstance(extent, str)}


def check(tool, folder, case, suffix, flags):
    """What is wrong with one run, or nothing."""
    inputs = numpy.load(folder / f"inputs{suffix}.npz")
    outputs = numpy.load(folder / f"outputs{suffix}.npz")
    with tempfile.TemporaryDirectory() as name:
        work = pathlib.Path(name)
        command = [tool, folder / "model.onnx", f"--output-dir={work}", *flags]
        command += [f"--dim={dim}={value}" for dim, value in bind_dimensions(case["inputs"], inputs).items()]
        for index, key in enumerate(inputs.files):
            numpy.save(work / f"input-{index}.npy", numpy.ascontiguousarray(inputs[key]))
            command.append(f"--input={key}={work}/input-{index}.npy")
        run = subprocess.run(command, capture_output=True, text=True, timeout=300)
        if run.returncode != 0:
            return f"exit code {run.returncode}: {run.stderr}"
        for index, key in enumerate(outputs.files):
            got, expected = numpy.load(work / f"{index}.npy"), outputs[key]
            if got.shape != expected.shape:
                return f"{key}: {got.shape}, expected {expected.shape}"
            error = numpy.abs(got.astype(numpy.float64) - expected).max() / numpy.abs(expected).max()
            if not error <= case["rtol"]:
                return f"{key}: relative error {error}, tolerance {case['rtol']}"
    return None


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--bin", type=pathlib.Path, required=True)
    parser.add_argument("--filter", default="")
    parser.add_argument("exports", type=pathlib.Path)
    arguments = parser.parse_args()
    failures = []
    runs = 0
    for case in json.loads((arguments.exports / "manifest.json").read_text()):
        folder = arguments.exports / case["name"]
        if not folder.exists() or not re.search(arguments.filter, case["name"]):
            continue
        for suffix in ("", "2") if case["second_data_set"] else ("",):
            for flags in ([], ["--simplify"]):
                runs += 1
                wrong = check(arguments.bin / "fovea-evaluate", folder, case, suffix, flags)
                if wrong:
                    failures.append(f"{case['name']}{suffix} {flags}: {wrong}")
    print(f"{runs} runs, {len(failures)} failures")
    if failures or not runs:
        sys.exit("\n".join(failures) or "no model was found")


main()
