# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Compiles a layer of causal attention at lengths 512 to 8192 and reads the plan: the memory of a run must grow linearly.

usage: workspace.py --bin DIR --work DIR [--cc COMPILER] [--backend auto|llvm] [--order causal|windows|columns|...] [--quadratic]

Other orders are those of blocks over images of 64 to 192 rows and columns, whose queries are parts of windows or columns.

The causal mask is written as Range and LessOrEqual, so that no constant of the model is quadratic either. With --quadratic,
the probabilities are an output as well, which must be found to grow with the square.
"""
import argparse
import ctypes
import pathlib
import subprocess
import sys

import numpy
import onnx
from onnx import TensorProto, helper, numpy_helper

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "numeric" / "layout"))
from blocks import Block  # noqa: E402

LENGTHS = (512, 1024, 2048, 4096, 8192)
SIDES = (64, 128, 192)
WIDTH, HEADS = 32, 2


def layer(length, with_probabilities):
    random = numpy.random.default_rng(1)
    constants = {"w": random.standard_normal((WIDTH, 3 * WIDTH)).astype(numpy.float32) / 8,
                 "split": numpy.array([1, length, 3, HEADS, WIDTH // HEADS]), "join": numpy.array([1, length, WIDTH]),
                 "scale": numpy.float32(0.25), "low": numpy.float32(-numpy.inf), "zero": numpy.int64(0), "one": numpy.int64(1),
                 "n": numpy.int64(length), "first": numpy.array([0]), "second": numpy.array([1]),
                 **{f"part{n}": numpy.int64(n) for n in range(3)}}
    node = helper.make_node
    nodes = [node("MatMul", ["x", "w"], ["p0"]), node("Reshape", ["p0", "split"], ["p1"]),
             node("Transpose", ["p1"], ["p2"], perm=[2, 0, 3, 1, 4]),
             *(node("Gather", ["p2", f"part{n}"], [name], axis=0) for n, name in enumerate("qkv")),
             node("Transpose", ["k"], ["kt"], perm=[0, 1, 3, 2]), node("MatMul", ["q", "kt"], ["s0"]),
             node("Mul", ["s0", "scale"], ["s1"]), node("Range", ["zero", "n", "one"], ["r"]),
             node("Unsqueeze", ["r", "second"], ["i"]), node("Unsqueeze", ["r", "first"], ["j"]),
             node("LessOrEqual", ["j", "i"], ["seen"]), node("Where", ["seen", "s1", "low"], ["s2"]),
             node("Softmax", ["s2"], ["weights"], axis=-1), node("MatMul", ["weights", "v"], ["o0"]),
             node("Transpose", ["o0"], ["o1"], perm=[0, 2, 1, 3]), node("Reshape", ["o1", "join"], ["o2"]),
             node("Add", ["o2", "x"], ["y"])]
    outputs = [helper.make_tensor_value_info("y", TensorProto.FLOAT, [1, length, WIDTH])]
    if with_probabilities:
        # Not the probabilities themselves, whose memory is the caller's.
        nodes.append(node("ReduceMax", ["weights"], ["most"], axes=[2, 3]))
        outputs.append(helper.make_tensor_value_info("most", TensorProto.FLOAT, [1, HEADS, 1, 1]))
    graph = helper.make_graph(nodes, "g", [helper.make_tensor_value_info("x", TensorProto.FLOAT, [1, length, WIDTH])], outputs,
                              [numpy_helper.from_array(numpy.asarray(value), name) for name, value in constants.items()])
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)


class Model(ctypes.Structure):
    """The start of fovea_model (runtime.h)."""
    _fields_ = [("struct_size", ctypes.c_uint32), ("abi_version", ctypes.c_uint32), ("name", ctypes.c_char_p),
                ("input_count", ctypes.c_uint32), ("output_count", ctypes.c_uint32), ("inputs", ctypes.c_void_p),
                ("outputs", ctypes.c_void_p), ("arena_bytes", ctypes.c_uint64), ("scratch_bytes", ctypes.c_uint64),
                ("weights", ctypes.c_void_p), ("weights_bytes", ctypes.c_uint64)]


def load_stubs(folder, compiler):
    """What a library needs of the runtime, so that it can be looked into; nothing is run."""
    names = ("fovea_parallel_for", "fovea_scratch_alloc", "fovea_scratch_free")
    (folder / "stubs.c").write_text("".join(f"void {name}(void) {{}}\n" for name in names))
    subprocess.run([compiler, "-shared", "-fPIC", folder / "stubs.c", "-o", folder / "stubs.so"], check=True)
    ctypes.CDLL(str((folder / "stubs.so").resolve()), mode=ctypes.RTLD_GLOBAL)


def image(order, side):
    return Block(order=order, height=side, width=side, window=16).model()


def read_plan(tools, folder, name, model, backend):
    """Bytes of the arena, of one worker's scratch, of the weights."""
    path = folder / f"{name}.onnx"
    onnx.save(model, path)
    library = path.with_suffix(".so")
    subprocess.run([tools / "foveac", path, "-o", library, "--name=causal", f"--backend={backend}"], check=True, timeout=300)
    get = ctypes.CDLL(str(library.resolve())).causal_model
    get.restype = ctypes.POINTER(Model)
    model = get().contents
    return model.arena_bytes, model.scratch_bytes, model.weights_bytes


def main():
    arguments = argparse.ArgumentParser()
    arguments.add_argument("--bin", type=pathlib.Path, required=True)
    arguments.add_argument("--work", type=pathlib.Path, required=True)
    arguments.add_argument("--cc", default="cc")
    arguments.add_argument("--backend", default="auto")
    arguments.add_argument("--order", default="causal")
    arguments.add_argument("--quadratic", action="store_true")
    arguments = arguments.parse_args()
    arguments.work.mkdir(parents=True, exist_ok=True)
    load_stubs(arguments.work, arguments.cc)
    order = arguments.order
    if order == "causal":
        models = {length: layer(length, arguments.quadratic) for length in (LENGTHS[:3] if arguments.quadratic else LENGTHS)}
    else:
        models = {side * side: image(order, side) for side in SIDES}
    plans = {length: read_plan(arguments.bin, arguments.work, f"{order}{length}", model, arguments.backend)
             for length, model in models.items()}
    for length, (arena, scratch, weights) in plans.items():
        print(f"{length}: arena {arena}, scratch {scratch}, weights {weights}")
    # Bytes per position differ by what does not grow and by the sizes of tiles.
    shares = [sum(plan) / length for length, plan in plans.items()]
    is_linear = max(shares) <= 1.5 * (min(shares) if order == "causal" else shares[0])
    print("linear" if is_linear else "not linear")
    return 0 if is_linear != arguments.quadratic else 1


if __name__ == "__main__":
    sys.exit(main())
