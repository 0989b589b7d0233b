//! The device side's part of a view.

use super::members::must_be_online;
use super::peer::Hello;
use super::{Life, Open};
use crate::event::Timestamp;
use crate::view::{DeviceView, Phase, RelayView, SettingsView, Theme, View};
use crate::wallet::Wallet;

impl Wallet {
    /// Fills everything of a view but what the dApp side owns (which it leaves empty).
    pub(crate) fn device_view(&self, now: Timestamp) -> View {
        let device = &self.device;
        let open = device.open.as_deref();
        let settings = device.settings.as_ref();
        View {
            accounts: Vec::new(),
            activity: Vec::new(),
            allowances: Default::default(),
            app_version: self.config.app_version.clone(),
            balances: Vec::new(),
            chain_id: 0,
            change: self.change_view(now),
            contacts: Vec::new(),
            devices: self.devices_view(now),
            items: Vec::new(),
            journal: Default::default(),
            keygen: self.keygen_view(now),
            networks: Vec::new(),
            nonces: Vec::new(),
            notices: device.notices.list().to_vec(),
            now,
            pack: None,
            pairing: open.and_then(|open| open.pairing.as_ref()).map(|pairing| pairing.view()),
            passkey: self.passkey_view(),
            phishing: Default::default(),
            phase: match (&device.life, open) {
                (Life::Fresh, _) => Phase::Fresh,
                (Life::Unusable(_), _) => Phase::Unusable,
                (Life::SetUp(_), None) => Phase::Locked,
                (Life::SetUp(_), Some(Open { active: Some(_), .. })) => Phase::Ready,
                (Life::SetUp(_), Some(_)) => Phase::Linking,
            },
            recovery: self.recovery_view(now),
            relay: if open.is_some() { device.relay.view() } else { RelayView::Off },
            requests: Vec::new(),
            roster: self.roster_view(),
            rotation: self.rotation_view(now),
            selected_account: 0,
            settings: SettingsView {
                auto_lock_minutes: settings.map_or(0, |settings| settings.auto_lock_minutes),
                default_provider: false,
                device_name: settings.map(|settings| settings.name.clone()).unwrap_or_default(),
                relay_url: settings
                    .map_or_else(|| self.config.default_relay.clone(), |settings| settings.relay_url.clone()),
                theme: Theme::System,
            },
            sites: Vec::new(),
            threshold: device.key.as_ref().map_or(0, |key| key.record.info().quorum().threshold()),
        }
    }

    fn devices_view(&self, now: Timestamp) -> Vec<DeviceView> {
        let Some(settings) = &self.device.settings else { return Vec::new() };
        let quorum = self.device.key.as_ref().map(|key| (key.record.info().quorum(), key.epoch));
        let life = self.device.open.as_ref().map(|open| &open.life);
        // All that hold shares of an epoch took part in the test signatures that began it.
        let tested_at = life.and_then(|life| life.rotated_at);
        let place = |id: &[u8; 32]| {
            let (quorum, epoch) = quorum?;
            let party = quorum.party_of(symbolon_mpc::DeviceId(*id))?;
            Some((party.index.value(), epoch))
        };
        let mut devices = vec![DeviceView {
            app_version: Some(self.config.app_version.clone()),
            behind: false,
            epoch: place(&settings.device).map(|(_, epoch)| epoch),
            fell_back: false,
            former: false,
            id: hex::encode(settings.device),
            kind: self.config.kind,
            last_seen: Some(now),
            me: true,
            name: settings.name.clone(),
            online: self.device.relay.is_online(),
            party: place(&settings.device).map(|(party, _)| party),
            tested_at: place(&settings.device).and(tested_at),
        }];
        match &self.device.open {
            Some(open) => devices.extend(open.peers.values().map(|peer| {
                let place = place(&peer.id().0);
                // What it last said of itself, if it is there; else what it proved when the epoch began.
                let hello = peer.hello.as_ref();
                let said = hello.and_then(|hello| hello.key).map(|(_, epoch)| epoch);
                let has_none = hello.is_some_and(Hello::has_none);
                let epoch = place.map(|(_, epoch)| said.unwrap_or(epoch));
                DeviceView {
                    app_version: peer.facts.app_version.clone(),
                    behind: place.is_some_and(|(_, epoch)| has_none || said.is_some_and(|said| said < epoch)),
                    epoch,
                    fell_back: self.witness(peer.id()).fell_back(),
                    former: life.is_some_and(|life| life.former.contains(&peer.id())),
                    id: hex::encode(peer.id().0),
                    kind: peer.facts.kind.unwrap_or(crate::view::DeviceKind::Phone),
                    last_seen: peer.last_seen(),
                    me: false,
                    name: peer.name().to_owned(),
                    online: peer.is_online(now),
                    party: place.map(|(party, _)| party),
                    tested_at: place.and(tested_at),
                }
            })),
            // Locked: only what the public record of the key knows.
            None => {
                let parties = quorum.into_iter().flat_map(|(quorum, _)| must_be_online(quorum));
                devices.extend(parties.filter(|party| party.device.0 != settings.device).map(|party| {
                    DeviceView {
                        app_version: None,
                        behind: false,
                        epoch: quorum.map(|(_, epoch)| epoch),
                        fell_back: false,
                        former: false,
                        id: hex::encode(party.device.0),
                        kind: crate::view::DeviceKind::Phone,
                        last_seen: None,
                        me: false,
                        name: self.device_name(party.device),
                        online: false,
                        party: Some(party.index.value()),
                        tested_at: None,
                    }
                }));
            }
        }
        devices
    }
}
