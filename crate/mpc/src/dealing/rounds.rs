//! The four rounds of dealing.

use rand_core::CryptoRngCore;

use super::messages::{Commitment, Confirmation, Evaluations, Reveal, Stored};
use super::root::{self, NewKey, Root};
use super::{Dealt, KeygenPlan};
use crate::abort::{Abort, Cause};
use crate::group::Scheme;
use crate::machine::frame::step_of_round;
use crate::machine::{Context, Heard, Next, Round, Word};
use crate::party::PartyIndex;
use crate::share::{KeyInfo, KeyShare};
use crate::transcript::Tag;
use crate::wire;

pub(super) const COMMIT: u16 = 1;
pub(super) const REVEAL: u16 = 2;
pub(super) const CONFIRM: u16 = 3;
pub(super) const STORED: u16 = 4;
pub(super) const LAST: u16 = STORED;

/// The first round, with everything that this party deals.
pub(super) fn first(
    plan: KeygenPlan,
    context: &Context,
    rng: &mut dyn CryptoRngCore,
) -> Result<CommitRound, Abort> {
    let roots = (0..)
        .zip(&plan.roots)
        .map(|(number, scheme)| root::draw(*scheme, number, &plan.quorum, context, rng))
        .collect::<Option<Vec<_>>>()
        // A uniform 256-bit value was zero: the generator of randomness is broken.
        .ok_or(Abort::nobody(Cause::Check("randomness")))?;
    let mut reveal = Reveal {
        opening: [0; 32],
        chain_code: [0; 32],
        roots: roots.iter().map(|root| root.reveal().clone()).collect(),
    };
    let random = crate::hedge::draw_bytes(rng, context, "dealing/opening", 0, &[]);
    let (opening, chain_code) = random.split_at(reveal.opening.len());
    reveal.opening.copy_from_slice(opening);
    reveal.chain_code.copy_from_slice(chain_code);
    Ok(CommitRound { plan, roots, reveal })
}

/// Round 1: commit to everything public.
pub(super) struct CommitRound {
    pub(super) plan: KeygenPlan,
    pub(super) roots: Vec<Box<dyn Root>>,
    pub(super) reveal: Reveal,
}

/// Round 2: reveal it, and give each receiver its evaluation.
struct RevealRound {
    plan: KeygenPlan,
    roots: Vec<Box<dyn Root>>,
    reveal: Reveal,
    /// What each peer committed to.
    committed: Vec<(PartyIndex, [u8; 32])>,
}

/// Round 3: all confirm that they hold the same keys.
struct ConfirmRound {
    shares: Vec<KeyShare>,
    digest: [u8; 32],
}

/// Round 4: all say that their shares are durable.
struct StoredRound {
    keys: Vec<KeyInfo>,
    digest: [u8; 32],
}

impl Round for CommitRound {
    type Output = Dealt;
    type Broadcast = Commitment;
    type Private = ();

    const NUMBER: u16 = COMMIT;
    const RELIABLE: bool = true;

    fn speak(&mut self, context: &Context, _: &mut dyn CryptoRngCore) -> Result<Word<Commitment, ()>, Abort> {
        let hash = commitment(context, context.me(), &self.reveal);
        Ok(Word::to_all(context, Commitment { hash }))
    }

    fn listen(
        self,
        _: &Context,
        heard: Heard<Commitment, ()>,
        _: &mut dyn CryptoRngCore,
    ) -> Result<Next<Dealt>, Abort> {
        let Self { plan, roots, reveal } = self;
        let committed = heard.into_iter().map(|(dealer, said, ())| (dealer, said.hash)).collect();
        Ok(Next::round(RevealRound { plan, roots, reveal, committed }))
    }
}

impl Round for RevealRound {
    type Output = Dealt;
    type Broadcast = Reveal;
    type Private = Evaluations;

    const NUMBER: u16 = REVEAL;
    const RELIABLE: bool = true;

    fn speak(
        &mut self,
        context: &Context,
        _: &mut dyn CryptoRngCore,
    ) -> Result<Word<Reveal, Evaluations>, Abort> {
        let evaluations = |receiver| {
            // Of the full size from the start, so that no moved-from copy stays in memory.
            let mut values = Vec::with_capacity(self.roots.len());
            values.extend(self.roots.iter().map(|root| *root.evaluation(receiver)));
            (receiver, Evaluations { values })
        };
        Ok(Word { broadcast: self.reveal.clone(), private: context.peers().map(evaluations).collect() })
    }

    fn listen(
        mut self,
        context: &Context,
        heard: Heard<Reveal, Evaluations>,
        _: &mut dyn CryptoRngCore,
    ) -> Result<Next<Dealt>, Abort> {
        let mut chain_codes = vec![(context.me(), self.reveal.chain_code)];
        for (dealer, reveal, evaluations) in heard.iter() {
            self.accept(context, dealer, reveal, evaluations).map_err(|cause| Abort::party(dealer, cause))?;
            chain_codes.push((dealer, reveal.chain_code));
        }
        chain_codes.sort();
        let Self { plan, roots, .. } = self;
        let mut shares = Vec::with_capacity(roots.len());
        for (root, scheme) in roots.into_iter().zip(&plan.roots) {
            let chain_code = chain_code(context, *scheme, &chain_codes);
            let key = NewKey { wallet: plan.wallet, epoch: plan.epoch, quorum: &plan.quorum, chain_code };
            // All dealings passed their checks; that their sum is degenerate proves nobody at fault.
            shares.push(root.finish(key, context.me()).map_err(Abort::nobody)?);
        }
        let digest = digest(context, &shares);
        Ok(Next::round(ConfirmRound { shares, digest }))
    }
}

impl RevealRound {
    fn accept(
        &mut self,
        context: &Context,
        dealer: PartyIndex,
        reveal: &Reveal,
        evaluations: &Evaluations,
    ) -> Result<(), Cause> {
        let hash = commitment(context, dealer, reveal);
        if !self.committed.contains(&(dealer, hash)) {
            return Err(Cause::Check("opening of the commitment"));
        }
        if reveal.roots.len() != self.roots.len() {
            return Err(Cause::Malformed("number of roots"));
        }
        if evaluations.values.len() != self.roots.len() {
            return Err(Cause::Malformed("number of evaluations"));
        }
        let dealt = reveal.roots.iter().zip(&evaluations.values);
        for (root, (reveal, evaluation)) in self.roots.iter_mut().zip(dealt) {
            root.accept(context, dealer, reveal, evaluation)?;
        }
        Ok(())
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
        let Self { shares, digest } = self;
        let keys = shares.iter().map(|share| share.info().clone()).collect();
        Ok(Next::store(Dealt::Pending(shares), StoredRound { keys, digest }))
    }
}

impl Round for StoredRound {
    type Output = Dealt;
    type Broadcast = Stored;
    type Private = ();

    const NUMBER: u16 = STORED;
    const RELIABLE: bool = false;

    fn speak(&mut self, context: &Context, _: &mut dyn CryptoRngCore) -> Result<Word<Stored, ()>, Abort> {
        Ok(Word::to_all(context, Stored { digest: self.digest }))
    }

    fn listen(
        self,
        _: &Context,
        heard: Heard<Stored, ()>,
        _: &mut dyn CryptoRngCore,
    ) -> Result<Next<Dealt>, Abort> {
        for (from, said, ()) in heard.iter() {
            if said.digest != self.digest {
                return Err(Abort::party(from, Cause::Check("acknowledgement")));
            }
        }
        Ok(Next::done(Dealt::Acknowledged(self.keys)))
    }
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

/// What round 3 confirms: everything public about all keys, epoch and quorum included.
fn digest(context: &Context, shares: &[KeyShare]) -> [u8; 32] {
    let mut transcript = context.transcript(Tag::DealConfirm, None, None, step_of_round(CONFIRM));
    for share in shares {
        transcript.put(&wire::encode(share.info()));
    }
    transcript.finish32()
}
