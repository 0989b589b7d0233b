"""Opens what a device stores by docs/at-rest.md alone, with the standard library and an AES-GCM of its own.

`python3 tests/model/atrest.py`: the records that earlier builds wrote, in tests/captured. With `--write`, first writes
the header with a passkey anew, which crate/wallet opens (`vault/header.rs`).
"""

import hashlib
import hmac
import json
import pathlib
import sys

CAPTURED = pathlib.Path(__file__).parent.parent / "captured"
PASSWORD = b"correct horse"


class Refused(Exception):
    """The bytes do not open."""


# --- AES-256-GCM (FIPS 197, NIST SP 800-38D) -------------------------------------------------------------------------


def doubled(byte):
    return (byte << 1) ^ (0x11B if byte & 0x80 else 0)


def substitution():
    """The S-box of FIPS 197, 5.1.1: inverse in the field, then the affine map."""
    powers, logs, value = [], {}, 1
    for power in range(255):
        powers.append(value)
        logs[value] = power
        value ^= doubled(value)
    box = []
    for byte in range(256):
        inverse = powers[-logs[byte] % 255] if byte else 0
        rotated = [((inverse << turn) | (inverse >> (8 - turn))) & 0xFF for turn in range(5)]
        box.append(rotated[0] ^ rotated[1] ^ rotated[2] ^ rotated[3] ^ rotated[4] ^ 0x63)
    return box


BOX = substitution()


def round_keys(key):
    words = [list(key[at : at + 4]) for at in range(0, 32, 4)]
    constant = 1
    for at in range(8, 60):
        word = list(words[-1])
        if at % 8 == 0:
            word = [BOX[byte] for byte in word[1:] + word[:1]]
            word[0] ^= constant
            constant = doubled(constant)
        elif at % 8 == 4:
            word = [BOX[byte] for byte in word]
        words.append([a ^ b for a, b in zip(words[-8], word)])
    return [sum(words[at : at + 4], []) for at in range(0, 60, 4)]


def encrypt_block(keys, block):
    state = [a ^ b for a, b in zip(block, keys[0])]
    for number, key in enumerate(keys[1:], 1):
        state = [BOX[state[(at + 4 * (at % 4)) % 16]] for at in range(16)]
        if number < 14:
            mixed = []
            for column in range(0, 16, 4):
                one = state[column : column + 4]
                for row in range(4):
                    a, b, c, d = (one[(row + step) % 4] for step in range(4))
                    mixed.append(doubled(a) ^ doubled(b) ^ b ^ c ^ d)
            state = mixed
        state = [a ^ b for a, b in zip(state, key)]
    return bytes(state)


def multiply(x, y):
    """In the field of GHASH, whose bits are reflected."""
    product = 0
    for bit in range(127, -1, -1):
        if x >> bit & 1:
            product ^= y
        y = (y >> 1) ^ (0xE1 << 120 if y & 1 else 0)
    return product


def seal_gcm(key, nonce, plain, associated):
    body = stream_gcm(round_keys(key), nonce, plain)
    return body + tag_gcm(round_keys(key), nonce, body, associated)


def open_gcm(key, nonce, sealed, associated):
    keys = round_keys(key)
    body, tag = sealed[:-16], sealed[-16:]
    if not hmac.compare_digest(tag_gcm(keys, nonce, body, associated), tag):
        raise Refused("the tag differs")
    return stream_gcm(keys, nonce, body)


def tag_gcm(keys, nonce, body, associated):
    subkey = int.from_bytes(encrypt_block(keys, bytes(16)))
    padded = lambda text: text + bytes(-len(text) % 16)
    lengths = (8 * len(associated)).to_bytes(8) + (8 * len(body)).to_bytes(8)
    hashed = 0
    for at in range(0, len(text := padded(associated) + padded(body) + lengths), 16):
        hashed = multiply(hashed ^ int.from_bytes(text[at : at + 16]), subkey)
    mask = encrypt_block(keys, nonce + (1).to_bytes(4))
    return (hashed ^ int.from_bytes(mask)).to_bytes(16)


def stream_gcm(keys, nonce, body):
    stream = b"".join(encrypt_block(keys, nonce + (2 + at).to_bytes(4)) for at in range(-(-len(body) // 16)))
    return bytes(a ^ b for a, b in zip(body, stream))


def check_gcm():
    # The Galois/Counter Mode of Operation (McGrew, Viega), appendix B, test case 16.
    key = bytes.fromhex("feffe9928665731c6d6a8f9467308308" * 2)
    sealed = bytes.fromhex(
        "522dc1f099567d07f47f37a32a84427d643a8cdcbfe5c0c97598a2bd2555d1aa8cb08e48590dbb3da7b08b1056828838c5f61e63"
        "93ba7a0abcc9f662" + "76fc6ece0f4e1768cddf8853bb2d551b"
    )
    associated = bytes.fromhex("feedfacedeadbeeffeedfacedeadbeefabaddad2")
    plain = open_gcm(key, bytes.fromhex("cafebabefacedbaddecaf888"), sealed, associated)
    assert plain.hex().startswith("d9313225f88406e5a55909c5aff5269a86a7a9531534f7da"), "AES-256-GCM"


# --- The formats of docs/at-rest.md ----------------------------------------------------------------------------------


def hkdf(salt, material, info):
    """RFC 5869 with SHA-256, 32 bytes: one block."""
    extracted = hmac.digest(salt, material, "sha256")
    return hmac.digest(extracted, info + b"\x01", "sha256")


def header(data):
    """The fields of a header."""
    body, check = data[:-8], data[-8:]
    if hashlib.sha256(body).digest()[:8] != check:
        raise Refused("the check differs")
    number = lambda at: int.from_bytes(body[at : at + 4], "little")
    fields = {
        "version": body[0],
        "salt": body[1:17],
        "cost": (number(17), number(21), number(25)),
        "associated": b"\x01" + body[1:29],
        "nonce": body[29:41],
        "wrapped": body[41:89],
    }
    rest = body[89:]
    if fields["version"] == 2:
        length = int.from_bytes(rest[:2], "little")
        named, rest = rest[: 2 + length + 32], rest[2 + length + 32 :]
        domain = b"symbolon/vault/passkey/1"
        fields["passkey"] = {
            "associated": domain + named,
            "info": domain + named[2:-32],
            "salt": named[-32:],
            "nonce": rest[:12],
            "wrapped": rest[12:60],
        }
        rest = rest[60:]
    if rest or fields["version"] not in (1, 2):
        raise Refused("not a header")
    return fields


def vault_key(fields, stretched):
    return open_gcm(stretched, fields["nonce"], fields["wrapped"], fields["associated"])


def vault_key_by_passkey(slot, output):
    key = hkdf(slot["salt"], output, slot["info"])
    return open_gcm(key, slot["nonce"], slot["wrapped"], slot["associated"])


def record(key, name, data):
    """Binding and content of a sealed record."""
    if data[0] != 1:
        raise Refused("another version")
    name = name.encode()
    associated = b"symbolon/vault/record/1" + len(name).to_bytes(2, "little") + name + data[:80]
    data_key = open_gcm(key, data[80:92], data[92:140], associated)
    binding = {
        "wallet": data[1:33],
        "device": data[33:65],
        "party": int.from_bytes(data[65:67], "little"),
        "scheme": data[67],
        "epoch": int.from_bytes(data[68:72], "little"),
        "counter": int.from_bytes(data[72:80], "little"),
    }
    return binding, open_gcm(data_key, data[140:152], data[152:], associated)


class Postcard:
    """Reads what postcard wrote."""

    def __init__(self, data):
        self.left = data

    def bytes(self, count):
        taken, self.left = self.left[:count], self.left[count:]
        if len(taken) < count:
            raise Refused("too short")
        return taken

    def varint(self):
        value = shift = 0
        while True:
            (byte,) = self.bytes(1)
            value |= (byte & 0x7F) << shift
            shift += 7
            if byte < 0x80:
                return value

    def option(self, read):
        return read() if self.bytes(1) == b"\x01" else None

    def end(self):
        if self.left:
            raise Refused("something is left")


def reach(read):
    """How far a device has come."""
    return {
        "head": (read.varint(), read.bytes(32)),
        "key": read.option(lambda: (read.bytes(32), read.varint())),
        "opening": (read.varint(), read.bytes(8)),
    }


def witness(content):
    """What is remembered of another device, and what it shows instead."""
    read = Postcard(content)
    if read.bytes(1) != b"\x01":
        raise Refused("another version")
    remembered, instead = reach(read), read.option(lambda: reach(read))
    read.end()
    return remembered, instead


def openings(content):
    """Number of the openings of a vault, and the draws of the last ones."""
    read = Postcard(content)
    if read.bytes(1) != b"\x01":
        raise Refused("another version")
    number = read.varint()
    draws = [read.bytes(8) for _ in range(read.varint())]
    read.end()
    return number, draws


# --- What is captured ------------------------------------------------------------------------------------------------


def check_first_build():
    """A 2-of-2 wallet of the build of 22 November 2026. The simulator stretches with SHA-256 in Argon2id's place."""
    stored = json.loads((CAPTURED / "records-1.json").read_text())
    stored = {name: bytes.fromhex(value) for name, value in stored.items()}
    fields = header(stored["vault/header"])
    assert (fields["version"], fields["cost"]) == (1, (65536, 3, 1))
    key = vault_key(fields, hashlib.sha256(fields["salt"] + PASSWORD).digest())
    sealed = [name for name in stored if name.startswith(("device/identity", "key/active/", "peer/", "approval/"))]
    order = 0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEBAAEDCE6AF48A03BBFD25E8CD0364141
    for name in sealed:
        binding, content = record(key, name, stored[name])
        if name.startswith("key/active/"):
            schemes = {"ecdsa-secp256k1": 1, "schnorr-secp256k1": 2, "ed25519": 3}
            assert binding["scheme"] == schemes[name.removeprefix("key/active/")]
            assert (content[0], int.from_bytes(content[1:3])) == (1, binding["party"])
            assert 0 < int.from_bytes(content[3:35]) < order or binding["scheme"] == 3
        other = name + "x"
        for wrong in (lambda: record(key, other, stored[name]), lambda: record(bytes(32), name, stored[name])):
            try:
                wrong()
            except Refused:
                continue
            raise AssertionError(f"{name} opens where it must not")
    assert len(sealed) == 6, sealed
    return len(sealed) + 1


def check_passkey():
    known = json.loads((CAPTURED / "header-2.json").read_text())
    known = {name: bytes.fromhex(value) for name, value in known.items()}
    fields = header(known["header"])
    assert fields["version"] == 2
    assert vault_key(fields, known["stretched"]) == known["vault_key"]
    assert vault_key_by_passkey(fields["passkey"], known["output"]) == known["vault_key"]
    return 2


def check_witness():
    """A browser of the build of 30 November 2026, whose phone was put back to before the second of two signatures."""
    stored = json.loads((CAPTURED / "witness-1.json").read_text())
    stored = {name: bytes.fromhex(value) for name, value in stored.items()}
    fields = header(stored.pop("vault/header"))
    key = vault_key(fields, hashlib.sha256(fields["salt"] + PASSWORD).digest())
    number, draws = openings(record(key, "device/openings", stored.pop("device/openings"))[1])
    assert number == len(draws) == len(set(draws)) == 1, number
    ((name, sealed),) = stored.items()
    remembered, instead = witness(record(key, name, sealed)[1])
    # Two entries for each signature; the same share of the first epoch; opened once more, to be put back.
    assert (remembered["head"][0], instead["head"][0]) == (4, 2)
    assert remembered["key"] == instead["key"] and remembered["key"][1] == 1
    assert (remembered["opening"][0], instead["opening"][0]) == (1, 2)
    return 3


def write_passkey():
    stretched, output, opened = bytes([1]) * 32, bytes([7]) * 32, bytes(range(32))
    front = bytes(range(16)) + b"".join(number.to_bytes(4, "little") for number in (65536, 3, 1))
    nonce = bytes([2]) * 12
    credential, salt = bytes([5]) * 20, bytes([6]) * 32
    named = len(credential).to_bytes(2, "little") + credential + salt
    domain = b"symbolon/vault/passkey/1"
    slot = seal_gcm(hkdf(salt, output, domain + credential), nonce, opened, domain + named)
    body = b"\x02" + front + nonce + seal_gcm(stretched, nonce, opened, b"\x01" + front) + named + nonce + slot
    written = {
        "header": body + hashlib.sha256(body).digest()[:8],
        "stretched": stretched,
        "output": output,
        "vault_key": opened,
    }
    text = json.dumps({name: value.hex() for name, value in written.items()}, indent=2)
    (CAPTURED / "header-2.json").write_text(text + "\n")


if __name__ == "__main__":
    check_gcm()
    if "--write" in sys.argv:
        write_passkey()
    opened = check_first_build() + check_passkey() + check_witness()
    print(f"at rest: {opened} headers and records opened by the documentation alone")
