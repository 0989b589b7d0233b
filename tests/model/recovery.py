"""Opens recovery files with their codes, from docs/recovery.md alone: sections 1, 2, 4, 6 and 7.

`python3 tests/model/recovery.py vectors.json ...`: each holds files with their codes and the shares that come out.
"""

import json
import pathlib
import sys

import curve
import ristretto
from ground import Q, h32, h64, u16, u32

N, UNOPENED = 165, 40
ROUND_2 = u16(4)
MAGIC = b"Symbolon recovery file\n"
ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"


class Refused(Exception):
    """Why a code or a file is refused."""


# --- section 6: codes ---------------------------------------------------------------------------------


def polymod(values):
    generator = (0x3B6A57B2, 0x26508E6D, 0x1EA119FA, 0x3D4233DD, 0x2A1462B3)
    remainder = 1
    for value in values:
        top = remainder >> 25
        remainder = (remainder & 0x1FFFFFF) << 5 ^ value
        for bit in range(5):
            if top >> bit & 1:
                remainder ^= generator[bit]
    return remainder


def read_letters(text):
    text = text.upper().translate(str.maketrans("ILOU", "110V", " -\n\r\t"))
    values = [ALPHABET.index(letter) for letter in text]
    if polymod(values) != 0x2BC830A3:
        raise Refused("typo")
    return values[:-6]


def read_code(text):
    kind, version, *letters = read_letters(text)
    if (kind, version, len(letters)) != (1, 1, 32):
        raise Refused("another kind, version or length")
    number = 0
    for letter in letters:
        number = number << 5 | letter
    return number.to_bytes(20, "big")


def write_code(entropy):
    number = int.from_bytes(entropy, "big")
    values = [1, 1] + [number >> 5 * place & 31 for place in range(31, -1, -1)]
    remainder = polymod(values + [0] * 6) ^ 0x2BC830A3
    values += [remainder >> 5 * place & 31 for place in range(5, -1, -1)]
    letters = "".join(ALPHABET[value] for value in values)
    return "-".join(letters[place : place + 4] for place in range(0, 40, 4))


def code_of_passkey(output):
    """Section 6.4."""
    return write_code(h32("recovery/passkey", output)[:20])


def multiply_32(one, other):
    product = 0
    for bit in range(5):
        if other >> bit & 1:
            product ^= one << bit
    for bit in range(8, 4, -1):
        if product >> bit & 1:
            product ^= 0b100101 << (bit - 5)
    return product


def invert_32(value):
    return next(other for other in range(1, 32) if multiply_32(value, other) == 1)


def join_guardians(texts):
    """Section 8: the letters at zero."""
    parts = []
    for text in texts:
        kind, version, needed, number, *rest = read_letters(text)
        assert (kind, version, len(rest)) == (2, 1, 34) and len(texts) >= needed
        parts.append((number, rest[:2], rest[2:]))
    assert all(part[1] == parts[0][1] for part in parts)
    letters = [0] * 32
    for number, _, values in parts:
        weight = 1
        for other, _, _ in parts:
            if other != number:
                weight = multiply_32(weight, multiply_32(other, invert_32(other ^ number)))
        letters = [total ^ multiply_32(value, weight) for total, value in zip(letters, values)]
    number = 0
    for letter in letters:
        number = number << 5 | letter
    return number.to_bytes(20, "big")


# --- the two groups of the roots --------------------------------------------------------------------------


class Secp256k1:
    order = Q
    byteorder = "big"

    @staticmethod
    def generator_times(scalar):
        return curve.mul_generator(scalar)

    add = staticmethod(curve.add)
    negate = staticmethod(curve.negate)
    encode = staticmethod(curve.compressed)
    decode = staticmethod(curve.from_compressed)


class Ed25519:
    order = ristretto.ORDER
    byteorder = "little"

    @staticmethod
    def generator_times(scalar):
        return ristretto.multiply(scalar, ristretto.BASE)

    add = staticmethod(ristretto.add)
    negate = staticmethod(ristretto.negate)
    encode = staticmethod(ristretto.edwards_encode)
    decode = staticmethod(ristretto.edwards_decode)


SCHEMES = (("ecdsa-secp256k1", Secp256k1), ("schnorr-secp256k1", Secp256k1), ("ed25519", Ed25519))


# --- section 7: files -----------------------------------------------------------------------------------


class Reader:
    """postcard: numbers are varints, seven bits a byte, lowest first."""

    def __init__(self, data):
        self.data, self.at = data, 0

    def take(self, length):
        taken = self.data[self.at : self.at + length]
        if len(taken) != length:
            raise Refused("cut")
        self.at += length
        return taken

    def number(self):
        result, shift = 0, 0
        while True:
            (byte,) = self.take(1)
            result |= (byte & 127) << shift
            shift += 7
            if byte < 128:
                return result

    def run(self):
        return self.take(self.number())

    def many(self, read):
        return [read() for _ in range(self.number())]


def read_file(data):
    if not data.startswith(MAGIC):
        raise Refused("no recovery file")
    if h32("recovery/file", data[:-32]) != data[-32:]:
        raise Refused("altered")
    head = Reader(data[len(MAGIC) :])
    assert head.take(1) == b"\1", "version"
    body = Reader(head.take(int.from_bytes(head.take(4), "big")))
    file = {"created_at_ms": body.number(), "wallet": body.take(32), "epoch": body.number()}
    file["threshold"] = body.number()
    file["parties"] = body.many(lambda: (body.number(), body.take(32)))
    file["roots"] = body.many(
        lambda: {
            "scheme": body.number(),
            "public_key": body.run(),
            "chain_code": body.take(32),
            "verification_shares": body.many(body.run),
        }
    )
    file["party"], file["session"] = body.number(), body.take(32)
    file["parts"] = body.many(
        lambda: {
            "dealer": body.number(),
            "points": body.many(body.run),
            "challenge": body.take(32),
            "seeds": body.run(),
            "ciphertexts": body.run(),
            "responses": body.run(),
        }
    )
    assert body.at == len(body.data), "bytes follow"
    return file


# --- sections 2 and 4: opening, and the proofs ---------------------------------------------------------------


def unopened(challenge):
    """2.7."""
    chosen, block = set(), 0
    while True:
        for byte in h64("seal/unopened", challenge, u32(block)):
            if byte < N:
                chosen.add(byte)
            if len(chosen) == UNOPENED:
                return sorted(chosen)
        block += 1


def chunks(data, size):
    return [data[start : start + size] for start in range(0, len(data), size)]


def context(file, part, key):
    """2.1."""
    fields = [file["session"], u16(part["dealer"]), u16(file["party"]), ROUND_2]
    fields += [file["wallet"], u32(file["epoch"]), key]
    for root, point in zip(file["roots"], part["points"]):
        fields += [SCHEMES[root["scheme"]][0].encode(), point]
    return h32("seal/context", *fields)


def expand(beta, number, place, seed, order, byteorder):
    """2.3."""
    return int.from_bytes(h64("seal/expand", beta, u32(number), u16(place), seed), byteorder) % order


def ephemeral_of(beta, number, seed):
    """2.4."""
    half = expand(beta, number, 0, seed, ristretto.ORDER, "little")
    return half, ristretto.ristretto_encode(ristretto.multiply(2 * half, ristretto.BASE))


def xor(one, other):
    return bytes(a ^ b for a, b in zip(one, other))


def open_part(file, part, key, secret):
    """2.11."""
    beta = context(file, part, key)
    roots = len(file["roots"])
    responses = chunks(chunks(part["responses"], 32), roots)
    for number, pair, response in zip(
        unopened(part["challenge"]), chunks(chunks(part["ciphertexts"], 32), 2), responses
    ):
        ephemeral, masked = pair
        point = ristretto.ristretto_decode(ephemeral)
        if point is None:
            continue
        shared = ristretto.ristretto_encode(ristretto.multiply(secret, point))
        seed = xor(masked, h32("seal/mask", beta, u32(number), ephemeral, shared))
        if ephemeral_of(beta, number, seed)[1] != ephemeral:
            continue
        values = []
        for place, (root, answer, expected) in enumerate(zip(file["roots"], response, part["points"]), 1):
            group = SCHEMES[root["scheme"]][1]
            blind = expand(beta, number, place, seed, group.order, group.byteorder)
            value = (int.from_bytes(answer, group.byteorder) - blind) % group.order
            if group.encode(group.generator_times(value)) == expected:
                values.append(value)
        if len(values) == roots:
            return values
    raise Refused(f"what dealer {part['dealer']} sealed does not open")


def verify_part(file, part, key):
    """2.9 and 2.10."""
    beta = context(file, part, key)
    recovery_point = ristretto.ristretto_decode(key)
    hidden = unopened(part["challenge"])
    seeds = iter(chunks(part["seeds"], 32))
    pairs = iter(chunks(chunks(part["ciphertexts"], 32), 2))
    responses = iter(chunks(chunks(part["responses"], 32), len(file["roots"])))
    fields = [beta]
    for number in range(N):
        if number in hidden:
            ephemeral, masked = next(pairs)
            answers = next(responses)
        else:
            seed = next(seeds)
            half, ephemeral = ephemeral_of(beta, number, seed)
            shared = ristretto.ristretto_encode(ristretto.multiply(2 * half, recovery_point))
            masked = xor(seed, h32("seal/mask", beta, u32(number), ephemeral, shared))
        fields += [ephemeral, masked]
        for place, (root, point) in enumerate(zip(file["roots"], part["points"]), 1):
            group = SCHEMES[root["scheme"]][1]
            if number in hidden:
                answer = int.from_bytes(answers[place - 1], group.byteorder)
                blinded = group.add(group.generator_times(answer), group.negate(group.decode(point)))
            else:
                blinded = group.generator_times(expand(beta, number, place, seed, group.order, group.byteorder))
            fields.append(group.encode(blinded))
    return h32("seal/challenge", *fields) == part["challenge"]


def open_file(data, entropy):
    """4.2: the scalar of each root's share."""
    file = read_file(data)
    secret = int.from_bytes(h64("recovery/key", entropy), "little") % ristretto.ORDER
    key = ristretto.ristretto_encode(ristretto.multiply(secret, ristretto.BASE))
    places = [index for index, _ in file["parties"]]
    if dict(file["parties"])[file["party"]] != key:
        raise Refused("another code")
    totals = [0] * len(file["roots"])
    for part in file["parts"]:
        assert verify_part(file, part, key), f"the proof of dealer {part['dealer']}"
        values = open_part(file, part, key, secret)
        totals = [total + value for total, value in zip(totals, values)]
    shares = []
    for root, total in zip(file["roots"], totals):
        name, group = SCHEMES[root["scheme"]]
        share = total % group.order
        assert group.encode(group.generator_times(share)) == root["verification_shares"][places.index(file["party"])]
        shares.append({"scheme": name, "share": share.to_bytes(32, group.byteorder).hex()})
    return file, shares


# --- checks ---------------------------------------------------------------------------------------------


def check_standards():
    """RFC 9496, appendix A.1: B and 15 B; A.3: a negative encoding."""
    vectors = {
        1: "e2f2ae0a6abc4e71a884a961c500515f58e30b6aa582dd8db6a65945e08d2d76",
        15: "e0c418f7c8d9c4cdd7395b93ea124f3ad99021bb681dfc3302a9d99a2e53e64e",
    }
    for factor, expected in vectors.items():
        point = ristretto.multiply(factor, ristretto.BASE)
        assert ristretto.ristretto_encode(point).hex() == expected
        assert ristretto.ristretto_encode(ristretto.ristretto_decode(bytes.fromhex(expected))).hex() == expected
    assert ristretto.ristretto_decode(bytes.fromhex("01" + "00" * 31)) is None


def is_refused(attempt):
    try:
        attempt()
    except Refused:
        return True
    return False


def check(vector):
    data = bytes.fromhex(vector["file"])
    entropy = read_code(vector["code"])
    file, shares = open_file(data, entropy)
    assert shares == vector["shares"], f"{vector['name']}: {shares}"
    assert (file["wallet"].hex(), file["epoch"], file["party"]) == (
        vector["wallet"],
        vector["epoch"],
        vector["party"],
    )
    assert join_guardians(vector["guardians"]) == entropy
    assert is_refused(lambda: open_file(data, bytes(20)))
    altered = bytearray(data)
    altered[len(data) // 2] ^= 1
    assert is_refused(lambda: open_file(bytes(altered), entropy))
    letters = vector["code"].replace("-", "")
    for place in range(len(letters) - 1):
        if letters[place] != letters[place + 1]:
            swapped = letters[:place] + letters[place + 1] + letters[place] + letters[place + 2 :]
            assert is_refused(lambda: read_code(swapped))
    print(f"{vector['name']}: {len(shares)} shares opened, {len(file['parts'])} proofs checked, {len(data)} bytes")


def check_passkey():
    """The code that crate/wallet/src/backup/code.rs pins."""
    expected = "118B-9MNC-5NZD-KB2V-F3QP-C39Q-EGC0-ZE5F-HG3K-2JQA"
    assert code_of_passkey(bytes([7] * 32)) == expected, code_of_passkey(bytes([7] * 32))
    assert read_code(expected) == h32("recovery/passkey", bytes([7] * 32))[:20]


def main(paths):
    check_standards()
    check_passkey()
    count = 0
    for path in paths:
        for vector in json.loads(pathlib.Path(path).read_text()):
            check(vector)
            count += 1
    if count == 0:
        sys.exit("no recovery file was given")


if __name__ == "__main__":
    main(sys.argv[1:])
