//! The group that Ed25519 signs in (RFC 8032, section 5.1), from `curve25519-dalek`.
//!
//! The curve has eight times as many points as the group. Of its encodings only those are taken that a point of
//! the group has: canonical, and free of torsion. So the eight points of small order are refused, and no party
//! can hide a component of small order in what the others add up.

use curve25519_dalek::edwards::{CompressedEdwardsY, EdwardsPoint};
use curve25519_dalek::scalar::Scalar;
use curve25519_dalek::traits::{Identity, IsIdentity, VartimeMultiscalarMul};

use super::Group;

/// The group of prime order of edwards25519. Points are encoded as in RFC 8032, 32 bytes; scalars little-endian.
#[derive(Clone, Copy, Debug)]
pub struct Ed25519;

impl Group for Ed25519 {
    type Scalar = Scalar;
    type Point = EdwardsPoint;

    fn zero() -> Scalar {
        Scalar::ZERO
    }

    fn small(value: u16) -> Scalar {
        Scalar::from(value)
    }

    fn invert(scalar: &Scalar) -> Option<Scalar> {
        if *scalar == Scalar::ZERO { None } else { Some(scalar.invert()) }
    }

    fn reduce_wide(bytes: &[u8; 64]) -> Scalar {
        Scalar::from_bytes_mod_order_wide(bytes)
    }

    fn encode_scalar(scalar: &Scalar) -> [u8; 32] {
        scalar.to_bytes()
    }

    fn decode_scalar(bytes: &[u8; 32]) -> Option<Scalar> {
        Scalar::from_canonical_bytes(*bytes).into()
    }

    fn identity() -> EdwardsPoint {
        EdwardsPoint::identity()
    }

    fn encode_point(point: &EdwardsPoint) -> Option<Vec<u8>> {
        if point.is_identity() { None } else { Some(point.compress().to_bytes().to_vec()) }
    }

    fn decode_point(bytes: &[u8]) -> Option<EdwardsPoint> {
        let point = Self::decode_checked_point(bytes)?;
        // RFC 8032, section 5.1.3 asks for y below the prime, and for no sign where x = 0, which dalek leaves to
        // its callers. No point of the group other than the identity has such an encoding ("Taming the many
        // EdDSAs", ePrint 2020/1244; a test goes through all of them), so that this decides it too.
        is_torsion_free(&point).then_some(point)
    }

    fn decode_checked_point(bytes: &[u8]) -> Option<EdwardsPoint> {
        let point = CompressedEdwardsY(bytes.try_into().ok()?).decompress()?;
        (!point.is_identity()).then_some(point)
    }

    fn generator_mul(scalar: &Scalar) -> EdwardsPoint {
        EdwardsPoint::mul_base(scalar)
    }

    fn multi_scalar_mul_vartime(terms: &[(Scalar, EdwardsPoint)]) -> EdwardsPoint {
        let (scalars, points): (Vec<_>, Vec<_>) = terms.iter().copied().unzip();
        EdwardsPoint::vartime_multiscalar_mul(scalars, points)
    }

    // Ours: every 32 bytes are a little-endian number and are reduced. The order is so near to 2²⁵² that the
    // 2²⁵⁶ numbers fall on the scalars evenly but for some 2⁻¹²⁷.
    fn derivation_tweak(left: &[u8; 32]) -> Option<Scalar> {
        Some(Scalar::from_bytes_mod_order(*left))
    }
}

/// Whether the order of the group times the point is the identity: (L − 1)·P = −P.
///
/// In the time that a public point may take, which is two thirds of what dalek's own takes for secret ones.
fn is_torsion_free(point: &EdwardsPoint) -> bool {
    EdwardsPoint::vartime_multiscalar_mul([-Scalar::ONE], [point]) == -point
}

#[cfg(test)]
mod tests {
    use curve25519_dalek::constants::{ED25519_BASEPOINT_POINT, EIGHT_TORSION};
    use sha2::{Digest, Sha512};

    use super::*;

    /// RFC 8032, section 5.1: L = 2^252 + 27742317777372353535851937790883648493, little-endian.
    const ORDER: &str = "edd3f55c1a631258d69cf7a2def9de1400000000000000000000000000000010";
    /// RFC 8032, section 5.1: y = 4/5, x positive.
    const GENERATOR: &str = "5866666666666666666666666666666666666666666666666666666666666666";

    /// The points of small order in their canonical encodings, by order: 1, 2, 4, 4, 8, 8, 8, 8.
    /// Source: "Taming the many EdDSAs" (ePrint 2020/1244) lists them.
    const SMALL_ORDER: [&str; 8] = [
        "0100000000000000000000000000000000000000000000000000000000000000",
        "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
        "0000000000000000000000000000000000000000000000000000000000000080",
        "0000000000000000000000000000000000000000000000000000000000000000",
        "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
        "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac03fa",
        "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
        "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc85",
    ];

    fn bytes<const N: usize>(text: &str) -> [u8; N] {
        hex::decode(text).unwrap().try_into().unwrap()
    }

    #[test]
    fn the_generator_has_the_encoding_of_rfc_8032() {
        let generator = Ed25519::generator_mul(&Ed25519::small(1));
        assert_eq!(hex::encode(Ed25519::encode_point(&generator).unwrap()), GENERATOR);
        assert_eq!(Ed25519::decode_point(&bytes::<32>(GENERATOR)), Some(generator));
    }

    /// RFC 8032, section 7.1, tests 1 to 3: from the secret key by section 5.1.5.
    #[test]
    fn public_keys_are_those_of_rfc_8032() {
        for (secret, public) in [
            (
                "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60",
                "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a",
            ),
            (
                "4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb",
                "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c",
            ),
            (
                "c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7",
                "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025",
            ),
        ] {
            let mut wide = [0; 64];
            wide[..32].copy_from_slice(&Sha512::digest(bytes::<32>(secret))[..32]);
            wide[0] &= 0b1111_1000;
            wide[31] &= 0b0111_1111;
            wide[31] |= 0b0100_0000;
            let point = Ed25519::generator_mul(&Ed25519::reduce_wide(&wide));
            assert_eq!(hex::encode(Ed25519::encode_point(&point).unwrap()), public);
            assert_eq!(Ed25519::decode_point(&bytes::<32>(public)), Some(point));
            assert_eq!(Ed25519::decode_checked_point(&bytes::<32>(public)), Some(point));
        }
    }

    #[test]
    fn scalars_from_the_order_up_are_refused() {
        let order = bytes::<32>(ORDER);
        assert!(Ed25519::decode_scalar(&order).is_none());
        assert!(Ed25519::decode_scalar(&[0xff; 32]).is_none());
        let mut above = order;
        above[0] += 1;
        assert!(Ed25519::decode_scalar(&above).is_none());
        let mut below = order;
        below[0] -= 1;
        assert!(Ed25519::decode_scalar(&below) == Some(-Ed25519::small(1)));
        let mut one = [0; 32];
        one[0] = 1;
        assert!(Ed25519::decode_scalar(&one) == Some(Ed25519::small(1)));
        assert_eq!(Ed25519::encode_scalar(&-Ed25519::small(1)), below);
    }

    #[test]
    fn the_eight_points_of_small_order_are_refused() {
        let mut listed: Vec<_> = SMALL_ORDER.map(bytes::<32>).to_vec();
        let mut all: Vec<_> = EIGHT_TORSION.iter().map(|point| point.compress().to_bytes()).collect();
        listed.sort();
        all.sort();
        assert_eq!(listed, all, "these are all");
        for encoding in listed {
            assert!(CompressedEdwardsY(encoding).decompress().is_some(), "a point of the curve");
            assert!(Ed25519::decode_point(&encoding).is_none());
        }
    }

    /// All non-canonical encodings there are: x = 0 with a sign, and y from the prime up, below 2²⁵⁵.
    #[test]
    fn every_encoding_that_only_a_lenient_decoder_takes_is_refused() {
        let zero_with_sign = ["01", "ec"].map(|first| {
            let rest = if first == "01" { "00" } else { "ff" };
            let last = if first == "01" { "80" } else { "ff" };
            bytes::<32>(&format!("{first}{}{last}", rest.repeat(30)))
        });
        let from_the_prime_up = (0xed..=0xff).flat_map(|first| {
            [0x7f, 0xff].map(|last| {
                let mut encoding = [0xff; 32];
                (encoding[0], encoding[31]) = (first, last);
                encoding
            })
        });
        let mut taken = 0;
        for encoding in zero_with_sign.into_iter().chain(from_the_prime_up) {
            taken += usize::from(CompressedEdwardsY(encoding).decompress().is_some());
            assert!(Ed25519::decode_point(&encoding).is_none(), "{encoding:?}");
        }
        assert!(taken > 6, "dalek is lenient");
    }

    #[test]
    fn a_point_with_a_component_of_small_order_is_refused() {
        for factor in [1, 2, 65_535] {
            let point = Ed25519::generator_mul(&Ed25519::small(factor));
            for torsion in EIGHT_TORSION.iter().filter(|torsion| !torsion.is_identity()) {
                let mixed = (point + torsion).compress().to_bytes();
                assert!(Ed25519::decode_point(&mixed).is_none());
            }
            assert_eq!(Ed25519::decode_point(&point.compress().to_bytes()), Some(point));
        }
    }

    #[test]
    fn what_is_no_point_or_has_another_length_is_refused() {
        // y = 2 has no x.
        let no_point = format!("02{}", "00".repeat(31));
        assert!(CompressedEdwardsY(bytes(&no_point)).decompress().is_none());
        for text in [no_point, String::new(), GENERATOR[2..].to_owned(), format!("{GENERATOR}00")] {
            assert!(Ed25519::decode_point(&hex::decode(&text).unwrap()).is_none(), "{text}");
        }
        assert_eq!(Ed25519::encode_point(&EdwardsPoint::identity()), None);
    }

    #[test]
    fn wide_reduction_is_modulo_the_order() {
        let mut wide = [0; 64];
        wide[..32].copy_from_slice(&bytes::<32>(ORDER));
        assert!(Ed25519::reduce_wide(&wide) == Ed25519::zero());
        wide[0] += 7;
        assert!(Ed25519::reduce_wide(&wide) == Ed25519::small(7));
        // 2^256 mod L by `pow(2, 256, 2**252 + 27742317777372353535851937790883648493)` in Python.
        let mut two_to_256 = [0; 64];
        two_to_256[32] = 1;
        let expected = bytes::<32>("1d95988d7431ecd670cf7d73f45befc6feffffffffffffffffffffffffffff0f");
        assert_eq!(Ed25519::encode_scalar(&Ed25519::reduce_wide(&two_to_256)), expected);
    }

    #[test]
    fn zero_has_no_inverse_and_the_others_have() {
        assert!(Ed25519::invert(&Ed25519::zero()).is_none());
        let seven = Ed25519::small(7);
        assert!(Ed25519::invert(&seven).unwrap() * seven == Ed25519::small(1));
    }

    #[test]
    fn all_ways_of_multiplying_agree() {
        let scalar = Ed25519::reduce_wide(&[3; 64]);
        let base = Ed25519::generator_mul(&scalar);
        assert_eq!(base, ED25519_BASEPOINT_POINT * scalar);
        for factor in [0, 1, 2, 3, 5, 255, 256, 65535] {
            let scalar = Ed25519::small(factor);
            assert_eq!(Ed25519::small_mul_vartime(&base, factor), base * scalar);
            assert_eq!(Ed25519::multi_scalar_mul_vartime(&[(scalar, base)]), base * scalar);
        }
    }
}
