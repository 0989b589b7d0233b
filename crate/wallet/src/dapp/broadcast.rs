//! After signing: messages are answered; transactions are journalled, broadcast, and answered with their hash.

use symbolon_chain::evm::signature::{BadSignature, Signature};
use symbolon_chain::evm::tx::{SignedTransaction, UnsignedTransaction};
use symbolon_chain::request::EvmSubject;
use symbolon_chain::rpc;
use symbolon_chain::{B256, Request};
use symbolon_mpc::DeviceId;

use super::activity::Ending;
use super::requests::{No, Prepared, SignAsk, Signed, Source, Stage};
use super::rpc::{NoAnswer, Purpose};
use crate::context::Context;
use crate::event::FetchError;
use crate::messages;
use crate::request::{RawSignature, RequestId};
use crate::wallet::Wallet;

/// What a signature makes of a request.
enum Finished {
    Message([u8; 65]),
    Transaction(SignedTransaction, u64),
}

// Seam: called by the device side.
impl Wallet {
    /// All signatures are there, verified. On the initiating device: assemble, journal, broadcast, answer.
    pub(crate) fn request_signed(
        &mut self,
        cx: &mut Context<'_>,
        request: &RequestId,
        signature: RawSignature,
        signers: &[DeviceId],
    ) {
        let devices: Vec<String> = signers.iter().map(|device| self.name_of(*device)).collect();
        let Some(entry) = self.entry(request).filter(|entry| entry.signed.is_none()) else { return };
        let Some((ask, prepared)) = entry.sign().zip(entry.prepared.as_ref()) else { return };
        let begun_here = !matches!(entry.source, Source::Device { .. });
        match (finish(ask, prepared, signature), begun_here) {
            (Err(_), _) => return self.request_stalled(cx, request, messages::SIGNATURE_WRONG.to_owned()),
            (Ok(Finished::Message(signature)), true) => {
                let answer = format!("\"0x{}\"", hex::encode(signature));
                self.end_signed(cx, request, Ending::Signed, devices, None, Some(answer));
            }
            (Ok(Finished::Message(_)), false) => {
                self.end_signed(cx, request, Ending::Signed, devices, None, None)
            }
            (Ok(Finished::Transaction(signed, nonce)), true) => {
                let signed =
                    Signed { raw: signed.raw.to_vec(), hash: signed.hash.0, nonce, devices, at: cx.now };
                if let Some(entry) = self.entry_mut(request) {
                    entry.signed = Some(signed);
                    entry.live.stage = Stage::Queued;
                }
                // Durable before it is sent: from here on the transaction cannot be lost, only be late.
                self.store_entry(cx, request);
            }
            (Ok(Finished::Transaction(signed, nonce)), false) => {
                let transaction = Some((signed.hash.0, nonce));
                self.end_signed(cx, request, Ending::Submitted, devices, transaction, None);
            }
        }
        if begun_here {
            self.cancel_signing(cx, request, messages::REASON_SIGNED);
        }
        self.advance(cx);
    }

    /// Another device's owner said no, or the initiating device withdrew it.
    pub(crate) fn request_cancelled(
        &mut self,
        cx: &mut Context<'_>,
        from: DeviceId,
        request: &RequestId,
        reason: &str,
    ) {
        let name = self.name_of(from);
        let Some(entry) = self.entry(request).filter(|entry| entry.signed.is_none()) else { return };
        let reason: String = reason.chars().take(MAX_REASON).collect();
        match &entry.source {
            Source::Device { device, .. } if *device != from => {}
            Source::Device { .. } => match reason.as_str() {
                messages::REASON_SIGNED if entry.approved.is_some() => {
                    self.end_signed(cx, request, Ending::Signed, Vec::new(), None, None);
                }
                messages::REASON_EXPIRED => {
                    self.end_signed(cx, request, Ending::Expired, Vec::new(), None, None)
                }
                messages::REASON_SIGNED => {
                    // Signed by others: nothing was asked of this device.
                    self.close(cx, request);
                }
                _ => {
                    let message = symbolon_chain::text::inert(&reason);
                    self.end_signed(cx, request, Ending::Rejected { message }, Vec::new(), None, None);
                }
            },
            Source::Page { .. } | Source::Wallet => {
                let message = match reason.as_str() {
                    "" | messages::REASON_REJECTED => messages::rejected_on(&name),
                    other => format!("{name}: {}", symbolon_chain::text::inert(other)),
                };
                self.reject(cx, request, No::Elsewhere { message });
            }
        }
        self.advance(cx);
    }
}

impl Wallet {
    /// Sends a signed transaction to its network.
    pub(super) fn broadcast(&mut self, cx: &mut Context<'_>, id: &RequestId) {
        let Some((raw, network)) = self.entry(id).and_then(|entry| {
            let network = self.dapp.networks.find(entry.chain_id()?)?;
            Some((entry.signed.as_ref()?.raw.clone(), network))
        }) else {
            return self.broadcast_failed(cx, id, messages::NETWORK_UNKNOWN.to_owned());
        };
        if let Some(entry) = self.entry_mut(id) {
            entry.live.stage = Stage::Broadcasting;
        }
        let query = rpc::send_raw_transaction(&raw);
        self.ask(cx, &network, &query.body(1), Purpose::Broadcast { request: *id, query });
        cx.view_changed();
    }

    pub(super) fn broadcast_came(
        &mut self,
        cx: &mut Context<'_>,
        id: &RequestId,
        answer: Result<B256, NoAnswer>,
    ) {
        let name = self.network_name(id);
        match answer {
            Ok(_) => self.submitted(cx, id),
            Err(NoAnswer::Refused(error)) if error.is_already_known() => self.submitted(cx, id),
            // Its nonce is used up: by itself, if it was sent before a restart.
            Err(NoAnswer::Refused(error)) if error.is_nonce_too_low() => self.ask_if_known(cx, id),
            Err(NoAnswer::Refused(error)) => {
                self.broadcast_failed(cx, id, messages::broadcast_refused(&name, &error.to_string()));
            }
            Err(NoAnswer::Down(error)) => {
                self.broadcast_failed(cx, id, messages::broadcast_down(&name, error))
            }
        }
    }

    fn ask_if_known(&mut self, cx: &mut Context<'_>, id: &RequestId) {
        let asked = self.entry(id).and_then(|entry| {
            let network = self.dapp.networks.find(entry.chain_id()?)?;
            Some((network, rpc::knows_transaction(&B256::from(entry.signed.as_ref()?.hash))))
        });
        if let Some((network, query)) = asked {
            self.ask(cx, &network, &query.body(1), Purpose::Known { request: *id, query });
        }
    }

    pub(super) fn known_came(
        &mut self,
        cx: &mut Context<'_>,
        id: &RequestId,
        answer: Result<bool, NoAnswer>,
    ) {
        let name = self.network_name(id);
        match answer {
            Ok(true) => self.submitted(cx, id),
            Ok(false) => self.broadcast_failed(
                cx,
                id,
                messages::broadcast_refused(&name, "another transaction of this account took its place"),
            ),
            Err(_) => self.broadcast_failed(cx, id, messages::broadcast_down(&name, FetchError::Unreachable)),
        }
    }

    fn broadcast_failed(&mut self, cx: &mut Context<'_>, id: &RequestId, message: String) {
        if let Some(entry) = self.entry_mut(id) {
            entry.live.stage = Stage::BroadcastFailed(message);
            cx.view_changed();
        }
    }

    fn submitted(&mut self, cx: &mut Context<'_>, id: &RequestId) {
        let Some(signed) = self.entry(id).and_then(|entry| entry.signed.clone()) else { return };
        let answer = format!("\"0x{}\"", hex::encode(signed.hash));
        let transaction = Some((signed.hash, signed.nonce));
        self.end_signed(cx, id, Ending::Submitted, signed.devices, transaction, Some(answer));
        self.poll_receipts(cx);
    }

    pub(super) fn retry_broadcast(
        &mut self,
        cx: &mut Context<'_>,
        id: &RequestId,
    ) -> Result<(), (&'static str, String)> {
        match self.entry(id).map(|entry| &entry.live.stage) {
            Some(Stage::BroadcastFailed(_)) => {
                // it may not be durable, if that is what failed
                self.store_entry(cx, id);
                self.broadcast(cx, id);
                Ok(())
            }
            _ => Err(("request/nothing-to-retry", messages::REQUEST_NOTHING_TO_RETRY.to_owned())),
        }
    }

    /// Ends a request that was signed (or, on a cosigner, is over): activity, then the page's answer.
    fn end_signed(
        &mut self,
        cx: &mut Context<'_>,
        id: &RequestId,
        ending: Ending,
        devices: Vec<String>,
        transaction: Option<([u8; 32], u64)>,
        answer: Option<String>,
    ) {
        let headline = self.headline(id);
        let signed = matches!(ending, Ending::Signed | Ending::Submitted);
        let Some(entry) = self.close(cx, id) else { return };
        if signed {
            self.remember_parties(cx, &entry);
        }
        if ending == Ending::Submitted {
            self.keep_pending(cx, &entry);
        }
        self.record_done(cx, &entry, headline, ending, devices, transaction);
        if let Some(answer) = answer {
            self.answer_page(cx, &entry, Ok(answer));
        }
    }

    fn network_name(&self, id: &RequestId) -> String {
        let chain_id = self.entry(id).and_then(super::requests::Entry::chain_id);
        chain_id.and_then(|chain_id| self.dapp.networks.find(chain_id)).map(|it| it.name).unwrap_or_default()
    }
}

/// Puts a signature into the request that it is for; whose it is and what it is over is checked on the way.
fn finish(ask: &SignAsk, prepared: &Prepared, signature: RawSignature) -> Result<Finished, BadSignature> {
    let signature = Signature::from_parts(signature.r, signature.s, signature.recovery_id)?;
    let Request::Evm(body) = &prepared.body;
    match &body.subject {
        EvmSubject::Transaction(payload) => {
            let transaction = UnsignedTransaction::decode(payload).map_err(|_| BadSignature::Signer)?;
            let signed = transaction.assemble(&signature, &ask.account)?;
            Ok(Finished::Transaction(signed, transaction.nonce))
        }
        EvmSubject::PersonalMessage(_) | EvmSubject::TypedData { .. } => {
            signature.check(&B256::from(prepared.digest), &ask.account)?;
            Ok(Finished::Message(signature.rsv()))
        }
    }
}

const MAX_REASON: usize = 200;
