# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Recurrent layers of the standard in NumPy, in double, and models that hold one."""
import numpy
from onnx import TensorProto, helper

GATES = {"RNN": 1, "GRU": 3, "LSTM": 4}
FUNCTIONS = {"RNN": ["Tanh"], "GRU": ["Sigmoid", "Tanh"], "LSTM": ["Sigmoid", "Tanh", "Tanh"]}


def sigmoid(x):
    return 1 / (1 + numpy.exp(-x))


ACTIVATIONS = {
    "Relu": lambda x, a, b: numpy.maximum(x, 0),
    "Tanh": lambda x, a, b: numpy.tanh(x),
    "Sigmoid": lambda x, a, b: sigmoid(x),
    "Affine": lambda x, a, b: a * x + b,
    "LeakyRelu": lambda x, a, b: numpy.where(x < 0, a * x, x),
    "ThresholdedRelu": lambda x, a, b: numpy.where(x > a, x, 0),
    "ScaledTanh": lambda x, a, b: a * numpy.tanh(b * x),
    "HardSigmoid": lambda x, a, b: numpy.clip(a * x + b, 0, 1),
    "Elu": lambda x, a, b: numpy.where(x < 0, a * numpy.expm1(x), x),
    "Softsign": lambda x, a, b: x / (1 + numpy.abs(x)),
    "Softplus": lambda x, a, b: numpy.log1p(numpy.exp(x)),
}
# Which parameters each function takes, and what they are when none are given.
PARAMETERS = {"Affine": (1.0, 0.0), "LeakyRelu": (0.01, None), "ThresholdedRelu": (1.0, None),
              "ScaledTanh": (1.7159, 0.6667), "HardSigmoid": (0.2, 0.5), "Elu": (1.0, None)}


class Layer:
    """One RNN, GRU or LSTM node, its operands drawn at random."""

    def __init__(self, op, random, steps=5, batch=3, inputs=4, hidden=6, direction="forward", layout=0, bias=True,
                 lengths=False, state=False, peepholes=False, functions=None, alphas=None, betas=None, clip=None,
                 linear_before_reset=0, input_forget=0):
        self.op, self.direction, self.layout, self.clip = op, direction, layout, clip
        self.linear_before_reset, self.input_forget = linear_before_reset, input_forget
        self.directions = 2 if direction == "bidirectional" else 1
        self.functions = functions or FUNCTIONS[op] * self.directions
        self.alphas, self.betas = alphas, betas
        self.steps, self.batch, self.hidden = steps, batch, hidden

        def draw(*shape, scale=1.0):
            return (random.standard_normal(shape) * scale).astype(numpy.float32)
        rows = GATES[op] * hidden
        self.x = draw(steps, batch, inputs) if layout == 0 else draw(batch, steps, inputs)
        self.w, self.r = draw(self.directions, rows, inputs, scale=0.5), draw(self.directions, rows, hidden, scale=0.5)
        self.b = draw(self.directions, 2 * rows) if bias else None
        self.lengths = random.integers(1, steps + 1, batch).astype(numpy.int32) if lengths else None
        shape = (self.directions, batch, hidden) if layout == 0 else (batch, self.directions, hidden)
        self.h = draw(*shape) if state else None
        self.c = draw(*shape) if state and op == "LSTM" else None
        self.p = draw(self.directions, 3 * hidden) if peepholes else None

    def operands(self):
        """Pairs of a name and an array, or None for an absent operand."""
        pairs = [("X", self.x), ("W", self.w), ("R", self.r), ("B", self.b), ("lengths", self.lengths), ("h", self.h)]
        if self.op == "LSTM":
            pairs += [("c", self.c), ("P", self.p)]
        return pairs

    def model(self, constants=("W", "R", "B", "P")):
        """The layer as a model; weights are initializers."""
        attributes = {"hidden_size": self.hidden, "direction": self.direction, "layout": self.layout}
        if self.functions != FUNCTIONS[self.op] * self.directions:
            attributes["activations"] = self.functions
        for name, value in (("activation_alpha", self.alphas), ("activation_beta", self.betas), ("clip", self.clip)):
            if value is not None:
                attributes[name] = value
        if self.op == "GRU":
            attributes["linear_before_reset"] = self.linear_before_reset
        if self.op == "LSTM":
            attributes["input_forget"] = self.input_forget
        given = [(name, value) for name, value in self.operands() if value is not None]
        names = [name if value is not None else "" for name, value in self.operands()]
        outputs = ["Y", "Y_h"] + (["Y_c"] if self.op == "LSTM" else [])
        node = helper.make_node(self.op, names, outputs, **attributes)
        graph = helper.make_graph(
            [node], "layer",
            [helper.make_tensor_value_info(name, helper.np_dtype_to_tensor_dtype(value.dtype), value.shape)
             for name, value in given if name not in constants],
            [helper.make_tensor_value_info(name, TensorProto.FLOAT, None) for name in outputs],
            [helper.make_tensor(name, TensorProto.FLOAT, value.shape, value.tobytes(), raw=True)
             for name, value in given if name in constants])
        return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 22)], ir_version=10)

    def inputs(self, constants=("W", "R", "B", "P")):
        return {name: value for name, value in self.operands() if value is not None and name not in constants}

    def parameters(self):
        """Alpha and beta of every function: the next given one, if the function takes one at all."""
        alphas, betas = list(self.alphas or []), list(self.betas or [])
        result = []
        for name in self.functions:
            alpha, beta = PARAMETERS.get(name, (None, None))
            if alpha is not None and alphas:
                alpha = alphas.pop(0)
            if beta is not None and betas:
                beta = betas.pop(0)
            result.append((alpha, beta))
        return result

    def step(self, d, x, h, c):
        count = len(self.functions) // self.directions
        parameters = self.parameters()

        def apply(which, value):
            if self.clip is not None:
                value = numpy.clip(value, -self.clip, self.clip)
            at = d * count + which
            return ACTIVATIONS[self.functions[at]](value, *parameters[at])
        w, r, hidden = self.w[d].astype(float), self.r[d].astype(float), self.hidden
        rows = GATES[self.op] * hidden
        bias = self.b[d].astype(float) if self.b is not None else numpy.zeros(2 * rows)
        from_x, from_h = w @ x + bias[:rows], r @ h + bias[rows:]

        def gate(which, source):
            return source[which * hidden:(which + 1) * hidden]
        if self.op == "RNN":
            return apply(0, from_x + from_h), c
        if self.op == "GRU":
            z, reset = (apply(0, gate(i, from_x) + gate(i, from_h)) for i in (0, 1))
            if self.linear_before_reset:
                inner = reset * gate(2, from_h)
            else:
                inner = gate(2, r @ (reset * h) + bias[rows:])
            return (1 - z) * apply(1, gate(2, from_x) + inner) + z * h, c
        p = self.p[d].astype(float) if self.p is not None else numpy.zeros(3 * hidden)
        total = from_x + from_h
        i = apply(0, gate(0, total) + gate(0, p) * c)
        f = 1 - i if self.input_forget else apply(0, gate(2, total) + gate(2, p) * c)
        c = f * c + i * apply(1, gate(3, total))
        o = apply(0, gate(1, total) + gate(1, p) * c)
        return o * apply(2, c), c

    def run(self, fault=None):
        """The outputs in double. `fault` names a mistake to make."""
        x = self.x.astype(float) if self.layout == 0 else self.x.transpose(1, 0, 2).astype(float)
        swap = (0, 1, 2) if self.layout == 0 else (1, 0, 2)
        shape = (self.directions, self.batch, self.hidden)
        h = self.h.transpose(swap).astype(float) if self.h is not None else numpy.zeros(shape)
        c = self.c.transpose(swap).astype(float) if self.c is not None else numpy.zeros(shape)
        y = numpy.zeros((self.steps, self.directions, self.batch, self.hidden))
        for d in range(self.directions):
            for n in range(self.batch):
                length = self.steps if self.lengths is None or fault == "lengths" else self.lengths[n]
                order = range(length)
                if (self.direction == "reverse" or d == 1) and fault != "direction":
                    order = reversed(order)
                for t in order:
                    h[d, n], c[d, n] = self.step(d, x[t, n], h[d, n], c[d, n])
                    y[t, d, n] = h[d, n]
        if self.layout == 1:
            y, h, c = y.transpose(2, 0, 1, 3), h.transpose(1, 0, 2), c.transpose(1, 0, 2)
        return [y, h] + ([c] if self.op == "LSTM" else [])


def layers():
    """Layers that together take every attribute, operand and activation function through each kind of layer."""
    random = numpy.random.default_rng(7)
    for op in GATES:
        for direction in ("forward", "reverse", "bidirectional"):
            yield f"{op} {direction}", Layer(op, random, direction=direction)
        yield f"{op} all", Layer(op, random, direction="bidirectional", lengths=True, state=True, layout=1,
                                 peepholes=op == "LSTM", clip=0.8, linear_before_reset=1, input_forget=1)
        yield f"{op} lengths", Layer(op, random, direction="reverse", lengths=True, state=True, bias=False)
        yield f"{op} one", Layer(op, random, steps=1, batch=1, hidden=1)
    yield "GRU reset first", Layer("GRU", random, linear_before_reset=1, state=True, lengths=True)
    yield "LSTM peepholes", Layer("LSTM", random, peepholes=True, state=True)
    yield "LSTM coupled", Layer("LSTM", random, input_forget=1)
    for name in ACTIVATIONS:
        yield f"RNN {name}", Layer("RNN", random, functions=[name], steps=3)
    yield "LSTM functions", Layer("LSTM", random, functions=["HardSigmoid", "Softsign", "ScaledTanh"], alphas=[0.3, 1.2],
                                  betas=[0.4, 0.9])
    yield "GRU functions", Layer("GRU", random, direction="bidirectional",
                                 functions=["Sigmoid", "Elu", "HardSigmoid", "LeakyRelu"], alphas=[0.7, 0.1, 0.3], betas=[0.6])
