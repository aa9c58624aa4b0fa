# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Checks that the tree is complete: every pass has its tests and its line in docs/Pipeline.md, every lit test's CHECK lines are
read by a RUN line, every source starts with the licence and stays under 500 lines."""
import pathlib
import re
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
problems = []


def files(*patterns):
    listed = subprocess.run(["git", "ls-files", *patterns], cwd=ROOT, capture_output=True, text=True, check=True)
    return [ROOT / name for name in listed.stdout.split()]


pipeline = (ROOT / "docs/Pipeline.md").read_text()
for table in files("passes/*/Passes.td", "dialects/*/Passes.td"):
    for argument in re.findall(r'Pass<"(fovea-[a-z0-9-]+)"', table.read_text()):
        name = argument.removeprefix("fovea-")
        for test in (f"{name}.mlir", f"{name}-errors.mlir"):
            if not list((ROOT / "test").rglob(test)):
                problems.append(f"{argument}: no test named {test}")
        if argument not in pipeline:
            problems.append(f"{argument}: not in docs/Pipeline.md")

for test in files("test/*.mlir", "test/*.onnxtxt", "test/*.test"):
    text = test.read_text()
    used = {"CHECK"} if "FileCheck" in text else set()
    for prefixes in re.findall(r"--?check-prefix(?:es)?[= ]([A-Z0-9_,-]+)", text):
        used |= set(prefixes.split(","))
    for prefix in set(re.findall(r"^\s*(?://|#|;) ?([A-Z][A-Z0-9_]*)(?:-[A-Z]+)*(?:\{[A-Z]+\})?:", text, re.M)) - {"RUN"}:
        if "CHECK" in prefix and prefix not in used:
            problems.append(f"{test.relative_to(ROOT)}: nothing reads the {prefix} lines")

for source in files("*.cpp", "*.h", "*.c", "*.td", "*.py", ":!test/fixtures"):
    lines = source.read_text().splitlines()
    if not any("SPDX-License-Identifier" in line for line in lines[:2]):
        problems.append(f"{source.relative_to(ROOT)}: no SPDX line")
    if len(lines) > 500:
        problems.append(f"{source.relative_to(ROOT)}: {len(lines)} lines, split it by subject")

print("\n".join(problems) or "tree: complete")
sys.exit(bool(problems))
