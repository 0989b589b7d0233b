//! Interpolation.

use crate::group::Group;
use crate::party::PartyIndex;

/// The Lagrange coefficient of `party` among `parties` at `at`: what its share counts in the polynomial's
/// value there. The key itself is at 0.
///
/// Gives `None` if `party` is not among `parties` or an index stands twice: there is then no such polynomial.
pub fn lagrange_coefficient<G: Group>(
    party: PartyIndex,
    parties: &[PartyIndex],
    at: u16,
) -> Option<G::Scalar> {
    let is_distinct = |index: &PartyIndex| parties.iter().filter(|other| *other == index).count() == 1;
    if !parties.contains(&party) || !parties.iter().all(is_distinct) {
        return None;
    }
    let x = G::small(party.value());
    let at = G::small(at);
    let mut numerator = G::small(1);
    let mut denominator = G::small(1);
    for other in parties.iter().filter(|other| **other != party) {
        let other = G::small(other.value());
        numerator = numerator * (at - other);
        denominator = denominator * (x - other);
    }
    Some(numerator * G::invert(&denominator)?)
}
