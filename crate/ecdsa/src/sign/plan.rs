//! What is to be signed, by whom, and why a plan is refused.

use symbolon_mpc::derive::{DeriveError, Path};
use symbolon_mpc::share::InvalidKeyInfo;
use symbolon_mpc::{CeremonyId, KeyInfo, PartyIndex, Tag, Transcript};

/// Most items in one plan: one frame carries all of them.
pub const MAX_ITEMS: usize = 16;

/// What all signers agree on, byte for byte, before anything is drawn.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SignPlan {
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
    pub items: Vec<SignItem>,
}

/// One thing to sign.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SignItem {
    /// The key, below the root.
    pub path: Path,
    /// The digest, 32 bytes.
    pub digest: [u8; 32],
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
    /// The share cannot sign by this protocol.
    #[error(transparent)]
    Key(#[from] InvalidKeyInfo),
    /// The list of signers is no list of parties, or lacks this one.
    #[error(transparent)]
    Machine(#[from] symbolon_mpc::Misuse),
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

impl SignPlan {
    /// Hash of what is signed, and with which key (§2.2): intent, paths, digests, public key, chain code,
    /// verification shares. Who signs is in the session's agreement.
    pub(super) fn digest(&self, info: &KeyInfo) -> [u8; 32] {
        let mut hash = Transcript::new(Tag::Plan)
            .field(PROTOCOL.as_bytes())
            .field(info.public_key())
            .field(info.chain_code())
            // With the verification shares signers of two attempts at one epoch part before they could blame each other.
            .field(&info.parts().verification_shares.concat())
            .field(&self.intent);
        hash.put(&(self.items.len() as u64).to_be_bytes());
        for item in &self.items {
            let steps: Vec<u8> = item.path.steps().iter().flat_map(|step| step.to_be_bytes()).collect();
            hash.put(&steps);
            hash.put(&item.digest);
        }
        hash.finish32()
    }
}

/// What session ids name this protocol by.
pub(super) const PROTOCOL: &str = "ecdsa-secp256k1/sign/dkls23";
