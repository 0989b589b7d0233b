//! The openings of this device's vault, counted: what tells two copies of one disk apart.
//!
//! Whoever runs a copy of a disk, or puts an old one back, must open the vault first, with the password or a passkey.
//! Each opening takes the next number and draws something that no other copy draws. So a copy that decided nothing, and
//! whose journal is like the other's, is told from it all the same.

use std::collections::VecDeque;

use serde::{Deserialize, Serialize};

use super::records;
use crate::context::Context;
use crate::store::Batch;
use crate::wallet::Wallet;

/// Openings whose draws are kept, to say whether one was this copy's.
const MAX_KEPT: usize = 128;

/// An opening of a vault.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Opening {
    /// Counts from 1; 0 for none.
    pub number: u64,
    /// Drawn for it; zero for none.
    pub draw: [u8; 8],
}

/// The openings so far: the record [`records::OPENINGS`], sealed.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Openings {
    number: u64,
    /// Of the last ones, oldest first.
    draws: VecDeque<[u8; 8]>,
}

impl Openings {
    /// The last one.
    pub(super) fn last(&self) -> Opening {
        Opening { number: self.number, draw: self.draws.back().copied().unwrap_or_default() }
    }

    /// Whether this opening was one of these; none if it is too old to be told.
    pub(super) fn has(&self, opening: Opening) -> Option<bool> {
        let Some(back) = self.number.checked_sub(opening.number) else { return Some(false) };
        let at = self.draws.len().checked_sub(1)?.checked_sub(usize::try_from(back).ok()?)?;
        Some(self.draws.get(at) == Some(&opening.draw))
    }

    fn add(&mut self, draw: [u8; 8]) {
        self.number = self.number.saturating_add(1);
        self.draws.push_back(draw);
        if self.draws.len() > MAX_KEPT {
            self.draws.pop_front();
        }
    }
}

impl Wallet {
    /// The owner opened the vault, which is counted before it is told to anybody: a device opens also where nothing can
    /// be stored. Not for a worker that was restarted: it goes on with a key from memory, which no copy of a disk has.
    pub(super) fn opened_anew(&mut self) {
        if let Some(open) = self.device.open.as_mut() {
            open.is_new_opening = true;
        }
    }

    /// Counts the opening, if it was not yet.
    pub(super) fn count_opening(&mut self, cx: &mut Context<'_>) {
        let Some(open) = self.device.open.as_mut() else { return };
        if !core::mem::take(&mut open.is_new_opening) {
            return;
        }
        let mut draw = [0; 8];
        cx.rng.fill_bytes(&mut draw);
        open.openings.add(draw);
        let plain = records::encode(&open.openings);
        let mut batch = Batch::default();
        self.seal_into(cx, &mut batch, records::OPENINGS, &plain);
        cx.store(batch);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn opened(times: u8) -> Openings {
        let mut openings = Openings::default();
        for time in 1..=times {
            openings.add([time; 8]);
        }
        openings
    }

    #[test]
    fn a_copy_does_not_have_the_openings_of_the_other() {
        let original = opened(5);
        let mut copy = opened(4);
        copy.add([99; 8]);
        assert_eq!((original.has(copy.last()), copy.has(original.last())), (Some(false), Some(false)));
        copy.add([100; 8]);
        assert_eq!(copy.has(original.last()), Some(false), "also when it was opened more often");
        assert_eq!(original.has(copy.last()), Some(false));
        for earlier in 1..=4 {
            assert_eq!(copy.has(opened(earlier).last()), Some(true));
        }
    }

    #[test]
    fn what_is_too_old_to_be_told_is_no_reproach() {
        let many = opened(200);
        assert_eq!(many.draws.len(), MAX_KEPT);
        assert_eq!(many.has(opened(72).last()), None);
        assert_eq!(many.has(Opening { number: 73, draw: [73; 8] }), Some(true));
        assert_eq!(many.has(Opening { number: 73, draw: [1; 8] }), Some(false));
        assert_eq!(many.has(Opening::default()), None);
        assert_eq!(Openings::default().has(Opening::default()), None);
        assert_eq!(Openings::default().has(opened(1).last()), Some(false));
    }

    #[test]
    fn the_record_is_these_bytes() {
        let openings = Openings { number: 300, draws: [[7; 8], [8; 8]].into() };
        let bytes = format!("01ac0202{}{}", "07".repeat(8), "08".repeat(8));
        assert_eq!(hex::encode(records::encode(&openings)), bytes);
        assert_eq!(records::decode::<Openings>(&hex::decode(bytes).unwrap()), Ok(openings));
    }
}
