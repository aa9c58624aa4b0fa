# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Runs single onnx ops through fovea-lower-onnx and upstream's loops, beside the onnx wheel's reference evaluator.

All cases become functions of one module, which is compiled once: fovea-opt, mlir-translate, llc and a linker.
"""
import ctypes
import dataclasses
import itertools
import pathlib
import re
import shutil
import subprocess

import ml_dtypes
import numpy
import onnx
from onnx import helper
from onnx.reference import ReferenceEvaluator

OPSET = 23
LOOPS = (
    "builtin.module("
    "one-shot-bufferize{bufferize-function-boundaries=1 function-boundary-type-conversion=identity-layout-map},"
    "buffer-results-to-out-params{hoist-static-allocs=1 modify-public-functions=1},"
    "func.func(convert-linalg-to-loops,convert-scf-to-cf),expand-strided-metadata,lower-affine,"
    "convert-math-to-llvm,convert-math-to-libm,arith-expand{include-bf16=true},convert-index-to-llvm,"
    "finalize-memref-to-llvm,convert-arith-to-llvm,convert-cf-to-llvm,"
    "convert-func-to-llvm{use-bare-ptr-memref-call-conv=1},reconcile-unrealized-casts)")
ELEMENT = {"bool": "i1", "int8": "i8", "int16": "i16", "int32": "i32", "int64": "i64", "uint8": "ui8",
           "uint16": "ui16", "uint32": "ui32", "uint64": "ui64", "float16": "f16", "bfloat16": "bf16",
           "float32": "f32", "float64": "f64", "int2": "i2", "int4": "i4", "uint2": "ui2", "uint4": "ui4",
           "float8_e4m3fn": "f8E4M3FN", "float8_e4m3fnuz": "f8E4M3FNUZ", "float8_e5m2": "f8E5M2",
           "float8_e5m2fnuz": "f8E5M2FNUZ", "float8_e8m0fnu": "f8E8M0FNU", "float6_e2m3fn": "f6E2M3FN",
           "float6_e3m2fn": "f6E3M2FN", "float4_e2m1fn": "f4E2M1FN"}
# What an integer of fewer bits than a byte is stored as; the others are stored as they are.
STORED = {"int2": numpy.int8, "int4": numpy.int8, "uint2": numpy.uint8, "uint4": numpy.uint8}
TOLERANCE = {"float16": 2e-3, "bfloat16": 1.6e-2, "float32": 4e-6, "float64": 1e-12}
# The dialect's spelling of an attribute where it is not the standard's, and the type of its value.
SPELLING = {"perm": "permutation", "transA": "trans_a", "transB": "trans_b", "training_mode": "training"}
BOOLEAN = {"keepdims", "noop_with_empty_axes", "transA", "transB", "fmod", "upper", "select_last_index", "allowzero",
           "align_corners", "antialias", "ceil_mode", "count_include_pad", "detect_negative", "detect_positive",
           "exclude_outside", "interleaved", "inverse", "onesided", "saturate", "training_mode"}


@dataclasses.dataclass
class Constant:
    """An operand that is a constant of the module."""
    value: numpy.ndarray


@dataclasses.dataclass
class Case:
    """One node. Operands are arrays, constants, or None for an absent one; trailing absent ones are written out."""
    op: str
    operands: list
    attributes: dict = dataclasses.field(default_factory=dict)
    results: int = 1
    note: str = ""
    expected: list = None
    tolerance: float = None
    name: str = ""


def array_of(operand):
    return operand.value if isinstance(operand, Constant) else operand


def stored(array):
    return array.astype(STORED.get(array.dtype.name, array.dtype))


def is_argument(operand):
    """An empty tensor is no argument: bare pointers cannot describe one."""
    return operand is not None and not isinstance(operand, Constant) and operand.size > 0


def tensor_type(array):
    return "tensor<" + "".join(f"{extent}x" for extent in array.shape) + ELEMENT[array.dtype.name] + ">"


def constant_text(array):
    if array.dtype == bool:
        values = [str(bool(value)).lower() for value in array.ravel()]
    elif array.dtype.kind in "iu" or array.dtype.name in STORED:
        values = [str(value) for value in stored(array).ravel()]
    else:
        width = array.dtype.itemsize * 8
        values = [f"0x{value:0{width // 4}X}" for value in array.ravel().view(f"u{width // 8}")]
    if array.size == 0:
        return f"dense<> : {tensor_type(array)}"
    it = iter(values)

    def nest(shape):
        return "[" + ", ".join(nest(shape[1:]) for _ in range(shape[0])) + "]" if shape else next(it)
    return f"dense<{nest(array.shape)}> : {tensor_type(array)}"


def attribute_text(name, value):
    if name == "direction":
        return "left = " + ("true" if value == "LEFT" else "false")
    if name in BOOLEAN:
        text = "true" if value else "false"
    elif name in ("to", "precision"):
        text = ELEMENT[onnx.helper.tensor_dtype_to_np_dtype(value).name]
    elif name == "value":
        text = constant_text(onnx.numpy_helper.to_array(value))
    elif isinstance(value, int):
        text = f"{value} : si64"
    elif isinstance(value, float):
        text = f"{value:.9e} : f32"
    elif isinstance(value, str):
        text = f'"{value}"'
    else:
        text = "array<i64: " + ", ".join(map(str, value)) + ">"
    return f"{SPELLING.get(name, name)} = {text}"


def evaluate(case):
    """The case's own results, or the reference's. 16-bit floats are computed in f32 and rounded once."""
    if case.expected is not None:
        return case.expected
    narrow = (ml_dtypes.bfloat16, numpy.float16)

    def widen(array):
        return array.astype(numpy.float32) if array is not None and array.dtype in narrow else array
    arrays = [array_of(operand) for operand in case.operands]
    widened = [array if case.op == "Cast" else widen(array) for array in arrays]
    names = [f"x{i}" if array is not None else "" for i, array in enumerate(arrays)]
    while names and not names[-1]:
        names.pop()
    outputs = [f"y{i}" for i in range(case.results)]
    attributes = {name: value for name, value in case.attributes.items() if value is not None}
    node = helper.make_node(case.op, names, outputs, **attributes)
    inputs = [helper.make_tensor_value_info(name, helper.np_dtype_to_tensor_dtype(array.dtype), array.shape)
              for name, array in zip(names, widened) if name]
    graph = helper.make_graph([node], "case", inputs, [onnx.ValueInfoProto(name=name) for name in outputs])
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", OPSET)])
    with numpy.errstate(all="ignore"):
        results = ReferenceEvaluator(model).run(
            None, {name: array for name, array in zip(names, widened) if name})
    results = [numpy.asarray(result) for result in results]
    if case.op != "Cast" and arrays[0] is not None and arrays[0].dtype in narrow:
        results = [result.astype(arrays[0].dtype) if result.dtype == numpy.float32 and case.op != "IsNaN" else result
                   for result in results]
    return results


def function_text(case, results):
    lines, operands, types, arguments = [], [], [], []
    for i, operand in enumerate(case.operands):
        if operand is None:
            lines.append(f"  %c{i} = onnx.none")
            operands.append(f"%c{i}")
            types.append("none")
        elif not is_argument(operand):
            array = array_of(operand)
            lines.append(f"  %c{i} = onnx.Constant : {tensor_type(array)} = {constant_text(array)}")
            operands.append(f"%c{i}")
            types.append(tensor_type(array))
        else:
            arguments.append(f"%x{i}: {tensor_type(operand)}")
            operands.append(f"%x{i}")
            types.append(tensor_type(operand))
    result_types = [tensor_type(result) for result in results]
    attributes = ", ".join(attribute_text(name, value) for name, value in case.attributes.items() if value is not None)
    values = ", ".join(f"%y#{i}" for i in range(len(results))) if len(results) > 1 else "%y"
    define = f"%y:{len(results)}" if len(results) > 1 else "%y"
    lines.append(f"  {define} = onnx.{case.op} {', '.join(operands)} {{{attributes}}} : "
                 f"({', '.join(types)}) -> ({', '.join(result_types)})")
    lines.append(f"  return {values} : {', '.join(result_types)}")
    return "\n".join([f"func.func @{case.name}({', '.join(arguments)}) -> ({', '.join(result_types)}) {{", *lines, "}"])


def run_tool(command):
    result = subprocess.run([str(part) for part in command], capture_output=True, text=True)
    if result.returncode != 0:
        raise SystemExit(f"{' '.join(map(str, command))}\n{result.stderr[:3000]}")


def dissolve_islands(text):
    """Sequential islands as regions of the function that holds them, without their checks, which need a runtime."""
    text = re.sub(r"kernel\.island <sequential> -> (.*) \{", r"scf.execute_region -> (\1) {", text)
    return re.sub(r"\n *kernel\.check .*", "", text).replace("kernel.yield", "scf.yield")


def build(text, work, linker, plant):
    """The shared object of a module's functions. `plant` rewrites the lowered text."""
    llc = pathlib.Path(shutil.which("llc")).resolve()
    runtime = llc.parent.parent / "lib" / "libmlir_c_runner_utils.so"
    source, lowered, loops, ir, binary = (
        work / name for name in ("onnx.mlir", "linalg.mlir", "llvm.mlir", "cases.ll", "cases.o"))
    source.write_text(text)
    run_tool(["fovea-opt", source, "--fovea-lower-onnx", "-o", lowered])
    lowered.write_text(dissolve_islands(lowered.read_text()))
    if plant:
        text = lowered.read_text()
        faulty = plant(text)
        if faulty == text:
            raise SystemExit("the fault changes nothing")
        lowered.write_text(faulty)
    run_tool(["fovea-opt", lowered, f"--pass-pipeline={LOOPS}", "-o", loops])
    run_tool(["mlir-translate", "--mlir-to-llvmir", loops, "-o", ir])
    run_tool([llc, "-O1", "-relocation-model=pic", "-mcpu=x86-64-v3", "-filetype=obj", ir, "-o", binary])
    run_tool([linker, "-shared", binary, "-o", work / "cases.so", runtime, f"-Wl,-rpath,{runtime.parent}", "-lm"])
    return ctypes.CDLL(str(work / "cases.so"))


def compare(actual, expected, tolerance=None):
    """A message, or nothing when equal: integers exactly, floats within their type's tolerance of the largest value."""
    if expected.dtype.kind in "iub":
        wrong = actual != expected
    else:
        # Small types exactly.
        tolerance = tolerance or TOLERANCE.get(expected.dtype.name, 0)
        a, e = actual.astype(numpy.float64), expected.astype(numpy.float64)
        finite = numpy.abs(e[numpy.isfinite(e)])
        with numpy.errstate(invalid="ignore"):
            bound = tolerance * (numpy.abs(e) + (finite.max() if finite.size else 0))
            wrong = ~((a == e) | (numpy.isnan(a) & numpy.isnan(e)) | (numpy.abs(a - e) <= bound))
    if not wrong.any():
        return None
    where = tuple(int(i) for i in numpy.argwhere(wrong)[0]) if wrong.ndim else ()
    return f"{int(wrong.sum())} of {wrong.size} wrong; at {where}: {actual[where]!r}, expected {expected[where]!r}"


def run_cases(cases, work, linker, plant=None):
    """Failure messages of all cases."""
    counters = {}
    for case in cases:
        number = counters.setdefault(case.op, itertools.count())
        case.name = f"{case.op}_{next(number)}"
    expected = {case.name: evaluate(case) for case in cases}
    text = "\n".join(function_text(case, expected[case.name]) for case in cases)
    library = build(text, work, linker, plant)
    failures = []
    for case in cases:
        inputs = [numpy.array(stored(operand), order="C", copy=True) for operand in case.operands
                  if is_argument(operand)]
        outputs = [stored(numpy.full(result.shape, 0x55, numpy.uint8).astype(result.dtype))
                   for result in expected[case.name]]
        pointers = [ctypes.c_void_p(array.ctypes.data) for array in [*inputs, *outputs]]
        getattr(library, case.name)(*pointers)
        for index, (actual, wanted) in enumerate(zip(outputs, expected[case.name])):
            message = compare(actual.astype(wanted.dtype), wanted, case.tolerance)
            if message:
                failures.append(f"{case.name} {case.note or case.attributes} result {index}: {message}")
    return failures
