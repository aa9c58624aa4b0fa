# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Compares the lowering of every onnx op with the onnx wheel's reference evaluator.

usage: lower_numeric.py --cc LINKER [--only OP] [--faults] [--keep DIR]

fovea-opt, mlir-translate and llc are found on PATH. Prints every case that differs and exits with 1. With --faults, each
of a list of faults is planted in the lowered code in turn, and must be found.
"""
import argparse
import pathlib
import re
import sys
import tempfile

from cases import all_cases
from harness import run_cases


# What is planted, in which cases (an op, or an op and a note), and how.
FAULTS = [
    ("the maximum is added instead of subtracted", "Softmax", r"arith\.subf", "arith.addf"),
    ("the exponent keeps the wrong sign", "Sigmoid", r"arith\.negf (%\w+)", r"math.absf \1"),
    ("the scale inside erf is wrong", "Gelu", r"0\.707106769", "0.70"),
    ("the variance is not centred", "LayerNormalization", r"arith\.subf (%\w+), %\w+", r"arith.addf \1, \1"),
    ("NaN loses", "ReduceMax", r"arith\.maximumf", "arith.maxnumf"),
    ("negative indices are not wrapped", "Gather", r"arith\.cmpi slt", "arith.cmpi ult"),
    ("two axes are swapped", "MatMul square", r"affine_map<\(d0, d1, d2\) -> \(d2, d1\)>",
     "affine_map<(d0, d1, d2) -> (d1, d2)>"),
    ("the logarithm is added", "LogSoftmax", r"arith\.subf", "arith.addf"),
    ("channels are not centred", "BatchNormalization", r"arith\.subf (%\w+), %\w+", r"arith.addf \1, \1"),
    ("groups are not scaled", "GroupNormalization", r"math\.sqrt", "math.absf"),
    ("bits are shifted the wrong way", "BitShift", r"arith\.shli", "arith.shrui"),
    ("the wrong axis is selected", "ReduceL1 axes at run time", r"arith\.select (%\w+), (%\w+), (%\w+)",
     r"arith.select \1, \3, \2"),
    ("the first of a pair keeps the sign of the sine", "RotaryEmbedding", r"arith\.negf (%\w+)", r"math.absf \1"),
    ("ties go up", "QuantizeLinear", r"math\.roundeven", "math.round"),
    ("the last place does not decide a tie", "Cast to float8_e4m3fn", r"arith\.minsi", "arith.maxsi"),
    ("the last place wins", "ArgMax", r"arith\.minsi", "arith.maxsi"),
]


def find_faults(cases, work, linker):
    """The number of planted faults that no case notices."""
    missed = 0
    for number, (what, where, pattern, replacement) in enumerate(FAULTS):
        # A library loaded once under a path is not loaded again.
        folder = work / str(number)
        folder.mkdir(exist_ok=True)
        chosen = [case for case in cases if where in (case.op, f"{case.op} {case.note}")]
        failures = run_cases(chosen, folder, linker, lambda text: re.sub(pattern, replacement, text))
        print(f"{where}: {what}: {len(failures)} cases notice")
        missed += not failures
    return missed


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--cc", default="cc")
    parser.add_argument("--only", help="run the cases of one op")
    parser.add_argument("--keep", type=pathlib.Path, help="keep the generated files here")
    parser.add_argument("--faults", action="store_true", help="plant faults, which must be found")
    arguments = parser.parse_args()
    cases = [case for case in all_cases() if arguments.only in (None, case.op)]
    with tempfile.TemporaryDirectory() as temporary:
        work = arguments.keep or pathlib.Path(temporary)
        if arguments.faults:
            return 1 if find_faults(cases, work, arguments.cc) else 0
        failures = run_cases(cases, work, arguments.cc)
    for failure in failures:
        print(failure)
    print(f"{len(cases) - len(failures)} of {len(cases)} cases agree")
    return 1 if failures or not cases else 0


if __name__ == "__main__":
    sys.exit(main())
