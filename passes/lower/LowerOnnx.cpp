// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// fovea-lower-onnx: the conversion from onnx; the patterns are one file per family of operators.
//
// onnx ops are neither legal nor illegal to the driver, so that it goes on after a failure and
// every op without a lowering is reported at once.

#include "dialects/kernel/Kernel.h"
#include "dialects/onnx/ElementType.h"
#include "dialects/onnx/NodeName.h"
#include "dialects/onnx/OnnxAttentionOps.h"
#include "dialects/onnx/OnnxShapeOps.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/Func/Transforms/FuncConversions.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/TypeUtilities.h"
#include "mlir/Transforms/DialectConversion.h"
#include "passes/lower/ControlFlow.h"
#include "passes/lower/Families.h"
#include "passes/lower/OnnxPattern.h"
#include "passes/lower/Passes.h"

namespace fovea {
#define GEN_PASS_DEF_LOWERONNXPASS
#include "passes/lower/Passes.h.inc"
} // namespace fovea

using namespace mlir;
using namespace fovea;
using namespace fovea::lower;

/// Why a tensor of this type cannot be compiled, or an empty string. An operand, and a result after
/// the first, may be absent.
static std::string describeUnsupported(StringRef kind, unsigned index, Type type) {
  std::string text;
  if (isa<NoneType>(type) && (kind == "operand" || index > 0))
    return text;
  llvm::raw_string_ostream stream(text);
  auto ranked = dyn_cast<RankedTensorType>(type);
  if (!ranked || !ranked.hasStaticShape())
    stream << kind << " #" << index << " is '" << type
           << "', expected a tensor of static shape: fix every input dimension";
  return text;
}

std::string lower::findBrokenInvariant(Operation *op) {
  for (auto [i, type] : llvm::enumerate(op->getOperandTypes()))
    if (std::string text = describeUnsupported("operand", i, type); !text.empty())
      return text;
  for (auto [i, type] : llvm::enumerate(op->getResultTypes()))
    if (std::string text = describeUnsupported("result", i, type); !text.empty())
      return text;
  SmallVector<Type> inferred;
  if (failed(cast<onnx::ShapeInference>(op).inferShapes(inferred)))
    return "its operands contradict one another";
  if (inferred.size() != op->getNumResults())
    return "it has another number of results than its operands make";
  for (auto [i, type, wanted] : llvm::enumerate(op->getResultTypes(), inferred)) {
    bool isCompatible = type == wanted;
    if (isa<TensorType>(type) && isa<TensorType>(wanted))
      isCompatible = getElementTypeOrSelf(type) == getElementTypeOrSelf(wanted) &&
                     succeeded(verifyCompatibleShape(type, wanted));
    if (isCompatible)
      continue;
    std::string text;
    llvm::raw_string_ostream(text)
        << "result #" << i << " is '" << type << "', but the operands make '" << wanted << "'";
    return text;
  }
  return {};
}

/// Tensors of elements that lowered programs do not have become tensors of what stores them.
static void addConversions(TypeConverter &converter) {
  converter.addConversion([](Type type) { return type; });
  converter.addConversion([](RankedTensorType type) -> Type {
    return type.clone(onnx::getStorageType(type.getElementType()));
  });
}

namespace {

/// Attention is lowered from attn.attention only.
class AttentionPattern : public OnnxPattern<onnx::AttentionOp> {
public:
  using OnnxPattern::OnnxPattern;

  LogicalResult lower(onnx::AttentionOp op, Adaptor,
                      ConversionPatternRewriter &rewriter) const override {
    return refuse(op, rewriter,
                  "attention must become attn.attention first; the remarks of "
                  "fovea-raise-attention say why it did not");
  }
};

class LowerOnnx : public fovea::impl::LowerOnnxPassBase<LowerOnnx> {
  void runOnOperation() override;
  LogicalResult reportRemaining(const Refusals &refusals);
  void recordElementTypes();
  void eraseDeadConstants();
};

} // namespace

/// Whether lowering changes the type of a tensor's elements.
static bool isStoredOtherwise(Type type) {
  return onnx::getStorageType(getElementTypeOrSelf(type)) != getElementTypeOrSelf(type);
}

/// The ops at the unconverted end of a cast that the conversion had to leave, without those that
/// have no lowering anyway.
static SmallVector<Operation *> findUnconvertedUses(UnrealizedConversionCastOp cast) {
  SmallVector<Operation *> ends;
  if (isStoredOtherwise(cast.getResult(0).getType()))
    llvm::append_range(ends, cast->getUsers());
  else if (Operation *producer = cast.getOperand(0).getDefiningOp())
    ends.push_back(producer);
  llvm::erase_if(ends, [](Operation *op) { return isa<onnx::OnnxDialect>(op->getDialect()); });
  return ends;
}

/// Names every op that is left, and what stands between stored and declared values.
LogicalResult LowerOnnx::reportRemaining(const Refusals &refusals) {
  bool failed = false;
  llvm::SmallPtrSet<Operation *, 4> reported;
  getOperation().walk([&](Operation *op) {
    if (auto cast = dyn_cast<UnrealizedConversionCastOp>(op)) {
      Type result = cast.getResult(0).getType();
      Type declared =
          getElementTypeOrSelf(isStoredOtherwise(result) ? result : cast.getOperand(0).getType());
      for (Operation *end : findUnconvertedUses(cast)) {
        failed = true;
        if (!reported.insert(end).second)
          continue;
        end->emitError() << "'" << end->getName() << "'" << onnx::describeNode(end->getLoc())
                         << " uses a tensor of " << declared << ", which has no lowering here";
      }
    } else if (isa_and_present<onnx::OnnxDialect>(op->getDialect()) && !isa<onnx::NoneOp>(op)) {
      failed = true;
      InFlightDiagnostic error = op->emitError();
      error << "no lowering for '" << op->getName() << "'" << onnx::describeNode(op->getLoc());
      if (auto it = refusals.find(op); it != refusals.end())
        error << ": " << it->second;
    }
  });
  return success(!failed);
}

/// Shapes, axes and absent inputs were read by the patterns; nothing uses them any more.
void LowerOnnx::eraseDeadConstants() {
  SmallVector<Operation *> dead;
  getOperation().walk([&](Operation *op) {
    if (isa<onnx::NoneOp, arith::ConstantOp>(op) && op->use_empty())
      dead.push_back(op);
  });
  for (Operation *op : dead)
    op->erase();
}

/// Keeps the element types of inputs and outputs that the signature is about to lose as
/// `onnx.element_type`: a caller wants to know them.
void LowerOnnx::recordElementTypes() {
  auto getDeclared = [](Type type) {
    return isStoredOtherwise(type) ? TypeAttr::get(getElementTypeOrSelf(type)) : TypeAttr();
  };
  getOperation().walk([&](func::FuncOp function) {
    for (auto [index, type] : llvm::enumerate(function.getArgumentTypes()))
      if (TypeAttr element = getDeclared(type))
        function.setArgAttr(index, "onnx.element_type", element);
    for (auto [index, type] : llvm::enumerate(function.getResultTypes()))
      if (TypeAttr element = getDeclared(type))
        function.setResultAttr(index, "onnx.element_type", element);
  });
}

void LowerOnnx::runOnOperation() {
  recordElementTypes();
  MLIRContext *context = &getContext();
  TypeConverter converter;
  addConversions(converter);

  RewritePatternSet patterns(context);
  Refusals refusals;
  PatternContext families{converter, patterns, refusals};
  populateCastPatterns(families);
  populateConstantPatterns(families);
  populateConvolutionPatterns(families);
  populateDeformableConvolutionPatterns(families);
  populateElementwisePatterns(families);
  populateGatherPatterns(families);
  populateLossPatterns(families);
  populateMatrixPatterns(families);
  populateMovementPatterns(families);
  populateNormalizationPatterns(families);
  populateOrderPatterns(families);
  populatePadPatterns(families);
  populatePoolingPatterns(families);
  populateQuantizationPatterns(families);
  populateRearrangementPatterns(families);
  populateRecurrentPatterns(families);
  populateReductionPatterns(families);
  populateResamplingPatterns(families);
  populateReshapePatterns(families);
  populateRotaryEmbeddingPatterns(families);
  populateSamplingPatterns(families);
  populateScanPatterns(families);
  populateScattersPatterns(families);
  populateSelectionsPatterns(families);
  populateSignalPatterns(families);
  populateTransposedConvolutionPatterns(families);
  populateUnaryPatterns(families);
  families.add<AttentionPattern>();
  populateFunctionOpInterfaceTypeConversionPattern<func::FuncOp>(patterns, converter);
  populateReturnOpTypeConversionPattern(patterns, converter);

  ConversionTarget target(*context);
  target.addLegalDialect<arith::ArithDialect, kernel::KernelDialect, linalg::LinalgDialect,
                         math::MathDialect, scf::SCFDialect, tensor::TensorDialect>();
  populateControlFlowTypes(converter, patterns, target);
  target.addDynamicallyLegalOp<func::FuncOp>([&](func::FuncOp function) {
    return converter.isSignatureLegal(function.getFunctionType());
  });
  target.addDynamicallyLegalOp<func::ReturnOp>(
      [&](func::ReturnOp op) { return converter.isLegal(op); });

  ConversionConfig config;
  config.foldingMode = DialectConversionFoldingMode::Never;
  // A cast that is left is reported with the op that needs it, not by the driver.
  config.buildMaterializations = false;
  if (failed(applyPartialConversion(getOperation(), target, std::move(patterns), config)))
    return signalPassFailure();
  lowerControlFlow(getOperation());
  if (failed(reportRemaining(refusals)))
    return signalPassFailure();
  eraseDeadConstants();
}
