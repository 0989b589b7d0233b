//! One party of a reshare does what no honest party does.

#![allow(clippy::unwrap_used, clippy::panic)]

mod resharing;

use resharing::{Change, Holders, ceremonies, check_same_keys, hold, hold_roots, infos, plan, run};
use symbolon_mpc::dealing::Dealt;
use symbolon_mpc::machine::frame::Frame;
use symbolon_mpc::testing::fields::Part;
use symbolon_mpc::testing::harness::{Case, Scope, alter_everything};
use symbolon_mpc::testing::index;
use symbolon_mpc::testing::sim::{Network, Outcome, Report, Sent, Simulator};
use symbolon_mpc::{Abort, Blame, Cause, PartyIndex, Scheme};

/// Steps of the rounds whose broadcasts are echoed.
const REVEAL: u16 = 4;
const STORED: u16 = 8;

fn change(name: &'static str, dealers: &[u16], threshold: u16, parties: &[u16]) -> Change {
    Change { name, dealers: dealers.to_vec(), threshold, parties: parties.to_vec() }
}

/// Roots, t and n of the old quorum, change, and who is malicious: dealers that stay or leave, receivers that
/// held a share and did not deal, and receivers that are new.
type Attack = (&'static [Scheme], u16, u16, Change, &'static [u16]);

#[test]
fn every_field_of_every_message_is_guarded() {
    let ecdsa = &[Scheme::EcdsaSecp256k1][..];
    let cases: [Attack; 7] = [
        (&Scheme::ALL, 2, 2, change("rotate all roots of 2-of-2", &[1, 2], 2, &[1, 2]), &[1]),
        (ecdsa, 2, 2, change("rotate 2-of-2", &[1, 2], 2, &[1, 2]), &[2]),
        (ecdsa, 2, 3, change("rotate 2-of-3", &[1, 3], 2, &[1, 2, 3]), &[1, 2]),
        (ecdsa, 2, 3, change("replace 3 by 4", &[1, 2], 2, &[1, 2, 4]), &[2, 4]),
        (ecdsa, 2, 3, change("raise t to 3", &[2, 3], 3, &[1, 2, 3]), &[1, 3]),
        (ecdsa, 3, 3, change("lower t to 2", &[1, 2, 3], 2, &[1, 2]), &[1, 3]),
        (ecdsa, 2, 2, change("move to new devices", &[1, 2], 2, &[3, 4]), &[1, 4]),
    ];
    for (roots, threshold, parties, change, malicious) in cases {
        let old = hold_roots(threshold, parties, roots, 1);
        for malicious in malicious {
            let make = |session| ceremonies(&plan(infos(&old), &change, session), &old);
            let mut blamed = 0;
            let coverage = alter_everything(make, index(*malicious), |case, report| {
                judge(case, &change, report, &mut blamed);
            });
            assert_eq!(coverage.fields, coverage.all_fields, "a field was never altered");
            println!(
                "{}, party {malicious}: {} fields, {} runs, {blamed} verdicts on the culprit",
                change.name,
                coverage.fields.len(),
                coverage.runs
            );
            assert!(blamed > 0);
        }
        // What was dishonest left no trace in the old shares: the next session makes the change.
        let plan = plan(infos(&old), &change, 99);
        check_same_keys(&plan, run(&plan, &old, 99, Network::GOOD));
    }
}

fn judge(case: &Case, change: &Change, report: &Report<Dealt>, blamed: &mut usize) {
    let honest = || report.outcomes.keys().copied().filter(|party| *party != case.malicious);
    if case.step < STORED - 1 {
        for party in honest() {
            assert!(!report.stored.contains_key(&party), "{party} stored a share: {case:?}");
        }
    }
    // What a dealer says in private has other fields to a receiver than to who receives nothing.
    let is_dealt = change.dealers.contains(&case.malicious.value()) && case.step == REVEAL;
    let has_field = |party: &PartyIndex| {
        let receives = change.parties.contains(&party.value());
        case.field.part != Part::Private || !is_dealt || receives != case.field.path.is_empty()
    };
    let told: Vec<_> = match case.scope {
        Scope::All => honest().filter(has_field).collect(),
        Scope::One(party) => vec![party],
    };
    for party in told {
        let Some(abort) = report.abort(party) else {
            // Only a frame that went to another step leaves its receiver waiting; or a salt that the others
            // believe and the liar's own machine does not, so that it leaves them.
            let is_moved = case.field.part == Part::Header && case.field.path == "step";
            let has_left = case.step == 0 && report.abort(case.malicious).is_some();
            assert!(is_moved || has_left, "{}: {case:?}", change.name);
            continue;
        };
        let is_equivocation = report.outcomes.len() > 2 && matches!(case.scope, Scope::One(_));
        let is_header = case.field.part == Part::Header;
        let is_echo = case.step % 2 == 1;
        let is_echoed = !is_echo && (2..STORED).contains(&case.step);
        if is_equivocation && case.field.part == Part::Broadcast && is_echoed {
            // Told to one alone: the echo finds it, and proves nobody at fault.
            assert_eq!((&abort.cause, abort.blame), (&Cause::Equivocation, Blame::Nobody), "{case:?}");
        } else if case.step >= REVEAL && !is_header && !is_echo {
            // All were told the same, or this party was told something false in private: the culprit is proven.
            assert_eq!(abort.blame, Blame::Party(case.malicious), "{}: {case:?}: {abort:?}", change.name);
        }
        *blamed += usize::from(abort.blame == Blame::Party(case.malicious));
    }
}

/// Party 3 of a 2-of-3 key leaves, party 4 comes; 2 and 3 deal.
fn replace() -> (Holders, Change) {
    (hold(2, 3, 1), change("replace 3 by 4", &[2, 3], 2, &[1, 2, 4]))
}

fn with_frames(session: u64, mut alter: impl FnMut(&Sent, &mut Frame)) -> Report<Dealt> {
    let (old, change) = replace();
    Simulator::new(ceremonies(&plan(infos(&old), &change, session), &old), 5, Network::GOOD)
        .tamper(|sent| {
            let mut frame = Frame::decode(&sent.frame).unwrap();
            alter(sent, &mut frame);
            vec![sent.deliver_as(frame.encode())]
        })
        .run()
}

#[test]
fn forget_and_forgive_one_receiver_without_its_share_stops_all_before_any_stores() {
    // Trail of Bits, "forget-and-forgive": a dealer gives one receiver a wrong evaluation, which only that one
    // can see; the others must not take the new epoch for granted and forget the old one.
    for victim in [1, 2, 4] {
        for spoil in [(|value| *value = vec![0]) as fn(&mut Vec<u8>), |value| value[10] ^= 1] {
            let dealer = if victim == 2 { 3 } else { 2 };
            let report = with_frames(1, |sent, frame| {
                if sent.from == index(dealer) && sent.to == index(victim) && frame.step == REVEAL {
                    spoil(&mut frame.private);
                }
            });
            assert!(report.stored.is_empty());
            let abort = report.abort(index(victim)).unwrap();
            assert_eq!(abort.blame, Blame::Party(index(dealer)));
            for other in report.outcomes.iter().filter(|(party, _)| **party != index(victim)) {
                assert!(matches!(other.1, Outcome::Stalled(missing) if *missing == [index(victim)]));
            }
        }
    }
}

#[test]
fn an_evaluation_for_a_party_that_receives_nothing_is_refused() {
    let (old, change) = replace();
    let plan = plan(infos(&old), &change, 1);
    let honest = run(&plan, &old, 5, Network::GOOD);
    let of = |to| {
        let is_it = |sent: &&Sent| (sent.from, sent.to, sent.step) == (index(2), index(to), Some(REVEAL));
        Frame::decode(&honest.sent.iter().find(is_it).unwrap().frame).unwrap()
    };
    let report = with_frames(1, |sent, frame| {
        if (sent.from, sent.to, frame.step) == (index(2), index(3), REVEAL) {
            frame.private = of(4).private.clone();
        }
    });
    let expected = Abort::party(index(2), Cause::Malformed("evaluations"));
    assert_eq!(report.abort(index(3)), Some(&expected));
    assert!(report.stored.is_empty());
}

#[test]
fn a_forged_acknowledgement_is_refused_and_blames_its_sender() {
    // Party 3 leaves: it has nothing to store, and says that it stored. Party 4 says nothing, or another digest.
    let report = with_frames(1, |sent, frame| {
        if sent.from == index(3) && frame.step == STORED {
            frame.broadcast = [vec![1], vec![7; 32]].concat();
        }
    });
    for honest in [1, 2, 4] {
        let expected = Abort::party(index(3), Cause::Malformed("acknowledgement"));
        assert_eq!(report.abort(index(honest)), Some(&expected));
    }
    for (said, cause) in [
        (vec![0], Cause::Malformed("acknowledgement")),
        ([vec![1], vec![7; 32]].concat(), Cause::Check("acknowledgement")),
    ] {
        let report = with_frames(1, |sent, frame| {
            if sent.from == index(4) && frame.step == STORED {
                frame.broadcast.clone_from(&said);
            }
        });
        for honest in [1, 2, 3] {
            assert_eq!(report.abort(index(honest)), Some(&Abort::party(index(4), cause.clone())));
        }
    }
}

#[test]
fn every_frame_of_an_earlier_session_is_refused_blaming_nobody() {
    let (old, change) = replace();
    let plan = plan(infos(&old), &change, 1);
    let earlier = run(&plan, &old, 8, Network::GOOD);
    for step in [2, 3, 4, 5, 6, 7, 8] {
        // The same plan, other salts: only the session differs.
        let report = Simulator::new(ceremonies(&plan, &old), 9, Network::GOOD)
            .tamper(|sent| {
                let is_same =
                    |other: &&Sent| (other.from, other.to, other.step) == (sent.from, sent.to, sent.step);
                match earlier.sent.iter().find(is_same) {
                    Some(old) if sent.from == index(2) && sent.step == Some(step) => vec![old.deliver()],
                    _ => vec![sent.deliver()],
                }
            })
            .run();
        for honest in [1, 3, 4] {
            let mismatch = Abort::nobody(Cause::SessionMismatch);
            assert_eq!(report.abort(index(honest)), Some(&mismatch), "step {step}");
        }
    }
}
