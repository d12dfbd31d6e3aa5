"""Check that files, functions and the tracked tree stay small; knows nothing of what they do."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

FILE_LINES = 400
FUNCTION_LINES = 60
ARGUMENTS = 8
FILE_BYTES = 15_000_000
EMBEDDED_BYTES = 56_000_000
TREE_BYTES = 63_000_000
"""The whole tree must travel to an accelerator in one piece, and that takes 64 MB."""


def tracked() -> list[Path]:
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard"],
        capture_output=True,
        text=True,
        check=True,
    )
    return [Path(p) for p in listed.stdout.splitlines() if Path(p).is_file()]


def misfits_of_source(path: Path) -> list[str]:
    text = path.read_text(encoding="utf-8")
    found = []
    if (lines := text.count("\n")) > FILE_LINES:
        found.append(f"{path}: {lines} lines; at most {FILE_LINES}")
    for node in ast.walk(ast.parse(text)):
        if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            continue
        size = (node.end_lineno or node.lineno) - node.lineno + 1
        if size > FUNCTION_LINES:
            found.append(
                f"{path}:{node.lineno} {node.name}: {size} lines; at most {FUNCTION_LINES}"
            )
        count = len(node.args.args) + len(node.args.kwonlyargs)
        # A verb's options are its arguments: typer reads them there.
        if count > ARGUMENTS and not path.is_relative_to("src/castmates/cli/verbs"):
            found.append(
                f"{path}:{node.lineno} {node.name}: {count} arguments; at most {ARGUMENTS}"
            )
    return found


def main() -> int:
    files = tracked()
    found = []
    for path in files:
        if path.suffix == ".py" and path.parts[0] in ("src", "storybook", "scripts", "bench"):
            found += misfits_of_source(path)
        if (size := path.stat().st_size) > FILE_BYTES:
            found.append(f"{path}: {size:,} bytes; at most {FILE_BYTES:,} a file")
    total = sum(p.stat().st_size for p in files)
    embedded = sum(p.stat().st_size for p in files if "embedded" in p.parts)
    if total > TREE_BYTES:
        found.append(f"the tree has {total:,} bytes; at most {TREE_BYTES:,}")
    if embedded > EMBEDDED_BYTES:
        found.append(f"the embedded models have {embedded:,} bytes; at most {EMBEDDED_BYTES:,}")
    for line in found:
        print(line)
    print(f"sizes: {len(files)} files, {total / 1e6:.1f} MB, embedded {embedded / 1e6:.1f} MB")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
