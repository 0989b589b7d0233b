//! secp256k1 in batches: points in and out of bytes, hashing to the curve, many multiplications at once.

use k256::elliptic_curve::PrimeField;
use k256::elliptic_curve::group::prime::PrimeCurveAffine;
use k256::elliptic_curve::hash2curve::{ExpandMsgXmd, GroupDigest};
use k256::elliptic_curve::ops::Reduce;
use k256::elliptic_curve::point::BatchNormalize as _;
use k256::elliptic_curve::sec1::{FromEncodedPoint, ToEncodedPoint};
use k256::{AffinePoint, EncodedPoint, FieldBytes, ProjectivePoint, Scalar, Secp256k1, U256};
use rand_core::CryptoRngCore;
use sha2::Sha256;
use symbolon_mpc::Tag;

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

/// Reads a point other than the identity from its coordinates, which must be canonical and on the curve.
pub(crate) fn decode_coordinates(bytes: &[u8; COORDINATES]) -> Option<AffinePoint> {
    checked(&EncodedPoint::from_untagged_bytes(&(*bytes).into()))
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

/// Writes a point's coordinates; zeros if it is the identity.
pub(crate) fn encode_coordinates(point: &AffinePoint) -> [u8; COORDINATES] {
    let mut bytes = [0; COORDINATES];
    let encoded = point.to_encoded_point(false);
    if let (Some(x), Some(y)) = (encoded.x(), encoded.y()) {
        bytes[..SCALAR].copy_from_slice(x);
        bytes[SCALAR..].copy_from_slice(y);
    }
    bytes
}

/// All points in affine coordinates, with one inversion.
pub(crate) fn normalize(points: &[ProjectivePoint]) -> Vec<AffinePoint> {
    ProjectivePoint::batch_normalize(points)
}

/// Hashes each message to the curve, uniformly: RFC 9380 `secp256k1_XMD:SHA-256_SSWU_RO_`.
pub(crate) fn hash_to_curve<'a>(tag: Tag, messages: impl Iterator<Item = &'a [u8]>) -> Vec<ProjectivePoint> {
    messages
        .map(|message| {
            // Fails only for an empty or overlong domain, and the table of tags has neither.
            Secp256k1::hash_from_bytes::<ExpandMsgXmd<Sha256>>(&[message], &[tag.text().as_bytes()])
                .expect("tags are short")
        })
        .collect()
}

/// Each point times the one scalar, in constant time.
pub(crate) fn mul_each(points: &[ProjectivePoint], scalar: &Scalar) -> Vec<ProjectivePoint> {
    points.iter().map(|point| point * scalar).collect()
}

/// The one point times each scalar, in constant time.
pub(crate) fn mul_by_each(point: &AffinePoint, scalars: &[Scalar]) -> Vec<ProjectivePoint> {
    let point = ProjectivePoint::from(*point);
    scalars.iter().map(|scalar| point * scalar).collect()
}

/// The generator times each scalar, in constant time.
pub(crate) fn generator_by_each(scalars: &[Scalar]) -> Vec<ProjectivePoint> {
    scalars.iter().map(generator_by).collect()
}

/// The generator times a scalar, in constant time.
pub(crate) fn generator_by(scalar: &Scalar) -> ProjectivePoint {
    use k256::elliptic_curve::ops::MulByGenerator;
    ProjectivePoint::mul_by_generator(scalar)
}
