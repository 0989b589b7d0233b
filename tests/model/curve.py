"""secp256k1 and hashing to it: docs/ecdsa.md 1.1 to 1.4 and 1.10."""

import hashlib

from ground import Q

P = 2**256 - 2**32 - 977
G = (
    0x79BE667EF9DCBBAC55A06295CE870B07029BFCDB2DCE28D959F2815B16F81798,
    0x483ADA7726A3C4655DA4FBFC0E1108A8FD17B448A68554199C47D08FFB10D4B8,
)

# A point is (x, y), or None for the identity; inside a multiplication it is (X, Y, Z) with x = X / Z^2.


def add(first, second):
    if first is None:
        return second
    if second is None:
        return first
    (x1, y1), (x2, y2) = first, second
    if x1 == x2:
        if (y1 + y2) % P == 0:
            return None
        slope = 3 * x1 * x1 * pow(2 * y1, -1, P)
    else:
        slope = (y2 - y1) * pow(x2 - x1, -1, P)
    x = (slope * slope - x1 - x2) % P
    return x, (slope * (x1 - x) - y1) % P


def negate(point):
    return None if point is None else (point[0], -point[1] % P)


def subtract(first, second):
    return add(first, negate(second))


def double_jacobian(point):
    x, y, z = point
    s = y * y % P
    m = 3 * x * x % P
    t = 4 * x * s % P
    x3 = (m * m - 2 * t) % P
    return x3, (m * (t - x3) - 8 * s * s) % P, 2 * y * z % P


def add_affine(point, affine):
    """Jacobian plus affine; the two are neither equal nor negatives, or `point` is the identity (None)."""
    if point is None:
        return affine[0], affine[1], 1
    x1, y1, z1 = point
    zz = z1 * z1 % P
    h = (affine[0] * zz - x1) % P
    r = (affine[1] * zz * z1 - y1) % P
    if h == 0:
        total = add(to_affine(point), affine)
        return None if total is None else (total[0], total[1], 1)
    hh = h * h % P
    v = x1 * hh % P
    x3 = (r * r - h * hh - 2 * v) % P
    return x3, (r * (v - x3) - y1 * h * hh) % P, z1 * h % P


def to_affine(point):
    if point is None or point[2] == 0:
        return None
    inverse = pow(point[2], -1, P)
    return point[0] * inverse * inverse % P, point[1] * inverse * inverse * inverse % P


def mul(scalar, point):
    """Plain double-and-add, highest bit first."""
    scalar %= Q
    if point == G:
        return mul_generator(scalar)
    if point is None or scalar == 0:
        return None
    result = None
    for place in range(scalar.bit_length() - 1, -1, -1):
        if result is not None:
            result = double_jacobian(result)
        if scalar >> place & 1:
            result = add_affine(result, point)
    return to_affine(result)


class Table:
    """All multiples d * 16^i of a point, d < 16: to multiply one point often."""

    def __init__(self, point):
        self.rows = []
        for _ in range(64):
            row = [None, point]
            for _ in range(14):
                row.append(add(row[-1], point))
            self.rows.append(row)
            point = add(row[15], point)

    def mul(self, scalar):
        scalar %= Q
        result = None
        for row in self.rows:
            scalar, digit = divmod(scalar, 16)
            if digit:
                result = add_affine(result, row[digit])
        return to_affine(result)


GENERATOR_TABLE = None


def mul_generator(scalar):
    global GENERATOR_TABLE
    if GENERATOR_TABLE is None:
        GENERATOR_TABLE = Table(G)
    return GENERATOR_TABLE.mul(scalar)


def is_on_curve(x, y):
    return 0 <= x < P and 0 <= y < P and (y * y - x * x * x - 7) % P == 0


def compressed(point):
    return bytes([2 + point[1] % 2]) + point[0].to_bytes(32, "big")


def from_compressed(data):
    assert len(data) == 33 and data[0] in (2, 3)
    x = int.from_bytes(data[1:], "big")
    y = pow(x * x * x + 7, (P + 1) // 4, P)
    assert is_on_curve(x, y)
    return x, y if y % 2 == data[0] % 2 else P - y


def coordinates(point):
    return point[0].to_bytes(32, "big") + point[1].to_bytes(32, "big")


def from_coordinates(data):
    point = int.from_bytes(data[:32], "big"), int.from_bytes(data[32:], "big")
    assert len(data) == 64 and is_on_curve(*point)
    return point


# --- RFC 9380, secp256k1_XMD:SHA-256_SSWU_RO_ -----------------------------------------------------------

# Section 8.7: the isogenous curve y^2 = x^3 + A' x + B', and Z.
A_ISO = 0x3F8731ABDD661ADCA08A5558F0F5D272E953D363CB6F0E5D405447C01A444533
B_ISO = 1771
Z = P - 11
# Appendix E.1: coefficients of the 3-isogeny, k_(i,0) first.
X_NUM = (
    0x8E38E38E38E38E38E38E38E38E38E38E38E38E38E38E38E38E38E38DAAAAA8C7,
    0x07D3D4C80BC321D5B9F315CEA7FD44C5D595D2FC0BF63B92DFFF1044F17C6581,
    0x534C328D23F234E6E2A413DECA25CAECE4506144037C40314ECBD0B53D9DD262,
    0x8E38E38E38E38E38E38E38E38E38E38E38E38E38E38E38E38E38E38DAAAAA88C,
)
X_DEN = (
    0xD35771193D94918A9CA34CCBB7B640DD86CD409542F8487D9FE6B745781EB49B,
    0xEDADC6F64383DC1DF7C4B2D51B54225406D36B641F5E41BBC52A56612A8C6D14,
    1,
)
Y_NUM = (
    0x4BDA12F684BDA12F684BDA12F684BDA12F684BDA12F684BDA12F684B8E38E23C,
    0xC75E0C32D5CB7C0FA9D0A54B12A0A6D5647AB046D686DA6FDFFC90FC201D71A3,
    0x29A6194691F91A73715209EF6512E576722830A201BE2018A765E85A9ECEE931,
    0x2F684BDA12F684BDA12F684BDA12F684BDA12F684BDA12F684BDA12F38E38D84,
)
Y_DEN = (
    0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEFFFFF93B,
    0x7A06534BB8BDB49FD5E9E6632722C2989467C1BFC8E8D978DFB425D2685C2573,
    0x6484AA716545CA2CF3A70C3FA8FE337E0A3D21162F0D6299A7BF8192BFD2A76F,
    1,
)


def expand_message_xmd(message, domain, length):
    """Section 5.3.1 with SHA-256."""
    domain = domain + bytes([len(domain)])
    first = hashlib.sha256(bytes(64) + message + length.to_bytes(2, "big") + b"\0" + domain).digest()
    block = hashlib.sha256(first + b"\1" + domain).digest()
    out = block
    for count in range(2, -(-length // 32) + 1):
        mixed = bytes(a ^ b for a, b in zip(first, block))
        block = hashlib.sha256(mixed + bytes([count]) + domain).digest()
        out += block
    return out[:length]


def is_square(value):
    return value == 0 or pow(value, (P - 1) // 2, P) == 1


def map_to_isogenous(u):
    """Section 6.6.2, step by step."""
    denominator = (Z * Z * pow(u, 4, P) + Z * u * u) % P
    if denominator == 0:
        x = B_ISO * pow(Z * A_ISO, -1, P) % P
    else:
        x = -B_ISO * pow(A_ISO, -1, P) * (1 + pow(denominator, -1, P)) % P
    right = (x**3 + A_ISO * x + B_ISO) % P
    if not is_square(right):
        x = Z * u * u * x % P
        right = (x**3 + A_ISO * x + B_ISO) % P
    y = pow(right, (P + 1) // 4, P)
    assert y * y % P == right
    return x, y if y % 2 == u % 2 else -y % P


def evaluate(coefficients, x):
    return sum(coefficient * pow(x, power, P) for power, coefficient in enumerate(coefficients)) % P


def isogeny(point):
    x, y = point
    return (
        evaluate(X_NUM, x) * pow(evaluate(X_DEN, x), -1, P) % P,
        y * evaluate(Y_NUM, x) * pow(evaluate(Y_DEN, x), -1, P) % P,
    )


def hash_to_curve(domain, message):
    """Section 3, with hash_to_field of section 5.2: two elements of 48 bytes each."""
    uniform = expand_message_xmd(message, domain, 96)
    u = [int.from_bytes(uniform[start : start + 48], "big") % P for start in (0, 48)]
    return add(isogeny(map_to_isogenous(u[0])), isogeny(map_to_isogenous(u[1])))
