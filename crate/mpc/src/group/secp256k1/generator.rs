//! The generator times a scalar, in constant time, from a table made once.
//!
//! `k256` has such a table too, but only with its feature `std`, which brings the platform's random generator into
//! every crate that uses it (R12). Refuses nothing: every scalar has a product.

use std::sync::OnceLock;

use k256::elliptic_curve::BatchNormalize;
use k256::elliptic_curve::PrimeField;
use k256::elliptic_curve::subtle::{ConditionallySelectable, ConstantTimeEq};
use k256::{AffinePoint, ProjectivePoint, Scalar};
use zeroize::Zeroizing;

/// The product. A scalar is Σ dₚ·16ᵖ with 64 digits below 16, so that the product is a sum of one entry of each row of
/// the table. Every entry of a row is read, whatever the digit, and `k256`'s addition is complete: it takes the identity
/// and equal points in the same steps as all others.
pub(super) fn times(scalar: &Scalar) -> ProjectivePoint {
    let bytes = Zeroizing::new(<[u8; 32]>::from(scalar.to_repr()));
    // Big-endian bytes, so that the last one has the digits of the first two rows.
    let digits = bytes.iter().rev().flat_map(|byte| [byte & 15, byte >> 4]);
    let mut sum = ProjectivePoint::IDENTITY;
    for (row, digit) in table().iter().zip(digits) {
        let mut chosen = AffinePoint::IDENTITY;
        for (entry, number) in row.iter().zip(0_u8..) {
            chosen.conditional_assign(entry, digit.ct_eq(&number));
        }
        sum += chosen;
    }
    sum
}

type Row = [AffinePoint; ENTRIES];

/// Row p has 0, 1, … 15 times 16ᵖ·G: 64 rows, 80 KiB.
fn table() -> &'static [Row] {
    static TABLE: OnceLock<Vec<Row>> = OnceLock::new();
    TABLE.get_or_init(|| {
        let mut entries = Vec::with_capacity(ROWS * ENTRIES);
        let mut base = ProjectivePoint::GENERATOR;
        for _ in 0..ROWS {
            let mut multiple = ProjectivePoint::IDENTITY;
            for _ in 0..ENTRIES {
                entries.push(multiple);
                multiple += base;
            }
            base = multiple;
        }
        let entries: Vec<AffinePoint> = ProjectivePoint::batch_normalize(entries.as_slice());
        let (rows, _) = entries.as_chunks::<ENTRIES>();
        rows.to_vec()
    })
}

const ROWS: usize = 64;
const ENTRIES: usize = 16;

#[cfg(test)]
mod tests {
    use k256::elliptic_curve::Field;
    use rand_chacha::ChaCha20Rng;
    use rand_chacha::rand_core::SeedableRng;

    use super::*;

    #[test]
    fn it_is_what_k256_multiplies() {
        let mut rng = ChaCha20Rng::seed_from_u64(12);
        let edges = [Scalar::ZERO, Scalar::ONE, -Scalar::ONE, -Scalar::from(2_u32)];
        // Each digit at each place, alone.
        let digits = (0..ROWS).flat_map(|place| {
            let power = Scalar::from(16_u32).pow_vartime([place as u64]);
            (1..16_u32).map(move |digit| power * Scalar::from(digit))
        });
        let drawn: Vec<Scalar> = (0..200).map(|_| Scalar::random(&mut rng)).collect();
        for scalar in edges.into_iter().chain(digits).chain(drawn) {
            assert_eq!(times(&scalar), ProjectivePoint::GENERATOR * scalar);
        }
    }
}
