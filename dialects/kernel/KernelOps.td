// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef FOVEA_KERNEL_OPS_TD
#define FOVEA_KERNEL_OPS_TD

include "dialects/kernel/KernelDialect.td"
include "dialects/kernel/KernelAttrs.td"
include "mlir/Interfaces/ControlFlowInterfaces.td"
include "mlir/Interfaces/FunctionInterfaces.td"
include "mlir/Interfaces/SideEffectInterfaces.td"
include "mlir/IR/BuiltinAttributeInterfaces.td"
include "mlir/IR/OpAsmInterface.td"
include "mlir/IR/RegionKindInterface.td"
include "mlir/IR/SymbolInterfaces.td"

class Kernel_Op<string mnemonic, list<Trait> traits = []> : Op<Kernel_Dialect, mnemonic, traits>;

def Kernel_IslandOp : Kernel_Op<"island", [
    RecursivelySpeculatable, RecursiveMemoryEffects, NoRegionArguments,
    SingleBlockImplicitTerminator<"::fovea::kernel::YieldOp">]> {
  let summary = "ops that will become one kernel";
  let description = [{
    Groups one anchor with the producers and consumers computed beside it. Values from outside are used directly.

    ```mlir
    %r = kernel.island <contraction> -> tensor<197x768xf32> {
      %0 = linalg.generic ...
      kernel.yield %0 : tensor<197x768xf32>
    }
    ```
  }];
  let arguments = (ins Kernel_AnchorAttr:$anchor, OptionalAttr<Kernel_BackendAttr>:$backend,
                       OptionalAttr<Kernel_ScheduleAttr>:$schedule);
  let results = (outs Variadic<AnyRankedTensor>:$results);
  let regions = (region SizedRegion<1>:$body);
  let assemblyFormat = [{
    $anchor (`backend` $backend^)? (`schedule` $schedule^)? attr-dict-with-keyword (`->` type($results)^)? $body
  }];
  let hasVerifier = 1;
}

def Kernel_YieldOp : Kernel_Op<"yield", [Pure, Terminator, ReturnLike, HasParent<"IslandOp">]> {
  let summary = "the values an island computes";
  let arguments = (ins Variadic<AnyRankedTensor>:$operands);
  let builders = [OpBuilder<(ins), [{ build($_builder, $_state, ::mlir::ValueRange()); }]>];
  let assemblyFormat = "attr-dict ($operands^ `:` type($operands))?";
}

def Kernel_CheckOp : Kernel_Op<"check", [MemoryEffects<[MemWrite]>]> {
  let summary = "makes the run fail when a value that only the run knows is not what was compiled for";
  let description = [{
    Only in a `sequential` island or kernel. When `condition` is false the kernel goes on, so that whatever it writes stays
    in bounds, and then returns `kernel::contradictedStatus`, which ends the run with an error for the caller.
    `expectation` says what should have held.
  }];
  let arguments = (ins I1:$condition, StrAttr:$expectation);
  let assemblyFormat = "$condition `,` $expectation attr-dict";
}

def Kernel_FuncOp : Kernel_Op<"func", [
    IsolatedFromAbove, FunctionOpInterface, AffineScope, AutomaticAllocationScope]> {
  let summary = "a kernel: a function of tensors, launched by the program";
  let description = [{
    Computes its results from its arguments. The body is on tensors; a backend chooses loops and storage. Arguments are
    row-major and contiguous, or stored as their type's encoding says; results are row-major and contiguous, in memory
    that the launcher provides. No argument overlaps a result.
  }];
  let arguments = (ins SymbolNameAttr:$sym_name, TypeAttrOf<FunctionType>:$function_type,
                       Kernel_AnchorAttr:$anchor, OptionalAttr<Kernel_BackendAttr>:$backend,
                       OptionalAttr<Kernel_ScheduleAttr>:$schedule,
                       OptionalAttr<DictArrayAttr>:$arg_attrs, OptionalAttr<DictArrayAttr>:$res_attrs);
  let regions = (region MinSizedRegion<1>:$body);
  let hasCustomAssemblyFormat = 1;
  let skipDefaultBuilders = 1;
  let builders = [OpBuilder<(ins "::llvm::StringRef":$name, "::mlir::FunctionType":$type,
                                 "::fovea::kernel::Anchor":$anchor)>];
  let extraClassDeclaration = [{
    ::llvm::ArrayRef<::mlir::Type> getArgumentTypes() { return getFunctionType().getInputs(); }
    ::llvm::ArrayRef<::mlir::Type> getResultTypes() { return getFunctionType().getResults(); }
    ::mlir::Region *getCallableRegion() { return &getBody(); }
  }];
  let hasVerifier = 1;
}

def Kernel_ReturnOp : Kernel_Op<"return", [Pure, Terminator, ReturnLike, HasParent<"FuncOp">]> {
  let summary = "the results of a kernel";
  let arguments = (ins Variadic<AnyRankedTensor>:$operands);
  let assemblyFormat = "attr-dict ($operands^ `:` type($operands))?";
  let hasVerifier = 1;
}

def Kernel_LaunchOp : Kernel_Op<"launch", [
    DeclareOpInterfaceMethods<SymbolUserOpInterface>, AttrSizedOperandSegments,
    DeclareOpInterfaceMethods<MemoryEffectsOpInterface>]> {
  let summary = "runs a kernel";
  let description = [{
    On tensors it has results and no `outs`; after bufferization it has `outs`, one memref per result of the kernel,
    and no results.

    ```mlir
    %y = kernel.launch @k(%x, %w) : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
    kernel.launch @k(%x, %w) outs(%y) : (memref<4xf32>, memref<4xf32>) outs(memref<4xf32>)
    ```
  }];
  let arguments = (ins FlatSymbolRefAttr:$callee, Variadic<AnyType>:$inputs, Variadic<AnyMemRef>:$outputs);
  let results = (outs Variadic<AnyRankedTensor>:$results);
  let assemblyFormat = [{
    $callee `(` $inputs `)` (`outs` `(` $outputs^ `)`)? attr-dict `:` `(` type($inputs) `)`
    (`outs` `(` type($outputs)^ `)`)? (`->` type($results)^)?
  }];
  let hasVerifier = 1;
}

def Kernel_RequireOp : Kernel_Op<"require"> {
  let summary = "ends the run with an error unless a condition holds";
  let description = [{
    Stands in the program, between kernels. The result is `value`, so that what must not happen otherwise can depend on it. The run's status says that the inputs' values
    do not fit the shapes of the model (docs/Architecture.md section 9); `message` is for readers of the program.

    ```mlir
    %j = kernel.require %holds, %i "more iterations than results"
    ```
  }];
  let arguments = (ins I1:$condition, Index:$value, StrAttr:$message);
  let results = (outs Index:$result);
  let assemblyFormat = "$condition `,` $value $message attr-dict";
}

def Kernel_SliceOp : Kernel_Op<"slice", [Pure]> {
  let summary = "one slice of contiguous memory, along its first dimension";
  let description = [{
    ```mlir
    %s = kernel.slice %m[%i] : memref<8x4xf32> -> memref<4xf32>
    ```
  }];
  let arguments = (ins AnyMemRef:$source, Index:$index);
  let results = (outs AnyMemRef:$result);
  let assemblyFormat = "$source `[` $index `]` attr-dict `:` type($source) `->` type($result)";
  let hasVerifier = 1;
}

def Kernel_ConstantOp : Kernel_Op<"constant", [Symbol]> {
  let summary = "bytes of the weights section";
  let description = [{
    `value` is the tensor as the model has it, usually a view of the mapped file; `type` may add an encoding, in which
    case the bytes are rearranged when the object is written. `offset` is the place in the weights section, in bytes,
    given by plan-arena.
  }];
  let arguments = (ins SymbolNameAttr:$sym_name, ElementsAttr:$value, TypeAttr:$type, OptionalAttr<I64Attr>:$offset);
  let assemblyFormat = "$sym_name (`at` $offset^)? attr-dict `:` $type `=` $value";
  let hasVerifier = 1;
}

def Kernel_GetConstantOp : Kernel_Op<"get_constant", [Pure, DeclareOpInterfaceMethods<SymbolUserOpInterface>]> {
  let summary = "the tensor, or the memory, of a kernel.constant";
  let arguments = (ins FlatSymbolRefAttr:$name);
  let results = (outs AnyTypeOf<[AnyRankedTensor, AnyMemRef]>:$result);
  let assemblyFormat = "$name attr-dict `:` type($result)";
}

#endif // FOVEA_KERNEL_OPS_TD
