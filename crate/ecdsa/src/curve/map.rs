//! Hashing to the curve in batches: RFC 9380, suite `secp256k1_XMD:SHA-256_SSWU_RO_` (§1.10).
//!
//! k256 has the same function for one message; here the inversions of a batch are shared. Constants are k256's.

use k256::FieldElement;
use k256::elliptic_curve::hash2curve::{
    ExpandMsgXmd, Isogeny, OsswuMap, OsswuMapParams, Sgn0, hash_to_field,
};
use sha2::Sha256;
use subtle::ConditionallySelectable;
use zeroize::Zeroizing;

use super::batch::{Point, Scratch, add_distinct};

/// Hashes each message to the curve, uniformly.
pub(crate) fn hash_to_curve<'a>(domain: &[u8], messages: impl Iterator<Item = &'a [u8]>) -> Vec<Point> {
    let mut fields = Vec::new();
    for message in messages {
        // Section 5.2: u = hash_to_field(msg, 2).
        let mut pair = [FieldElement::ZERO; 2];
        // Fails only for an empty or overlong domain, and the table of tags has neither.
        hash_to_field::<ExpandMsgXmd<Sha256>, FieldElement>(&[message], &[domain], &mut pair)
            .expect("domains are short");
        fields.extend(pair);
    }
    // Section 3: Q0 = map_to_curve(u[0]), Q1 = map_to_curve(u[1]), R = Q0 + Q1; the cofactor is one.
    let points = map_to_curve(&fields);
    let (first, second): (Vec<_>, Vec<_>) =
        points.as_chunks::<2>().0.iter().map(|[first, second]| (*first, *second)).unzip();
    add_distinct(first, &second)
}

/// Section 6.6.3: the simplified SWU map to an isogenous curve, and the isogeny.
fn map_to_curve(fields: &[FieldElement]) -> Vec<Point> {
    let OsswuMapParams { map_a: a, map_b: b, z, .. } = FieldElement::PARAMS;
    let mut scratch = Scratch::default();
    let one = FieldElement::ONE;
    // −B / A, B / (Z·A) and √(−Z³), the same for all.
    let a_inverse = a.invert().unwrap_or(FieldElement::ZERO);
    let minus_b_over_a = (b * a_inverse).negate(1).normalize_weak();
    let exceptional = b * (z * a).invert().unwrap_or(FieldElement::ZERO);
    let root = (z.square() * z).negate(1).sqrt().unwrap_or(FieldElement::ZERO);

    // Section 6.6.2: tv1 = inv0(Z² · u⁴ + Z · u²); x1 = (−B / A) · (1 + tv1), or B / (Z · A) if tv1 is zero.
    let squares: Vec<_> = fields.iter().map(|u| z * u.square()).collect();
    let mut inverses: Vec<_> = squares.iter().map(|t| (t.square() + t).normalize()).collect();
    let zeros: Vec<_> = inverses.iter().map(FieldElement::is_zero).collect();
    for (value, is_zero) in inverses.iter_mut().zip(&zeros) {
        value.conditional_assign(&one, *is_zero);
    }
    scratch.invert(&mut inverses);

    let mut points = Vec::with_capacity(fields.len());
    let mut denominators = Zeroizing::new(Vec::with_capacity(2 * fields.len()));
    for (((u, square), inverse), is_zero) in fields.iter().zip(&squares).zip(&inverses).zip(&zeros) {
        let mut x1 = minus_b_over_a * (one + inverse);
        x1.conditional_assign(&exceptional, *is_zero);
        // gx1 = x1³ + A · x1 + B; x2 = Z · u² · x1.
        let gx1 = (x1.square() + a) * x1 + b;
        let x2 = square * &x1;
        // If gx1 is square, y = √gx1; else −gx1 is, and g(x2) = Z³u⁶·gx1 = (√(−Z³) · u³ · √(−gx1))².
        let y1 = square_root(&gx1);
        let is_square = (y1.square() + gx1.negate(2)).normalizes_to_zero();
        let y2 = y1 * root * u.square() * u;
        let x = FieldElement::conditional_select(&x2, &x1, is_square);
        let y = FieldElement::conditional_select(&y2, &y1, is_square).normalize();
        // If sgn0(u) != sgn0(y), y = −y.
        let flip = u.sgn0() ^ y.sgn0();
        let y = FieldElement::conditional_select(&y, &y.negate(1).normalize_weak(), flip);

        // Appendix E.1: x = x_num / x_den, y = y' · y_num / y_den.
        let iso = FieldElement::COEFFICIENTS;
        points.push(Point { x: evaluate(iso.xnum, &x), y: y * evaluate(iso.ynum, &x) });
        denominators.push(evaluate(iso.xden, &x));
        denominators.push(evaluate(iso.yden, &x));
    }
    scratch.invert(&mut denominators);
    let (denominators, _) = denominators.as_chunks::<2>();
    for (point, [x, y]) in points.iter_mut().zip(denominators) {
        point.x *= x;
        point.y *= y;
    }
    points
}

/// A polynomial, lowest coefficient first, at x.
fn evaluate(coefficients: &[FieldElement], x: &FieldElement) -> FieldElement {
    let sum = coefficients.iter().rev().fold(FieldElement::ZERO, |sum, coefficient| sum * x + coefficient);
    sum.normalize_weak()
}

/// value^((p + 1) / 4): the root of `value` or, if it has none, of −`value` (p = 3 modulo 4).
///
/// The exponent is 223 ones, a zero, 22 ones, four zeros, two ones, two zeros.
fn square_root(value: &FieldElement) -> FieldElement {
    let power = |base: &FieldElement, squarings: usize| (0..squarings).fold(*base, |sum, _| sum.square());
    let join = |high: &FieldElement, bits: usize, low: &FieldElement| power(high, bits) * low;
    let value = value.normalize_weak();
    let ones2 = join(&value, 1, &value);
    let ones3 = join(&ones2, 1, &value);
    let ones6 = join(&ones3, 3, &ones3);
    let ones9 = join(&ones6, 3, &ones3);
    let ones12 = join(&ones6, 6, &ones6);
    let ones13 = join(&ones12, 1, &value);
    let ones22 = join(&ones13, 9, &ones9);
    let ones26 = join(&ones13, 13, &ones13);
    let ones52 = join(&ones26, 26, &ones26);
    let ones104 = join(&ones52, 52, &ones52);
    let ones208 = join(&ones104, 104, &ones104);
    let ones221 = join(&ones208, 13, &ones13);
    let ones223 = join(&ones221, 2, &ones2);
    let high = join(&ones223, 23, &ones22);
    power(&join(&high, 6, &ones2), 2)
}

#[cfg(test)]
mod tests {
    use k256::Secp256k1;
    use k256::elliptic_curve::hash2curve::GroupDigest;

    use super::*;

    /// RFC 9380, appendix J.8.1.
    #[test]
    fn hashes_are_those_of_rfc_9380() {
        let domain = b"QUUX-V01-CS02-with-secp256k1_XMD:SHA-256_SSWU_RO_";
        let long_q = [b"q128_".as_slice(), &[b'q'; 128]].concat();
        let long_a = [b"a512_".as_slice(), &[b'a'; 512]].concat();
        let cases: [(&[u8], &str, &str); 5] = [
            (
                b"",
                "c1cae290e291aee617ebaef1be6d73861479c48b841eaba9b7b5852ddfeb1346",
                "64fa678e07ae116126f08b022a94af6de15985c996c3a91b64c406a960e51067",
            ),
            (
                b"abc",
                "3377e01eab42db296b512293120c6cee72b6ecf9f9205760bd9ff11fb3cb2c4b",
                "7f95890f33efebd1044d382a01b1bee0900fb6116f94688d487c6c7b9c8371f6",
            ),
            (
                b"abcdef0123456789",
                "bac54083f293f1fe08e4a70137260aa90783a5cb84d3f35848b324d0674b0e3a",
                "4436476085d4c3c4508b60fcf4389c40176adce756b398bdee27bca19758d828",
            ),
            (
                &long_q,
                "e2167bc785333a37aa562f021f1e881defb853839babf52a7f72b102e41890e9",
                "f2401dd95cc35867ffed4f367cd564763719fbc6a53e969fb8496a1e6685d873",
            ),
            (
                &long_a,
                "e3c8d35aaaf0b9b647e88a0a0a7ee5d5bed5ad38238152e4e6fd8c1f8cb7c998",
                "8446eeb6181bf12f56a9d24e262221cc2f0c4725c7e3803024b5888ee5823aa6",
            ),
        ];
        let points = hash_to_curve(domain, cases.iter().map(|(message, _, _)| *message));
        for (point, (message, x, y)) in points.iter().zip(cases) {
            assert_eq!(hex::encode(point.encode()), [x, y].concat(), "{message:?}");
        }
    }

    #[test]
    fn hashes_are_those_of_k256() {
        let messages: Vec<[u8; 2]> = (0..300_u16).map(u16::to_be_bytes).collect();
        let points = hash_to_curve(b"domain", messages.iter().map(|message| message.as_slice()));
        for (point, message) in points.iter().zip(&messages) {
            let expected =
                Secp256k1::hash_from_bytes::<ExpandMsgXmd<Sha256>>(&[message], &[b"domain"]).unwrap();
            assert_eq!(point.encode(), Point::from(expected.to_affine()).encode());
        }
    }

    /// Section 6.6.2: u = 0 makes the denominator zero, for which the map has its exceptional case.
    #[test]
    fn the_exceptional_field_element_is_mapped_and_spoils_no_neighbour() {
        use k256::elliptic_curve::hash2curve::MapToCurve;
        let fields = [FieldElement::from_u64(5), FieldElement::ZERO, FieldElement::from_u64(6)];
        for (point, field) in map_to_curve(&fields).iter().zip(&fields) {
            assert_eq!(point.encode(), Point::from(field.map_to_curve().to_affine()).encode());
        }
    }
}
