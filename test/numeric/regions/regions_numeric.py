# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Compiles attention with more than a scale and a mask with both backends, beside the evaluator.

usage: regions_numeric.py --bin DIR --work DIR [--only TEXT] [--faults]

Also checks what the remark says of the form, and the raise itself (--self-check). With --faults, what is compiled has other
weights than what is evaluated, which must be found.
"""
import argparse
import json
import pathlib
import re
import subprocess
import sys

import numpy
import onnx

from forms import CASES

TOLERANCE = 1e-5


def run(*command):
    return subprocess.run([str(part) for part in command], capture_output=True, text=True, timeout=120)


def check(tools, folder, name, made, compiled):
    """What is wrong with the compiled site, one line each."""
    folder.mkdir(parents=True, exist_ok=True)
    for path, graph in (("evaluated", made), ("compiled", compiled)):
        onnx.save(graph.proto, folder / f"{path}.onnx")
    for value, array in made.inputs.items():
        numpy.save(folder / f"{value}.npy", array)
    evaluated = run(tools / "fovea-evaluate", folder / "evaluated.onnx", f"--output-dir={folder}",
                    *(f"--input={value}={folder}/{value}.npy" for value in made.inputs))
    if evaluated.returncode:
        yield evaluated.stderr.strip()
        return
    wanted = numpy.load(folder / "0.npy")
    for backend in ("llvm", "halide"):
        library, output, remarks = folder / f"{backend}.so", folder / f"{backend}.npy", folder / "remarks.json"
        result = run(tools / "foveac", folder / "compiled.onnx", "-o", library, "--name=model", "--backend", backend,
                     "--self-check", f"--remarks={remarks}")
        if not result.returncode:
            result = run(tools / "fovea-run", library, *(f"--input={value}=@{folder}/{value}.npy" for value in made.inputs),
                         f"--output={made.result}=@{output}")
        if result.returncode:
            yield f"{backend}: {result.stderr.strip()}"
            continue
        forms = [record["form"] if record["status"] == "raised" else f"{record['code']} at {record['node']}"
                 for record in json.loads(remarks.read_text()) if "site" in record]
        parts = made.parts if isinstance(made.parts, tuple) else (made.parts,)
        wanted_forms = [f"softmax: {part}" if part else "softmax" for part in parts]
        if made.parts is None:
            if not all("ATTN-R" in form for form in forms):
                yield f"the form is {forms}, and should be refused"
        elif forms != wanted_forms:
            yield f"the form is {forms}, not {wanted_forms}"
        error = numpy.abs(numpy.load(output) - wanted).max() / numpy.abs(wanted).max()
        if not error <= TOLERANCE:
            yield f"{backend}: differs by {error:.2e}"


def main():
    arguments = argparse.ArgumentParser()
    arguments.add_argument("--bin", type=pathlib.Path, required=True)
    arguments.add_argument("--work", type=pathlib.Path, required=True)
    arguments.add_argument("--only", default="")
    arguments.add_argument("--faults", action="store_true")
    arguments = arguments.parse_args()
    failures = count = 0
    for name, make in CASES.items():
        made = make()
        if arguments.only not in name or (arguments.faults and not made.has_weights):
            continue
        messages = list(check(arguments.bin, arguments.work / re.sub(r"\W+", "-", name), name, made,
                              make(shift=0.01) if arguments.faults else made))
        count += 1
        if arguments.faults:
            failures += not all("differs" in message for message in messages) or len(messages) != 2
            print(f"{name}: {'; '.join(messages) or 'not seen'}")
        elif messages:
            failures += 1
            print(f"{name}: {'; '.join(messages)}")
    print(f"{count - failures} of {count} hold")
    return 1 if failures or not count else 0


if __name__ == "__main__":
    sys.exit(main())
