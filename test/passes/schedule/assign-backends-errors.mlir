// RUN: fovea-opt %s --fovea-assign-backends=backend=cuda --fovea-select-schedules -verify-diagnostics -split-input-file

// expected-error @below {{unknown backend 'cuda': expected auto, halide or llvm}}
func.func @main() {
  return
}
