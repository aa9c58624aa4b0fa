# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""How compile time grows with depth: the same transformer block 1 to 64 times, and the slope of time over depth.

usage: depth.py [--foveac PATH] [--block decomposed|standard] [--hidden N] [--repeat N] [--backend NAME] [--phases]

The slope is that of a line through the logarithms of depth and of the least time, from 8 layers on; 1 is linear.
"""
import argparse
import math
import pathlib
import re
import subprocess
import sys
import tempfile

import numpy
import onnx
from onnx import TensorProto, helper, numpy_helper

DEPTHS = (1, 2, 4, 8, 16, 32, 64)
SEQUENCE, HEADS = 32, 4


class Builder:
    """Collects nodes and weights; every layer has weights of its own."""

    def __init__(self):
        self.rng = numpy.random.default_rng(0)
        self.nodes, self.weights = [], []

    def add(self, op, *inputs, **attributes):
        name = f"v{len(self.nodes)}"
        self.nodes.append(helper.make_node(op, list(inputs), [name], name=f"{op}_{len(self.nodes)}", **attributes))
        return name

    def weight(self, *shape):
        array = (self.rng.standard_normal(shape) * 0.02).astype(numpy.float32)
        self.weights.append(numpy_helper.from_array(array, f"w{len(self.weights)}"))
        return self.weights[-1].name

    def constant(self, values):
        self.weights.append(numpy_helper.from_array(numpy.array(values, dtype=numpy.int64), f"w{len(self.weights)}"))
        return self.weights[-1].name


def linear(b, x, rows, columns):
    return b.add("Add", b.add("MatMul", x, b.weight(rows, columns)), b.weight(columns))


def norm(b, x, hidden):
    return b.add("LayerNormalization", x, b.weight(hidden), b.weight(hidden), axis=-1)


def attend(b, q, k, v, hidden, block):
    if block == "standard":
        return b.add("Attention", q, k, v, q_num_heads=HEADS, kv_num_heads=HEADS)
    depth = hidden // HEADS
    split = b.constant([1, SEQUENCE, HEADS, depth])
    q, k, v = (b.add("Transpose", b.add("Reshape", x, split), perm=order)
               for x, order in ((q, [0, 2, 1, 3]), (k, [0, 2, 3, 1]), (v, [0, 2, 1, 3])))
    scale = numpy_helper.from_array(numpy.array(1 / math.sqrt(depth), dtype=numpy.float32), f"w{len(b.weights)}")
    b.weights.append(scale)
    weights = b.add("Softmax", b.add("Mul", b.add("MatMul", q, k), scale.name), axis=-1)
    joined = b.add("Transpose", b.add("MatMul", weights, v), perm=[0, 2, 1, 3])
    return b.add("Reshape", joined, b.constant([1, SEQUENCE, hidden]))


def make_model(layers, hidden, block):
    b, x = Builder(), "x"
    for _ in range(layers):
        y = norm(b, x, hidden)
        y = attend(b, *(linear(b, y, hidden, hidden) for _ in range(3)), hidden, block)
        x = b.add("Add", x, linear(b, y, hidden, hidden))
        y = linear(b, norm(b, x, hidden), hidden, 4 * hidden)
        y = b.add("Gelu", y) if block == "standard" else b.add("Mul", y, b.add("Sigmoid", y))
        x = b.add("Add", x, linear(b, y, 4 * hidden, hidden))
    shape = [1, SEQUENCE, hidden]
    graph = helper.make_graph(b.nodes, "layers", [helper.make_tensor_value_info("x", TensorProto.FLOAT, shape)],
                              [helper.make_tensor_value_info(x, TensorProto.FLOAT, shape)], b.weights)
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 23)], ir_version=10)


def compile_once(arguments, model, folder):
    """Seconds in all, and by phase, as the compiler says."""
    command = [arguments.foveac, model, "-o", folder / "model.o", f"--backend={arguments.backend}", "--timing"]
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode:
        raise SystemExit(done.stderr[-2000:])
    phases = {name: float(seconds) for seconds, name in re.findall(r"^ {2,4}([0-9.]+) \([^)]*\)  (\w+)$", done.stderr, re.M)}
    return phases.pop("Total"), phases


def slope(points):
    """Of the line through the logarithms, least squares."""
    xs, ys = numpy.log([x for x, _ in points]), numpy.log([max(y, 1e-4) for _, y in points])
    return float(numpy.polyfit(xs, ys, 1)[0])


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    root = pathlib.Path(__file__).resolve().parent.parent
    parser.add_argument("--foveac", type=pathlib.Path, default=root / "build/bin/foveac")
    parser.add_argument("--block", choices=("decomposed", "standard"), default="decomposed")
    parser.add_argument("--hidden", type=int, default=64)
    parser.add_argument("--repeat", type=int, default=3)
    parser.add_argument("--backend", default="auto")
    parser.add_argument("--phases", action="store_true", help="print the time and the slope of every phase")
    arguments = parser.parse_args()
    totals, by_phase = [], {}
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        for layers in DEPTHS:
            model = folder / f"layers{layers}.onnx"
            onnx.save(make_model(layers, arguments.hidden, arguments.block), model)
            runs = [compile_once(arguments, model, folder) for _ in range(arguments.repeat)]
            seconds, phases = min(runs, key=lambda run: run[0])
            totals.append((layers, seconds))
            for phase, time in phases.items():
                by_phase.setdefault(phase, []).append((layers, time))
            print(f"{layers:3} layers {seconds:8.3f} s", flush=True)
    print(f"slope from 8 layers on: {slope([p for p in totals if p[0] >= 8]):.2f}")
    if arguments.phases:
        for phase, points in by_phase.items():
            times = " ".join(f"{time:8.4f}" for _, time in points)
            print(f"{phase:10} {times}  slope {slope([p for p in points if p[0] >= 8]):.2f}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
