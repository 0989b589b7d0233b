//! What is to be signed, by whom, and why a plan is refused.

use symbolon_mpc::derive::{DeriveError, Path};
use symbolon_mpc::share::InvalidKeyInfo;
use symbolon_mpc::{CeremonyId, KeyInfo, PartyIndex, Tag, Transcript};

use crate::suite::{Item, Suite};

/// Most items in one plan: one frame carries all of them.
pub const MAX_ITEMS: usize = 16;

/// What all signers agree on, byte for byte, before anything is drawn.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SignPlan<I> {
    /// What frames are routed by.
    pub ceremony: CeremonyId,
    /// The wallet whose key signs.
    pub wallet: [u8; 32],
    /// The epoch of the shares.
    pub epoch: u32,
    /// The signers: exactly t parties of the key's quorum.
    pub signers: Vec<PartyIndex>,
    /// Hash of the request as every signer decoded it for itself.
    pub intent: [u8; 32],
    /// What is signed, in order.
    pub items: Vec<I>,
}

/// Why a signing ceremony cannot be started. The caller's fault, found before anything is sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Misuse {
    /// A derived key does not exist.
    #[error(transparent)]
    Derive(#[from] DeriveError),
    /// No item, or more than [`MAX_ITEMS`].
    #[error("a plan has 1 to {MAX_ITEMS} items, not {0}")]
    ItemCount(usize),
    /// The share was made for another scheme.
    #[error(transparent)]
    Key(#[from] InvalidKeyInfo),
    /// The list of signers is no list of parties, or lacks this one.
    #[error(transparent)]
    Machine(#[from] symbolon_mpc::Misuse),
    /// A message is longer than [`crate::ed25519::MAX_MESSAGE`].
    #[error("a message of {0} bytes is too long")]
    MessageLength(usize),
    /// The plan is for another wallet than the share.
    #[error("the share is of another wallet")]
    OtherWallet,
    /// Not as many signers as the threshold says.
    #[error("{threshold} must sign, not {signers}")]
    SignerCount {
        /// The key's threshold.
        threshold: u16,
        /// The number of signers in the plan.
        signers: usize,
    },
    /// The plan is for another epoch than the share.
    #[error("the share is of epoch {held}, the plan of epoch {asked}")]
    StaleEpoch {
        /// The share's epoch.
        held: u32,
        /// The plan's.
        asked: u32,
    },
    /// A signer is no party of the key's quorum.
    #[error("{0} is not in the quorum")]
    UnknownSigner(PartyIndex),
}

impl<I: Item> SignPlan<I> {
    /// Hash of what is signed, and with which key: intent, paths, messages, public key, chain code, verification
    /// shares. Who signs is in the session's agreement.
    pub(super) fn digest<S: Suite<Item = I>>(&self, info: &KeyInfo) -> [u8; 32] {
        let mut hash = Transcript::new(Tag::Plan)
            .field(S::PROTOCOL.as_bytes())
            .field(info.public_key())
            .field(info.chain_code())
            // With the verification shares signers of two attempts at one epoch part before they could blame each other.
            .field(&info.parts().verification_shares.concat())
            .field(&self.intent);
        hash.put(&(self.items.len() as u64).to_be_bytes());
        for item in &self.items {
            hash.put(&steps_of(item.path()));
            S::put(item, &mut hash);
        }
        hash.finish32()
    }
}

fn steps_of(path: &Path) -> Vec<u8> {
    path.steps().iter().flat_map(|step| step.to_be_bytes()).collect()
}
