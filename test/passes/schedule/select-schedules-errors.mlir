// RUN: fovea-opt %s --fovea-select-schedules=vector-width=4 -verify-diagnostics

// expected-error @below {{vector-width must be 8 or 16, not 4}}
func.func @main() {
  return
}
