# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Exports timm models with seeded random weights, as users do: both exporters, static shapes, batch 1 by default."""
import json
import pathlib

import numpy
import timm
import torch
from torch.utils.flop_counter import FlopCounterMode

MODELS = {
    "vit_b16": "vit_base_patch16_224",
    "deit_s16": "deit_small_patch16_224",
    "vit_ti16": "vit_tiny_patch16_224",
}


def export(name, exporter, folder, batch=1):
    """Writes model.onnx, image.npy and flops.json to `folder` unless they are there; returns the model's path."""
    folder = pathlib.Path(folder)
    path = folder / "model.onnx"
    if (folder / "flops.json").exists():
        return path
    folder.mkdir(parents=True, exist_ok=True)
    torch.manual_seed(0)
    model = timm.create_model(MODELS[name], pretrained=False).eval()
    # The default initialisation makes attention almost uniform and logits almost zero; wider weights test the numbers.
    with torch.no_grad():
        for parameter in model.parameters():
            if parameter.ndim >= 2:
                parameter.mul_(2.0)
            elif parameter.abs().sum() == 0:
                parameter.normal_(std=0.02)
    image = torch.randn(batch, 3, 224, 224, generator=torch.Generator().manual_seed(1))
    with torch.no_grad(), FlopCounterMode(display=False) as counter:
        model(image)
    names = dict(input_names=["image"], output_names=["logits"])
    with torch.no_grad():
        if exporter == "torchscript":
            torch.onnx.export(model, (image,), str(path), opset_version=17, dynamo=False, **names)
        else:
            torch.onnx.export(model, (image,), str(path), opset_version=18, dynamo=True, external_data=False, **names)
    numpy.save(folder / "image.npy", image.numpy())
    (folder / "flops.json").write_text(json.dumps(counter.get_total_flops()))
    return path
