# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Runs small random graphs through the evaluator and both backends, which must agree within what the graph's arithmetic allows.

Many graphs make one model, so that they are compiled together; a model that fails is tried again graph by graph. A graph that
fails is made smaller while it fails, and written to a folder with its arrays.
"""
import argparse
import concurrent.futures
import os
import pathlib
import sys
import tempfile
import time

import numpy
import onnx

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "conformance"))
import execute  # noqa: E402  (the tools are run as the conformance runner does)
import shrink  # noqa: E402
from check import Checker  # noqa: E402
from generate import FAMILIES, random_graph  # noqa: E402


def parse_arguments():
    parser = argparse.ArgumentParser(prog="run", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    build = os.environ.get("FOVEA_BUILD", HERE.parent.parent / "build")
    parser.add_argument("--build", type=pathlib.Path, default=build, help="build folder (FOVEA_BUILD, or build)")
    parser.add_argument("--seed", type=int, default=0, help="the first graph")
    parser.add_argument("--count", type=int, default=200, help="how many graphs")
    parser.add_argument("--bundle", type=int, default=12, help="graphs in one model")
    parser.add_argument("--family", action="append", choices=FAMILIES, help="operators to use; may be repeated")
    parser.add_argument("--empty", action="store_true", help="some tensors have no elements")
    parser.add_argument("--jobs", type=int, default=os.cpu_count())
    parser.add_argument("--timeout", type=int, default=120, help="seconds for a tool")
    parser.add_argument("--keep", type=pathlib.Path, help="write what fails to this folder (one in /tmp otherwise)")
    parser.add_argument("--no-shrink", action="store_true")
    parser.add_argument("--plant", choices=("value", "operator"), help="check the check: change one element of a compiled "
                        "result, or one operator between executions, which must be found")
    parser.add_argument("--print", action="store_true", help="print the graphs and stop")
    return parser.parse_args()


def describe(graph):
    lines = []
    for name, array in graph.leaves.items():
        kind = "constant" if name in graph.constants else "input"
        lines.append(f"  {name}: {kind} {array.dtype.name}{list(array.shape)}")
    for node in graph.nodes:
        attributes = {key: value.name if isinstance(value, onnx.GraphProto) else value for key, value in node.attributes.items()}
        results = ", ".join(f"{name}: {graph.values[name].dtype}{list(graph.values[name].shape)}" for name in node.outputs)
        lines.append(f"  {results} = {node.op}({', '.join(node.inputs)}) {attributes or ''}")
    lines.append(f"  outputs {', '.join(graph.outputs)}")
    return "\n".join(lines)


def is_refused(message):
    return "not supported" in message or "no lowering" in message


def run_bundle(checker, seeds, families, arguments, place):
    """The failures of some graphs as (seed, graph, message)."""
    def generate(seed):
        return random_graph(seed, families, f"g{seed}_", arguments.empty)
    graphs = [(seed, graph) for seed in seeds if (graph := generate(seed)).nodes]
    if arguments.plant:
        # The fault goes into each of them alone.
        graphs = [(seed, graph) for seed, graph in graphs if checker.can_plant(graph)]
        messages = [checker.find_fault([graph], place / f"g{seed}") or "" for seed, graph in graphs]
        found = [(seed, graph, message) for (seed, graph), message in zip(graphs, messages) if "differs" in message]
        return found, len([message for message in messages if not is_refused(message)])
    message = checker.find_fault([graph for _, graph in graphs], place / "bundle")
    if not message:
        return [], len(graphs)
    failures = []
    for seed, graph in graphs:
        message = checker.find_fault([graph], place / f"g{seed}")
        if message:
            failures.append((seed, graph, message))
    if not failures:
        failures.append((seeds[0], None, f"graphs {seeds[0]} to {seeds[-1]} fail together, but none alone"))
    return failures, len(graphs)


def main():
    arguments = parse_arguments()
    families = arguments.family or list(FAMILIES)
    seeds = range(arguments.seed, arguments.seed + arguments.count)
    if arguments.print:
        for seed in seeds:
            print(f"graph {seed}\n{describe(random_graph(seed, families, allow_empty=arguments.empty))}")
        return 0
    tools = execute.Tools(arguments.build, arguments.timeout)
    checker = Checker(tools, arguments.plant)
    bundles = [seeds[i:i + arguments.bundle] for i in range(0, len(seeds), arguments.bundle)]
    started = time.monotonic()
    failures, total = [], 0
    with tempfile.TemporaryDirectory() as temporary, concurrent.futures.ThreadPoolExecutor(arguments.jobs) as pool:
        work = pathlib.Path(temporary).resolve()
        jobs = [pool.submit(run_bundle, checker, bundle, families, arguments, work / str(i))
                for i, bundle in enumerate(bundles)]
        for job in jobs:
            found, ran = job.result()
            failures += found
            total += ran
            for seed, _, message in found if not arguments.plant else ():
                print(f"graph {seed} FAILED: {message[:500]}", flush=True)
            print(f"\r{total} graphs, {len(failures)} failed", end="", file=sys.stderr, flush=True)
        print(file=sys.stderr)
        keep = arguments.keep or pathlib.Path(tempfile.gettempdir()) / "fovea-random"
        if arguments.plant:
            print(f"planted in {total} graphs, found in {len(failures)}")
            tools.close()
            # An exchanged operator may change nothing: x + 0 is x - 0. A wrong element is always seen.
            return 0 if total and len(failures) >= (total if arguments.plant == "value" else total / 2) else 1
        for seed, graph, message in failures:
            if graph is None or arguments.no_shrink:
                continue
            smaller, message = shrink.shrink(checker, graph, message, work / "shrink")
            folder = keep / f"graph-{seed}"
            folder.mkdir(parents=True, exist_ok=True)
            checker.write([smaller], folder)
            print(f"graph {seed}, smaller, in {folder}: {message[:300]}\n{describe(smaller)}", flush=True)
        tools.close()
    print(f"{total} graphs, {len(failures)} failed, in {time.monotonic() - started:.0f} s")
    return 1 if failures else 0


if __name__ == "__main__":
    numpy.seterr(all="ignore")
    sys.exit(main())
