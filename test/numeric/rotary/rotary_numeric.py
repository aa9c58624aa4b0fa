# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Raises and compiles rotary embeddings in many spellings, beside what they compute by definition.

usage: rotary_numeric.py --bin DIR --work DIR [--only TEXT] [--faults]

Spellings of one meaning must have the same raised form; what is no rotation must stay and agree with the evaluator. With
--faults, results are compared with those of the opposite angles, and each must be found.
"""
import pathlib
import re
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))
from executions import Model, find_difference, name_folder, parse_arguments, report, report_faults  # noqa: E402

from spellings_of_rotation import ALIKE, CASES, OTHERS  # noqa: E402

TOLERANCE = 2e-6


def make_model(arguments, name, case):
    """The model on disk, and the graph with what a rotation of it should give."""
    graph, proto = case.build()
    return Model(arguments.bin, arguments.work / name_folder(name), proto, graph.inputs), graph


def read_raised(model):
    """The ops after raising, without names of values and places; constants by what they hold."""
    body = [re.sub(r" loc\(.*?\)\)?$", "", line.strip()) for line in model.lower("raise").splitlines() if " onnx." in line]
    return "\n".join(re.sub(r"%\w+", "%", line) for line in body if "onnx.Identity" not in line)


def check_case(model, graph, case):
    wanted = model.evaluate()
    if isinstance(wanted, str):
        yield "evaluator", wanted
        return
    if case.ops:
        evaluated, wanted = wanted, [case.expected(graph)]
        yield "evaluator", find_difference(evaluated, wanted, TOLERANCE)
    for backend in ("llvm", "auto"):
        yield backend, find_difference(model.execute(backend), wanted, TOLERANCE)
    text = read_raised(model)
    count = text.count("onnx.RotaryEmbedding")
    yield "raised", None if count == case.ops else f"{count} rotary embeddings, not {case.ops}:\n{text}"
    if case.ops:
        remaining = set(re.findall(r"onnx\.(Add|Sub|Neg|Concat) ", text)) - set(case.keeps)
        yield "remains", text if remaining else None


def check_alike(arguments):
    for names in ALIKE:
        forms = [read_raised(make_model(arguments, name, CASES[name])[0]) for name in names]
        for name, form in zip(names, forms):
            yield f"{name} as {names[0]}", None if form == forms[0] else f"\n{form}\nis not\n{forms[0]}"


def check(arguments):
    for name, case in {**CASES, **OTHERS}.items():
        if arguments.only in name:
            for what, message in check_case(*make_model(arguments, name, case), case):
                yield f"{name}, {what}", message
    if not arguments.only:
        yield from check_alike(arguments)


def plant(arguments):
    for name in ("half", "neighbours", "partial", "prefix", "computed"):
        model, graph = make_model(arguments, "fault", CASES[name])
        wanted = [CASES[name].expected(graph, faulty=True)]
        yield f"{name}, opposite angles", find_difference(model.execute("auto"), wanted, TOLERANCE)


if __name__ == "__main__":
    parsed = parse_arguments()
    sys.exit(report_faults(plant(parsed)) if parsed.faults else report(check(parsed)))
