# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Times one attention dense, causal, with a window and with a block mask, interleaved, at several lengths; and Swin's shifted
windows beside plain ones.

usage: bench/masks.py --bin DIR [--work DIR] [--lengths 256,512,1024,2048] [--rounds 5] [--backend auto|llvm] [--threads 1] [--json FILE]

A ratio is the median over the rounds of (least time of the variant / least time of the dense one) within a round.
"""
import argparse
import json
import pathlib
import statistics
import subprocess
import sys
import tempfile

import numpy
import onnx
from onnx import TensorProto, helper, numpy_helper

CHANNELS, HEADS = 64, 8


def attention(batch, heads, queries, mask=None, bias=None):
    """softmax(q k^T / 8 [+ bias] [+ mask]) v over [batch, heads, queries, 64]; mask and bias are constants that broadcast."""
    shape = [batch, heads, queries, CHANNELS]
    constants = [numpy_helper.from_array(numpy.float32(CHANNELS ** -0.5), "scale")]
    nodes = [helper.make_node("Transpose", ["k"], ["kt"], perm=[0, 1, 3, 2]), helper.make_node("MatMul", ["q", "kt"], ["s0"]),
             helper.make_node("Mul", ["s0", "scale"], ["s1"])]
    scores = "s1"
    for name, table in (("bias", bias), ("mask", mask)):
        if table is None:
            continue
        constants.append(numpy_helper.from_array(table.astype(numpy.float32), name))
        per_window = table.ndim == 5
        if per_window:
            split = [batch // table.shape[1], table.shape[1], heads, queries, queries]
            constants += [numpy_helper.from_array(numpy.array(split), "split"),
                          numpy_helper.from_array(numpy.array([batch, heads, queries, queries]), "join")]
            nodes.append(helper.make_node("Reshape", [scores, "split"], ["windows"]))
            scores = "windows"
        nodes.append(helper.make_node("Add", [scores, name], [f"with_{name}"]))
        scores = f"with_{name}"
        if per_window:
            nodes.append(helper.make_node("Reshape", [scores, "join"], ["joined"]))
            scores = "joined"
    nodes += [helper.make_node("Softmax", [scores], ["p"], axis=-1), helper.make_node("MatMul", ["p", "v"], ["o"])]
    inputs = [helper.make_tensor_value_info(name, TensorProto.FLOAT, shape) for name in "qkv"]
    outputs = [helper.make_tensor_value_info("o", TensorProto.FLOAT, shape)]
    graph = helper.make_graph(nodes, "g", inputs, outputs, constants)
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)


def hidden(visible, number=-numpy.inf):
    return numpy.where(visible, 0, number)


def variants(length):
    i, j = numpy.indices((length, length))
    return {"dense": attention(1, HEADS, length), "causal": attention(1, HEADS, length, hidden(j <= i)),
            "window 128": attention(1, HEADS, length, hidden((j <= i) & (i - j < 128))),
            "block 128": attention(1, HEADS, length, hidden(i // 128 == j // 128)),
            "prefix 64": attention(1, HEADS, length, hidden((j <= i) | (j < 64)))}


def swin(windows=8, size=7, heads=3):
    """The first stage of Swin-T: 64 windows of 49, a bias per head, shifted by three or not."""
    edge, shift = windows * size, size // 2
    region = numpy.zeros((edge, edge), int)
    cuts = (slice(0, edge - size), slice(edge - size, edge - shift), slice(edge - shift, None))
    for n, (y, x) in enumerate((y, x) for y in cuts for x in cuts):
        region[y, x] = n
    region = region.reshape(windows, size, windows, size).transpose(0, 2, 1, 3).reshape(windows ** 2, size ** 2)
    same = region[:, :, None] == region[:, None, :]
    bias = numpy.random.default_rng(3).standard_normal((1, heads, size ** 2, size ** 2))
    plain = attention(windows ** 2, heads, size ** 2, bias=bias)
    return {"dense": plain, "shifted -100": attention(windows ** 2, heads, size ** 2, hidden(same, -100)[None, :, None], bias),
            "shifted -inf": attention(windows ** 2, heads, size ** 2, hidden(same)[None, :, None], bias)}


def compile_model(tools, folder, name, model, backend):
    path = folder / (name.replace(" ", "_") + ".onnx")
    onnx.save(model, path)
    library = path.with_suffix(".so")
    subprocess.run([tools / "foveac", path, "-o", library, "--name=model", f"--backend={backend}"], check=True)
    return library


def least_time(tools, library, repeat, threads):
    command = [tools / "fovea-run", library, "--random=1", f"--repeat={repeat}", f"--threads={threads}", "--json"]
    result = subprocess.run(command, check=True,
                            capture_output=True, text=True)
    return json.loads(result.stdout)["min_ms"]


def measure(tools, folder, models, rounds, backend, threads):
    libraries = {name: compile_model(tools, folder, name, model, backend) for name, model in models.items()}
    repeat = max(5, min(200, int(200 / max(least_time(tools, libraries["dense"], 3, threads), 0.1))))
    times = {name: [] for name in models}
    for _ in range(rounds):
        for name, library in libraries.items():
            times[name].append(least_time(tools, library, repeat, threads))
    ratios = {name: statistics.median(a / b for a, b in zip(times[name], times["dense"])) for name in models}
    return {name: {"ms": min(times[name]), "ratio": ratios[name]} for name in models}


def main():
    arguments = argparse.ArgumentParser()
    arguments.add_argument("--bin", type=pathlib.Path, required=True)
    arguments.add_argument("--work", type=pathlib.Path)
    arguments.add_argument("--lengths", default="256,512,1024,2048")
    arguments.add_argument("--rounds", type=int, default=5)
    arguments.add_argument("--backend", default="auto")
    arguments.add_argument("--threads", type=int, default=1)
    arguments.add_argument("--json", type=pathlib.Path)
    arguments = arguments.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        folder = arguments.work or pathlib.Path(temporary)
        folder.mkdir(parents=True, exist_ok=True)
        found = {}
        for length in map(int, arguments.lengths.split(",")):
            found[f"{length} keys"] = measure(arguments.bin, folder, variants(length), arguments.rounds, arguments.backend, arguments.threads)
        found["swin, 64 windows of 49"] = measure(arguments.bin, folder, swin(), arguments.rounds, arguments.backend, arguments.threads)
    for title, rows in found.items():
        print(title)
        for name, row in rows.items():
            print(f"  {name:14} {row['ms']:9.3f} ms  {row['ratio']:5.2f}")
    if arguments.json:
        arguments.json.write_text(json.dumps(found, indent=1))
    return 0


if __name__ == "__main__":
    sys.exit(main())
