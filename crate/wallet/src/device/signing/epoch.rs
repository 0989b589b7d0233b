//! A new epoch began, or this device is none of the wallet's any more: sessions with old shares end.

use symbolon_mpc::{DeviceId, Quorum};

use super::super::records;
use crate::context::Context;
use crate::request::RequestId;
use crate::store::Batch;
use crate::wallet::Wallet;

impl Wallet {
    /// Ends every session with old shares. What began here begins anew with the new ones; what another device of the
    /// wallet began, that device proposes again. Approvals stay: they are for a digest, whichever shares sign it.
    pub(in crate::device) fn signings_stale(&mut self, cx: &mut Context<'_>, quorum: &Quorum) {
        for (request, initiator) in self.end_signings(cx) {
            if quorum.party_of(initiator).is_none() {
                let reason = "the device that asked holds no share any more";
                self.request_cancelled(cx, initiator, &request, reason);
            }
        }
    }

    /// Ends every session for good.
    pub(in crate::device) fn signings_over(&mut self, cx: &mut Context<'_>) {
        self.end_signings(cx);
        let Some(open) = self.device.open.as_mut() else { return };
        let mut batch = Batch::default();
        for request in core::mem::take(&mut open.approvals).into_keys() {
            batch.delete(super::approval_key(&request));
        }
        cx.store(batch);
    }

    fn end_signings(&mut self, cx: &mut Context<'_>) -> Vec<(RequestId, DeviceId)> {
        let Some(open) = self.device.open.as_ref() else { return Vec::new() };
        let began: Vec<_> = open.signings.iter().map(|(id, signing)| (*id, signing.initiator)).collect();
        for (request, _) in &began {
            self.end_session(cx, request);
        }
        let Some(open) = self.device.open.as_mut() else { return Vec::new() };
        open.signings.clear();
        // Who was asked or chosen before may hold no share now, and another number may be needed.
        open.choices.clear();
        let mut batch = Batch::default();
        for request in core::mem::take(&mut open.quorums).into_keys() {
            batch.delete(format!("{}{request}", records::QUORUM));
        }
        cx.store(batch);
        began
    }
}
