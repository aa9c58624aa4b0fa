# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Making a failing graph smaller: nodes are cut off in front, their results becoming inputs, and behind."""
import copy
import re

import numpy

import execute


def copy_graph(graph):
    smaller = copy.copy(graph)
    smaller.nodes = list(graph.nodes)
    smaller.leaves = dict(graph.leaves)
    smaller.constants = set(graph.constants)
    smaller.outputs = list(graph.outputs)
    return smaller


def kind_of(message):
    """What must stay the same while a graph shrinks, so that no other fault is followed: the execution, and that results
    differ or the error without its names and numbers."""
    execution = message.split(":")[0]
    if "differs" in message:
        return execution, "differs"
    error = next((line for line in message.splitlines() if "error:" in line), message)
    return execution, re.sub(r"'[^']*'|\"[^\"]*\"|\(\w+\)|[0-9a-f]{6,}|\d+", "", error.split("error:")[-1])


def evaluate_all(checker, graph, place):
    """The evaluator's array of every value, or nothing when it fails."""
    probe = copy_graph(graph)
    probe.outputs = [name for node in graph.nodes for name in node.outputs]
    inputs = checker.write([probe], place)
    stage, paths = execute.execute(checker.tools, "evaluator", place / "model.onnx", {}, inputs, probe.outputs, place / "all")
    if stage:
        return None
    arrays = {}
    for name, path in zip(probe.outputs, paths):
        array = numpy.load(path)
        arrays[name] = array.view("bfloat16") if graph.values[name].dtype == "bfloat16" else array
    return arrays


def candidates(graph, arrays):
    """Smaller graphs, the smallest first."""
    made = [name for node in graph.nodes for name in node.outputs]
    for name in graph.outputs if len(graph.outputs) > 1 else []:
        smaller = copy_graph(graph)
        smaller.outputs = [name]
        yield smaller
    for name in made:
        if name not in graph.outputs:
            smaller = copy_graph(graph)
            smaller.outputs = [name]
            yield smaller
    for index, node in enumerate(graph.nodes):
        if arrays is None or len(graph.nodes) == 1 or any(name in graph.outputs for name in node.outputs):
            continue
        smaller = copy_graph(graph)
        del smaller.nodes[index]
        smaller.leaves.update({name: arrays[name] for name in node.outputs})
        yield smaller
    for name in graph.constants:
        # What has to be known stays known: such a graph fails in another way.
        smaller = copy_graph(graph)
        smaller.constants.discard(name)
        yield smaller


def shrink(checker, graph, message, place, most_tries=150):
    """The smallest graph found that fails in the same way, and its message."""
    tries = 0
    improved = True
    while improved and tries < most_tries:
        improved = False
        arrays = evaluate_all(checker, graph, place / "values")
        for smaller in candidates(graph, arrays):
            smaller.drop_unused()
            tries += 1
            if not smaller.nodes or tries > most_tries:
                continue
            found = checker.find_fault([smaller], place / f"try{tries}")
            if found and kind_of(found) == kind_of(message):
                graph, message, improved = smaller, found, True
                break
    return graph, message
