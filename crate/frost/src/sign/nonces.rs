//! Nonces, which are drawn once and used once.

use frost_core::keys::KeyPackage;
use frost_core::round1::{SigningCommitments, SigningNonces, commit};
use frost_core::round2::{self, SignatureShare};
use frost_core::{Error, SigningPackage};
use rand_core::{CryptoRng, CryptoRngCore, RngCore, impls};
use symbolon_mpc::hedge;
use symbolon_mpc::machine::Context;

use crate::suite::Suite;

/// The nonces of one item, hiding and binding; wiped when dropped.
///
/// They sign once, because signing consumes them, and cannot be kept (R1): they move, but
///
/// ```
/// # use symbolon_frost::{ed25519::Ed25519, taproot::Taproot, sign::Nonces};
/// fn is_send<T: Send>() {}
/// is_send::<Nonces<Ed25519>>();
/// is_send::<Nonces<Taproot>>();
/// # fn is_serialize<T: serde::Serialize>() {}
/// # is_serialize::<u8>();
/// ```
///
/// they are neither copied nor written nor printed:
///
/// ```compile_fail,E0277
/// # use symbolon_frost::{ed25519::Ed25519, sign::Nonces};
/// fn is_clone<T: Clone>() {}
/// is_clone::<Nonces<Ed25519>>();
/// ```
///
/// ```compile_fail,E0277
/// # use symbolon_frost::{ed25519::Ed25519, sign::Nonces};
/// fn is_serialize<T: serde::Serialize>() {}
/// is_serialize::<Nonces<Ed25519>>();
/// ```
///
/// ```compile_fail,E0277
/// # use symbolon_frost::{taproot::Taproot, sign::Nonces};
/// fn is_debug<T: core::fmt::Debug>() {}
/// is_debug::<Nonces<Taproot>>();
/// ```
pub struct Nonces<S: Suite>(SigningNonces<S::Cipher>);

impl<S: Suite> Nonces<S> {
    /// Draws nonces; RFC 9591, section 5.1. ZF hashes what `rng` gives with the share once more (section 4.1).
    pub(super) fn draw(
        key: &KeyPackage<S::Cipher>,
        mut rng: Hedged<'_>,
    ) -> (Self, SigningCommitments<S::Cipher>) {
        let (nonces, commitments) = commit(key.signing_share(), &mut rng);
        (Self(nonces), commitments)
    }

    /// The signature share; RFC 9591, section 5.2.
    pub(super) fn sign(
        self,
        package: &SigningPackage<S::Cipher>,
        key: &KeyPackage<S::Cipher>,
    ) -> Result<SignatureShare<S::Cipher>, Error<S::Cipher>> {
        round2::sign(package, &self.0, key)
    }
}

/// A generator for the nonces of one item, each of whose bytes is hedged by session, share and item (R12): if the
/// generator that was handed in repeats itself, sessions still differ; if it is known, its values are still not.
pub(super) struct Hedged<'a> {
    pub(super) rng: &'a mut dyn CryptoRngCore,
    pub(super) context: &'a Context,
    /// Hash of the share.
    pub(super) held: &'a [u8; 32],
    /// The item's place in the plan.
    pub(super) item: u16,
    /// How often this generator drew.
    pub(super) draws: u16,
}

impl RngCore for Hedged<'_> {
    fn next_u32(&mut self) -> u32 {
        impls::next_u32_via_fill(self)
    }

    fn next_u64(&mut self) -> u64 {
        impls::next_u64_via_fill(self)
    }

    fn fill_bytes(&mut self, bytes: &mut [u8]) {
        for chunk in bytes.chunks_mut(64) {
            let number = (u32::from(self.item) << 16) | u32::from(self.draws);
            // ZF draws twice.
            self.draws += 1;
            let drawn = hedge::draw_bytes(self.rng, self.context, "frost/nonce", number, &[self.held]);
            for (byte, drawn) in chunk.iter_mut().zip(drawn.iter()) {
                *byte = *drawn;
            }
        }
    }

    fn try_fill_bytes(&mut self, bytes: &mut [u8]) -> Result<(), rand_core::Error> {
        self.fill_bytes(bytes);
        Ok(())
    }
}

impl CryptoRng for Hedged<'_> {}
