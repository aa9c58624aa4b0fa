#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
# usage: run.sh BUILD OUT [FOVEAC OPTION...]   taps two trained models, runs them, draws what they attend to into OUT
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../.." && pwd)
build=$1
out=$2
shift 2
mkdir -p "$out"
data=$root/test/fixtures/trained
python=$root/.venv/bin/python

# What the class token sees in each layer: one row of the weights, so one row is computed.
"$build/bin/foveac" "$data/vit_digits/vit_digits.onnx" -o "$out/digits.so" --name digits --dim batch=1 --require-fused 4 \
  --tap cls0=0:probs,rows=cls --tap cls1=1:probs,rows=cls --tap cls2=2:probs,rows=cls --tap cls3=3:probs,rows=cls "$@"

# All rows of both layers, and on the way to one weight the scaled product of its query and key. Query and key themselves are
# values of the model: they become outputs in a copy of the file.
"$python" "$here/expose.py" "$data/words/words.onnx" "$out/words.onnx" query=/layers.1/q/Add_output_0 key=/layers.1/k/Add_output_0
"$build/bin/foveac" "$out/words.onnx" -o "$out/words.so" --name words --dim batch=3 --require-fused 2 \
  --tap layer0=/layers.0/Softmax:probs --tap layer1=/layers.1/Softmax:probs --tap score=1:raw,heads=0,rows=62 "$@"

"$python" "$here/draw.py" --run "$build/bin/fovea-run" --data "$data" --out "$out"
