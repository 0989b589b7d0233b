"""Checks the model against published vectors, then known answers that were written by another implementation.

`python3 tests/model/check.py [directory ...]`: every .json in the directories; without one, those that the
model itself wrote, so that the files and the model cannot drift apart.
"""

import json
import pathlib
import sys

from cases import LAYERS
from make import VECTORS
from standards import CHECKS


def differences(expected, actual, path):
    """Where two JSON values differ."""
    if isinstance(expected, dict) and isinstance(actual, dict) and expected.keys() == actual.keys():
        for name in expected:
            yield from differences(expected[name], actual[name], f"{path}.{name}")
    elif isinstance(expected, list) and isinstance(actual, list) and len(expected) == len(actual):
        for place, pair in enumerate(zip(expected, actual)):
            yield from differences(*pair, f"{path}[{place}]")
    elif expected != actual:
        yield f"{path}: written {expected}, the model gives {actual}"


def values(answers):
    """How many values are compared."""
    if isinstance(answers, dict):
        return sum(map(values, answers.values()))
    return sum(map(values, answers)) if isinstance(answers, list) else 1


def main(directories):
    for check in CHECKS:
        check()
    print(f"published vectors: {len(CHECKS)} checks passed")
    failed = False
    for directory in directories:
        files = sorted(pathlib.Path(directory).glob("*.json"))
        if {file.stem for file in files} != set(LAYERS):
            sys.exit(f"{directory}: expected one file for each of {', '.join(LAYERS)}")
        for file in files:
            content = json.loads(file.read_text())
            count = 0
            for number, case in enumerate(content["cases"]):
                answers = LAYERS[content["layer"]](case["inputs"])
                for line in differences(case["outputs"], answers, f"{file}: case {number}"):
                    print(line)
                    failed = True
                count += values(case["outputs"])
            print(f"{file}: {len(content['cases'])} cases, {count} values compared")
            if count == 0:
                sys.exit(f"{file} holds nothing")
    sys.exit("the model and the files differ" if failed else 0)


if __name__ == "__main__":
    main(sys.argv[1:] or [VECTORS])
