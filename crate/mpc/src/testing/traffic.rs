//! What the simulator's parties say to each other during a longer test, counted and hashed: two builds that answer
//! alike under the same seeds have the same digest.

use std::cell::RefCell;

use crate::party::PartyIndex;
use crate::transcript::sha256;

/// What was handed to simulated networks while [`observe`] ran something.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Traffic {
    /// How many runs of a ceremony there were.
    pub runs: u64,
    /// How many frames.
    pub frames: u64,
    /// How many bytes.
    pub bytes: u64,
    /// A chain of SHA-256 over sender, receiver and bytes of every frame, in order.
    pub digest: [u8; 32],
}

/// Runs `test`, and gives what went over the simulated networks of this thread meanwhile.
///
/// What is observed inside of `test` again counts there alone.
pub fn observe<T>(test: impl FnOnce() -> T) -> (T, Traffic) {
    let before = OBSERVED.replace(Some(Traffic::default()));
    let result = test();
    let traffic = OBSERVED.replace(before).unwrap_or_default();
    (result, traffic)
}

pub(super) fn run_began() {
    with(|traffic| traffic.runs += 1);
}

pub(super) fn sent(from: PartyIndex, to: PartyIndex, frame: &[u8]) {
    with(|traffic| {
        traffic.frames += 1;
        traffic.bytes += frame.len() as u64;
        traffic.digest = sha256(
            &[&traffic.digest[..], &from.value().to_be_bytes(), &to.value().to_be_bytes(), frame].concat(),
        );
    });
}

fn with(change: impl FnOnce(&mut Traffic)) {
    OBSERVED.with_borrow_mut(|observed| observed.as_mut().map(change));
}

thread_local! {
    static OBSERVED: RefCell<Option<Traffic>> = const { RefCell::new(None) };
}
