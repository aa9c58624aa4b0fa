# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Runs the standard's own cases, those of the onnx wheel, through the evaluator and both backends.

A case passes when it compiles, runs, and gives what the standard expects in the wheel's tolerance; a compiled result must
also be the evaluator's within our own. Each is run in up to three modes: its inputs as inputs; as constants, which are
folded; with every dimension symbolic and bound by --dim. Failures must be those of expected-failures.txt, no more and no
fewer.
"""
import argparse
import collections
import concurrent.futures
import json
import os
import pathlib
import re
import sys
import tempfile
import time
import zlib

import cases as suite
import compare
import execute
import report

HERE = pathlib.Path(__file__).resolve().parent


def parse_arguments():
    parser = argparse.ArgumentParser(prog="run", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    build = os.environ.get("FOVEA_BUILD", HERE.parent.parent / "build")
    parser.add_argument("--build", type=pathlib.Path, default=build, help="build folder (FOVEA_BUILD, or build)")
    parser.add_argument("--cache", type=pathlib.Path, help="folder for the generated cases (in the build folder)")
    parser.add_argument("--filter", default="", help="run the cases whose name matches this regular expression")
    parser.add_argument("--operator", help="run the cases whose graph has this operator")
    parser.add_argument("--slice", help="run the cases of this slice: all, slice, 'simple-type slice', 'LLM operators'")
    parser.add_argument("--mode", action="append", choices=suite.MODES, help="run this mode; may be repeated")
    parser.add_argument("--execution", action="append", choices=execute.EXECUTIONS, help="likewise for executions")
    parser.add_argument("--all", action="store_true", help="all modes for all cases; otherwise a fixed sample of a fourth, "
                        "without whole networks, unless --mode, --filter or --operator asks for them")
    parser.add_argument("--jobs", type=int, default=os.cpu_count())
    parser.add_argument("--timeout", type=int, default=60, help="seconds for a tool")
    parser.add_argument("--json", type=pathlib.Path, help="write all results to this file")
    parser.add_argument("--update", action="store_true", help="rewrite the list of expected failures")
    parser.add_argument("--keep", type=pathlib.Path, help="keep models, libraries, logs and results in this folder")
    parser.add_argument("--no-host", action="store_true", help="start the tools as processes of their own")
    parser.add_argument("--verbose", action="store_true", help="print how to repeat each failure, expected ones too")
    parser.add_argument("--reasons", action="store_true", help="count the failures by reason")
    return parser.parse_args()


def in_sample(case, mode):
    """Whether a case belongs to the sample of a mode: a fourth of them, always the same, without the networks, which take
    minutes."""
    return case.kind != "light" and zlib.crc32(f"{mode}/{case.name}".encode()) % 4 == 0


def run_case(tools, case, mode, executions, work):
    """The results of one case in one mode, one for each execution."""
    folder = pathlib.Path(case.folder)
    model = folder / f"{mode}.onnx"
    inputs = {value.name: folder / value.file for value in case.inputs if value.file and value.kind == "tensor"
              and mode != "constants"}
    outputs = [value.name for value in case.outputs]
    reference = None
    results = []
    for execution in executions:
        started = time.monotonic()
        place = work / mode / case.name / execution
        stage, answer = execute.execute(tools, execution, model, case.dims[mode], inputs, outputs, place,
                                        tools.timeout * (1 if case.kind != "light" else 10))
        message = answer if stage else None
        if not stage:
            stage = "compare"
            message = compare_outputs(case, folder, answer, reference)
            if execution == "evaluator":
                reference = answer
        results.append({"case": case.name, "mode": mode, "execution": execution, "passed": message is None,
                        "stage": stage if message else "", "message": message or "",
                        "seconds": round(time.monotonic() - started, 3)})
    return results


def compare_outputs(case, folder, paths, reference):
    for number, (value, path) in enumerate(zip(case.outputs, paths)):
        if not value.file:
            return f"output '{value.name}' is a {value.kind} of {value.type}, which this runner cannot compare"
        message = compare.differs_from_expected(path, folder / value.file, value, case.rtol, case.atol)
        if not message and reference:
            message = compare.executions_differ(path, reference[number], value)
        if message:
            return message
    return None


def choose_jobs(arguments, cases):
    asked = arguments.all or arguments.filter or arguments.operator or arguments.mode
    for case in cases:
        if not re.search(arguments.filter, case.name):
            continue
        if arguments.operator and arguments.operator not in case.operators:
            continue
        if arguments.slice and arguments.slice not in case.slices():
            continue
        for mode in arguments.mode or suite.MODES:
            if asked or in_sample(case, mode):
                yield case, mode


def run_jobs(arguments, tools, jobs, work):
    executions = [execution for execution in execute.EXECUTIONS if execution in (arguments.execution or execute.EXECUTIONS)]
    results = []
    with concurrent.futures.ThreadPoolExecutor(arguments.jobs) as pool:
        futures = [pool.submit(run_case, tools, case, mode, executions, work) for case, mode in jobs]
        for number, future in enumerate(futures, 1):
            results += future.result()
            if sys.stderr.isatty() or number % 200 == 0:
                print(f"{number} of {len(futures)}", end="\r" if sys.stderr.isatty() else "\n", file=sys.stderr, flush=True)
    return results, executions


def judge(arguments, expectations, results, tools, by_name):
    """Prints what was not expected; returns how many results those are."""
    unexpected = 0
    for result in results:
        reason = expectations.reason(result["case"], result["mode"], result["execution"])
        name = f"{result['case']} {result['mode']}/{result['execution']}"
        result["expected"] = result["passed"] == (reason is None)
        if result["passed"] and reason:
            print(f"PASSED UNEXPECTEDLY {name}: listed as failing: {reason}")
        elif not result["passed"] and (reason is None or arguments.verbose):
            print(f"FAILED {name}: {result['stage']}: {report.summarize(result['message'])[:240]}")
        unexpected += not result["expected"]
        if not result["passed"] and arguments.verbose:
            case = by_name[result["case"]]
            folder = pathlib.Path(case.folder)
            inputs = {value.name: folder / value.file for value in case.inputs if value.file}
            print("  " + execute.command_lines(tools, result["execution"], folder / f"{result['mode']}.onnx",
                                               case.dims[result["mode"]], inputs if result["mode"] != "constants" else {}))
    return unexpected


def main():
    arguments = parse_arguments()
    cases = suite.load_cases((arguments.cache or arguments.build / "test" / "conformance").resolve())
    jobs = list(choose_jobs(arguments, cases))
    if not jobs:
        raise SystemExit("no case is chosen")
    tools = execute.Tools(arguments.build, arguments.timeout, not arguments.no_host)
    started = time.monotonic()
    with tempfile.TemporaryDirectory() as temporary:
        results, executions = run_jobs(arguments, tools, jobs, (arguments.keep or pathlib.Path(temporary)).resolve())
        tools.close()
    expectations = report.Expectations(HERE / "expected-failures.txt")
    if arguments.update:
        expectations.update(results)
        expectations = report.Expectations(HERE / "expected-failures.txt")
    unexpected = judge(arguments, expectations, results, tools, {case.name: case for case in cases})
    if arguments.json:
        table = [{"slice": name, "mode": mode, "execution": execution, "passed": passed, "run": total}
                 for (name, mode, execution), (passed, total) in report.count(cases, results).items()]
        ran = {case.name for case, _ in jobs}
        described = [{"name": case.name, "operators": case.operators, "types": case.types} for case in cases if case.name in ran]
        arguments.json.write_text(json.dumps({"cases": described, "counts": table, "results": results}, indent=1))
    if arguments.reasons:
        report.print_reasons(results)
    report.print_counts(cases, results, [mode for mode in suite.MODES if mode in {mode for _, mode in jobs}], executions)
    passed = collections.Counter(result["passed"] for result in results)[True]
    print(f"{passed} of {len(results)} runs of {len({case.name for case, _ in jobs})} cases passed, {unexpected} not as "
          f"expected, in {time.monotonic() - started:.0f} s")
    return 1 if unexpected else 0


if __name__ == "__main__":
    sys.exit(main())
