# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Models made to exhaust or overflow the compiler. Each must be compiled or refused, in bounded time and memory.

usage: hostile.py --foveac PATH [--only REGEX] [--verbose]

Overflowing sizes, constants that would fold to terabytes, deep nesting, long chains. An ending is in order when foveac returns
0, or 1, 2 or 4 with an error; `refused` cases must not return 0.
"""
import argparse
import pathlib
import re
import resource
import subprocess
import sys
import tempfile
import time

import numpy
import onnx
from onnx import TensorProto, helper, numpy_helper

SECONDS, MIB = 60, 4096
HUGE = 2**62
F, I = TensorProto.FLOAT, TensorProto.INT64
CASES = {}


def case(refused=True, opset=21):
    def register(function):
        CASES[function.__name__] = (function, refused, opset)
        return function
    return register


def info(name, shape, kind=F):
    return helper.make_tensor_value_info(name, kind, shape)


def ints(name, *values):
    return numpy_helper.from_array(numpy.array(values, dtype=numpy.int64), name)


def one(op, shape, constants, more_inputs=(), kind=F, **attributes):
    """A model of one node on x, with constants behind it."""
    node = helper.make_node(op, ["x", *(c.name for c in constants), *more_inputs], ["y"], **attributes)
    return helper.make_graph([node], "g", [info("x", shape, kind)], [onnx.ValueInfoProto(name="y")], list(constants))


def chain_of_constants(op, start, steps, **attributes):
    """Constants that grow with each node: op doubles its operand."""
    nodes, name = [], "c"
    for i in range(steps):
        nodes.append(helper.make_node(op, [name, name], [f"c{i}"], **attributes))
        name = f"c{i}"
    nodes.append(helper.make_node("ReduceSum", [name], ["s"], keepdims=0))
    nodes.append(helper.make_node("Add", ["x", "s"], ["y"]))
    return helper.make_graph(nodes, "g", [info("x", (1,))], [onnx.ValueInfoProto(name="y")], [start])


@case()
def reshape_wraps_around():
    return one("Reshape", (4,), [ints("s", 2**32, 2**32, 4)])


@case()
def reshape_to_huge():
    return one("Reshape", (4,), [ints("s", HUGE, 2)])


@case()
def reshape_negative():
    return one("Reshape", (4,), [ints("s", -5, 2)])


@case()
def expand_wraps_around():
    return one("Expand", (1,), [ints("s", HUGE, 8)])


@case(refused=False)
def expand_to_terabytes():
    return one("Expand", (1,), [ints("s", 2**20, 2**22)])


@case()
def tile_wraps_around():
    return one("Tile", (3, 3), [ints("r", 2**40, 2**40)])


@case()
def tile_negative():
    return one("Tile", (3,), [ints("r", -1)])


@case()
def pad_wraps_around():
    return one("Pad", (3,), [ints("p", 2**63 - 1, 2**63 - 1)])


@case()
def pad_too_far_away():
    return one("Pad", (3,), [ints("p", -10, -10)])


@case(refused=False)
def pad_reflects_too_far():
    return one("Pad", (3,), [ints("p", 2**40, 0)], mode="reflect")


@case()
def resize_wraps_around():
    scales = numpy_helper.from_array(numpy.array([1, 1, 1e30, 1e30], dtype=numpy.float32), "s")
    node = helper.make_node("Resize", ["x", "", "s"], ["y"], mode="nearest")
    return helper.make_graph([node], "g", [info("x", (1, 1, 4, 4))], [onnx.ValueInfoProto(name="y")], [scales])


@case()
def resize_not_a_number():
    scales = numpy_helper.from_array(numpy.array([1, 1, numpy.nan, -1], dtype=numpy.float32), "s")
    node = helper.make_node("Resize", ["x", "", "s"], ["y"], mode="linear")
    return helper.make_graph([node], "g", [info("x", (1, 1, 4, 4))], [onnx.ValueInfoProto(name="y")], [scales])


@case()
def resize_to_huge_sizes():
    node = helper.make_node("Resize", ["x", "", "", "s"], ["y"], mode="cubic")
    return helper.make_graph([node], "g", [info("x", (1, 1, 4, 4))], [onnx.ValueInfoProto(name="y")],
                             [ints("s", 1, 1, HUGE, HUGE)])


@case()
def concat_of_huge():
    node = helper.make_node("Concat", ["x", "x", "x", "x"], ["y"], axis=0)
    return helper.make_graph([node], "g", [info("x", (2**61,))], [onnx.ValueInfoProto(name="y")])


@case()
def concat_doubles_for_ever():
    nodes = [helper.make_node("Concat", [f"x{i}", f"x{i}"], [f"x{i + 1}"], axis=0) for i in range(70)]
    return helper.make_graph(nodes, "g", [info("x0", (1,))], [onnx.ValueInfoProto(name="x70")])


@case(refused=False)
def constant_of_shape_terabytes():
    node = helper.make_node("ConstantOfShape", ["s"], ["c"])
    add = helper.make_node("Add", ["c", "x"], ["y"])
    return helper.make_graph([node, add], "g", [info("x", (1,))], [onnx.ValueInfoProto(name="y")], [ints("s", 2**40)])


@case()
def constant_of_shape_wraps_around():
    node = helper.make_node("ConstantOfShape", ["s"], ["y"])
    return helper.make_graph([node], "g", [], [onnx.ValueInfoProto(name="y")], [ints("s", 2**32, 2**32)])


@case()
def range_for_ever():
    node = helper.make_node("Range", ["a", "b", "c"], ["y"])
    scalars = [numpy_helper.from_array(numpy.array(v, dtype=numpy.int64), n) for n, v in (("a", -HUGE), ("b", HUGE), ("c", 1))]
    return helper.make_graph([node], "g", [], [onnx.ValueInfoProto(name="y")], scalars)


@case()
def range_without_step():
    node = helper.make_node("Range", ["a", "b", "c"], ["y"])
    scalars = [numpy_helper.from_array(numpy.array(v, dtype=numpy.float32), n) for n, v in (("a", 0), ("b", 9), ("c", 0))]
    return helper.make_graph([node], "g", [], [onnx.ValueInfoProto(name="y")], scalars)


@case()
def one_hot_of_huge_depth():
    depth = numpy_helper.from_array(numpy.array(HUGE, dtype=numpy.int64), "d")
    values = numpy_helper.from_array(numpy.array([0, 1], dtype=numpy.float32), "v")
    node = helper.make_node("OneHot", ["x", "d", "v"], ["y"])
    return helper.make_graph([node], "g", [info("x", (8,), I)], [onnx.ValueInfoProto(name="y")], [depth, values])


@case()
def conv_with_huge_padding():
    weights = numpy_helper.from_array(numpy.ones((1, 1, 3), dtype=numpy.float32), "w")
    return one("Conv", (1, 1, 8), [weights], pads=[2**62, 2**62])


@case()
def conv_with_huge_dilation():
    weights = numpy_helper.from_array(numpy.ones((1, 1, 3), dtype=numpy.float32), "w")
    return one("Conv", (1, 1, 8), [weights], dilations=[2**62])


@case()
def conv_without_stride():
    weights = numpy_helper.from_array(numpy.ones((1, 1, 3), dtype=numpy.float32), "w")
    return one("Conv", (1, 1, 8), [weights], strides=[0])


@case()
def conv_of_no_groups():
    weights = numpy_helper.from_array(numpy.ones((1, 1, 3), dtype=numpy.float32), "w")
    return one("Conv", (1, 1, 8), [weights], group=0)


@case()
def conv_transpose_of_huge_stride():
    weights = numpy_helper.from_array(numpy.ones((1, 1, 3), dtype=numpy.float32), "w")
    return one("ConvTranspose", (1, 1, 8), [weights], strides=[2**62])


@case()
def pool_of_huge_kernel():
    return one("MaxPool", (1, 1, 8), [], kernel_shape=[2**62], pads=[2**61, 2**61])


@case()
def depth_to_space_of_huge_blocks():
    return one("DepthToSpace", (1, 4, 2, 2), [], blocksize=2**62)


@case()
def space_to_depth_of_no_blocks():
    return one("SpaceToDepth", (1, 4, 2, 2), [], blocksize=0)


@case(refused=False)
def slice_from_end_to_end():
    return one("Slice", (8,), [ints("a", -2**63), ints("b", 2**63 - 1), ints("c", 0), ints("d", 2**62)])


@case(refused=False)
def slice_backwards_for_ever():
    return one("Slice", (8,), [ints("a", 2**63 - 1), ints("b", -2**63), ints("c", 0), ints("d", -2**63)])


@case()
def slice_without_step():
    return one("Slice", (8,), [ints("a", 0), ints("b", 8), ints("c", 0), ints("d", 0)])


@case()
def split_into_huge():
    node = helper.make_node("Split", ["x", "s"], ["y", "z"], axis=0)
    return helper.make_graph([node], "g", [info("x", (8,))], [onnx.ValueInfoProto(name=n) for n in "yz"],
                             [ints("s", 2**63 - 1, 9 - 2**63)])


@case()
def top_of_more_than_all():
    node = helper.make_node("TopK", ["x", "k"], ["y", "z"])
    return helper.make_graph([node], "g", [info("x", (8,))], [onnx.ValueInfoProto(name=n) for n in "yz"], [ints("k", HUGE)])


@case()
def axis_far_away():
    return one("Softmax", (8,), [], axis=2**62)


@case()
def transpose_twice_the_same():
    return one("Transpose", (2, 3), [], perm=[0, 0])


@case()
def squeeze_what_is_not_there():
    return one("Squeeze", (1, 3), [ints("a", -2**63)])


@case()
def input_of_huge_extents():
    return one("Relu", (2**31, 2**31, 2**31), [])


@case()
def input_of_petabytes():
    return one("Relu", (2**50,), [])


@case()
def matmul_of_huge_result():
    node = helper.make_node("MatMul", ["x", "w"], ["y"])
    return helper.make_graph([node], "g", [info("x", (2**31, 1)), info("w", (1, 2**31))], [onnx.ValueInfoProto(name="y")])


@case()
def broadcast_to_huge():
    node = helper.make_node("Add", ["x", "w"], ["y"])
    return helper.make_graph([node], "g", [info("x", (2**31, 1)), info("w", (2**32,))], [onnx.ValueInfoProto(name="y")])


@case()
def einsum_to_huge():
    node = helper.make_node("Einsum", ["x", "w"], ["y"], equation="i,j->ij")
    return helper.make_graph([node], "g", [info("x", (2**31,)), info("w", (2**32,))], [onnx.ValueInfoProto(name="y")])


@case()
def einsum_of_nonsense():
    return one("Einsum", (2, 2), [], equation="i" * 5000 + "->" + "j" * 5000)


@case()
def fold_bomb_concat():
    return chain_of_constants("Concat", numpy_helper.from_array(numpy.ones(1, dtype=numpy.float32), "c"), 45, axis=0)


@case()
def fold_bomb_matmul():
    # Sixty products of 2048 cubed: nothing is large, but folding them takes an hour.
    nodes = [helper.make_node("ConstantOfShape", ["s"], ["c0"], value=numpy_helper.from_array(numpy.ones(1, numpy.float32)))]
    nodes += [helper.make_node("MatMul", [f"c{i}", f"c{i}"], [f"c{i + 1}"]) for i in range(60)]
    nodes.append(helper.make_node("Add", ["x", "c60"], ["y"]))
    return helper.make_graph(nodes, "g", [info("x", (1,))], [onnx.ValueInfoProto(name="y")], [ints("s", 2048, 2048)])


CASES["fold_bomb_matmul"] = (fold_bomb_matmul, False, 21)


@case(refused=False)
def fold_bomb_of_many_ranges():
    nodes = []
    for i in range(200):
        nodes.append(helper.make_node("ConstantOfShape", ["s"], [f"c{i}"]))
        nodes.append(helper.make_node("Add", ["x" if i == 0 else f"a{i - 1}", f"c{i}"], [f"a{i}"]))
    nodes.append(helper.make_node("Relu", ["a199"], ["y"]))
    return helper.make_graph(nodes, "g", [info("x", (1,))], [onnx.ValueInfoProto(name="y")], [ints("s", 2**20)])


@case(refused=False)
def long_chain():
    nodes = [helper.make_node("Relu", [f"x{i}"], [f"x{i + 1}"]) for i in range(100000)]
    return helper.make_graph(nodes, "g", [info("x0", (4,))], [onnx.ValueInfoProto(name="x100000")])


@case(refused=False)
def long_chain_of_constants():
    nodes = [helper.make_node("Neg", [f"c{i}"], [f"c{i + 1}"]) for i in range(100000)]
    nodes.append(helper.make_node("Add", ["x", "c100000"], ["y"]))
    start = numpy_helper.from_array(numpy.ones(4, dtype=numpy.float32), "c0")
    return helper.make_graph(nodes, "g", [info("x", (4,))], [onnx.ValueInfoProto(name="y")], [start])


def nested(depth):
    """If in If, so deep."""
    def branch(level, side):
        name = f"{side}{level}"
        if level == depth:
            nodes = [helper.make_node("Relu", ["x"], [f"{name}_y"])]
        else:
            nodes = [helper.make_node("If", ["c"], [f"{name}_y"], then_branch=branch(level + 1, f"{name}t"),
                                      else_branch=helper.make_graph([helper.make_node("Neg", ["x"], [f"{name}_e"])], "e", [],
                                                                    [info(f"{name}_e", (2,))]))]
        return helper.make_graph(nodes, name, [], [info(f"{name}_y", (2,))])
    node = helper.make_node("If", ["c"], ["y"], then_branch=branch(1, "t"), else_branch=helper.make_graph(
        [helper.make_node("Neg", ["x"], ["e"])], "e", [], [info("e", (2,))]))
    return helper.make_graph([node], "g", [info("x", (2,)), info("c", (), TensorProto.BOOL)], [info("y", (2,))])


@case(refused=False)
def nested_a_little():
    return nested(12)


@case(refused=False)
def thousand_subgraphs():
    nodes = []
    for i in range(1000):
        branches = [helper.make_graph([helper.make_node(op, [f"x{i}"], [f"{op}{i}"])], f"{op}{i}", [], [info(f"{op}{i}", (2,))])
                    for op in ("Relu", "Neg")]
        nodes.append(helper.make_node("If", ["c"], [f"x{i + 1}"], then_branch=branches[0], else_branch=branches[1]))
    return helper.make_graph(nodes, "g", [info("x0", (2,)), info("c", (), TensorProto.BOOL)], [info("x1000", (2,))])


def loop_of(trips, scanned):
    count = numpy_helper.from_array(numpy.array(trips, dtype=numpy.int64), "n")
    true = numpy_helper.from_array(numpy.array(True), "t")
    body = helper.make_graph(
        [helper.make_node("Identity", ["c"], ["co"]), helper.make_node("Add", ["s", "s"], ["so"]),
         helper.make_node("Neg", ["s"], ["z"])],
        "body", [info("i", (), I), info("c", (), TensorProto.BOOL), info("s", (2,))],
        [info("co", (), TensorProto.BOOL), info("so", (2,))] + ([info("z", (2,))] if scanned else []))
    node = helper.make_node("Loop", ["n", "t", "x"], ["y", "z"] if scanned else ["y"], body=body)
    return helper.make_graph([node], "g", [info("x", (2,))],
                             [onnx.ValueInfoProto(name=n) for n in (("y", "z") if scanned else ("y",))], [count, true])


@case(refused=False)
def loop_of_many_trips():
    return loop_of(2**40, False)


@case()
def loop_that_collects_for_ever():
    return loop_of(2**60, True)


@case(refused=False)
def loop_of_negative_trips():
    return loop_of(-3, False)


@case()
def rank_of_hundreds():
    return one("Relu", (1,) * 300, [])


@case(refused=False)
def unsqueeze_without_end():
    nodes = [helper.make_node("Unsqueeze", [f"x{i}", "a"], [f"x{i + 1}"]) for i in range(100)]
    return helper.make_graph(nodes, "g", [info("x0", (2,))], [onnx.ValueInfoProto(name="x100")], [ints("a", 0)])


@case()
def unsqueeze_by_a_list_of_the_run():
    node = helper.make_node("Unsqueeze", ["x", "a"], ["y"])
    return helper.make_graph([node], "g", [info("x", (2,)), info("a", (2**58,), I)],
                             [onnx.ValueInfoProto(name="y")])


@case()
def affine_grid_of_many_dimensions():
    node = helper.make_node("AffineGrid", ["x", "s"], ["y"])
    return helper.make_graph([node], "g", [info("x", (1, 2**33, "n")), info("s", ("m",), I)],
                             [onnx.ValueInfoProto(name="y")])


@case()
def range_to_the_least_number():
    return helper.make_graph([helper.make_node("Range", ["a", "b", "c"], ["y"])], "g", [info("x", (2,))], [onnx.ValueInfoProto(name="y")],
                             [ints("a", 0), ints("b", -2**63), ints("c", -1)])


@case()
def resize_by_a_matrix():
    scales = numpy_helper.from_array(numpy.full((1, 1), 2, dtype=numpy.float32), "s")
    node = helper.make_node("Resize", ["x", "", "s"], ["y"])
    return helper.make_graph([node], "g", [info("x", (1, 1, 2, 3))], [onnx.ValueInfoProto(name="y")], [scales])


@case(refused=False)
def wide_concat():
    node = helper.make_node("Concat", ["x"] * 100, ["y"], axis=0)
    return helper.make_graph([node], "g", [info("x", (1,))], [onnx.ValueInfoProto(name="y")])


@case()
def recurrence_of_huge_hidden_size():
    node = helper.make_node("LSTM", ["x", "w", "r"], ["y"], hidden_size=2**61)
    return helper.make_graph([node], "g", [info("x", (2, 1, 4)), info("w", (1, 16, 4)), info("r", (1, 16, 4))],
                             [onnx.ValueInfoProto(name="y")])


@case()
def attention_of_no_heads():
    node = helper.make_node("Attention", ["x", "x", "x"], ["y"], q_num_heads=0, kv_num_heads=0)
    return helper.make_graph([node], "g", [info("x", (1, 2, 4))], [onnx.ValueInfoProto(name="y")])


CASES["attention_of_no_heads"] = (attention_of_no_heads, True, 23)


def run(foveac, graph, opset, folder):
    path = folder / "model.onnx"
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", opset)], ir_version=10)
    path.write_bytes(model.SerializeToString())

    def limit():
        resource.setrlimit(resource.RLIMIT_AS, (MIB << 20, MIB << 20))
        resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    started = time.monotonic()
    done = subprocess.run([foveac, path, "-o", folder / "model.o", "--backend=llvm"], capture_output=True, text=True,
                          errors="replace", preexec_fn=limit, cwd=folder)
    return done.returncode, done.stderr, time.monotonic() - started


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--foveac", default="foveac")
    parser.add_argument("--only", default="")
    parser.add_argument("--verbose", action="store_true")
    arguments = parser.parse_args()
    failures, ran = 0, 0
    for name, (make, refused, opset) in CASES.items():
        if not re.search(arguments.only, name):
            continue
        ran += 1
        with tempfile.TemporaryDirectory() as folder:
            status, text, seconds = run(arguments.foveac, make(), opset, pathlib.Path(folder))
        text = text.strip()
        # Unsupported here means that the operator or form is refused before its sizes are looked at.
        in_order = (status == 0 and not refused) or (status in (1, 2, 4) and "error:" in text)
        if not in_order:
            failures += 1
        if not in_order or arguments.verbose:
            print(f"{'' if in_order else 'FAILED '}{name}: status {status} after {seconds:.1f} s: "
                  f"{text.splitlines()[0][-230:] if text else ''}", flush=True)
    print(f"{ran - failures} of {ran} models end in order")
    return 1 if failures or not ran else 0


if __name__ == "__main__":
    sys.exit(main())
