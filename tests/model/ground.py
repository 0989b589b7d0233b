"""Hashes, streams, encodings and GF(2^128): docs/ecdsa.md, section 1."""

import hashlib
import struct

Q = 0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEBAAEDCE6AF48A03BBFD25E8CD0364141

# --- hashes ---------------------------------------------------------------------------------------


def u16(number):
    return struct.pack(">H", number)


def u32(number):
    return struct.pack(">I", number)


def u64(number):
    return struct.pack(">Q", number)


def field(data):
    return u64(len(data)) + data


def h64(tag, *fields):
    """1.7: H64(tag; fields)."""
    parts = [("symbolon/" + tag).encode(), u16(1), *fields]
    return hashlib.sha512(b"".join(field(part) for part in parts)).digest()


def h32(tag, *fields):
    return h64(tag, *fields)[:32]


def bound(session, sender, receiver):
    """The leading fields of H[session, sender -> receiver]."""
    return (session, u16(sender), u16(receiver), u16(0))


def aligned(tag, place, data):
    """1.12: HA."""
    before = [("symbolon/" + tag).encode(), u16(1), *bound(*place)]
    used = len(b"".join(field(part) for part in before)) + 8
    return h32(tag, *bound(*place), bytes(-used % 128), data)


# --- ChaCha20, RFC 8439 -----------------------------------------------------------------------------

WORD = 0xFFFFFFFF


def quarter(x, a, b, c, d):
    """RFC 8439, section 2.1."""
    x[a] = (x[a] + x[b]) & WORD
    t = x[d] ^ x[a]
    x[d] = (t << 16 | t >> 16) & WORD
    x[c] = (x[c] + x[d]) & WORD
    t = x[b] ^ x[c]
    x[b] = (t << 12 | t >> 20) & WORD
    x[a] = (x[a] + x[b]) & WORD
    t = x[d] ^ x[a]
    x[d] = (t << 8 | t >> 24) & WORD
    x[c] = (x[c] + x[d]) & WORD
    t = x[b] ^ x[c]
    x[b] = (t << 7 | t >> 25) & WORD


def chacha_block(key, counter, nonce=bytes(12)):
    """RFC 8439, section 2.3."""
    start = [
        0x61707865, 0x3320646E, 0x79622D32, 0x6B206574,
        *struct.unpack("<8I", key), counter, *struct.unpack("<3I", nonce),
    ]
    x = list(start)
    for _ in range(10):
        quarter(x, 0, 4, 8, 12)
        quarter(x, 1, 5, 9, 13)
        quarter(x, 2, 6, 10, 14)
        quarter(x, 3, 7, 11, 15)
        quarter(x, 0, 5, 10, 15)
        quarter(x, 1, 6, 11, 12)
        quarter(x, 2, 7, 8, 13)
        quarter(x, 3, 4, 9, 14)
    return struct.pack("<16I", *((a + b) & WORD for a, b in zip(x, start)))


class Stream:
    """1.8: a key stream, read piece by piece. Also the draws of section 11."""

    def __init__(self, key):
        assert len(key) == 32
        self.key, self.counter, self.rest = key, 0, b""

    def take(self, length):
        blocks = [self.rest]
        have = len(self.rest)
        while have < length:
            blocks.append(chacha_block(self.key, self.counter))
            self.counter += 1
            have += 64
        data = b"".join(blocks)
        self.rest = data[length:]
        return data[:length]

    def scalar(self):
        return int.from_bytes(self.take(32), "big") % Q

    def nonzero(self):
        while True:
            number = self.scalar()
            if number:
                return number


def stream_scalars(key, count):
    stream = Stream(key)
    return [stream.scalar() for _ in range(count)]


def scalar_bytes(number):
    return number.to_bytes(32, "big")


# --- bits -------------------------------------------------------------------------------------------


def bits(data):
    """1.6: bit i is bit i mod 8 of byte i // 8, that is: bit i of the little-endian number."""
    number = int.from_bytes(data, "little")
    return [number >> place & 1 for place in range(8 * len(data))]


# --- GF(2^128), RFC 8452 ------------------------------------------------------------------------------

MODULUS = 1 << 128 | 1 << 127 | 1 << 126 | 1 << 121 | 1


def dot(a, b):
    """1.9: a * b * x^-128. Every step adds a * (coefficient of b) and divides by x."""
    sum_ = 0
    for place in range(128):
        if b >> place & 1:
            sum_ ^= a
        # Divide by x: the modulus has constant term 1, so adding it makes the number even.
        if sum_ & 1:
            sum_ ^= MODULUS
        sum_ >>= 1
    return sum_


# --- postcard ---------------------------------------------------------------------------------------


def varint(number):
    out = bytearray()
    while number >= 0x80:
        out.append(number & 0x7F | 0x80)
        number >>= 7
    out.append(number)
    return bytes(out)


def run(data):
    """A byte string: its length, then the bytes."""
    return varint(len(data)) + data


def listed(items):
    return varint(len(items)) + b"".join(items)


def option(data):
    return b"\0" if data is None else b"\1" + data
