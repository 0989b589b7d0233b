//! What is to be signed.

use symbolon_mpc::Transcript;
use symbolon_mpc::derive::Path;
use symbolon_mpc::sign::{self, Item};

/// What all signers agree on, byte for byte, before anything is drawn (§2.2).
pub type SignPlan = sign::SignPlan<SignItem>;

/// One thing to sign.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SignItem {
    /// The key, below the root.
    pub path: Path,
    /// The digest, 32 bytes.
    pub digest: [u8; 32],
}

impl Item for SignItem {
    fn path(&self) -> &Path {
        &self.path
    }

    fn put(&self, hash: &mut Transcript) {
        hash.put(&self.digest);
    }
}

/// What session ids name this protocol by.
pub(super) const PROTOCOL: &str = "ecdsa-secp256k1/sign/dkls23";
