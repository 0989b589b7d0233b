//! What dealers seal to absent parties: docs/recovery.md, 3.

use rand_core::CryptoRngCore;

use super::messages::{Reveal, RootReveal};
use super::root::Root;
use super::rounds::Terms;
use crate::abort::{Abort, Cause};
use crate::group::Scheme;
use crate::hedge;
use crate::machine::Context;
use crate::party::PartyIndex;
use crate::recovery::seal::{Place, SealedEvaluations, Statement};
use crate::recovery::{Absent, SealedPart, SealedShare};

/// One dealer's evaluations for each absent party, sealed to it, with their proofs.
pub(super) fn seal(
    terms: &Terms,
    roots: &[Box<dyn Root>],
    reveals: &[RootReveal],
    context: &Context,
    rng: &mut dyn CryptoRngCore,
) -> Result<Vec<SealedEvaluations>, Abort> {
    let each = terms.absent.iter().map(|absent| {
        let points = points(roots, reveals, absent).ok()?;
        let values: Vec<_> = roots.iter().map(|root| root.evaluation(absent.index)).collect::<Option<_>>()?;
        // docs/recovery.md, 2.2: what is held hedges what is drawn.
        let held: Vec<&[u8]> = values.iter().map(|value| value.as_slice()).collect();
        let number = absent.index.value().into();
        let randomness = hedge::draw_bytes(rng, context, "dealing/sealing", number, &held);
        statement(terms, roots, context, context.me(), absent, &points).seal(&values, &randomness)
    });
    // A uniform 256-bit value was zero: the generator of randomness is broken.
    each.collect::<Option<_>>().ok_or(Abort::nobody(Cause::Check("randomness")))
}

/// What `dealer` sealed to each absent party, if the proofs are good. Its commitments were accepted.
pub(super) fn accept(
    terms: &Terms,
    roots: &[Box<dyn Root>],
    context: &Context,
    dealer: PartyIndex,
    reveal: &Reveal,
) -> Result<Vec<SealedPart>, Cause> {
    let parts = parts(terms, roots, dealer, reveal)?;
    for (part, absent) in parts.iter().zip(&terms.absent) {
        statement(terms, roots, context, dealer, absent, &part.points).verify(&part.evaluations)?;
    }
    Ok(parts)
}

/// The same without checking the proofs: for what this party sealed itself.
pub(super) fn parts(
    terms: &Terms,
    roots: &[Box<dyn Root>],
    dealer: PartyIndex,
    reveal: &Reveal,
) -> Result<Vec<SealedPart>, Cause> {
    if reveal.sealed.len() != terms.absent.len() {
        return Err(Cause::Malformed("number of sealed evaluations"));
    }
    let each = terms.absent.iter().zip(&reveal.sealed).map(|(absent, sealed)| {
        let points = points(roots, &reveal.roots, absent)?;
        Ok(SealedPart { dealer, points, evaluations: sealed.clone() })
    });
    each.collect()
}

/// What all dealers sealed to each absent party; `dealt` holds what each sealed to all of them.
pub(super) fn shares(terms: &Terms, context: &Context, mut dealt: Vec<Vec<SealedPart>>) -> Vec<SealedShare> {
    dealt.sort_by_key(|parts| parts.first().map(|part| part.dealer));
    let mut shares: Vec<_> = terms
        .absent
        .iter()
        .map(|absent| SealedShare { party: absent.index, session: *context.session(), parts: Vec::new() })
        .collect();
    for parts in dealt {
        for (share, part) in shares.iter_mut().zip(parts) {
            share.parts.push(part);
        }
    }
    shares
}

/// The evaluations for an absent party times the generator, for each root.
fn points(roots: &[Box<dyn Root>], reveals: &[RootReveal], absent: &Absent) -> Result<Vec<Vec<u8>>, Cause> {
    roots.iter().zip(reveals).map(|(root, reveal)| root.public_evaluation(reveal, absent.index)).collect()
}

fn statement<'a>(
    terms: &'a Terms,
    roots: &[Box<dyn Root>],
    context: &'a Context,
    dealer: PartyIndex,
    absent: &'a Absent,
    points: &'a [Vec<u8>],
) -> Statement<'a> {
    let place = Place {
        session: context.session(),
        wallet: &terms.wallet,
        epoch: terms.epoch,
        dealer,
        receiver: absent.index,
        key: &absent.key,
    };
    let schemes: Vec<Scheme> = roots.iter().map(|root| root.scheme()).collect();
    Statement::new(place, schemes, points)
}
