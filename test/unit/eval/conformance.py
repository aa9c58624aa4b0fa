# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Runs the single-operator cases of the onnx package through fovea-evaluate and compares every output.

usage: conformance.py --bin DIR [--filter REGEX] [--verbose]

Cases of operators, types and opsets that the importer refuses as unsupported are counted, not failed; what is imported
must be right. EXPECTED_FAILURES lists the cases that are refused for another stated reason; one that passes is a failure
too, so that the list stays true.
"""
import argparse
import collections
import pathlib
import re
import subprocess
import sys
import tempfile
import warnings

import numpy
import onnx

warnings.filterwarnings("ignore")
from onnx.backend.test.case.node import collect_testcases  # noqa: E402  (generating the cases warns)

# Bool is no number here: no exporter reduces one.
EXPECTED_FAILURES = {"test_reduce_max_bool_inputs", "test_reduce_max_empty_set_bool", "test_reduce_min_bool_inputs"}
# Cases of operators that did not change between these opsets, and older ones, are run at them whatever they state.
OLDEST, NEWEST = 13, 25
UNCHANGED = {"And", "Or", "Not", "Mod", "Range", "Sin", "Cos"}
# At least so many cases have to run and pass, lest a broken tool pass by refusing everything.
LEAST_PASSED = 450


def write_case(case, folder):
    """The model and its inputs as files; the command line that names them, or nothing for types .npy does not have."""
    model = onnx.ModelProto()
    model.CopyFrom(case.model)
    # Mod of floats without fmod came with opset 28.
    if {node.op_type for node in model.graph.node} <= UNCHANGED and "fmod_0" not in case.name:
        for opset in model.opset_import:
            if opset.domain == "":
                opset.version = min(max(opset.version, OLDEST), NEWEST)
    onnx.save(model, folder / "model.onnx")
    command = []
    inputs, outputs = case.data_sets[0]
    for value, array in zip(model.graph.input, inputs):
        if not isinstance(array, (numpy.ndarray, numpy.generic)) or array.dtype.kind not in "fiub":
            return None, None
        path = folder / f"input-{len(command)}.npy"
        numpy.save(path, numpy.ascontiguousarray(array).reshape(array.shape))
        command.append(f"--input={value.name}={path}")
    if not all(isinstance(array, (numpy.ndarray, numpy.generic)) for array in outputs):
        return None, None
    return command, outputs


def run_case(tool, case):
    """(outcome, text): outcome is passed, unsupported, skipped or failed."""
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        inputs, outputs = write_case(case, folder)
        if inputs is None:
            return "skipped", ""
        run = subprocess.run([tool, folder / "model.onnx", f"--output-dir={folder}", *inputs], capture_output=True,
                             text=True, timeout=60)
        if run.returncode == 2 or "is not supported; opsets" in run.stderr or "which opset it uses" in run.stderr:
            return "unsupported", run.stderr
        if run.returncode != 0:
            return "failed", run.stderr
        for index, expected in enumerate(map(numpy.asarray, outputs)):
            got = numpy.load(folder / f"{index}.npy")
            if got.shape != expected.shape or got.dtype != expected.dtype:
                return "failed", f"{got.dtype}{got.shape}, expected {expected.dtype}{expected.shape}"
            if not numpy.allclose(got, expected, rtol=case.rtol or 1e-3, atol=case.atol or 1e-7, equal_nan=True):
                return "failed", f"{got.ravel()[:8]}, expected {expected.ravel()[:8]}"
        return "passed", ""


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--bin", type=pathlib.Path, required=True)
    parser.add_argument("--filter", default="")
    parser.add_argument("--verbose", action="store_true")
    arguments = parser.parse_args()
    counts = collections.Counter()
    failures = []
    for case in collect_testcases(None):
        if case.model is None or case.name.endswith("_expanded") or not re.search(arguments.filter, case.name):
            continue
        outcome, text = run_case(arguments.bin / "fovea-evaluate", case)
        if (outcome == "failed") != (case.name in EXPECTED_FAILURES):
            failures.append(f"{case.name}: {outcome} {text}")
        counts[outcome] += 1
        if arguments.verbose:
            print(case.name, outcome, text.strip()[:200])
    print(dict(counts))
    if not arguments.filter and counts["passed"] < LEAST_PASSED:
        failures.append(f"only {counts['passed']} cases passed, expected at least {LEAST_PASSED}")
    if failures:
        sys.exit("\n".join(failures))


main()
