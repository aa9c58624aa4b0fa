# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""The list of expected failures, and what a run says."""
import collections
import fnmatch
import re

# What a message of the tools means, the first match counts; the groups fill the reason.
CATEGORIES = [
    (r"'(?:The input|The output) is a sequence", "sequences are not supported as inputs or outputs"),
    (r"a sequence is supported only", "sequences as outputs or across control flow"),
    (r"position in a sequence must be constant|sizes of the parts must be constant",
     "sequences of which only the run knows places or sizes"),
    (r"only tensors are supported as inputs", "sequences, optionals and maps are not supported as inputs"),
    (r"operator '([^']+)' [^\n]*of the domain '([^']+)' is not supported", "operator {0} of the domain {1}"),
    (r"operator '([^']+)' [^\n]*is not supported", "operator {0}"),
    (r"opset (\d+) is not supported", "opset {0}"),
    (r"(?i)\bstrings?\b", "strings"),
    (r"tensors of (\w+) are not supported", "element type {0}"),
    (r"dropout in training mode", "dropout in training mode, which draws random numbers"),
    (r"model does not say which opset", "no operator of the standard's own domain"),
    (r"(?:element )?type '?([A-Za-z0-9_]+)'? [^\n]*not supported", "element type {0}"),
    (r"timed out", "timed out"),
    (r"died of (\w+)", "died of {0}"),
]


def categorize(message):
    """A short reason for a failure, the same for all of its kind."""
    for pattern, reason in CATEGORIES:
        match = re.search(pattern, message)
        if match:
            return "unsupported: " + reason.format(*match.groups()) if "died" not in reason and "timed" not in reason \
                else "bug: " + reason.format(*match.groups())
    text = re.sub(r"'[^']*'", "'…'", summarize(message))
    text = re.sub(r"^(node|input|output) '…'( \(\w+\))?: ", "", text)
    text = re.sub(r"-?\d+(\.\d+)?(e[+-]\d+)?", "N", text)
    return "unexplained: " + text[:120]


def summarize(message):
    """The first error of a message, without the model's path."""
    lines = [line for line in message.splitlines() if "error:" in line] or message.splitlines() or [""]
    return re.sub(r"^.*error: |^loc\(.*?\)\): ", "", re.sub(r"loc\(\"([^\"]*)\"\(.*?\)\)\): ", r"'\1': ", lines[0]))


class Expectations:
    """The list's lines are `case` or `case mode/execution ...`, the latter as patterns; the reason is the last line before
    them that begins with `#:`."""

    def __init__(self, path):
        self.path = path
        self.entries = {}
        reason = ""
        for number, line in enumerate(path.read_text().splitlines() if path.exists() else [], 1):
            if line.startswith("#:"):
                reason = line.removeprefix("#:").strip()
            elif line.strip() and not line.startswith("#"):
                name, *patterns = line.split()
                if not reason:
                    raise SystemExit(f"{path}:{number}: {name} has no reason")
                if name in self.entries:
                    raise SystemExit(f"{path}:{number}: {name} is listed twice")
                self.entries[name] = (reason, patterns or ["*"])

    def reason(self, case, mode, execution):
        """Why this is expected to fail, or nothing."""
        reason, patterns = self.entries.get(case, ("", []))
        return reason if any(fnmatch.fnmatchcase(f"{mode}/{execution}", pattern) for pattern in patterns) else None

    def update(self, results):
        """Rewrites the list from results. What was not run stays; reasons that a person wrote stay."""
        ran = collections.defaultdict(set)
        failed = collections.defaultdict(dict)
        for result in results:
            ran[result["case"]].add((result["mode"], result["execution"]))
            if not result["passed"]:
                failed[result["case"]][result["mode"], result["execution"]] = result["message"]
        by_reason = collections.defaultdict(list)
        for name in sorted(set(self.entries) | set(failed)):
            reason, patterns = self.entries.get(name, ("", []))
            if name not in failed:
                if name not in ran:
                    by_reason[reason].append((name, patterns))
                continue
            if not reason or reason.startswith(("unexplained", "unsupported", "bug")):
                reason = categorize(next(iter(failed[name].values())))
            whole = len(failed[name]) == len(ran[name])
            by_reason[reason].append((name, ["*"] if whole else self.summarize(failed[name], ran[name])))
        lines = ["# Cases that are expected to fail, under the reason why: the case, and where it fails if not everywhere, as",
                 "# mode/execution. test/conformance/run --update rewrites this; reasons written by hand stay."]
        for reason in sorted(by_reason):
            lines += ["", f"#: {reason}"]
            lines += [name if patterns == ["*"] else " ".join([name, *patterns]) for name, patterns in by_reason[reason]]
        self.path.write_text("\n".join(lines) + "\n")

    @staticmethod
    def summarize(failed, ran):
        patterns = []
        for mode in sorted({mode for mode, _ in failed}):
            executions = sorted(execution for m, execution in failed if m == mode)
            if len(executions) == len([1 for m, _ in ran if m == mode]):
                patterns.append(f"{mode}/*")
            else:
                patterns += [f"{mode}/{execution}" for execution in executions]
        return patterns


def count(cases, results):
    """Passed and run cases by slice, mode and execution."""
    slices = {case.name: case.slices() for case in cases}
    table = collections.defaultdict(lambda: [0, 0])
    for result in results:
        for name in slices[result["case"]]:
            entry = table[name, result["mode"], result["execution"]]
            entry[0] += result["passed"]
            entry[1] += 1
    return table


def print_counts(cases, results, modes, executions):
    table = count(cases, results)
    print(f"\n{'passed of run':32}" + "".join(f"{execution:>16}" for execution in executions))
    for name in ("simple-type slice", "slice", "LLM operators", "all"):
        for mode in modes:
            row = [table.get((name, mode, execution), (0, 0)) for execution in executions]
            if any(total for _, total in row):
                print(f"{name + ', ' + mode:32}" + "".join(f"{f'{passed} of {total}':>16}" for passed, total in row))


def print_reasons(results):
    """How many results fail for which kind of reason."""
    reasons = collections.Counter()
    for result in results:
        if not result["passed"]:
            reasons[categorize(result["message"])] += 1
    for reason, number in reasons.most_common(60):
        print(f"{number:6} {reason}")
