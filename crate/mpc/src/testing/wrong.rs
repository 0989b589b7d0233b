//! Points and scalars that only a malicious party sends: recognised by their length, as a field's kind tells no
//! more.

use k256::EncodedPoint;
use k256::elliptic_curve::sec1::{FromEncodedPoint, ToEncodedPoint};

/// The generator of secp256k1, compressed (SEC 2 version 2, section 2.4.1).
#[cfg(test)]
pub(super) const GENERATOR: [u8; 33] = {
    let mut bytes = [2; 33];
    let x = [
        0x79, 0xbe, 0x66, 0x7e, 0xf9, 0xdc, 0xbb, 0xac, 0x55, 0xa0, 0x62, 0x95, 0xce, 0x87, 0x0b, 0x07, 0x02,
        0x9b, 0xfc, 0xdb, 0x2d, 0xce, 0x28, 0xd9, 0x59, 0xf2, 0x81, 0x5b, 0x16, 0xf8, 0x17, 0x98,
    ];
    let mut at = 0;
    while at < 32 {
        bytes[at + 1] = x[at];
        at += 1;
    }
    bytes
};

/// p + 1 of secp256k1: whoever reduces it takes it for x = 1, which is the x of a point.
const FIELD_AND_ONE: [u8; 32] = {
    let mut bytes = [0xff; 32];
    (bytes[27], bytes[30], bytes[31]) = (0xfe, 0xfc, 0x30);
    bytes
};

/// The y of x = 1 on secp256k1: a root of 8.
const Y_OF_ONE: [u8; 32] = [
    0x42, 0x18, 0xf2, 0x0a, 0xe6, 0xc6, 0x46, 0xb3, 0x63, 0xdb, 0x68, 0x60, 0x58, 0x22, 0xfb, 0x14, 0x26,
    0x4c, 0xa8, 0xd2, 0x58, 0x7f, 0xdd, 0x6f, 0xbc, 0x75, 0x0d, 0x58, 0x7e, 0x76, 0xa7, 0xee,
];

/// The order of secp256k1, big-endian (SEC 2 version 2, section 2.4.1).
const ORDER: [u8; 32] = [
    0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xfe, 0xba,
    0xae, 0xdc, 0xe6, 0xaf, 0x48, 0xa0, 0x3b, 0xbf, 0xd2, 0x5e, 0x8c, 0xd0, 0x36, 0x41, 0x41,
];

/// The order of Ed25519's group of prime order, little-endian (RFC 8032, section 5.1).
const EDWARDS_ORDER: [u8; 32] = {
    let mut bytes = [0; 32];
    let low =
        [0xed, 0xd3, 0xf5, 0x5c, 0x1a, 0x63, 0x12, 0x58, 0xd6, 0x9c, 0xf7, 0xa2, 0xde, 0xf9, 0xde, 0x14];
    let mut at = 0;
    while at < low.len() {
        bytes[at] = low[at];
        at += 1;
    }
    bytes[31] = 0x10;
    bytes
};

/// A point of order 8 of Ed25519's curve.
const EDWARDS_TORSION: [u8; 32] = [
    0xc7, 0x17, 0x6a, 0x70, 0x3d, 0x4d, 0xd8, 0x4f, 0xba, 0x3c, 0x0b, 0x76, 0x0d, 0x10, 0x67, 0x0f, 0x2a,
    0x20, 0x53, 0xfa, 0x2c, 0x39, 0xcc, 0xc6, 0x4e, 0xc7, 0xfd, 0x77, 0x92, 0xac, 0x03, 0x7a,
];

pub(super) fn above_field(old: &[u8]) -> Option<Vec<u8>> {
    match old.len() {
        33 => Some([&[2], &FIELD_AND_ONE[..]].concat()),
        64 => Some([FIELD_AND_ONE, Y_OF_ONE].concat()),
        _ => None,
    }
}

pub(super) fn above_order(old: &[u8]) -> Option<Vec<u8>> {
    (old.len() == ORDER.len()).then(|| ORDER.to_vec())
}

pub(super) fn identity(old: &[u8]) -> Option<Vec<u8>> {
    match old.len() {
        32 => Some([&[1], &[0; 31][..]].concat()),
        33 => Some(vec![0]),
        64 => Some(vec![0; 64]),
        _ => None,
    }
}

/// `None` if it is no compressed point.
pub(super) fn uncompressed(old: &[u8]) -> Option<Vec<u8>> {
    if old.len() != 33 {
        return None;
    }
    let point = EncodedPoint::from_bytes(old).ok()?;
    let point = Option::<k256::AffinePoint>::from(k256::AffinePoint::from_encoded_point(&point))?;
    Some(point.to_encoded_point(false).as_bytes().to_vec())
}

pub(super) fn edwards_field(old: &[u8]) -> Option<Vec<u8>> {
    let mut bytes = vec![0xff; 32];
    (bytes[0], bytes[31]) = (0xee, 0x7f);
    (old.len() == 32).then_some(bytes)
}

/// `None` if the sum needs more than 32 bytes.
pub(super) fn edwards_order(old: &[u8]) -> Option<Vec<u8>> {
    if old.len() != EDWARDS_ORDER.len() {
        return None;
    }
    let mut carry = 0;
    let add = |(byte, order): (&u8, &u8)| {
        let sum = u16::from(*byte) + u16::from(*order) + carry;
        carry = sum >> 8;
        sum as u8
    };
    let sum: Vec<u8> = old.iter().zip(&EDWARDS_ORDER).map(add).collect();
    (carry == 0).then_some(sum)
}

pub(super) fn edwards_torsion(old: &[u8]) -> Option<Vec<u8>> {
    (old.len() == 32).then(|| EDWARDS_TORSION.to_vec())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::group::{Group, Secp256k1};

    #[test]
    fn each_is_what_its_name_says() {
        // One below the order is −1, and one below the field's prime plus one would be p.
        let mut below = ORDER;
        below[31] -= 1;
        assert!(Secp256k1::decode_scalar(&below) == Some(-Secp256k1::small(1)));
        let one = [&[2], &[0; 31][..], &[1]].concat();
        let point = uncompressed(&one).unwrap();
        assert_eq!((point[0], &point[33..]), (4, &Y_OF_ONE[..]));
        let generator = uncompressed(&GENERATOR).unwrap();
        assert_eq!(generator[1..33], GENERATOR[1..]);
        let three = [&[3], &[0; 31][..]].concat();
        let sum = edwards_order(&three).unwrap();
        assert_eq!((sum[0], &sum[1..]), (0xf0, &EDWARDS_ORDER[1..]));
        assert_eq!(edwards_order(&[0xff; 32]), None);
    }

    #[test]
    fn none_of_them_is_a_point_or_scalar_here() {
        for point in [above_field(&GENERATOR), identity(&GENERATOR), uncompressed(&GENERATOR)] {
            assert!(Secp256k1::decode_point(&point.unwrap()).is_none());
        }
        assert!(Secp256k1::decode_scalar(&above_order(&[1; 32]).unwrap().try_into().unwrap()).is_none());
    }
}
