# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Puts one obstacle into an attention of an exported model and checks that the refusal names it.

usage: mutations.py --foveac PATH [FIXTURE...]

Every Softmax of a fixture is taken in turn. Its site is mutated by a stray op at the product of queries and keys, one in front
of the Softmax or behind it, another axis, or a second user of the scores; the remark of that site must name the node, and the
other sites must be raised as before.
"""
import argparse
import copy
import json
import pathlib
import subprocess
import sys
import tempfile

import numpy
import onnx
from onnx import helper

EXPORTS = pathlib.Path(__file__).resolve().parent.parent / "fixtures" / "exports"
MUTANT = "the/mutant"


class Site:
    """The nodes around one Softmax of a graph: the product of queries and keys, found upwards through one-to-one ops."""

    STEPS = {"Add", "Mul", "Div", "Sub", "Cast", "Where", "Identity"}

    def __init__(self, graph, softmax):
        self.graph, self.softmax = graph, softmax
        producers = {name: node for node in graph.node for name in node.output}
        pending, seen = [softmax.input[0]], set()
        self.product = None
        while pending and self.product is None:
            node = producers.get(pending.pop(0))
            if node is None or id(node) in seen:
                continue
            seen.add(id(node))
            if node.op_type == "MatMul":
                self.product = node
            elif node.op_type in self.STEPS:
                pending += node.input

    def insert(self, name):
        """A stray op that all users of `name` read instead; the graph's outputs keep the value."""
        for node in self.graph.node:
            for index, used in enumerate(node.input):
                if used == name:
                    node.input[index] = "mutated"
        return self.append("Abs", name, "mutated")

    def append(self, op, source, result):
        made = next(index for index, node in enumerate(self.graph.node) if source in node.output)
        self.graph.node.insert(made + 1, helper.make_node(op, [source], [result], name=MUTANT))
        return MUTANT


def stray_at_product(site):
    return site.insert(site.product.output[0])


def stray_before_softmax(site):
    return site.insert(site.softmax.input[0])


def stray_after_softmax(site):
    return site.insert(site.softmax.output[0])


def another_axis(site):
    for attribute in list(site.softmax.attribute):
        site.softmax.attribute.remove(attribute)
    site.softmax.attribute.append(helper.make_attribute("axis", 0))
    return site.softmax.name


def second_user(site):
    site.append("Neg", site.product.output[0], "second")
    site.graph.output.append(onnx.ValueInfoProto(name="second"))
    site.graph.output[-1].type.tensor_type.elem_type = onnx.TensorProto.FLOAT
    return MUTANT


MUTATIONS = (stray_at_product, stray_before_softmax, stray_after_softmax, another_axis, second_user)


def read_records(foveac, model, dims, work):
    path, remarks = work / "m.onnx", work / "r.json"
    onnx.save(model, path)
    result = subprocess.run([foveac, path, "--stop-after=raise", "-o", work / "m.mlir", "--remarks", remarks,
                             *[f"--dim={name}={value}" for name, value in dims.items()]], capture_output=True, text=True)
    if result.returncode != 0:
        return result.stderr
    return [record for record in json.loads(remarks.read_text()) if "site" in record]


def check(foveac, name, case, work):
    model = onnx.load(EXPORTS / name / "model.onnx")
    inputs = numpy.load(EXPORTS / name / "inputs.npz")
    dims = {extent: value for key, shape in case["inputs"].items() for extent, value in zip(shape, inputs[key].shape)
            if isinstance(extent, str)}
    count, problems = 0, []
    softmaxes = [index for index, node in enumerate(model.graph.node) if node.op_type == "Softmax"]
    for number, index in enumerate(softmaxes):
        for mutate in MUTATIONS:
            mutant = copy.deepcopy(model)
            site = Site(mutant.graph, mutant.graph.node[index])
            if site.product is None:
                continue
            expected = mutate(site)
            records = read_records(foveac, mutant, dims, work)
            count += 1
            found = records if isinstance(records, str) else [
                (record["status"], record["code"], record["node"]) for record in records]
            statuses = [] if isinstance(records, str) else [record["status"] for record in records]
            wanted = ["refused" if n == number else "raised" for n in range(len(softmaxes))]
            if statuses != wanted or records[number]["node"] != expected or not records[number]["hint"]:
                problems.append(f"{name}, Softmax {number}, {mutate.__name__}: expected a refusal at {expected}, got {found}")
    return count, problems


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--foveac", required=True)
    parser.add_argument("fixture", nargs="*")
    arguments = parser.parse_args()
    manifest = {case["name"]: case for case in json.loads((EXPORTS / "manifest.json").read_text())}
    names = arguments.fixture or [path.name for path in sorted(EXPORTS.iterdir()) if path.is_dir()]
    total, problems = 0, []
    with tempfile.TemporaryDirectory() as work:
        for name in names:
            count, found = check(arguments.foveac, name, manifest[name], pathlib.Path(work))
            total += count
            problems += found
    print("\n".join(problems + [f"{total} mutants, {total - len(problems)} named"]))
    return 1 if problems or not total else 0


if __name__ == "__main__":
    sys.exit(main())
