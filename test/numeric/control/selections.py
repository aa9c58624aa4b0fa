# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Models that compute on the rows that a mask selects and scatter them back, as mixtures of experts do, beside NumPy."""
import numpy

from control import FLOAT, Program

# An expert on the tokens that one of two slots chose for it, weighted, written over what there was.
EXPERT = """
main (int64[70, 2] chosen, int64 expert, float[70, 6] x, float[70, 2] weights, float[6, 8] up, float[8, 6] down)
    => (float[70, 6] y) {
  mine = Equal (chosen, expert)
  slots = Transpose (mine)
  found = NonZero (slots)
  slot, token = Split <axis = 0, num_outputs = 2> (found)
  flat = Constant <value_ints = [-1]> ()
  s = Reshape (slot, flat)
  t = Reshape (token, flat)
  zero = Constant <value_ints = [0]> ()
  x3 = Unsqueeze (x, zero)
  rows3 = Gather <axis = 1> (x3, t)
  shape = Constant <value_ints = [-1, 6]> ()
  rows = Reshape (rows3, shape)
  wide = MatMul (rows, up)
  gate = Sigmoid (wide)
  act = Mul (wide, gate)
  out = MatMul (act, down)
  one = Constant <value_ints = [1]> ()
  two = Constant <value = int64 {2}> ()
  weight1 = Reshape (weights, flat)
  t2 = Mul (t, two)
  place = Add (t2, s)
  weight = Gather (weight1, place)
  many = Shape (place)
  shape2 = Concat <axis = 0> (many, one)
  weight2 = Reshape (weight, shape2)
  scaled = Mul (out, weight2)
  size = Shape (scaled)
  t1 = Unsqueeze (t, one)
  at = Expand (t1, size)
  y = ScatterElements <axis = 0REDUCTION> (x, at, scaled)
}
"""

# What is selected from a mask, computed and put back where the mask, broadcast to all channels, is true.
MASKED = """
main (bool[5, 14] mask, float[5, 14, 6] x, float[6, 6] w) => (float[5, 14, 6] y) {
  found = NonZero (mask)
  tuples = Transpose (found)
  rows = GatherND (x, tuples)
  h = MatMul (rows, w)
  r = Relu (h)
  flat = Constant <value_ints = [-1]> ()
  values = Reshape (r, flat)
  two = Constant <value_ints = [2]> ()
  mask3 = Unsqueeze (mask, two)
  shape = Shape (x)
  wide = Expand (mask3, shape)
  all = NonZero (wide)
  at = Transpose (all)
  sizes = Shape (at)
  zero = Constant <value_ints = [0]> ()
  many = Gather (sizes, zero)
  part = Slice (values, zero, many, zero)
  y = ScatterND (x, at, part)
}
"""

# One that is right for three rows alone: a part of each is asked for.
EXACT = """
main (bool[8] mask, float[8, 4] x) => (float[8, 4] y, float[4] a, float[4] b, float[4] c) {
  found = NonZero (mask)
  t = Transpose (found)
  rows = GatherND (x, t)
  neg = Neg (rows)
  y = ScatterND (x, t, neg)
  parts = Constant <value_ints = [1, 1, 1]> ()
  i, j, k = Split <axis = 0> (t, parts)
  none = Constant <value_ints = [0]> ()
  i1 = Squeeze (i, none)
  j1 = Squeeze (j, none)
  k1 = Squeeze (k, none)
  a = GatherND (x, i1)
  b = GatherND (x, j1)
  c = GatherND (x, k1)
}
"""


def expert(reduction, chosen, expert, x, weights, up, down, fault=False):
    combine = {"none": lambda a, b: b, "add": numpy.add, "mul": numpy.multiply, "max": numpy.maximum}[reduction]
    y = x.copy()
    found = [(s, t) for s in range(2) for t in range(70) if chosen[t, s] == expert]
    # The fault: the last row counts twice.
    for s, t in found + (found[-1:] if fault else []):
        wide = x[t] @ up
        y[t] = combine(y[t], wide / (1 + numpy.exp(-wide)) @ down * weights[t, s])
    return [y]


def masked(mask, x, w):
    return [numpy.where(mask[..., None], numpy.maximum(x @ w, 0), x)]


def selections(fault=False):
    random = numpy.random.default_rng(17)

    def draw(*shape):
        return random.standard_normal(shape).astype(FLOAT)

    def exact(inputs):
        return {name: value.astype(float) if value.dtype == FLOAT else value for name, value in inputs.items()}
    for reduction in ("none", "add", "mul", "max"):
        attribute = "" if reduction == "none" else f', reduction = "{reduction}"'
        text = EXPERT.replace("REDUCTION", attribute)
        # None, one, several groups with a rest, all of them in both slots.
        for name, chosen in (("none", numpy.zeros((70, 2))), ("one", numpy.eye(70, 2, -33) * 3),
                             ("some", random.integers(2, 5, (70, 2))), ("all", numpy.full((70, 2), 3))):
            inputs = {"chosen": chosen.astype(numpy.int64), "expert": numpy.int64(3), "x": draw(70, 6),
                      "weights": draw(70, 2), "up": draw(6, 8), "down": draw(8, 6)}
            wrong = fault and name == "some"
            yield Program(f"expert {reduction} {name}", text, inputs, expert(reduction, **exact(inputs), fault=wrong))
    for share in (0, 0.4, 1):
        inputs = {"mask": random.random((5, 14)) < share, "x": draw(5, 14, 6), "w": draw(6, 6)}
        yield Program(f"masked {share}", MASKED, inputs, masked(**exact(inputs)))
    for count in (3, 2, 4):
        x, mask = draw(8, 4), numpy.arange(8) % 2 < 1
        mask[count * 2:] = False
        rows = x[mask]
        wanted = [numpy.where(mask[:, None], -x, x), *rows] if count == 3 else None
        yield Program(f"exact {count}", EXACT, {"mask": mask, "x": x}, wanted)
