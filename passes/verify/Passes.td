// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef FOVEA_PASSES_VERIFY_PASSES_TD
#define FOVEA_PASSES_VERIFY_PASSES_TD

include "mlir/Pass/PassBase.td"

def VerifyPhasePass : Pass<"fovea-verify-phase", "::mlir::ModuleOp"> {
  let summary = "Check that a module holds what may exist after a phase, and nothing else";
  let description = [{
    The contracts of Architecture.md as a check: every op that a phase may not leave behind is an error that names the
    op, its node and the phase. Changes nothing.
  }];
  let options = [
    Option<"phase", "phase", "::std::string", /*default=*/"\"\"", "lower, fuse, outline or bufferize">
  ];
}

#endif // FOVEA_PASSES_VERIFY_PASSES_TD
