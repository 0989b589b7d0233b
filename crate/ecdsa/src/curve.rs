//! secp256k1: points and scalars in and out of bytes (§1.2 to §1.4), and what base transfers do many of at
//! once.

pub(crate) mod batch;
pub(crate) mod map;

use k256::elliptic_curve::PrimeField;
use k256::elliptic_curve::group::prime::PrimeCurveAffine;
use k256::elliptic_curve::ops::Reduce;
use k256::elliptic_curve::sec1::{FromEncodedPoint, ToEncodedPoint};
use k256::{AffinePoint, EncodedPoint, FieldBytes, ProjectivePoint, Scalar, U256};
use rand_core::CryptoRngCore;
use symbolon_mpc::{Group, Secp256k1};

/// Bytes of a point, compressed (SEC 1, section 2.3.3).
pub(crate) const COMPRESSED: usize = 33;
/// Bytes of a point as its two coordinates: no square root is needed to read it.
pub(crate) const COORDINATES: usize = 64;
/// Bytes of a scalar, big-endian.
pub(crate) const SCALAR: usize = 32;

/// Draws a scalar other than zero.
pub(crate) fn draw_scalar(rng: &mut dyn CryptoRngCore) -> Scalar {
    loop {
        let mut bytes = FieldBytes::default();
        rng.fill_bytes(&mut bytes);
        let scalar = scalar_from_hash(bytes.into());
        zeroize::Zeroize::zeroize(bytes.as_mut_slice());
        if !bool::from(scalar.is_zero()) {
            return scalar;
        }
    }
}

/// A scalar from 32 uniform bytes: q is so close to 2²⁵⁶ that reduction moves it by less than 2⁻¹²⁷.
pub(crate) fn scalar_from_hash(bytes: [u8; SCALAR]) -> Scalar {
    <Scalar as Reduce<U256>>::reduce_bytes(&bytes.into())
}

/// Reads a canonical scalar.
pub(crate) fn decode_scalar(bytes: &[u8; SCALAR]) -> Option<Scalar> {
    Scalar::from_repr((*bytes).into()).into()
}

/// Reads a canonical compressed point other than the identity.
pub(crate) fn decode_compressed(bytes: &[u8; COMPRESSED]) -> Option<AffinePoint> {
    checked(&EncodedPoint::from_bytes(bytes).ok()?)
}

fn checked(encoded: &EncodedPoint) -> Option<AffinePoint> {
    let point = Option::<AffinePoint>::from(AffinePoint::from_encoded_point(encoded))?;
    (!bool::from(point.is_identity())).then_some(point)
}

/// Writes a point, compressed; 33 zeros if it is the identity.
pub(crate) fn encode_compressed(point: &ProjectivePoint) -> [u8; COMPRESSED] {
    let mut bytes = [0; COMPRESSED];
    let encoded = point.to_affine().to_encoded_point(true);
    bytes[..encoded.len()].copy_from_slice(encoded.as_bytes());
    bytes
}

/// The generator times a scalar, in constant time.
pub(crate) fn generator_by(scalar: &Scalar) -> ProjectivePoint {
    Secp256k1::generator_mul(scalar)
}
