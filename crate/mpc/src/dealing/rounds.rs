//! The four rounds of dealing.

use rand_core::CryptoRngCore;

use super::messages::{Commitment, Confirmation, Evaluations, Reveal, Stored};
use super::root::{Finished, Root};
use super::{Dealt, sealing};
use crate::abort::{Abort, Cause};
use crate::group::Scheme;
use crate::machine::frame::step_of_round;
use crate::machine::{Context, Heard, Next, Round, Word};
use crate::party::{PartyIndex, Quorum};
use crate::recovery::{Absent, SealedPart, SealedShare};
use crate::share::{KeyInfo, KeyShare};
use crate::transcript::Tag;
use crate::wire;

pub(super) const COMMIT: u16 = 1;
pub(crate) const REVEAL: u16 = 2;
pub(super) const CONFIRM: u16 = 3;
pub(super) const STORED: u16 = 4;
pub(super) const LAST: u16 = STORED;

/// What is dealt, by whom and to whom.
pub(super) struct Terms {
    pub(super) wallet: [u8; 32],
    /// The epoch that the shares will have.
    pub(super) epoch: u32,
    /// Who deals, ascending.
    pub(super) dealers: Vec<PartyIndex>,
    /// Who receives, and the threshold of what it gets.
    pub(super) quorum: Quorum,
    /// Of those who receive, who is no device, ascending.
    pub(super) absent: Vec<Absent>,
    /// Whether keys are made, so that chain codes are too.
    pub(super) is_keygen: bool,
}

/// The first round, with everything that this party deals.
pub(super) fn first(
    terms: Terms,
    mut roots: Vec<Box<dyn Root>>,
    context: &Context,
    rng: &mut dyn CryptoRngCore,
) -> Result<CommitRound, Abort> {
    if !terms.deals(context.me()) {
        return Ok(CommitRound { terms, roots, reveal: None });
    }
    let reveals = (0..)
        .zip(&mut roots)
        .map(|(number, root)| root.deal(number, context, rng))
        .collect::<Option<Vec<_>>>()
        // A uniform 256-bit value was zero: the generator of randomness is broken.
        .ok_or(Abort::nobody(Cause::Check("randomness")))?;
    let mut opening = [0; 32];
    let mut chain_code = [0; 32];
    let random = crate::hedge::draw_bytes(rng, context, "dealing/opening", 0, &[]);
    let (first, second) = random.split_at(opening.len());
    opening.copy_from_slice(first);
    chain_code.copy_from_slice(second);
    let sealed = sealing::seal(&terms, &roots, &reveals, context, rng)?;
    let chain_code = terms.is_keygen.then_some(chain_code);
    let reveal = Reveal { opening, chain_code, roots: reveals, sealed };
    Ok(CommitRound { terms, roots, reveal: Some(reveal) })
}

/// Round 1: commit to everything public.
pub(super) struct CommitRound {
    pub(super) terms: Terms,
    pub(super) roots: Vec<Box<dyn Root>>,
    /// What this party will reveal, if it deals.
    pub(super) reveal: Option<Reveal>,
}

/// Round 2: reveal it, and give each receiver its evaluation.
struct RevealRound {
    terms: Terms,
    roots: Vec<Box<dyn Root>>,
    reveal: Option<Reveal>,
    /// What each other dealer committed to.
    committed: Vec<(PartyIndex, [u8; 32])>,
}

/// Round 3: all confirm that they know the same keys.
struct ConfirmRound {
    keys: Vec<KeyInfo>,
    /// This party's shares, if it is a receiver.
    shares: Option<Vec<KeyShare>>,
    /// The shares of the absent parties.
    sealed: Vec<SealedShare>,
    /// The receivers that are present.
    receivers: Vec<PartyIndex>,
    digest: [u8; 32],
}

/// Round 4: all receivers say that their shares are durable.
struct StoredRound {
    keys: Vec<KeyInfo>,
    receivers: Vec<PartyIndex>,
    digest: [u8; 32],
}

impl Terms {
    fn deals(&self, party: PartyIndex) -> bool {
        self.dealers.contains(&party)
    }
}

impl Round for CommitRound {
    type Output = Dealt;
    type Broadcast = Option<Commitment>;
    type Private = ();

    const NUMBER: u16 = COMMIT;
    const RELIABLE: bool = true;

    fn speak(
        &mut self,
        context: &Context,
        _: &mut dyn CryptoRngCore,
    ) -> Result<Word<Option<Commitment>, ()>, Abort> {
        let commit = |reveal| Commitment { hash: commitment(context, context.me(), reveal) };
        Ok(Word::to_all(context, self.reveal.as_ref().map(commit)))
    }

    fn listen(
        self,
        _: &Context,
        heard: Heard<Option<Commitment>, ()>,
        _: &mut dyn CryptoRngCore,
    ) -> Result<Next<Dealt>, Abort> {
        let Self { terms, roots, reveal } = self;
        let mut committed = Vec::new();
        for (from, said, ()) in heard {
            check_part(from, said.is_some(), terms.deals(from), DEALING)?;
            committed.extend(said.map(|said| (from, said.hash)));
        }
        Ok(Next::round(RevealRound { terms, roots, reveal, committed }))
    }
}

impl Round for RevealRound {
    type Output = Dealt;
    type Broadcast = Option<Reveal>;
    type Private = Option<Evaluations>;

    const NUMBER: u16 = REVEAL;
    const RELIABLE: bool = true;

    fn speak(
        &mut self,
        context: &Context,
        _: &mut dyn CryptoRngCore,
    ) -> Result<Word<Option<Reveal>, Option<Evaluations>>, Abort> {
        let private = context.peers().map(|peer| (peer, self.evaluations(peer))).collect();
        Ok(Word { broadcast: self.reveal.clone(), private })
    }

    fn listen(
        mut self,
        context: &Context,
        heard: Heard<Option<Reveal>, Option<Evaluations>>,
        _: &mut dyn CryptoRngCore,
    ) -> Result<Next<Dealt>, Abort> {
        let own = self.reveal.as_ref().and_then(|reveal| reveal.chain_code);
        let mut contributions: Vec<_> = own.map(|own| (context.me(), own)).into_iter().collect();
        let own = self.reveal.as_ref().map(|own| sealing::parts(&self.terms, &self.roots, context.me(), own));
        let mut sealed: Vec<_> = own.transpose().map_err(Abort::nobody)?.into_iter().collect();
        for (from, reveal, evaluations) in heard.iter() {
            check_part(from, reveal.is_some(), self.terms.deals(from), DEALING)?;
            let is_for_us = reveal.is_some() && self.terms.quorum.contains(context.me());
            check_part(from, evaluations.is_some(), is_for_us, "evaluations")?;
            let Some(reveal) = reveal else { continue };
            let parts = self.accept(context, from, reveal, evaluations.as_ref());
            sealed.push(parts.map_err(|cause| Abort::party(from, cause))?);
            contributions.extend(reveal.chain_code.map(|contribution| (from, contribution)));
        }
        contributions.sort();
        let Self { terms, roots, .. } = self;
        let (mut keys, mut shares) = (Vec::with_capacity(roots.len()), Vec::with_capacity(roots.len()));
        for root in roots {
            let chain_code = match root.carried_chain_code() {
                Some(carried) => carried,
                None => chain_code(context, root.scheme(), &contributions),
            };
            // All dealings passed their checks; that their sum is degenerate proves nobody at fault.
            match root.finish(&terms, chain_code, context.me()).map_err(Abort::nobody)? {
                Finished::Key(key) => keys.push(key),
                Finished::Share(share) => {
                    keys.push(share.info().clone());
                    shares.push(share);
                }
            }
        }
        let sealed = sealing::shares(&terms, context, sealed);
        let digest = digest(context, &keys, &sealed);
        let is_present = |party: &PartyIndex| terms.absent.iter().all(|absent| absent.index != *party);
        let receivers: Vec<_> = terms.quorum.indices().filter(is_present).collect();
        let shares = receivers.contains(&context.me()).then_some(shares);
        Ok(Next::round(ConfirmRound { keys, shares, sealed, receivers, digest }))
    }
}

impl RevealRound {
    /// What this party says to `peer` alone: its evaluations, if this party deals and the peer receives.
    fn evaluations(&self, peer: PartyIndex) -> Option<Evaluations> {
        if !self.terms.quorum.contains(peer) {
            return None;
        }
        // Of the full size from the start, so that no moved-from copy stays in memory.
        let mut values = Vec::with_capacity(self.roots.len());
        for root in &self.roots {
            values.push(*root.evaluation(peer)?);
        }
        Some(Evaluations { values })
    }

    fn accept(
        &mut self,
        context: &Context,
        dealer: PartyIndex,
        reveal: &Reveal,
        evaluations: Option<&Evaluations>,
    ) -> Result<Vec<SealedPart>, Cause> {
        let hash = commitment(context, dealer, reveal);
        if !self.committed.contains(&(dealer, hash)) {
            return Err(Cause::Check("opening of the commitment"));
        }
        if reveal.chain_code.is_some() != self.terms.is_keygen {
            return Err(Cause::Malformed("chain code"));
        }
        if reveal.roots.len() != self.roots.len() {
            return Err(Cause::Malformed("number of roots"));
        }
        if evaluations.is_some_and(|evaluations| evaluations.values.len() != self.roots.len()) {
            return Err(Cause::Malformed("number of evaluations"));
        }
        for (place, (root, reveal)) in self.roots.iter_mut().zip(&reveal.roots).enumerate() {
            let evaluation = evaluations.and_then(|evaluations| evaluations.values.get(place));
            root.accept(context, dealer, reveal, evaluation)?;
        }
        sealing::accept(&self.terms, &self.roots, context, dealer, reveal)
    }
}

impl Round for ConfirmRound {
    type Output = Dealt;
    type Broadcast = Confirmation;
    type Private = ();

    const NUMBER: u16 = CONFIRM;
    const RELIABLE: bool = true;

    fn speak(
        &mut self,
        context: &Context,
        _: &mut dyn CryptoRngCore,
    ) -> Result<Word<Confirmation, ()>, Abort> {
        Ok(Word::to_all(context, Confirmation { digest: self.digest }))
    }

    fn listen(
        self,
        _: &Context,
        heard: Heard<Confirmation, ()>,
        _: &mut dyn CryptoRngCore,
    ) -> Result<Next<Dealt>, Abort> {
        // The digest is a function of broadcasts that the echo showed to be the same for all: who has another
        // one did not compute it.
        for (from, said, ()) in heard.iter() {
            if said.digest != self.digest {
                return Err(Abort::party(from, Cause::Check("confirmation")));
            }
        }
        let Self { keys, shares, sealed, receivers, digest } = self;
        let stored = StoredRound { keys, receivers, digest };
        Ok(match shares {
            Some(shares) => Next::store(Dealt::Pending { shares, sealed }, stored),
            None => Next::round(stored),
        })
    }
}

impl Round for StoredRound {
    type Output = Dealt;
    type Broadcast = Option<Stored>;
    type Private = ();

    const NUMBER: u16 = STORED;
    const RELIABLE: bool = false;

    fn speak(
        &mut self,
        context: &Context,
        _: &mut dyn CryptoRngCore,
    ) -> Result<Word<Option<Stored>, ()>, Abort> {
        let is_receiver = self.receivers.contains(&context.me());
        Ok(Word::to_all(context, is_receiver.then_some(Stored { digest: self.digest })))
    }

    fn listen(
        self,
        _: &Context,
        heard: Heard<Option<Stored>, ()>,
        _: &mut dyn CryptoRngCore,
    ) -> Result<Next<Dealt>, Abort> {
        for (from, said, ()) in heard.iter() {
            check_part(from, said.is_some(), self.receivers.contains(&from), "acknowledgement")?;
            if said.as_ref().is_some_and(|said| said.digest != self.digest) {
                return Err(Abort::party(from, Cause::Check("acknowledgement")));
            }
        }
        Ok(Next::done(Dealt::Acknowledged(self.keys)))
    }
}

/// Who has a part in a round must say something, and who has none must not.
fn check_part(from: PartyIndex, said: bool, expected: bool, what: &'static str) -> Result<(), Abort> {
    if said == expected { Ok(()) } else { Err(Abort::party(from, Cause::Malformed(what))) }
}

/// What round 1 says: hash of what `dealer` will reveal.
fn commitment(context: &Context, dealer: PartyIndex, reveal: &Reveal) -> [u8; 32] {
    context
        .transcript(Tag::DealCommit, Some(dealer), None, step_of_round(COMMIT))
        .field(&wire::encode(reveal))
        .finish32()
}

/// The chain code of a root: hash of all dealers' contributions, ascending.
fn chain_code(context: &Context, scheme: Scheme, contributions: &[(PartyIndex, [u8; 32])]) -> [u8; 32] {
    let mut transcript =
        context.transcript(Tag::ChainCode, None, None, step_of_round(REVEAL)).field(scheme.name().as_bytes());
    for (dealer, contribution) in contributions {
        transcript.put(&dealer.value().to_be_bytes());
        transcript.put(contribution);
    }
    transcript.finish32()
}

/// What round 3 confirms: everything public about all keys, epoch and quorum included, and what absent parties get.
fn digest(context: &Context, keys: &[KeyInfo], sealed: &[SealedShare]) -> [u8; 32] {
    let mut transcript = context.transcript(Tag::DealConfirm, None, None, step_of_round(CONFIRM));
    for key in keys {
        transcript.put(&wire::encode(key));
    }
    for share in sealed {
        transcript.put(&wire::encode(share));
    }
    transcript.finish32()
}

const DEALING: &str = "dealing";

#[cfg(test)]
mod wiped {
    use super::*;

    crate::wiped!(CommitRound, CommitRound { roots } but { terms, reveal });
    crate::wiped!(RevealRound, RevealRound { roots } but { terms, reveal, committed });
    crate::wiped!(ConfirmRound, ConfirmRound { shares } but { keys, sealed, receivers, digest });
}

#[cfg(test)]
mod tests {
    use core::slice::from_ref;

    use super::*;
    use crate::session::SessionId;
    use crate::testing::{deal, index};

    fn context(session: u8) -> Context {
        Context::new(SessionId([session; 32]), index(1), vec![index(1), index(2)])
    }

    fn assert_distinct<const N: usize>(hashes: [[u8; 32]; N]) {
        assert_eq!(hashes.iter().collect::<std::collections::BTreeSet<_>>().len(), N);
    }

    #[test]
    fn a_chain_code_rests_on_session_scheme_and_every_contribution() {
        let of = |session, scheme, first: u16, contributions: [u8; 2]| {
            let [one, other] = contributions.map(|byte| [byte; 32]);
            chain_code(&context(session), scheme, &[(index(first), one), (index(3), other)])
        };
        assert_distinct([
            of(1, Scheme::Ed25519, 1, [7, 8]),
            of(2, Scheme::Ed25519, 1, [7, 8]),
            of(1, Scheme::EcdsaSecp256k1, 1, [7, 8]),
            of(1, Scheme::Ed25519, 2, [7, 8]),
            of(1, Scheme::Ed25519, 1, [9, 8]),
            of(1, Scheme::Ed25519, 1, [7, 9]),
            of(1, Scheme::Ed25519, 1, [8, 7]),
        ]);
    }

    /// No run of honest machines comes to two different lists of keys: this is the last line, behind the echo.
    #[test]
    fn what_is_confirmed_rests_on_session_and_every_key() {
        let key = |scheme, seed| deal(2, 2, scheme, seed).remove(0).info().clone();
        let (one, other) = (key(Scheme::EcdsaSecp256k1, 1), key(Scheme::Ed25519, 1));
        let other_key = key(Scheme::EcdsaSecp256k1, 2);
        let mut parts = one.parts().clone();
        parts.chain_code[0] ^= 1;
        let other_chain_code = KeyInfo::new(parts).unwrap();
        assert_distinct([
            digest(&context(1), &[one.clone(), other.clone()], &[]),
            digest(&context(2), &[one.clone(), other.clone()], &[]),
            digest(&context(1), &[other.clone(), one.clone()], &[]),
            digest(&context(1), &[one], &[]),
            digest(&context(1), &[other_key, other.clone()], &[]),
            digest(&context(1), &[other_chain_code, other], &[]),
        ]);
        let sealed =
            |party| SealedShare { party: index(party), session: SessionId([1; 32]), parts: Vec::new() };
        let key = key(Scheme::Ed25519, 1);
        assert_distinct([
            digest(&context(1), from_ref(&key), &[]),
            digest(&context(1), from_ref(&key), &[sealed(2)]),
            digest(&context(1), from_ref(&key), &[sealed(3)]),
            digest(&context(1), from_ref(&key), &[sealed(2), sealed(3)]),
        ]);
    }
}
