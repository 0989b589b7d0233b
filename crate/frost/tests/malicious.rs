//! A party that cheats: refused by every honest one, and blamed by every honest one.
#![allow(clippy::unwrap_used, clippy::panic)]

mod common;

use std::collections::BTreeSet;

use common::{Tested, ceremonies, plan, run, verify};
use symbolon_frost::ed25519::Ed25519;
use symbolon_frost::taproot::Taproot;
use symbolon_frost::{Sign, Signed};
use symbolon_mpc::machine::frame::Frame;
use symbolon_mpc::testing::fields::Part;
use symbolon_mpc::testing::harness::{Case, Harness, Scope};
use symbolon_mpc::testing::mutation::Mutation;
use symbolon_mpc::testing::sim::{Delivery, Network, Outcome, Report, Sent, Simulator};
use symbolon_mpc::testing::{deal, index};
use symbolon_mpc::{Abort, Blame, Cause, Ceremony, PartyIndex, Scheme};

/// Steps of the frames: hello, commitments and their echo, signature shares.
const COMMIT: u16 = 2;
const SHARE: u16 = 4;

/// R41: every field of every message, in every way, to all and to one.
fn whatever_a_party_alters<S: Tested>(mutations: &BTreeSet<Mutation>) {
    for (threshold, parties, signers, malicious) in
        [(2, 2, &[1, 2][..], 2), (3, 5, &[1, 3, 4], 3), (3, 5, &[2, 4, 5], 2)]
    {
        let shares = deal(threshold, parties, S::SCHEME, 20);
        let make = |session| ceremonies::<S>(&plan::<S>(shares[0].info(), signers, 2, session), &shares);
        let mut blamed = 0;
        let before: Vec<_> = shares.iter().map(|share| share.encode()).collect();
        let mut next_session = 100;
        let coverage = Harness::new(make, index(malicious))
            .mutations(mutations.iter().copied())
            .afterwards(|case, _| {
                // Whatever was altered: the shares are what they were, and the same parties sign next.
                next_session += 1;
                let plan = plan::<S>(shares[0].info(), signers, 1, next_session);
                verify::<S>(&plan, shares[0].info(), &run::<S>(&plan, &shares, next_session, Network::GOOD));
                assert!(shares.iter().zip(&before).all(|(now, before)| now.encode() == *before), "{case:?}");
            })
            .run(|case, report| judge(case, signers.len(), report, &mut blamed));
        assert_eq!(coverage.fields, coverage.all_fields, "a field was never altered");
        assert_eq!(coverage.mutations, *mutations, "one never applied");
        let steps: BTreeSet<_> = coverage.fields.iter().map(|(step, _, _)| *step).collect();
        let echo = (signers.len() > 2).then_some(COMMIT + 1);
        assert_eq!(steps, [0, COMMIT, SHARE].into_iter().chain(echo).collect());
        println!(
            "{:?}, {threshold} signers of {parties}: {coverage}; {blamed} verdicts on the culprit",
            S::SCHEME,
        );
        assert!(blamed > 0);
    }
}

#[test]
fn whatever_a_party_alters_is_refused_and_blamed_on_it_in_ed25519() {
    // These two are about points of 33 bytes.
    let of_secp256k1 = [Mutation::AboveField, Mutation::Uncompressed];
    let is_general = |mutation: &Mutation| !of_secp256k1.contains(mutation);
    let general = Mutation::ALL.into_iter().filter(is_general);
    whatever_a_party_alters::<Ed25519>(&general.chain(Mutation::EDWARDS).collect());
}

#[test]
fn whatever_a_party_alters_is_refused_and_blamed_on_it_in_taproot() {
    whatever_a_party_alters::<Taproot>(&Mutation::ALL.into_iter().collect());
}

fn judge(case: &Case, signers: usize, report: &Report<Signed>, blamed: &mut usize) {
    let honest = || report.outcomes.keys().copied().filter(|party| *party != case.malicious);
    let told: Vec<_> = match case.scope {
        Scope::All => honest().collect(),
        Scope::One(party) => vec![party],
    };
    let is_header = case.field.part == Part::Header;
    let is_echo = case.step % 2 == 1;
    for party in told {
        let Some(abort) = report.abort(party) else {
            // Only a frame that went to another step leaves its receiver waiting; or a salt that the others
            // believe and the liar's own machine does not, so that it leaves them.
            let is_moved = is_header && case.field.path == "step";
            let has_left = report.abort(case.malicious).is_some();
            assert!(is_moved || case.step == 0 && has_left, "{case:?}: {:?}", report.outcomes);
            continue;
        };
        if signers > 2 && matches!(case.scope, Scope::One(_)) && case.step == COMMIT && !is_header {
            // Told to one alone: the echo finds it, and proves nobody at fault.
            assert_eq!(*abort, Abort::nobody(Cause::Equivocation), "{case:?}");
        } else if case.step >= COMMIT && !is_header && !is_echo {
            assert_eq!(abort.blame, Blame::Party(case.malicious), "{case:?}: {abort:?}");
        }
        *blamed += usize::from(abort.blame == Blame::Party(case.malicious));
        // Nobody says a share over a list of commitments that it found wrong. What a liar alters for all alike
        // is a list like any other, and is found wrong by the liar's own share.
        let said_share = report.sent.iter().any(|sent| sent.from == party && sent.step == Some(SHARE));
        let is_found_by_share = abort.cause == Cause::Check("signature share");
        assert!(!said_share || case.step == SHARE || is_header || is_found_by_share, "{case:?}: {abort:?}");
    }
}

/// Alters frames from `from` in `step`, only to those that `to` says.
fn tamper(
    from: u16,
    step: u16,
    to: impl Fn(u16) -> bool,
    mut alter: impl FnMut(&mut Frame),
) -> impl FnMut(&Sent) -> Vec<Delivery> {
    move |sent| {
        if sent.from != index(from) || sent.step != Some(step) || !to(sent.to.value()) {
            return vec![sent.deliver()];
        }
        let mut frame = Frame::decode(&sent.frame).unwrap();
        alter(&mut frame);
        vec![sent.deliver_as(frame.encode())]
    }
}

/// Parties 1 to 4 of a 4-of-6 key sign a batch of three; each honest one ends with the same verdict.
fn all_honest_blame<S: Tested>(step: u16, cause: &Cause, blame: Blame, alter: impl Fn(&mut Frame)) {
    let shares = deal(4, 6, S::SCHEME, 21);
    let plan = plan::<S>(shares[0].info(), &[1, 2, 3, 4], 3, 21);
    let parties = ceremonies::<S>(&plan, &shares);
    let report = Simulator::new(parties, 21, Network::GOOD).tamper(tamper(2, step, |_| true, alter)).run();
    for honest in [1, 3, 4] {
        let abort = report.abort(index(honest)).unwrap();
        assert_eq!((&abort.cause, abort.blame), (cause, blame), "party {honest}");
    }
}

/// A batch is a list, whose length is one byte here; signature shares of 32 bytes follow.
const SECOND_SHARE: usize = 1 + 32;

#[test]
fn a_bad_signature_share_in_the_middle_of_a_batch_is_blamed_on_its_author_by_all() {
    let cause = Cause::Check("signature share");
    let culprit = Blame::Party(index(2));
    // The lowest byte, so that the scalar stays in range.
    all_honest_blame::<Ed25519>(SHARE, &cause, culprit, |frame| frame.broadcast[SECOND_SHARE] ^= 1);
    all_honest_blame::<Taproot>(SHARE, &cause, culprit, |frame| frame.broadcast[SECOND_SHARE + 31] ^= 1);
}

#[test]
fn swapped_signature_shares_of_a_batch_are_blamed_on_their_author_by_all() {
    let swap = |frame: &mut Frame| {
        let (first, rest) = frame.broadcast[1..].split_at_mut(32);
        first.swap_with_slice(&mut rest[..32]);
    };
    let cause = Cause::Check("signature share");
    all_honest_blame::<Ed25519>(SHARE, &cause, Blame::Party(index(2)), swap);
    all_honest_blame::<Taproot>(SHARE, &cause, Blame::Party(index(2)), swap);
}

#[test]
fn a_signature_share_from_the_order_up_is_malformed() {
    let cause = Cause::Malformed("signature share");
    let culprit = Blame::Party(index(2));
    let order = hex::decode("edd3f55c1a631258d69cf7a2def9de1400000000000000000000000000000010").unwrap();
    all_honest_blame::<Ed25519>(SHARE, &cause, culprit, |frame| {
        frame.broadcast[1..33].copy_from_slice(&order)
    });
    let order = hex::decode("fffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141").unwrap();
    all_honest_blame::<Taproot>(SHARE, &cause, culprit, |frame| {
        frame.broadcast[1..33].copy_from_slice(&order)
    });
}

/// In the first round what cannot be decoded is only looked at after the echo, which the liar's machine would fail:
/// with two signers there is none.
#[test]
fn commitments_that_are_no_points_of_the_group_are_malformed() {
    fn is_malformed(
        scheme: Scheme,
        start: impl Fn(&symbolon_mpc::KeyShare) -> (PartyIndex, AnySign),
        bad: &str,
    ) {
        let shares = deal(2, 2, scheme, 22);
        let bad = hex::decode(bad).unwrap();
        let length = bad.len();
        let alter = |frame: &mut Frame| frame.broadcast[2..2 + length].copy_from_slice(&bad);
        let report = Simulator::new(shares.iter().map(start), 22, Network::GOOD)
            .tamper(tamper(2, COMMIT, |_| true, alter))
            .run();
        let expected = Abort::party(index(2), Cause::Malformed("nonce commitment"));
        assert_eq!(report.abort(index(1)), Some(&expected));
        assert!(report.sent.iter().all(|sent| sent.from != index(1) || sent.step < Some(SHARE)));
    }
    let ed25519 = |share: &symbolon_mpc::KeyShare| {
        let sign = Sign::<Ed25519>::start(plan::<Ed25519>(share.info(), &[1, 2], 1, 22), share).unwrap();
        (share.index(), Box::new(sign) as AnySign)
    };
    // The identity, a point of order 8, the identity with y = p + 1, the generator plus a point of order 2.
    let mixed = {
        use curve25519_dalek::constants::{ED25519_BASEPOINT_POINT, EIGHT_TORSION};
        hex::encode((ED25519_BASEPOINT_POINT + EIGHT_TORSION[4]).compress().to_bytes())
    };
    for bad in [
        "0100000000000000000000000000000000000000000000000000000000000000",
        "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
        "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
        &mixed,
    ] {
        is_malformed(Scheme::Ed25519, ed25519, bad);
    }
    let taproot = |share: &symbolon_mpc::KeyShare| {
        let sign = Sign::<Taproot>::start(plan::<Taproot>(share.info(), &[1, 2], 1, 22), share).unwrap();
        (share.index(), Box::new(sign) as AnySign)
    };
    let x = "79be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798";
    // Zeros, SEC 1's compact form (which ZF's decoder takes), x off the curve.
    for bad in ["00".repeat(33), format!("05{x}"), format!("02{}05", "00".repeat(31))] {
        is_malformed(Scheme::SchnorrSecp256k1, taproot, &bad);
    }
}

type AnySign = Box<dyn Ceremony<Output = Signed>>;

/// R7: what is said to all is compared before anybody says a share.
#[test]
fn different_commitments_to_two_parties_end_the_ceremony_before_any_share() {
    fn ends<S: Tested>() {
        let shares = deal(3, 3, S::SCHEME, 23);
        // Honest commitments of two sessions: both are good, only they differ.
        let other = run::<S>(&plan::<S>(shares[0].info(), &[1, 2, 3], 1, 99), &shares, 99, Network::GOOD);
        let other =
            other.sent.iter().find(|sent| sent.from == index(2) && sent.step == Some(COMMIT)).unwrap();
        let other = Frame::decode(&other.frame).unwrap();
        let parties = ceremonies::<S>(&plan::<S>(shares[0].info(), &[1, 2, 3], 1, 23), &shares);
        let alter = |frame: &mut Frame| frame.broadcast = other.broadcast.clone();
        let report =
            Simulator::new(parties, 23, Network::GOOD).tamper(tamper(2, COMMIT, |to| to == 3, alter)).run();
        for honest in [1, 3] {
            assert_eq!(report.abort(index(honest)), Some(&Abort::nobody(Cause::Equivocation)));
        }
        assert!(report.sent.iter().all(|sent| sent.step <= Some(COMMIT + 1)));
    }
    ends::<Ed25519>();
    ends::<Taproot>();
}

/// R6: every frame of an earlier session, the same plan and shares, is another session to the honest party.
#[test]
fn frames_of_an_earlier_session_are_refused_blaming_nobody() {
    fn refused<S: Tested>() {
        let shares = deal(2, 3, S::SCHEME, 24);
        let plan = plan::<S>(shares[0].info(), &[1, 2], 1, 24);
        let earlier = run::<S>(&plan, &shares, 1, Network::GOOD);
        for step in [0, COMMIT, SHARE] {
            let replay = |sent: &Sent| {
                let old = earlier.sent.iter().find(|old| (old.from, old.step) == (sent.from, sent.step));
                match sent.from == index(2) && sent.step == Some(step) {
                    true => old.map(|old| old.deliver()).into_iter().collect(),
                    false => vec![sent.deliver()],
                }
            };
            let parties = ceremonies::<S>(&plan, &shares);
            let report = Simulator::new(parties, 2, Network::GOOD).tamper(replay).run();
            let honest = &report.outcomes[&index(1)];
            assert!(!matches!(honest, Outcome::Done(_)), "step {step}");
            if step != 0 {
                assert_eq!(report.abort(index(1)), Some(&Abort::nobody(Cause::SessionMismatch)));
            }
        }
    }
    refused::<Ed25519>();
    refused::<Taproot>();
}

/// A signature share of an earlier session under the tag of this one: only then the check of shares decides.
#[test]
fn a_replayed_signature_share_is_blamed_on_its_author() {
    fn blamed<S: Tested>() {
        let shares = deal(2, 3, S::SCHEME, 25);
        let plan = plan::<S>(shares[0].info(), &[1, 2], 1, 25);
        let earlier = run::<S>(&plan, &shares, 1, Network::GOOD);
        let old = earlier.sent.iter().find(|sent| sent.from == index(2) && sent.step == Some(SHARE)).unwrap();
        let old = Frame::decode(&old.frame).unwrap();
        let alter = |frame: &mut Frame| frame.broadcast = old.broadcast.clone();
        let parties = ceremonies::<S>(&plan, &shares);
        let report =
            Simulator::new(parties, 2, Network::GOOD).tamper(tamper(2, SHARE, |_| true, alter)).run();
        let expected = Abort::party(index(2), Cause::Check("signature share"));
        assert_eq!(report.abort(index(1)), Some(&expected));
    }
    blamed::<Ed25519>();
    blamed::<Taproot>();
}

/// R41: the share is what it was, and the next session of the same parties signs.
#[test]
fn an_honest_session_follows_an_aborted_one() {
    fn follows<S: Tested>() {
        let shares = deal(3, 5, S::SCHEME, 26);
        let before: Vec<_> = shares.iter().map(|share| share.encode()).collect();
        let parties = ceremonies::<S>(&plan::<S>(shares[0].info(), &[1, 2, 3], 1, 1), &shares);
        let zero = |frame: &mut Frame| frame.broadcast[1..].fill(0);
        let report = Simulator::new(parties, 1, Network::GOOD).tamper(tamper(2, SHARE, |_| true, zero)).run();
        assert!(report.abort(index(1)).is_some() && report.abort(index(3)).is_some());
        assert!(shares.iter().zip(before).all(|(share, before)| share.encode() == before));
        let plan = plan::<S>(shares[0].info(), &[1, 2, 3], 1, 2);
        verify::<S>(&plan, shares[0].info(), &run::<S>(&plan, &shares, 2, Network::GOOD));
    }
    follows::<Ed25519>();
    follows::<Taproot>();
}
