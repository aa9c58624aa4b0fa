# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Compiles attention with masks in many spellings with both backends, beside the evaluator.

usage: masks_numeric.py --bin DIR --work DIR [--only TEXT] [--faults]

Also checks how the remark names each mask, and that no tensor [queries, keys] is read where the mask is structure. With
--faults, masks are compared with other ones, -100 is pruned, and each must be found.
"""
import argparse
import json
import pathlib
import re
import subprocess
import sys

import numpy
import onnx

from spellings import CASES

# Scores of up to 400 in f32.
TOLERANCE = 1e-5


def run(command):
    return subprocess.run([str(part) for part in command], capture_output=True, text=True, timeout=120)


def evaluate(tools, folder, case):
    folder.mkdir(parents=True, exist_ok=True)
    onnx.save(case.proto, folder / "model.onnx")
    for name, value in case.inputs.items():
        numpy.save(folder / f"{name}.npy", value)
    result = run([tools / "fovea-evaluate", folder / "model.onnx", f"--output-dir={folder}",
                  *(f"--input={name}={folder}/{name}.npy" for name in case.inputs)])
    return result.stderr if result.returncode else numpy.load(folder / "0.npy")


def execute(tools, folder, case, backend, *options):
    """What the compiled model computes, or what went wrong, and the names of its masks."""
    library, remarks = folder / f"{backend}.so", folder / "remarks.json"
    result = run([tools / "foveac", folder / "model.onnx", "-o", library, "--name=model", "--backend", backend,
                  f"--remarks={remarks}", *options])
    if result.returncode:
        return result.stderr, ""
    masks = [record["mask"] for record in json.loads(remarks.read_text()) if record.get("mask")]
    result = run([tools / "fovea-run", library, *(f"--input={name}=@{folder}/{name}.npy" for name in case.inputs),
                  f"--output={case.result}=@{folder}/{backend}.npy"])
    return (result.stderr if result.returncode else numpy.load(folder / f"{backend}.npy")), ";".join(masks)


def captures_matrix(tools, folder, case):
    """Whether the attention reads a tensor of queries x keys."""
    result = run([tools / "foveac", folder / "model.onnx", "--stop-after=raise", "-o", folder / "raise.mlir"])
    text = (folder / "raise.mlir").read_text() if not result.returncode else result.stderr
    captures = re.findall(r"captures\(.*? : (.*?)\) domain", text)
    return any(f"{case.queries}x{case.keys}x" in capture for capture in captures)


def compare(got, wanted):
    if isinstance(got, str):
        return got.strip()
    if not (numpy.isnan(got) == numpy.isnan(wanted)).all():
        return "other rows are not numbers"
    error = numpy.nanmax(numpy.abs(got - wanted)) / max(1, numpy.nanmax(numpy.abs(wanted)))
    return None if error <= TOLERANCE else f"differs by {error:.2e}"


def check(tools, folder, name, case, mask):
    wanted = evaluate(tools, folder, case)
    if isinstance(wanted, str):
        yield "evaluator", wanted
        return
    for backend in ("llvm", "auto"):
        got, masks = execute(tools, folder, case, backend)
        yield backend, compare(got, wanted)
    yield "remark", None if mask in masks else f"the mask is called '{masks}', not '{mask}'"
    kept = mask == "data" and name == "data" or name in ("shifted windows, -100", "bias and lowest")
    yield "captures", "a matrix is read" if captures_matrix(tools, folder, case) and not kept else None


def plant(tools, folder):
    """A fault per kind of mask: how many were not seen."""
    missed = 0
    by_name = {name: case for name, case, _ in CASES}
    for name, other in (("causal", "window"), ("block", "causal"), ("Trilu", "lowest, empty row"), ("-10000", "padding")):
        wanted = evaluate(tools, folder / "wanted", by_name[other])
        evaluate(tools, folder / "got", by_name[name])
        got, _ = execute(tools, folder / "got", by_name[name], "auto")
        message = compare(got, wanted)
        print(f"{name} for {other}: {message or 'not seen'}")
        missed += message is None
    # -100 does not hide a key whose score is far above the others: pruning it must show.
    case = by_name["-100, far scores"]
    wanted = evaluate(tools, folder / "far", case)
    got, masks = execute(tools, folder / "far", case, "auto", "--approx-masks")
    message = compare(got, wanted)
    print(f"-100 pruned: {message or 'not seen'}, {masks}")
    missed += message is None or "as hidden (approximate)" not in masks
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
    failures = count = 0
    for name, case, mask in CASES:
        if arguments.only not in name:
            continue
        for what, message in check(arguments.bin, arguments.work / re.sub(r"\W+", "-", name), name, case, mask):
            count += 1
            if message:
                failures += 1
                print(f"{name}, {what}: {message}")
    print(f"{count - failures} of {count} checks hold")
    return 1 if failures or not count else 0


if __name__ == "__main__":
    sys.exit(main())
