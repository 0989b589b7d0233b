"""Sessions, set-ups and signing: docs/ecdsa.md, sections 2, 7 and 8 (DKLs23, protocol 3.6)."""

import hashlib
import hmac

from curve import G, add, compressed, from_compressed, is_on_curve, mul, negate
from ground import Q, Stream, bound, h32, h64, listed, option, run, scalar_bytes, u16, u32, u64, varint
from multiply import Alice, Bob, zero_commitment, zero_seed, zero_shares
from transfer import BaseReceiver, BaseSender

PROTOCOL = b"ecdsa-secp256k1/sign/dkls23"

# --- what is agreed ---------------------------------------------------------------------------------------


def lagrange(parties, me):
    """The coefficient of `me` at zero."""
    top = bottom = 1
    for other in parties:
        if other != me:
            top = top * other % Q
            bottom = bottom * (other - me) % Q
    return top * pow(bottom, -1, Q) % Q


def derive(public_key, chain_code, path):
    """BIP-32, public parent to public child: gives the child's key and the sum of the tweaks."""
    tweak = 0
    for step in path:
        digest = hmac.new(chain_code, compressed(public_key) + u32(step), hashlib.sha512).digest()
        left = int.from_bytes(digest[:32], "big")
        assert left < Q and step < 1 << 31
        public_key = add(public_key, mul(left, G))
        tweak = (tweak + left) % Q
        chain_code = digest[32:]
    return public_key, tweak


class Key:
    """A Shamir-shared key, all of it: the polynomial's coefficients, the secret first."""

    def __init__(self, wallet, epoch, devices, polynomial, chain_code):
        self.wallet, self.epoch, self.devices = wallet, epoch, devices
        self.polynomial, self.chain_code = polynomial, chain_code
        self.public_key = mul(polynomial[0], G)

    def share(self, index):
        return sum(c * pow(index, power, Q) for power, c in enumerate(self.polynomial)) % Q

    def verification_shares(self):
        return b"".join(compressed(mul(self.share(index), G)) for index in sorted(self.devices))


def parties_fields(parties):
    yield u64(len(parties))
    for index in sorted(parties):
        yield u16(index)
        yield parties[index]


def agreement_fields(key, plan):
    """2.1 and 2.2."""
    items = [part for path, digest in plan["items"] for part in (b"".join(map(u32, path)), digest)]
    plan_hash = h32(
        "plan", PROTOCOL, compressed(key.public_key), key.chain_code, key.verification_shares(), plan["intent"],
        u64(len(plan["items"])), *items
    )
    signers = {index: key.devices[index] for index in plan["signers"]}
    return (
        PROTOCOL, plan["ceremony"], key.wallet, u32(key.epoch), u16(len(key.polynomial)),
        *parties_fields(key.devices), *parties_fields(signers), plan_hash,
    )


# --- one signer -------------------------------------------------------------------------------------------


class Setup:
    """7: what one party holds with one peer."""

    def __init__(self, name, alice_keys, delta, bob_keys, seed):
        self.name, self.alice_keys, self.delta = name, alice_keys, delta
        self.bob_keys, self.seed = bob_keys, seed


class Signer:
    """A party that does as it should. What it says is what `say_...` gives: broadcast, and private by peer."""

    def __init__(self, me, key, plan, held, raw):
        self.me, self.key, self.plan, self.held, self.raw = me, key, plan, held, raw
        self.peers = sorted(set(plan["signers"]) - {me})
        self.weight = lagrange(plan["signers"], me)
        self.items = [(*derive(key.public_key, key.chain_code, path), digest) for path, digest in plan["items"]]

    def draws(self, label):
        """2.5."""
        omega = self.raw.take(64)
        share = h32("hedge", b"share", scalar_bytes(self.key.share(self.me)))
        place = bound(self.session, self.me, 0)
        return Stream(h64("hedge", *place, label.encode(), u32(0), omega, share)[:32])

    def place(self, sender, receiver):
        return (self.session, sender, receiver)

    # Round 0: 2.3 and 2.4.

    def say_hello(self):
        self.salt = self.raw.take(32)
        agreed = h32("agreement", *agreement_fields(self.key, self.plan))
        names = {peer: option(self.held[peer].name if peer in self.held else None) for peer in self.peers}
        return varint(1) + agreed + self.salt, names

    def hear_hello(self, salts, names):
        """`names` is what each peer says it holds with this one."""
        parts = [part for index in sorted(salts) for part in (u16(index), salts[index])]
        self.session = h32("session", *agreement_fields(self.key, self.plan), u64(len(salts)), *parts)
        self.cold = [
            peer for peer in self.peers
            if peer not in self.held or option(self.held[peer].name) != names[peer]
        ]
        return bool(self.cold) or len(self.peers) > 1

    # 8.1: set-up.

    def say_setup(self):
        draws = self.draws("setup")
        self.under_way = {}
        private = {peer: option(None) for peer in self.peers}
        for peer in self.cold:
            sender = BaseSender(self.place(self.me, peer), draws)
            receiver = BaseReceiver(self.place(peer, self.me), draws)
            part = draws.take(32)
            said = (sender.message, receiver.points, zero_commitment(self.session, self.me, peer, part))
            self.under_way[peer] = (sender, receiver, part, said)
            private[peer] = option(run(said[0]) + run(said[1]) + said[2])
        return b"", private

    def hear_setup(self, said):
        """`said` is what each cold peer said: B, points, commitment."""
        self.unopened = {}
        for peer, (sender, receiver, part, own) in self.under_way.items():
            theirs = said[peer]
            first, second = (own, theirs) if self.me < peer else (theirs, own)
            name = h32("setup/name", *bound(self.session, min(self.me, peer), max(self.me, peer)), *first, *second)
            setup = Setup(name, receiver.keys(theirs[0]), receiver.delta, sender.keys(theirs[1]), None)
            self.unopened[peer] = (setup, part, theirs[2])

    # 8.2: commit.

    def say_commit(self):
        draws = self.draws("commit")
        count = len(self.items)
        self.nonces = [(draws.nonzero(), draws.nonzero()) for _ in range(count)]
        self.nonce_points = [mul(r, G) for r, _ in self.nonces]
        self.blind = draws.take(32)
        self.bobs = {}
        private = {}
        for peer in self.peers:
            opening = None
            if peer in self.unopened:
                setup, part, _ = self.unopened[peer]
                opening = run(part)
            else:
                setup = self.held[peer]
            bob = Bob(self.place(peer, self.me), setup.bob_keys, count, draws)
            self.bobs[peer] = bob
            message = bob.message
            private[peer] = option(opening) + run(message["u"]) + run(message["x"]) + run(message["t"])
        return self.nonce_commitment(self.me, self.blind, self.nonce_points), private

    def nonce_commitment(self, owner, blind, points):
        return h32("sign/commit", *bound(self.session, owner, 0), blind, *map(compressed, points))

    def hear_commit(self, commitments, openings, extensions):
        self.commitments = commitments
        self.alices = {}
        for peer in self.peers:
            if peer in self.unopened:
                setup, part, commitment = self.unopened[peer]
                assert zero_commitment(self.session, peer, self.me, openings[peer]) == commitment
                setup.seed = zero_seed(self.session, {self.me: part, peer: openings[peer]})
                self.held[peer] = setup
            setup = self.held[peer]
            place = self.place(self.me, peer)
            self.alices[peer] = Alice(place, setup.alice_keys, setup.delta, len(self.items), extensions[peer])

    # 8.4: open.

    def say_open(self):
        draws = self.draws("open")
        count = len(self.items)
        zeta = [0] * count
        for peer in self.peers:
            shares = zero_shares(self.session, self.held[peer].seed, self.me, peer, count)
            zeta = [(z + share) % Q for z, share in zip(zeta, shares)]
        points, self.secret, self.c = [], [], []
        answers = {peer: [] for peer in self.peers}
        for item, (_, tweak, _) in enumerate(self.items):
            sk = (self.weight * (self.key.share(self.me) + tweak) + zeta[item]) % Q
            self.secret.append(sk)
            r, phi = self.nonces[item]
            total = [0, 0]
            for peer in self.peers:
                c, answer = self.alices[peer].multiply(item, (r, sk), draws)
                answer["gammas"] = [compressed(mul(share, G)) for share in c]
                answer["psi"] = scalar_bytes((phi - self.bobs[peer].b(item)) % Q)
                answers[peer].append(answer)
                total = [(t + share) % Q for t, share in zip(total, c)]
            self.c.append(total)
            points.append((self.nonce_points[item], mul(sk, G)))
        self.points = points
        broadcast = self.blind + listed([run(compressed(R)) + run(compressed(pk)) for R, pk in points])
        return broadcast, {peer: (answers[peer], open_bytes(answers[peer])) for peer in self.peers}

    # 8.5 and 8.6.

    def hear_open(self, blinds, points, answers):
        self.partials = []
        for peer in self.peers:
            commitment = self.nonce_commitment(peer, blinds[peer], [R for R, _ in points[peer]])
            assert commitment == self.commitments[peer], "the commitment does not open"
        for item, (public_key, _, digest) in enumerate(self.items):
            r, phi = self.nonces[item]
            sk = self.secret[item]
            R, pk = self.points[item]
            shares, mask = self.c[item], phi
            for peer in self.peers:
                answer, chi = answers[peer][item], self.bobs[peer].b(item)
                d = self.bobs[peer].finish(item, answer)
                for point, gamma, share in zip(points[peer][item], answer["gammas"], d):
                    left = add(mul(chi, point), negate(from_compressed(gamma)))
                    assert left == mul(share, G), "a Gamma check failed"
                R, pk = add(R, points[peer][item][0]), add(pk, points[peer][item][1])
                mask = (mask + int.from_bytes(answer["psi"], "big")) % Q
                shares = [(a + b) % Q for a, b in zip(shares, d)]
            assert pk == public_key, "the signers' keys do not add up"
            assert R is not None and is_on_curve(*R)
            rx = R[0] % Q
            u = (r * mask + shares[0]) % Q
            v = (sk * mask + shares[1]) % Q
            w = (int.from_bytes(digest, "big") * phi + rx * v) % Q
            self.partials.append((R, w, u))

    # 8.8 and 8.9.

    def say_last(self):
        return listed([run(scalar_bytes(w)) + run(scalar_bytes(u)) for _, w, u in self.partials]), {}

    def hear_last(self, said):
        """`said` is the list of (w, u) of each peer."""
        signatures = []
        for item, (public_key, _, digest) in enumerate(self.items):
            R, w, u = self.partials[item]
            for peer in self.peers:
                w, u = w + said[peer][item][0], u + said[peer][item][1]
            s = w * pow(u, -1, Q) % Q
            parity = R[1] % 2
            if s > (Q - 1) // 2:
                s, parity = Q - s, 1 - parity
            r = R[0] % Q
            assert verify(public_key, digest, r, s), "no signature"
            signatures.append((r, s, parity | (2 if R[0] >= Q else 0)))
        return signatures


def open_bytes(answers):
    return listed([
        run(answer["masked"]) + run(answer["eta"]) + run(answer["mu"])
        + b"".join(map(run, answer["gammas"])) + run(answer["psi"])
        for answer in answers
    ])


def verify(public_key, digest, r, s):
    """SEC 1, section 4.1.4."""
    if not (0 < r < Q and 0 < s < Q):
        return False
    inverse = pow(s, -1, Q)
    e = int.from_bytes(digest, "big") % Q
    point = add(mul(e * inverse, G), mul(r * inverse, public_key))
    return point is not None and point[0] % Q == r


# --- all signers, in one place -------------------------------------------------------------------------------


def ceremony(key, plan, held, seed):
    """Signs. `held[i][j]` is what i holds with j, and is filled. Gives session, frames by (step, from, to), signatures."""
    signers = {
        me: Signer(me, key, plan, held.setdefault(me, {}), Stream(u64(seed) + u16(me) + bytes(22)))
        for me in sorted(plan["signers"])
    }
    frames = {}
    round_ = 0

    def send(me, broadcast, private, session):
        for peer in signers[me].peers:
            payload = private.get(peer, b"")
            frames[(2 * round_, me, peer)] = varint(2 * round_) + session[:16] + run(broadcast) + run(payload)

    def echo(broadcasts, session):
        if len(signers) == 2:
            return
        parts = [part for index in sorted(broadcasts) for part in (u16(index), broadcasts[index])]
        digest = h32("echo", session, u16(0), u16(0), u16(2 * round_), *parts)
        for me, signer in signers.items():
            for peer in signer.peers:
                step = 2 * round_ + 1
                frames[(step, me, peer)] = varint(step) + session[:16] + run(digest) + run(b"")

    hellos = {me: signer.say_hello() for me, signer in signers.items()}
    for me, (broadcast, private) in hellos.items():
        send(me, broadcast, private, bytes(16))
    salts = {me: signer.salt for me, signer in signers.items()}
    needs_setup = False
    for me, signer in signers.items():
        needs_setup |= signer.hear_hello(salts, {peer: hellos[peer][1][me] for peer in signer.peers})
    session = signers[min(signers)].session

    for signer in signers.values():
        signer.under_way, signer.unopened = {}, {}
    if needs_setup:
        round_ += 1
        for me, signer in signers.items():
            send(me, *signer.say_setup(), session)
        for me, signer in signers.items():
            signer.hear_setup({peer: signers[peer].under_way[me][3] for peer in signer.cold})

    round_ += 1
    commits = {me: signer.say_commit() for me, signer in signers.items()}
    for me, (broadcast, private) in commits.items():
        send(me, broadcast, private, session)
    echo({me: broadcast for me, (broadcast, _) in commits.items()}, session)
    openings = {
        me: {peer: signers[peer].unopened[me][1] for peer in signer.unopened} for me, signer in signers.items()
    }
    for me, signer in signers.items():
        signer.hear_commit(
            {peer: commits[peer][0] for peer in signer.peers},
            openings[me],
            {peer: signers[peer].bobs[me].message for peer in signer.peers},
        )

    round_ += 1
    opens = {me: signer.say_open() for me, signer in signers.items()}
    for me, (broadcast, private) in opens.items():
        send(me, broadcast, {peer: encoded for peer, (_, encoded) in private.items()}, session)
    echo({me: broadcast for me, (broadcast, _) in opens.items()}, session)
    for me, signer in signers.items():
        signer.hear_open(
            {peer: signers[peer].blind for peer in signer.peers},
            {peer: signers[peer].points for peer in signer.peers},
            {peer: opens[peer][1][me][0] for peer in signer.peers},
        )

    round_ += 1
    for me, signer in signers.items():
        send(me, *signer.say_last(), session)
    ended = [
        signer.hear_last({peer: [(w, u) for _, w, u in signers[peer].partials] for peer in signer.peers})
        for signer in signers.values()
    ]
    assert all(signatures == ended[0] for signatures in ended)
    return session, frames, ended[0]
