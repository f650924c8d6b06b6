"""What bench/run.py prints and keeps: tables, the machine, and the generated parts of bench/README.md."""

import os
import platform
import re
import subprocess
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
README = ROOT / "bench" / "README.md"


def table(header, rows):
    """A Markdown table whose columns stand under each other; the first one to the left, numbers to the right."""
    cells = [header, *rows]
    widths = [max(len(row[i]) for row in cells) for i in range(len(header))]
    line = lambda row: "| " + " | ".join(
        cell.ljust(width) if i == 0 else cell.rjust(width) for i, (cell, width) in enumerate(zip(row, widths))) + " |"
    rule = "|" + "|".join("-" * (width + 1) + ("-" if i == 0 else ":") for i, width in enumerate(widths)) + "|"
    return "\n".join([line(header), rule, *map(line, rows)])


def first_match(pattern, path):
    found = re.search(pattern, Path(path).read_text(), re.MULTILINE)
    return found[1].strip() if found else "unknown"


def machine():
    cores = len(os.sched_getaffinity(0))
    memory = int(first_match(r"^MemTotal:\s*(\d+)", "/proc/meminfo")) / 2**20
    return (f"{first_match(r'^model name.*?:(.*)$', '/proc/cpuinfo')}, {cores} cores, {memory:.0f} GiB, "
            f"Linux {platform.release()}")


def commit():
    git = lambda *words: subprocess.run(["git", *words], cwd=ROOT, capture_output=True, text=True, check=False)
    head = git("rev-parse", "--short=12", "HEAD")
    if head.returncode != 0:
        return "before the first commit"
    changed = git("status", "--porcelain", "--untracked-files=no", "--", "src", "include", "cli", "bench").stdout
    return f"commit {head.stdout.strip()}{' with changes' if changed.strip() else ''}"


def save(name, text):
    """Puts `text` between the marks of the section `name` of the README."""
    begin, end = f"<!-- {name}: begin, made by run.py --save -->", f"<!-- {name}: end -->"
    readme = README.read_text()
    if begin not in readme or end not in readme:
        raise SystemExit(f"{README}: the marks of the section '{name}' are missing")
    before, rest = readme.split(begin, 1)
    after = rest.split(end, 1)[1]
    README.write_text(f"{before}{begin}\n{text}\n{end}{after}")
