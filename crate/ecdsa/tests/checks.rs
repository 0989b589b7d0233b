//! Every check by itself: what it alone refuses, in its own words. Two signers, of whom the second alters one message.
#![allow(clippy::unwrap_used, clippy::panic)]

mod common;

use common::{Memory, ceremonies, deal, dealt, plan};
use symbolon_mpc::machine::frame::Frame;
use symbolon_mpc::testing::index;
use symbolon_mpc::testing::sim::{Network, Sent, Simulator};
use symbolon_mpc::{Blame, Cause};

/// What the honest party ends with, blaming the other. With set-ups held the steps are commit 2, open 4 and last 6;
/// without, set-up 2, commit 4, open 6 and last 8.
fn cause(memory: Memory, step: u16, alter: impl Fn(&mut Frame)) -> Cause {
    let shares = deal(2, 2, 60);
    let mut memory = memory;
    let tamper = |sent: &Sent| {
        if sent.from != index(2) || sent.step != Some(step) {
            return vec![sent.deliver()];
        }
        let mut frame = Frame::decode(&sent.frame).unwrap();
        alter(&mut frame);
        vec![sent.deliver_as(frame.encode())]
    };
    let parties = ceremonies(&plan(&[1, 2], 1, 60), &shares, &mut memory);
    let report = Simulator::new(parties, 60, Network::GOOD).tamper(tamper).run();
    let abort = report.abort(index(1)).unwrap().clone();
    assert_eq!(abort.blame, Blame::Party(index(2)));
    let said = |step| report.sent.iter().any(|sent| sent.from == index(1) && sent.step == Some(step));
    assert!(step == report.sent.iter().filter_map(|sent| sent.step).max().unwrap() || !said(step + 2));
    abort.cause
}

fn warm(step: u16, alter: impl Fn(&mut Frame)) -> Cause {
    cause(dealt(&[1, 2], 1, 60, &[]), step, alter)
}

fn cold(step: u16, alter: impl Fn(&mut Frame)) -> Cause {
    cause(Memory::new(), step, alter)
}

#[test]
fn a_nonce_other_than_the_committed_one_is_refused() {
    let expected = Cause::Check("the nonce is not what was committed to");
    assert_eq!(warm(4, |frame| frame.broadcast[5] ^= 1), expected);
    // The same nonce negated: 32 bytes that blind, the number of items, the length, the tag.
    assert_eq!(warm(4, |frame| frame.broadcast[34] ^= 1), expected);
}

#[test]
fn a_seed_of_zero_shares_other_than_the_committed_one_is_refused() {
    let expected = Cause::Check("the seed of the zero shares is not what was committed to");
    assert_eq!(cold(4, |frame| frame.private[5] ^= 1), expected);
}

/// Bytes at the end of what opens an item: ψ, Γᵛ and Γᵘ, each after its length.
const PSI: usize = 1 + 32;
const GAMMA: usize = 1 + 33;

/// Each of the two equations refuses alone what the other does not see.
#[test]
fn either_product_must_fit_its_public_points() {
    for from_end in [PSI + GAMMA - 1, PSI + 2 * GAMMA - 1] {
        let negate = |frame: &mut Frame| {
            let tag = frame.private.len() - from_end;
            assert!(matches!(frame.private[tag], 2 | 3));
            frame.private[tag] ^= 1;
        };
        assert_eq!(warm(4, negate), Cause::Leak);
    }
}

#[test]
fn every_part_must_have_as_many_items_as_the_plan() {
    let expected = Cause::Malformed("number of items");
    assert_eq!(warm(4, |frame| frame.private = vec![0]), expected);
    assert_eq!(warm(6, |frame| frame.broadcast = vec![0]), expected);
    // None in what is said to all, after the bytes that blind.
    let no_points = |frame: &mut Frame| {
        frame.broadcast.truncate(32);
        frame.broadcast.push(0);
    };
    assert_eq!(warm(4, no_points), expected);
}

#[test]
fn a_set_up_is_opened_when_one_is_made_and_else_is_not() {
    let expected = Cause::Malformed("opening of a set-up");
    let open = |frame: &mut Frame| {
        let opening = [vec![1, 32], vec![7; 32]].concat();
        frame.private.splice(..1, opening);
    };
    assert_eq!(warm(2, open), expected);
    let leave_closed = |frame: &mut Frame| {
        frame.private.splice(..2 + 32, [0]);
    };
    assert_eq!(cold(4, leave_closed), expected);
}

#[test]
fn a_set_up_that_is_due_must_come() {
    assert_eq!(cold(2, |frame| frame.private = vec![0]), Cause::Malformed("set-up"));
}
