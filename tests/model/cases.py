"""Known answers: from what goes into a layer to what comes out of it, both as JSON (bytes in hex)."""

import hashlib

from curve import mul, G, compressed
from ground import Stream, scalar_bytes
from multiply import Alice, Bob, zero_commitment, zero_seed, zero_shares
from signing import Key, ceremony
from transfer import BaseReceiver, BaseSender, extension_receive, extension_send


def long(data):
    """What is too long to print: its length, its beginning, and the SHA-256 of all of it."""
    return {"length": len(data), "head": data[:32].hex(), "sha256": hashlib.sha256(data).hexdigest()}


def place(inputs):
    return bytes.fromhex(inputs["session"]), inputs["sender"], inputs["receiver"]


def stream(text):
    return Stream(bytes.fromhex(text))


def base_run(inputs):
    sender = BaseSender(place(inputs), stream(inputs["sender_draws"]))
    receiver = BaseReceiver(place(inputs), stream(inputs["receiver_draws"]))
    return sender, receiver, sender.keys(receiver.points), receiver.keys(sender.message)


def base(inputs):
    sender, receiver, both, chosen = base_run(inputs)
    for index, choice in enumerate(receiver.choices):
        assert both[index][choice] == chosen[index] != both[index][1 - choice]
    return {
        "sender_message": sender.message.hex(),
        "receiver_message": long(receiver.points),
        "choices": receiver.delta.hex(),
        "sender_keys": long(b"".join(key for pair in both for key in pair)),
        "receiver_keys": long(b"".join(chosen)),
    }


def pads_bytes(pads):
    return b"".join(scalar_bytes(scalar) for pad in pads for scalar in pad)


def message_answers(message):
    return {"u": long(message["u"]), "x": message["x"].hex(), "t": message["t"].hex()}


def extension(inputs):
    _, receiver, both, chosen = base_run(inputs["base"])
    beta = bytes.fromhex(inputs["choices"])
    message, pads = extension_receive(place(inputs), both, beta, stream(inputs["draws"]))
    zero, one = extension_send(place(inputs), chosen, receiver.delta, len(beta), message)
    for j, pad in enumerate(pads):
        assert pad == (one if beta[j // 8] >> j % 8 & 1 else zero)[j]
    return {
        **message_answers(message),
        "chosen_pads": long(pads_bytes(pads)),
        "zero_pads": long(pads_bytes(zero)),
        "one_pads": long(pads_bytes(one)),
    }


def multiplication(inputs):
    _, receiver, both, chosen = base_run(inputs["base"])
    values = [tuple(int(a, 16) for a in pair) for pair in inputs["inputs"]]
    bob = Bob(place(inputs), both, len(values), stream(inputs["bob_draws"]))
    alice = Alice(place(inputs), chosen, receiver.delta, len(values), bob.message)
    draws = stream(inputs["alice_draws"])
    items = []
    for item, pair in enumerate(values):
        c, answer = alice.multiply(item, pair, draws)
        b, d = bob.b(item), bob.finish(item, answer)
        for k in (0, 1):
            assert mul(c[k] + d[k], G) == mul(pair[k] * b, G)
        items.append({
            "masked": long(answer["masked"]),
            "eta": answer["eta"].hex(),
            "mu": answer["mu"].hex(),
            "b": scalar_bytes(b).hex(),
            "c": [scalar_bytes(share).hex() for share in c],
            "d": [scalar_bytes(share).hex() for share in d],
        })
    return {**message_answers(bob.message), "items": items}


def zero(inputs):
    session, later = bytes.fromhex(inputs["session"]), bytes.fromhex(inputs["later_session"])
    first, second = inputs["parties"]
    parts = {index: bytes.fromhex(part) for index, part in zip(inputs["parties"], inputs["parts"])}
    seed = zero_seed(session, parts)
    return {
        "commitments": [
            zero_commitment(session, first, second, parts[first]).hex(),
            zero_commitment(session, second, first, parts[second]).hex(),
        ],
        "shares": [
            [scalar_bytes(share).hex() for share in zero_shares(later, seed, me, peer, inputs["count"])]
            for me, peer in ((first, second), (second, first))
        ],
    }


def signing(inputs):
    key = Key(
        bytes.fromhex(inputs["wallet"]),
        inputs["epoch"],
        {index + 1: bytes.fromhex(device) for index, device in enumerate(inputs["devices"])},
        [int(coefficient, 16) for coefficient in inputs["polynomial"]],
        bytes.fromhex(inputs["chain_code"]),
    )
    held, runs = {}, []
    for run in inputs["runs"]:
        plan = {
            "ceremony": bytes.fromhex(run["ceremony"]),
            "signers": run["signers"],
            "intent": bytes.fromhex(run["intent"]),
            "items": [(item["path"], bytes.fromhex(item["digest"])) for item in run["items"]],
        }
        session, frames, signatures = ceremony(key, plan, held, run["seed"])
        runs.append({
            "session": session[:16].hex(),
            "frames": [
                {"step": step, "from": sender, "to": receiver, **long(frames[step, sender, receiver])}
                for step, sender, receiver in sorted(frames)
            ],
            "signatures": [
                {"r": scalar_bytes(r).hex(), "s": scalar_bytes(s).hex(), "recovery_id": v} for r, s, v in signatures
            ],
        })
    return {"public_key": compressed(key.public_key).hex(), "runs": runs}


LAYERS = {
    "base": base,
    "extension": extension,
    "multiplication": multiplication,
    "zero": zero,
    "signing": signing,
}
