// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Registration, attributes and verifiers of the kernel dialect.

#include "dialects/kernel/Kernel.h"

#include "mlir/IR/Builders.h"
#include "mlir/IR/DialectImplementation.h"
#include "mlir/Interfaces/FunctionImplementation.h"
#include "llvm/ADT/TypeSwitch.h"
#include "llvm/Support/MathExtras.h"

using namespace mlir;
using namespace fovea::kernel;

#include "dialects/kernel/KernelDialect.cpp.inc"
#include "dialects/kernel/KernelEnums.cpp.inc"
#define GET_ATTRDEF_CLASSES
#include "dialects/kernel/KernelAttrs.cpp.inc"
#define GET_OP_CLASSES
#include "dialects/kernel/KernelOps.cpp.inc"

void KernelDialect::initialize() {
  addAttributes<
#define GET_ATTRDEF_LIST
#include "dialects/kernel/KernelAttrs.cpp.inc"
      >();
  addOperations<
#define GET_OP_LIST
#include "dialects/kernel/KernelOps.cpp.inc"
      >();
}

//===----------------------------------------------------------------------===//
// Attributes
//===----------------------------------------------------------------------===//

int64_t ScheduleAttr::get(StringRef name, int64_t fallback) const {
  auto value = getValues().getAs<IntegerAttr>(name);
  return value ? value.getInt() : fallback;
}

/// `<kind (name = integer (, name = integer)*)?>`
Attribute ScheduleAttr::parse(AsmParser &parser, Type) {
  StringRef kind;
  if (parser.parseLess() || parser.parseKeyword(&kind))
    return {};
  NamedAttrList values;
  while (failed(parser.parseOptionalGreater())) {
    StringRef name;
    int64_t value = 0;
    SMLoc loc = parser.getCurrentLocation();
    if ((!values.empty() && parser.parseComma()) || parser.parseKeyword(&name) ||
        parser.parseEqual() || parser.parseInteger(value))
      return {};
    if (values.get(name)) {
      parser.emitError(loc) << "'" << name << "' is given twice";
      return {};
    }
    values.append(name, parser.getBuilder().getI64IntegerAttr(value));
  }
  return ScheduleAttr::get(parser.getContext(), kind, values.getDictionary(parser.getContext()));
}

void ScheduleAttr::print(AsmPrinter &printer) const {
  printer << "<" << getKind();
  llvm::interleave(
      getValues(), printer.getStream(),
      [&](NamedAttribute value) {
        printer << (value == *getValues().begin() ? " " : "") << value.getName().getValue() << " = "
                << cast<IntegerAttr>(value.getValue()).getInt();
      },
      ", ");
  printer << ">";
}

LogicalResult PanelsAttr::verifyEncoding(ArrayRef<int64_t> shape, Type,
                                         function_ref<InFlightDiagnostic()> emitError) const {
  if (shape.size() != 2 && getRows().empty())
    return emitError() << "panels store a matrix, not a tensor of rank " << shape.size();
  if (getWidth() < 1 || getAxis() < 0 || getAxis() >= int64_t(shape.size()))
    return emitError() << "panels of width " << getWidth() << " along axis " << getAxis()
                       << ": expected a positive width and one of the tensor's " << shape.size()
                       << " axes";
  SmallVector<int64_t> dims = getRowDims();
  dims.push_back(getAxis());
  llvm::sort(dims);
  if (!llvm::equal(dims, llvm::seq<int64_t>(0, shape.size())))
    return emitError() << "the rows of panels are all dimensions but the axis, each once";
  return success();
}

SmallVector<int64_t> PanelsAttr::getRowDims() const {
  if (getRows().empty())
    return {1 - getAxis()};
  return llvm::to_vector(getRows());
}

FailureOr<int64_t> fovea::kernel::getStorageSize(RankedTensorType type) {
  if (!type.hasStaticShape() || !type.getElementType().isIntOrFloat())
    return failure();
  SmallVector<int64_t> shape(type.getShape());
  if (auto panels = dyn_cast_or_null<PanelsAttr>(type.getEncoding()))
    shape[panels.getAxis()] = llvm::alignTo(shape[panels.getAxis()], panels.getWidth());
  int64_t size = llvm::divideCeil(type.getElementTypeBitWidth(), 8);
  for (int64_t extent : shape)
    if (llvm::MulOverflow(size, extent, size))
      return failure();
  return size >> 62 ? FailureOr<int64_t>(failure()) : size;
}

//===----------------------------------------------------------------------===//
// Islands and kernels
//===----------------------------------------------------------------------===//

LogicalResult IslandOp::verify() {
  auto yield = cast<YieldOp>(getBody().front().getTerminator());
  if (yield.getOperandTypes() != getResultTypes())
    return emitOpError("yields values of other types than its results");
  return success();
}

void FuncOp::build(OpBuilder &builder, OperationState &state, StringRef name, FunctionType type,
                   Anchor anchor) {
  state.addAttribute(SymbolTable::getSymbolAttrName(), builder.getStringAttr(name));
  state.addAttribute(getFunctionTypeAttrName(state.name), TypeAttr::get(type));
  state.addAttribute(getAnchorAttrName(state.name), AnchorAttr::get(builder.getContext(), anchor));
  state.addRegion();
}

ParseResult FuncOp::parse(OpAsmParser &parser, OperationState &result) {
  auto buildType = [](Builder &builder, ArrayRef<Type> arguments, ArrayRef<Type> results,
                      function_interface_impl::VariadicFlag,
                      std::string &) { return builder.getFunctionType(arguments, results); };
  return function_interface_impl::parseFunctionOp(
      parser, result, /*allowVariadic=*/false, getFunctionTypeAttrName(result.name), buildType,
      getArgAttrsAttrName(result.name), getResAttrsAttrName(result.name));
}

void FuncOp::print(OpAsmPrinter &printer) {
  function_interface_impl::printFunctionOp(printer, *this, /*isVariadic=*/false,
                                           getFunctionTypeAttrName(), getArgAttrsAttrName(),
                                           getResAttrsAttrName());
}

LogicalResult FuncOp::verify() {
  for (Type type :
       llvm::concat<const Type>(getFunctionType().getInputs(), getFunctionType().getResults())) {
    auto tensor = dyn_cast<RankedTensorType>(type);
    if (!tensor || !tensor.hasStaticShape())
      return emitOpError("takes and returns tensors of static shape, not ") << type;
  }
  return success();
}

LogicalResult ReturnOp::verify() {
  if (getOperandTypes() != cast<FuncOp>((*this)->getParentOp()).getResultTypes())
    return emitOpError("returns values of other types than its kernel's results");
  return success();
}

LogicalResult LaunchOp::verify() {
  if (!getOutputs().empty() && !getResults().empty())
    return emitOpError("has either results (on tensors) or outs (on memory), not both");
  return success();
}

void LaunchOp::getEffects(
    SmallVectorImpl<SideEffects::EffectInstance<MemoryEffects::Effect>> &effects) {
  for (OpOperand &input : getInputsMutable())
    if (isa<BaseMemRefType>(input.get().getType()))
      effects.emplace_back(MemoryEffects::Read::get(), &input);
  for (OpOperand &output : getOutputsMutable())
    effects.emplace_back(MemoryEffects::Write::get(), &output);
}

/// A memref stands for the tensor of the same shape and element type; its storage is the tensor's.
static bool standsFor(Type actual, Type expected) {
  if (actual == expected)
    return true;
  auto memory = dyn_cast<MemRefType>(actual);
  auto tensor = cast<RankedTensorType>(expected);
  return memory && memory.getShape() == tensor.getShape() &&
         memory.getElementType() == tensor.getElementType();
}

LogicalResult LaunchOp::verifySymbolUses(SymbolTableCollection &symbols) {
  auto kernel = symbols.lookupNearestSymbolFrom<FuncOp>(*this, getCalleeAttr());
  if (!kernel)
    return emitOpError("launches '") << getCallee() << "', which is not a kernel";
  TypeRange results = getOutputs().empty() ? TypeRange(getResultTypes()) : TypeRange(getOutputs());
  auto agree = [](TypeRange actual, ArrayRef<Type> expected) {
    return actual.size() == expected.size() &&
           llvm::all_of(llvm::zip(actual, expected),
                        [](auto pair) { return standsFor(std::get<0>(pair), std::get<1>(pair)); });
  };
  if (!agree(getInputs().getTypes(), kernel.getArgumentTypes()))
    return emitOpError("passes other types than '") << getCallee() << "' takes";
  if (!agree(results, kernel.getResultTypes()))
    return emitOpError("expects other results than '") << getCallee() << "' has";
  return success();
}

LogicalResult SliceOp::verify() {
  auto source = cast<MemRefType>(getSource().getType()), result = cast<MemRefType>(getType());
  if (source.getRank() == 0 || !source.hasStaticShape() || !source.getLayout().isIdentity() ||
      result != MemRefType::get(source.getShape().drop_front(), source.getElementType()))
    return emitOpError("makes a ") << result << " of a " << source;
  return success();
}

//===----------------------------------------------------------------------===//
// Constants
//===----------------------------------------------------------------------===//

LogicalResult ConstantOp::verify() {
  auto type = dyn_cast<RankedTensorType>(getType());
  auto value = dyn_cast<RankedTensorType>(getValue().getType());
  if (!type || !value || type.getShape() != value.getShape() ||
      type.getElementType() != value.getElementType())
    return emitOpError("has type ") << getType() << " but its value is " << getValue().getType();
  return success();
}

LogicalResult GetConstantOp::verifySymbolUses(SymbolTableCollection &symbols) {
  auto constant = symbols.lookupNearestSymbolFrom<ConstantOp>(*this, getNameAttr());
  if (!constant)
    return emitOpError("refers to '") << getName() << "', which is not a kernel.constant";
  if (!standsFor(getType(), constant.getType()))
    return emitOpError("has type ") << getType() << " but the constant is " << constant.getType();
  return success();
}
