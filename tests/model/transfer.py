"""Base transfers and their extension: docs/ecdsa.md, sections 3 and 4."""

from curve import G, Table, add, compressed, coordinates, from_compressed, from_coordinates, hash_to_curve
from curve import mul, subtract
from ground import Stream, aligned, bits, bound, dot, h32, stream_scalars, u16, u32

COUNT = 128
# 3.4: a cube root of one modulo q.
LAMBDA = 0x5363AD4CC05C30E0A5261C028812645A122E22EA20816678DF02967C1B23BD72

# --- base transfers -----------------------------------------------------------------------------------


def point_hash(place, index, role, point):
    """3.2: P_role(point)."""
    session, sender, receiver = place
    message = session + u16(sender) + u16(receiver) + bytes([index, role]) + coordinates(point)
    return hash_to_curve(b"symbolon/ot/base/point", message)


class BaseReceiver:
    def __init__(self, place, draws):
        self.place = place
        self.delta = draws.take(16)
        self.choices = bits(self.delta)
        self.a = [draws.nonzero() for _ in range(COUNT)]
        pairs = []
        for index, choice in enumerate(self.choices):
            other = mul(draws.nonzero(), G)
            own = subtract(mul(self.a[index], G), point_hash(place, index, choice, other))
            pairs.append((own, other) if choice == 0 else (other, own))
        self.points = b"".join(coordinates(point) for pair in pairs for point in pair)

    def keys(self, message):
        table = Table(from_compressed(message))
        return [
            base_key(self.place, message, self.points, index, choice, table.mul(a))
            for index, (choice, a) in enumerate(zip(self.choices, self.a))
        ]


class BaseSender:
    def __init__(self, place, draws):
        self.place = place
        low, high = (int.from_bytes(draws.take(16), "little") | 1 for _ in range(2))
        self.b = low + LAMBDA * high
        self.message = compressed(mul(self.b, G))

    def keys(self, points):
        assert len(points) == 256 * 64
        keys = []
        for index in range(COUNT):
            r0, r1 = (from_coordinates(points[start : start + 64]) for start in (128 * index, 128 * index + 64))
            sums = (
                add(r0, point_hash(self.place, index, 0, r1)),
                add(r1, point_hash(self.place, index, 1, r0)),
            )
            keys.append([
                base_key(self.place, self.message, points, index, role, mul(self.b, sums[role]))
                for role in range(2)
            ])
        return keys


def base_key(place, message, points, index, role, shared):
    """3.5."""
    both = h32("ot/base/key", *bound(*place), message, points)
    return h32("ot/base/key", both, bytes([index, role]), coordinates(shared))


# --- extension ------------------------------------------------------------------------------------------


def fold(column, challenge):
    """4.4, of a string of L + 128 bits."""
    body, hiding = column[:-16], column[-16:]
    total = int.from_bytes(hiding, "little")
    for start in range(0, len(body), 16):
        factor = int.from_bytes(challenge.take(16), "little")
        total ^= dot(factor, int.from_bytes(body[start : start + 16], "little"))
    return total


def xor(first, second):
    return bytes(a ^ b for a, b in zip(first, second))


def row(columns, j):
    """4.7: bit j of each column, column i at bit i."""
    number = 0
    for i, column in enumerate(columns):
        number |= (column[j // 8] >> j % 8 & 1) << i
    return number


def pad(place, j, row_):
    key = aligned("ot/extension/pad", place, u32(j) + row_.to_bytes(16, "little"))
    return stream_scalars(key, 3)


def expand(place, key, length):
    return Stream(aligned("ot/extension/expand", place, key)).take(length)


def challenge_of(place, matrix):
    return h32("ot/extension/check", *bound(*place), matrix)


def folds_of(place, folds):
    """4.5: what the receiver says of the folds of its columns."""
    return h32("ot/extension/folds", *bound(*place), b"".join(one.to_bytes(16, "little") for one in folds))


def extension_receive(place, keys, beta, draws):
    """4.1 to 4.5: `keys` are both base keys of each transfer. Gives the message and the chosen pads."""
    x = beta + draws.take(16)
    columns, sent = [], []
    for zero, one in keys:
        t = expand(place, zero, len(x))
        columns.append(t)
        sent.append(xor(xor(t, expand(place, one, len(x))), x))
    u = b"".join(sent)
    chi = challenge_of(place, u)
    message = {
        "u": u,
        "x": fold(x, Stream(chi)).to_bytes(16, "little"),
        "t": folds_of(place, (fold(t, Stream(chi)) for t in columns)),
    }
    pads = [pad(place, j, row(columns, j)) for j in range(8 * len(beta))]
    return message, pads


def extension_send(place, keys, delta, length, message):
    """4.6 and 4.7: `keys` are the chosen base keys, `length` is L / 8. Gives both pads of each transfer."""
    width = length + 16
    u, x = message["u"], message["x"]
    assert (len(u), len(x)) == (COUNT * width, 16)
    chi = challenge_of(place, u)
    columns, folds = [], []
    for i, (key, choice) in enumerate(zip(keys, bits(delta))):
        q = expand(place, key, width)
        if choice:
            q = xor(q, u[i * width : (i + 1) * width])
        columns.append(q)
        folds.append(fold(q, Stream(chi)) ^ (int.from_bytes(x, "little") if choice else 0))
    assert folds_of(place, folds) == message["t"], "the extension's check failed"
    whole = int.from_bytes(delta, "little")
    rows = [row(columns, j) for j in range(8 * length)]
    return (
        [pad(place, j, row_) for j, row_ in enumerate(rows)],
        [pad(place, j, row_ ^ whole) for j, row_ in enumerate(rows)],
    )
