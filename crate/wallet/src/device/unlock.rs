//! The vault opens: every sealed record of the device side is read, and nothing is believed before all of them fit.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use symbolon_ecdsa::Pairs;
use symbolon_link::identity::Identity;
use symbolon_mpc::KeyShare;
use symbolon_mpc::group::Scheme;

use super::Open;
use super::activation::Activation;
use super::attempts::Attempts;
use super::keys::{ActiveKey, KeyRecord};
use super::life::Life as KeyLife;
use super::openings::Openings;
use super::peers::Peer;
use super::records;
use super::recovery::{Kept, Recovery};
use super::shares::{self, Shares};
use super::signing::{Approval, AskedQuorum};
use super::witness::Witness;
use crate::backup::RecoveryFile;
use crate::context::Context;
use crate::store::Batch;
use crate::vault::{VaultError, VaultKey};
use crate::wallet::Wallet;

impl Wallet {
    /// Opens the vault: reads every sealed record of the device side.
    ///
    /// # Errors
    /// [`VaultError`]; the vault stays closed and nothing is changed.
    pub(super) fn unlock_with(&mut self, cx: &mut Context<'_>, vault: VaultKey) -> Result<(), VaultError> {
        let settings = self.device.settings.clone().ok_or(VaultError::Damaged)?;
        let mut counter = self.device.counter;
        let mut read = |key: &str, value: &[u8]| {
            vault.open(key, value).map(|(binding, plain)| {
                counter = counter.max(binding.counter);
                (binding, plain)
            })
        };
        let sealed = self.stored.value(records::IDENTITY).ok_or(VaultError::Damaged)?;
        let (binding, plain) = read(records::IDENTITY, sealed)?;
        let identity = Identity::decode_secret(&plain).map_err(|_| VaultError::Damaged)?;
        if binding.device != identity.id().0 || settings.device != identity.id().0 {
            return Err(VaultError::Damaged);
        }
        let card = identity.card(&settings.name).map_err(|_| VaultError::Damaged)?;
        let mut shares = |key: &str| -> Result<Option<Shares>, VaultError> {
            let mut found = Vec::new();
            for scheme in Scheme::ALL {
                let key = records::of_scheme(key, scheme);
                let Some(sealed) = self.stored.value(&key) else { continue };
                let (binding, plain) = read(&key, sealed)?;
                let share = KeyShare::decode(&plain).map_err(|_| VaultError::Damaged)?;
                let fits = binding.wallet == *share.info().wallet()
                    && binding.epoch == share.info().epoch()
                    && binding.party == share.index().value()
                    && binding.scheme == shares::number(share.scheme());
                found.push(Some(share).filter(|_| fits).ok_or(VaultError::Damaged)?);
            }
            let mut files = Vec::new();
            for (name, sealed) in self.stored.below(&records::file_prefix(key)) {
                // A copy that is damaged is missed, and told: the others have it, and no share is in it that opens here.
                let (binding, plain) = match read(name, sealed) {
                    Err(VaultError::Damaged) => continue,
                    read => read?,
                };
                let fits = |file: &RecoveryFile| {
                    binding.party == file.party().value() && name == records::of_file(key, file.party())
                };
                files.extend(RecoveryFile::decode(&plain).ok().filter(fits));
            }
            if found.is_empty() && files.is_empty() {
                return Ok(None);
            }
            let shares = Shares::new(found).ok_or(VaultError::Damaged)?;
            Ok(Some(shares.with_files(files)))
        };
        let active = shares(records::KEY_ACTIVE)?;
        let mut pending = Attempts::load(&self.stored, shares)?;
        if let Some(sealed) = self.stored.value(records::KEY_PLEDGE) {
            pending.load_pledge(&read(records::KEY_PLEDGE, sealed)?.1)?;
        }
        let mut peers = BTreeMap::new();
        for (key, sealed) in self.stored.below(records::PEER) {
            let (_, plain) = read(key, sealed)?;
            let peer = Peer::decode(&identity, &plain, self.device.peer_version)?;
            peers.insert(peer.id(), peer);
        }
        let mut approvals = BTreeMap::new();
        for (key, sealed) in self.stored.below(records::APPROVAL) {
            let (_, plain) = read(key, sealed)?;
            let id = key[records::APPROVAL.len()..].parse().map_err(|_| VaultError::Damaged)?;
            approvals.insert(id, records::decode::<Approval>(&plain)?);
        }
        let quorums = AskedQuorum::load(&self.stored, |key, sealed| Ok(read(key, sealed)?.1))?;
        let mut witnesses = BTreeMap::new();
        for (key, sealed) in self.stored.below(records::WITNESS) {
            let (device, witness) = Witness::decode(key, &read(key, sealed)?.1)?;
            witnesses.insert(device, witness);
        }
        let openings = match self.stored.value(records::OPENINGS) {
            Some(sealed) => records::decode(&read(records::OPENINGS, sealed)?.1)?,
            // Not opened since openings are counted.
            None => Openings::default(),
        };
        // A damaged head is the journal's to tell; one of a newer build is not for this one to write over.
        if let Some(sealed) = self.stored.value(records::JOURNAL_HEAD)
            && let Err(error @ VaultError::Version(_)) = read(records::JOURNAL_HEAD, sealed)
        {
            return Err(error);
        }
        // The share knows better than the public record which key this is.
        let record = self.stored.value(records::KEY_PUBLIC).map(records::decode::<KeyRecord>).transpose()?;
        let key = match &active {
            Some(shares) => {
                let record = record.filter(|record| record.infos == shares.infos());
                Some(record.ok_or(VaultError::Damaged)?)
            }
            // There was one: a share that is gone must not look like a wallet that was never made.
            None if record.is_some() => return Err(VaultError::Damaged),
            None => None,
        };
        let mut life: KeyLife = match (self.stored.value(records::KEY_LIFE), &active) {
            (Some(sealed), Some(shares)) => {
                let (binding, plain) = read(records::KEY_LIFE, sealed)?;
                if binding.wallet != *shares.info().wallet() {
                    return Err(VaultError::Damaged);
                }
                records::decode(&plain)?
            }
            // Made by a version that kept no such record.
            (None, Some(shares)) => KeyLife::of_earlier_version(shares.info().quorum(), cx.now),
            (_, None) => KeyLife::default(),
        };
        let kept: Kept = match self.stored.value(records::KEY_KEPT) {
            Some(sealed) => records::decode(&read(records::KEY_KEPT, sealed)?.1)?,
            None => Kept::default(),
        };
        life.used_recovery = life.used_recovery.max(kept.used());
        let keeps_no_life = active.is_some() && self.stored.value(records::KEY_LIFE).is_none();
        self.device.counter = counter;
        self.device.key = key.map(ActiveKey::new);
        self.device.open = Some(Box::new(Open {
            vault,
            identity,
            card,
            peers,
            pairing: None,
            roster: None,
            early_confirmations: VecDeque::new(),
            dealing: None,
            keygen_error: None,
            activation: Activation::default(),
            pending,
            active,
            life,
            pairs: Pairs::new(),
            signings: BTreeMap::new(),
            choices: BTreeMap::new(),
            approvals,
            quorums,
            reachable_since: cx.now,
            early_frames: VecDeque::new(),
            ended: VecDeque::new(),
            passkey_until: 0,
            recovery: Recovery::load(kept),
            openings,
            is_new_opening: false,
            witnesses,
            given_up: BTreeMap::new(),
            refused_by: BTreeSet::new(),
            told_reach: None,
        }));
        if keeps_no_life {
            let mut batch = Batch::default();
            self.put_life(cx, &mut batch);
            cx.store(batch);
        }
        self.remember(cx);
        self.tell_gone_links(cx);
        cx.view_changed();
        self.miss_files(cx);
        self.dapp_unlocked(cx);
        Ok(())
    }
}
