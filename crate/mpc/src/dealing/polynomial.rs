//! Secret polynomials and Feldman's commitments to them.

use zeroize::{Zeroize, ZeroizeOnDrop};

use crate::group::Group;
use crate::party::PartyIndex;

/// A secret polynomial, constant term first; wiped when dropped.
pub(super) struct Polynomial<G: Group> {
    coefficients: Vec<G::Scalar>,
}

/// A polynomial's coefficients times the generator, constant term first; never empty.
#[derive(Clone, PartialEq)]
pub(super) struct Commitments<G: Group> {
    points: Vec<G::Point>,
}

impl<G: Group> Polynomial<G> {
    /// The polynomial with this constant term and these further coefficients, lowest first.
    pub(super) fn new(constant: G::Scalar, further: impl ExactSizeIterator<Item = G::Scalar>) -> Self {
        // Of the full size from the start, so that no moved-from copy stays in memory.
        let mut coefficients = Vec::with_capacity(1 + further.len());
        coefficients.push(constant);
        coefficients.extend(further);
        Self { coefficients }
    }

    /// The constant term, which is what is shared.
    #[cfg(test)]
    pub(super) fn constant(&self) -> G::Scalar {
        self.coefficients.first().copied().unwrap_or_else(G::zero)
    }

    /// The value at `party`: its share. Constant time in the coefficients.
    pub(super) fn at(&self, party: PartyIndex) -> G::Scalar {
        let x = G::small(party.value());
        self.coefficients.iter().rev().fold(G::zero(), |value, coefficient| value * x + *coefficient)
    }

    /// The commitments to be published.
    pub(super) fn commit(&self) -> Commitments<G> {
        Commitments { points: self.coefficients.iter().map(G::generator_mul).collect() }
    }
}

impl<G: Group> Drop for Polynomial<G> {
    fn drop(&mut self) {
        self.coefficients.zeroize();
    }
}

impl<G: Group> ZeroizeOnDrop for Polynomial<G> {}

impl<G: Group> Commitments<G> {
    /// Those of the polynomial that is zero everywhere, to add others to.
    pub(super) fn zero(threshold: u16) -> Self {
        Self { points: vec![G::identity(); threshold.into()] }
    }

    /// Decodes exactly `threshold` points, each canonical and none the identity.
    pub(super) fn decode<'a>(
        encoded: impl ExactSizeIterator<Item = &'a [u8]>,
        threshold: u16,
    ) -> Result<Self, &'static str> {
        // FROST (ePrint 2020/852) leaves the degree to the implementation. A longer polynomial would raise the
        // threshold for everybody: it is refused before anything is done with it.
        if encoded.len() != usize::from(threshold) || threshold == 0 {
            return Err("number of commitments");
        }
        let points = encoded.map(G::decode_point).collect::<Option<Vec<_>>>().ok_or("commitment point")?;
        Ok(Self { points })
    }

    /// The canonical encodings; `None` if one is the identity, which a random polynomial does not have.
    pub(super) fn encode(&self) -> Option<Vec<Vec<u8>>> {
        self.points.iter().map(G::encode_point).collect()
    }

    /// The commitment to the constant term.
    pub(super) fn constant(&self) -> G::Point {
        self.points.first().copied().unwrap_or_else(G::identity)
    }

    /// The polynomial's value at `party` times the generator: Σ Cₖ·partyᵏ.
    pub(super) fn at(&self, party: PartyIndex) -> G::Point {
        self.points
            .iter()
            .rev()
            .fold(G::identity(), |value, point| G::small_mul_vartime(&value, party.value()) + *point)
    }

    /// Adds another polynomial's commitments, of the same threshold.
    pub(super) fn add(&mut self, other: &Self) {
        debug_assert_eq!(self.points.len(), other.points.len(), "both were decoded for one threshold");
        for (sum, point) in self.points.iter_mut().zip(&other.points) {
            *sum = *sum + *point;
        }
    }
}

#[cfg(test)]
mod wiped {
    use super::*;

    crate::wiped!(Polynomial<crate::group::Secp256k1>);
}
