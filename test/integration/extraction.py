# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Cuts attention sites out of exported models, as they are and with an obstacle, and replays the tests that come with them.

usage: extraction.py --bin DIR --llvm DIR [FIXTURE...]

A replayed site has the same status, code, node and mask as in the whole model, and the numbers of the evaluator: with random
inputs, and with those of the model's own data set.
"""
import argparse
import copy
import json
import os
import pathlib
import subprocess
import sys
import tempfile

import numpy
import onnx

from mutations import EXPORTS, MUTATIONS, Site

FIXTURES = ("hf_bert__fused_ts17", "nn_mha__eager_ts17", "sdpa_plain__fused_dy23h", "timm_beit__fused_ts17")
KEYS = ("status", "code", "node", "mask")


def run(command, **options):
    result = subprocess.run(command if isinstance(command, str) else [str(part) for part in command], capture_output=True,
                            text=True, **options)
    return "" if result.returncode == 0 else f"{command}\n{result.stdout}{result.stderr}"


def get_sites(path):
    return [record for record in json.loads(path.read_text()) if "site" in record]


def replay(arguments, model, number, flags, work):
    """What went wrong, or nothing."""
    problem = run([arguments.bin / "foveac", model, "--stop-after=raise", "-o", work / "m.mlir", "--remarks", work / "m.json",
                   *flags[0]])
    if problem:
        return problem
    expected = get_sites(work / "m.json")[number]
    case = work / "site.onnx"
    problem = run([arguments.bin / "foveac", model, "--extract-site", number, "-o", case, *flags[0], *flags[1]])
    if problem:
        return problem
    environment = dict(os.environ, PATH=os.pathsep.join(map(str, (arguments.bin, arguments.llvm, os.environ["PATH"]))))
    script = case.with_suffix(".test")
    for line in script.read_text().splitlines():
        if line.startswith("# RUN: "):
            for name, value in (("%S", work), ("%s", script), ("%t", work / "t")):
                line = line.replace(name, str(value))
            problem = run(line.removeprefix("# RUN: "), shell=True, env=environment)
            if problem:
                return problem
    found = get_sites(work / "t.json")
    if len(found) != 1 or any(found[0][key] != expected[key] for key in KEYS):
        return f"expected {expected}\nfound {found}"
    return ""


def check(arguments, name, case, work):
    path = EXPORTS / name / "model.onnx"
    inputs = numpy.load(EXPORTS / name / "inputs.npz")
    files = []
    for index, key in enumerate(inputs.files):
        numpy.save(work / f"{index}.npy", numpy.ascontiguousarray(inputs[key]))
        files += ["--inputs", f"{key}=@{work / f'{index}.npy'}"]
    dims = [f"--dim={extent}={value}" for key, shape in case["inputs"].items()
            for extent, value in zip(shape, inputs[key].shape) if isinstance(extent, str)]
    problems = {(name, "random"): replay(arguments, path, 0, (dims, []), work),
                (name, "values"): replay(arguments, path, 0, (dims, files), work)}
    model = onnx.load(path)
    softmax = next((index for index, node in enumerate(model.graph.node) if node.op_type == "Softmax"), None)
    for mutate in MUTATIONS if softmax is not None else ():
        mutant = copy.deepcopy(model)
        mutate(Site(mutant.graph, mutant.graph.node[softmax]))
        onnx.save(mutant, work / "mutant.onnx")
        problems[name, mutate.__name__] = replay(arguments, work / "mutant.onnx", 0, (dims, []), work)
    return problems


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--bin", type=pathlib.Path, required=True)
    parser.add_argument("--llvm", type=pathlib.Path, required=True, help="where FileCheck is")
    parser.add_argument("fixture", nargs="*")
    arguments = parser.parse_args()
    manifest = {case["name"]: case for case in json.loads((EXPORTS / "manifest.json").read_text())}
    problems = {}
    with tempfile.TemporaryDirectory() as work:
        for name in arguments.fixture or FIXTURES:
            problems |= check(arguments, name, manifest[name], pathlib.Path(work))
    for case, problem in problems.items():
        if problem:
            print(*case, problem, sep="\n")
    print(f"{len(problems)} cases, {sum(not problem for problem in problems.values())} replayed")
    return int(any(problems.values()))


if __name__ == "__main__":
    sys.exit(main())
