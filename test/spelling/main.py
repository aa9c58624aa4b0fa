# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Writes attentions in many spellings, and asks for one form: every spelling of a meaning is raised, becomes the same attention,
and has the same result in the evaluator, in both backends and in NumPy.

Some spellings of one meaning make one model, each with inputs of its own. What fails is tried alone, and made plainer in every
place that does not matter for the failure.
"""
import argparse
import concurrent.futures
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import time

import numpy
import onnx

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "conformance"))
import canonical  # noqa: E402
import execute  # noqa: E402  (the tools are run as the conformance runner does)
import grammar  # noqa: E402
import writer  # noqa: E402
from graph import make_model  # noqa: E402
from meaning import random_meaning  # noqa: E402

# Of the largest value: what f32 and f16 arithmetic in another order may differ by (docs/Numerics.md).
TOLERANCE = {"float32": 3e-5, "float16": 6e-3}


def parse_arguments():
    parser = argparse.ArgumentParser(prog="run", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    build = os.environ.get("FOVEA_BUILD", HERE.parent.parent / "build")
    parser.add_argument("--build", type=pathlib.Path, default=build, help="build folder (FOVEA_BUILD, or build)")
    parser.add_argument("--seed", type=int, default=0, help="the first meaning")
    parser.add_argument("--count", type=int, default=20, help="how many meanings")
    parser.add_argument("--spellings", type=int, default=12, help="spellings of each")
    parser.add_argument("--every-mask", action="store_true", help="compare how masks that are computed from data are read as well")
    parser.add_argument("--form-only", action="store_true", help="compare the forms alone, without running anything")
    parser.add_argument("--jobs", type=int, default=os.cpu_count())
    parser.add_argument("--timeout", type=int, default=120, help="seconds for a tool")
    parser.add_argument("--keep", type=pathlib.Path, help="write what fails to this folder (one in /tmp otherwise)")
    parser.add_argument("--no-shrink", action="store_true")
    parser.add_argument("--plant", action="store_true", help="check the check: double a scale in the last spelling of each meaning")
    parser.add_argument("--print", action="store_true", help="print the spellings and stop")
    return parser.parse_args()


class Checker:
    def __init__(self, tools, form_only, every_mask):
        self.tools, self.form_only, self.every_mask = tools, form_only, every_mask

    def optimize(self, model, place):
        """The program behind the absorption of layouts, or a message."""
        raised = place / "raised.mlirbc"
        status, text = self.tools.run(place / "raise.log", ["foveac", model, "--stop-after=raise", "--self-check", "-o", raised])
        if status:
            return None, f"compile: {text.strip()[-1500:]}"
        done = subprocess.run([self.tools.bin / "fovea-opt", raised, f"--pass-pipeline={canonical.PASSES}",
                               "--mlir-print-local-scope"], capture_output=True, text=True)
        if done.returncode:
            return None, f"lower: {done.stderr.strip()[-1500:]}"
        return canonical.Program(done.stdout), None

    def results(self, execution, model, arrays, outputs, place):
        stage, paths = execute.execute(self.tools, execution, model, {}, arrays, outputs, place / execution)
        return (None, f"{execution}: {stage}: {paths}") if stage else ([numpy.load(path) for path in paths], None)

    def check(self, meaning, opset, spellings, place, seed, plant=False):
        """For each spelling its form and the message of its failure, or None. Nothing when there is no place for a fault."""
        shutil.rmtree(place, ignore_errors=True)
        place.mkdir(parents=True)
        graphs = [writer.write(meaning, opset, spelling, str(number)) for number, spelling in enumerate(spellings)]
        if plant and not plant_fault(graphs[-1]):
            return None
        model = place / "model.onnx"
        onnx.save(make_model(graphs, opset), model)
        program, message = self.optimize(model, place)
        if message:
            return [(None, message)] * len(spellings)
        forms = [canonical.canonical_form(program, result, meaning.half) for result in program.results]
        if meaning.mask_is_computed and not self.every_mask:
            forms = [form if form.startswith("!") else canonical.without_scores(form) for form in forms]
        found = [(form, f"form: {form[1:]}" if form.startswith("!") else None) for form in forms]
        return found if self.form_only else self.check_numbers(meaning, graphs, model, found, place, seed)

    def check_numbers(self, meaning, graphs, model, found, place, seed):
        arrays = meaning.make_inputs(numpy.random.default_rng(seed))
        paths = {}
        for info in (info for graph in graphs for info in graph.inputs):
            paths[info.name] = place / f"{info.name.split('.')[0]}.npy"
        for name, array in arrays.items():
            numpy.save(place / f"{name}.npy", array)
        outputs = [info.name for graph in graphs for info in graph.outputs]
        expected = meaning.compute(arrays)
        references = None
        for execution in execute.EXECUTIONS:
            results, message = self.results(execution, model, paths, outputs, place)
            if message:
                return [(form, old or message) for form, old in found]
            references = references or results
            for number, (result, reference) in enumerate(zip(results, references)):
                message = differs(result, expected, meaning, f"{execution} and NumPy") or differs(
                    result, reference, meaning, f"{execution} and evaluator")
                if message and "differs" not in (found[number][1] or ""):
                    found[number] = (found[number][0], message)
        return found


def plant_fault(graph):
    """Doubles a number of the arithmetic; returns whether there is one."""
    for tensor in graph.initializers:
        array = onnx.numpy_helper.to_array(tensor)
        if array.dtype.kind == "f" and array.size == 1 and numpy.isfinite(array).all() and array.item() not in (0, 1):
            tensor.CopyFrom(onnx.numpy_helper.from_array(array * array.dtype.type(2), tensor.name))
            return True
    return False


def differs(actual, expected, meaning, what):
    actual, expected = actual.astype(numpy.float64), numpy.asarray(expected, dtype=numpy.float64)
    if actual.shape != expected.shape:
        return f"differs: {what}: shapes {list(actual.shape)} and {list(expected.shape)}"
    hidden = numpy.isnan(expected)
    most = numpy.abs(numpy.where(hidden, 0, expected)).max(initial=1e-3)
    wrong = numpy.abs(actual - expected) > TOLERANCE[meaning.dtype().dtype.name] * most
    wrong = wrong | (numpy.isnan(actual) != hidden)
    if not wrong.any():
        return None
    where = tuple(int(i) for i in numpy.argwhere(wrong)[0])
    return f"differs: {what}: {int(wrong.sum())} of {wrong.size} elements; at {list(where)}: {actual[where]}, {expected[where]}"


def kind_of(message):
    return message.split(":")[0]


def shrink(checker, meaning, opset, spelling, message, reference, place, seed):
    """The spelling with as few differences from the plain one as keep the failure."""
    def fails(candidate):
        (form, found), = checker.check(meaning, opset, [candidate], place, seed)
        found = found or another_form(form, reference)
        return found if found and kind_of(found) == kind_of(message) else None
    improved = True
    while improved:
        improved = False
        for choice in grammar.differences(meaning, opset, spelling):
            candidate = grammar.make_valid(meaning, opset, {place: value for place, value in spelling.items() if place != choice})
            if len(grammar.differences(meaning, opset, candidate)) < len(grammar.differences(meaning, opset, spelling)):
                found = fails(candidate)
                if found:
                    spelling, message, improved = candidate, found, True
                    break
    return spelling, message


def another_form(form, reference):
    if form is None or form == reference:
        return None
    ours, theirs = form.split("\n"), reference.split("\n")
    lines = [f"    this  {a}\n    plain {b}" for a, b in zip(ours, theirs) if a != b]
    return "another form:\n" + "\n".join(lines)


def run_meaning(checker, seed, arguments, place):
    """The failures of one meaning's spellings, as text, and how many spellings there were."""
    rng = numpy.random.default_rng(seed)
    meaning = random_meaning(rng)
    opset = int(grammar.OPSETS[rng.integers(len(grammar.OPSETS))])
    spellings = [grammar.plain_spelling(meaning, opset)]
    while len(spellings) < arguments.spellings:
        spelling = grammar.random_spelling(meaning, opset, rng)
        if spelling not in spellings:
            spellings.append(spelling)
    if arguments.print:
        return [f"{seed}: {meaning}, opset {opset}\n" + "\n".join(
            f"  {grammar.differences(meaning, opset, spelling)}" for spelling in spellings)], len(spellings)
    found = checker.check(meaning, opset, spellings, place, seed, arguments.plant)
    if found is None:
        return None, 0
    if all(form is None for form, _ in found):
        # One of them broke the model.
        found = [checker.check(meaning, opset, [spelling], place, seed)[0] for spelling in spellings]
    reference = found[0][0]
    failures = []
    for spelling, (form, message) in zip(spellings, found):
        message = message or (another_form(form, reference) if reference else None)
        if not message:
            continue
        if not arguments.no_shrink and not arguments.plant:
            spelling, message = shrink(checker, meaning, opset, spelling, message, reference, place / "shrink", seed)
        text = grammar.differences(meaning, opset, spelling) or "the plain spelling"
        failures.append(f"{seed}: {meaning}, opset {opset}\n  {text}\n  {message}")
    return failures, len(spellings)


def main():
    arguments = parse_arguments()
    tools = execute.Tools(arguments.build, arguments.timeout)
    checker = Checker(tools, arguments.form_only, arguments.every_mask)
    place = arguments.keep or pathlib.Path(tempfile.mkdtemp(prefix="fovea-spelling-"))
    start, total, failed = time.time(), 0, []
    with concurrent.futures.ThreadPoolExecutor(arguments.jobs) as pool:
        seeds = range(arguments.seed, arguments.seed + arguments.count)
        runs = [pool.submit(run_meaning, checker, seed, arguments, place / str(seed)) for seed in seeds]
        for run in concurrent.futures.as_completed(runs):
            failures, count = run.result()
            total += count
            if failures is None:
                continue
            failed += [failures]
            for failure in failures:
                print(failure, flush=True)
    tools.close()
    if arguments.print:
        return 0
    wrong = sum(map(len, failed))
    if arguments.plant:
        found = sum(bool(failures) for failures in failed)
        print(f"{found} of {len(failed)} planted faults found, in {time.time() - start:.0f} s")
        return 0 if failed and found == len(failed) else 1
    print(f"{total - wrong} of {total} spellings of {arguments.count} meanings have one form"
          f"{'' if arguments.form_only else ' and one result'}, in {time.time() - start:.0f} s")
    if not wrong and not arguments.keep:
        shutil.rmtree(place)
    elif wrong:
        print(f"the models are in {place}")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
