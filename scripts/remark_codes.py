# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Writes the tables of docs/Remarks.md from passes/remarks/RemarkCodes.def.

usage: remark_codes.py --write
       remark_codes.py --check

--check says when the page is stale, when a code stands there twice or is used nowhere, and when no test expects it.
"""
import argparse
import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
TABLE = ROOT / "passes" / "remarks" / "RemarkCodes.def"
DOCUMENT = ROOT / "docs" / "Remarks.md"
FIELDS = ("code", "pass", "title", "obstacle", "hint", "form")


def read_table():
    """The rows in the order of the file; adjacent strings are one, as in C++."""
    rows = []
    text = re.sub(r"^//.*$", "", TABLE.read_text(), flags=re.M)
    for entry in re.split(r"^FOVEA_REMARK\(", text, flags=re.M)[1:]:
        name, rest = entry.split(",", 1)
        literals = re.findall(r'((?:"(?:[^"\\]|\\.)*"\s*)+)[,)]', rest)
        fields = ["".join(re.findall(r'"((?:[^"\\]|\\.)*)"', literal)) for literal in literals]
        assert len(fields) == len(FIELDS), f"{TABLE}: {name} has {len(fields)} texts, expected {len(FIELDS)}"
        rows.append(dict(zip(FIELDS, fields), name=name))
    return rows


def tabulate(rows):
    """A Markdown table with the columns that some row fills."""
    heads = {"code": "code", "title": "about", "obstacle": "what stands in the way", "hint": "what to do",
             "form": "nearest form"}
    columns = [field for field in heads if any(row[field] for row in rows)]
    lines = ["| " + " | ".join(heads[field] for field in columns) + " |", "|---" * len(columns) + "|"]
    return lines + ["| " + " | ".join(row[field] for field in columns) + " |" for row in rows]


def render(text, rows):
    """The document with the lines between `<!-- codes CATEGORY -->` and `<!-- end -->` made anew."""
    def table(match):
        chosen = [row for row in rows if row["pass"].split("/")[0] == match[1]]
        return "\n".join([f"<!-- codes {match[1]} -->", *tabulate(chosen), "<!-- end -->"])
    return re.sub(r"<!-- codes (\w+) -->.*?<!-- end -->", table, text, flags=re.S)


def read_sources(*patterns):
    paths = [path for pattern in patterns for path in sorted(ROOT.glob(pattern)) if path != TABLE]
    return "\n".join(path.read_text() for path in paths)


def check(rows):
    document = DOCUMENT.read_text()
    sources = read_sources("passes/**/*.cpp", "passes/**/*.h", "compiler/**/*.cpp")
    tests = read_sources("test/**/*.mlir", "test/**/*.onnxtxt", "test/**/*.test")
    codes = [row["code"] for row in rows]
    problems = [f"{code} stands twice in the table" for code in sorted(set(codes)) if codes.count(code) > 1]
    for row in rows:
        if not re.search(rf"RemarkCode::{row['name']}\b", sources):
            problems.append(f"{row['code']}: nothing uses RemarkCode::{row['name']}")
        if row["code"] not in tests:
            problems.append(f"{row['code']}: no lit test expects it")
    problems += [f"{code} is in the sources and not in the table"
                 for code in sorted(set(re.findall(r'"([A-Z]+-R\d+)"', sources)) - set(codes))]
    written = re.findall(r"<!-- codes (\w+) -->", document)
    problems += [f"docs/Remarks.md has no table of {category}"
                 for category in sorted({row["pass"].split("/")[0] for row in rows} - set(written))]
    if render(document, rows) != document:
        problems.append("docs/Remarks.md is stale: run scripts/remark_codes.py --write")
    print("\n".join(problems) or f"docs/Remarks.md: {len(rows)} codes, current")
    return 1 if problems else 0


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    action = parser.add_mutually_exclusive_group(required=True)
    action.add_argument("--write", action="store_true")
    action.add_argument("--check", action="store_true")
    arguments = parser.parse_args()
    rows = read_table()
    if arguments.write:
        DOCUMENT.write_text(render(DOCUMENT.read_text(), rows))
    return check(rows) if arguments.check else 0


if __name__ == "__main__":
    sys.exit(main())
