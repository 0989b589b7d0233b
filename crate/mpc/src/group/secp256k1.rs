//! secp256k1 (SEC 2 version 2, section 2.4.1), from `k256`.

mod generator;

use k256::elliptic_curve::bigint::U512;
use k256::elliptic_curve::group::prime::PrimeCurveAffine;
use k256::elliptic_curve::ops::{LinearCombinationExt, Reduce};
use k256::elliptic_curve::sec1::{FromEncodedPoint, ToEncodedPoint};
use k256::elliptic_curve::{BatchNormalize, Field, PrimeField};
use k256::{AffinePoint, EncodedPoint, ProjectivePoint, Scalar};

use super::Group;

/// The group of secp256k1, of ECDSA and of Taproot's Schnorr signatures. Points are encoded compressed, 33 bytes; scalars big-endian.
#[derive(Clone, Copy, Debug)]
pub struct Secp256k1;

impl Group for Secp256k1 {
    type Scalar = Scalar;
    type Point = ProjectivePoint;

    fn zero() -> Scalar {
        Scalar::ZERO
    }

    fn small(value: u16) -> Scalar {
        Scalar::from(u32::from(value))
    }

    fn invert(scalar: &Scalar) -> Option<Scalar> {
        Field::invert(scalar).into()
    }

    fn reduce_wide(bytes: &[u8; 64]) -> Scalar {
        <Scalar as Reduce<U512>>::reduce(U512::from_be_slice(bytes))
    }

    fn encode_scalar(scalar: &Scalar) -> [u8; 32] {
        scalar.to_bytes().into()
    }

    fn decode_scalar(bytes: &[u8; 32]) -> Option<Scalar> {
        Scalar::from_repr((*bytes).into()).into()
    }

    fn identity() -> ProjectivePoint {
        ProjectivePoint::IDENTITY
    }

    fn encode_point(point: &ProjectivePoint) -> Option<Vec<u8>> {
        encode_affine(&point.to_affine())
    }

    // One inversion for all of them; k256 panics at none.
    fn encode_points(points: &[ProjectivePoint]) -> Option<Vec<Vec<u8>>> {
        if points.is_empty() {
            return Some(Vec::new());
        }
        let affine = <ProjectivePoint as BatchNormalize<[ProjectivePoint]>>::batch_normalize(points);
        affine.iter().map(encode_affine).collect()
    }

    fn decode_point(bytes: &[u8]) -> Option<ProjectivePoint> {
        if bytes.len() != COMPRESSED_LENGTH {
            return None;
        }
        let encoded = EncodedPoint::from_bytes(bytes).ok()?;
        if !encoded.is_compressed() {
            return None;
        }
        let affine = Option::<AffinePoint>::from(AffinePoint::from_encoded_point(&encoded))?;
        // The curve has prime order: every point but the identity generates it.
        if bool::from(affine.is_identity()) { None } else { Some(affine.into()) }
    }

    fn generator_mul(scalar: &Scalar) -> ProjectivePoint {
        generator::times(scalar)
    }

    fn multi_scalar_mul_vartime(terms: &[(Scalar, ProjectivePoint)]) -> ProjectivePoint {
        let terms: Vec<_> = terms.iter().map(|(scalar, point)| (*point, *scalar)).collect();
        ProjectivePoint::lincomb_ext(terms.as_slice())
    }

    // BIP-32, "Public parent key → public child key": "In case parse256(I_L) ≥ n or K_i is the point at
    // infinity, the resulting key is invalid".
    fn derivation_tweak(left: &[u8; 32]) -> Option<Scalar> {
        Self::decode_scalar(left)
    }
}

fn encode_affine(affine: &AffinePoint) -> Option<Vec<u8>> {
    if bool::from(affine.is_identity()) {
        return None;
    }
    Some(affine.to_encoded_point(true).as_bytes().to_vec())
}

const COMPRESSED_LENGTH: usize = 33;

#[cfg(test)]
mod tests {
    use super::*;

    const ORDER: &str = "fffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141";
    const GENERATOR: &str = "0279be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798";

    fn bytes<const N: usize>(text: &str) -> [u8; N] {
        hex::decode(text).unwrap().try_into().unwrap()
    }

    #[test]
    fn the_generator_has_the_encoding_of_sec_2() {
        let generator = Secp256k1::generator_mul(&Secp256k1::small(1));
        assert_eq!(hex::encode(Secp256k1::encode_point(&generator).unwrap()), GENERATOR);
        assert_eq!(Secp256k1::decode_point(&hex::decode(GENERATOR).unwrap()), Some(generator));
    }

    #[test]
    fn scalars_from_the_order_up_are_refused() {
        let order = bytes::<32>(ORDER);
        assert!(Secp256k1::decode_scalar(&order).is_none());
        assert!(Secp256k1::decode_scalar(&[0xff; 32]).is_none());
        let mut above = order;
        above[31] += 1;
        assert!(Secp256k1::decode_scalar(&above).is_none());
        let mut below = order;
        below[31] -= 1;
        assert!(Secp256k1::decode_scalar(&below) == Some(-Secp256k1::small(1)));
    }

    #[test]
    fn only_the_canonical_encoding_of_a_point_but_the_identity_is_taken() {
        let x = GENERATOR.strip_prefix("02").unwrap();
        // Identity in SEC 1 and as zeros, the wrong length, uncompressed, compact, hybrid, off the curve (x = 5
        // has no point), x not below the field's prime.
        let refused = [
            String::new(),
            "00".to_owned(),
            "00".repeat(33),
            format!("02{}", "00".repeat(32)),
            format!("02{x}00"),
            x.to_owned(),
            format!("04{x}483ada7726a3c4655da4fbfc0e1108a8fd17b448a68554199c47d08ffb10d4b8"),
            format!("05{x}"),
            format!("06{x}"),
            format!("02{}05", "00".repeat(31)),
            format!("02{}", "ff".repeat(32)),
        ];
        for text in refused {
            assert!(Secp256k1::decode_point(&hex::decode(&text).unwrap()).is_none(), "{text}");
        }
        assert_eq!(Secp256k1::encode_point(&ProjectivePoint::IDENTITY), None);
    }

    #[test]
    fn many_points_are_encoded_as_each_alone_and_none_if_one_is_the_identity() {
        let mut points: Vec<_> =
            (1..9).map(|factor| Secp256k1::generator_mul(&Secp256k1::small(factor))).collect();
        let alone: Vec<_> = points.iter().map(|point| Secp256k1::encode_point(point).unwrap()).collect();
        assert_eq!(Secp256k1::encode_points(&points), Some(alone));
        points[3] = ProjectivePoint::IDENTITY;
        assert_eq!(Secp256k1::encode_points(&points), None);
    }

    #[test]
    fn wide_reduction_is_modulo_the_order() {
        let mut wide = [0; 64];
        wide[32..].copy_from_slice(&bytes::<32>(ORDER));
        assert!(Secp256k1::reduce_wide(&wide) == Secp256k1::zero());
        wide[63] += 7;
        assert!(Secp256k1::reduce_wide(&wide) == Secp256k1::small(7));
        // 2^256 mod n, from the order above: 2^256 − n.
        let mut two_to_256 = [0; 64];
        two_to_256[31] = 1;
        let expected = bytes::<32>("000000000000000000000000000000014551231950b75fc4402da1732fc9bebf");
        assert_eq!(Secp256k1::encode_scalar(&Secp256k1::reduce_wide(&two_to_256)), expected);
    }

    #[test]
    fn all_ways_of_multiplying_agree() {
        let base = Secp256k1::generator_mul(&Secp256k1::reduce_wide(&[3; 64]));
        for factor in [0, 1, 2, 3, 5, 255, 256, 65535] {
            let scalar = Secp256k1::small(factor);
            assert_eq!(Secp256k1::small_mul_vartime(&base, factor), base * scalar);
            assert_eq!(Secp256k1::multi_scalar_mul_vartime(&[(scalar, base)]), base * scalar);
        }
    }
}
