//! Set-ups dealt in the open. Compiled with the feature `testing` only: whoever deals knows everything.

use core::array;

use rand_core::CryptoRngCore;
use symbolon_mpc::DeviceId;

use crate::ot::base::{COUNT, ReceiverSeeds, SenderSeeds};
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
