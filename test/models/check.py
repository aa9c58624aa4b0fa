# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Exports models with random weights, compiles them, and compares with ONNX Runtime and with double precision.

usage: check.py --bin DIR [--models REGEX] [--exporter torchscript|dynamo18|dynamo23] [--full] [--draws N] [--memory GIB]
                [--cache DIR] [--fixtures DIR]

A model passes when each of its outputs is within twice ONNX Runtime's largest error against the framework in double
precision (or within the rounding of the largest value, where ONNX Runtime is exact), both over all draws of the inputs. A
small output has few errors, of which the largest says little, so it gets more draws. An output that the inputs hardly move
is called weak. Needs
torch, torchvision, transformers, timm, onnxruntime and onnxscript, and says so where they are missing; not part of the
tests. --fixtures writes small models in the form of test/fixtures/exports.
"""
import argparse
import copy
import json
import pathlib
import re
import resource
import statistics
import subprocess
import sys
import tempfile
import time
import traceback
import warnings

import numpy

try:
    import onnxruntime
    import onnxscript  # noqa: F401, the exporter wants it
    import timm  # noqa: F401
    import torch
    import torchvision  # noqa: F401
    import transformers  # noqa: F401
except ImportError as missing:
    print(f"skipped: {missing}; the models come from torch, torchvision, transformers and timm")
    sys.exit(0)

import models


def to_double(value):
    return value.double() if value.is_floating_point() else value


def flatten(outputs):
    return [outputs] if isinstance(outputs, torch.Tensor) else list(outputs)


def count_draws(least, outputs):
    """More of them where an output has few numbers."""
    return max(least, min(24, 64 // max(1, min(value.numel() for value in outputs))))


def export(name, exporter, full, folder, least):
    """Writes model.onnx, and inputs_K.npz and reference_K.npz (in double) for each draw K, unless they are there."""
    path = folder / "model.onnx"
    if (folder / f"reference_{least - 1}.npz").exists():
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
        exact = copy.deepcopy(model.module).double()
        for draw in range(count_draws(least, outputs)):
            inputs = models.redraw(model.inputs, draw) if draw else model.inputs
            outputs = flatten(exact(*map(to_double, inputs.values())))
            numpy.savez(folder / f"inputs_{draw}.npz", **{key: value.numpy() for key, value in inputs.items()})
            numpy.savez(folder / f"reference_{draw}.npz", **dict(zip(names, (value.numpy() for value in outputs))))
    return path


def run_onnxruntime(path, draws):
    """The outputs for each draw, and the names of the model's inputs."""
    session = onnxruntime.InferenceSession(str(path), providers=["CPUExecutionProvider"])
    known = {value.name for value in session.get_inputs()}
    names = [value.name for value in session.get_outputs()]
    return [dict(zip(names, session.run(None, {key: inputs[key] for key in inputs if key in known}))) for inputs in draws], known


def call(command, limit, gibibytes):
    """The seconds and the peak memory in MiB that a command took."""
    def cap():
        resource.setrlimit(resource.RLIMIT_AS, (gibibytes << 30, gibibytes << 30))
    started = time.monotonic()
    result = subprocess.run(["/usr/bin/time", "-f", "peak %M", *map(str, command)], capture_output=True, text=True, timeout=limit,
                            preexec_fn=cap)
    seconds = time.monotonic() - started
    if result.returncode != 0:
        lines = (result.stderr or result.stdout).strip().splitlines()
        raise RuntimeError(f"{pathlib.Path(command[0]).name} failed with {result.returncode}: " + " | ".join(lines[:4])[:700])
    return seconds, int(re.findall(r"peak (\d+)", result.stderr)[-1]) / 1024


def compile_model(arguments, backend, path, work):
    """Seconds, peak memory in MiB, the numbers of attention sites, and the reasons why some are left."""
    library, remarks = work / "model.so", work / "remarks.json"
    seconds, peak = call([arguments.bin / "foveac", path, "-o", library, "--name", "model", "--backend", backend,
                          "--remarks", remarks], 1200, arguments.memory)
    sites = [entry for entry in json.loads(remarks.read_text()) if "site" in entry]
    raised = sum(site["status"] != "refused" for site in sites)
    return seconds, peak, (raised, len(sites)), sorted({site["code"] for site in sites if site["code"]})


def run_fovea(arguments, inputs, names, work):
    command = [arguments.bin / "fovea-run", work / "model.so", "--threads", "2"]
    for number, (name, value) in enumerate(inputs.items()):
        numpy.save(work / f"in{number}.npy", numpy.asarray(value, order="C"))
        command += ["--input", f"{name}=@{work}/in{number}.npy"]
    for number, name in enumerate(names):
        command += ["--output", f"{name}=@{work}/out{number}.npy"]
    call(command, 1200, arguments.memory)
    return {name: numpy.load(work / f"out{number}.npy") for number, name in enumerate(names)}


def error_of(outputs, exact, name):
    if outputs[name].shape != exact[name].shape or not numpy.isfinite(outputs[name]).all():
        return float("inf")
    return float(numpy.abs(outputs[name].astype(numpy.float64) - exact[name]).max(initial=0.0))


def is_weak(references, name):
    """Whether other inputs hardly change an output, so that a wrong result could pass."""
    largest = max(numpy.abs(exact[name]).max(initial=0.0) for exact in references)
    moved = max(numpy.abs(exact[name] - references[0][name]).max(initial=0.0) for exact in references)
    return len(references) > 1 and moved <= 1e-3 * largest


def judge(output, ours, theirs, references):
    """Our error as a share of what is allowed, over all draws, and the ratios to ONNX Runtime's errors of the draws."""
    errors = [(error_of(mine, exact, output), error_of(other, exact, output))
              for mine, other, exact in zip(ours, theirs, references)]
    # Rounding alone can make an exact result of ONNX Runtime unreachable.
    floor = 4 * numpy.finfo(numpy.float32).eps * max(float(numpy.abs(exact[output]).max(initial=0.0)) for exact in references)
    worst = max(mine for mine, _ in errors), max(other for _, other in errors)
    share = worst[0] / max(2 * worst[1], floor) if worst[0] else 0.0
    return share, worst, [mine / max(other, floor / 2) if mine else 0.0 for mine, other in errors]


def check(arguments, name, exporter):
    folder = arguments.cache / f"{name}-{exporter}{'-full' if arguments.full else ''}"
    path = export(name, exporter, arguments.full, folder, arguments.draws)
    count = len(list(folder.glob("reference_*.npz")))
    draws = [dict(numpy.load(folder / f"inputs_{draw}.npz")) for draw in range(count)]
    references = [dict(numpy.load(folder / f"reference_{draw}.npz")) for draw in range(count)]
    theirs, known = run_onnxruntime(path, draws)
    draws = [{key: value for key, value in inputs.items() if key in known} for inputs in draws]
    outputs = list(theirs[0])
    weak = [output for output in outputs if is_weak(references, output)]
    passed = True
    for backend in arguments.backend:
        with tempfile.TemporaryDirectory() as work:
            seconds, peak, sites, reasons = compile_model(arguments, backend, path, pathlib.Path(work))
            ours = [run_fovea(arguments, inputs, outputs, pathlib.Path(work)) for inputs in draws]
        output = max(outputs, key=lambda output: judge(output, ours, theirs, references)[0])
        share, worst, ratios = judge(output, ours, theirs, references)
        passed &= share <= 1
        spread = f", ratio {statistics.median(ratios):.2f} at the median, {max(ratios):.2f} at most" if len(draws) > 1 else ""
        print(f"{'ok  ' if share <= 1 else 'FAIL'} {name} {exporter} {backend}: {worst[0]:.2e} ours, {worst[1]:.2e} theirs{spread};"
              f" {sites[0]} of {sites[1]} sites raised{' ' + ','.join(reasons) if reasons else ''}; compiled in {seconds:.1f} s,"
              f" {peak:.0f} MiB{'; weak: ' + ', '.join(weak) if weak else ''}", flush=True)
    if arguments.fixtures:
        write_fixture(arguments.fixtures / f"{name}__{exporter}", path, draws[0], references[0], sites, exporter)
    return passed


def write_fixture(target, path, inputs, exact, sites, exporter):
    target.mkdir(parents=True, exist_ok=True)
    (target / "model.onnx").write_bytes(path.read_bytes())
    numpy.savez_compressed(target / "inputs.npz", **inputs)
    numpy.savez_compressed(target / "outputs.npz", **{
        key: value.astype(numpy.float32) if value.dtype == numpy.float64 else value for key, value in exact.items()})
    entry = {"name": target.name, "exporter": exporter, "attn_expected": sites[1], "attn_min": sites[0], "dynamic": False,
             "inputs": {key: list(value.shape) for key, value in inputs.items()}, "second_data_set": False, "rtol": 1e-4}
    print(json.dumps(entry))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--bin", type=pathlib.Path, required=True)
    parser.add_argument("--models", default=".", help="regular expression of names")
    parser.add_argument("--exporter", action="append", choices=models.EXPORTERS)
    parser.add_argument("--backend", action="append", choices=("auto", "llvm"))
    parser.add_argument("--full", action="store_true", help="the sizes that are used in practice")
    parser.add_argument("--draws", type=int, default=3, help="how many inputs to try at least")
    parser.add_argument("--memory", type=int, default=12, help="what the compiler and the model may take, in GiB")
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
        for exporter in arguments.exporter or models.EXPORTERS:
            if exporter not in models.exporters_of(name):
                continue
            try:
                if arguments.export_only:
                    folder = arguments.cache / f"{name}-{exporter}{'-full' if arguments.full else ''}"
                    export(name, exporter, arguments.full, folder, arguments.draws)
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
