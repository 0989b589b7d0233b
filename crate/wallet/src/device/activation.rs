//! From pending to active: test signatures by quorums that together have every party that is a device.
//!
//! A share is used for nothing else before every device has verified all of them. They prove that everybody
//! stored a share that fits; whoever has seen them can prove it to a device that was away. A crash at any point
//! leaves a pending share, and the tests are run again when the devices meet, or an active one.
//!
//! New shares of a key that is in use are tested only when every receiver said that it holds its own, and a device
//! that takes part in a test is pledged to that attempt from then on (docs/protocol.md, 2.2).

use std::collections::BTreeMap;

use symbolon_mpc::ceremony::Ceremony;
use symbolon_mpc::{CeremonyId, DeviceId, PartyIndex, Step};

use super::attempts::{Attempt, KeyDigest};
use super::members::must_be_online;
use super::peer::PeerMessage;
use super::records;
use super::test_signing::{Proof, Test, Tested, Testing, proves, signers, start, tests};
use crate::context::Context;
use crate::event::Timestamp;
use crate::store::Batch;
use crate::wallet::Wallet;

const FIRST_RETRY_MS: u64 = 1_000;
const LAST_RETRY_MS: u64 = 30_000;
const STILL_MS: u64 = 30_000;
/// Tests that others began before this device knew that all shares are stored.
const MAX_DEFERRED: usize = 64;

/// The tests of the latest attempt.
#[derive(Default)]
pub(super) struct Activation {
    /// Which keys are tested.
    key: Option<KeyDigest>,
    proofs: BTreeMap<Test, Proof>,
    runs: Vec<Run>,
    deferred: Vec<Asked>,
    failed: u32,
    retry_at: Option<Timestamp>,
    /// A device has no share of this key, so that the tests cannot end well.
    pub(super) is_hopeless: bool,
}

struct Run {
    ceremony: CeremonyId,
    test: Test,
    signers: Vec<(PartyIndex, DeviceId)>,
    sign: Testing,
    still_until: Timestamp,
}

/// A test that another device began.
#[derive(Clone, Copy)]
pub(super) struct Asked {
    pub(super) from: DeviceId,
    pub(super) ceremony: CeremonyId,
    /// Which keys are tested.
    pub(super) key: KeyDigest,
    pub(super) test: Test,
}

impl Activation {
    pub(super) fn has(&self, ceremony: CeremonyId) -> bool {
        self.runs.iter().any(|run| run.ceremony == ceremony)
    }

    pub(super) fn proofs(&self) -> &BTreeMap<Test, Proof> {
        &self.proofs
    }

    /// The test signatures of these keys that were seen so far.
    pub(super) fn proofs_of(&self, digest: &KeyDigest) -> Vec<Proof> {
        if self.key == Some(*digest) { self.proofs.values().copied().collect() } else { Vec::new() }
    }

    /// The ceremonies that are under way.
    pub(super) fn ceremonies(&self) -> impl Iterator<Item = CeremonyId> + '_ {
        self.runs.iter().map(|run| run.ceremony)
    }
}

impl Wallet {
    /// Dealing is done, everybody says that its share is stored.
    pub(super) fn begin_activation(&mut self, cx: &mut Context<'_>) {
        if let Some(open) = &mut self.device.open {
            open.activation.is_hopeless = false;
        }
        self.start_tests(cx);
    }

    /// Turns to the attempt that is to be tested now, and leaves an earlier one.
    fn turn_to_candidate(&mut self, cx: &mut Context<'_>) -> Option<KeyDigest> {
        let open = self.device.open.as_mut()?;
        let digest = open.pending.candidate()?.digest;
        if open.activation.key == Some(digest) {
            return Some(digest);
        }
        let earlier = core::mem::take(&mut open.activation);
        open.activation.key = Some(digest);
        // Those who asked before this device knew of the attempt are answered now.
        open.activation.deferred = earlier.deferred;
        for run in earlier.runs {
            self.end_test(cx, run);
        }
        Some(digest)
    }

    /// Starts the tests that are this device's to start: those whose first signer it is.
    pub(super) fn start_tests(&mut self, cx: &mut Context<'_>) {
        let Some(digest) = self.turn_to_candidate(cx) else { return };
        self.answer_deferred(cx);
        let Some(open) = self.device.open.as_ref().filter(|open| !open.activation.is_hopeless) else {
            return;
        };
        let Some(attempt) = open.pending.of(&digest) else { return };
        let (info, number) = (attempt.shares.info().clone(), attempt.number);
        let me = DeviceId(open.identity.id().0);
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
            let (wallet, epoch) = (*info.wallet(), info.epoch());
            let message = match number {
                0 => PeerMessage::TestSign { ceremony, wallet, epoch, test },
                _ => PeerMessage::TestChange { ceremony, key: digest, test },
            };
            for device in others {
                self.tell(cx, device, &message);
            }
            self.run_test(cx, &digest, ceremony, test);
        }
    }

    /// Another device asks to test a key that is being made.
    pub(super) fn test_sign_arrived(
        &mut self,
        cx: &mut Context<'_>,
        from: DeviceId,
        ceremony: CeremonyId,
        (wallet, epoch): ([u8; 32], u32),
        test: Test,
    ) {
        let is_it = |attempt: &&Attempt| {
            let info = attempt.shares.info();
            (*info.wallet(), info.epoch()) == (wallet, epoch)
        };
        let open = self.device.open.as_ref().filter(|open| open.active.is_none());
        let made = open.and_then(|open| open.pending.made()).filter(is_it).map(|attempt| attempt.digest);
        match made {
            Some(key) => self.test_change_arrived(cx, Asked { from, ceremony, key, test }),
            None => {
                self.tell(cx, from, &PeerMessage::Abort { ceremony });
                // It may ask because it does not know that the key is proven.
                self.show_made(cx, from, (wallet, epoch));
            }
        }
    }

    /// Another device asks to test shares of these keys.
    pub(super) fn test_change_arrived(&mut self, cx: &mut Context<'_>, asked: Asked) {
        let digest = asked.key;
        let Some(open) = self.device.open.as_mut() else { return };
        let me = DeviceId(open.identity.id().0);
        let attempt = open.pending.of(&digest);
        let takes_part = attempt.is_some_and(|attempt| {
            let quorum = attempt.shares.info().quorum();
            let signers = signers(quorum, asked.test);
            let is_signer = |device| signers.iter().any(|signer| quorum.device_of(*signer) == Some(device));
            is_signer(asked.from) && is_signer(me)
        });
        let is_known = takes_part
            && attempt.is_some_and(|attempt| attempt.number == 0 || open.pending.is_acknowledged(&digest));
        if takes_part && !is_known {
            // Rule 2: not before every receiver itself said that it holds its share.
            open.activation.deferred.push(asked);
            let overflow = open.activation.deferred.len().saturating_sub(MAX_DEFERRED);
            open.activation.deferred.drain(..overflow);
            return;
        }
        if is_known && self.turn_to_candidate(cx) == Some(digest) {
            return self.run_test(cx, &digest, asked.ceremony, asked.test);
        }
        self.tell(cx, asked.from, &PeerMessage::Abort { ceremony: asked.ceremony });
        self.show_proven(cx, asked.from);
    }

    /// Takes part in the tests that others began too early, or says that it does not, or puts them off again.
    fn answer_deferred(&mut self, cx: &mut Context<'_>) {
        let Some(open) = self.device.open.as_mut() else { return };
        for asked in core::mem::take(&mut open.activation.deferred) {
            self.test_change_arrived(cx, asked);
        }
    }

    fn run_test(&mut self, cx: &mut Context<'_>, digest: &KeyDigest, ceremony: CeremonyId, test: Test) {
        let Some(open) = self.device.open.as_ref() else { return };
        // Rule 3: a pledge never goes back to an earlier attempt.
        let Some(attempt) = open.pending.of(digest).filter(|attempt| open.pending.may_go_to(attempt)) else {
            return;
        };
        let Some(sign) = attempt.shares.of(test.scheme).and_then(|share| start(share, ceremony, test)) else {
            return;
        };
        let (quorum, number) = (attempt.shares.info().quorum(), attempt.number);
        let signers = signers(quorum, test);
        let signers =
            signers.iter().filter_map(|signer| Some((*signer, quorum.device_of(*signer)?))).collect();
        self.pledge(cx, number);
        let Some(open) = self.device.open.as_mut() else { return };
        open.activation.runs.retain(|run| run.test != test);
        open.activation.runs.push(Run {
            ceremony,
            test,
            signers,
            sign,
            still_until: cx.now.saturating_add(STILL_MS),
        });
        for early in self.take_early(ceremony).into_iter().filter(|early| early.lane.is_none()) {
            self.test_frame(cx, early.from, ceremony, &early.frame);
        }
        self.drive_test(cx, ceremony);
    }

    /// Notes durably which attempt this device is about to help prove. What it says leaves at the end of the turn,
    /// behind this record.
    fn pledge(&mut self, cx: &mut Context<'_>, number: u32) {
        let Some(plain) = self.device.open.as_mut().and_then(|open| open.pending.pledge(number)) else {
            return;
        };
        let mut batch = Batch::default();
        self.seal_into(cx, &mut batch, records::KEY_PLEDGE, &plain);
        cx.store(batch);
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
                Ok(Step::Store(tested) | Step::Done(tested)) => return self.tested(cx, ceremony, tested),
                Err(_) => return self.test_failed(cx, ceremony),
            }
        }
    }

    /// A test ended in a signature: everybody hears it.
    fn tested(&mut self, cx: &mut Context<'_>, ceremony: CeremonyId, tested: Tested) {
        let Some(open) = self.device.open.as_mut() else { return };
        let Some(at) = open.activation.runs.iter().position(|run| run.ceremony == ceremony) else { return };
        let test = open.activation.runs.remove(at).test;
        if let Some(pairs) = tested.pairs {
            open.pairs.put(pairs);
        }
        let attempt = open.activation.key.and_then(|digest| open.pending.of(&digest));
        let facts = attempt.map(|attempt| (attempt.digest, attempt.number, attempt.shares.info().clone()));
        self.ended(ceremony);
        let Some((digest, number, info)) = facts else { return };
        let proof = Proof { test, r: tested.r, s: tested.s };
        let (wallet, epoch) = (*info.wallet(), info.epoch());
        let message = match number {
            0 => PeerMessage::TestSigned { wallet, epoch, proof },
            _ => PeerMessage::ChangeTested { key: digest, proof },
        };
        for party in must_be_online(info.quorum()) {
            self.tell(cx, party.device, &message);
        }
        self.proof_arrived(cx, digest, proof);
    }

    /// A test signature of a key that is being made.
    pub(super) fn made_proof_arrived(
        &mut self,
        cx: &mut Context<'_>,
        (wallet, epoch): ([u8; 32], u32),
        proof: Proof,
    ) {
        let open = self.device.open.as_ref().filter(|open| open.active.is_none());
        let Some(made) = open.and_then(|open| open.pending.made()) else { return };
        if (*made.shares.info().wallet(), made.shares.info().epoch()) == (wallet, epoch) {
            let digest = made.digest;
            self.proof_arrived(cx, digest, proof);
        }
    }

    /// A test signature, from wherever: it is verified under the group's key.
    pub(super) fn proof_arrived(&mut self, cx: &mut Context<'_>, digest: KeyDigest, proof: Proof) {
        let Some(open) = self.device.open.as_mut() else { return };
        let Some(attempt) = open.pending.of(&digest) else { return };
        let is_tested = *open.activation.key.get_or_insert(digest) == digest;
        if !is_tested || !proves(&attempt.shares.infos(), &proof) {
            return;
        }
        let quorum = attempt.shares.info().quorum();
        open.activation.proofs.insert(proof.test, proof);
        let is_proven = tests(quorum).all(|test| open.activation.proofs.contains_key(&test));
        let proofs: Vec<_> = open.activation.proofs.values().copied().collect();
        cx.view_changed();
        if is_proven {
            self.promote(cx, digest, proofs);
        }
    }

    /// A device said how it stands: prove the key to it, or go on with the tests.
    pub(super) fn activation_hello(&mut self, cx: &mut Context<'_>, id: DeviceId) {
        let hello = self.device.open.as_ref().and_then(|open| open.peers.get(&id)?.hello.as_ref());
        if let Some(key) = hello.and_then(|hello| hello.pending) {
            self.show_made(cx, id, key);
        }
        let dealing = self.device.open.as_ref().is_some_and(|open| open.dealing.is_some());
        if !dealing {
            self.start_tests(cx);
        }
    }

    /// A device of the quorum says what it holds. If it holds no share of the key that is being made (it died before
    /// storing one), the key will never be active, and the owner may make another. Our record stays until then.
    pub(super) fn activation_judge(&mut self, cx: &mut Context<'_>, id: DeviceId) {
        let name = self.device_name(id);
        let Some(open) = self.device.open.as_mut().filter(|open| open.dealing.is_none()) else { return };
        let made = open.pending.made().filter(|_| open.active.is_none());
        let Some(info) =
            made.map(|made| made.shares.info()).filter(|info| info.quorum().party_of(id).is_some())
        else {
            return;
        };
        let ours = Some((*info.wallet(), info.epoch()));
        let Some(hello) = open.peers.get(&id).and_then(|peer| peer.hello.as_ref()) else { return };
        if hello.pending != ours && hello.key != ours && !open.activation.is_hopeless {
            open.activation.is_hopeless = true;
            open.keygen_error = Some(format!(
                "{name} was closed before it stored its share, so this key cannot be used. Nothing is lost; make the \
                 key again."
            ));
            cx.view_changed();
        }
    }

    /// Shows a device the test signatures of a key that was made and is new to it.
    fn show_made(&mut self, cx: &mut Context<'_>, to: DeviceId, (wallet, epoch): ([u8; 32], u32)) {
        let proofs: Vec<Proof> = match (&self.device.key, &self.device.open) {
            (Some(active), _) if (active.wallet, active.epoch) == (wallet, epoch) => {
                active.record.proofs.clone()
            }
            (None, Some(open)) => {
                open.pending.made().map(|made| open.activation.proofs_of(&made.digest)).unwrap_or_default()
            }
            _ => Vec::new(),
        };
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
        self.end_test(cx, run);
    }

    /// Ends a test on all devices of it.
    fn end_test(&mut self, cx: &mut Context<'_>, run: Run) {
        let me = self.device_id();
        self.ended(run.ceremony);
        for (_, device) in run.signers.iter().filter(|(_, device)| Some(*device) != me) {
            self.tell(cx, *device, &PeerMessage::Abort { ceremony: run.ceremony });
        }
    }

    pub(super) fn test_aborted(&mut self, cx: &mut Context<'_>, from: DeviceId, ceremony: CeremonyId) {
        if self.test_run(ceremony).is_some_and(|run| run.signers.iter().any(|(_, device)| *device == from)) {
            self.test_failed(cx, ceremony);
        }
    }

    pub(super) fn activation_lost(&mut self, cx: &mut Context<'_>, id: DeviceId) {
        let Some(open) = self.device.open.as_mut() else { return };
        open.activation.deferred.retain(|asked| asked.from != id);
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
}

/// Whether these are all the test signatures that make shares active.
pub(super) fn is_proven(infos: &[symbolon_mpc::KeyInfo], proofs: &[Proof]) -> bool {
    let Some(quorum) = infos.first().map(symbolon_mpc::KeyInfo::quorum) else { return false };
    // Exactly one for each test: nobody makes this device verify more, and no tests prove nothing.
    !proofs.is_empty()
        && proofs.len() == tests(quorum).count()
        && tests(quorum).all(|test| proofs.iter().any(|proof| proof.test == test && proves(infos, proof)))
}
