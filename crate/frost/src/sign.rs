//! Signing: FROST (RFC 9591, section 5), one or more items in one ceremony.
//!
//! | round | said to all | |
//! |---|---|---|
//! | 1 | per item: commitments to a hiding and a binding nonce | reliable |
//! | 2 | per item: a signature share | with approval |
//!
//! Round 1 needs no consent, because items and intent are in the session id before the first nonce is drawn; the
//! signature shares wait for [`Ceremony::approve`]. A signature leaves only after a strict verifier other than ZF's
//! took it under the key that signs. Whoever spoils one is named by every honest signer: shares are then checked
//! against the verification shares of the key.

mod keys;
mod nonces;
mod rounds;

use rand_core::CryptoRngCore;
use symbolon_mpc::{Abort, Ceremony, KeyShare, Machine, PartyIndex, Step};

pub use self::nonces::Nonces;
use self::rounds::SignProtocol;
use crate::signature::Signature;
use crate::suite::Suite;
pub use symbolon_mpc::sign::{MAX_ITEMS, Misuse, SignPlan};

/// A signing ceremony of one party. It holds nonces and a share, so that it is neither copied nor written (R1):
///
/// ```compile_fail,E0277
/// # use symbolon_frost::{ed25519::Ed25519, Sign};
/// fn is_clone<T: Clone>() {}
/// is_clone::<Sign<Ed25519>>();
/// ```
///
/// ```compile_fail,E0277
/// # use symbolon_frost::{ed25519::Ed25519, Sign};
/// fn is_serialize<T: serde::Serialize>() {}
/// is_serialize::<Sign<Ed25519>>();
/// ```
pub struct Sign<S: Suite>(Machine<SignProtocol<S>>);

/// What a signing ceremony ends in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Signed {
    /// One signature for each item of the plan, in its order, each verified.
    pub signatures: Vec<Signature>,
}

impl<S: Suite> Sign<S> {
    /// Starts signing what `plan` says with `share`.
    ///
    /// # Errors
    /// [`Misuse`] if plan and share do not fit.
    ///
    /// # Security
    /// The caller has made every message by itself from the request that `plan.intent` is a hash of.
    pub fn start(plan: SignPlan<S::Item>, share: &KeyShare) -> Result<Self, Misuse> {
        Ok(Self(Machine::new(SignProtocol::new(plan, share)?, share.index())?))
    }
}

impl<S: Suite> Ceremony for Sign<S> {
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
impl<S: Suite> symbolon_mpc::testing::fields::Inspect for Sign<S> {
    fn sent(&self) -> &[symbolon_mpc::testing::fields::FrameFields] {
        self.0.sent()
    }
}
