//! What differs between the schemes that this crate signs by.

use symbolon_mpc::Scheme;

/// A scheme that this crate signs by: [`crate::ed25519::Ed25519`] or [`crate::taproot::Taproot`].
pub trait Suite: sealed::Frost {
    /// What its keys are dealt for.
    const SCHEME: Scheme;
}

pub(crate) use sealed::{Frost, Point, Scalar, SigningKey};

/// Public for the compiler, and out of reach: ZF's types are this crate's own business.
mod sealed {
    use core::fmt;

    use frost_core::Ciphersuite;
    use symbolon_mpc::Group;
    use symbolon_mpc::sign::Item;

    /// A point of the scheme's group.
    pub type Point<S> = <<S as Frost>::Curve as Group>::Point;
    /// A scalar of the scheme's group.
    pub type Scalar<S> = <<S as Frost>::Curve as Group>::Scalar;

    /// The key that signs: ± the derived one, plus `tweak` times the generator. Shares follow it.
    pub struct SigningKey<S: Frost> {
        /// Whether it is minus the derived one.
        pub is_negated: bool,
        /// What is added then.
        pub tweak: Scalar<S>,
        /// The key.
        pub public: Point<S>,
    }

    /// The scheme as ZF and as our ground floor have it.
    pub trait Frost: Sized + Send + Sync + 'static {
        /// ZF's name of it.
        type Cipher: Ciphersuite + Send + Sync;
        /// Our group, whose points and scalars are ZF's own.
        type Curve: Group<Scalar = frost_core::Scalar<Self::Cipher>, Point = frost_core::Element<Self::Cipher>>;
        /// What is signed.
        type Item: Item + Clone + fmt::Debug + PartialEq + Eq + Send + 'static;

        /// What session ids name the protocol by.
        const PROTOCOL: &'static str;

        /// The bytes that the scheme signs.
        fn message(item: &Self::Item) -> &[u8];

        /// The key that signs `item`, made of the derived one; `None` practically never.
        fn signing_key(item: &Self::Item, derived: Point<Self>) -> Option<SigningKey<Self>>;

        /// Whether `signature` is good under `key`, the key that signs, by a strict verifier that is not ZF's.
        fn verify(item: &Self::Item, key: &Point<Self>, signature: &[u8; 64]) -> bool;
    }
}
