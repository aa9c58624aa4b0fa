# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Exports models with random weights, compiles them, and compares with ONNX Runtime and with double precision.

usage: check.py --bin DIR [--models REGEX] [--exporter torchscript|dynamo18|dynamo23] [--full] [--cache DIR] [--fixtures DIR]

A model passes when each of its outputs is within twice ONNX Runtime's largest error against the framework in double
precision (or within the rounding of the largest value, where ONNX Runtime is exact). Needs torch, transformers, timm,
onnxruntime and onnxscript; not part of the tests. --fixtures writes small models in the form of test/fixtures/exports.
"""
import argparse
import copy
import json
import pathlib
import re
import subprocess
import sys
import tempfile
import time
import traceback
import warnings

import numpy
import onnxruntime
import torch

import models

EXPORTERS = ("torchscript", "dynamo18", "dynamo23")


def to_double(value):
    return value.double() if value.is_floating_point() else value


def flatten(outputs):
    return [outputs] if isinstance(outputs, torch.Tensor) else list(outputs)


def export(name, exporter, full, folder):
    """Writes model.onnx, inputs.npz and reference.npz (in double) to `folder` unless they are there."""
    path = folder / "model.onnx"
    if (folder / "reference.npz").exists():
        return path
    folder.mkdir(parents=True, exist_ok=True)
    torch.manual_seed(0)
    model = models.MODELS[name](full)
    model.module.eval()
    models.widen(model.module)
    arguments = tuple(model.inputs.values())
    with torch.no_grad():
        outputs = flatten(model.module(*arguments))
        names = [f"output_{i}" for i in range(len(outputs))]
        options = dict(input_names=list(model.inputs), output_names=names)
        if exporter == "torchscript":
            torch.onnx.export(model.module, arguments, str(path), opset_version=17, dynamo=False, **options)
        else:
            torch.onnx.export(model.module, arguments, str(path), opset_version=int(exporter[-2:]), dynamo=True,
                              external_data=False, verbose=False, **options)
        exact = flatten(copy.deepcopy(model.module).double()(*map(to_double, arguments)))
    numpy.savez(folder / "inputs.npz", **{key: value.numpy() for key, value in model.inputs.items()})
    numpy.savez(folder / "reference.npz", **dict(zip(names, (value.numpy() for value in exact))))
    return path


def run_onnxruntime(path, inputs):
    session = onnxruntime.InferenceSession(str(path), providers=["CPUExecutionProvider"])
    known = {value.name for value in session.get_inputs()}
    outputs = session.run(None, {key: value for key, value in inputs.items() if key in known})
    return dict(zip((value.name for value in session.get_outputs()), outputs)), known


def call(command, limit):
    result = subprocess.run([str(part) for part in command], capture_output=True, text=True, timeout=limit)
    if result.returncode != 0:
        lines = (result.stderr or result.stdout).strip().splitlines()
        raise RuntimeError(f"{pathlib.Path(command[0]).name} failed with {result.returncode}: " + " | ".join(lines[:4])[:700])


def run_fovea(bin_dir, backend, path, inputs, names, work):
    """The outputs, the seconds that compiling took, and the numbers of attention sites."""
    library, remarks = work / "model.so", work / "remarks.json"
    started = time.monotonic()
    call([bin_dir / "foveac", path, "-o", library, "--name", "model", "--backend", backend, "--remarks", remarks], 1200)
    seconds = time.monotonic() - started
    command = [bin_dir / "fovea-run", library, "--threads", "2"]
    for number, (name, value) in enumerate(inputs.items()):
        numpy.save(work / f"in{number}.npy", numpy.ascontiguousarray(value))
        command += ["--input", f"{name}=@{work}/in{number}.npy"]
    for number, name in enumerate(names):
        command += ["--output", f"{name}=@{work}/out{number}.npy"]
    call(command, 600)
    text = remarks.read_text()
    sites = [int(re.search(f'"{key}"\\s*:\\s*"?(\\d+)', text)[1]) for key in ("Raised", "Sites")]
    reasons = sorted(set(re.findall(r"ATTN-R\d+", text)))
    return {name: numpy.load(work / f"out{number}.npy") for number, name in enumerate(names)}, seconds, sites, reasons


def error_of(outputs, exact, name):
    difference = numpy.abs(outputs[name].astype(numpy.float64) - exact[name])
    return float(numpy.nanmax(difference)) if numpy.isfinite(outputs[name]).all() else float("inf")


def check(arguments, name, exporter):
    folder = arguments.cache / f"{name}-{exporter}{'-full' if arguments.full else ''}"
    path = export(name, exporter, arguments.full, folder)
    inputs, exact = dict(numpy.load(folder / "inputs.npz")), numpy.load(folder / "reference.npz")
    theirs, known = run_onnxruntime(path, inputs)
    inputs = {key: value for key, value in inputs.items() if key in known}
    passed = True
    for backend in arguments.backend:
        with tempfile.TemporaryDirectory() as work:
            ours, seconds, sites, reasons = run_fovea(arguments.bin, backend, path, inputs, list(theirs), pathlib.Path(work))
        worst, text = 0.0, ""
        for output in theirs:
            # Rounding alone can make an exact result of ONNX Runtime unreachable.
            floor = 4 * numpy.finfo(numpy.float32).eps * float(numpy.abs(exact[output]).max())
            reference = max(2 * error_of(theirs, exact, output), floor)
            ratio = error_of(ours, exact, output) / reference
            if ratio >= worst:
                worst, text = ratio, f"{error_of(ours, exact, output):.2e} ours, {error_of(theirs, exact, output):.2e} theirs"
        passed &= worst <= 1
        print(f"{'ok  ' if worst <= 1 else 'FAIL'} {name} {exporter} {backend}: {text}; {sites[0]} of {sites[1]} sites raised"
              f"{' ' + ','.join(reasons) if reasons else ''}; compiled in {seconds:.1f} s", flush=True)
    if arguments.fixtures:
        write_fixture(arguments.fixtures / f"{name}__{exporter}", folder, path, inputs, exact, sites, exporter)
    return passed


def write_fixture(target, folder, path, inputs, exact, sites, exporter):
    target.mkdir(parents=True, exist_ok=True)
    (target / "model.onnx").write_bytes(path.read_bytes())
    numpy.savez_compressed(target / "inputs.npz", **inputs)
    numpy.savez_compressed(target / "outputs.npz", **{key: exact[key].astype(numpy.float32) for key in exact.files})
    entry = {"name": target.name, "exporter": exporter, "attn_expected": sites[1], "attn_min": sites[0], "dynamic": False,
             "inputs": {key: list(value.shape) for key, value in inputs.items()}, "second_data_set": False, "rtol": 1e-4}
    print(json.dumps(entry))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--bin", type=pathlib.Path, required=True)
    parser.add_argument("--models", default=".", help="regular expression of names")
    parser.add_argument("--exporter", action="append", choices=EXPORTERS)
    parser.add_argument("--backend", action="append", choices=("auto", "llvm"))
    parser.add_argument("--full", action="store_true", help="the sizes that are used in practice")
    parser.add_argument("--cache", type=pathlib.Path, default=pathlib.Path(".cache/models"))
    parser.add_argument("--fixtures", type=pathlib.Path)
    parser.add_argument("--export-only", action="store_true")
    arguments = parser.parse_args()
    arguments.backend = arguments.backend or ["auto", "llvm"]
    warnings.filterwarnings("ignore")
    failed = []
    for name in models.MODELS:
        if not re.search(arguments.models, name):
            continue
        for exporter in arguments.exporter or EXPORTERS:
            try:
                if arguments.export_only:
                    export(name, exporter, arguments.full, arguments.cache / f"{name}-{exporter}{'-full' if arguments.full else ''}")
                elif not check(arguments, name, exporter):
                    failed.append((name, exporter))
            except Exception as error:
                failed.append((name, exporter))
                print(f"FAIL {name} {exporter}: {type(error).__name__}: {str(error)[:700]}", flush=True)
                if isinstance(error, (TypeError, NameError, KeyError)):
                    traceback.print_exc()
    print(f"{len(failed)} failed")
    sys.exit(bool(failed))


if __name__ == "__main__":
    main()
