//! Many points at once: one inversion for a whole batch makes affine additions the cheapest there are.
//!
//! Everything runs in constant time in coordinates and scalars. What is not handled is an addition of a point to
//! itself or its negative: formulas for the one case need a branch in the other. Where it cannot be ruled out
//! ([`add_public`]) it is found and refused. Elsewhere it is an event of probability below 2⁻¹²⁰ over
//! a random scalar that nobody else knows, after which the whole batch comes out as nonsense, and the
//! transfers made from it fail their check.

use std::sync::OnceLock;

use k256::elliptic_curve::group::prime::PrimeCurveAffine;
use k256::elliptic_curve::ops::Reduce;
use k256::elliptic_curve::point::BatchNormalize as _;
use k256::elliptic_curve::sec1::ToEncodedPoint;
use k256::{AffinePoint, FieldBytes, FieldElement, ProjectivePoint, Scalar, U256};
use rand_core::CryptoRngCore;
use subtle::{Choice, ConditionallySelectable, ConstantTimeEq};
use zeroize::{DefaultIsZeroes, Zeroizing};

use super::{COORDINATES, SCALAR};

/// A point other than the identity. Coordinates have magnitude 1 and need not be normalized.
#[derive(Clone, Copy, Default)]
pub(crate) struct Point {
    pub x: FieldElement,
    pub y: FieldElement,
}

impl DefaultIsZeroes for Point {}

impl Point {
    /// Reads x and y, which must be canonical and on the curve.
    pub fn decode(bytes: &[u8; COORDINATES]) -> Option<Self> {
        let (x, y) = bytes.split_at(SCALAR);
        let x = Option::<FieldElement>::from(FieldElement::from_bytes(FieldBytes::from_slice(x)))?;
        let y = Option::<FieldElement>::from(FieldElement::from_bytes(FieldBytes::from_slice(y)))?;
        let right = x.square() * x + FieldElement::from_u64(7);
        let is_on_curve = (y.square().negate(1) + right).normalizes_to_zero();
        bool::from(is_on_curve).then_some(Self { x, y })
    }

    /// Writes x and y.
    pub fn encode(&self) -> [u8; COORDINATES] {
        let mut bytes = [0; COORDINATES];
        bytes[..SCALAR].copy_from_slice(&self.x.to_bytes());
        bytes[SCALAR..].copy_from_slice(&self.y.to_bytes());
        bytes
    }

    fn negate(&self) -> Self {
        Self { x: self.x, y: self.y.negate(1).normalize_weak() }
    }

    /// λ times the point, for the λ with λ² + λ + 1 = 0: (β·x, y) (Gallant–Lambert–Vanstone, 2001).
    fn endomorphism(&self, beta: &FieldElement) -> Self {
        Self { x: self.x * beta, y: self.y }
    }
}

impl From<AffinePoint> for Point {
    /// The identity, which callers rule out, would become (0, 0).
    fn from(point: AffinePoint) -> Self {
        let encoded = point.to_encoded_point(false);
        let read = |bytes: Option<&FieldBytes>| {
            bytes.and_then(|bytes| Option::from(FieldElement::from_bytes(bytes))).unwrap_or_default()
        };
        Self { x: read(encoded.x()), y: read(encoded.y()) }
    }
}

impl ConditionallySelectable for Point {
    fn conditional_select(a: &Self, b: &Self, choice: Choice) -> Self {
        Self {
            x: FieldElement::conditional_select(&a.x, &b.x, choice),
            y: FieldElement::conditional_select(&a.y, &b.y, choice),
        }
    }
}

/// Memory that batches of one size share.
#[derive(Default)]
pub(super) struct Scratch {
    denominators: Zeroizing<Vec<FieldElement>>,
    products: Zeroizing<Vec<FieldElement>>,
}

impl Scratch {
    /// Inverts every element of a batch, none zero, at three multiplications each (Montgomery's trick). If one
    /// is zero, all become zero.
    pub fn invert(&mut self, values: &mut [FieldElement]) {
        self.products.clear();
        let mut product = FieldElement::ONE;
        for value in values.iter() {
            self.products.push(product);
            product *= value;
        }
        let mut inverse = product.invert().unwrap_or(FieldElement::ZERO);
        for (value, before) in values.iter_mut().zip(self.products.iter()).rev() {
            let inverted = inverse * before;
            inverse *= &*value;
            *value = inverted;
        }
    }

    /// sums[i] += addend(i).
    fn add(&mut self, sums: &mut [Point], addends: &[Point]) {
        let mut denominators = core::mem::take(&mut self.denominators);
        denominators.clear();
        denominators.extend(sums.iter().zip(addends).map(|(sum, addend)| addend.x + sum.x.negate(1)));
        self.invert(&mut denominators);
        for ((sum, addend), inverse) in sums.iter_mut().zip(addends).zip(denominators.iter()) {
            let slope = (addend.y + sum.y.negate(1)) * inverse;
            let x = (slope.square() + (sum.x + addend.x).negate(2)).normalize_weak();
            sum.y = (slope * (sum.x + x.negate(1)) + sum.y.negate(1)).normalize_weak();
            sum.x = x;
        }
        self.denominators = denominators;
    }

    /// sums[i] += sums[i]. No point of prime order but the identity has y = 0.
    fn double(&mut self, sums: &mut [Point]) {
        let mut denominators = core::mem::take(&mut self.denominators);
        denominators.clear();
        denominators.extend(sums.iter().map(|sum| sum.y.double()));
        self.invert(&mut denominators);
        for (sum, inverse) in sums.iter_mut().zip(denominators.iter()) {
            let slope = sum.x.square().mul_single(3) * inverse;
            let x = (slope.square() + sum.x.double().negate(2)).normalize_weak();
            sum.y = (slope * (sum.x + x.negate(1)) + sum.y.negate(1)).normalize_weak();
            sum.x = x;
        }
        self.denominators = denominators;
    }

    /// P, 3P, 5P … 15P for every P: row j holds (2j + 1)·P.
    fn odd_multiples(&mut self, points: &[Point]) -> Zeroizing<Vec<Vec<Point>>> {
        let mut twice = points.to_vec();
        self.double(&mut twice);
        let mut rows = Zeroizing::new(vec![points.to_vec()]);
        for row in 1..ROWS {
            let mut next = rows[row - 1].clone();
            self.add(&mut next, &twice);
            rows.push(next);
        }
        rows
    }
}

/// A random scalar b₁ + λ·b₂ with odd 128-bit halves, which a multiplication takes half the doublings for.
///
/// The 2²⁵⁴ pairs of halves make as many scalars, so that none is more than four times as likely as if it were
/// uniform (§10.2; `tests/model/standards.py` counts).
pub(crate) struct SplitScalar {
    low: Zeroizing<[u8; HALF]>,
    high: Zeroizing<[u8; HALF]>,
}

impl SplitScalar {
    /// Draws one.
    pub fn draw(rng: &mut dyn CryptoRngCore) -> Self {
        let mut draw = || {
            let mut half = Zeroizing::new([0; HALF]);
            rng.fill_bytes(&mut *half);
            half[0] |= 1;
            half
        };
        Self { low: draw(), high: draw() }
    }

    /// The scalar times the generator.
    pub fn public(&self) -> ProjectivePoint {
        let scalar = |half: &[u8; HALF]| {
            let mut bytes = Zeroizing::new([0; SCALAR]);
            for (byte, from) in bytes[HALF..].iter_mut().zip(half.iter().rev()) {
                *byte = *from;
            }
            Zeroizing::new(<Scalar as Reduce<U256>>::reduce_bytes(FieldBytes::from_slice(&*bytes)))
        };
        let lambda = <Scalar as Reduce<U256>>::reduce_bytes(&LAMBDA.into());
        let sum = Zeroizing::new(*scalar(&self.low) + lambda * *scalar(&self.high));
        super::generator_by(&sum)
    }
}

/// Each point of a group times the scalar of the group, all groups in a row: they share their inversions.
pub(crate) fn mul_each(groups: &[(&[Point], &SplitScalar)]) -> Zeroizing<Vec<Point>> {
    let beta = beta();
    let mut scratch = Scratch::default();
    let points: Vec<Point> = groups.iter().flat_map(|(points, _)| points.iter().copied()).collect();
    let plain = scratch.odd_multiples(&points);
    let turned: Vec<Vec<Point>> =
        plain.iter().map(|row| row.iter().map(|point| point.endomorphism(&beta)).collect()).collect();
    let turned = Zeroizing::new(turned);
    let low: Vec<_> = groups.iter().map(|(points, scalar)| (points.len(), digits(&*scalar.low))).collect();
    let high: Vec<_> = groups.iter().map(|(points, scalar)| (points.len(), digits(&*scalar.high))).collect();

    let mut sums = Zeroizing::new(Vec::new());
    let mut addends = Zeroizing::new(Vec::new());
    for place in (0..2 * HALF).rev() {
        let is_first = sums.is_empty();
        look_up_each(&plain, &low, place, if is_first { &mut sums } else { &mut addends });
        if !is_first {
            for _ in 0..WINDOW {
                scratch.double(&mut sums);
            }
            scratch.add(&mut sums, &addends);
        }
        look_up_each(&turned, &high, place, &mut addends);
        scratch.add(&mut sums, &addends);
    }
    sums
}

/// Fills `chosen` with the odd multiple of every point that the digit at `place` of its group stands for.
fn look_up_each(
    rows: &[Vec<Point>],
    groups: &[(usize, Zeroizing<Vec<Digit>>)],
    place: usize,
    chosen: &mut Vec<Point>,
) {
    chosen.clear();
    for (count, digits) in groups {
        let choices = digits[place].choices();
        let places = chosen.len()..chosen.len() + count;
        chosen.extend(places.map(|point| choices.select(rows.iter().map(|row| &row[point]))));
    }
}

/// The odd multiples of 16ⁱ·P for every i: to multiply one P often.
pub(crate) struct Table(Vec<[Point; ROWS]>);

impl Table {
    /// The table of a point other than the identity.
    pub fn new(point: &AffinePoint) -> Self {
        let mut powers = vec![point.to_curve()];
        for place in 1..2 * SCALAR {
            let before = powers[place - 1];
            powers.push(before.double().double().double().double());
        }
        let powers: Vec<AffinePoint> = ProjectivePoint::batch_normalize(powers.as_slice());
        let powers: Vec<Point> = powers.into_iter().map(Point::from).collect();
        let rows = Scratch::default().odd_multiples(&powers);
        Self((0..powers.len()).map(|place| core::array::from_fn(|row| rows[row][place])).collect())
    }

    /// The generator's, made once.
    pub fn generator() -> &'static Self {
        static TABLE: OnceLock<Table> = OnceLock::new();
        TABLE.get_or_init(|| Self::new(&AffinePoint::GENERATOR))
    }

    /// The point times each scalar, none zero.
    pub fn mul_by_each(&self, scalars: &[Scalar]) -> Zeroizing<Vec<Point>> {
        mul_by_each(&[(self, scalars)])
    }
}

/// The point of a table times each scalar of its group, none zero, all groups in a row: they share their inversions.
pub(crate) fn mul_by_each(groups: &[(&Table, &[Scalar])]) -> Zeroizing<Vec<Point>> {
    // Odd digits make odd numbers: of a scalar and its negative exactly one is odd.
    let recoded: Vec<_> = groups
        .iter()
        .flat_map(|(table, scalars)| scalars.iter().map(move |scalar| (table, scalar)))
        .map(|(table, scalar)| {
            let is_even = !Choice::from(scalar.to_bytes()[SCALAR - 1] & 1);
            let odd = Zeroizing::new(Scalar::conditional_select(scalar, &-scalar, is_even));
            let mut bytes = Zeroizing::new(<[u8; SCALAR]>::from(odd.to_bytes()));
            bytes.reverse();
            (table, digits(&*bytes), is_even)
        })
        .collect();
    let mut scratch = Scratch::default();
    let mut sums = Zeroizing::new(Vec::new());
    let mut addends = Zeroizing::new(Vec::new());
    for place in (0..2 * SCALAR).rev() {
        let is_first = sums.is_empty();
        let chosen: &mut Vec<Point> = if is_first { &mut sums } else { &mut addends };
        chosen.clear();
        chosen.extend(
            recoded.iter().map(|(table, digits, _)| digits[place].choices().select(table.0[place].iter())),
        );
        if !is_first {
            scratch.add(&mut sums, &addends);
        }
    }
    for (sum, (_, _, is_even)) in sums.iter_mut().zip(&recoded) {
        sum.y.conditional_assign(&sum.y.negate(1).normalize_weak(), *is_even);
    }
    sums
}

/// first[i] − second[i], of which nobody can make two equal.
pub(crate) fn subtract(first: &[Point], second: &[Point]) -> Vec<Point> {
    let mut sums = first.to_vec();
    let negated: Vec<_> = second.iter().map(Point::negate).collect();
    Scratch::default().add(&mut sums, &negated);
    sums
}

/// first[i] + second[i], of which nobody can make two equal or negatives of each other.
pub(super) fn add_distinct(mut first: Vec<Point>, second: &[Point]) -> Vec<Point> {
    Scratch::default().add(&mut first, second);
    first
}

/// first[i] + second[i], or `None` if two are equal or negatives of each other. For public points.
pub(crate) fn add_public(first: &[Point], second: &[Point]) -> Option<Vec<Point>> {
    let mut differences = first.iter().zip(second).map(|(first, second)| first.x + second.x.negate(1));
    if differences.any(|difference| bool::from(difference.normalizes_to_zero())) {
        return None;
    }
    let mut sums = first.to_vec();
    Scratch::default().add(&mut sums, second);
    Some(sums)
}

/// An odd digit from −15 to 15.
#[derive(Clone, Copy, Default)]
struct Digit {
    /// The multiple |d| = 2·row + 1.
    row: u8,
    is_negative: u8,
}

impl Digit {
    fn choices(&self) -> Choices {
        Choices {
            rows: core::array::from_fn(|place| (place as u8).ct_eq(&self.row)),
            is_negative: Choice::from(self.is_negative),
        }
    }
}

/// A digit as what it chooses.
struct Choices {
    rows: [Choice; ROWS],
    is_negative: Choice,
}

impl Choices {
    fn select<'a>(&self, rows: impl Iterator<Item = &'a Point>) -> Point {
        let mut chosen = Point::default();
        for (point, is_chosen) in rows.zip(self.rows) {
            chosen.conditional_assign(point, is_chosen);
        }
        chosen.y.conditional_assign(&chosen.y.negate(1).normalize_weak(), self.is_negative);
        chosen
    }
}

impl DefaultIsZeroes for Digit {}

/// Odd digits of an odd little-endian number in base 16, lowest first (Joye–Tunstall, "Exponent recoding and
/// regular exponentiation algorithms", 2009): digit i is 2·(number's bits 4i+1 … 4i+4) + 1 − 16.
///
/// For every digit but the last, the bit above its window tells the sign: an even window borrows.
fn digits(number: &[u8]) -> Zeroizing<Vec<Digit>> {
    let count = 2 * number.len();
    let nibble = |place: usize| (number[place / 2] >> (4 * (place % 2))) & 15;
    let mut digits = Zeroizing::new(Vec::with_capacity(count));
    for place in 0..count {
        // The number left at this place is odd; modulo 32 it is this window, made odd, with the bit above.
        let low = nibble(place) | 1;
        let above = if place + 1 < count { nibble(place + 1) & 1 } else { 1 };
        // d = low + 16·above − 16: low itself if the bit above is set, and low − 16 otherwise.
        let is_negative = 1 - above;
        let magnitude = u8::conditional_select(&low, &(16 - low), Choice::from(is_negative));
        digits.push(Digit { row: magnitude >> 1, is_negative });
    }
    digits
}

/// β, a cube root of one in the field.
fn beta() -> FieldElement {
    // The bytes are a constant below the modulus.
    FieldElement::from_bytes(&BETA.into()).unwrap_or(FieldElement::ZERO)
}

/// Bytes of half a split scalar.
const HALF: usize = 16;
const WINDOW: usize = 4;
const ROWS: usize = 1 << (WINDOW - 1);
/// λ and β of the endomorphism (λ·(x, y) = (β·x, y)); a test holds them to that.
const LAMBDA: [u8; 32] = [
    0x53, 0x63, 0xad, 0x4c, 0xc0, 0x5c, 0x30, 0xe0, 0xa5, 0x26, 0x1c, 0x02, 0x88, 0x12, 0x64, 0x5a, 0x12,
    0x2e, 0x22, 0xea, 0x20, 0x81, 0x66, 0x78, 0xdf, 0x02, 0x96, 0x7c, 0x1b, 0x23, 0xbd, 0x72,
];
const BETA: [u8; 32] = [
    0x7a, 0xe9, 0x6a, 0x2b, 0x65, 0x7c, 0x07, 0x10, 0x6e, 0x64, 0x47, 0x9e, 0xac, 0x34, 0x34, 0xe9, 0x9c,
    0xf0, 0x49, 0x75, 0x12, 0xf5, 0x89, 0x95, 0xc1, 0x39, 0x6c, 0x28, 0x71, 0x95, 0x01, 0xee,
];

#[cfg(test)]
mod wiped {
    use super::*;

    symbolon_mpc::wiped!(SplitScalar, SplitScalar { low, high } but {});
}

#[cfg(test)]
mod tests {
    use rand_chacha::ChaCha20Rng;
    use rand_core::SeedableRng;

    use super::*;
    use crate::curve::draw_scalar;

    fn encode(point: ProjectivePoint) -> [u8; COORDINATES] {
        Point::from(point.to_affine()).encode()
    }

    fn value(digits: &[Digit]) -> i128 {
        digits.iter().rev().fold(0, |sum, digit| {
            let magnitude = i128::from(2 * digit.row + 1);
            16 * sum + if digit.is_negative == 1 { -magnitude } else { magnitude }
        })
    }

    #[test]
    fn digits_make_the_number() {
        for number in [
            1_u64,
            3,
            15,
            17,
            31,
            33,
            0xffff_ffff_ffff_ffff,
            0x8000_0000_0000_0001,
            0x1357_9bdf_0246_8ace | 1,
        ] {
            assert_eq!(value(&digits(&number.to_le_bytes())), i128::from(number), "{number:#x}");
        }
    }

    /// Expected values are k256's.
    #[test]
    fn products_are_those_of_k256() {
        let mut rng = ChaCha20Rng::seed_from_u64(1);
        let mut scalars: Vec<_> = (0..20).map(|_| draw_scalar(&mut rng)).collect();
        scalars.extend([
            Scalar::ONE,
            -Scalar::ONE,
            Scalar::from(2_u32),
            Scalar::from(16_u32),
            Scalar::from(17_u32),
        ]);
        let base = ProjectivePoint::GENERATOR * draw_scalar(&mut rng);
        for (table, base) in
            [(Table::generator(), ProjectivePoint::GENERATOR), (&Table::new(&base.to_affine()), base)]
        {
            // One by one too: a batch must not depend on its neighbours.
            let all = table.mul_by_each(&scalars);
            for (product, scalar) in all.iter().zip(&scalars) {
                assert_eq!(product.encode(), encode(base * scalar));
                assert_eq!(table.mul_by_each(&[*scalar])[0].encode(), product.encode());
            }
        }
        for _ in 0..10 {
            let split = SplitScalar::draw(&mut rng);
            let public = split.public();
            // On the generator itself, b·G must be the public point.
            let product = mul_each(&[(&[Point::from(AffinePoint::GENERATOR)], &split)]);
            assert_eq!(product[0].encode(), encode(public));
            // And s·G·b = s·(b·G).
            let many: Vec<_> =
                scalars.iter().map(|s| Point::from((ProjectivePoint::GENERATOR * s).to_affine())).collect();
            for (product, scalar) in mul_each(&[(&many, &split)]).iter().zip(&scalars) {
                assert_eq!(product.encode(), encode(public * scalar));
            }
        }
    }

    /// Groups of different sizes share inversions and nothing else.
    #[test]
    fn products_of_groups_are_those_of_each_alone() {
        let mut rng = ChaCha20Rng::seed_from_u64(3);
        let scalars: Vec<_> = (0..9).map(|_| draw_scalar(&mut rng)).collect();
        let points: Vec<_> =
            scalars.iter().map(|s| Point::from((ProjectivePoint::GENERATOR * s).to_affine())).collect();
        let encode = |points: &[Point]| points.iter().map(Point::encode).collect::<Vec<_>>();
        let (one, other) = (SplitScalar::draw(&mut rng), SplitScalar::draw(&mut rng));
        let alone = [mul_each(&[(&points[..2], &one)]), mul_each(&[(&points[2..], &other)])];
        let together = mul_each(&[(&points[..2], &one), (&points[2..], &other)]);
        assert_eq!(encode(&together), [encode(&alone[0]), encode(&alone[1])].concat());

        let table = Table::new(&(ProjectivePoint::GENERATOR * scalars[0]).to_affine());
        let tables = [Table::generator(), &table];
        let alone = [tables[0].mul_by_each(&scalars[..4]), tables[1].mul_by_each(&scalars[4..])];
        let together = mul_by_each(&[(tables[0], &scalars[..4]), (tables[1], &scalars[4..])]);
        assert_eq!(encode(&together), [encode(&alone[0]), encode(&alone[1])].concat());
    }

    #[test]
    fn sums_are_those_of_k256_and_exceptions_are_found() {
        let mut rng = ChaCha20Rng::seed_from_u64(2);
        let mut draw = || ProjectivePoint::GENERATOR * draw_scalar(&mut rng);
        let (first, second): (Vec<_>, Vec<_>) = (0..10).map(|_| (draw(), draw())).unzip();
        let affine = |points: &[ProjectivePoint]| {
            points.iter().map(|p| Point::from(p.to_affine())).collect::<Vec<_>>()
        };
        let (a, b) = (affine(&first), affine(&second));
        for (place, sum) in add_public(&a, &b).unwrap().iter().enumerate() {
            assert_eq!(sum.encode(), encode(first[place] + second[place]));
        }
        for (place, difference) in subtract(&a, &b).iter().enumerate() {
            assert_eq!(difference.encode(), encode(first[place] - second[place]));
        }
        let mut same = b.clone();
        same[3] = a[3];
        assert!(add_public(&a, &same).is_none());
        same[3] = a[3].negate();
        assert!(add_public(&a, &same).is_none());
    }
}
