//! One ceremony of a scheme that signs.

use crate::ceremony::{Ceremony, CeremonyId};
use crate::share::KeyShare;
use crate::sign::{Item, SignPlan};
use crate::testing::sim::{Network, Outcome, Simulator};

/// Signs `item` over a bad network among the holders of `shares`, by the ceremonies that `start` begins, and gives the
/// signature; `None` if a signer refused to start or the ceremony ended without one.
///
/// # Panics
/// If the signers end with different signatures, or with more or fewer than one.
pub fn sign_once<I: Item + Clone, C: Ceremony, T: Clone + PartialEq>(
    shares: &[&KeyShare],
    item: I,
    session: u64,
    start: impl Fn(SignPlan<I>, &KeyShare) -> Option<C>,
    signatures: impl Fn(C::Output) -> Vec<T>,
) -> Option<T> {
    let info = shares.first()?.info();
    let mut ceremony = [0xce; 32];
    ceremony[..8].copy_from_slice(&session.to_be_bytes());
    let plan = SignPlan {
        ceremony: CeremonyId(ceremony),
        wallet: *info.wallet(),
        epoch: info.epoch(),
        signers: shares.iter().map(|share| share.index()).collect(),
        intent: [0x11; 32],
        items: vec![item],
    };
    let parties = shares.iter().map(|share| Some((share.index(), start(plan.clone(), share)?)));
    let report = Simulator::new(parties.collect::<Option<Vec<_>>>()?, session, Network::BAD).run();
    let signed = report.outcomes.into_values().map(|outcome| match outcome {
        Outcome::Done(signed) => Some(signatures(signed)),
        _ => None,
    });
    let signed = signed.collect::<Option<Vec<_>>>()?;
    assert!(signed.iter().all(|other| *other == signed[0]), "all signers have the same");
    let [signature] = &signed[0][..] else { panic!("one signature for one item") };
    Some(signature.clone())
}
