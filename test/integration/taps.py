# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Taps against the evaluator: attention weights of compiled models beside the values that the graph itself holds.

usage: taps.py --bin DIR --fixtures DIR --backend auto|llvm

The evaluator runs a copy of each model whose further outputs are what its Softmax nodes read and write, or what
Attention gives for its modes. The compiled model is tapped for all heads and rows, for a choice of both, and for single
rows; its own outputs must be bit for bit those of the model compiled without taps.
"""
import argparse
import pathlib
import subprocess
import sys
import tempfile

import numpy
import onnx
from onnx import TensorProto, helper

# Exports: bias tables, bool and float masks, causal, cross attention, key padding, both exporters, Attention of the standard.
EXPORTS = ("timm_beit__fused_ts17", "timm_vit__fused_dy23", "nn_mha_kpm__fused_ts17", "sdpa_boolmask__fused_dy18",
           "sdpa_floatmask__fused_ts14", "hf_t5_decoder__ts17", "hf_gpt2_past__ts17w", "sdpa_plain__fused_ts17h")
# The positions of q's heads that a choice asks for, in its order, as text and as indices.
CHOICES = {2: ("1", [1]), 3: ("2,0-1", [2, 0, 1]), 4: ("3,0-1", [3, 0, 1]), 8: ("7,2-5,0", [7, 2, 3, 4, 5, 0])}
STAGES = {"raw": 0, "capped": 1, "scores": 2, "probs": 3}


def run(command):
    result = subprocess.run([str(part) for part in command], capture_output=True, text=True)
    if result.returncode != 0:
        sys.exit(f"{' '.join(map(str, command))}\nexit code {result.returncode}\n{result.stdout}{result.stderr}")
    return result.stdout


def standard_attention(heads, key_heads, element=TensorProto.FLOAT, mask=None, **attributes):
    """A model of one Attention with its scores at four stages: which stage an Attention returns is an attribute."""
    rows, keys, width = 6, 9, 8
    names = ["q", "k", "v"]
    inputs = [helper.make_tensor_value_info("q", element, [2, heads, rows, width]),
              helper.make_tensor_value_info("k", element, [2, key_heads, keys, width]),
              helper.make_tensor_value_info("v", element, [2, key_heads, keys, width])]
    if mask:
        names.append("mask")
        inputs.append(helper.make_tensor_value_info("mask", mask, [2, 1, rows, keys]))
    tapped = helper.make_node("Attention", names, ["y"], "site", **attributes)
    outputs = [helper.make_tensor_value_info("y", element, [2, heads, rows, width])]
    model = helper.make_model(helper.make_graph([tapped], "g", inputs, outputs),
                              opset_imports=[helper.make_opsetid("", 23)], ir_version=11)
    return model, standard_reference


def standard_reference(model):
    """The same Attention once for each stage."""
    copy = onnx.ModelProto()
    copy.CopyFrom(model)
    site = copy.graph.node[0]
    names = []
    for stage in STAGES:
        node = copy.graph.node.add()
        node.CopyFrom(site)
        node.name = stage
        node.output[:] = [f"y_{stage}", "", "", f"site_{stage}"]
        set_stage(node, stage)
        copy.graph.output.append(helper.make_tensor_value_info(f"site_{stage}", site_type(copy), None))
        names.append(("site", stage, f"site_{stage}"))
    return copy, names


def set_stage(attention, stage):
    """Makes an Attention return its scores at this stage."""
    kept = [attribute for attribute in attention.attribute if attribute.name != "qk_matmul_output_mode"]
    del attention.attribute[:]
    attention.attribute.extend([*kept, helper.make_attribute("qk_matmul_output_mode", STAGES[stage])])


def site_type(model):
    return model.graph.input[0].type.tensor_type.elem_type


def softmax_reference(model):
    """A copy of the model that returns what its Softmax nodes read and write."""
    copy = onnx.ModelProto()
    copy.CopyFrom(model)
    names = []
    element = next((entry.type.tensor_type.elem_type for entry in copy.graph.output), TensorProto.FLOAT)
    for node in copy.graph.node:
        if node.op_type == "Softmax":
            for stage, value in (("scores", node.input[0]), ("probs", node.output[0])):
                if value not in [entry.name for entry in copy.graph.output]:
                    copy.graph.output.append(helper.make_tensor_value_info(value, element, None))
                names.append((node.name, stage, value))
        elif node.op_type == "Attention":
            node.output.extend([""] * (3 - len(node.output)) + [f"weights of {node.output[0]}"])
            set_stage(node, "probs")
            copy.graph.output.append(helper.make_tensor_value_info(node.output[3], element, None))
            names.append((node.name, "probs", node.output[3]))
    return copy, names


def unfused_model():
    """A site that is refused, since its scores have a second use: its Softmax is what a tap returns."""
    floats = [helper.make_tensor_value_info(name, TensorProto.FLOAT, [3, 5, 8]) for name in "qkv"]
    nodes = [helper.make_node("Transpose", ["k"], ["kt"], "t", perm=[0, 2, 1]),
             helper.make_node("MatMul", ["q", "kt"], ["s"], "scores"), helper.make_node("Softmax", ["s"], ["p"], "site"),
             helper.make_node("MatMul", ["p", "v"], ["y"], "out")]
    outputs = [helper.make_tensor_value_info("y", TensorProto.FLOAT, [3, 5, 8]),
               helper.make_tensor_value_info("s", TensorProto.FLOAT, [3, 5, 5])]
    model = helper.make_model(helper.make_graph(nodes, "g", floats, outputs),
                              opset_imports=[helper.make_opsetid("", 17)], ir_version=9)
    return model, softmax_reference


MADE = {
    "plain": lambda: standard_attention(3, 3),
    "causal": lambda: standard_attention(4, 4, is_causal=1),
    "groups": lambda: standard_attention(8, 2, is_causal=1, scale=0.4),
    "cap": lambda: standard_attention(3, 3, softcap=1.5, is_causal=1),
    "bias": lambda: standard_attention(4, 2, mask=TensorProto.FLOAT, softcap=2.0),
    "hidden": lambda: standard_attention(8, 4, mask=TensorProto.BOOL),
    "half": lambda: standard_attention(4, 4, TensorProto.FLOAT16, is_causal=1),
    "refused": unfused_model,
}


def random_inputs(model):
    generator = numpy.random.default_rng(5)
    arrays = {}
    for entry in model.graph.input:
        shape = [dim.dim_value or 1 for dim in entry.type.tensor_type.shape.dim]
        dtype = helper.tensor_dtype_to_np_dtype(entry.type.tensor_type.elem_type)
        if dtype == bool:
            arrays[entry.name] = generator.random(shape) < 0.7
            arrays[entry.name][..., 0] = True
        else:
            arrays[entry.name] = generator.standard_normal(shape).astype(dtype)
    return arrays


def cases(fixtures):
    for name, make in MADE.items():
        model, reference = make()
        yield name, model, reference, random_inputs(model), {}
    for name in EXPORTS:
        folder = fixtures / "exports" / name
        inputs = dict(numpy.load(folder / "inputs.npz"))
        yield name, onnx.load(folder / "model.onnx"), softmax_reference, inputs, {}
    for folder, file, name, data in (("vit_digits", "vit_digits.onnx", "image", "digits_images.npy"),
                                     ("words", "words.onnx", "words", "sentences.npy")):
        folder = fixtures / "trained" / folder
        inputs = {name: numpy.load(folder / data)[:2]}
        yield file, onnx.load(folder / file), softmax_reference, inputs, {"batch": 2}


def compile_and_run(arguments, work, model, inputs, dims, taps, outputs):
    run([arguments.bin / "foveac", model, "-o", work / "m.so", "--name", "m", "--backend", arguments.backend, *dims,
         *[f"--tap={tap}" for tap in taps]])
    flags = [f"--output={name}=@{work}/out{index}.npy" for index, name in enumerate(outputs)]
    run([arguments.bin / "fovea-run", work / "m.so", *[f"--input={name}=@{path}" for name, path in inputs.items()],
         *flags])
    return {name: numpy.load(work / f"out{index}.npy") for index, name in enumerate(outputs)}


def check(arguments, work, name, model, make_reference, arrays, dims):
    copy, names = make_reference(model)
    onnx.save(model, work / "model.onnx")
    onnx.save(copy, work / "copy.onnx")
    dims = [f"--dim={key}={value}" for key, value in dims.items()]
    inputs = {}
    for index, (key, array) in enumerate(arrays.items()):
        inputs[key] = work / f"in{index}.npy"
        numpy.save(inputs[key], numpy.ascontiguousarray(array))
    (work / "reference").mkdir(exist_ok=True)
    run([arguments.bin / "fovea-evaluate", work / "copy.onnx", *dims, "--output-dir", work / "reference",
         *[f"--input={key}={path}" for key, path in inputs.items()]])

    taps, expected = [], {}
    for index, (node, stage, value) in enumerate(names):
        place = [entry.name for entry in copy.graph.output].index(value)
        reference = numpy.load(work / "reference" / f"{place}.npy").astype(numpy.float32)
        reference = reference.reshape(-1, *([1] * (3 - reference.ndim)), *reference.shape[-3:])
        heads, rows = reference.shape[1:3]
        head_text, head_list = CHOICES.get(heads, ("0", [0]))
        row_text, row_list = ("last,0-1", [rows - 1, 0, 1]) if rows > 2 else ("0", [0])
        for tap, text, part in (
                (f"all{index}", "", reference), (f"row{index}", ",rows=cls", reference[:, :, :1]),
                (f"some{index}", f",heads={head_text},rows={row_text}", reference[:, head_list][:, :, row_list])):
            taps.append(f"{tap}={node}:{stage}{text}")
            expected[tap] = (stage, part)
    own = [entry.name for entry in model.graph.output]
    before = compile_and_run(arguments, work, work / "model.onnx", inputs, dims, [], own)
    found = compile_and_run(arguments, work, work / "model.onnx", inputs, dims, taps, [*own, *expected])
    for key in own:
        if before[key].tobytes() != found[key].tobytes():
            sys.exit(f"{name}: taps change the output {key}")
    half = any(entry.type.tensor_type.elem_type == TensorProto.FLOAT16 for entry in model.graph.output)
    worst = 0.0
    for key, (stage, reference) in expected.items():
        tap = found[key]
        if tap.shape != reference.shape:
            sys.exit(f"{name}: {key} has shape {tap.shape}, the graph has {reference.shape}")
        hidden = numpy.isneginf(reference)
        if (numpy.isneginf(tap) != hidden).any():
            sys.exit(f"{name}: {key} hides other keys than the graph")
        with numpy.errstate(invalid="ignore"):
            difference = numpy.where(hidden, 0, numpy.abs(tap - reference) / numpy.maximum(1, numpy.abs(reference)))
        # Scores are sums of many products, weights at most 1.
        if not difference.max() <= (5e-3 if half else 1e-5 if stage == "probs" else 1e-4):
            sys.exit(f"{name}: {key} differs by {difference.max():.1e}")
        worst = max(worst, float(difference.max()))
    print(f"{name}: {len(taps)} taps of {len({node for node, _, _ in names})} sites, largest difference {worst:.1e}")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--bin", type=pathlib.Path, required=True)
    parser.add_argument("--fixtures", type=pathlib.Path, required=True)
    parser.add_argument("--backend", default="auto")
    parser.add_argument("cases", nargs="*")
    arguments = parser.parse_args()
    for name, *case in cases(arguments.fixtures):
        if not arguments.cases or name in arguments.cases:
            with tempfile.TemporaryDirectory() as work:
                check(arguments, pathlib.Path(work), name, *case)


if __name__ == "__main__":
    main()
