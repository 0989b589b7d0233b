//! Where frames of ceremonies go: to the one that they name, or into a small store until it begins.

use std::collections::VecDeque;

use symbolon_mpc::{CeremonyId, DeviceId};

use super::dealing::Lane;
use crate::context::Context;
use crate::wallet::Wallet;

/// A frame of a ceremony, as it came.
pub(super) struct Early {
    /// The device that sent it.
    pub(super) from: DeviceId,
    /// Which ceremony.
    pub(super) ceremony: CeremonyId,
    /// Between which parties, where one of them is not the device itself.
    pub(super) lane: Lane,
    /// The frame.
    pub(super) frame: Vec<u8>,
}

/// Frames kept for ceremonies that have not begun here.
const MAX_EARLY_FRAMES: usize = 128;
/// Bytes of them.
const MAX_EARLY_BYTES: usize = 4 * 1024 * 1024;
/// Ceremonies remembered to be over.
const MAX_ENDED: usize = 256;

impl Wallet {
    /// A frame of a ceremony: of the one it names, or kept until that begins.
    pub(super) fn ceremony_frame(&mut self, cx: &mut Context<'_>, early: Early) {
        let Early { from, ceremony, lane, ref frame } = early;
        let Some(open) = self.device.open.as_mut() else { return };
        if open.dealing.as_ref().is_some_and(|run| run.ceremony_id() == ceremony) {
            self.dealing_frame(cx, from, lane, frame);
            return self.drive_dealing(cx);
        }
        if lane.is_none() && open.activation.has(ceremony) {
            return self.test_frame(cx, from, ceremony, frame);
        }
        if lane.is_none()
            && let Some(request) = self.signing_of(ceremony)
        {
            return self.signing_frame(cx, from, request, frame);
        }
        let Some(open) = self.device.open.as_mut().filter(|open| !open.ended.contains(&ceremony)) else {
            return;
        };
        open.early_frames.push_back(early);
        let mut bytes: usize = open.early_frames.iter().map(|early| early.frame.len()).sum();
        while open.early_frames.len() > MAX_EARLY_FRAMES || bytes > MAX_EARLY_BYTES {
            let Some(oldest) = open.early_frames.pop_front() else { return };
            bytes -= oldest.frame.len();
        }
    }

    /// A peer's run of a ceremony is over without outcome, so ours is, too.
    pub(super) fn ceremony_aborted(&mut self, cx: &mut Context<'_>, from: DeviceId, ceremony: CeremonyId) {
        let Some(open) = self.device.open.as_mut() else { return };
        if open.dealing.as_ref().is_some_and(|run| run.ceremony_id() == ceremony) {
            self.dealing_aborted(cx, from);
        } else if open.activation.has(ceremony) {
            self.test_aborted(cx, from, ceremony);
        } else if let Some(request) = self.signing_of(ceremony) {
            self.signing_aborted(cx, from, request);
        } else {
            self.roster_aborted(cx, from, ceremony);
        }
    }

    pub(super) fn take_early(&mut self, ceremony: CeremonyId) -> Vec<Early> {
        let Some(open) = self.device.open.as_mut() else { return Vec::new() };
        let (mine, rest): (VecDeque<_>, VecDeque<_>) =
            core::mem::take(&mut open.early_frames).into_iter().partition(|early| early.ceremony == ceremony);
        open.early_frames = rest;
        mine.into()
    }

    /// Late frames of this ceremony are dropped from now on.
    pub(super) fn ended(&mut self, ceremony: CeremonyId) {
        let Some(open) = self.device.open.as_mut() else { return };
        open.early_frames.retain(|early| early.ceremony != ceremony);
        open.ended.push_back(ceremony);
        if open.ended.len() > MAX_ENDED {
            open.ended.pop_front();
        }
    }
}
