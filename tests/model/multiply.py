"""Random vector OLE and shares of zero: docs/ecdsa.md, sections 5 and 6 (DKLs23, protocol 5.2)."""

from ground import Q, bits, bound, h32, h64, scalar_bytes, stream_scalars, u64
from transfer import extension_receive, extension_send

XI = 488


def message_hash(place, message):
    return h32("vole/challenge", *bound(*place), message["u"], message["x"], message["t"])


def gadget(place, message):
    """5.3."""
    return stream_scalars(h32("vole/gadget", *bound(*place), message_hash(place, message)), XI)


def challenge(place, item, message, masked):
    """5.5: theta."""
    digest = h64("vole/challenge", *bound(*place), u64(item), message_hash(place, message), masked)
    return [int.from_bytes(half, "big") % Q for half in (digest[:32], digest[32:])]


def mu_hash(place, item, rows):
    return h32("vole/check", *bound(*place), u64(item), b"".join(scalar_bytes(mu) for mu in rows))


class Bob:
    def __init__(self, place, keys, count, draws):
        self.place = place
        beta = draws.take(XI // 8 * count)
        self.message, self.pads = extension_receive(place, keys, beta, draws)
        self.beta = bits(beta)
        self.gadget = gadget(place, self.message)

    def b(self, item):
        chosen = zip(self.gadget, self.beta[XI * item :])
        return sum(g for g, choice in chosen if choice) % Q

    def finish(self, item, answer):
        masked, eta = answer["masked"], int.from_bytes(answer["eta"], "big")
        assert len(masked) == XI * 96 and eta < Q
        theta = challenge(self.place, item, self.message, masked)
        mus, d = [], [0, 0]
        for j, g in enumerate(self.gadget):
            choice = self.beta[XI * item + j]
            line = masked[96 * j : 96 * j + 96]
            tilde = [int.from_bytes(line[start : start + 32], "big") for start in (0, 32, 64)]
            assert max(tilde) < Q
            dot = [gamma + choice * a for gamma, a in zip(self.pads[XI * item + j], tilde)]
            mus.append((dot[2] + theta[0] * dot[0] + theta[1] * dot[1] - choice * eta) % Q)
            d = [(share + g * value) % Q for share, value in zip(d, dot)]
        assert mu_hash(self.place, item, mus) == answer["mu"], "the multiplication's check failed"
        return d


class Alice:
    def __init__(self, place, keys, delta, count, message):
        self.place, self.message = place, message
        self.zero, self.one = extension_send(place, keys, delta, XI // 8 * count, message)

    def multiply(self, item, inputs, draws):
        """Gives c and the answer."""
        hat = draws.nonzero()
        rows = range(XI * item, XI * (item + 1))
        masked = b"".join(
            scalar_bytes((alpha0 - alpha1 + a) % Q)
            for j in rows
            for alpha0, alpha1, a in zip(self.zero[j], self.one[j], (*inputs, hat))
        )
        theta = challenge(self.place, item, self.message, masked)
        mus = [(self.zero[j][2] + theta[0] * self.zero[j][0] + theta[1] * self.zero[j][1]) % Q for j in rows]
        answer = {
            "masked": masked,
            "eta": scalar_bytes((hat + theta[0] * inputs[0] + theta[1] * inputs[1]) % Q),
            "mu": mu_hash(self.place, item, mus),
        }
        g = gadget(self.place, self.message)
        c = [-sum(factor * self.zero[j][k] for factor, j in zip(g, rows)) % Q for k in (0, 1)]
        return c, answer


# --- shares of zero -----------------------------------------------------------------------------------------


def zero_commitment(session, owner, peer, part):
    return h32("zero/commit", *bound(session, owner, peer), part)


def zero_seed(session, parts):
    """`parts` is the part of each of the two parties."""
    low, high = sorted(parts)
    return h32("zero/expand", *bound(session, low, high), parts[low], parts[high])


def zero_shares(session, seed, me, peer, count):
    low, high = min(me, peer), max(me, peer)
    values = stream_scalars(h32("zero/expand", *bound(session, low, high), seed), count)
    return values if me == low else [-value % Q for value in values]
