#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
# usage: run.sh BUILD OUT [FOVEAC OPTION...]   compiles the digits model, links it into main.c, classifies 360 images
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../.." && pwd)
build=$1
out=$2
shift 2
mkdir -p "$out"
data=$root/test/fixtures/trained/vit_digits
"$build/bin/foveac" "$data/vit_digits.onnx" -o "$out/digits.o" --name digits --dim batch=1 --require-fused 4 \
  --remarks "$out/remarks.txt" "$@"
sed -n 's/.*raise-attention: Sites=\([0-9]*\), Raised=\([0-9]*\).*/\2 of \1 attention sites fused/p' "$out/remarks.txt"
cc -std=c11 -O2 -Wall -Wextra -Wpedantic -Werror -D_POSIX_C_SOURCE=200809L "$here/main.c" "$out/digits.o" -I"$out" \
  -I"$root/runtime/include" "$build/lib/libfovea_runtime.a" -lm -pthread -o "$out/digits"
"$out/digits" "$data/digits_images.npy" "$data/digits_labels.npy" "$data/digits_logits.npy"
