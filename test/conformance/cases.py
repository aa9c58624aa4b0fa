# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""The cases that come with the onnx wheel, as files: models in three modes, inputs and expected outputs as .npy.

They are generated once into a folder named after the wheel's version. Element types that .npy does not have are stored as
unsigned integers of their bits, 4-bit and 2-bit ones a byte each.
"""
import dataclasses
import json
import os
import pathlib
import shutil
import tempfile
import warnings
import zlib

import numpy
import onnx
from onnx import TensorProto, numpy_helper

MODES = ("inputs", "constants", "symbolic")
# Changes whenever what is written changes.
FORMAT = 5
SIMPLE_TYPES = {"FLOAT", "INT32", "INT64", "BOOL"}
LLM_OPERATORS = {"Attention", "RMSNormalization", "RotaryEmbedding"}
# The operators of transformers, and of what stands around them. A case belongs to the slice when its graph uses no other.
SLICE = set("""
Add And Attention Cast Clip Concat Constant ConstantOfShape Cos CumSum Div Equal Erf Exp Expand Gather Gelu Gemm Greater
Identity LayerNormalization Less MatMul Max Min Mul Neg Not Or Pow RMSNormalization Range Reciprocal ReduceMean ReduceSum
Reshape RotaryEmbedding Shape Sigmoid Sin Slice Softmax Split Sqrt Squeeze Sub Tanh Transpose Trilu Unsqueeze Where
Abs ArgMax ArgMin CastLike Ceil Conv DequantizeLinear Dropout DynamicQuantizeLinear Einsum Elu Flatten Floor GatherElements
GatherND GreaterOrEqual GroupNormalization HardSigmoid HardSwish InstanceNormalization IsInf IsNaN LessOrEqual Log
LogSoftmax MatMulInteger Mean Mod NonZero OneHot Pad QLinearMatMul QuantizeLinear ReduceL2 ReduceMax ReduceMin ReduceProd
Relu Round ScatterElements ScatterND Sign SimplifiedLayerNormalization Size Softplus Sum SwiGLU Swish TensorScatter Tile
TopK""".split())


@dataclasses.dataclass
class Value:
    """An input or output. `file` is empty when it is no tensor, or absent: then `kind` says what it is."""
    name: str
    type: str = ""
    shape: list = dataclasses.field(default_factory=list)
    file: str = ""
    kind: str = "tensor"


@dataclasses.dataclass
class Case:
    name: str
    kind: str
    folder: str
    operators: list
    types: list
    rtol: float
    atol: float
    inputs: list
    outputs: list
    # Extents of symbolic dimensions by mode.
    dims: dict

    def slices(self):
        found = ["all"]
        if set(self.operators) <= SLICE:
            found.append("slice")
            if set(self.types) <= SIMPLE_TYPES:
                found.append("simple-type slice")
        if set(self.operators) & LLM_OPERATORS:
            found.append("LLM operators")
        return found


def as_array(value):
    """What a case holds as an array, or nothing for sequences, maps, strings and absent values."""
    if isinstance(value, TensorProto):
        if value.data_type == TensorProto.STRING:
            return None
        value = numpy_helper.to_array(value)
    if value is None or isinstance(value, (list, tuple, dict, str, bytes)):
        return None
    array = numpy.asarray(value)
    return None if array.dtype.kind in "OSU" else array


def to_bits(array):
    """The array as .npy can hold it."""
    if array.dtype.isbuiltin == 1:
        return array
    if array.dtype.name in ("int4", "int2"):
        return array.astype(numpy.int8).view(numpy.uint8)
    if array.dtype.name in ("uint4", "uint2"):
        return array.astype(numpy.uint8)
    return array.view(f"u{array.dtype.itemsize}")


def describe(info, value, folder, file):
    """Writes one value of a case."""
    kind = info.type.WhichOneof("value") or "tensor_type"
    described = Value(info.name, kind=kind.removesuffix("_type"))
    array = as_array(value)
    if kind == "optional_type" and info.type.optional_type.elem_type.WhichOneof("value") == "tensor_type":
        element = info.type.optional_type.elem_type.tensor_type.elem_type
    else:
        element = info.type.tensor_type.elem_type
    described.type = TensorProto.DataType.Name(element)
    if array is None:
        if described.kind == "tensor" and described.type != "STRING":
            described.kind = "absent"
        return described
    described.shape = list(array.shape)
    described.file = file
    numpy.save(folder / file, numpy.ascontiguousarray(to_bits(array)).reshape(array.shape))
    return described


def real_inputs(graph):
    initializers = {tensor.name for tensor in graph.initializer}
    return [info for info in graph.input if info.name not in initializers]


def static_dims(graph, inputs, outputs):
    """The extents that the model itself leaves open."""
    dims = {}
    for info, value in [*zip(real_inputs(graph), inputs), *zip(graph.output, outputs)]:
        for axis, dim in enumerate(info.type.tensor_type.shape.dim):
            if dim.HasField("dim_value") or not value.file or axis >= len(value.shape):
                continue
            dims.setdefault(dim.dim_param or f"{info.name}:{axis}", value.shape[axis])
    return dims


def make_symbolic(model, inputs, outputs):
    """Every dimension of inputs and outputs gets a name, and the extents by name. Half of the cases have one name per
    position, the others one per extent, as exporters write them; which, the graph's name decides."""
    by_extent = zlib.crc32(model.graph.name.encode()) & 1
    dims = {}
    del model.graph.value_info[:]
    for side, infos, values in (("in", real_inputs(model.graph), inputs), ("out", model.graph.output, outputs)):
        for number, (info, value) in enumerate(zip(infos, values)):
            if info.type.WhichOneof("value") != "tensor_type" or not value.file:
                continue
            for axis, extent in enumerate(value.shape):
                if axis >= len(info.type.tensor_type.shape.dim):
                    break
                dim = info.type.tensor_type.shape.dim[axis]
                name = f"n{extent}" if by_extent else f"{side}{number}_{axis}"
                dim.Clear()
                dim.dim_param = name
                dims[name] = extent
    return dims


def make_constants(model, arrays):
    """Every input that is a tensor becomes an initializer."""
    for info in real_inputs(model.graph):
        if arrays.get(info.name) is None:
            continue
        value = arrays[info.name]
        tensor = TensorProto()
        tensor.CopyFrom(value if isinstance(value, TensorProto) else numpy_helper.from_array(as_array(value)))
        tensor.name = info.name
        model.graph.initializer.append(tensor)
        model.graph.input.remove(info)


def write_case(root, name, kind, model, inputs, outputs, rtol, atol):
    folder = root / name
    folder.mkdir(parents=True)
    infos = real_inputs(model.graph)
    described_inputs = [describe(info, value, folder, f"in{i}.npy") for i, (info, value) in enumerate(zip(infos, inputs))]
    described_outputs = [describe(info, value, folder, f"out{i}.npy")
                         for i, (info, value) in enumerate(zip(model.graph.output, outputs))]
    types = {value.type if value.kind == "tensor" else value.kind for value in described_inputs + described_outputs}
    # The types of all inputs of the graph count, initializers too.
    for info in model.graph.input:
        kind_of_type = info.type.WhichOneof("value")
        if kind_of_type == "tensor_type":
            types.add(TensorProto.DataType.Name(info.type.tensor_type.elem_type))
        else:
            types.add(kind_of_type.removesuffix("_type"))
    arrays = {info.name: value for info, value in zip(infos, inputs) if as_array(value) is not None
              and info.type.WhichOneof("value") == "tensor_type"}
    dims = {"inputs": static_dims(model.graph, described_inputs, described_outputs)}
    onnx.save(model, folder / "inputs.onnx")
    variant = onnx.ModelProto()
    variant.CopyFrom(model)
    dims["symbolic"] = make_symbolic(variant, described_inputs, described_outputs)
    onnx.save(variant, folder / "symbolic.onnx")
    variant.CopyFrom(model)
    make_constants(variant, arrays)
    rest = {info.name for info in real_inputs(variant.graph)}
    dims["constants"] = static_dims(variant.graph, [value for value in described_inputs if value.name in rest],
                                    described_outputs)
    onnx.save(variant, folder / "constants.onnx")
    operators = sorted({node.op_type for node in model.graph.node})
    return Case(name, kind, name, operators, sorted(types), rtol, atol, described_inputs, described_outputs, dims)


def load_values(folder, stem, infos):
    """The values of a case that the wheel has as files."""
    values = []
    for number, info in enumerate(infos):
        data = (folder / "test_data_set_0" / f"{stem}_{number}.pb").read_bytes()
        kind = info.type.WhichOneof("value")
        if kind != "tensor_type":
            proto = onnx.SequenceProto() if kind == "sequence_type" else onnx.OptionalProto()
            proto.ParseFromString(data)
            values.append([proto])
            continue
        values.append(onnx.TensorProto.FromString(data))
    return values


def generate_node_cases(root):
    with warnings.catch_warnings(), numpy.errstate(all="ignore"):
        warnings.simplefilter("ignore")
        from onnx.backend.test.case.node import collect_testcases
        for case in collect_testcases(None):
            inputs, outputs = case.data_sets[0]
            yield write_case(root, case.name, "node", case.model, inputs, outputs, case.rtol, case.atol)


def generate_model_cases(root):
    from onnx.backend.test.loader import DATA_DIR, load_model_tests
    data = pathlib.Path(DATA_DIR)
    for kind in ("simple", "pytorch-converted", "pytorch-operator"):
        for case in sorted(load_model_tests(DATA_DIR, kind), key=lambda case: case.name):
            folder = pathlib.Path(case.model_dir)
            model = onnx.load(folder / "model.onnx")
            yield write_case(root, case.name, kind, model, load_values(folder, "input", real_inputs(model.graph)),
                             load_values(folder, "output", model.graph.output), case.rtol, case.atol)
    for path in sorted((data / "light").glob("*.onnx")):
        model = onnx.load(path)
        inputs = []
        for info in real_inputs(model.graph):
            # What the wheel's own runner feeds.
            shape = [dim.dim_value if dim.HasField("dim_value") else 1 for dim in info.type.tensor_type.shape.dim]
            count = int(numpy.prod(shape))
            inputs.append((numpy.arange(count).reshape(shape) / count).astype(numpy.float32))
        outputs = [onnx.load_tensor(str(path.with_suffix("")) + f"_output_{i}.pb") for i in range(len(model.graph.output))]
        real = json.loads((data / "real" / path.stem.replace("light_", "test_") / "data.json").read_text())
        yield write_case(root, f"test_{path.stem}", "light", model, inputs, outputs, real["rtol"], real["atol"])


def load_cases(cache):
    """All cases; `cache` is the folder that holds one folder per wheel, in which each case has its own."""
    root = pathlib.Path(cache) / f"onnx-{onnx.__version__}-{FORMAT}"
    index = root / "index.json"
    if not index.exists():
        pathlib.Path(cache).mkdir(parents=True, exist_ok=True)
        work = pathlib.Path(tempfile.mkdtemp(dir=cache))
        cases = [dataclasses.asdict(case) for generate in (generate_node_cases, generate_model_cases)
                 for case in generate(work)]
        (work / "index.json").write_text(json.dumps(cases))
        try:
            os.rename(work, root)
        except OSError:
            # Somebody else was faster.
            shutil.rmtree(work)
    cases = []
    for fields in json.loads(index.read_text()):
        fields["inputs"] = [Value(**value) for value in fields["inputs"]]
        fields["outputs"] = [Value(**value) for value in fields["outputs"]]
        fields["folder"] = str(root / fields["folder"])
        cases.append(Case(**fields))
    return cases
