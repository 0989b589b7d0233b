//! Parties that are dishonest behind their frames, which only their own machine can be.

use frost_core::keys::{KeyPackage, SigningShare};
use symbolon_mpc::derive::Path;
use symbolon_mpc::testing::sim::{Network, Report, Simulator, generator};
use symbolon_mpc::testing::{deal, index};
use symbolon_mpc::{CeremonyId, Machine, SessionId};

use super::*;
use crate::ed25519::{self, Ed25519};
use crate::taproot::{self, Taproot};

fn items_of_ed25519() -> Vec<ed25519::SignItem> {
    vec![ed25519::SignItem { path: Path::root(), message: b"message".to_vec() }; 2]
}

fn items_of_taproot() -> Vec<taproot::SignItem> {
    vec![taproot::SignItem { path: Path::root(), sighash: [3; 32], merkle_root: Some([4; 32]) }; 2]
}

fn protocols<S: Suite>(signers: u16, items: Vec<S::Item>) -> Vec<(PartyIndex, SignProtocol<S>)> {
    let shares = deal(signers, signers, S::SCHEME, 1);
    let plan = SignPlan {
        ceremony: CeremonyId([1; 32]),
        wallet: *shares[0].info().wallet(),
        epoch: 1,
        signers: (1..=signers).map(index).collect(),
        intent: [2; 32],
        items,
    };
    let start = |share: &KeyShare| (share.index(), SignProtocol::new(plan.clone(), share).expect("they fit"));
    shares.iter().map(start).collect()
}

fn run<S: Suite>(protocols: Vec<(PartyIndex, SignProtocol<S>)>) -> Report<Signed> {
    let start = |(party, protocol)| (party, Machine::new(protocol, party).expect("it takes part"));
    Simulator::new(protocols.into_iter().map(start), 1, Network::GOOD).run()
}

#[test]
fn a_frame_may_be_as_long_as_the_largest_plan_needs_and_little_longer() {
    // Commitments to two nonces and their tags for every item, and the frame around them; then a bound for strangers.
    let longest = 68 * MAX_ITEMS + 512;
    for limit in [SignProtocol::<Ed25519>::FRAME_LIMIT, SignProtocol::<Taproot>::FRAME_LIMIT] {
        assert!(longest <= limit && limit <= 3 * longest, "{limit}");
    }
}

/// A party that runs the whole protocol by the book, but with another share.
fn with_another_share<S: Suite>(signers: u16, items: Vec<S::Item>) {
    let mut protocols = protocols::<S>(signers, items);
    let own = &mut protocols[1].1.items[1].own;
    *own = KeyPackage::new(
        *own.identifier(),
        SigningShare::new(own.signing_share().to_scalar() + S::Curve::small(1)),
        *own.verifying_share(),
        *own.verifying_key(),
        *own.min_signers(),
    );
    let report = run(protocols);
    let expected = Abort::party(index(2), Cause::Check("signature share"));
    for honest in (1..=signers).filter(|party| *party != 2) {
        assert_eq!(report.abort(index(honest)), Some(&expected));
    }
}

#[test]
fn a_signer_that_uses_another_share_is_blamed_by_all() {
    for signers in [2, 3, 4] {
        with_another_share::<Ed25519>(signers, items_of_ed25519());
        with_another_share::<Taproot>(signers, items_of_taproot());
    }
}

/// R11: what ZF takes under the key that it was told is not given out unless it is good under the derived key.
#[test]
fn a_signature_under_another_key_than_the_derived_one_does_not_leave() {
    fn refuses<S: Suite>(items: Vec<S::Item>) {
        assert!(run(protocols::<S>(2, items.clone())).all_done());
        let mut protocols = protocols::<S>(2, items);
        let key = &mut protocols[0].1.items[1].public_key;
        *key = *key + S::Curve::generator_mul(&S::Curve::small(1));
        assert_eq!(run(protocols).abort(index(1)), Some(&Abort::nobody(Cause::Unverified)));
    }
    refuses::<Ed25519>(items_of_ed25519());
    refuses::<Taproot>(items_of_taproot());
}

/// R1: nonces are gone with the first share that was made of them.
#[test]
fn nonces_sign_once() {
    let (me, mut protocol) = protocols::<Ed25519>(2, items_of_ed25519()).remove(0);
    let context = Context::new(SessionId([1; 32]), me, vec![index(1), index(2)]);
    let mut rng = generator(1, 1);
    let keyed = protocol.items.remove(0);
    let mut draw = |item| {
        let hedged = Hedged { rng: &mut rng, context: &context, held: &protocol.hedge, item, draws: 0 };
        Nonces::<Ed25519>::draw(&keyed.own, hedged)
    };
    let ((nonces, own), (_, others)) = (draw(0), draw(1));
    let list = [(1, own), (2, others)]
        .map(|(party, said)| (identifier::<Ed25519>(index(party)).expect("an index is not zero"), said));
    let ready = Ready::new(keyed, nonces, list.into()).expect("no commitment is the identity");
    let mut round = ShareRound { items: vec![ready] };
    assert!(round.speak(&context, &mut rng).is_ok());
    assert!(round.items[0].nonces.is_none());
    let again = round.speak(&context, &mut rng).map(|_| ());
    assert_eq!(again, Err(Abort::nobody(Cause::Cancelled)));
}
