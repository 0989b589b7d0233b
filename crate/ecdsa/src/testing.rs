//! Set-ups dealt in the open, a receiver that cheats, and [`conformance`]. Compiled with the feature `testing` only:
//! whoever deals knows everything.

// A test that finds a defect panics: that is what this module is for.
#[allow(clippy::panic, clippy::unwrap_used)]
pub mod conformance;

use core::array;

use rand_core::CryptoRngCore;
use symbolon_mpc::DeviceId;

use crate::direction::Direction;
use crate::ot::base::{COUNT, ReceiverSeeds, SenderSeeds};
use crate::ot::extension::{Challenge, Expand, ExtensionMessage, hash_of_folds};
use crate::setup::{PairKey, PairSetup, Pairs};
use crate::zero::PairSeed;

/// A common set-up of two devices as each of them holds it, without the cost of base transfers.
pub fn deal_pairs(
    wallet: [u8; 32],
    epoch: u32,
    devices: [DeviceId; 2],
    rng: &mut dyn CryptoRngCore,
) -> [Pairs; 2] {
    let mut draw = || {
        let mut bytes = [0; 32];
        rng.fill_bytes(&mut bytes);
        bytes
    };
    let (name, zero) = (draw(), draw());
    let mut base = || {
        let seeds: Box<[[_; 2]; COUNT]> = Box::new(array::from_fn(|_| [draw(), draw()]));
        let mut choices = [0; 16];
        choices.copy_from_slice(&draw()[..16]);
        let choices = u128::from_le_bytes(choices);
        let chosen = Box::new(array::from_fn(|index| seeds[index][(choices >> index) as usize & 1]));
        (SenderSeeds(seeds), ReceiverSeeds { choices, seeds: chosen })
    };
    let ((first_bob, second_alice), (second_bob, first_alice)) = (base(), base());
    let of = |peer, alice, bob| {
        let mut pairs = Pairs::new();
        let setup = PairSetup { name, alice, bob, zero: PairSeed::from_bytes(zero) };
        pairs.insert(PairKey { wallet, epoch, peer }, setup);
        pairs
    };
    [of(devices[1], first_alice, first_bob), of(devices[0], second_alice, second_bob)]
}

/// A copy of what a party holds of base transfers with the peer of `key`: as the one that chose, and as the one
/// with both messages.
pub fn base_of(pairs: &Pairs, key: &PairKey) -> Option<(ReceiverSeeds, SenderSeeds)> {
    let setup = pairs.get(key)?;
    let alice = ReceiverSeeds { choices: setup.alice.choices, seeds: setup.alice.seeds.clone() };
    Some((alice, SenderSeeds(setup.bob.0.clone())))
}

/// The extension's message of a receiver that cheats: in `column` alone it chooses otherwise in the first transfer,
/// and it answers the check so that it passes if the sender's choice in base transfer `column` is `guess`, and
/// fails else. The selective failure that the extension's proof allows (Keller–Orsini–Scholl, ePrint 2015/546,
/// "leakage"): one guess costs a failure with one half.
pub fn guess_choice(
    base: &SenderSeeds,
    direction: &Direction,
    honest: &ExtensionMessage,
    column: usize,
    guess: bool,
) -> ExtensionMessage {
    let mut crooked = honest.clone();
    let length = honest.columns.len() / COUNT;
    let expand = Expand::new(direction);
    let kept = |index: usize, role: usize| {
        let mut bytes = vec![0; length];
        expand.column(base.seed(index, role), &mut bytes);
        bytes
    };
    let xor = |one: &[u8], other: &[u8]| -> Vec<u8> { one.iter().zip(other).map(|(a, b)| a ^ b).collect() };
    let choices = xor(&xor(&kept(0, 0), &kept(0, 1)), &honest.columns[..length]);
    let mut otherwise = choices.clone();
    otherwise[0] ^= 1;
    crooked.columns[column * length] ^= 1;

    let challenge = Challenge::new(direction, &crooked.columns, length - BLOCK);
    let difference = challenge.fold(&choices) + challenge.fold(&otherwise);
    crooked.choices = challenge.fold(&choices).to_bytes().to_vec();
    let fold = |index: usize| match guess && index == column {
        true => challenge.fold(&kept(index, 0)) + difference,
        false => challenge.fold(&kept(index, 0)),
    };
    crooked.folds = hash_of_folds(direction, (0..COUNT).map(fold)).to_vec();
    crooked
}

/// Bytes of the rows that hide what the check shows.
const BLOCK: usize = 16;
