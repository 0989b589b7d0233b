//! The little that dealing, shares and derivation need of a group of prime order.
//!
//! Everything above is generic over [`Group`], so that a curve is added by one implementation. Encodings are
//! canonical both ways, and a point that came from bytes is never the identity and always in the group of
//! prime order: with these two as facts, no caller checks again.

mod ed25519;
mod secp256k1;

use core::any::TypeId;
use core::fmt;
use core::ops::{Add, Mul, Neg, Sub};

use serde::{Deserialize, Serialize};
use zeroize::Zeroize;

pub use self::ed25519::Ed25519;
pub use self::secp256k1::Secp256k1;

/// What a root key signs with. No root is used for two schemes.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
#[non_exhaustive]
pub enum Scheme {
    /// ECDSA over secp256k1, by DKLs23.
    EcdsaSecp256k1,
    /// Schnorr over secp256k1 as Taproot has it (BIP-340, BIP-341), by FROST.
    SchnorrSecp256k1,
    /// Ed25519 (RFC 8032), by FROST.
    Ed25519,
}

/// The one place where a scheme becomes a group: evaluates an expression with `$group` for the group of `$scheme`.
macro_rules! with_group {
    ($scheme:expr, $group:ident => $body:expr) => {
        match $scheme {
            $crate::group::Scheme::EcdsaSecp256k1 | $crate::group::Scheme::SchnorrSecp256k1 => {
                type $group = $crate::group::Secp256k1;
                $body
            }
            $crate::group::Scheme::Ed25519 => {
                type $group = $crate::group::Ed25519;
                $body
            }
        }
    };
}
pub(crate) use with_group;

impl Scheme {
    /// All of them, in the order of their encodings.
    pub const ALL: [Self; 3] = [Self::EcdsaSecp256k1, Self::SchnorrSecp256k1, Self::Ed25519];

    /// The text that hashes name the scheme by.
    pub fn name(self) -> &'static str {
        match self {
            Self::EcdsaSecp256k1 => "ecdsa-secp256k1",
            Self::SchnorrSecp256k1 => "schnorr-secp256k1",
            Self::Ed25519 => "ed25519",
        }
    }

    /// Whether the scheme's keys are points of `G`.
    pub fn is_over<G: Group>(self) -> bool {
        with_group!(self, Own => TypeId::of::<Own>() == TypeId::of::<G>())
    }
}

/// A group of prime order with a generator.
///
/// # Security
/// Operators and [`Group::generator_mul`] take constant time in their scalars; functions whose name ends in
/// `vartime` are for public values only.
pub trait Group: Copy + fmt::Debug + Send + Sync + 'static {
    /// An integer modulo the order of the group.
    type Scalar: Copy
        + PartialEq
        + Send
        + Sync
        + Zeroize
        + Add<Output = Self::Scalar>
        + Sub<Output = Self::Scalar>
        + Mul<Output = Self::Scalar>
        + Neg<Output = Self::Scalar>
        + 'static;
    /// An element of the group.
    type Point: Copy
        + PartialEq
        + Send
        + Sync
        + Add<Output = Self::Point>
        + Sub<Output = Self::Point>
        + Mul<Self::Scalar, Output = Self::Point>
        + 'static;

    /// 0.
    fn zero() -> Self::Scalar;

    /// A small number.
    fn small(value: u16) -> Self::Scalar;

    /// 1 / `scalar`, or `None` for zero.
    fn invert(scalar: &Self::Scalar) -> Option<Self::Scalar>;

    /// 64 uniform bytes as a scalar whose bias is below 2⁻¹²⁸.
    fn reduce_wide(bytes: &[u8; 64]) -> Self::Scalar;

    /// The one encoding of a scalar, 32 bytes in the byte order of the group's standard.
    fn encode_scalar(scalar: &Self::Scalar) -> [u8; 32];

    /// The scalar with this encoding, or `None` if the number is not below the order.
    fn decode_scalar(bytes: &[u8; 32]) -> Option<Self::Scalar>;

    /// The identity, which has no encoding here.
    fn identity() -> Self::Point;

    /// The one encoding of a point, or `None` for the identity.
    fn encode_point(point: &Self::Point) -> Option<Vec<u8>>;

    /// The encodings of many points, or `None` if one is the identity. The points are public.
    fn encode_points(points: &[Self::Point]) -> Option<Vec<Vec<u8>>> {
        points.iter().map(Self::encode_point).collect()
    }

    /// The point with this encoding, or `None` for the identity, a point outside the group of prime order, or
    /// any encoding but the canonical one.
    fn decode_point(bytes: &[u8]) -> Option<Self::Point>;

    /// The point with an encoding that [`Group::decode_point`] took before; a check that costs as much as a
    /// multiplication need not be made again.
    ///
    /// # Security
    /// For bytes only that were checked and could not change since, as those in a [`crate::KeyInfo`].
    fn decode_checked_point(bytes: &[u8]) -> Option<Self::Point> {
        Self::decode_point(bytes)
    }

    /// `scalar` times the generator.
    fn generator_mul(scalar: &Self::Scalar) -> Self::Point;

    /// Σ scalar · point over public values.
    fn multi_scalar_mul_vartime(terms: &[(Self::Scalar, Self::Point)]) -> Self::Point;

    /// The tweak that the left half of the HMAC output of a derivation step stands for ([`crate::derive`]), or
    /// `None` if it stands for none.
    fn derivation_tweak(left: &[u8; 32]) -> Option<Self::Scalar>;

    /// A small public multiple of a point, by doubling and adding.
    fn small_mul_vartime(point: &Self::Point, factor: u16) -> Self::Point {
        let mut result = Self::identity();
        for bit in (0..u16::BITS - factor.leading_zeros()).rev() {
            result = result + result;
            if (factor >> bit) & 1 == 1 {
                result = result + *point;
            }
        }
        result
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_scheme_is_over_its_group_alone() {
        for (scheme, is_over_secp256k1) in
            [(Scheme::EcdsaSecp256k1, true), (Scheme::SchnorrSecp256k1, true), (Scheme::Ed25519, false)]
        {
            assert_eq!(scheme.is_over::<Secp256k1>(), is_over_secp256k1);
            assert_eq!(scheme.is_over::<Ed25519>(), !is_over_secp256k1);
        }
    }

    /// Stored shares and agreed plans hold these bytes.
    #[test]
    fn the_encodings_of_schemes_are_pinned() {
        let encodings = Scheme::ALL.map(|scheme| crate::wire::encode(&scheme).to_vec());
        assert_eq!(encodings, [[0], [1], [2]]);
        assert!(crate::wire::decode::<Scheme>(&[3]).is_err());
    }

    #[test]
    fn hashes_name_the_schemes_differently() {
        let names: std::collections::HashSet<_> = Scheme::ALL.map(Scheme::name).into();
        assert_eq!(names.len(), Scheme::ALL.len());
    }
}
