#!/usr/bin/python3
"""Holds the README to its example: its first ```cpp block is examples/quickstart.cc without the opening comment.

  tools/readme_example.py [--write]        --write puts the example into the README
"""

import re
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
BLOCK = re.compile(r"(?<=^```cpp\n).*?(?=^```$)", re.DOTALL | re.MULTILINE)


def without_opening_comment(source):
    return re.sub(r"\A(?://[^\n]*\n)+", "", source)


def main(write):
    example = without_opening_comment((ROOT / "examples" / "quickstart.cc").read_text())
    readme = ROOT / "README.md"
    if not readme.exists():
        print("skipped: there is no README.md yet")
        return 77
    text = readme.read_text()
    block = BLOCK.search(text)
    if not block:
        print("README.md has no ```cpp block")
        return 1
    if block[0] == example:
        return 0
    if write:
        readme.write_text(text[: block.start()] + example + text[block.end() :])
        print("README.md now has the example")
        return 0
    print("the first ```cpp block of README.md is not examples/quickstart.cc: tools/readme_example.py --write mends it")
    return 1


if __name__ == "__main__":
    sys.exit(main("--write" in sys.argv[1:]))
