"""The model against what others published, and the counting arguments of docs/ecdsa.md 10.2 and 10.4."""

import math

from curve import G, P, Table, add, compressed, coordinates, from_compressed, hash_to_curve, mul
from ground import MODULUS, Q, Stream, bits, chacha_block, dot, varint
from multiply import XI
from signing import derive, lagrange, verify
from transfer import LAMBDA


def check_chacha():
    """RFC 8439, section 2.3.2."""
    key = bytes(range(32))
    nonce = bytes.fromhex("000000090000004a00000000")
    expected = (
        "10f1e7e4d13b5915500fdd1fa32071c4c7d1f4c733c068030422aa9ac3d46c4e"
        "d2826446079faa0914c2d705d98b02a2b5129cd1de164eb9cbd083e8a2503c4e"
    )
    assert chacha_block(key, 1, nonce).hex() == expected
    # Appendix A.1, test vector 1: the stream of the zero key.
    expected = "76b8e0ada0f13d90405d6ae55386bd28bdd219b8a08ded1aa836efcc8b770dc7"
    stream = Stream(bytes(32))
    assert (stream.take(5) + stream.take(27)).hex() == expected


def element(text):
    return int.from_bytes(bytes.fromhex(text), "little")


def check_field():
    """RFC 8452: the example of section 3 and POLYVAL of appendix A."""
    a, b = element("66e94bd4ef8a2c3b884cfa59ca342b2e"), element("ff000000000000000000000000000000")
    assert a ^ b == element("99e94bd4ef8a2c3b884cfa59ca342b2e")
    assert dot(a, b) == element("ebe563401e7e91ea3ad6426b8140c394")
    key = element("25629347589242761d31f826ba4b757b")
    first, second = element("4f4f95668c83dfb6401762bb2d01a262"), element("d1a24ddd2721d006bbe45f20d3c9f362")
    assert dot(dot(first, key) ^ second, key) == element("f7a3b47b846119fae5b7866cf5e5b77e")
    # x^128 is the one of this multiplication.
    assert dot(a, MODULUS ^ 1 << 128) == a


def check_hash_to_curve():
    """RFC 9380, appendix J.8.1."""
    domain = b"QUUX-V01-CS02-with-secp256k1_XMD:SHA-256_SSWU_RO_"
    cases = (
        (b"", "c1cae290e291aee617ebaef1be6d73861479c48b841eaba9b7b5852ddfeb1346",
         "64fa678e07ae116126f08b022a94af6de15985c996c3a91b64c406a960e51067"),
        (b"abc", "3377e01eab42db296b512293120c6cee72b6ecf9f9205760bd9ff11fb3cb2c4b",
         "7f95890f33efebd1044d382a01b1bee0900fb6116f94688d487c6c7b9c8371f6"),
        (b"abcdef0123456789", "bac54083f293f1fe08e4a70137260aa90783a5cb84d3f35848b324d0674b0e3a",
         "4436476085d4c3c4508b60fcf4389c40176adce756b398bdee27bca19758d828"),
        (b"q128_" + b"q" * 128, "e2167bc785333a37aa562f021f1e881defb853839babf52a7f72b102e41890e9",
         "f2401dd95cc35867ffed4f367cd564763719fbc6a53e969fb8496a1e6685d873"),
        (b"a512_" + b"a" * 512, "e3c8d35aaaf0b9b647e88a0a0a7ee5d5bed5ad38238152e4e6fd8c1f8cb7c998",
         "8446eeb6181bf12f56a9d24e262221cc2f0c4725c7e3803024b5888ee5823aa6"),
    )
    for message, x, y in cases:
        assert coordinates(hash_to_curve(domain, message)).hex() == x + y


def check_curve():
    """The group's order; one multiplication by three ways; a point of SEC 2's generator in both encodings."""
    assert mul(Q - 1, G) == (G[0], P - G[1]) and mul(Q, G) is None
    assert add(mul(Q - 1, G), G) is None
    point = mul(12345, G)
    assert Table(point).mul(0xFEDCBA9876543210 << 100) == mul(12345 * (0xFEDCBA9876543210 << 100), G)
    assert mul(67890, point) == mul(12345 * 67890, G)
    assert from_compressed(compressed(point)) == point
    # 2.G, a published point.
    assert mul(2, G)[0] == 0xC6047F9441ED7D6D3045406E95C07CD85C778E4B8CEF3CA7ABAC09B95C709EE5


def check_derivation():
    """BIP-32, test vector 2: the first step, M/0, from the master public key."""
    master = bytes.fromhex("03cbcaa9c98c877a26977d00825c956a238e8dddfbd322cce4f74b0b5bd6ace4a7")
    chain_code = bytes.fromhex("60499f801b896d83179a4374aeb7822aaeaceaa0db1f85ee3e904c4defbd9689")
    child, tweak = derive(from_compressed(master), chain_code, (0,))
    assert compressed(child).hex() == "02fc9e5af0ac8d9b3cecfe2a888e2117ba3d089d8585886c9c826b6b22a98d12ea"
    assert add(from_compressed(master), mul(tweak, G)) == child


def check_signatures():
    """A signature made by the textbook verifies, and no other s does but its negative."""
    secret, nonce, digest = 0x1234567, 0x89ABCDEF, bytes(range(32))
    r = mul(nonce, G)[0] % Q
    s = pow(nonce, -1, Q) * (int.from_bytes(digest, "big") + r * secret) % Q
    assert verify(mul(secret, G), digest, r, s) and verify(mul(secret, G), digest, r, Q - s)
    assert not verify(mul(secret, G), digest, r, s + 1)
    assert sum(lagrange((1, 3, 7), i) * (5 + 6 * i + 7 * i * i) for i in (1, 3, 7)) % Q == 5


def check_encodings():
    assert varint(0) == b"\0" and varint(127) == b"\x7f" and varint(300) == b"\xac\x02"
    assert bits(b"\x02\x80") == [0, 1] + [0] * 13 + [1]


def check_halves():
    """docs/ecdsa.md 10.2: b1 + LAMBDA * b2 is different for all pairs of odd 128-bit halves."""
    assert (LAMBDA * LAMBDA + LAMBDA + 1) % Q == 0
    # A reduced basis of the lattice of (x, y) with x + LAMBDA * y = 0 (Lagrange's algorithm).
    first, second = (Q, 0), (-LAMBDA % Q, 1)
    while True:
        product = first[0] * second[0] + first[1] * second[1]
        square = second[0] ** 2 + second[1] ** 2
        factor = (2 * product + square) // (2 * square)
        first, second = second, (first[0] - factor * second[0], first[1] - factor * second[1])
        if second[0] ** 2 + second[1] ** 2 >= square:
            break
    assert abs(first[0] * second[1] - first[1] * second[0]) == Q
    assert all((x + LAMBDA * y) % Q == 0 for x, y in (first, second))
    # q is odd, so the lattice has vectors of every parity and those with both coordinates even are its doubles.
    # Coordinates of v below 2^127 bound its coefficients by Cramer's rule.
    half = 1 << 127
    limits = [half * (abs(v[0]) + abs(v[1])) // Q + 1 for v in (second, first)]
    short = [
        (i, j)
        for i in range(-limits[0], limits[0] + 1)
        for j in range(-limits[1], limits[1] + 1)
        if all(abs(i * first[k] + j * second[k]) < half for k in (0, 1))
    ]
    assert short == [(0, 0)], short


def check_gadget():
    """docs/ecdsa.md 10.4: the mean of max(cos^2, 1/4), the bound that follows, and that it holds for small q."""
    steps = 20000
    mean = sum(max(math.cos(math.pi * (x + 0.5) / steps) ** 2, 0.25) for x in range(steps)) / steps
    exact = 1 / 12 + 1 / 3 + math.sqrt(3) / (4 * math.pi)
    assert abs(mean - exact) < 1e-6 and -0.8508 < math.log2(exact) < -0.8507

    def log_bound(transfers):
        return (256 + transfers * math.log2(exact)) / 2 - 1

    assert -50 < log_bound(416) < -49.9
    assert min(xi for xi in range(416, 600) if log_bound(xi) <= -80) == 487 <= XI
    assert -80.6 < log_bound(XI) < -80.5

    # All sets of rows of a small gadget: the worst of 2^-d times the distance, in the quadratic mean over gadgets.
    small_q, rows, gadgets = 31, 8, 40
    draws, total = Stream(bytes(32)), 0
    for _ in range(gadgets):
        g = [draws.scalar() % small_q for _ in range(rows)]
        total += max(distance(g, small_q, chosen) / 2 ** bin(chosen).count("1") for chosen in range(1 << rows)) ** 2
    assert math.sqrt(total / gadgets) < math.sqrt(small_q * exact**rows) / 2


def distance(g, modulus, excluded):
    """How far the subset sums of the other rows are from uniform."""
    chances = [1.0] + [0.0] * (modulus - 1)
    for place, value in enumerate(g):
        if not excluded >> place & 1:
            chances = [(chances[y] + chances[(y - value) % modulus]) / 2 for y in range(modulus)]
    return sum(abs(chance - 1 / modulus) for chance in chances) / 2


CHECKS = (
    check_chacha, check_field, check_hash_to_curve, check_curve, check_derivation, check_signatures,
    check_encodings, check_halves, check_gadget,
)
