//! One party of a keygen does what no honest party does.

#![allow(clippy::unwrap_used, clippy::panic)]

use symbolon_mpc::dealing::{Keygen, keygen};
use symbolon_mpc::machine::frame::Frame;
use symbolon_mpc::testing::fields::Part;
use symbolon_mpc::testing::harness::{Case, Harness, Scope};
use symbolon_mpc::testing::mutation::Mutation;
use symbolon_mpc::testing::sim::{Network, Outcome, Sent, Simulator};
use symbolon_mpc::testing::{index, keygen_plan, keygen_plan_with_absent, quorum};
use symbolon_mpc::{Abort, Blame, Cause, PartyIndex, Scheme};

fn make(threshold: u16, count: u16) -> impl Fn(u64) -> Vec<(PartyIndex, Keygen)> {
    make_roots(threshold, count, vec![Scheme::EcdsaSecp256k1])
}

fn make_roots(threshold: u16, count: u16, roots: Vec<Scheme>) -> impl Fn(u64) -> Vec<(PartyIndex, Keygen)> {
    move |session| {
        let plan = keygen_plan(quorum(threshold, count), roots.clone(), session);
        plan.quorum.indices().map(|party| (party, keygen(plan.clone(), party).unwrap())).collect()
    }
}

/// Parties 1 to `present`, and one more that is absent.
fn make_with_absent(present: u16, roots: &[Scheme]) -> impl Fn(u64) -> Vec<(PartyIndex, Keygen)> {
    move |session| {
        let plan = keygen_plan_with_absent(2, present + 1, &[present + 1], roots, session);
        (1..=present).map(index).map(|party| (party, keygen(plan.clone(), party).unwrap())).collect()
    }
}

/// What holds many things of one size in a sealed evaluation.
const SEALED: [(&str, usize); 3] = [("seeds", 32), ("ciphertexts", 32), ("responses", 32)];

/// Steps of the rounds whose broadcasts are echoed.
const REVEAL: u16 = 4;
const STORED: u16 = 8;

#[test]
fn every_field_of_every_message_is_guarded() {
    let one = vec![Scheme::EcdsaSecp256k1];
    for (threshold, count, malicious, roots) in [
        (2, 2, 1, one.clone()),
        (2, 3, 2, one.clone()),
        (3, 3, 3, one.clone()),
        (3, 4, 1, one),
        (2, 3, 1, vec![Scheme::SchnorrSecp256k1, Scheme::Ed25519]),
    ] {
        let malicious = index(malicious);
        let mut blamed = 0;
        let make = make_roots(threshold, count, roots);
        // Whatever was altered: the same parties deal a key in their next session.
        let mut next_session = 100;
        let coverage = Harness::new(&make, malicious)
            .afterwards(|case, _| {
                next_session += 1;
                let report = Simulator::new(make(next_session), 8, Network::GOOD).run();
                assert!(report.all_done() && report.stored.len() == usize::from(count), "{case:?}");
            })
            .run(|case, report| judge(case, count, report, &mut blamed));
        println!("keygen {threshold}-of-{count}: {coverage}; {blamed} verdicts on the culprit");
        assert_eq!(coverage.fields, coverage.all_fields, "a field was never altered");
        assert_eq!(coverage.mutations, Mutation::ALL.into_iter().collect());
        assert!(blamed > 0);
    }
}

#[test]
fn every_field_of_what_is_sealed_to_an_absent_party_is_guarded() {
    let one = [Scheme::EcdsaSecp256k1];
    let two = [Scheme::SchnorrSecp256k1, Scheme::Ed25519];
    for (present, malicious, roots, all) in [(2, 1, &one[..], true), (3, 2, &two[..], false)] {
        let mut blamed = 0;
        let make = make_with_absent(present, roots);
        let mut next_session = 100;
        let coverage = Harness::new(&make, index(malicious))
            .elements(&SEALED)
            .victims_in_turn()
            .only(|step, field| all || step == REVEAL && field.path.contains("sealed"))
            .afterwards(|case, _| {
                next_session += 1;
                let report = Simulator::new(make(next_session), 8, Network::GOOD).run();
                assert!(report.all_done() && report.stored.len() == usize::from(present), "{case:?}");
            })
            .run(|case, report| judge(case, present, report, &mut blamed));
        println!("keygen of {present} and an absent party: {coverage}; {blamed} verdicts on the culprit");
        assert_eq!(coverage.fields, coverage.all_fields, "a field was never altered");
        let is_sealed = |field: &&(u16, Part, String)| field.2.contains("sealed[0]");
        // The challenge, three byte strings, and three elements of each.
        assert_eq!(coverage.fields.iter().filter(is_sealed).count(), 1 + 3 * 4);
        assert!(blamed > 0);
    }
}

fn judge(
    case: &Case,
    count: u16,
    report: &symbolon_mpc::testing::sim::Report<symbolon_mpc::dealing::Dealt>,
    blamed: &mut usize,
) {
    let honest = || report.outcomes.keys().copied().filter(|party| *party != case.malicious);
    // Nobody stores a share unless all confirmed the same keys, except that a party whose own frames were all
    // in order may, when only another one was lied to in the very last echo or acknowledgement.
    if case.step < STORED - 1 {
        for party in honest() {
            assert!(!report.stored.contains_key(&party), "{party} stored a share: {case:?}");
        }
    }
    let told: Vec<_> = match case.scope {
        Scope::All => honest().collect(),
        Scope::One(party) => vec![party],
    };
    for party in told {
        let Some(abort) = report.abort(party) else {
            // Only a frame that went to another step leaves its receiver waiting; or a salt that the others
            // believe and the liar's own machine does not, so that it leaves them.
            let is_moved = case.field.part == Part::Header && case.field.path == "step";
            let has_left = case.step == 0 && report.abort(case.malicious).is_some();
            assert!(is_moved || has_left, "{case:?}");
            continue;
        };
        let is_equivocation = count > 2 && matches!(case.scope, Scope::One(_));
        let is_header = case.field.part == Part::Header;
        let is_echo = case.step % 2 == 1;
        if is_equivocation
            && case.field.part == Part::Broadcast
            && !is_echo
            && (2..STORED).contains(&case.step)
        {
            // Told to one alone: the echo finds it, and proves nobody at fault.
            assert_eq!((&abort.cause, abort.blame), (&Cause::Equivocation, Blame::Nobody), "{case:?}");
        } else if case.step >= REVEAL && !is_header && !is_echo {
            // All were told the same, or this party was told something false in private: the culprit is proven.
            assert_eq!(abort.blame, Blame::Party(case.malicious), "{case:?}: {abort:?}");
        }
        *blamed += usize::from(abort.blame == Blame::Party(case.malicious));
    }
}

#[test]
fn every_frame_of_an_earlier_session_is_refused_blaming_nobody() {
    let culprit = index(2);
    let earlier = Simulator::new(make(2, 3)(1), 8, Network::GOOD).run();
    for step in [0, 2, 3, 4, 5, 6, 7, 8] {
        // The same plan, other salts: only the session differs.
        let report = Simulator::new(make(2, 3)(1), 9, Network::GOOD)
            .tamper(|sent| {
                let is_same =
                    |other: &&Sent| (other.from, other.to, other.step) == (sent.from, sent.to, sent.step);
                match earlier.sent.iter().find(is_same) {
                    Some(old) if sent.from == culprit && sent.step == Some(step) => vec![old.deliver()],
                    _ => vec![sent.deliver()],
                }
            })
            .run();
        let mismatch = Abort::nobody(Cause::SessionMismatch);
        if step == 0 {
            // An old salt makes a new session, in which its sender's own machine is not.
            assert!(report.outcomes.values().all(|outcome| !matches!(outcome, Outcome::Done(_))));
            assert!(report.stored.is_empty());
        } else {
            assert_eq!(report.abort(index(1)), Some(&mismatch), "step {step}");
            assert_eq!(report.abort(index(3)), Some(&mismatch), "step {step}");
        }
    }
}

#[test]
fn two_different_frames_for_a_step_blame_their_sender() {
    for step in [0, 2, 3, 4, 5, 6, 7] {
        let report = Simulator::new(make(2, 3)(1), 8, Network::GOOD)
            .tamper(|sent| {
                let mut other = Frame::decode(&sent.frame).unwrap();
                if sent.from != index(2) || other.step != step {
                    return vec![sent.deliver()];
                }
                other.private.push(0);
                vec![sent.deliver(), sent.deliver_as(other.encode())]
            })
            .run();
        for honest in [1, 3] {
            let conflict = Abort::party(index(2), Cause::Conflict);
            assert_eq!(report.abort(index(honest)), Some(&conflict), "step {step}");
        }
    }
}

#[test]
fn an_honest_session_follows_an_aborted_one() {
    let aborted = Simulator::new(make(2, 3)(1), 8, Network::GOOD)
        .tamper(
            |sent| if sent.step == Some(4) { vec![sent.deliver_as(vec![0])] } else { vec![sent.deliver()] },
        )
        .run();
    assert!(aborted.stored.is_empty());
    assert!(Simulator::new(make(2, 3)(2), 8, Network::GOOD).run().all_done());
}
