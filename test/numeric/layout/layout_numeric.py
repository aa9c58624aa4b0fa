# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Attention blocks over windows, grids, rows and columns: both backends beside the evaluator, and no byte moved.

usage: layout_numeric.py --bin DIR --work DIR [--only TEXT] [--faults]

Between the first and the last product of a block no kernel may only move data. Prints every case that differs and exits
with 1. With --faults, the compiled block shifts by one more than the evaluated one, which must be found.
"""
import dataclasses
import math
import pathlib
import re
import sys

import numpy

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))
from executions import Model, find_difference, parse_arguments, report, report_faults  # noqa: E402

from blocks import BLOCKS  # noqa: E402

TOLERANCE = 2e-5
ISLAND = re.compile(r"kernel\.island <(\w+)> -> (?:\(?)tensor<([\dx]+)xf32>")


def moved_bytes(text):
    """What elementwise islands between products write."""
    islands = ISLAND.findall(text)
    products = [i for i, (anchor, _) in enumerate(islands) if anchor == "contraction"]
    between = islands[products[0]:products[-1]]
    return sum(4 * math.prod(map(int, shape.split("x"))) for anchor, shape in between if anchor == "elementwise")


def make_model(arguments, number, block):
    shape = block.batch, block.height, block.width, block.channels
    x = numpy.random.default_rng(9).standard_normal(shape).astype(numpy.float32)
    return Model(arguments.bin, arguments.work / str(number), block.model(), {"x": x})


def compare(model, wanted):
    for backend in ("llvm", "halide"):
        yield backend, find_difference(model.execute(backend), wanted, TOLERANCE)


def check(arguments):
    for number, block in enumerate(BLOCKS):
        if arguments.only not in str(block):
            continue
        model = make_model(arguments, number, block)
        wanted = model.evaluate()
        if isinstance(wanted, str):
            yield f"{block}", wanted
            continue
        count = moved_bytes(model.lower("fuse"))
        yield f"{block}", f"{count} bytes are moved between the products" if count else None
        for backend, message in compare(model, wanted):
            yield f"{block}, {backend}", message


def plant(arguments):
    for number, block in enumerate(BLOCKS):
        if arguments.only in str(block) and block.shift == 3:
            wanted = make_model(arguments, number, block).evaluate()
            shifted = make_model(arguments, number, dataclasses.replace(block, shift=4))
            for backend, message in compare(shifted, wanted):
                yield f"{block}, {backend}", message


if __name__ == "__main__":
    parsed = parse_arguments()
    sys.exit(report_faults(plant(parsed)) if parsed.faults else report(check(parsed)))
