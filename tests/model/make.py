"""Writes the model's known answers for the Rust to reproduce: `python3 tests/model/make.py [directory]`."""

import hashlib
import json
import pathlib
import sys

from cases import LAYERS
from ground import Q

HERE = pathlib.Path(__file__).resolve().parent
VECTORS = HERE.parents[1] / "crate" / "ecdsa" / "tests" / "vectors"


def seed(*names):
    """32 bytes that depend on the names alone."""
    return hashlib.sha256("/".join(map(str, ("symbolon known answers", *names))).encode()).hexdigest()


def direction(name, sender, receiver):
    return {"session": seed(name, "session"), "sender": sender, "receiver": receiver}


def base_inputs(name, sender, receiver):
    return {
        **direction(name, sender, receiver),
        "sender_draws": seed(name, "sender"),
        "receiver_draws": seed(name, "receiver"),
    }


def scalar(*names):
    return f"{int(seed(*names), 16) % Q:064x}"


def extension_inputs(name, sender, receiver, choices):
    """The base transfers go the other way."""
    return {
        "base": base_inputs(name + "/base", receiver, sender),
        **direction(name, sender, receiver),
        "choices": choices,
        "draws": seed(name, "draws"),
    }


def choices(name, length):
    return "".join(seed(name, place) for place in range(length // 32 + 1))[: 2 * length]


def multiplication_inputs(name, sender, receiver, values):
    return {
        "base": base_inputs(name + "/base", receiver, sender),
        **direction(name, sender, receiver),
        "bob_draws": seed(name, "bob"),
        "alice_draws": seed(name, "alice"),
        "inputs": values,
    }


def zero_inputs(name, parties, count):
    return {
        "session": seed(name, "session"),
        "later_session": seed(name, "later"),
        "parties": parties,
        "parts": [seed(name, party) for party in parties],
        "count": count,
    }


def run_inputs(name, signers, paths, number):
    return {
        "signers": signers,
        "ceremony": seed(name, "ceremony", number),
        "intent": seed(name, "intent", number),
        "items": [
            {"path": path, "digest": seed(name, "digest", number, place)} for place, path in enumerate(paths)
        ],
        "seed": number,
    }


def signing_inputs(name, threshold, parties, runs):
    return {
        "wallet": seed(name, "wallet"),
        "epoch": 1,
        "devices": [seed(name, "device", index) for index in range(1, parties + 1)],
        "polynomial": [scalar(name, "coefficient", power) for power in range(threshold)],
        "chain_code": seed(name, "chain code"),
        "runs": [run_inputs(name, signers, paths, number) for number, (signers, paths) in enumerate(runs, 1)],
    }


ETHEREUM = [44, 60, 0, 0, 0]
INPUTS = {
    "base": [base_inputs("base/1", 1, 2), base_inputs("base/2", 0x0203, 1)],
    "extension": [
        extension_inputs("extension/1", 1, 3, choices("one item", 61)),
        # A last block of one byte; all choices alike.
        extension_inputs("extension/2", 2, 1, "00" * 16 + "ff" * 17),
    ],
    "multiplication": [
        multiplication_inputs("multiplication/1", 1, 2, [[scalar("a"), scalar("b")]]),
        multiplication_inputs(
            "multiplication/2", 7, 3,
            [["0" * 64, "0" * 63 + "1"], [f"{Q - 1:064x}", scalar("c")], [scalar("d"), scalar("e")]],
        ),
    ],
    "zero": [zero_inputs("zero/1", [1, 2], 3), zero_inputs("zero/2", [300, 4], 1)],
    "signing": [
        # With set-up; without; and with another peer, whose party knows of no set-up.
        signing_inputs(
            "signing/1", 2, 3,
            [([1, 3], [ETHEREUM, []]), ([1, 3], [[2**31 - 1]]), ([2, 1], [ETHEREUM])],
        ),
        # Three signers: echoes, and a set-up round that is held although nothing is set up.
        signing_inputs("signing/2", 3, 4, [([1, 2, 4], [ETHEREUM]), ([1, 2, 4], [[]])]),
    ],
}


def main(directory):
    directory.mkdir(parents=True, exist_ok=True)
    for layer, answers in LAYERS.items():
        cases = [{"inputs": inputs, "outputs": answers(inputs)} for inputs in INPUTS[layer]]
        text = json.dumps({"layer": layer, "cases": cases}, indent=1) + "\n"
        (directory / f"{layer}.json").write_text(text)
        print(f"{layer}: {len(cases)} cases")


if __name__ == "__main__":
    main(pathlib.Path(sys.argv[1]) if len(sys.argv) > 1 else VECTORS)
