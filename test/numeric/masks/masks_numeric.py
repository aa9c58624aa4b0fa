# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Compiles attention with masks in many spellings with both backends, beside the evaluator.

usage: masks_numeric.py --bin DIR --work DIR [--only TEXT] [--faults]

Also checks how the remark names each mask, and that no tensor [queries, keys] is read where the mask is structure. With
--faults, masks are compared with other ones, -100 is pruned, and each must be found.
"""
import json
import pathlib
import re
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))
from executions import Model, find_difference, name_folder, parse_arguments, report, report_faults  # noqa: E402

from spellings import CASES  # noqa: E402

# Scores of up to 400 in f32.
TOLERANCE = 1e-5


def execute(model, backend, *options):
    """What the compiled model computes, or what went wrong, and the names of its masks."""
    remarks = model.folder / "remarks.json"
    got = model.execute(backend, f"--remarks={remarks}", *options)
    if isinstance(got, str):
        return got, ""
    return got, ";".join(record["mask"] for record in json.loads(remarks.read_text()) if record.get("mask"))


def captures_matrix(model, case):
    """Whether the attention reads a tensor of queries x keys."""
    captures = re.findall(r"captures\(.*? : (.*?)\) domain", model.lower("raise"))
    return any(f"{case.queries}x{case.keys}x" in capture for capture in captures)


def check(tools, folder, name, case, mask):
    model = Model(tools, folder, case.proto, case.inputs)
    wanted = model.evaluate()
    if isinstance(wanted, str):
        yield "evaluator", wanted
        return
    for backend in ("llvm", "auto"):
        got, masks = execute(model, backend)
        yield backend, find_difference(got, wanted, TOLERANCE)
    yield "remark", None if mask in masks else f"the mask is called '{masks}', not '{mask}'"
    kept = mask == "data" and name == "data" or name in ("shifted windows, -100", "bias and lowest")
    yield "captures", "a matrix is read" if captures_matrix(model, case) and not kept else None


def check_all(arguments):
    for name, case, mask in CASES:
        if arguments.only in name:
            for what, message in check(arguments.bin, arguments.work / name_folder(name), name, case, mask):
                yield f"{name}, {what}", message


def plant(arguments):
    """A fault per kind of mask."""
    cases = {name: case for name, case, _ in CASES}

    def make(folder, name):
        return Model(arguments.bin, arguments.work / folder, cases[name].proto, cases[name].inputs)
    for name, other in (("causal", "window"), ("block", "causal"), ("Trilu", "lowest, empty row"), ("-10000", "padding")):
        got, _ = execute(make("got", name), "auto")
        yield f"{name} for {other}", find_difference(got, make("wanted", other).evaluate(), TOLERANCE)
    # -100 does not hide a key whose score is far above the others: pruning it must show.
    model = make("far", "-100, far scores")
    got, masks = execute(model, "auto", "--approx-masks")
    message = find_difference(got, model.evaluate(), TOLERANCE)
    yield "-100 pruned", message if "as hidden (approximate)" in masks else None


if __name__ == "__main__":
    parsed = parse_arguments()
    sys.exit(report_faults(plant(parsed)) if parsed.faults else report(check_all(parsed)))
