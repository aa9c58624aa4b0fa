# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Compiles attention with more than a scale and a mask with both backends, beside the evaluator.

usage: regions_numeric.py --bin DIR --work DIR [--only TEXT] [--faults]

Also checks what the remark says of the form, and the raise itself (--self-check). With --faults, what is compiled has other
weights than what is evaluated, which must be found.
"""
import json
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))
from executions import Model, find_difference, name_folder, parse_arguments, report, report_faults  # noqa: E402

from forms import CASES  # noqa: E402

TOLERANCE = 1e-5


def describe(remarks):
    """The form of every site, or its refusal."""
    return [record["form"] if record["status"] == "raised" else f"{record['code']} at {record['node']}"
            for record in json.loads(remarks.read_text()) if "site" in record]


def is_expected(forms, parts):
    """Whether the sites have these parts: one's text, a tuple of several, or None where all are refused."""
    if parts is None:
        return bool(forms) and all("ATTN-R" in form for form in forms)
    found = [form.removeprefix("decomposed ") for form in forms]
    return found == [f"softmax: {part}" if part else "softmax" for part in (parts if isinstance(parts, tuple) else (parts,))]


def check(arguments):
    for name, make in CASES.items():
        if arguments.only not in name:
            continue
        site = make()
        model = Model(arguments.bin, arguments.work / name_folder(name), site.proto, site.inputs)
        wanted = model.evaluate()
        if isinstance(wanted, str):
            yield name, wanted
            continue
        for backend in ("llvm", "halide"):
            remarks = model.folder / "remarks.json"
            got = model.execute(backend, "--self-check", f"--remarks={remarks}")
            yield f"{name}, {backend}", find_difference(got, wanted, TOLERANCE)
            forms = [] if isinstance(got, str) else describe(remarks)
            yield f"{name}, {backend}, form", None if is_expected(forms, site.parts) else f"{forms}, not {site.parts}"


def plant(arguments):
    for name, make in CASES.items():
        site, other = make(), make(shift=0.01)
        if arguments.only not in name or not site.has_weights:
            continue
        folder = arguments.work / "fault"
        wanted = Model(arguments.bin, folder, site.proto, site.inputs).evaluate()
        model = Model(arguments.bin, folder, other.proto, site.inputs)
        for backend in ("llvm", "halide"):
            yield f"{name}, {backend}", find_difference(model.execute(backend), wanted, TOLERANCE)


if __name__ == "__main__":
    parsed = parse_arguments()
    sys.exit(report_faults(plant(parsed)) if parsed.faults else report(check(parsed)))
