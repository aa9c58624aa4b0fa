# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Compares every function of a file with itself after fovea-propagate-slices, bit for bit, on random inputs.

usage: propagate_slices_numeric.py FILE --cc LINKER [--faults]

fovea-opt, mlir-translate and llc are found on PATH. With --faults, faults are then planted in the result of the pass, and
each must change a function.
"""
import argparse
import ctypes
import pathlib
import re
import shutil
import sys
import tempfile

import numpy

sys.path.insert(0, str(pathlib.Path(__file__).parents[2] / "numeric" / "lower"))
from harness import LOOPS, run_tool  # noqa: E402

PIPELINE = LOOPS.replace("builtin.module(", "builtin.module(fovea-lower-onnx,fovea-attn-decompose,", 1)
# What is planted and how, in the text of the module after the pass.
FAULTS = [
    ("the mask is not moved", r"mask = <causal, offset = 3>", "mask = <causal, offset = 2>"),
    ("the region's index is not moved", r"arith\.constant 3 : index", "arith.constant 0 : index"),
    ("a flat capture is read from the first row", r"\(d2 \+ 3\) \* 9", "d2 * 9"),
    ("a constant capture is cut at the wrong row", r"dense<7\.0", "dense<2.0"),
    ("the window is not moved", r"left = -2, right = 6", "left = 2, right = 2"),
    ("the wrong row of a constant", r"3\.000000e\+00, 4\.000000e\+00", "2.0, 2.0"),
]


def functions(text):
    """Name, argument shapes and result shapes of each function; all are f32."""
    def shapes(types):
        return [tuple(int(extent) for extent in match.split("x")[:-1]) for match in re.findall(r"tensor<([\dx]*f32)>", types)]
    for name, arguments, results in re.findall(r"func\.func @(\w+)\((.*?)\) -> (.*?) \{\n", text):
        yield name, shapes(arguments), shapes(results)


def build(text, work, linker):
    work.mkdir()
    source, loops, ir, binary, library = (work / name for name in ("f.mlir", "f.loops.mlir", "f.ll", "f.o", "f.so"))
    source.write_text(text)
    run_tool(["fovea-opt", source, f"--pass-pipeline={PIPELINE}", "-o", loops])
    run_tool(["mlir-translate", "--mlir-to-llvmir", loops, "-o", ir])
    run_tool(["llc", "-O1", "-relocation-model=pic", "-mcpu=x86-64-v3", "-filetype=obj", ir, "-o", binary])
    # memrefCopy is defined there.
    runtime = pathlib.Path(shutil.which("llc")).resolve().parent.parent / "lib" / "libmlir_c_runner_utils.so"
    run_tool([linker, "-shared", binary, "-o", library, runtime, f"-Wl,-rpath,{runtime.parent}", "-lm"])
    return ctypes.CDLL(str(library))


def run(library, signatures):
    """The results of every function, as bytes."""
    rng = numpy.random.default_rng(11)
    found = {}
    for name, arguments, results in signatures:
        arrays = [rng.standard_normal(shape).astype(numpy.float32) for shape in arguments]
        outputs = [numpy.full(shape, numpy.nan, numpy.float32) for shape in results]
        getattr(library, name)(*[ctypes.c_void_p(array.ctypes.data) for array in arrays + outputs])
        found[name] = b"".join(output.tobytes() for output in outputs)
    return found


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("file", type=pathlib.Path)
    parser.add_argument("--cc", default="cc")
    parser.add_argument("--faults", action="store_true")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        work = pathlib.Path(temporary)
        for name, passes in (("before", []), ("after", ["--fovea-propagate-slices"])):
            run_tool(["fovea-opt", arguments.file, *passes, "-o", work / f"{name}.mlir"])
        before, after = ((work / f"{name}.mlir").read_text() for name in ("before", "after"))
        signatures = list(functions(before))
        expected = run(build(before, work / "0", arguments.cc), signatures)
        actual = run(build(after, work / "1", arguments.cc), signatures)
        failures = [f"@{name} differs" for name in expected if expected[name] != actual[name]]
        for number, (what, pattern, replacement) in enumerate(FAULTS if arguments.faults else []):
            faulty, count = re.subn(pattern, replacement, after)
            if not count or run(build(faulty, work / str(number + 2), arguments.cc), signatures) == expected:
                failures.append(f"not noticed: {what}")
    for failure in failures:
        print(failure)
    print(f"{len(expected)} functions compared")
    return 1 if failures or not expected else 0


if __name__ == "__main__":
    sys.exit(main())
