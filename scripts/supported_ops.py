# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Writes docs/SupportedOps.md from the import's tables and the results of the conformance runner.

usage: supported_ops.py --results RESULTS.json   (test/conformance/run --all --json RESULTS.json)
       supported_ops.py --check

--check only compares the operators that the document lists with those of the tables; it runs nothing.
"""
import argparse
import collections
import json
import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
DOCUMENT = ROOT / "docs" / "SupportedOps.md"
MODES = ("inputs", "constants", "symbolic")
EXECUTIONS = ("evaluator", "llvm", "default")
SHORT_TYPES = {"FLOAT": "f32", "FLOAT16": "f16", "BFLOAT16": "bf16", "DOUBLE": "f64", "BOOL": "bool"}


def read_tables():
    """Operators with the opset that brought them, from `{"Name", since, ...}` lines."""
    operators = {}
    for path in sorted((ROOT / "compiler" / "import").glob("*Rules.cpp")):
        for name, since in re.findall(r'^\s*\{"([\w.:]+)",\s*(\d+),', path.read_text(), re.M):
            operators[name] = int(since)
    return operators


def listed_operators():
    """What the document says."""
    rows = re.findall(r"^\| ([\w.:]+) \| (\d+) \|", DOCUMENT.read_text(), re.M)
    return {name: int(since) for name, since in rows}


def short(type_name):
    name = SHORT_TYPES.get(type_name, type_name.lower())
    return re.sub(r"^(u?)int(\d+)$", r"\1i\2", name)


def sort_key(type_name):
    order = ["f", "b", "i", "u"]
    return (order.index(type_name[0]) if type_name[0] in order else 9, len(type_name), type_name)


def own_operator(case):
    """The operator that a case of one node is about."""
    return case["operators"][0] if len(case["operators"]) == 1 else None


def tabulate(report):
    cases = {case["name"]: case for case in report["cases"]}
    passed = collections.defaultdict(collections.Counter)
    types = collections.defaultdict(set)
    everywhere = collections.defaultdict(lambda: True)
    for result in report["results"]:
        everywhere[result["case"]] &= result["passed"]
        for operator in cases[result["case"]]["operators"]:
            passed[operator][result["mode"], result["execution"], "run"] += 1
            passed[operator][result["mode"], result["execution"], "passed"] += result["passed"]
    for name, fine in everywhere.items():
        operator = own_operator(cases[name])
        if fine and operator:
            types[operator] |= set(cases[name]["types"])
    return passed, types


def cell(counts, mode):
    """Passed of run; one pair where the executions agree, one for each otherwise."""
    pairs = [f"{counts[mode, execution, 'passed']}/{counts[mode, execution, 'run']}" for execution in EXECUTIONS
             if counts[mode, execution, "run"]]
    return pairs[0] if len(set(pairs)) == 1 else ", ".join(pairs) or "–"


def write(report):
    operators = read_tables()
    passed, types = tabulate(report)
    lines = ["# Supported operators", "",
             "`scripts/supported_ops.py` writes this from the import's tables and a run of the standard's own cases",
             "(`test/conformance/run --all --json`). *Since* is the opset that brought the operator; opsets 6 to 28 are read,",
             "and opsets 1 to 5 with operators that opset 6 has unchanged.",
             "*Types* are those of the cases of this operator alone that pass everywhere. The last columns count cases that have",
             "the operator, passed of run: with inputs as inputs, as constants, and with every dimension symbolic. Where the",
             "evaluator, the LLVM backend and the default differ, there are three pairs in this order.", ""]
    lines += ["## Counts", "", "| cases | mode | evaluator | LLVM | default |", "|---|---|---|---|---|"]
    counts = {(entry["slice"], entry["mode"], entry["execution"]): entry for entry in report["counts"]}
    for name in ("simple-type slice", "slice", "LLM operators", "all"):
        for mode in MODES:
            row = [counts.get((name, mode, execution)) for execution in EXECUTIONS]
            if any(row):
                lines.append(f"| {name} | {mode} | " + " | ".join(
                    f"{entry['passed']} of {entry['run']}" if entry else "–" for entry in row) + " |")
    lines += ["", "The slice is the cases that use only the operators of transformers and of what stands around them; its simple",
              "types are f32, i32, i64 and bool. What fails, and why, is in `test/conformance/expected-failures.txt`.", "",
              "## Operators", "", "| operator | since | types | inputs | constants | symbolic |", "|---|---|---|---|---|---|"]
    for name in sorted(operators):
        # Cases tell operators without their domain, which is none of a vendor's.
        plain = name if name.startswith("com.") else name.split("::")[-1]
        shown = " ".join(sorted({short(type_name) for type_name in types.get(plain, ())}, key=sort_key)) or "–"
        lines.append(f"| {name} | {operators[name]} | {shown} | "
                     + " | ".join(cell(passed.get(plain, collections.Counter()), mode) for mode in MODES) + " |")
    lines += ["", "An operator with no cases of its own comes from an exporter's or another standard's set, and has tests of ours.",
              "", "## Not supported", "",
              "Operators of the standard's cases that the compiler does not know: "
              + ", ".join(sorted(set(passed) - {name.split("::")[-1] for name in operators})) + "."]
    DOCUMENT.write_text("\n".join(lines) + "\n")


def check():
    tables, listed = read_tables(), listed_operators()
    problems = [f"{name} (opset {tables[name]}) is imported but not listed" for name in sorted(set(tables) - set(listed))]
    problems += [f"{name} is listed but not imported" for name in sorted(set(listed) - set(tables))]
    problems += [f"{name} is listed as of opset {listed[name]}, and imported as of {tables[name]}"
                 for name in sorted(set(tables) & set(listed)) if tables[name] != listed[name]]
    print("\n".join(problems) or f"docs/SupportedOps.md: {len(tables)} operators, current")
    return 1 if problems else 0


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--results", type=pathlib.Path, help="what the runner wrote with --json")
    parser.add_argument("--check", action="store_true")
    arguments = parser.parse_args()
    if arguments.results:
        write(json.loads(arguments.results.read_text()))
    return check() if arguments.check or not arguments.results else 0


if __name__ == "__main__":
    sys.exit(main())
