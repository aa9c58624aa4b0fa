# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""The attention that a result of the program is, as text that does not depend on how it was spelled.

Taken behind the absorption of layouts. An operand is named by the input or constant that it comes from; reshapes keep the
memory as it is, so that a map is written as the position of each element in that memory. Where a scale stood in the model
(`placement`) is left out, and so is what hidden rows become when nothing can be hidden.
"""
import hashlib
import re

import numpy

NAME = r"%[\w$.-]+(?:#\d+)?"
PASSES = "builtin.module(fovea-lower-onnx,cse,func.func(fovea-channels-last,fovea-absorb-layout,cse))"
RESHAPES = ("tensor.expand_shape", "tensor.collapse_shape", "tensor.cast")


class Program:
    """The body of @main: what defines each value."""

    def __init__(self, text):
        self.definitions, self.results, self.arguments, self.copies = {}, [], {}, 0
        header, body = re.search(r"^  func\.func @main\((.*)\) -> (.*?)$\n(.*?)^  }$", text, re.S | re.M).group(1), None
        body = text[text.index("func.func @main"):]
        for name, label in re.findall(rf'({NAME}): tensor<[^>]*> {{[^}}]*onnx\.name = "([^"]*)"', header):
            self.arguments[name] = label
        statement = []
        for line in body.split("\n")[1:]:
            starts = re.match(r"^    \S", line) and not re.match(r"^    [})^]", line)
            if (starts or line.startswith("  }")) and statement:
                self.add("\n".join(statement))
                statement = []
            if line.startswith("  }"):
                break
            statement.append(line)

        # Large constants are kept behind the module, under names that say nothing.
        self.resources = {name: hashlib.sha1(data.encode()).hexdigest()[:10] for name, data in
                          re.findall(r'^\s+(\w+): "0x[0-9A-Fa-f]{8}([0-9A-Fa-f]*)"', text, re.M)}

    def add(self, statement):
        statement = statement.strip()
        if statement.startswith(("return", "func.return")):
            self.results = re.findall(NAME, statement.split(":")[0])
            return
        match = re.match(rf"({NAME}(?:, {NAME})*)(?::(\d+))? = (.*)", statement, re.S)
        if match:
            names = match.group(1).split(", ")
            if match.group(2):
                names = [f"{names[0]}#{index}" for index in range(int(match.group(2)))]
            for index, name in enumerate(names):
                self.definitions[name] = (match.group(3), index)

    def trace(self, name):
        """What a value is, through reshapes and copies: its name, and the position there of each of its elements, or nothing
        for the same ones. Counts the copies."""
        table = None
        while name in self.definitions:
            text, _ = self.definitions[name]
            op = text.split()[0]
            source = read_copy(text) if op in ("linalg.generic", "tensor.extract_slice") else None
            if source is not None:
                name, step = source
                self.copies += 1
                table = step if table is None else step[table]
            elif op in RESHAPES:
                name = re.search(NAME, text).group(0)
            else:
                break
        return name, table

    def describe(self, name):
        if name not in self.definitions:
            # Inputs are called after their spelling, name.N.
            return self.arguments[name].split(".")[0]
        text, index = self.definitions[name]
        number = re.fullmatch(r"arith\.constant (\S+)(?: : \w+)?", text)
        if number:
            return number.group(1)
        return f"({self.rename(text)})" + (f"#{index}" if index else "")

    def rename(self, text):
        """An operation's text: values from outside described, others numbered."""
        inner = {}

        def name_of(match):
            name = match.group(0)
            if name in self.definitions or name in self.arguments:
                return self.describe(name)
            return inner.setdefault(name, f"%{len(inner)}")
        text = re.sub(r"dense_resource<(\w+)>", lambda match: self.resources.get(match.group(1), "unknown"), text)
        return re.sub(r"\s+", " ", re.sub(NAME, name_of, text))


def parse_maps(text):
    return [match.split(", ") if match else [] for match in
            re.findall(r"affine_map<\(d0, d1, d2, d3, d4, d5\) -> \((.*?)\)>", text)]


def evaluate_map(expressions, shape, values):
    """The position in memory of the element of a tensor that a map chooses."""
    position = 0
    for expression, extent in zip(expressions, shape):
        python = expression.replace("floordiv", "//").replace("mod", "%")
        position = position * extent + eval(python, {"__builtins__": {}}, values)
    return position


def positions(expressions, shape, domain, dims):
    """The position that each point of the domain reads or writes, in the order of the domain."""
    grid = numpy.meshgrid(*[numpy.arange(domain[dim] if dim in dims else 1) for dim in range(6)], indexing="ij")
    position = evaluate_map(expressions, shape, {f"d{dim}": grid[dim] for dim in range(6)})
    return numpy.broadcast_to(position, grid[0].shape).ravel()


def read_copy(text):
    """The source of an operation that only rearranges or repeats elements, and the position of each of its elements there."""
    match = re.match(rf"tensor\.extract_slice ({NAME})\[(.*?)\] \[(.*?)\] \[(.*?)\] : (\S+) to (\S+)$", text)
    if match:
        offsets, sizes, strides = (eval(f"[{match.group(number)}]") for number in (2, 3, 4))
        grid = numpy.meshgrid(*[offset + stride * numpy.arange(size) for offset, size, stride in zip(offsets, sizes, strides)],
                              indexing="ij")
        values = {f"d{dim}": index for dim, index in enumerate(grid)}
        return match.group(1), numpy.ravel(evaluate_map(list(values), shape_of(match.group(5)), values))
    match = re.match(rf"linalg\.generic \{{indexing_maps = \[affine_map<\(.*?\) -> \((.*?)\)>, affine_map<\(.*?\) -> \((.*?)\)>\], "
                     rf"iterator_types = \[[^\]]*\]\}} ins\(({NAME}) : (\S+)\) outs\(({NAME}) : (\S+)\) \{{\s*"
                     rf"\^bb0\(({NAME}): \w+, {NAME}: \w+\):\s*linalg\.yield ({NAME}) : \w+\s*\}} -> ", text)
    if not match or match.group(7) != match.group(8):
        return None
    result = shape_of(match.group(6))
    if match.group(2).split(", ") != [f"d{dim}" for dim in range(len(result))]:
        return None
    values = {f"d{dim}": index for dim, index in enumerate(numpy.indices(result))}
    source = match.group(1).split(", ") if match.group(1) else []
    table = evaluate_map(source, shape_of(match.group(4)), values)
    return match.group(3), numpy.ravel(numpy.broadcast_to(table, result))


def describe_at(program, name, table):
    """An operand whose elements stand at these positions: what it is, or how they are computed one by one (rotations)."""
    text = program.definitions.get(name, ("", 0))[0]
    match = re.match(r"linalg\.generic \{indexing_maps = \[(.*?)\], iterator_types = \[([^\]]*)\]\} ins\((.*?) : (.*?)\) "
                     rf"outs\({NAME} : (\S+)\) \{{\s*\^bb0\((.*?)\):\n(.*)\}} -> ", text, re.S)
    if not match or "reduction" in match.group(2):
        return f"{program.describe(name)} at {digest(table)}"
    loops = {f"d{dim}": index for dim, index in enumerate(numpy.unravel_index(table, shape_of(match.group(5))))}
    arguments = re.findall(rf"({NAME}): \w+", match.group(6))
    names = {}
    kinds, maps = re.findall(r"tensor<[^>]*>", match.group(4)), re.findall(r"affine_map<\(.*?\) -> \((.*?)\)>", match.group(1))
    for argument, operand, kind, results in zip(arguments, re.findall(NAME, match.group(3)), kinds, maps):
        read = evaluate_map(results.split(", ") if results else [], shape_of(kind), loops)
        source, place = program.trace(operand)
        read = numpy.broadcast_to(read, table.shape)
        names[argument] = f"[{describe_at(program, source, read if place is None else place[read])}]"
    lines = []
    for line in match.group(7).split("\n"):
        index = re.match(rf"\s*({NAME}) = linalg\.index (\d+)", line)
        if index:
            names[index.group(1)] = f"index {digest(loops[f'd{index.group(2)}'])}"
        elif line.strip():
            lines.append(line)
    return inline(program, lines, names)[0]


def digest(array):
    return hashlib.sha1(numpy.ascontiguousarray(array, dtype=numpy.int64).tobytes()).hexdigest()[:10]


def shape_of(type_text):
    return [int(extent) for extent in re.findall(r"(\d+)x", type_text)]


def canonical_form(program, result, half):
    """The text for one result of the program; a reason instead of it begins with `!`."""
    name, written = program.trace(result)
    text = program.definitions.get(name, (program.describe(name), 0))[0]
    if not text.startswith("attn.attention"):
        return f"!the result is {text[:300]}"
    match = re.match(
        rf"attn\.attention ins\(({NAME}), ({NAME}), ({NAME}) : (.*?)\)(?: captures\((.*?) : (.*?)\))? "
        r"domain = \[(.*?)\] indexing_maps = \[(.*?)\] mask = (.*?) numerics = (<.*?>) (?:normalizer = \S+ )?"
        r"\{\n(.*)\n\s*\} -> (.*)", text, re.S)
    if not match:
        return f"!not understood: {text[:300]}"
    operands = [match.group(number) for number in (1, 2, 3)]
    types = re.findall(r"tensor<[^>]*>", match.group(4))
    if match.group(5):
        operands += match.group(5).split(", ")
        types += re.findall(r"tensor<[^>]*>", match.group(6))
    types += re.findall(r"tensor<[^>]*>", match.group(12))
    domain = [int(extent) for extent in match.group(7).split(",")]
    maps = parse_maps(match.group(8))
    dims = [{0, 1, 2, 4}, {0, 1, 3, 4}, {0, 1, 3, 5}] + [{0, 1, 2, 3}] * (len(operands) - 3) + [{0, 1, 2, 5}]
    tables = []
    for number, (expressions, kind, used) in enumerate(zip(maps, types, dims)):
        if any("d5" in expression for expression in expressions):
            used = used | {5}
        table = positions(expressions, shape_of(kind), domain, used)
        if number < len(operands):
            operands[number], source = program.trace(operands[number])
            table = table if source is None else source[table]
        elif written is not None:
            table = numpy.argsort(written)[table]
        tables.append(table)
    hashes = [digest(table) for table in tables]
    region, mask, numerics = match.group(11), match.group(9), match.group(10)
    header, *body = region.strip().split("\n")
    arguments = re.findall(rf"({NAME}): \w+", header)
    # Captures are known by what they are.
    captures = {}
    for argument, operand, position in zip(arguments[5:], operands[3:], hashes[3:]):
        captures[argument] = f"[{program.describe(operand)} at {position}]"
    names = dict(zip(arguments[:5], ("s", "b", "h", "i", "j")), **captures)
    lines = inline(program, body, names)
    numerics = re.sub(r", placement = \w+", "", numerics)
    # The factors of a scale are rounded to the model's type.
    numerics = re.sub(r"scale = ([^ >]+)", lambda match: f"scale = {float(match.group(1)):.{2 if half else 5}g}", numerics)
    if not captures and lines == ["s"] and "dense" in mask:
        numerics = re.sub(r", maskedRows = \w+", "", numerics)
    # Batch and heads are one index in front of the others: how it is divided is no matter of meaning.
    factors = (f"{part} {describe_at(program, operand, table)}" for part, operand, table in zip("qkv", operands, tables))
    parts = [f"domain {[domain[0] * domain[1], *domain[2:]]}", *factors, f"output at {hashes[-1]}", numerics, f"mask {mask}", *lines]
    return "\n".join(parts)


def without_scores(form):
    """The form without what happens to the scores."""
    return form[:form.index("\nmask ")]


def inline(program, body, names):
    """The yielded expression of a region, with every operation in the place where it is used."""
    values = dict(names)
    for line in body:
        line = line.strip()
        match = re.match(rf"({NAME}) = (.*)", line)
        expression = re.sub(NAME, lambda name: values.get(name.group(0)) or program.describe(name.group(0)),
                            match.group(2) if match else line)
        expression = re.sub(r" : [\w, ]+$", "", expression)
        if match:
            values[match.group(1)] = f"({expression})" if not expression.startswith("arith.constant") else expression.split()[1]
        elif line.startswith(("attn.yield", "linalg.yield")):
            return [expression.split(" ", 1)[1]]
    return ["!no yield"]
