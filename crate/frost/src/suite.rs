//! What differs between the schemes that this crate signs by.

use core::fmt;

use symbolon_mpc::Scheme;
use symbolon_mpc::derive::Path;

/// A scheme that this crate signs by: [`crate::ed25519::Ed25519`] or [`crate::taproot::Taproot`].
pub trait Suite: sealed::Frost {
    /// What its keys are dealt for.
    const SCHEME: Scheme;
}

/// One thing to sign.
pub trait Item: Clone + fmt::Debug + PartialEq + Eq + Send + 'static {
    /// The key, below the root.
    fn path(&self) -> &Path;
}

pub(crate) use sealed::{Frost, Point, Scalar};

/// Public for the compiler, and out of reach: ZF's types are this crate's own business.
mod sealed {
    use std::collections::BTreeMap;

    use frost_core::keys::{KeyPackage, PublicKeyPackage};
    use frost_core::round1::SigningNonces;
    use frost_core::round2::SignatureShare;
    use frost_core::{Ciphersuite, Error, Identifier, SigningPackage};
    use symbolon_mpc::{Group, Transcript};

    use super::Item;
    use crate::sign::Misuse;

    /// A point of the scheme's group.
    pub type Point<S> = <<S as Frost>::Curve as Group>::Point;
    /// A scalar of the scheme's group.
    pub type Scalar<S> = <<S as Frost>::Curve as Group>::Scalar;

    /// The scheme as ZF and as our ground floor have it.
    pub trait Frost: Sized + Send + Sync + 'static {
        /// ZF's name of it.
        type Cipher: Ciphersuite + Send + Sync;
        /// Our group, whose points and scalars are ZF's own.
        type Curve: Group<Scalar = frost_core::Scalar<Self::Cipher>, Point = frost_core::Element<Self::Cipher>>;
        /// What is signed.
        type Item: Item;

        /// What session ids name the protocol by.
        const PROTOCOL: &'static str;

        /// Checks an item.
        fn check(item: &Self::Item) -> Result<(), Misuse>;

        /// Appends what of the item must be agreed, but for its path.
        fn put(item: &Self::Item, hash: &mut Transcript);

        /// The bytes that the scheme signs.
        fn message(item: &Self::Item) -> &[u8];

        /// A signature share.
        fn sign(
            item: &Self::Item,
            package: &SigningPackage<Self::Cipher>,
            nonces: &SigningNonces<Self::Cipher>,
            key: &KeyPackage<Self::Cipher>,
        ) -> Result<SignatureShare<Self::Cipher>, Error<Self::Cipher>>;

        /// The signature that the shares make, or who spoiled it.
        fn aggregate(
            item: &Self::Item,
            package: &SigningPackage<Self::Cipher>,
            shares: &BTreeMap<Identifier<Self::Cipher>, SignatureShare<Self::Cipher>>,
            keys: &PublicKeyPackage<Self::Cipher>,
        ) -> Result<frost_core::Signature<Self::Cipher>, Error<Self::Cipher>>;

        /// Whether `signature` is good under `key`, the derived public key, by a strict verifier that is not ZF's.
        fn verify(item: &Self::Item, key: &Point<Self>, signature: &[u8; 64]) -> bool;
    }
}
