// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Entry points of the evaluator. Shape inference, run on a copy of the op that sees the operands'
// values, checks everything that shapes and index operands can get wrong before a family computes.

#include "compiler/eval/Evaluate.h"

#include "compiler/eval/Families.h"
#include "compiler/eval/Runner.h"
#include "dialects/onnx/OnnxAttentionOps.h"
#include "dialects/onnx/OnnxConvOps.h"
#include "dialects/onnx/OnnxElementwiseOps.h"
#include "dialects/onnx/OnnxMatrixOps.h"
#include "dialects/onnx/OnnxNormOps.h"
#include "dialects/onnx/OnnxPoolOps.h"
#include "dialects/onnx/OnnxReduceOps.h"
#include "dialects/onnx/OnnxResampleOps.h"
#include "dialects/onnx/OnnxSelectOps.h"
#include "dialects/onnx/OnnxShapeOps.h"
#include "dialects/onnx/OnnxSignalOps.h"
#include "mlir/IR/Builders.h"
#include "mlir/IR/IRMapping.h"

#include "llvm/ADT/ScopeExit.h"
#include "llvm/ADT/TypeSwitch.h"

#include <cmath>

using namespace mlir;
using namespace fovea;
using namespace fovea::eval;

/// Operands of up to this many integers, or floats, are shown to shape inference with their values.
static constexpr int64_t maxIndexElements = 4096, maxScaleElements = 64;

FailureOr<InferredResults> eval::inferResults(Operation *op, ArrayRef<Tensor> operands) {
  // Operands live in a block of their own: constants where their values may matter, arguments
  // elsewhere.
  Block block;
  OpBuilder builder(op->getContext());
  builder.setInsertionPointToEnd(&block);
  IRMapping mapping;
  for (auto [value, tensor] : llvm::zip_equal(op->getOperands(), operands)) {
    if (!tensor || mapping.contains(value))
      continue;
    if (tensor.size() <= (isFloat(tensor.kind()) ? maxScaleElements : maxIndexElements))
      mapping.map(value, onnx::ConstantOp::create(builder, op->getLoc(), tensor.toAttr()));
    else
      mapping.map(value, block.addArgument(tensor.getType(), op->getLoc()));
  }
  Operation *copy = builder.clone(*op, mapping);
  llvm::scope_exit drop([&] {
    copy->erase();
    while (!block.empty())
      block.back().erase();
  });
  auto inference = dyn_cast<onnx::ShapeInference>(copy);
  if (!inference)
    return op->emitOpError("is no op of the onnx dialect that can be evaluated");
  SmallVector<Type> types;
  if (failed(inference.inferShapes(types)))
    return failure();
  InferredResults result;
  for (auto [inferred, declared] : llvm::zip_equal(types, op->getResultTypes())) {
    if (isa<NoneType>(inferred)) {
      result.types.push_back({});
      continue;
    }
    auto type = dyn_cast<RankedTensorType>(inferred);
    bool isOpen = op->hasTrait<onnx::DataDependentShape>();
    if (!type || (!type.hasStaticShape() && !isOpen) || !getKind(type.getElementType()))
      return op->emitOpError("has no static result type: ") << inferred;
    auto known = dyn_cast<TensorType>(declared);
    if (!known || known.getElementType() != type.getElementType() ||
        failed(verifyCompatibleShape(known, type)))
      return op->emitOpError("computes ") << type << " but declares " << declared;
    result.types.push_back(type);
  }
  for (auto [value, type] : llvm::zip_equal(copy->getResults(), result.types))
    if (type)
      value.setType(type);
  result.work = estimateWork(copy);
  return result;
}

static const EvaluatorTable &getTable() {
  static const EvaluatorTable table = [] {
    EvaluatorTable table;
    addAttentionEvaluators(table);
    addConvEvaluators(table);
    addEinsumEvaluators(table);
    addElementwiseEvaluators(table);
    addGatherEvaluators(table);
    addLossEvaluators(table);
    addMatrixEvaluators(table);
    addNormEvaluators(table);
    addPoolEvaluators(table);
    addQuantEvaluators(table);
    addRearrangementEvaluators(table);
    addRecurrentEvaluators(table);
    addReduceEvaluators(table);
    addResampleEvaluators(table);
    addSamplingEvaluators(table);
    addScatterEvaluators(table);
    addSelectEvaluators(table);
    addShapeEvaluators(table);
    addSignalEvaluators(table);
    addUnaryEvaluators(table);
    return table;
  }();
  return table;
}

FailureOr<SmallVector<Tensor>> eval::evaluate(Operation *op, ArrayRef<Tensor> operands) {
  if (operands.size() != op->getNumOperands())
    return op->emitOpError("has ")
           << op->getNumOperands() << " operands but was given " << operands.size();
  for (auto [index, tensor] : llvm::enumerate(operands)) {
    Type declared = op->getOperand(index).getType();
    auto type = dyn_cast<TensorType>(declared);
    if (bool(tensor) != bool(type))
      return op->emitOpError("operand #") << index << " is " << declared << " but was given "
                                          << (tensor ? "a tensor" : "nothing");
    if (tensor && (type.getElementType() != tensor.getType().getElementType() ||
                   failed(verifyCompatibleShape(type, tensor.getType()))))
      return op->emitOpError("operand #")
             << index << " is " << declared << " but was given " << tensor.getType();
  }
  FailureOr<InferredResults> inferred = inferResults(op, operands);
  if (failed(inferred))
    return failure();
  return evaluate(op, operands, *inferred);
}

FailureOr<SmallVector<Tensor>> eval::evaluate(Operation *op, ArrayRef<Tensor> operands,
                                              const InferredResults &inferred) {
  Evaluator evaluator = getTable().lookup(op->getName().getStringRef());
  if (!evaluator)
    return op->emitOpError("cannot be evaluated");
  FailureOr<SmallVector<Tensor>> results = evaluator(op, operands, inferred.types);
  if (failed(results) || !op->hasTrait<onnx::DataDependentShape>())
    return results;
  for (auto [tensor, declared] : llvm::zip_equal(*results, op->getResultTypes()))
    if (tensor && failed(verifyCompatibleShape(declared, tensor.getType())))
      return op->emitOpError("computes ") << tensor.getType() << " but declares " << declared;
  return results;
}

/// The tensor of an attribute; nothing given stays an empty tensor.
static FailureOr<Tensor> readAttr(Operation *op, ElementsAttr attr) {
  if (!attr)
    return Tensor();
  if (std::optional<Tensor> tensor = Tensor::get(attr))
    return *tensor;
  return op->emitOpError("was given a constant without data or of an unsupported type: ")
         << attr.getType();
}

FailureOr<SmallVector<ElementsAttr>> eval::evaluate(Operation *op,
                                                    ArrayRef<ElementsAttr> operands) {
  SmallVector<Tensor> tensors;
  for (ElementsAttr attr : operands) {
    FailureOr<Tensor> tensor = readAttr(op, attr);
    if (failed(tensor))
      return failure();
    tensors.push_back(*tensor);
  }
  FailureOr<SmallVector<Tensor>> results = evaluate(op, tensors);
  if (failed(results))
    return failure();
  return llvm::map_to_vector(*results, [](const Tensor &tensor) { return tensor.toAttr(); });
}

FailureOr<SmallVector<ElementsAttr>> eval::evaluateFunction(func::FuncOp function,
                                                            ArrayRef<ElementsAttr> inputs) {
  if (!function.getBody().hasOneBlock())
    return function.emitOpError("expects a body of one block to evaluate");
  Block &body = function.getBody().front();
  if (inputs.size() != body.getNumArguments())
    return function.emitOpError("has ")
           << body.getNumArguments() << " arguments but was given " << inputs.size();
  SmallVector<Tensor> arguments;
  for (ElementsAttr attr : inputs) {
    FailureOr<Tensor> tensor = readAttr(function, attr);
    if (failed(tensor))
      return failure();
    arguments.push_back(*tensor);
  }
  FailureOr<SmallVector<Tensor>> results = Runner().run(body, arguments);
  if (failed(results))
    return failure();
  return llvm::map_to_vector(*results, [](const Tensor &tensor) { return tensor.toAttr(); });
}

bool eval::keepsSplats(Operation *op) {
  return getTable().keepsSplats(op->getName().getStringRef());
}

double eval::estimateWork(Operation *op) {
  auto count = [](Value value) {
    auto type = dyn_cast<RankedTensorType>(value.getType());
    double product = 1;
    for (int64_t extent : type &&type.hasStaticShape() ? type.getShape() : ArrayRef<int64_t>())
      product *= double(extent);
    return product;
  };
  auto extent = [](Value value, int64_t fromEnd) {
    auto type = dyn_cast<RankedTensorType>(value.getType());
    return type && type.getRank() >= fromEnd
               ? double(std::max<int64_t>(type.getShape()[type.getRank() - fromEnd], 1))
               : 1.0;
  };
  double moved = 0;
  for (Value operand : op->getOperands())
    moved += count(operand);
  for (Value result : op->getResults())
    moved += count(result);
  return llvm::TypeSwitch<Operation *, double>(op)
      .Case([&](onnx::MatMulOp matMul) { return count(matMul.getC()) * extent(matMul.getA(), 1); })
      .Case([&](onnx::DetOp det) { return count(det.getX()) * extent(det.getX(), 1); })
      .Case([&](onnx::GemmOp gemm) {
        return count(gemm.getY()) * extent(gemm.getA(), gemm.getTransA() ? 2 : 1);
      })
      .Case([&](onnx::EinsumOp einsum) {
        // At worst no two operands share a label.
        double product = 1;
        for (Value input : einsum.getInputs())
          product *= count(input);
        return product;
      })
      .Case([&](onnx::NonMaxSuppressionOp op) {
        return count(op.getScores()) * extent(op.getScores(), 1);
      })
      .Case<onnx::ConvOp, onnx::DeformConvOp>([&](auto conv) {
        auto type = dyn_cast<RankedTensorType>(conv.getW().getType());
        double filters = type && type.getRank() ? std::max<int64_t>(type.getDimSize(0), 1) : 1;
        return count(conv.getY()) * count(conv.getW()) / filters;
      })
      .Case([&](onnx::ConvTransposeOp conv) {
        auto type = dyn_cast<RankedTensorType>(conv.getW().getType());
        double channels = type && type.getRank() ? std::max<int64_t>(type.getDimSize(0), 1) : 1;
        return count(conv.getX()) * count(conv.getW()) / channels;
      })
      .Case<onnx::AveragePoolOp, onnx::LpPoolOp, onnx::MaxPoolOp>([&](auto pool) {
        double taps = 1;
        for (int64_t tap : pool.getKernelShape())
          taps *= double(tap);
        return count(pool.getY()) * taps;
      })
      .Case([&](onnx::DFTOp dft) {
        double longest = 1;
        for (int64_t fromEnd = 2; fromEnd <= 8; ++fromEnd)
          longest = std::max(longest, extent(dft.getY(), fromEnd));
        return count(dft.getY()) * longest;
      })
      // Up to four taps along each dimension.
      .Case([&](onnx::GridSampleOp sample) {
        return count(sample.getY()) * std::pow(4, extent(sample.getGrid(), 1));
      })
      .Case([&](onnx::RoiAlignOp align) {
        double samples = double(align.getSamplingRatio());
        return samples > 0 ? count(align.getY()) * samples * samples
                           : moved + count(align.getX()) * count(align.getBatchIndices()) * 4;
      })
      .Case([&](onnx::STFTOp stft) { return 2 * count(stft.getY()) * extent(stft.getY(), 2); })
      .Case([&](onnx::AttentionOp attention) {
        return count(attention.getQ()) * count(attention.getK());
      })
      .Default([&](Operation *) { return moved; });
}
