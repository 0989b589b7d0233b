//! Who is asked to cosign, and how long a device that is away is waited for.
//!
//! Whoever was asked once stays asked: its owner may be reviewing already, and a tap is not to be lost because this
//! device died or lost the relay for a moment. Only the owner's choice, or an absence that lasts, moves a request.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use symbolon_mpc::{DeviceId, KeyInfo};

use super::super::members::others_online;
use super::super::{is_attended, records};
use crate::context::Context;
use crate::device::Stored;
use crate::event::Timestamp;
use crate::request::RequestId;
use crate::store::Batch;
use crate::vault::VaultError;
use crate::view::DeviceKind;
use crate::wallet::Wallet;

/// How long a device that was asked before may be away before another one is asked instead.
const ASKED_GRACE_MS: u64 = 8_000;
/// How long a device without an owner in front of it is not asked yet, after this device came up.
const ATTENDED_GRACE_MS: u64 = 2_000;

/// Whom the attempts of a request have asked, over all lives of this process.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(in crate::device) struct AskedQuorum {
    cosigners: Vec<DeviceId>,
    /// The owner chose them.
    are_chosen: bool,
    expires_at: Timestamp,
}

impl AskedQuorum {
    pub(super) fn expires_at(&self) -> Timestamp {
        self.expires_at
    }

    /// Reads the records of all requests that are not signed yet.
    ///
    /// # Errors
    /// [`VaultError`] if a record is damaged.
    pub(in crate::device) fn load(
        stored: &Stored,
        mut unseal: impl FnMut(&str, &[u8]) -> Result<zeroize::Zeroizing<Vec<u8>>, VaultError>,
    ) -> Result<BTreeMap<RequestId, Self>, VaultError> {
        let mut quorums = BTreeMap::new();
        for (key, sealed) in stored.below(records::QUORUM) {
            let id = key[records::QUORUM.len()..].parse().map_err(|_| VaultError::Damaged)?;
            quorums.insert(id, records::decode(&unseal(key, sealed)?)?);
        }
        Ok(quorums)
    }
}

/// The signers of an attempt.
pub(super) struct Pick {
    /// This device included, ascending.
    pub(super) signers: Vec<DeviceId>,
    /// The owner chose them.
    pub(super) are_chosen: bool,
    /// When the same question may have another answer.
    pub(super) reconsider_at: Option<Timestamp>,
    /// They are not to be asked before then.
    pub(super) is_hasty: bool,
}

impl Wallet {
    /// Who signs a request: whom the owner chose; else who was asked before, unless gone for long; else online
    /// attended devices first, then unattended ones, then those that are away.
    pub(super) fn pick(&self, request: &RequestId, info: &KeyInfo, me: DeviceId, now: Timestamp) -> Pick {
        let mut pick = Pick { signers: vec![me], are_chosen: false, reconsider_at: None, is_hasty: false };
        let Some(open) = self.device.open.as_ref() else { return pick };
        let count = usize::from(info.quorum().threshold()) - 1;
        let asked = open.quorums.get(request);
        let chosen = open
            .choices
            .get(request)
            .or_else(|| asked.filter(|asked| asked.are_chosen).map(|asked| &asked.cosigners));
        if let Some(chosen) = chosen {
            pick.signers.extend(chosen);
            pick.signers.sort();
            pick.are_chosen = true;
            return pick;
        }
        let before = asked.map(|asked| asked.cosigners.as_slice()).unwrap_or_default();
        let has_relay = self.device.relay.is_online();
        // A device that is behind, or has not said yet where it stands, cannot sign with this one.
        let key = (*info.wallet(), info.epoch());
        let is_present = |device: &DeviceId| {
            open.peers.get(device).is_some_and(|peer| peer.is_present() && peer.holds(key))
        };
        let attended = |device: &DeviceId| {
            let kind = open.peers.get(device).and_then(|peer| peer.facts.kind);
            is_attended(kind.unwrap_or(DeviceKind::Cosigner))
        };
        // Until when a device that is away is still waited for. Without a relay nobody can be told from absent.
        let patience = |device: &DeviceId| {
            let peer = open.peers.get(device)?;
            let away_since = peer.away_since().filter(|_| !peer.has_left())?;
            let until = away_since.max(open.reachable_since).saturating_add(ASKED_GRACE_MS);
            (!has_relay || until > now).then_some(until)
        };
        let unable = open.signings.get(request).map(|signing| &signing.unable);
        let mut others: Vec<_> = others_online(info.quorum(), me).collect();
        others.sort_by_key(|device| {
            let was_asked = before.contains(device);
            let is_present = is_present(device);
            let stays = was_asked && (is_present || patience(device).is_some());
            let is_unable = unable.is_some_and(|unable| unable.contains(device));
            (
                self.is_apart(*device) || is_unable,
                !stays,
                !is_present,
                !is_present && !was_asked,
                !attended(device),
            )
        });
        let rest = others.split_off(count.min(others.len()));
        let waits = others.iter().filter(|device| before.contains(device)).filter_map(patience);
        pick.reconsider_at = waits.filter(|_| has_relay).min();
        // Right after this device came up an owner's device may only be a little slower than a server.
        let until = open.reachable_since.saturating_add(ATTENDED_GRACE_MS);
        let takes_server =
            others.iter().any(|device| is_present(device) && !attended(device) && !before.contains(device));
        let may_come = |device: &DeviceId| {
            let has_left = open.peers.get(device).is_none_or(|peer| peer.has_left());
            attended(device) && !is_present(device) && !has_left
        };
        if has_relay && until > now && takes_server && rest.iter().any(may_come) {
            pick.is_hasty = true;
            pick.reconsider_at = Some(pick.reconsider_at.map_or(until, |at| at.min(until)));
        }
        pick.signers.extend(others);
        pick.signers.sort();
        pick
    }

    /// Whom the earlier attempts asked.
    pub(super) fn asked(&self, request: &RequestId) -> Vec<DeviceId> {
        let open = self.device.open.as_ref();
        open.and_then(|open| open.quorums.get(request))
            .map(|asked| asked.cosigners.clone())
            .unwrap_or_default()
    }

    /// Remembers whom the present attempt asked.
    pub(super) fn keep_quorum(&mut self, cx: &mut Context<'_>, request: &RequestId, asked: &[DeviceId]) {
        let Some(open) = self.device.open.as_ref() else { return };
        let Some(signing) = open.signings.get(request) else { return };
        let earlier = open.quorums.get(request);
        let is_asked = |device: &DeviceId| {
            signing.are_chosen
                || asked.contains(device)
                || earlier.is_some_and(|earlier| earlier.cosigners.contains(device))
        };
        let cosigners: Vec<_> = signing
            .signers
            .iter()
            .copied()
            .filter(|device| *device != signing.initiator && is_asked(device))
            .collect();
        if cosigners.is_empty() {
            return;
        }
        let quorum = AskedQuorum {
            cosigners,
            are_chosen: signing.are_chosen,
            expires_at: signing.proposal.expires_at,
        };
        if earlier == Some(&quorum) {
            return;
        }
        let plain = records::encode(&quorum);
        let mut batch = Batch::default();
        self.seal_into(cx, &mut batch, &record_key(request), &plain);
        cx.store(batch);
        if let Some(open) = self.device.open.as_mut() {
            open.quorums.insert(*request, quorum);
        }
    }

    pub(super) fn forget_quorum(&mut self, cx: &mut Context<'_>, request: &RequestId) {
        let known = self.device.open.as_mut().and_then(|open| open.quorums.remove(request));
        if known.is_some() {
            let mut batch = Batch::default();
            batch.delete(record_key(request));
            cx.store(batch);
        }
    }

    /// The relay is reached (again): from here on an absence counts.
    pub(in crate::device) fn signing_reachable(&mut self, cx: &mut Context<'_>) {
        for request in self.begun_here() {
            let signing = self.device.open.as_mut().and_then(|open| open.signings.get_mut(&request));
            if let Some(signing) = signing.filter(|signing| signing.session.is_none() && !signing.are_chosen)
            {
                signing.reconsider_at = Some(cx.now.saturating_add(ASKED_GRACE_MS));
            }
        }
    }

    pub(super) fn tick_quorums(&mut self, cx: &mut Context<'_>) {
        let Some(open) = self.device.open.as_mut() else { return };
        let lapsed: Vec<_> = open
            .quorums
            .iter()
            .filter(|(_, quorum)| quorum.expires_at <= cx.now)
            .map(|(request, _)| *request)
            .collect();
        let due: Vec<_> = open
            .signings
            .iter_mut()
            .filter_map(|(request, signing)| {
                signing.reconsider_at.take_if(|at| *at <= cx.now)?;
                (!signing.is_stalled && signing.retry_at.is_none()).then_some(*request)
            })
            .collect();
        for request in lapsed {
            self.forget_quorum(cx, &request);
        }
        for request in due {
            let Some((info, me)) = self.active_info() else { return };
            let pick = self.pick(&request, &info, me, cx.now);
            let signing = self.device.open.as_mut().and_then(|open| open.signings.get_mut(&request));
            let Some(signing) = signing else { continue };
            if signing.session.is_some() && signing.signers == pick.signers {
                signing.reconsider_at = pick.reconsider_at;
            } else {
                self.attempt(cx, &request);
            }
        }
    }
}

fn record_key(request: &RequestId) -> String {
    format!("{}{request}", records::QUORUM)
}
