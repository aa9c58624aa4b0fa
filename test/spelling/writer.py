# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Writes the graph of a meaning as a spelling says (grammar.py)."""
import math

import numpy
from onnx import helper, numpy_helper

from graph import Graph


class Writer:
    def __init__(self, meaning, opset, spelling, prefix):
        self.m, self.s, self.g = meaning, spelling, Graph(opset, prefix)
        self.inputs = {}
        for name, shape in meaning.input_shapes().items():
            dtype = meaning.dtype
            if name == "mask" and meaning.mask != "float":
                dtype = "int64" if "padding" in meaning.mask else "bool"
            self.inputs[name] = self.g.input(name, shape, dtype)

    def number(self, value, dtype=None):
        return self.g.constant(numpy.array(value, dtype=dtype or self.m.dtype))

    def reshape(self, x, *shape):
        """A Reshape whose target is written as the spelling says. Extents that x has in the same place may be copied."""
        g, how = self.g, self.s["extents"]
        target = list(shape)
        if how == "zeros":
            target = [0 if axis < len(x.shape) and x.shape[axis] == extent else extent for axis, extent in enumerate(shape)]
        elif how == "minus one":
            target[-1] = -1
        elif how in ("computed", "sliced shape"):
            if x.shape[0] != shape[0]:
                return g.reshape(x, *shape)
            rest = self.number(shape[1:], "int64")
            if how == "sliced shape":
                first = g.node("Shape", [x], [1], "int64", start=0, end=1)
            else:
                extent = g.node("Gather", [g.shape_of(x), self.number(0, "int64")], [], "int64", axis=0)
                first = g.unsqueeze(extent, 0)
            whole = g.node("Concat", [first, rest], [len(shape)], axis=0)
            return g.node("Reshape", [x, whole], shape)
        return g.node("Reshape", [x, self.number(target, "int64")], shape)

    def noise(self, place, x):
        if self.s.get("noise at", "nowhere") != place:
            return x
        g, kind = self.g, self.s["noise"]
        rank = len(x.shape)
        if kind == "identity":
            return g.node("Identity", [x], x.shape)
        if kind == "dropout":
            return g.node("Dropout", [x], x.shape)
        if kind == "times one":
            return g.binary("Mul", x, self.number(1))
        if kind == "plus zero":
            return g.binary("Add", x, self.number(0))
        if kind == "transposes":
            order = [*range(1, rank), 0]
            return g.transpose(g.transpose(x, *order), *numpy.argsort(order))
        if kind == "reshapes":
            return g.reshape(g.reshape(x, -1, x.shape[-1]), *x.shape)
        if kind == "expand":
            return g.node("Expand", [x, g.shape_of(x)], x.shape)
        return self.branch(x)

    def branch(self, x):
        """x, as the side taken of an If on a constant."""
        g = self.g
        sides = {}
        for name, op in (("then_branch", "Identity"), ("else_branch", "Neg")):
            result = g.fresh(name)
            info = helper.make_tensor_value_info(result, helper.np_dtype_to_tensor_dtype(x.dtype), None)
            sides[name] = helper.make_graph([helper.make_node(op, [x], [result])], name, [], [info])
        return g.node("If", [self.number(True, "bool")], x.shape, x.dtype, **sides)

    # The operands of the product, each [batch, heads, rows, columns], or [batch * heads, ...], or as the layout says.
    def unpack(self):
        m, g, how = self.m, self.g, self.s["unpack"]
        packed, width = self.inputs["qkv"], m.heads * m.size
        if how == "split":
            return g.split(packed, 2, 3)
        if how == "slice":
            return [g.slice(packed, 2, part * width, (part + 1) * width) for part in range(3)]
        if how == "stacked":
            parts = self.reshape(packed, m.batch, m.queries, 3, width)
            parts = g.squeeze(g.transpose(g.unsqueeze(parts, 0), 3, 1, 2, 0, 4), 3)
            return [g.node("Gather", [parts, self.number(part, "int64")], parts.shape[1:], axis=0) for part in range(3)]
        parts = g.transpose(self.reshape(packed, m.batch, m.queries, 3, m.heads, m.size), 2, 0, 3, 1, 4)
        if how == "gather 5-D":
            return [g.node("Gather", [parts, self.number(part, "int64")], parts.shape[1:], axis=0) for part in range(3)]
        if how == "split 5-D":
            return [g.squeeze(part, 0) for part in g.split(parts, 0, 3)]
        return [g.squeeze(g.slice(parts, 0, part, part + 1), 0) for part in range(3)]

    def split_heads(self, x, heads):
        """[batch, rows, heads * size] as the layout wants it; what has its heads apart already is only merged."""
        m, g, layout = self.m, self.g, self.s["layout"]
        if len(x.shape) == 4:
            return self.reshape(x, m.batch * heads, *x.shape[2:]) if layout == "merged" else x
        rows, size = x.shape[1], x.shape[2] // heads
        if layout == "sequence first":
            x = self.reshape(g.transpose(x, 1, 0, 2), rows, m.batch * heads, size)
            return g.transpose(x, 1, 0, 2)
        x = self.reshape(x, m.batch, rows, heads, size)
        if layout == "einsum":
            return x
        x = g.transpose(x, 0, 2, 1, 3)
        if layout == "merged" and heads == m.heads:
            return self.reshape(x, m.batch * heads, rows, size)
        return x

    def turn(self, x):
        """Pairs of channels of [batch, heads, rows, size], turned by the angles of their rows."""
        m, g, how, by = self.m, self.g, self.s["turned"], self.s.get("turned by")
        cosine, sine, half = self.inputs["cos"], self.inputs["sin"], m.size // 2
        if how == "RotaryEmbedding":
            tables = [g.unsqueeze(table, 0) for table in (cosine, sine)]
            if m.batch > 1:
                whole = (m.batch, *cosine.shape)
                tables = [g.node("Expand", [table, self.number(whole, "int64")], whole) for table in tables]
            return g.node("RotaryEmbedding", [x, *tables], x.shape, interleaved=int(m.rotary == "interleaved"))

        def times(a, table):
            if by == "unsqueezed":
                table = g.unsqueeze(table, 0, 1)
            return g.binary("Mul", *((table, a) if by == "left" else (a, table)))

        def take(first, step, count):
            bounds = [self.number([number], "int64") for number in (first, first + step * (count - 1) + 1, 3, step)]
            return g.node("Slice", [x, *bounds], (*x.shape[:-1], count))

        def join(a, b):
            """The elements of pairs in their places."""
            if m.rotary == "half":
                return g.node("Concat", [a, b], (*a.shape[:-1], 2 * a.shape[-1]), axis=-1)
            a, b = (g.unsqueeze(part, len(part.shape)) for part in (a, b))
            pairs = g.node("Concat", [a, b], (*a.shape[:-1], 2), axis=-1)
            return self.reshape(pairs, *a.shape[:-2], 2 * a.shape[-2])
        if how == "split":
            first, second = g.split(x, 3, 2)
        elif m.rotary == "half":
            first, second = take(0, 1, half), take(half, 1, half)
        else:
            first, second = take(0, 2, half), take(1, 2, half)
        if how == "parts":
            a = g.binary("Sub", times(first, cosine), times(second, sine))
            b = [times(second, cosine), times(first, sine)]
            return join(a, g.binary("Add", *(reversed(b) if by == "swapped" else b)))
        turned = join(g.node("Neg", [second], second.shape), first)
        sums = [times(x, join(cosine, cosine)), times(turned, join(sine, sine))]
        return g.binary("Add", *(reversed(sums) if by == "swapped" else sums))

    def repeat(self, x):
        m, g = self.m, self.g
        if m.group == 1:
            return x
        _, _, rows, size = x.shape
        if self.s["layout"] == "grouped":
            return g.unsqueeze(x, 2)
        how = self.s["repeat"]
        if how == "gather":
            index = self.number(numpy.repeat(numpy.arange(m.key_heads), m.group), "int64")
            x = g.node("Gather", [x, index], (m.batch, m.heads, rows, size), axis=1)
        else:
            x = g.unsqueeze(x, 2)
            wide = (m.batch, m.key_heads, m.group, rows, size)
            if how == "expand":
                x = g.node("Expand", [x, self.number(wide, "int64")], wide)
            elif how == "tile":
                x = g.node("Tile", [x, self.number([1, 1, m.group, 1, 1], "int64")], wide)
            else:
                x = g.node("Concat", [x] * m.group, wide, axis=2)
            x = self.reshape(x, m.batch, m.heads, rows, size)
        return self.reshape(x, m.batch * m.heads, rows, size) if self.s["layout"] == "merged" else x

    def scaled(self, place, x, source):
        """x times what the spelling multiplies at this place. `source` tells the size in its last dimension."""
        at, how, scale, g = self.s["scale at"], self.s["scale as"], self.m.scale, self.g
        if at == "both" and place in ("query", "key"):
            power = 0.5
        elif at == "two steps" and place in ("query", "scores"):
            power = 0.5
        elif at == place:
            power = 1
        else:
            return x
        if how == "computed":
            extent = g.slice(g.shape_of(source), 0, len(source.shape) - 1, len(source.shape))
            root = g.node("Sqrt", [g.cast(extent, x.dtype)], [1])
            factor = g.binary("Div", self.number(1), root)
            if power != 1:
                factor = g.node("Sqrt", [factor], [1])
            return g.binary("Mul", x, factor)
        if how == "divisor":
            return g.binary("Div", x, self.number(scale ** -power))
        factor = self.number([scale**power] if how == "vector" else scale**power)
        return g.binary("Mul", *((factor, x) if how == "swapped" else (x, factor)))

    def product(self, q, k):
        """The scaled scores."""
        m, g, how, layout = self.m, self.g, self.s["keys"], self.s["layout"]
        q = self.noise("query", self.scaled("query", q, q))
        k_source = k
        if how == "direct":
            # [batch, keys, heads, size] turned at once.
            k = g.transpose(self.scaled("key", self.reshape(k, m.batch, m.keys, m.heads, m.size), q), 0, 2, 3, 1)
            k = self.scaled("transposed key", self.noise("key", k), q)
            return self.scaled("scores", g.matmul(q, k), q)
        k = self.noise("key", self.scaled("key", k, k_source))
        if how == "einsum":
            equation = {"einsum": "bshd,bthd->bhst"}.get(layout, "bhsd,bhtd->bhst" if len(q.shape) == 4 else "nsd,ntd->nst")
            return self.scaled("scores", g.einsum(equation, q, k), q)
        if how == "fused":
            alpha = m.scale if self.s["scale at"] == "scores" else 1.0
            scores = g.node("FusedMatMul", [q, k], q.shape[:-1] + (m.keys,), domain="com.microsoft", transB=1, alpha=alpha)
            return scores if self.s["scale at"] == "scores" else self.scaled("scores", scores, q)
        rank = len(k.shape)
        if how == "reshapes":
            flat = self.reshape(k, math.prod(k.shape[:-2]), *k.shape[-2:])
            turned = self.reshape(g.transpose(flat, 0, 2, 1), *k.shape[:-2], k.shape[-1], k.shape[-2])
        else:
            turned = g.transpose(k, *range(rank - 2), rank - 1, rank - 2)
        turned = self.scaled("transposed key", turned, q)
        return self.scaled("scores", g.matmul(q, turned), q)

    # What happens to the scores.
    def cap(self, x):
        if not self.m.softcap:
            return x
        g, how, limit = self.g, self.s["cap"], self.m.softcap
        x = g.binary("Mul", x, self.number(1 / limit)) if how == "multiply" else g.binary("Div", x, self.number(limit))
        x = g.node("Tanh", [x], x.shape)
        return g.binary("Mul", *((self.number(limit), x) if how == "swapped" else (x, self.number(limit))))

    def add_bias(self, x):
        if not self.m.bias:
            return x
        bias = self.inputs["bias"]
        if self.s["bias"] == "expanded":
            bias = self.g.node("Expand", [bias, self.number(x.shape, "int64")], x.shape)
        return self.g.binary("Add", *((bias, x) if self.s["bias"] == "left" else (x, bias)))

    def visible_by_position(self):
        m, g, how = self.m, self.g, self.s["position"]
        shape = (m.queries, m.keys)
        if how == "constant":
            return g.constant(m.visible(None))
        if how == "sliced buffer":
            most = max(shape) + 3
            i, j = numpy.arange(most)[:, None], numpy.arange(most)[None]
            buffer = (j <= i) & ((i - j <= m.reach) if m.mask == "window" else True)
            rows = g.slice(g.constant(buffer[None, None]), 2, 0, m.queries)
            return g.slice(rows, 3, 0, m.keys)
        if how in ("trilu", "condition of extents"):
            # Booleans have no Trilu everywhere: numbers, which are compared.
            extents = self.number(shape, "int64")
            ones = g.node("Expand", [self.number(1.0, "float32"), extents], shape)
            if how == "condition of extents":
                ones = g.node("ConstantOfShape", [extents], shape, "float32",
                              value=numpy_helper.from_array(numpy.ones(1, "float32")))
            lower = g.node("Trilu", [ones], shape, upper=0)
            return g.node("Not", [g.binary("Equal", lower, self.number(0.0, "float32"), "bool")], shape, "bool")

        def count(extent):
            limits = [self.number(number, "int64") for number in (0, extent, 1)]
            return g.node("Range", limits, [extent], "int64")
        i, j = g.unsqueeze(count(m.queries), 1), g.unsqueeze(count(m.keys), 0)
        if how == "range":
            seen = g.binary("LessOrEqual", j, i, "bool")
        else:
            seen = g.node("Not", [g.binary("Greater", j, i, "bool")], shape, "bool")
        if m.mask == "window":
            near = g.binary("Less", g.binary("Sub", i, j), self.number(m.reach + 1, "int64"), "bool")
            seen = g.binary("And", seen, near, "bool")
        return seen

    def visible(self):
        m, g = self.m, self.g
        seen = None
        if "padding" in m.mask:
            mask = g.unsqueeze(self.inputs["mask"], 1, 2)
            if self.s["mask"] == "equal zero":
                seen = g.node("Not", [g.binary("Equal", mask, self.number(0, "int64"), "bool")], mask.shape, "bool")
            else:
                seen = g.cast(mask, "bool")
        elif m.mask in ("bool", "batch bool"):
            seen = self.inputs["mask"]
        if m.mask in ("causal", "causal padding", "window"):
            position = self.visible_by_position()
            seen = g.binary("And", position, seen, "bool") if seen is not None else position
        return seen

    def add_mask(self, x):
        m, g = self.m, self.g
        if m.mask == "none":
            return x
        how = self.s["mask"]
        if m.mask == "float":
            return g.binary("Add", *((self.inputs["mask"], x) if how == "add left" else (x, self.inputs["mask"])))
        zero = self.number(0)
        if m.mask == "finite padding":
            kept = g.cast(g.unsqueeze(self.inputs["mask"], 1, 2), x.dtype)
            return g.binary("Add", x, g.binary("Mul", g.binary("Sub", self.number(1), kept), self.number(m.finite)))
        seen, hidden = self.visible(), self.number(-math.inf)
        if how in ("where not", "add not"):
            seen = g.node("Not", [seen], seen.shape, "bool")
        if how in ("where", "equal zero"):
            return g.where(seen, x, hidden)
        if how == "where not":
            return g.where(seen, hidden, x)
        bias = g.where(seen, hidden, zero) if how == "add not" else g.where(seen, zero, hidden)
        return g.binary("Add", *((bias, x) if how == "add left" else (x, bias)))

    def join_sink(self, x):
        """The scores with that of the sink beside them."""
        m, g, how = self.m, self.g, self.s["sink as"]
        whole = (m.batch, m.heads, m.queries, 1)
        sink = self.reshape(self.inputs["sink"], 1, m.heads, 1, 1)
        if how == "expand":
            sink = g.node("Expand", [sink, self.number(whole, "int64")], whole)
        else:
            sink = g.node("Tile", [sink, self.number([m.batch, 1, m.queries, 1], "int64")], whole)
        if len(x.shape) != 4:
            sink = self.reshape(sink, *x.shape[:-1], 1)
        parts = (sink, x) if self.s["sink"] == "first" else (x, sink)
        x = g.node("Concat", parts, (*x.shape[:-1], m.keys + 1), axis=len(x.shape) - 1)
        return g.binary("Sub", x, g.reduce("ReduceMax", x)) if self.s["sink shift"] == "maximum" else x

    def softmax(self, x):
        g, how, dtype = self.g, self.s["softmax"], x.dtype
        if self.m.sink:
            x = self.join_sink(x)
        if self.s["casts"] == "same type":
            x = g.cast(x, dtype)
        elif self.s["casts"] == "around softmax":
            x = g.cast(x, "float32")
        if how in ("op", "positive axis"):
            last = len(x.shape) - 1
            p = g.node("Softmax", [x], x.shape, axis=-1 if how == "op" else last)
        else:
            numerator = g.node("Exp", [g.binary("Sub", x, g.reduce("ReduceMax", x))], x.shape)
            total = g.reduce("ReduceSum", numerator)
            if how == "reciprocal":
                p = g.binary("Mul", numerator, g.node("Reciprocal", [total], total.shape))
            else:
                p = g.binary("Div", numerator, total)
        if self.s["casts"] == "around softmax":
            p = g.cast(p, dtype)
        if self.m.sink:
            first = int(self.s["sink"] == "first")
            p = g.slice(p, len(p.shape) - 1, first, first + self.m.keys)
        if self.m.zero_rows:
            p = g.where(g.node("IsNaN", [p], p.shape, "bool"), self.number(0), p)
        return p

    def result(self, p, v):
        """[batch, queries, heads * value size]."""
        m, g, layout = self.m, self.g, self.s["layout"]
        if layout == "einsum" or self.s["result"] == "einsum":
            y = g.einsum("bhst,bthe->bshe" if layout == "einsum" else "bhst,bhte->bshe", p, v)
            return self.reshape(y, m.batch, m.queries, m.heads * m.value_size)
        y = g.matmul(p, v)
        if m.relative:
            more = self.relative(p)
            y = g.binary("Add", *((more, y) if self.s["relative at"] == "left" else (y, more)))
        if layout == "sequence first":
            y = self.reshape(g.transpose(y, 1, 0, 2), m.queries, m.batch, m.heads * m.value_size)
            return g.transpose(y, 1, 0, 2)
        if len(y.shape) != 4:
            y = self.reshape(y, m.batch, m.heads, m.queries, m.value_size)
        return self.reshape(g.transpose(y, 0, 2, 1, 3), m.batch, m.queries, m.heads * m.value_size)

    def relative(self, p):
        """The product of the probabilities with values of pairs, [batch, heads, queries, value size]."""
        m, g, how, values = self.m, self.g, self.s["relative"], self.inputs["relative"]
        if how == "einsum":
            return g.einsum("bhst,ste->bhse", p, values)
        if how == "multiplied":
            pairs = g.binary("Mul", g.unsqueeze(p, 4), values)
            return g.with_axes("ReduceSum", pairs, [3], (*p.shape[:-1], m.value_size), 13, keepdims=0)
        rows = self.reshape(g.transpose(p, 2, 0, 1, 3), m.queries, m.batch * m.heads, m.keys)
        y = self.reshape(g.matmul(rows, values), m.queries, m.batch, m.heads, m.value_size)
        return g.transpose(y, 1, 2, 0, 3)

    def operator(self, q, k, v):
        """One node of the standard, or of ONNX Runtime."""
        m, g, how = self.m, self.g, self.s["operator"]
        shape = (m.batch, m.queries, m.heads * m.value_size)
        if how == "MultiHeadAttention":
            return g.node("MultiHeadAttention", [q, k, v], shape, domain="com.microsoft", num_heads=m.heads, scale=m.scale)
        attributes = {"scale": m.scale, "softcap": m.softcap, "is_causal": int(m.mask == "causal")}
        operands = [q, k, v]
        if m.mask in ("bool", "batch bool"):
            operands.append(self.inputs["mask"])
        if how == "Attention":
            return g.node("Attention", operands, shape, q_num_heads=m.heads, kv_num_heads=m.key_heads, **attributes)
        for index, heads in enumerate((m.heads, m.key_heads, m.key_heads)):
            x = operands[index]
            operands[index] = g.transpose(self.reshape(x, m.batch, x.shape[1], heads, x.shape[2] // heads), 0, 2, 1, 3)
        y = g.node("Attention", operands, (m.batch, m.heads, m.queries, m.value_size), **attributes)
        return self.reshape(g.transpose(y, 0, 2, 1, 3), *shape)

    def write(self):
        m, g = self.m, self.g
        if self.s["operator"] != "chain":
            q, k, v = g.split(self.inputs["qkv"], 2, 3) if m.packed else [self.inputs[name] for name in "qkv"]
            g.output(self.noise("result", self.operator(q, k, v)))
            return g
        q, k, v = self.unpack() if m.packed else [self.inputs[name] for name in "qkv"]
        q = self.split_heads(self.scaled("early query", q, q), m.heads)
        if self.s["layout"] == "grouped":
            q = self.reshape(q, m.batch, m.key_heads, m.group, m.queries, m.size)
        if m.rotary != "none":
            q, k = self.turn(q), self.repeat(self.turn(self.split_heads(k, m.key_heads)))
        elif self.s["keys"] != "direct":
            k = self.repeat(self.split_heads(k, m.key_heads))
        v = self.noise("value", self.repeat(self.split_heads(v, m.key_heads)))
        scores = self.product(q, k)
        multiplied, whole = scores.shape, (m.batch, m.heads, m.queries, m.keys)
        if multiplied != whole and self.s["score shape"] == "4-D":
            scores = self.reshape(scores, *whole)
        scores = self.noise("scores", self.add_mask(self.add_bias(self.cap(scores))))
        if scores.shape != multiplied:
            scores = self.reshape(scores, *multiplied)
        p = self.noise("probabilities", self.softmax(scores))
        g.output(self.noise("result", self.result(p, v)))
        return g


def write(meaning, opset, spelling, prefix):
    return Writer(meaning, opset, spelling, prefix).write()
