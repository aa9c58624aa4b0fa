# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Compares the lowering of every onnx op with the onnx wheel's reference evaluator.

usage: lower_numeric.py --cc LINKER [--only OP] [--keep DIR]

fovea-opt, mlir-translate and llc are found on PATH. Prints every case that differs and exits with 1.
"""
import argparse
import pathlib
import sys
import tempfile

from cases import all_cases
from harness import run_cases


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--cc", default="cc")
    parser.add_argument("--only", help="run the cases of one op")
    parser.add_argument("--keep", type=pathlib.Path, help="keep the generated files here")
    arguments = parser.parse_args()
    cases = [case for case in all_cases() if arguments.only in (None, case.op)]
    with tempfile.TemporaryDirectory() as temporary:
        work = arguments.keep or pathlib.Path(temporary)
        failures = run_cases(cases, work, arguments.cc)
    for failure in failures:
        print(failure)
    print(f"{len(cases) - len(failures)} of {len(cases)} cases agree")
    return 1 if failures or not cases else 0


if __name__ == "__main__":
    sys.exit(main())
