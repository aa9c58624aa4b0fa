#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
# usage: allocations.sh BUILD OUT [FOVEAC OPTION...]   runs a compiled model and fails when fovea_run allocates
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../.." && pwd)
build=$1
out=$2
shift 2
mkdir -p "$out"
"$build/bin/foveac" "$root/test/fixtures/trained/vit_digits/vit_digits.onnx" -o "$out/digits.o" --name digits --dim batch=1 "$@"
wrapped=$(printf -- '-Wl,--wrap=%s ' malloc calloc realloc aligned_alloc free mmap)
# shellcheck disable=SC2086
cc -std=c11 -O2 -Wall -Wextra -Werror -D_GNU_SOURCE "$here/allocations.c" "$out/digits.o" -I"$out" -I"$root/runtime/include" \
  "$build/lib/libfovea_runtime.a" -lm -pthread $wrapped -o "$out/allocations"
"$out/allocations"
