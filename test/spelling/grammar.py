# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""The spellings of a meaning: for every place where exporters differ, the ways in which they write it.

A spelling is a dictionary from places to choices. The first choice of a place is the plain one; `writer.write` writes the graph. To
add a way of writing something, name it in CHOICES, say in `options` when it can be used, and write it in writer.py where its place is read.
"""
OPSETS = (17, 11, 13, 14, 18, 23)
CHOICES = {
    # How heads are told apart, and in which order the dimensions are multiplied.
    "layout": ("split", "merged", "sequence first", "grouped", "einsum"),
    "unpack": ("split", "slice", "gather 5-D", "split 5-D", "slice 5-D", "stacked"),
    "extents": ("constant", "zeros", "minus one", "computed", "sliced shape"),
    "repeat": ("expand", "gather", "tile", "concat"),
    "keys": ("transpose", "direct", "reshapes", "einsum", "fused"),
    "scale at": ("scores", "query", "early query", "key", "transposed key", "both", "two steps"),
    "scale as": ("scalar", "vector", "divisor", "computed", "swapped"),
    "cap": ("divide", "multiply", "swapped"),
    "bias": ("right", "left", "expanded"),
    "mask": ("where", "where not", "add", "add not", "add left", "equal zero"),
    "position": ("constant", "trilu", "range", "range greater", "sliced buffer", "condition of extents"),
    "score shape": ("4-D", "as multiplied"),
    "turned": ("halves", "split", "parts", "RotaryEmbedding"),
    "turned by": ("concat", "unsqueezed", "swapped", "left"),
    "sink": ("last", "first"),
    "sink as": ("expand", "tile"),
    "sink shift": ("none", "maximum"),
    "softmax": ("op", "positive axis", "decomposed", "reciprocal"),
    "casts": ("none", "around softmax", "same type"),
    "guard": ("is nan",),
    "relative": ("einsum", "rows", "multiplied"),
    "relative at": ("right", "left"),
    "result": ("transpose", "einsum"),
    "operator": ("chain", "Attention", "Attention 4-D", "MultiHeadAttention"),
    "noise at": ("nowhere", "query", "key", "value", "scores", "probabilities", "result"),
    "noise": ("identity", "dropout", "times one", "plus zero", "transposes", "reshapes", "expand", "if"),
}


def options(meaning, opset, spelling, place):
    """The choices of `place` that suit the meaning and the choices made before."""
    m, s = meaning, spelling
    layout = s.get("layout", "split")
    separate = not m.packed or s.get("unpack") in ("split", "slice", "stacked")
    # What is written for heads that are told apart, [batch, heads, rows, size].
    separate_heads = m.relative or m.rotary != "none"
    masked = m.mask in ("bool", "batch bool", "padding", "causal", "causal padding", "window")
    allowed = {
        "layout": lambda c: c == "split" or (not separate_heads and layout_suits(m, opset, c)),
        "unpack": lambda c: m.packed and (c in ("split", "slice", "stacked") or layout in ("split", "merged")),
        "extents": lambda c: c != "sliced shape" or opset >= 15,
        "repeat": lambda c: m.group > 1 and layout != "grouped",
        "keys": lambda c: {"direct": layout == "split" and separate and m.group == 1 and m.rotary == "none",
                           "einsum": opset >= 12 and layout != "grouped",
                           "transpose": layout != "einsum", "reshapes": layout != "einsum",
                           "fused": layout in ("split", "merged")}[c],
        "scale at": lambda c: (c != "transposed key" or s.get("keys") in ("transpose", "direct", "reshapes"))
        and (c != "early query" or (separate and m.rotary == "none")),
        "scale as": lambda c: c != "computed" or (m.has_usual_scale and s["scale at"] != "early query"),
        "cap": lambda c: m.softcap > 0,
        "bias": lambda c: m.bias,
        "mask": lambda c: m.mask != "none" and {
            "where": masked and not m.adds_mask, "where not": masked and not m.adds_mask,
            "equal zero": m.mask == "padding" and not m.adds_mask, "add": not masked or m.adds_mask,
            "add left": m.mask == "float" or (masked and m.adds_mask), "add not": masked and m.adds_mask}[c],
        "position": lambda c: m.mask in ("causal", "causal padding", "window")
        and {"trilu": opset >= 14 and m.mask != "window", "condition of extents": opset >= 14 and m.mask != "window",
             "range": opset >= 12, "range greater": opset >= 12}.get(c, True),
        "score shape": lambda c: c == "4-D" or (layout in ("merged", "sequence first") and not m.bias and m.mask == "none"),
        "turned": lambda c: m.rotary != "none" and (c != "RotaryEmbedding" or opset >= 23)
        and (c != "split" or m.rotary == "half"),
        "turned by": lambda c: m.rotary != "none" and s["turned"] != "RotaryEmbedding",
        "sink": lambda c: m.sink,
        "sink as": lambda c: m.sink,
        "sink shift": lambda c: m.sink,
        "casts": lambda c: True,
        "relative": lambda c: m.relative and (c != "einsum" or opset >= 12),
        "relative at": lambda c: m.relative,
        "guard": lambda c: m.zero_rows,
        "result": lambda c: c == "transpose" or (opset >= 12 and layout in ("split", "einsum") and not m.relative),
        "operator": lambda c: c == "chain" or can_be_operator(m, opset, c),
        # A sum with zero makes 0 of -0: elsewhere it stays an operation.
        "noise": lambda c: s.get("noise at", "nowhere") != "nowhere" and (c != "plus zero" or s["noise at"] == "scores")
        and (s["noise at"] not in ("scores", "probabilities") or c in ("identity", "dropout", "times one", "plus zero", "if")),
    }.get(place, lambda c: True)
    return [choice for choice in CHOICES[place] if allowed(choice)]


def layout_suits(m, opset, choice):
    return choice == "merged" or (choice == "grouped" and m.group > 1) or (
        choice in ("sequence first", "einsum") and m.group == 1 and (choice == "sequence first" or opset >= 12))


def can_be_operator(m, opset, choice):
    # A cap that is a parameter of the operator stays one, and takes no part of the scale.
    if m.softcap or m.sink or m.relative or m.rotary != "none":
        return False
    if choice == "MultiHeadAttention":
        return m.group == 1 and m.mask == "none" and not m.bias and not m.half
    # The operator's own treatment of rows that a mask or a bias may hide is zeros.
    # The operator replaces what is hidden.
    return opset >= 23 and not m.bias and not m.adds_mask and m.mask in ("none", "bool", "batch bool", "causal") and (
        m.zero_rows or m.mask in ("none", "causal"))


def random_spelling(meaning, opset, rng, change=0.45):
    spelling = {}
    for place in CHOICES:
        possible = options(meaning, opset, spelling, place)
        if possible:
            spelling[place] = possible[rng.integers(len(possible)) if rng.random() < change else 0]
    return spelling


def plain_spelling(meaning, opset):
    return make_valid(meaning, opset, {})


def make_valid(meaning, opset, wanted):
    """The choices of `wanted` as far as they are possible, plain ones elsewhere."""
    spelling = {}
    for place in CHOICES:
        possible = options(meaning, opset, spelling, place)
        if possible:
            spelling[place] = wanted[place] if wanted.get(place) in possible else possible[0]
    return spelling


def differences(meaning, opset, spelling):
    plain = plain_spelling(meaning, opset)
    return {place: choice for place, choice in spelling.items() if plain.get(place) != choice}
