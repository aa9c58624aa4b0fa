# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""What an attention computes, whatever its spelling: extents, scale, what happens to the scores, and the result in NumPy.

The inputs are projections, [batch, sequence, heads * size], or one tensor that holds the three of them side by side.
"""
import dataclasses
import math

import numpy

MASKS = ("none", "bool", "batch bool", "padding", "finite padding", "float", "causal", "causal padding", "window")


@dataclasses.dataclass(frozen=True)
class Meaning:
    batch: int = 1
    key_heads: int = 2
    group: int = 1
    queries: int = 5
    keys: int = 5
    size: int = 4
    value_size: int = 4
    scale: float = 0.5
    softcap: float = 0.0
    bias: bool = False
    mask: str = "none"
    # Whether minus infinity is added to hidden scores, or replaces them: which differs for scores that are not finite.
    adds_mask: bool = False
    # Whether a query that sees no key gets zeros; NaN otherwise.
    zero_rows: bool = False
    packed: bool = False
    half: bool = False
    # A score of each head that no value belongs to.
    sink: bool = False
    # Values of pairs of queries and keys, which are added to those of the keys.
    relative: bool = False
    # Which channels of queries and keys turn together by their positions.
    rotary: str = "none"

    @property
    def heads(self):
        return self.key_heads * self.group

    @property
    def dtype(self):
        return numpy.float16 if self.half else numpy.float32

    @property
    def mask_is_computed(self):
        """Whether the model computes bools from other data, for which there is no one form."""
        return "padding" in self.mask

    @property
    def has_usual_scale(self):
        return self.scale == 1 / math.sqrt(self.size)

    def input_shapes(self):
        b, s, t = self.batch, self.queries, self.keys
        if self.packed:
            shapes = {"qkv": (b, s, 3 * self.heads * self.size)}
        else:
            shapes = {"q": (b, s, self.heads * self.size), "k": (b, t, self.key_heads * self.size),
                      "v": (b, t, self.key_heads * self.value_size)}
        if self.bias:
            shapes["bias"] = (1, self.heads, s, t)
        if self.mask == "float":
            shapes["mask"] = (b, 1, s, t)
        elif self.mask == "bool":
            shapes["mask"] = (s, t)
        elif self.mask == "batch bool":
            shapes["mask"] = (b, 1, s, t)
        elif "padding" in self.mask:
            shapes["mask"] = (b, t)
        if self.sink:
            shapes["sink"] = (self.heads,)
        if self.relative:
            shapes["relative"] = (s, t, self.value_size)
        if self.rotary != "none":
            shapes["cos"] = shapes["sin"] = (s, self.size // 2)
        return shapes

    def make_inputs(self, rng):
        arrays = {}
        for name, shape in self.input_shapes().items():
            if name in ("cos", "sin"):
                angles = numpy.outer(numpy.arange(shape[0]), 10.0 ** -numpy.arange(shape[1]))
                arrays[name] = getattr(numpy, name)(angles).astype(self.dtype)
            elif name != "mask" or self.mask == "float":
                arrays[name] = rng.standard_normal(shape).astype(self.dtype)
            elif "padding" in self.mask:
                # The first key stays, so that causal rows see one; now and then a whole row is padding.
                arrays[name] = (rng.random(shape) < 0.7).astype(numpy.int64)
                arrays[name][..., 0] = 1 if self.mask == "causal padding" or rng.random() < 0.8 else 0
            else:
                arrays[name] = rng.random(shape) < 0.7
        return arrays

    def compute(self, arrays):
        """The result in f64, [batch, queries, heads * value size]."""
        wide = {name: array.astype(numpy.float64) for name, array in arrays.items()}
        if self.packed:
            wide["q"], wide["k"], wide["v"] = numpy.split(wide["qkv"], 3, axis=2)

        def split(x, heads):
            return x.reshape(x.shape[0], x.shape[1], heads, -1).transpose(0, 2, 1, 3)
        q = split(wide["q"], self.heads)
        k, v = (numpy.repeat(split(wide[name], self.key_heads), self.group, axis=1) for name in "kv")
        if self.rotary != "none":
            q, k = (self.turn(x, wide["cos"], wide["sin"]) for x in (q, k))
        scores = q @ k.transpose(0, 1, 3, 2) * self.scale
        if self.softcap:
            scores = self.softcap * numpy.tanh(scores / self.softcap)
        if self.bias:
            scores = scores + wide["bias"]
        if self.mask == "float":
            scores = scores + wide["mask"]
        elif self.mask == "finite padding":
            scores = scores + (1 - wide["mask"][:, None, None]) * self.finite
        elif self.mask != "none":
            scores = numpy.where(self.visible(arrays.get("mask")), scores, -numpy.inf)
        if self.sink:
            sink = numpy.broadcast_to(wide["sink"][:, None, None], (*scores.shape[:-1], 1))
            scores = numpy.concatenate([scores, sink], axis=-1)
        with numpy.errstate(invalid="ignore"):
            p = numpy.exp(scores - scores.max(axis=-1, keepdims=True))
        p /= p.sum(axis=-1, keepdims=True)
        if self.zero_rows:
            p = numpy.where(numpy.isnan(p), 0, p)
        p = p[..., :self.keys]
        y = p @ v
        if self.relative:
            y = y + numpy.einsum("bhst,ste->bhse", p, wide["relative"])
        return y.transpose(0, 2, 1, 3).reshape(self.batch, self.queries, -1)

    def turn(self, x, cosine, sine):
        """Pairs of channels, turned."""
        half = self.size // 2
        first, second = (x[..., :half], x[..., half:]) if self.rotary == "half" else (x[..., ::2], x[..., 1::2])
        pairs = first * cosine - second * sine, second * cosine + first * sine
        return numpy.concatenate(pairs, -1) if self.rotary == "half" else numpy.stack(pairs, -1).reshape(x.shape)

    # What a padded key's score loses: enough to hide it, and no more than f16 holds.
    finite = -10000.0
    # How many keys before its own position a query of a window sees.
    reach = 1

    def visible(self, mask):
        """Whether a query sees a key, broadcasting against [batch, heads, queries, keys]."""
        i, j = numpy.arange(self.queries)[:, None], numpy.arange(self.keys)[None]
        seen = numpy.ones((self.queries, self.keys), bool)
        if self.mask in ("causal", "causal padding", "window"):
            seen = j <= i
        if self.mask == "window":
            seen = seen & (i - j <= self.reach)
        if mask is None:
            return seen
        return seen & (mask[:, None, None].astype(bool) if "padding" in self.mask else mask)


def random_meaning(rng):
    def choose(*options):
        return options[rng.integers(len(options))]
    # What a generator of few meanings should meet often: one of them in two thirds of all.
    extra = choose("", "", "sink", "relative", "half", "interleaved")
    rotary = extra if extra in ("half", "interleaved") else "none"
    # One pair of channels is no rotation that is told from other sums.
    size = choose(4, 8) if rotary != "none" else choose(2, 4, 8)
    queries = choose(1, 3, 5, 6)
    mask, other_keys = choose(*MASKS), choose(1, 4, 7)
    packed = bool(rng.random() < 0.3)
    same = packed or rotary != "none" or rng.random() < 0.6 or mask in ("causal", "causal padding", "window")
    return Meaning(
        batch=choose(1, 2), key_heads=choose(1, 2, 3), group=1 if packed else choose(1, 1, 2), queries=queries,
        keys=queries if same else other_keys, size=size, value_size=size if packed else choose(size, 3),
        # Of one key or one query a mask is data like any number.
        adds_mask=bool(rng.random() < 0.4) and (queries if same else other_keys) > 1 and queries > 1,
        scale=choose(1 / math.sqrt(size), 1 / math.sqrt(size), 0.25, 1.0), softcap=choose(0.0, 0.0, 0.0, 2.0),
        bias=bool(rng.random() < 0.25), mask=mask,
        # A sink leaves no row without a key.
        zero_rows=mask not in ("none", "finite padding", "float") and extra != "sink" and bool(rng.random() < 0.5),
        packed=packed, half=bool(rng.random() < 0.15), sink=extra == "sink", relative=extra == "relative", rotary=rotary)
