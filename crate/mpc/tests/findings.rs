//! Published findings on other libraries of this kind, each as a test of ours.
//!
//! | finding | test |
//! |---|---|
//! | polynomial length unchecked (the threshold raised or lowered) | `src/dealing/tests.rs`, `a_polynomial_of_another_degree_is_refused` |
//! | `zip` with an empty vector of proofs | [`a_list_that_is_empty`], and `src/dealing/tests.rs`, `every_honest_party_blames_a_dealer_…` |
//! | panic on the identity | `src/dealing/tests.rs`, `a_lower_degree_hidden_behind_an_identity_point_is_refused`; the harness sends it in every field |
//! | chain code not agreed | [`a_chain_code_that_is_not_the_same_to_all`] |
//! | two honest parties with different public keys | [`two_honest_parties_with_different_keys`] |
//! | commitment and reveal in one message | [`a_reveal_before_everybody_has_committed`] |
//! | a replayed proof makes a victim's share the whole key | `tests/breaks.rs`, `own_frames_that_a_peer_returns_as_its_own_give_no_key`; `src/dealing/tests.rs`, `a_proof_made_by_another_party_is_refused` |
//! | rogue key | `src/dealing/tests.rs`, `a_rogue_key_has_no_proof` |
//! | replay | `tests/malicious_dealing.rs`, `every_frame_of_an_earlier_session_is_refused_blaming_nobody` |
//! | equivocation | `tests/machine.rs`, `a_broadcast_that_differs_is_found_before_anybody_goes_on` |
//! | a split session id makes honest parties ban each other | [`a_split_session_id_makes_nobody_ban_anybody`] |
//! | the library's version in a domain tag | [`a_library_version_in_a_domain_tag`] |
//! | ambiguous encodings (TSSHOCK) | [`two_lists_of_fields_with_one_hash`] |
//! | corruption during refresh | `src/dealing/tests/reshare.rs`, `a_dealer_that_deals_another_constant_is_refused_by_all`; `tests/malicious_reshare.rs` |
//! | forget-and-forgive | `tests/malicious_reshare.rs`, `forget_and_forgive_…`; `tests/reshare_crash.rs` |
//! | the session id is not bound to epoch and quorum | `tests/reshare.rs`, `parties_with_different_plans_part_before_any_check_and_blame_nobody` |
//! | garbage aborts a session | `tests/breaks.rs`, `frames_of_strangers_change_no_byte_of_what_is_said` |
//! | transfers, signers, selective aborts | `symbolon-ecdsa`, `tests/findings.rs` |

#![allow(clippy::unwrap_used, clippy::panic)]

use std::collections::BTreeSet;

use symbolon_mpc::dealing::{Dealt, Keygen, keygen};
use symbolon_mpc::machine::frame::Frame;
use symbolon_mpc::testing::fields::{Kind, Part};
use symbolon_mpc::testing::harness::{Harness, Scope};
use symbolon_mpc::testing::sim::{Network, Simulator, generator};
use symbolon_mpc::testing::{index, keygen_plan, quorum};
use symbolon_mpc::transcript::VERSION;
use symbolon_mpc::{Abort, Cause, Ceremony, PartyIndex, Scheme, SessionId, Step, Tag, Transcript};

const COMMIT: u16 = 2;
const REVEAL: u16 = 4;

fn parties(session: u64) -> Vec<(PartyIndex, Keygen)> {
    let plan = keygen_plan(quorum(2, 3), vec![Scheme::EcdsaSecp256k1], session);
    plan.quorum.indices().map(|party| (party, keygen(plan.clone(), party).unwrap())).collect()
}

/// Trail of Bits, 2024: loops over `zip` accepted an empty list. Every list, emptied, is refused.
#[test]
fn a_list_that_is_empty() {
    let honest = Simulator::new(parties(2), 2, Network::GOOD).run_with_parties().1;
    use symbolon_mpc::testing::fields::Inspect;
    let frames = honest[&index(2)].sent().iter().filter(|frame| frame.to == index(1));
    let lists: Vec<_> = frames
        .flat_map(|frame| frame.fields.iter().map(|field| (frame.step, field.clone())))
        .filter(|(_, field)| matches!(field.kind, Kind::List { .. }))
        // Nobody is absent, so that the list of what is sealed is empty as it is: one byte. Emptied where somebody is,
        // `every_honest_party_blames_a_dealer_that_sealed_something_false` in src/dealing/tests.rs refuses it.
        .filter(|(_, field)| field.end - field.start > 1)
        .collect();
    let paths: BTreeSet<_> = lists.iter().map(|(_, field)| field.path.as_str()).collect();
    assert_eq!(paths, BTreeSet::from(["roots", "roots[0].commitments", "values"]));
    for (step, field) in lists {
        let report = Simulator::new(parties(2), 2, Network::GOOD)
            .tamper(|sent| {
                let mut frame = Frame::decode(&sent.frame).unwrap();
                if sent.from == index(2) && frame.step == step {
                    let bytes =
                        if field.part == Part::Private { &mut frame.private } else { &mut frame.broadcast };
                    bytes.splice(field.start..field.end, [0]);
                }
                vec![sent.deliver_as(frame.encode())]
            })
            .run();
        assert!(report.stored.is_empty(), "{}", field.path);
        for party in [1, 3] {
            let abort = report.abort(index(party)).unwrap();
            if field.part == Part::Private {
                let expected = Abort::party(index(2), Cause::Malformed("number of evaluations"));
                assert_eq!(*abort, expected, "{}", field.path);
            }
        }
    }
}

/// Trail of Bits, 2024: nobody compared chain codes. Whatever one party is told otherwise than the others, no
/// honest party stores anything.
#[test]
fn a_chain_code_that_is_not_the_same_to_all() {
    let coverage =
        Harness::new(parties, index(2)).only(|_, field| field.path == "chain_code").run(|case, report| {
            assert!(report.stored.is_empty(), "{case:?}");
            if matches!(case.scope, Scope::One(_)) {
                for party in [1, 3] {
                    assert_eq!(
                        report.abort(index(party)),
                        Some(&Abort::nobody(Cause::Equivocation)),
                        "{case:?}"
                    );
                }
            }
        });
    assert_eq!(coverage.fields.len(), 1);
}

/// `dkls23-core`: two honest parties ended with different public keys. Here whoever stores anything stores shares of
/// one key, with one chain code, whatever one party altered.
#[test]
fn two_honest_parties_with_different_keys() {
    let mut stored = 0;
    Harness::new(parties, index(2)).run(|case, report| {
        let of_honest = report.stored.iter().filter(|(party, _)| **party != case.malicious);
        let keys: Vec<_> = of_honest
            .map(|(_, dealt)| match dealt {
                Dealt::Pending { shares, .. } => shares[0].info().clone(),
                Dealt::Acknowledged(_) => panic!("shares are stored"),
            })
            .collect();
        stored += usize::from(keys.len() == 2);
        assert!(keys.windows(2).all(|pair| pair[0] == pair[1]), "{case:?}");
    });
    // Altered acknowledgements come after both stored.
    assert!(stored > 10, "{stored}");
}

/// `dkls23-core`: commitment and reveal in one message, so that the last to speak chose the key. Here nobody reveals
/// before every commitment is there and all have the same ones.
#[test]
fn a_reveal_before_everybody_has_committed() {
    let honest = Simulator::new(parties(2), 2, Network::GOOD).run();
    let frame = |from: u16, step: u16| {
        let is_it = |sent: &&symbolon_mpc::testing::sim::Sent| {
            (sent.from, sent.to, sent.step) == (index(from), index(1), Some(step))
        };
        honest.sent.iter().find(is_it).unwrap().frame.clone()
    };
    let mut machine = parties(2).remove(0).1;
    let mut rng = generator(2, 1);
    let mut said = |from_step: Option<(u16, u16)>| {
        if let Some((from, step)) = from_step {
            machine.receive(index(from), &frame(from, step)).unwrap();
        }
        let mut steps = Vec::new();
        while let Step::Send(outgoing) = machine.poll(&mut rng).unwrap() {
            steps.push(Frame::decode(&outgoing[0].frame).unwrap().step);
        }
        steps
    };
    assert_eq!(said(None), [0]);
    assert_eq!(said(Some((2, 0))), []);
    assert_eq!(said(Some((3, 0))), [COMMIT]);
    assert_eq!(said(Some((2, COMMIT))), []);
    assert_eq!(said(Some((3, COMMIT))), [COMMIT + 1]);
    assert_eq!(said(Some((2, COMMIT + 1))), []);
    // Not even for a peer that reveals first.
    assert_eq!(said(Some((2, REVEAL))), []);
    assert_eq!(said(Some((3, COMMIT + 1))), [REVEAL]);
}

/// Trail of Bits, 2024: who tells honest parties different salts made them take each other for cheats. Here they
/// part over the session and blame nobody.
#[test]
fn a_split_session_id_makes_nobody_ban_anybody() {
    let report = Simulator::new(parties(2), 2, Network::GOOD)
        .tamper(|sent| {
            let mut frame = Frame::decode(&sent.frame).unwrap();
            if sent.from == index(2) && sent.to == index(3) && frame.step == 0 {
                *frame.broadcast.last_mut().unwrap() ^= 1;
            }
            vec![sent.deliver_as(frame.encode())]
        })
        .run();
    // Who finds it out first says nothing more, so that the other may be left waiting.
    let aborts: Vec<_> = [1, 3].into_iter().filter_map(|honest| report.abort(index(honest))).collect();
    assert!(!aborts.is_empty());
    assert!(aborts.iter().all(|abort| **abort == Abort::nobody(Cause::SessionMismatch)), "{aborts:?}");
    assert!(report.stored.is_empty());
}

/// Trail of Bits, 2024: hashes named the version of the library, so that two releases could not work together.
/// Hashes of ours name the protocols' version, which stands on its own; tag and layout are pinned by SHA-512 of
/// the bytes written out (computed with Python's hashlib).
#[test]
fn a_library_version_in_a_domain_tag() {
    assert_eq!(VERSION, 1);
    for tag in Tag::ALL {
        let text = tag.text();
        assert!(!text.contains(env!("CARGO_PKG_VERSION")) && text.starts_with("symbolon/"), "{text}");
        assert!(text.bytes().all(|byte| byte.is_ascii_lowercase() || b"/-".contains(&byte)), "{text}");
    }
    let hash = Transcript::in_session(Tag::Echo, &SessionId([5; 32]), Some(index(1)), None, 4).field(b"said");
    assert_eq!(
        hex::encode(hash.finish32()),
        "a54d54a7aba8f52c80ac0b2dce826bb4553f9d051b8ee7e4a0c2ce2eca9746a7"
    );
}

/// TSSHOCK: values run into each other in a hash. Fields carry their length.
#[test]
fn two_lists_of_fields_with_one_hash() {
    let hash = |fields: &[&[u8]]| {
        fields.iter().fold(Transcript::new(Tag::Plan), |hash, field| hash.field(field)).finish32()
    };
    let length = 3_u64.to_be_bytes();
    let lists: [&[&[u8]]; 9] = [
        &[b"abc"],
        &[b"ab", b"c"],
        &[b"a", b"bc"],
        &[b"", b"abc"],
        &[b"abc", b""],
        &[b"a", b"b", b"c"],
        &[&length, b"abc"],
        &[&[&length[..], b"abc"].concat()],
        &[],
    ];
    let hashes: BTreeSet<_> = lists.iter().map(|list| hash(list)).collect();
    assert_eq!(hashes.len(), lists.len());
}
