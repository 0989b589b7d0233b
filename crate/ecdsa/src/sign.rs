//! Signing (§8): DKLs23 (ePrint 2023/765), protocol 3.6.
//!
//! A ceremony signs one or more items. Rounds: set-up, if a pair of signers shares none in memory; commit; open;
//! and the last message. Everything before the last message needs no consent, because items and intent are in
//! the session id before the first nonce is drawn; the last message waits for [`Ceremony::approve`].
//!
//! Nonces live in the rounds, which are consumed by value: nothing can be said twice with one nonce. A signature
//! leaves only after k256's own verifier took it under the derived key.
//!
//! [`Ceremony::approve`]: symbolon_mpc::Ceremony::approve

mod commit;
mod last;
mod open;
mod plan;
mod start;

use k256::{ProjectivePoint, Scalar};
use rand_core::CryptoRngCore;
use symbolon_mpc::machine::{Context, Machine};
use symbolon_mpc::{Abort, Blame, Cause, Ceremony, DeviceId, KeyShare, PartyIndex, Step, hedge};
use zeroize::Zeroizing;

pub use self::plan::{SignItem, SignPlan};
pub use symbolon_mpc::sign::{MAX_ITEMS, Misuse};

use self::start::SignProtocol;
use crate::setup::{PairKey, Pairs};
use crate::signature::Signature;
use crate::stream::Stream;

/// A signing ceremony of one party.
pub struct Sign(Machine<SignProtocol>);

/// What a signing ceremony ends in.
#[derive(Debug)]
pub struct Signed {
    /// One signature for each item of the plan, in its order, each verified.
    pub signatures: Vec<Signature>,
    /// The set-ups of this party with the other signers, for its next ceremony.
    pub pairs: Pairs,
}

impl Sign {
    /// Starts signing what `plan` says with `share`; `pairs` are what [`Pairs::take`] gave for the other signers
    /// (nothing, after a restart).
    ///
    /// # Errors
    /// [`Misuse`] if plan and share do not fit. The set-ups are wiped then.
    ///
    /// # Security
    /// The caller has computed every digest by itself from the request that `plan.intent` is a hash of.
    pub fn start(plan: SignPlan, share: &KeyShare, pairs: Pairs) -> Result<Self, Misuse> {
        Ok(Self(Machine::new(SignProtocol::new(plan, share, pairs)?, share.index())?))
    }
}

impl Ceremony for Sign {
    type Output = Signed;

    fn parties(&self) -> &[PartyIndex] {
        self.0.parties()
    }

    fn receive(&mut self, from: PartyIndex, frame: &[u8]) -> Result<(), Abort> {
        self.0.receive(from, frame)
    }

    fn poll(&mut self, rng: &mut dyn CryptoRngCore) -> Result<Step<Signed>, Abort> {
        self.0.poll(rng)
    }

    fn approve(&mut self) {
        self.0.approve();
    }
}

#[cfg(feature = "testing")]
impl Sign {
    /// The session, while the ceremony runs: what a cheat needs to make messages of its own.
    pub fn session(&self) -> Option<symbolon_mpc::SessionId> {
        self.0.session()
    }
}

#[cfg(feature = "testing")]
impl symbolon_mpc::testing::fields::Inspect for Sign {
    fn sent(&self) -> &[symbolon_mpc::testing::fields::FrameFields] {
        self.0.sent()
    }
}

/// What all rounds of one party need.
struct Signer {
    wallet: [u8; 32],
    epoch: u32,
    devices: Vec<(PartyIndex, DeviceId)>,
    items: Vec<Item>,
    /// λᵢ·xᵢ.
    share: Zeroizing<Scalar>,
    /// What hedges randomness: a hash of the share.
    hedge: Zeroizing<[u8; 32]>,
    pairs: Pairs,
}

/// One thing to sign.
struct Item {
    digest: [u8; 32],
    /// The derived public key.
    public_key: ProjectivePoint,
    /// λᵢ times the tweak of the derivation.
    tweak: Scalar,
}

impl Signer {
    fn key_of(&self, peer: PartyIndex) -> Option<PairKey> {
        let (_, device) = self.devices.iter().find(|(index, _)| *index == peer)?;
        Some(PairKey { wallet: self.wallet, epoch: self.epoch, peer: *device })
    }

    /// Randomness for one use in this session (§2.5), hedged by the share (R12): if the generator that was handed
    /// in repeats itself, sessions still differ; if it is known, its values are still not.
    fn random(&self, context: &Context, label: &str, rng: &mut dyn CryptoRngCore) -> Stream {
        let bytes = hedge::draw_bytes(rng, context, label, 0, &[&*self.hedge]);
        let mut key = Zeroizing::new([0; 32]);
        key.copy_from_slice(&bytes[..32]);
        Stream::new(*key)
    }
}

/// Names the peer in an abort.
fn blame<T>(peer: PartyIndex) -> impl FnOnce(Cause) -> Result<T, Abort> {
    move |cause| Err(Abort::party(peer, cause))
}

/// An abort for what some signer did: with two signers it was the other one, with more nothing tells.
fn somebody(context: &Context, cause: Cause) -> Abort {
    let mut peers = context.peers();
    match (peers.next(), peers.next()) {
        (Some(peer), None) => Abort { cause, blame: Blame::Party(peer) },
        _ => Abort::nobody(cause),
    }
}

#[cfg(test)]
mod wiped {
    use super::*;

    symbolon_mpc::wiped!(Signer, Signer { share, hedge, pairs } but { wallet, epoch, devices, items });
}
