# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Models with loops, scans and branches, beside what they compute in NumPy."""
import numpy
from onnx import parser

FLOAT = numpy.float32


class Program:
    """A model, inputs for it, and what it gives; `wanted` is None where the run must end with an error."""

    def __init__(self, name, text, inputs, wanted):
        self.name, self.inputs, self.wanted = name, inputs, wanted
        self.proto = parser.parse_model('<ir_version: 10, opset_import: ["" : 18]>\n' + text)


# Collects h * k, as often as the input says, into as many rows as the output has.
COUNTED = """
main (int64 n, float[3] x, float[3] k) => (float[3] h, float[4, 3] rows) {
  go = Constant <value = bool {1}> ()
  h, rows = Loop (n, go, x) <body = body (int64 i, bool c, float[3] a) => (bool c2, float[3] b, float[3] row) {
    c2 = Identity (c)
    t = Mul (a, k)
    f = Cast <to = 1> (i)
    b = Add (t, f)
    row = Identity (b)
  }>
}
"""

# Doubles until the sum is over the limit: the condition decides, the count is only a bound.
CONDITIONAL = """
main (int64 most, float limit, float[3] x) => (float[3] h, int64 count) {
  go = Constant <value = bool {1}> ()
  zero = Constant <value = int64 {0}> ()
  h, count = Loop (most, go, x, zero) <body = body (int64 i, bool c, float[3] a, int64 m) => (bool c2, float[3] b, int64 m2) {
    b = Add (a, a)
    one = Constant <value = int64 {1}> ()
    m2 = Add (m, one)
    s = ReduceSum <keepdims = 0> (b)
    c2 = Less (s, limit)
  }>
}
"""

# Two values that change places, and one that the other iteration reads.
EXCHANGE = """
main (int64 n, float[4] x, float[4] y) => (float[4] a, float[4] b) {
  go = Constant <value = bool {1}> ()
  a, b = Loop (n, go, x, y) <body = body (int64 i, bool c, float[4] u, float[4] v) => (bool c2, float[4] u2, float[4] v2) {
    c2 = Identity (c)
    u2 = Identity (v)
    v2 = Add (u, v)
  }>
}
"""

# A branch inside of a loop, and a loop inside of a branch; both use values from outside.
NESTED = """
main (int64 n, float[2, 3] x, float[3, 3] w, bool which) => (float[2, 3] y) {
  go = Constant <value = bool {1}> ()
  y = If (which) <
    then_branch = loops () => (float[2, 3] t) {
      t = Loop (n, go, x) <body = body (int64 i, bool c, float[2, 3] a) => (bool c2, float[2, 3] b) {
        c2 = Identity (c)
        two = Constant <value = int64 {2}> ()
        odd = Mod (i, two)
        isodd = Cast <to = 9> (odd)
        b = If (isodd) <
          then_branch = multiply () => (float[2, 3] p) { p = MatMul (a, w) },
          else_branch = add () => (float[2, 3] q) { q = Add (a, x) }
        >
      }>
    },
    else_branch = plain () => (float[2, 3] e) { e = Identity (x) }
  >
}
"""

# Scans along other axes, backwards.
SCANNED = """
main (float[2] s0, float[3, 2, 5] x, float[5, 2] z) => (float[2] s, float[3, 5, 2] y, float[5] sums) {
  s, y, sums = Scan <num_scan_inputs = 2, scan_input_axes = [2, 0], scan_input_directions = [1, 0],
                     scan_output_axes = [1, 0], scan_output_directions = [0, 1],
                     body = body (float[2] a, float[3, 2] u, float[2] v) => (float[2] b, float[3, 2] row, float sum) {
    b = Add (a, v)
    row = Mul (u, b)
    sum = ReduceSum <keepdims = 0> (row)
  }> (s0, x, z)
}
"""

# A sequence that holds a tensor already, to which each iteration appends one.
COLLECTED = """
main (float[2, 3] x, float[2, 3] k) => (float[2, 3] h, float[2, 5, 3] stack, float[2, 15] wide, float[2, 3] last, int64 count) {
  n = Constant <value = int64 {4}> ()
  go = Constant <value = bool {1}> ()
  first = SequenceConstruct (x)
  h, all = Loop (n, go, x, first) <body = body (int64 i, bool c, float[2, 3] a, seq(float[2, 3]) before)
      => (bool c2, float[2, 3] b, seq(float[2, 3]) after) {
    c2 = Identity (c)
    b = Mul (a, k)
    after = SequenceInsert (before, b)
  }>
  stack = ConcatFromSequence <axis = 1, new_axis = 1> (all)
  wide = ConcatFromSequence <axis = -1> (all)
  at = Constant <value = int64 {-2}> ()
  last = SequenceAt (all, at)
  count = SequenceLength (all)
}
"""

# As often as the input says: the output's shape bounds it.
GATHERED = """
main (int64 n, float[3] x, float[3] k) => (float[3, 4] rows) {
  go = Constant <value = bool {1}> ()
  none = SequenceEmpty ()
  h, all = Loop (n, go, x, none) <body = body (int64 i, bool c, float[3] a, seq(float[3]) before)
      => (bool c2, float[3] b, seq(float[3]) after) {
    c2 = Identity (c)
    b = Mul (a, k)
    after = SequenceInsert (before, b)
  }>
  rows = ConcatFromSequence <axis = 1, new_axis = 1> (all)
}
"""


def counted(n, x, k):
    rows = []
    for i in range(n):
        x = x * k + i
        rows.append(x)
    return [x, numpy.array(rows)]


def conditional(most, limit, x):
    count = 0
    while count < most and (count == 0 or x.sum() < limit):
        x, count = x + x, count + 1
    return [x, numpy.int64(count)]


def exchange(n, x, y):
    for _ in range(n):
        x, y = y, x + y
    return [x, y]


def nested(n, x, w, which):
    a = x
    for i in range(n if which else 0):
        a = a @ w if i % 2 else a + x
    return [a]


def scanned(s, x, z):
    rows, sums = [], []
    for i in range(5):
        s = s + z[i]
        rows.append(x[:, :, 4 - i] * s)
        sums.append(rows[-1].sum())
    return [s, numpy.stack(rows, axis=1), numpy.array(sums[::-1])]


def collected(n, x, k):
    rows = [x]
    for _ in range(n):
        rows.append(rows[-1] * k)
    return [rows[-1], numpy.stack(rows, 1), numpy.concatenate(rows, -1), rows[-2], numpy.int64(len(rows))]


def programs():
    random = numpy.random.default_rng(11)

    def draw(*shape):
        return random.standard_normal(shape).astype(FLOAT)
    x, k = draw(3), draw(3)
    for n in (4, 3, 5, 0, -1):
        wanted = counted(n, x.astype(float), k.astype(float)) if n == 4 else None
        yield Program(f"counted {n}", COUNTED, {"n": numpy.int64(n), "x": x, "k": k}, wanted)
    x = numpy.abs(draw(3))
    for most, limit in ((10, 100), (3, 1e9), (0, 1), (2**62, 50)):
        yield Program(f"conditional {most} {limit}", CONDITIONAL, {"most": numpy.int64(most), "limit": FLOAT(limit), "x": x},
                      conditional(most, limit, x.astype(float)))
    x, y = draw(4), draw(4)
    for n in (0, 1, 2, 7):
        yield Program(f"exchange {n}", EXCHANGE, {"n": numpy.int64(n), "x": x, "y": y},
                      exchange(n, x.astype(float), y.astype(float)))
    x, w = draw(2, 3), draw(3, 3)
    for n, which in ((5, True), (0, True), (5, False)):
        yield Program(f"nested {n} {which}", NESTED, {"n": numpy.int64(n), "x": x, "w": w, "which": numpy.bool_(which)},
                      nested(n, x.astype(float), w.astype(float), which))
    s, x, z = draw(2), draw(3, 2, 5), draw(5, 2)
    yield Program("scanned", SCANNED, {"s0": s, "x": x, "z": z},
                  scanned(s.astype(float), x.astype(float), z.astype(float)))
    x, k = draw(2, 3), draw(2, 3)
    yield Program("collected", COLLECTED, {"x": x, "k": k}, collected(4, x.astype(float), k.astype(float)))
    x, k = draw(3), draw(3)
    for n in (4, 3):
        exact = x.astype(float)[:, None] * k.astype(float)[:, None] ** numpy.arange(1, 5)
        yield Program(f"gathered {n}", GATHERED, {"n": numpy.int64(n), "x": x, "k": k}, [exact] if n == 4 else None)
