// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Control flow. Values of a body are those of its present iteration: each iteration overwrites
// them.

#include "compiler/eval/Families.h"
#include "compiler/eval/Runner.h"
#include "dialects/onnx/OnnxControlOps.h"
#include "dialects/onnx/OnnxShapeOps.h"

using namespace mlir;
using namespace fovea;
using namespace fovea::eval;

/// What an op costs beside its elements.
static constexpr double opWork = 64;

bool Runner::spend(double work) {
  if (!budget)
    return true;
  exceeded |= work > budget->work;
  budget->work -= work;
  return !exceeded;
}

static int64_t getInteger(const Tensor &tensor) { return tensor.elements<int64_t>().front(); }

/// `slices` of one type side by side along a new dimension `axis`.
static Tensor stack(ArrayRef<Tensor> slices, int64_t axis) {
  RankedTensorType type = slices.front().getType();
  SmallVector<int64_t> shape(type.getShape());
  shape.insert(shape.begin() + axis, int64_t(slices.size()));
  NewTensor result = allocate(RankedTensorType::get(shape, type.getElementType()));
  int64_t width = slices.front().elementBytes(), inner = width, outer = 1;
  for (auto [dim, extent] : llvm::enumerate(type.getShape()))
    (int64_t(dim) < axis ? outer : inner) *= extent;
  for (auto [i, slice] : llvm::enumerate(slices))
    for (int64_t row = 0; row < outer; ++row)
      for (int64_t byte = 0; byte < inner; byte += width)
        std::memcpy(result.bytes + (row * int64_t(slices.size()) + int64_t(i)) * inner + byte,
                    slice.bytes() + (slice.isSplat() ? 0 : row * inner + byte), width);
  return result.tensor;
}

/// The slice `index` of `tensor` along `axis`.
static Tensor slice(const Tensor &tensor, int64_t axis, int64_t index) {
  SmallVector<int64_t> shape(tensor.getShape());
  int64_t count = shape[axis], width = tensor.elementBytes(), inner = width, outer = 1;
  for (auto [dim, extent] : llvm::enumerate(shape))
    if (int64_t(dim) != axis)
      (int64_t(dim) < axis ? outer : inner) *= extent;
  shape.erase(shape.begin() + axis);
  NewTensor result = allocate(RankedTensorType::get(shape, tensor.getType().getElementType()));
  for (int64_t row = 0; row < outer; ++row)
    for (int64_t byte = 0; byte < inner; byte += width)
      std::memcpy(result.bytes + row * inner + byte,
                  tensor.bytes() + (tensor.isSplat() ? 0 : (row * count + index) * inner + byte),
                  width);
  return result.tensor;
}

/// What a scanned result without slices is: of its static type, if that is known.
static FailureOr<Tensor> makeEmpty(Operation *op, OpResult result) {
  auto type = dyn_cast<RankedTensorType>(result.getType());
  if (!type || llvm::count(type.getShape(), ShapedType::kDynamic) > 1)
    return op->emitOpError("runs no iteration, so the shape of its result is not known");
  SmallVector<int64_t> shape(type.getShape());
  for (int64_t &extent : shape)
    if (ShapedType::isDynamic(extent))
      extent = 0;
  return allocate(RankedTensorType::get(shape, type.getElementType())).tensor;
}

FailureOr<SmallVector<Tensor>> Runner::runLoop(Operation *op, ArrayRef<Tensor> operands) {
  auto loop = cast<onnx::LoopOp>(op);
  int64_t count = operands[0] ? getInteger(operands[0]) : INT64_MAX;
  bool goOn = !operands[1] || getInteger(operands[1]) != 0;
  unsigned carried = loop.getNumCarried();
  SmallVector<Tensor> state(operands.drop_front(2));
  std::vector<SmallVector<Tensor>> scanned(loop.getNumResults() - carried);
  Block &body = loop.getBodyBlock();
  for (int64_t i = 0; i < count && goOn; ++i) {
    if (!spend(1))
      return failure();
    SmallVector<Tensor> arguments;
    for (auto [argument, number] :
         {std::pair(body.getArgument(0), i), std::pair(body.getArgument(1), int64_t(1))}) {
      auto type = dyn_cast<RankedTensorType>(argument.getType());
      SmallVector<int64_t> shape(type ? type.getRank() : 0, 1);
      arguments.push_back(makeTensor<int64_t>(
          RankedTensorType::get(shape, cast<TensorType>(argument.getType()).getElementType()),
          number));
    }
    llvm::append_range(arguments, state);
    FailureOr<SmallVector<Tensor>> yielded = run(body, arguments);
    if (failed(yielded))
      return failure();
    goOn = getInteger(yielded->front()) != 0;
    state.assign(yielded->begin() + 1, yielded->begin() + 1 + carried);
    for (auto [list, tensor] :
         llvm::zip_equal(scanned, ArrayRef<Tensor>(*yielded).drop_front(1 + carried))) {
      if (!list.empty() && list.front().getType() != tensor.getType())
        return op->emitOpError("scans slices of different types, ")
               << list.front().getType() << " and " << tensor.getType();
      list.push_back(tensor);
    }
  }
  for (auto [i, list] : llvm::enumerate(scanned)) {
    FailureOr<Tensor> result = list.empty() ? makeEmpty(op, op->getResult(carried + i))
                                            : FailureOr<Tensor>(stack(list, 0));
    if (failed(result))
      return failure();
    state.push_back(*result);
  }
  return state;
}

FailureOr<SmallVector<Tensor>> Runner::runScan(Operation *op, ArrayRef<Tensor> operands) {
  auto scan = cast<onnx::ScanOp>(op);
  unsigned states = scan.getNumStates();
  SmallVector<Tensor> state(operands.take_front(states));
  ArrayRef<Tensor> inputs = operands.drop_front(states);
  std::vector<SmallVector<Tensor>> scanned(scan.getNumResults() - states);
  SmallVector<int64_t> axes;
  int64_t length = 0;
  for (auto [tensor, axis] : llvm::zip_equal(inputs, scan.getInputAxes())) {
    if (axis < -tensor.getRank() || axis >= tensor.getRank())
      return op->emitOpError("cannot scan ") << tensor.getType() << " along axis " << axis;
    axes.push_back(axis < 0 ? axis + tensor.getRank() : axis);
    int64_t extent = tensor.getShape()[axes.back()];
    if (axes.size() > 1 && extent != length)
      return op->emitOpError("scans tensors of different lengths, ") << length << " and " << extent;
    length = extent;
  }
  for (int64_t i = 0; i < length; ++i) {
    if (!spend(1))
      return failure();
    SmallVector<Tensor> arguments(state);
    for (auto [tensor, axis, direction] : llvm::zip_equal(inputs, axes, scan.getInputDirections()))
      arguments.push_back(slice(tensor, axis, direction ? length - 1 - i : i));
    FailureOr<SmallVector<Tensor>> yielded = run(scan.getBodyBlock(), arguments);
    if (failed(yielded))
      return failure();
    state.assign(yielded->begin(), yielded->begin() + states);
    for (auto [list, tensor] :
         llvm::zip_equal(scanned, ArrayRef<Tensor>(*yielded).drop_front(states))) {
      if (!list.empty() && list.front().getType() != tensor.getType())
        return op->emitOpError("scans slices of different types, ")
               << list.front().getType() << " and " << tensor.getType();
      list.push_back(tensor);
    }
  }
  for (auto [i, list] : llvm::enumerate(scanned)) {
    if (scan.getOutputDirections()[i])
      std::reverse(list.begin(), list.end());
    int64_t axis = scan.getOutputAxes()[i];
    int64_t rank = list.empty() ? 0 : list.front().getRank() + 1;
    if (!list.empty() && (axis < -rank || axis >= rank))
      return op->emitOpError("cannot stack ") << list.front().getType() << " along axis " << axis;
    FailureOr<Tensor> result = list.empty()
                                   ? makeEmpty(op, op->getResult(states + i))
                                   : FailureOr<Tensor>(stack(list, axis < 0 ? axis + rank : axis));
    if (failed(result))
      return failure();
    state.push_back(*result);
  }
  return state;
}

FailureOr<SmallVector<Tensor>> Runner::run(Operation *op, ArrayRef<Tensor> operands) {
  if (isa<onnx::NoneOp>(op))
    return SmallVector<Tensor>{Tensor()};
  if (auto branch = dyn_cast<onnx::IfOp>(op))
    return run(getInteger(operands[0]) ? branch.getThenBranch().front()
                                       : branch.getElseBranch().front(),
               {});
  if (isa<onnx::LoopOp>(op))
    return runLoop(op, operands);
  if (isa<onnx::ScanOp>(op))
    return runScan(op, operands);
  if (!budget)
    return evaluate(op, operands);
  FailureOr<InferredResults> inferred = inferResults(op, operands);
  if (failed(inferred))
    return failure();
  for (RankedTensorType type : inferred->types)
    exceeded |= type && type.hasStaticShape() && type.getNumElements() > budget->resultElements;
  if (!spend(inferred->work + opWork))
    return failure();
  return evaluate(op, operands, *inferred);
}

FailureOr<SmallVector<Tensor>> Runner::run(Block &block, ArrayRef<Tensor> arguments) {
  llvm::DenseMap<Value, unsigned> remaining;
  auto defineLocal = [&](Value value, const Tensor &tensor) {
    if (unsigned uses = std::distance(value.use_begin(), value.use_end())) {
      define(value, tensor);
      remaining[value] = uses;
    }
  };
  for (auto [argument, tensor] : llvm::zip_equal(block.getArguments(), arguments))
    defineLocal(argument, tensor);
  auto read = [&](Operation &op) {
    return llvm::map_to_vector(op.getOperands(), [&](Value value) { return values.lookup(value); });
  };
  for (Operation &op : block.without_terminator()) {
    SmallVector<Tensor> operands = read(op);
    FailureOr<SmallVector<Tensor>> results = run(&op, operands);
    if (failed(results))
      return failure();
    operands.clear();
    for (Value operand : op.getOperands())
      if (auto left = remaining.find(operand); left != remaining.end() && --left->second == 0)
        values.erase(operand);
    for (auto [value, tensor] : llvm::zip_equal(op.getResults(), *results))
      defineLocal(value, tensor);
  }
  return read(*block.getTerminator());
}

FailureOr<std::optional<SmallVector<Tensor>>>
eval::evaluateWithin(Budget &budget, Operation *op, ArrayRef<Tensor> operands,
                     ArrayRef<std::pair<Value, Tensor>> captured) {
  Runner runner(&budget);
  for (const auto &[value, tensor] : captured)
    runner.define(value, tensor);
  FailureOr<SmallVector<Tensor>> results = runner.run(op, operands);
  if (runner.isExceeded())
    return std::optional<SmallVector<Tensor>>();
  if (failed(results))
    return failure();
  return std::optional(std::move(*results));
}
