# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Makes values inside of an ONNX model its outputs.

usage: expose.py MODEL.onnx RESULT.onnx NAME=VALUE...
"""
import sys

import onnx
from onnx import helper

model = onnx.load(sys.argv[1])
for argument in sys.argv[3:]:
    name, value = argument.split("=", 1)
    model.graph.node.append(helper.make_node("Identity", [value], [name], f"expose {name}"))
    model.graph.output.append(helper.make_tensor_value_info(name, onnx.TensorProto.FLOAT, None))
onnx.save(model, sys.argv[2])
