// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef FOVEA_KERNEL_ATTRS_TD
#define FOVEA_KERNEL_ATTRS_TD

include "mlir/IR/AttrTypeBase.td"
include "mlir/IR/EnumAttr.td"
include "mlir/IR/BuiltinAttributeInterfaces.td"
include "mlir/IR/TensorEncoding.td"
include "dialects/kernel/KernelDialect.td"

class Kernel_Attr<string name, string attrMnemonic, list<Trait> traits = []> : AttrDef<Kernel_Dialect, name, traits> {
  let mnemonic = attrMnemonic;
}

def Kernel_Anchor : I32EnumAttr<"Anchor", "the op that gives a kernel its loop structure", [
    I32EnumAttrCase<"Contraction", 0, "contraction">,
    I32EnumAttrCase<"Convolution", 1, "convolution">,
    I32EnumAttrCase<"Attention", 2, "attention">,
    I32EnumAttrCase<"Rows", 3, "rows">,
    I32EnumAttrCase<"Elementwise", 4, "elementwise">,
    I32EnumAttrCase<"Sequential", 5, "sequential">]> {
  let cppNamespace = "::fovea::kernel";
  let genSpecializedAttr = 0;
}
def Kernel_AnchorAttr : EnumAttr<Kernel_Dialect, Kernel_Anchor, "anchor"> {
  let assemblyFormat = "`<` $value `>`";
}

def Kernel_Backend : I32EnumAttr<"Backend", "the code generator of a kernel", [
    I32EnumAttrCase<"Halide", 0, "halide">,
    I32EnumAttrCase<"LLVM", 1, "llvm">]> {
  let cppNamespace = "::fovea::kernel";
  let genSpecializedAttr = 0;
}
def Kernel_BackendAttr : EnumAttr<Kernel_Dialect, Kernel_Backend, "backend"> {
  let assemblyFormat = "`<` $value `>`";
}

def Kernel_ScheduleAttr : Kernel_Attr<"Schedule", "schedule"> {
  let summary = "how a kernel is executed, on one line that a person can edit";
  let description = [{
    A kind (`gemm`, `conv`, `attention`, `rows`, `ew`) and named integers, for instance
    `#kernel.schedule<gemm mr = 6, nv = 4>`. The applier of the kind gives the names their meaning and refuses unknown
    ones; every name has a default.
  }];
  let parameters = (ins StringRefParameter<"kind">:$kind, "::mlir::DictionaryAttr":$values);
  let hasCustomAssemblyFormat = 1;
  let extraClassDeclaration = [{
    /// The integer called `name`, or `fallback` when the schedule does not mention it.
    int64_t get(::llvm::StringRef name, int64_t fallback) const;
  }];
}

def Kernel_PanelsAttr : Kernel_Attr<"Panels", "panels", [
    DeclareAttrInterfaceMethods<VerifiableTensorEncoding>]> {
  let summary = "encoding of a matrix stored as column panels";
  let description = [{
    A tensor `K x N` with this encoding is stored as `ceil(N / width)` panels of `K x width` elements, each panel
    row-major; columns past N hold zero. The element (k, n) lies at `((n / width) * K + k) * width + n % width`.
    Ops still index it as `K x N`. With `axis = 0` the tensor is `N x K`, stored the same way: a transposed matrix
    needs no copy of its own. A tensor of higher rank names the dimensions that make up a row's number, outermost
    first: the weights `O x I x H x W` of a convolution are `panels<32, axis = 0 rows[2, 3, 1]>`, K = H W I.
  }];
  let parameters = (ins "int64_t":$width, DefaultValuedParameter<"int64_t", "1">:$axis,
                        OptionalArrayRefParameter<"int64_t">:$rows);
  let assemblyFormat = "`<` $width (`,` `axis` `=` $axis^)? (`rows` `[` $rows^ `]`)? `>`";
  let builders = [AttrBuilder<(ins "int64_t":$width, "int64_t":$axis), [{
    return $_get($_ctxt, width, axis, ::llvm::ArrayRef<int64_t>());
  }]>];
  let extraClassDeclaration = [{
    /// The dimensions of a row's number, outermost first.
    ::llvm::SmallVector<int64_t> getRowDims() const;
  }];
}

#endif // FOVEA_KERNEL_ATTRS_TD
