//! From pending to active: test signatures by quorums that together have every party.
//!
//! A share is used for nothing else before every device has verified all of them. They prove that everybody
//! stored a share that fits; whoever has seen them can prove it to a device that was away. A crash at any point
//! leaves a pending share, and the tests are run again when the devices meet, or an active one.

use std::collections::BTreeMap;

use symbolon_mpc::ceremony::Ceremony;
use symbolon_mpc::group::Scheme;
use symbolon_mpc::{CeremonyId, DeviceId, KeyInfo, PartyIndex, Step};

use super::keys::{ActiveKey, KeyRecord};
use super::peer::PeerMessage;
use super::records;
use super::shares::{ROOTS, Shares};
use super::test_signing::{Proof, Test, Testing, proves, signers, start, tests};
use crate::context::Context;
use crate::event::Timestamp;
use crate::store::Batch;
use crate::wallet::Wallet;

const FIRST_RETRY_MS: u64 = 1_000;
const LAST_RETRY_MS: u64 = 30_000;
const STILL_MS: u64 = 30_000;

/// The tests of the pending key.
#[derive(Default)]
pub(super) struct Activation {
    proofs: BTreeMap<Test, Proof>,
    runs: Vec<Run>,
    failed: u32,
    retry_at: Option<Timestamp>,
    /// A device has no share of this key, so that the tests cannot end well.
    is_hopeless: bool,
}

struct Run {
    ceremony: CeremonyId,
    test: Test,
    signers: Vec<(PartyIndex, DeviceId)>,
    sign: Testing,
    still_until: Timestamp,
}

impl Activation {
    pub(super) fn has(&self, ceremony: CeremonyId) -> bool {
        self.runs.iter().any(|run| run.ceremony == ceremony)
    }

    pub(super) fn proofs(&self) -> &BTreeMap<Test, Proof> {
        &self.proofs
    }
}

impl Wallet {
    /// Dealing is done, everybody says that its share is stored.
    pub(super) fn begin_activation(&mut self, cx: &mut Context<'_>) {
        if let Some(open) = &mut self.device.open {
            open.activation = Activation::default();
        }
        self.start_tests(cx);
    }

    /// Starts the tests that are this device's to start: those whose first signer it is.
    fn start_tests(&mut self, cx: &mut Context<'_>) {
        let Some((info, me)) = self.pending_info() else { return };
        if self.device.open.as_ref().is_some_and(|open| open.activation.is_hopeless) {
            return;
        }
        for test in tests(info.quorum()) {
            let signers = signers(info.quorum(), test);
            let open = self.device.open.as_ref();
            let idle = open.is_some_and(|open| {
                !open.activation.proofs.contains_key(&test)
                    && !open.activation.runs.iter().any(|run| run.test == test)
            });
            let devices: Vec<_> =
                signers.iter().filter_map(|signer| info.quorum().device_of(*signer)).collect();
            let others: Vec<_> = devices.into_iter().filter(|device| *device != me).collect();
            let is_first = signers.first().and_then(|first| info.quorum().device_of(*first)) == Some(me);
            if !idle || !is_first || !others.iter().all(|device| self.is_online(*device, cx.now)) {
                continue;
            }
            let ceremony = CeremonyId::draw(cx.rng);
            for device in others {
                let (wallet, epoch) = (*info.wallet(), info.epoch());
                self.tell(cx, device, &PeerMessage::TestSign { ceremony, wallet, epoch, test });
            }
            self.run_test(cx, &info, ceremony, test);
        }
    }

    pub(super) fn test_sign_arrived(
        &mut self,
        cx: &mut Context<'_>,
        from: DeviceId,
        ceremony: CeremonyId,
        key: ([u8; 32], u32),
        test: Test,
    ) {
        let pending = self.pending_info().filter(|(info, me)| {
            let signers = signers(info.quorum(), test);
            let takes_part = |device: DeviceId| {
                signers.iter().any(|signer| info.quorum().device_of(*signer) == Some(device))
            };
            (*info.wallet(), info.epoch()) == key && takes_part(from) && takes_part(*me)
        });
        match pending {
            Some((info, _)) => self.run_test(cx, &info, ceremony, test),
            None => {
                self.tell(cx, from, &PeerMessage::Abort { ceremony });
                // It may ask because it does not know that the key is proven.
                self.show_proofs(cx, from, key);
            }
        }
    }

    fn run_test(&mut self, cx: &mut Context<'_>, info: &KeyInfo, ceremony: CeremonyId, test: Test) {
        let Some(open) = self.device.open.as_mut() else { return };
        let Some(share) = open.pending.as_ref().and_then(|shares| shares.of(test.scheme)) else { return };
        let Some(sign) = start(share, ceremony, test) else { return };
        let signers = signers(info.quorum(), test);
        let signers =
            signers.iter().filter_map(|signer| Some((*signer, info.quorum().device_of(*signer)?))).collect();
        open.activation.runs.retain(|run| run.test != test);
        open.activation.runs.push(Run {
            ceremony,
            test,
            signers,
            sign,
            still_until: cx.now.saturating_add(STILL_MS),
        });
        for (from, frame) in self.take_early(ceremony) {
            self.test_frame(cx, from, ceremony, &frame);
        }
        self.drive_test(cx, ceremony);
    }

    pub(super) fn test_frame(
        &mut self,
        cx: &mut Context<'_>,
        from: DeviceId,
        ceremony: CeremonyId,
        frame: &[u8],
    ) {
        let Some(run) = self.test_run(ceremony) else { return };
        let Some((party, _)) = run.signers.iter().find(|(_, device)| *device == from).copied() else {
            return;
        };
        match run.sign.receive(party, frame) {
            Ok(()) => self.drive_test(cx, ceremony),
            Err(_) => self.test_failed(cx, ceremony),
        }
    }

    fn drive_test(&mut self, cx: &mut Context<'_>, ceremony: CeremonyId) {
        loop {
            let Some(run) = self.test_run(ceremony) else { return };
            match run.sign.poll(cx.rng) {
                Ok(Step::Send(outgoing)) => {
                    run.still_until = cx.now.saturating_add(STILL_MS);
                    let signers = run.signers.clone();
                    for word in outgoing {
                        if let Some((_, device)) = signers.iter().find(|(party, _)| *party == word.to) {
                            self.tell(cx, *device, &PeerMessage::Frame { ceremony, frame: word.frame });
                        }
                    }
                }
                Ok(Step::Wait(_)) => return,
                // Nobody needs to be asked: what is signed is a hash under a tag that no chain knows.
                Ok(Step::Hold) => run.sign.approve(),
                Ok(Step::Store(tested) | Step::Done(tested)) => {
                    let test = run.test;
                    let Some(open) = self.device.open.as_mut() else { return };
                    open.activation.runs.retain(|run| run.ceremony != ceremony);
                    if let Some(pairs) = tested.pairs {
                        open.pairs.put(pairs);
                    }
                    self.ended(ceremony);
                    if let Some((info, _)) = self.pending_info() {
                        let key = (*info.wallet(), info.epoch());
                        let proof = Proof { test, r: tested.r, s: tested.s };
                        for party in info.quorum().parties() {
                            let (wallet, epoch) = key;
                            self.tell(cx, party.device, &PeerMessage::TestSigned { wallet, epoch, proof });
                        }
                        self.proof_arrived(cx, key, proof);
                    }
                    return;
                }
                Err(_) => return self.test_failed(cx, ceremony),
            }
        }
    }

    /// A test signature, from wherever: it is verified under the group's key.
    pub(super) fn proof_arrived(&mut self, cx: &mut Context<'_>, key: ([u8; 32], u32), proof: Proof) {
        let Some((info, _)) = self.pending_info().filter(|(info, _)| (*info.wallet(), info.epoch()) == key)
        else {
            return;
        };
        let Some(open) = self.device.open.as_mut() else { return };
        let Some(infos) = open.pending.as_ref().map(Shares::infos).filter(|infos| proves(infos, &proof))
        else {
            return;
        };
        open.activation.proofs.insert(proof.test, proof);
        cx.view_changed();
        if tests(info.quorum()).all(|test| open.activation.proofs.contains_key(&test)) {
            self.activate(cx, infos);
        }
    }

    fn activate(&mut self, cx: &mut Context<'_>, infos: [KeyInfo; ROOTS]) {
        let names = infos[0]
            .quorum()
            .parties()
            .iter()
            .map(|party| (party.device, self.device_name(party.device)))
            .collect();
        let Some(open) = self.device.open.as_mut() else { return };
        let Some(shares) = open.pending.take() else { return };
        let activation = core::mem::take(&mut open.activation);
        let record = KeyRecord { infos, names, proofs: activation.proofs.into_values().collect() };
        let mut batch = Batch::default();
        self.put_shares(cx, &mut batch, records::KEY_ACTIVE, &shares);
        batch.put(records::KEY_PUBLIC, records::encode(&record));
        for scheme in Scheme::ALL {
            batch.delete(records::of_scheme(records::KEY_PENDING, scheme));
        }
        cx.store(batch);
        if let Some(open) = self.device.open.as_mut() {
            open.active = Some(shares);
            open.keygen_error = None;
        }
        for run in activation.runs {
            self.ended(run.ceremony);
        }
        self.device.key = Some(ActiveKey::new(record));
        cx.view_changed();
        self.greet_all(cx);
        self.key_activated(cx);
    }

    /// A device said how it stands: prove the key to it, or go on with the tests.
    pub(super) fn activation_hello(&mut self, cx: &mut Context<'_>, id: DeviceId) {
        let pending = self
            .device
            .open
            .as_ref()
            .and_then(|open| open.peers.get(&id))
            .and_then(|peer| peer.hello.as_ref())
            .and_then(|hello| hello.pending);
        if let Some(key) = pending {
            self.show_proofs(cx, id, key);
        }
        let dealing = self.device.open.as_ref().is_some_and(|open| open.keygen.is_some());
        if !dealing {
            self.start_tests(cx);
        }
    }

    /// A device of the quorum says what it holds. If it holds no share of the pending key (it died before storing
    /// one), the key will never be active, and the owner may make another. Our record stays until then.
    pub(super) fn activation_judge(&mut self, cx: &mut Context<'_>, id: DeviceId) {
        let Some((info, _)) = self.pending_info().filter(|(info, _)| info.quorum().party_of(id).is_some())
        else {
            return;
        };
        let name = self.device_name(id);
        let Some(open) = self.device.open.as_mut().filter(|open| open.keygen.is_none()) else { return };
        let Some(hello) = open.peers.get(&id).and_then(|peer| peer.hello.as_ref()) else { return };
        let ours = Some((*info.wallet(), info.epoch()));
        if hello.pending != ours && hello.key != ours && !open.activation.is_hopeless {
            open.activation.is_hopeless = true;
            open.keygen_error = Some(format!(
                "{name} was closed before it stored its share, so this key cannot be used. Nothing is lost; make the \
                 key again."
            ));
            cx.view_changed();
        }
    }

    fn show_proofs(&mut self, cx: &mut Context<'_>, to: DeviceId, key: ([u8; 32], u32)) {
        let proofs: Vec<Proof> = match (&self.device.key, &self.device.open) {
            (Some(active), _) if (active.wallet, active.epoch) == key => active.record.proofs.clone(),
            (_, Some(open)) => open.activation.proofs.values().copied().collect(),
            _ => Vec::new(),
        };
        let (wallet, epoch) = key;
        for proof in proofs {
            self.tell(cx, to, &PeerMessage::TestSigned { wallet, epoch, proof });
        }
    }

    fn test_failed(&mut self, cx: &mut Context<'_>, ceremony: CeremonyId) {
        let Some(open) = self.device.open.as_mut() else { return };
        let Some(at) = open.activation.runs.iter().position(|run| run.ceremony == ceremony) else { return };
        let run = open.activation.runs.remove(at);
        // Tests that fail together are one failure: they ran side by side, and are tried again together.
        if open.activation.retry_at.is_none() {
            let wait = FIRST_RETRY_MS.saturating_mul(1 << open.activation.failed.min(5)).min(LAST_RETRY_MS);
            open.activation.failed += 1;
            open.activation.retry_at = Some(cx.now.saturating_add(wait));
        }
        let me = DeviceId(open.identity.id().0);
        self.ended(ceremony);
        for (_, device) in run.signers.iter().filter(|(_, device)| *device != me) {
            self.tell(cx, *device, &PeerMessage::Abort { ceremony });
        }
    }

    pub(super) fn test_aborted(&mut self, cx: &mut Context<'_>, from: DeviceId, ceremony: CeremonyId) {
        if self.test_run(ceremony).is_some_and(|run| run.signers.iter().any(|(_, device)| *device == from)) {
            self.test_failed(cx, ceremony);
        }
    }

    pub(super) fn activation_lost(&mut self, cx: &mut Context<'_>, id: DeviceId) {
        let Some(open) = self.device.open.as_ref() else { return };
        let lost: Vec<_> = open
            .activation
            .runs
            .iter()
            .filter(|run| run.signers.iter().any(|(_, device)| *device == id))
            .map(|run| run.ceremony)
            .collect();
        for ceremony in lost {
            self.test_failed(cx, ceremony);
        }
    }

    pub(super) fn tick_activation(&mut self, cx: &mut Context<'_>) {
        let Some(open) = self.device.open.as_mut() else { return };
        let still: Vec<_> = open
            .activation
            .runs
            .iter()
            .filter(|run| run.still_until <= cx.now)
            .map(|run| run.ceremony)
            .collect();
        let retry = open.activation.retry_at.take_if(|at| *at <= cx.now).is_some();
        for ceremony in still {
            self.test_failed(cx, ceremony);
        }
        if retry {
            self.start_tests(cx);
        }
    }

    pub(super) fn activation_deadline(&self) -> Option<Timestamp> {
        let activation = &self.device.open.as_ref()?.activation;
        let still = activation.runs.iter().map(|run| run.still_until).min();
        [still, activation.retry_at].into_iter().flatten().min()
    }

    fn test_run(&mut self, ceremony: CeremonyId) -> Option<&mut Run> {
        let open = self.device.open.as_mut()?;
        open.activation.runs.iter_mut().find(|run| run.ceremony == ceremony)
    }

    fn pending_info(&self) -> Option<(KeyInfo, DeviceId)> {
        let open = self.device.open.as_ref()?;
        let share = open.pending.as_ref().filter(|_| open.active.is_none())?;
        Some((share.info().clone(), DeviceId(open.identity.id().0)))
    }
}
