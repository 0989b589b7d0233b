//! Round 1 of protocol 3.6 (§8.2): commit to the nonce, and Bob's half of every multiplication.

use std::collections::BTreeMap;

use k256::{ProjectivePoint, Scalar};
use rand_core::CryptoRngCore;
use serde::{Deserialize, Serialize};
use symbolon_mpc::machine::{Context, Heard, Next, Round, Word};
use symbolon_mpc::{Abort, Cause, PartyIndex, Tag};
use zeroize::Zeroizing;

use super::open::Open;
use super::{Signed, Signer, blame};
use crate::curve::{self, COMPRESSED};
use crate::direction::Direction;
use crate::ot::extension::ExtensionMessage;
use crate::setup::{PairSetup, SetupOpening, Unopened};
use crate::vole::{Alice, Bob};
use crate::zero::Commitment;

/// The round, number `N`: 1 if there is no set-up round, else 2.
pub(super) struct Commit<const N: u16> {
    signer: Signer,
    unopened: BTreeMap<PartyIndex, Unopened>,
    spoken: Option<Spoken>,
}

struct Spoken {
    blind: Zeroizing<[u8; 32]>,
    nonces: Vec<Nonce>,
    bobs: BTreeMap<PartyIndex, Bob>,
    setups: BTreeMap<PartyIndex, Ready>,
}

/// A set-up that is complete, or lacks the peer's opening.
enum Ready {
    Held(Box<PairSetup>),
    Unopened(Box<Unopened>),
}

/// What is drawn for one item.
pub(super) struct Nonce {
    /// rᵢ.
    pub scalar: Zeroizing<Scalar>,
    /// φᵢ, which masks the nonce's inverse.
    pub mask: Zeroizing<Scalar>,
    /// Rᵢ = rᵢ·G.
    pub point: ProjectivePoint,
}

/// A peer of this party, once multiplications with it are under way.
pub(super) struct Peer {
    pub index: PartyIndex,
    pub setup: Box<PairSetup>,
    pub alice: Alice,
    pub bob: Bob,
    /// What it committed to.
    pub commitment: Commitment,
}

/// The private part.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct CommitPrivate {
    /// The second message of a set-up, where one is made.
    opening: Option<SetupOpening>,
    /// Bob's message.
    extension: ExtensionMessage,
}

impl<const N: u16> Commit<N> {
    pub fn new(signer: Signer, unopened: BTreeMap<PartyIndex, Unopened>) -> Self {
        Self { signer, unopened, spoken: None }
    }
}

impl<const N: u16> Round for Commit<N> {
    type Output = Signed;
    type Broadcast = Commitment;
    type Private = CommitPrivate;

    const NUMBER: u16 = N;
    const RELIABLE: bool = true;

    fn speak(
        &mut self,
        context: &Context,
        rng: &mut dyn CryptoRngCore,
    ) -> Result<Word<Commitment, CommitPrivate>, Abort> {
        // 2023/765, protocol 3.6, steps 5 and 6: P_i samples r_i ← Z_q and φ_i ← Z_q, computes R_i := r_i·G,
        // and commits to R_i; as Bob of a multiplication with every P_j it samples χ_{i,j}.
        let mut random = self.signer.random(context, "commit", rng);
        let count = self.signer.items.len();
        let nonces: Vec<_> = (0..count).map(|_| Nonce::draw(&mut random)).collect();
        let mut blind = Zeroizing::new([0; 32]);
        random.fill(&mut *blind);
        let points: Vec<_> = nonces.iter().map(|nonce| curve::encode_compressed(&nonce.point)).collect();
        let commitment = commit(context, context.me(), &blind, &points);

        let mut bobs = BTreeMap::new();
        let mut setups = BTreeMap::new();
        let mut private = Vec::new();
        for peer in context.peers() {
            let (setup, opening) = match self.unopened.remove(&peer) {
                Some(unopened) => {
                    let opening = unopened.opening();
                    (Ready::Unopened(Box::new(unopened)), Some(opening))
                }
                None => {
                    let key = self.signer.key_of(peer);
                    let held = key.and_then(|key| self.signer.pairs.remove(&key));
                    // A peer has a set-up or was set up with: otherwise the rounds before are wrong.
                    let held = held.ok_or(Abort::nobody(Cause::SessionMismatch))?;
                    (Ready::Held(Box::new(held)), None)
                }
            };
            let direction = Direction { session: *context.session(), sender: peer, receiver: context.me() };
            let (bob, extension) = Bob::start(setup.bob(), direction, count, &mut random);
            bobs.insert(peer, bob);
            setups.insert(peer, setup);
            private.push((peer, CommitPrivate { opening, extension }));
        }
        self.spoken = Some(Spoken { blind, nonces, bobs, setups });
        Ok(Word { broadcast: commitment, private })
    }

    fn listen(
        self,
        context: &Context,
        heard: Heard<Commitment, CommitPrivate>,
        _: &mut dyn CryptoRngCore,
    ) -> Result<Next<Signed>, Abort> {
        let mut spoken = self.spoken.ok_or(Abort::nobody(Cause::Cancelled))?;
        let count = self.signer.items.len();
        let mut peers = Vec::new();
        for (index, commitment, message) in heard {
            let parts = (spoken.setups.remove(&index), spoken.bobs.remove(&index));
            let (Some(setup), Some(bob)) = parts else { return Err(Abort::nobody(Cause::Cancelled)) };
            let setup = setup.open(message.opening).or_else(blame(index))?;
            let direction = Direction { session: *context.session(), sender: context.me(), receiver: index };
            let alice =
                Alice::start(&setup.alice, direction, count, &message.extension).or_else(blame(index))?;
            peers.push(Peer { index, setup, alice, bob, commitment });
        }
        Ok(match N {
            1 => Next::round(Open::<2>::new(self.signer, spoken.blind, spoken.nonces, peers)),
            _ => Next::round(Open::<3>::new(self.signer, spoken.blind, spoken.nonces, peers)),
        })
    }
}

impl Ready {
    fn bob(&self) -> &crate::ot::base::SenderSeeds {
        match self {
            Self::Held(setup) => &setup.bob,
            Self::Unopened(unopened) => unopened.bob(),
        }
    }

    fn open(self, opening: Option<SetupOpening>) -> Result<Box<PairSetup>, Cause> {
        match (self, opening) {
            (Self::Held(setup), None) => Ok(setup),
            (Self::Unopened(unopened), Some(opening)) => Ok(Box::new(unopened.open(&opening)?)),
            _ => Err(Cause::Malformed("opening of a set-up")),
        }
    }
}

impl Nonce {
    fn draw(rng: &mut dyn CryptoRngCore) -> Self {
        let scalar = Zeroizing::new(curve::draw_scalar(rng));
        let mask = Zeroizing::new(curve::draw_scalar(rng));
        let point = curve::generator_by(&scalar);
        Self { scalar, mask, point }
    }
}

/// The commitment of `from` to its Rᵢ of all items.
pub(super) fn commit(
    context: &Context,
    from: PartyIndex,
    blind: &[u8; 32],
    points: &[[u8; COMPRESSED]],
) -> Commitment {
    let mut hash = context.transcript(Tag::SignCommit, Some(from), None, 0).field(blind);
    for point in points {
        hash.put(point);
    }
    Commitment(hash.finish32())
}

#[cfg(test)]
mod wiped {
    use super::*;

    symbolon_mpc::wiped!(Commit<1>, Commit { signer, unopened, spoken } but {});
    symbolon_mpc::wiped!(Spoken, Spoken { blind, nonces, bobs, setups } but {});
    symbolon_mpc::wiped!(Nonce, Nonce { scalar, mask } but { point });
    symbolon_mpc::wiped!(Peer, Peer { setup, alice, bob } but { index, commitment });
    symbolon_mpc::lacks!(Ready: Clone);

    impl symbolon_mpc::testing::wiped::Wiped for Ready
    where
        Box<PairSetup>: symbolon_mpc::testing::wiped::Wiped,
        Box<Unopened>: symbolon_mpc::testing::wiped::Wiped,
    {
    }
}
