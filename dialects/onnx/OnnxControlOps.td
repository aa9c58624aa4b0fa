// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef FOVEA_ONNX_CONTROL_OPS_TD
#define FOVEA_ONNX_CONTROL_OPS_TD

include "dialects/onnx/OnnxBase.td"

// Normal form: Scan of opset 8, with a batch in front of every tensor, is a scan over the batch around the scan over time; what
// a loop appends to a sequence is a scanned result.

// Bodies are one block. They use values from outside directly.
class Onnx_RegionOp<string name, list<Trait> traits = []>
    : Onnx_Op<name, !listconcat([SingleBlock], traits)> {
  let hasRegionVerifier = 1;
}

def Onnx_YieldOp : Op<Onnx_Dialect, "Yield", [
    Pure, Terminator, ParentOneOf<["::fovea::onnx::IfOp", "::fovea::onnx::LoopOp", "::fovea::onnx::ScanOp"]>]> {
  let summary = "the outputs of a subgraph";
  let arguments = (ins Variadic<Onnx_Tensor>:$values);
  let assemblyFormat = "($values^ `:` type($values))? attr-dict";
}

def Onnx_IfOp : Onnx_RegionOp<"If"> {
  let summary = "what the first branch yields where the condition holds, else what the second yields";
  let arguments = (ins Onnx_BoolTensor:$condition);
  let results = (outs Variadic<Onnx_Tensor>:$results);
  let regions = (region SizedRegion<1>:$then_branch, SizedRegion<1>:$else_branch);
  let assemblyFormat = [{
    $condition attr-dict `:` functional-type(operands, results) $then_branch `else` $else_branch
  }];
}

def Onnx_LoopOp : Onnx_RegionOp<"Loop"> {
  let summary = "repeats its body while the condition holds, at most max_trip_count times";
  let description = [{
    The body takes the iteration's number (an i64 scalar), the condition and the carried values; it yields the next condition, the
    next carried values, and what the scanned results collect along a new first axis. Results are the last carried values, then
    the scanned ones.
  }];
  let arguments = (ins Onnx_OptionalIndexTensor:$max_trip_count, AnyTypeOf<[Onnx_BoolTensor, NoneType]>:$condition,
                       Variadic<Onnx_Tensor>:$initial);
  let results = (outs Variadic<Onnx_Tensor>:$results);
  let regions = (region SizedRegion<1>:$body);
  let assemblyFormat = "operands attr-dict `:` functional-type(operands, results) $body";
  let extraClassDeclaration = [{
    unsigned getNumCarried() { return getInitial().size(); }
    ::mlir::Block &getBodyBlock() { return getBody().front(); }
    /// Whether only the trip count ends the loop: the condition is absent or true and stays so.
    bool isCounted();
    /// How often the loop runs, when that is known. Never negative.
    std::optional<int64_t> getTripCount();
  }];
}

def Onnx_ScanOp : Onnx_RegionOp<"Scan"> {
  let summary = "runs its body over the slices of its inputs, carrying states along";
  let description = [{
    Operands are the initial states, then `num_inputs` scanned tensors; the body takes the states and one slice of each tensor, and
    yields the next states and one slice of each scanned result. A direction of 1 goes from the last slice to the first.
  }];
  let arguments = (ins Variadic<Onnx_Tensor>:$tensors, I64Attr:$num_inputs, DenseI64ArrayAttr:$input_axes,
                       DenseI64ArrayAttr:$input_directions, DenseI64ArrayAttr:$output_axes,
                       DenseI64ArrayAttr:$output_directions);
  let results = (outs Variadic<Onnx_Tensor>:$results);
  let regions = (region SizedRegion<1>:$body);
  let assemblyFormat = "$tensors attr-dict `:` functional-type(operands, results) $body";
  let extraClassDeclaration = [{
    unsigned getNumStates() { return getTensors().size() - getNumInputs(); }
    ::mlir::Block &getBodyBlock() { return getBody().front(); }
  }];
  let hasVerifier = 1;
}

#endif // FOVEA_ONNX_CONTROL_OPS_TD
