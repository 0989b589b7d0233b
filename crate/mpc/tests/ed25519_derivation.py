"""Model of the derivation rule on Ed25519 in plain Python, for the values in derive.rs.

Run: python3 crate/mpc/tests/ed25519_derivation.py

Written from RFC 8032, section 5.1 (affine addition, encodings) and the rule in crate/mpc/src/derive.rs; it shares
no code with the Rust. The child key is checked against its scalar: (a + tweak) * B.
"""

import hashlib
import hmac

P = 2**255 - 19
L = 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, -1, P) % P


def recover_x(y, sign):
    x2 = (y * y - 1) * pow(D * y * y + 1, -1, P) % P
    x = pow(x2, (P + 3) // 8, P)
    if (x * x - x2) % P != 0:
        x = x * pow(2, (P - 1) // 4, P) % P
    assert (x * x - x2) % P == 0
    return P - x if x & 1 != sign else x


BASE = (recover_x(4 * pow(5, -1, P) % P, 0), 4 * pow(5, -1, P) % P)


def add(a, b):
    (x1, y1), (x2, y2) = a, b
    c = D * x1 * x2 * y1 * y2
    x3 = (x1 * y2 + x2 * y1) * pow(1 + c, -1, P)
    y3 = (y1 * y2 + x1 * x2) * pow(1 - c, -1, P)
    return x3 % P, y3 % P


def multiply(scalar, point):
    result = (0, 1)
    while scalar:
        if scalar & 1:
            result = add(result, point)
        point = add(point, point)
        scalar >>= 1
    return result


def encode(point):
    x, y = point
    return (y | (x & 1) << 255).to_bytes(32, "little")


def child(point, chain_code, step):
    data = encode(point) + step.to_bytes(4, "big")
    output = hmac.new(chain_code, data, hashlib.sha512).digest()
    tweak = int.from_bytes(output[:32], "little") % L
    return add(point, multiply(tweak, BASE)), output[32:], tweak


def main():
    # The public key of RFC 8032, section 7.1, test 1.
    secret = bytes.fromhex("9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60")
    scalar = int.from_bytes(hashlib.sha512(secret).digest()[:32], "little")
    scalar = scalar & ((1 << 254) - 8) | 1 << 254
    root = multiply(scalar, BASE)
    assert encode(root).hex() == "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a"
    root_chain_code = bytes(range(32))
    for path in ["m/0", "m/1", "m/2147483647", "m/44/501/0/0", "m/44/501/0/1"]:
        point, chain_code, total = root, root_chain_code, 0
        for step in path.split("/")[1:]:
            point, chain_code, tweak = child(point, chain_code, int(step))
            total = (total + tweak) % L
        assert point == multiply((scalar + total) % L, BASE)
        tweak = total.to_bytes(32, "little").hex()
        print(f'(\n    "{path}",\n    "{encode(point).hex()}",\n    "{chain_code.hex()}",\n    "{tweak}",\n),')


main()
