//! What two devices hold in memory to sign together: base transfers both ways and the seed of zero shares (§7).
//!
//! A [`PairSetup`] is made in the first signing ceremony of two devices and may serve their later ones, as long
//! as both processes live. It is moved into a ceremony and comes back with its outcome; a ceremony that ends in
//! any other way drops it, and dropping wipes it. So a cheat that is caught learns nothing that is used again,
//! and nothing on a disk can be rolled back into a reuse: it cannot be copied or written.
//!
//! ```
//! fn needs_send<T: Send>() {}
//! needs_send::<symbolon_ecdsa::PairSetup>();
//! needs_send::<symbolon_ecdsa::Pairs>();
//! needs_send::<symbolon_ecdsa::Sign>();
//! ```
//!
//! ```compile_fail
//! fn needs_clone<T: Clone>() {}
//! needs_clone::<symbolon_ecdsa::PairSetup>();
//! ```
//!
//! ```compile_fail
//! fn needs_clone<T: Clone>() {}
//! needs_clone::<symbolon_ecdsa::Pairs>();
//! ```
//!
//! ```compile_fail
//! fn needs_serialize<T: serde::Serialize>() {}
//! needs_serialize::<symbolon_ecdsa::PairSetup>();
//! ```
//!
//! ```compile_fail
//! fn needs_serialize<T: serde::Serialize>() {}
//! needs_serialize::<symbolon_ecdsa::Pairs>();
//! ```
//!
//! ```compile_fail
//! fn needs_clone<T: Clone>() {}
//! needs_clone::<symbolon_ecdsa::Sign>();
//! ```
//!
//! ```compile_fail
//! fn needs_serialize<T: serde::Serialize>() {}
//! needs_serialize::<symbolon_ecdsa::Sign>();
//! ```

use core::fmt;
use std::collections::BTreeMap;

use rand_core::CryptoRngCore;
use serde::{Deserialize, Serialize};
use symbolon_mpc::{Cause, DeviceId, PartyIndex, SessionId, Tag, Transcript, wire};
use zeroize::{Zeroize, ZeroizeOnDrop, Zeroizing};

use crate::direction::Direction;
use crate::ot::base::{self, ReceiverMessage, ReceiverSeeds, SenderMessage, SenderSeeds};
use crate::zero::{Commitment, PairSeed, SeedPart};

/// Names a set-up: a hash of everything that was said to make it. Not secret.
pub type PairName = [u8; 32];

/// What two devices hold to sign together.
pub struct PairSetup {
    pub(crate) name: PairName,
    /// This party as the one with both messages: it *chose* in the base transfers.
    pub(crate) alice: ReceiverSeeds,
    /// This party as the one that chooses.
    pub(crate) bob: SenderSeeds,
    pub(crate) zero: PairSeed,
}

/// The set-ups that a process holds: one for each peer device, wallet and epoch.
#[derive(Default)]
pub struct Pairs(BTreeMap<PairKey, PairSetup>);

/// Whom and what a set-up is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct PairKey {
    /// The wallet.
    pub wallet: [u8; 32],
    /// The epoch of the shares.
    pub epoch: u32,
    /// The peer's device.
    pub peer: DeviceId,
}

/// What each of the two says first.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SetupMessage {
    /// As sender of base transfers.
    pub sender: SenderMessage,
    /// As receiver of base transfers.
    pub receiver: ReceiverMessage,
    /// Commitment to a part of the seed of zero shares.
    pub seed: Commitment,
}

/// What each of the two says second: the committed part.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SetupOpening {
    /// The part, 32 bytes.
    #[serde(with = "wire::bytes")]
    pub seed: Vec<u8>,
}

/// A set-up whose first message is said.
pub(crate) struct Started {
    direction: Direction,
    sender: base::Sender,
    receiver: base::Receiver,
    seed: SeedPart,
    message: SetupMessage,
}

/// A set-up that lacks the peer's opening.
pub(crate) struct Unopened {
    direction: Direction,
    name: PairName,
    alice: ReceiverSeeds,
    bob: SenderSeeds,
    seed: SeedPart,
    commitment: Commitment,
}

impl Started {
    /// Begins set-ups between `me` and each of `peers`, in their order.
    pub fn new_each(
        session: SessionId,
        me: PartyIndex,
        peers: &[PartyIndex],
        rng: &mut dyn CryptoRngCore,
    ) -> Vec<(Self, SetupMessage)> {
        if peers.is_empty() {
            return Vec::new();
        }
        let mut drawn = Vec::new();
        let mut rest = Vec::new();
        for peer in peers {
            let direction = Direction { session, sender: me, receiver: *peer };
            let sender = base::Sender::start(direction, rng);
            drawn.push(base::Drawn::draw(direction.reversed(), rng));
            let mut seed = SeedPart(Zeroizing::new([0; 32]));
            rng.fill_bytes(&mut *seed.0);
            rest.push((direction, sender, seed));
        }
        let receivers = base::Receiver::start_each(drawn);
        let started = rest.into_iter().zip(receivers).map(|(rest, (receiver, from_receiver))| {
            let (direction, (sender, from_sender), seed) = rest;
            let message =
                SetupMessage { sender: from_sender, receiver: from_receiver, seed: seed.commit(&direction) };
            (Self { direction, sender, receiver, seed, message: message.clone() }, message)
        });
        started.collect()
    }

    /// Takes each peer's first message.
    ///
    /// # Errors
    /// The peer, and [`Cause::Malformed`] if its message holds anything but points of the curve.
    pub fn finish_each(
        started: Vec<(Self, SetupMessage)>,
    ) -> Result<Vec<(PartyIndex, Unopened)>, (PartyIndex, Cause)> {
        if started.is_empty() {
            return Ok(Vec::new());
        }
        let senders: Vec<_> = started.iter().map(|(own, peer)| (&own.sender, &peer.receiver)).collect();
        let bobs = base::Sender::finish_each(&senders)?;
        let receivers: Vec<_> = started.iter().map(|(own, peer)| (&own.receiver, &peer.sender)).collect();
        let alices = base::Receiver::finish_each(&receivers)?;
        let seeds = bobs.into_iter().zip(alices);
        let unopened = started.into_iter().zip(seeds).map(|((own, message), (bob, alice))| {
            let Self { direction, seed, message: said, .. } = own;
            let name = name(&direction, &said, &message);
            (direction.receiver, Unopened { direction, name, alice, bob, seed, commitment: message.seed })
        });
        Ok(unopened.collect())
    }
}

impl Unopened {
    /// This party as the one that chooses; usable before the opening.
    pub fn bob(&self) -> &SenderSeeds {
        &self.bob
    }

    /// The second message.
    pub fn opening(&self) -> SetupOpening {
        SetupOpening { seed: self.seed.0.to_vec() }
    }

    /// Takes the peer's second message.
    ///
    /// # Errors
    /// [`Cause`] if it is not what the peer committed to.
    pub fn open(self, opening: &SetupOpening) -> Result<PairSetup, Cause> {
        let part = <[u8; 32]>::try_from(opening.seed.as_slice())
            .map_err(|_| Cause::Malformed("seed of the zero shares"))?;
        let peer = SeedPart(Zeroizing::new(part));
        let zero = PairSeed::join(&self.direction, &self.seed, &peer, &self.commitment)?;
        Ok(PairSetup { name: self.name, alice: self.alice, bob: self.bob, zero })
    }
}

/// §7.5: the name is the same on both sides, for the lower index comes first.
fn name(direction: &Direction, own: &SetupMessage, peer: &SetupMessage) -> PairName {
    let (low, first, second) = match direction.sender < direction.receiver {
        true => (*direction, own, peer),
        false => (direction.reversed(), peer, own),
    };
    let put = |hash: Transcript, message: &SetupMessage| {
        hash.field(&message.sender.point).field(&message.receiver.points).field(&message.seed.0)
    };
    put(put(low.transcript(Tag::PairName), first), second).finish32()
}

impl Pairs {
    /// No set-ups yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Takes out what a ceremony of this wallet and epoch with these devices may use.
    #[must_use]
    pub fn take(&mut self, wallet: [u8; 32], epoch: u32, peers: &[DeviceId]) -> Self {
        let keys = peers.iter().map(|peer| PairKey { wallet, epoch, peer: *peer });
        Self(keys.filter_map(|key| Some((key, self.0.remove(&key)?))).collect())
    }

    /// Puts back what a ceremony ended with. What was held for the same devices, wallet and epoch is wiped.
    pub fn put(&mut self, pairs: Self) {
        self.0.extend(pairs.0);
    }

    /// Wipes everything held with a device.
    pub fn forget(&mut self, peer: DeviceId) {
        self.0.retain(|key, _| key.peer != peer);
    }

    /// Wipes everything of a wallet but what belongs to `epoch`.
    pub fn keep_only_epoch(&mut self, wallet: [u8; 32], epoch: u32) {
        self.0.retain(|key, _| key.wallet != wallet || key.epoch == epoch);
    }

    /// Wipes everything: on lock.
    pub fn clear(&mut self) {
        self.0.clear();
    }

    /// How many set-ups are held.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether none is held.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The name of the set-up for `key`, if one is held.
    pub fn name(&self, key: &PairKey) -> Option<PairName> {
        self.0.get(key).map(|setup| setup.name)
    }

    pub(crate) fn remove(&mut self, key: &PairKey) -> Option<PairSetup> {
        self.0.remove(key)
    }

    #[cfg(feature = "testing")]
    pub(crate) fn get(&self, key: &PairKey) -> Option<&PairSetup> {
        self.0.get(key)
    }

    pub(crate) fn insert(&mut self, key: PairKey, setup: PairSetup) {
        self.0.insert(key, setup);
    }
}

impl Drop for SetupOpening {
    fn drop(&mut self) {
        self.seed.zeroize();
    }
}

impl ZeroizeOnDrop for SetupOpening {}

impl fmt::Debug for PairSetup {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PairSetup(<redacted>)")
    }
}

impl fmt::Debug for Pairs {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.0.keys()).finish()
    }
}

#[cfg(test)]
mod wiped {
    use super::*;

    symbolon_mpc::wiped!(PairSetup, PairSetup { alice, bob, zero } but { name });
    symbolon_mpc::wiped!(Pairs, Pairs { 0 } but {});
    symbolon_mpc::wiped!(Started, Started { sender, receiver, seed } but { direction, message });
    symbolon_mpc::wiped!(Unopened, Unopened { alice, bob, seed } but { direction, name, commitment });
    symbolon_mpc::wiped!(message SetupOpening);
}

#[cfg(test)]
mod tests {
    use rand_chacha::ChaCha20Rng;
    use rand_core::SeedableRng;

    use super::*;
    use crate::testing::deal_pairs;

    const PHONE: DeviceId = DeviceId([1; 32]);
    const LAPTOP: DeviceId = DeviceId([2; 32]);
    const ME: DeviceId = DeviceId([3; 32]);

    fn key(wallet: u8, epoch: u32, peer: DeviceId) -> PairKey {
        PairKey { wallet: [wallet; 32], epoch, peer }
    }

    /// Set-ups with both devices, of two wallets, at two epochs.
    fn eight() -> Pairs {
        let mut rng = ChaCha20Rng::seed_from_u64(1);
        let mut pairs = Pairs::new();
        for (wallet, epoch, peer) in [1, 2]
            .into_iter()
            .flat_map(|wallet| [1, 2].map(|epoch| (wallet, epoch)))
            .flat_map(|(wallet, epoch)| [PHONE, LAPTOP].map(|peer| (wallet, epoch, peer)))
        {
            let [mine, _] = deal_pairs([wallet; 32], epoch, [ME, peer], &mut rng);
            pairs.put(mine);
        }
        assert_eq!(pairs.len(), 8);
        pairs
    }

    fn held(pairs: &Pairs) -> Vec<PairKey> {
        pairs.0.keys().copied().collect()
    }

    #[test]
    fn a_device_is_forgotten_in_every_wallet_and_no_other_is() {
        let mut pairs = eight();
        pairs.forget(PHONE);
        assert_eq!(
            held(&pairs),
            [key(1, 1, LAPTOP), key(1, 2, LAPTOP), key(2, 1, LAPTOP), key(2, 2, LAPTOP)]
        );
    }

    #[test]
    fn other_epochs_of_a_wallet_are_wiped_and_other_wallets_are_not() {
        let mut pairs = eight();
        pairs.keep_only_epoch([1; 32], 2);
        let kept = [(1, 2), (2, 1), (2, 2)];
        let kept =
            kept.into_iter().flat_map(|(wallet, epoch)| [PHONE, LAPTOP].map(|peer| key(wallet, epoch, peer)));
        assert_eq!(held(&pairs), kept.collect::<Vec<_>>());
    }

    #[test]
    fn a_lock_leaves_nothing() {
        let mut pairs = eight();
        pairs.clear();
        assert!(pairs.is_empty());
    }

    #[test]
    fn what_is_taken_for_a_ceremony_is_of_its_wallet_epoch_and_devices_and_is_gone() {
        let mut pairs = eight();
        let taken = pairs.take([2; 32], 1, &[PHONE, DeviceId([9; 32])]);
        assert_eq!(held(&taken), [key(2, 1, PHONE)]);
        assert_eq!(pairs.len(), 7);
        assert!(pairs.take([2; 32], 1, &[PHONE]).is_empty());
    }
}
