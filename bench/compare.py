# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Fovea beside ONNX Runtime, alternating in one run: milliseconds, ratio, and share of the FMA peak measured between.

The figures of one row come from the same minutes on the same cores. Numbers are checked in the same run: the largest
difference of an output, relative to the largest reference value.
"""
import argparse
import json
import pathlib
import statistics
import subprocess
import sys
import time

import numpy
import onnxruntime

from export import MODELS, export

ROOT = pathlib.Path(__file__).resolve().parent.parent


def fma_peak(cache, threads):
    """GF/s of all threads together."""
    program = cache / "fma_peak"
    if not program.exists():
        subprocess.run(["cc", "-O2", "-march=native", "-pthread", ROOT / "bench/fma_peak.c", "-o", program], check=True)
    return float(subprocess.run([program, str(threads)], check=True, capture_output=True, text=True).stdout)


def compile_model(foveac, model, library, extra):
    """Seconds and peak MiB that compiling takes."""
    # A process begins with its parent's peak, so a small interpreter of its own starts and measures foveac.
    measure = ("import os, sys; pid = os.spawnv(os.P_NOWAIT, sys.argv[1], sys.argv[1:]); "
               "_, status, usage = os.wait4(pid, 0); print(usage.ru_maxrss); sys.exit(status != 0)")
    start = time.perf_counter()
    result = subprocess.run([sys.executable, "-S", "-c", measure, foveac, model, "-o", library, "--name", "model", *extra],
                            stdout=subprocess.PIPE, text=True)
    if result.returncode:
        raise SystemExit(f"foveac failed on {model}")
    return time.perf_counter() - start, int(result.stdout) / 1024


def run_peer(session, image, repeat):
    times = []
    for _ in range(repeat):
        start = time.perf_counter()
        outputs = session.run(None, {"image": image})
        times.append((time.perf_counter() - start) * 1e3)
    return times, outputs[0]


def run_fovea(fovea_run, folder, threads, repeat):
    output = folder / "logits.npy"
    command = [fovea_run, folder / "model.so", "--input", f"image=@{folder}/image.npy", "--output", f"logits=@{output}",
               "--threads", str(threads), "--repeat", str(repeat), "--json"]
    result = json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
    return result, numpy.load(output)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--models", nargs="+", default=["deit_s16", "vit_b16"], choices=MODELS)
    parser.add_argument("--exporters", nargs="+", default=["torchscript", "dynamo"])
    parser.add_argument("--threads", nargs="+", type=int, default=[1, 2])
    parser.add_argument("--rounds", type=int, default=5, help="alternations of the two")
    parser.add_argument("--repeat", type=int, default=10, help="runs of each in a round")
    parser.add_argument("--batch", type=int, default=1)
    parser.add_argument("--build", type=pathlib.Path, default=ROOT / "build-release")
    parser.add_argument("--cache", type=pathlib.Path, default=ROOT / ".cache/bench")
    parser.add_argument("foveac_options", nargs="*", help="after --: options for foveac")
    options = parser.parse_args()
    options.cache.mkdir(parents=True, exist_ok=True)
    tools = options.build / "bin"
    failed = False

    for name in options.models:
        for exporter in options.exporters:
            folder = options.cache / f"{name}-{exporter}-b{options.batch}"
            model = export(name, exporter, folder, options.batch)
            flops = json.loads((folder / "flops.json").read_text())
            image = numpy.load(folder / "image.npy")
            seconds, mebibytes = compile_model(tools / "foveac", model, folder / "model.so", options.foveac_options)
            weights = model.stat().st_size / 2**20
            print(f"{name} ({exporter}): compiled in {seconds:.1f} s, peak {mebibytes:.0f} MiB, model {weights:.0f} MiB")
            for threads in options.threads:
                settings = onnxruntime.SessionOptions()
                settings.intra_op_num_threads = threads
                session = onnxruntime.InferenceSession(model, settings, providers=["CPUExecutionProvider"])
                run_peer(session, image, 3)
                peer, fovea, minima = [], [], []
                for _ in range(options.rounds):
                    times, reference = run_peer(session, image, options.repeat)
                    peer += times
                    result, logits = run_fovea(tools / "fovea-run", folder, threads, options.repeat)
                    fovea.append(result["median_ms"])
                    minima.append(result["min_ms"])
                peak = fma_peak(options.cache, threads)
                error = float(numpy.abs(logits - reference).max() / numpy.abs(reference).max())
                ours, theirs = min(minima), min(peer)
                share = flops / (ours * 1e-3) / 1e9 / peak
                print(f"  {threads} threads: Fovea min {ours:7.2f} median {statistics.median(fovea):7.2f} ms | "
                      f"ONNX Runtime min {theirs:7.2f} median {statistics.median(peer):7.2f} ms | "
                      f"ratio {ours / theirs:.3f} (medians {statistics.median(fovea) / statistics.median(peer):.3f}) | "
                      f"{100 * share:.0f} % of {peak:.0f} GF/s | error {error:.1e}", flush=True)
                failed |= not error <= 1e-4
    raise SystemExit("a result differs by more than 1e-4" if failed else 0)


if __name__ == "__main__":
    main()
