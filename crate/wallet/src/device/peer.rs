//! What paired devices of one wallet say to each other inside their channel.
//!
//! Postcard with a leading version byte; decoding refuses trailing bytes and oversize. The sender is whoever the
//! channel belongs to, never a field.

use serde::{Deserialize, Serialize};
use symbolon_mpc::dealing::ResharePlan;
use symbolon_mpc::{CeremonyId, DeviceId, KeyInfo, Party, PartyIndex, Quorum};

use super::dealing::Members;
use super::members::FIRST_RECOVERY;
use super::test_signing::{Proof, Test};
pub use super::witness::Reach;
use crate::event::Timestamp;
use crate::request::{Proposal, RawSignature};
use crate::view::{DeviceKind, DeviceState};

/// Version of these messages and of what they mean; told in the channel's handshake.
pub const PEER_VERSION: u16 = 2;

impl Hello {
    /// Whether the sender holds no share, nor one of a key that is being made.
    pub(super) fn has_none(&self) -> bool {
        self.key.is_none() && self.pending.is_none()
    }
}

/// A message between two devices of one owner.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum PeerMessage {
    /// First message of every channel session, and again when something in it changed.
    Hello(Hello),
    /// Frame of a ceremony.
    Frame {
        /// Which.
        ceremony: CeremonyId,
        /// The frame.
        #[serde(with = "symbolon_mpc::wire::bytes")]
        frame: Vec<u8>,
    },
    /// Take part in a signing.
    Propose(Box<Proposal>),
    /// What the sender's owner does with a request.
    State {
        /// The request's id.
        request: [u8; 16],
        /// What.
        state: DeviceState,
    },
    /// The request is over.
    Cancel {
        /// The request's id.
        request: [u8; 16],
        /// Plain sentence.
        reason: String,
    },
    /// The request is signed: told to a signer that may have missed the last message.
    Signed {
        /// What was signed.
        proposal: Box<Proposal>,
        /// The signature.
        signature: RawSignature,
    },
    /// The sender's run of a ceremony ended without its outcome.
    Abort {
        /// Which.
        ceremony: CeremonyId,
    },
    /// Another device of the same owner, and how to reach it: bytes of `symbolon_link::introduction`.
    Introduce(#[serde(with = "symbolon_mpc::wire::bytes")] Vec<u8>),
    /// Make a key among these devices.
    Roster(RosterProposal),
    /// The sender's owner has compared the words.
    RosterConfirmed {
        /// Of the proposal.
        ceremony: CeremonyId,
    },
    /// The sender, or its owner, refuses.
    RosterRefused {
        /// Of the proposal.
        ceremony: CeremonyId,
        /// Plain sentence.
        reason: String,
    },
    /// Take part in a test signature of the pending key.
    TestSign {
        /// Routes the frames.
        ceremony: CeremonyId,
        /// Wallet id.
        wallet: [u8; 32],
        /// Epoch.
        epoch: u32,
        /// Which test.
        test: Test,
    },
    /// A test signature of the key.
    TestSigned {
        /// Wallet id.
        wallet: [u8; 32],
        /// Epoch.
        epoch: u32,
        /// The signature.
        proof: Proof,
    },
    /// The sender is there.
    Beat,
    /// The sender locks or stops.
    Bye,
    /// Give the key new shares, as this proposal says. Owners answer with [`PeerMessage::RosterConfirmed`] and
    /// [`PeerMessage::RosterRefused`].
    Change(Box<ChangeProposal>),
    /// What the sender holds of shares; after every [`PeerMessage::Hello`].
    Standing(Standing),
    /// Take part in a test signature of new shares of a key in use.
    TestChange {
        /// Routes the frames.
        ceremony: CeremonyId,
        /// Digest of the keys, epoch and quorum included.
        key: [u8; 32],
        /// Which test.
        test: Test,
    },
    /// A test signature of new shares of a key in use.
    ChangeTested {
        /// Digest of the keys.
        key: [u8; 32],
        /// The signature.
        proof: Proof,
    },
    /// All test signatures of the shares in use, for a device that is behind.
    Proven(Box<ProvenKey>),
    /// How far the devices have come. A build that does not know it ignores it.
    Reached {
        /// The sender.
        mine: Reach,
        /// The receiver, as far as the sender remembers.
        yours: Reach,
        /// The sender signs nothing with the receiver, which fell back.
        refuses: bool,
    },
    /// The sender found that it was put back to an earlier state, or exists twice.
    FellBack {
        /// What the receiver told that it remembers of it, and is not there.
        remembered: Reach,
    },
    /// Frame of a dealing from or to a recovery share, for which a device speaks.
    FrameFor {
        /// Which.
        ceremony: CeremonyId,
        /// The party that says it.
        from: PartyIndex,
        /// The party that it is for.
        to: PartyIndex,
        /// The frame.
        #[serde(with = "symbolon_mpc::wire::bytes")]
        frame: Vec<u8>,
    },
    /// The names of the sender's accounts, from the first on: so that a device that joins, or takes another one's place, shows them
    /// all.
    Accounts(Vec<String>),
    /// A device that was proposed to sign cannot; the request is not refused, and may be signed by others.
    CannotSign {
        /// The request's id.
        request: [u8; 16],
        /// The sender itself, or another signer that it signs nothing with.
        device: DeviceId,
        /// Plain sentence.
        reason: String,
    },
}

/// What a device holds of shares that are not in use, and which indices it knows to be used.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Standing {
    /// Digests of the keys that it holds new shares of, latest first.
    pub held: Vec<[u8; 32]>,
    /// The highest party index of a device that it knows to have been used.
    pub used: u16,
    /// The highest party index of a recovery share that it knows to have been used; 0 if none.
    pub used_recovery: u16,
    /// Hashes of recovery files of the shares in use that its owner, or another device's, was seen to have kept.
    pub kept: Vec<[u8; 32]>,
    /// A recovery share that was opened on it.
    pub opened: Option<OpenedShare>,
    /// What it calls the devices that hold shares: for one that never met them all.
    pub names: Vec<(DeviceId, String)>,
}

/// A recovery share that a device has opened, and can deal with.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OpenedShare {
    /// Wallet id.
    pub wallet: [u8; 32],
    /// Epoch of the share.
    pub epoch: u32,
    /// Whose share it is.
    pub party: PartyIndex,
}

/// A change of who holds shares.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChangeProposal {
    /// What is proposed to be dealt.
    pub plan: ResharePlan,
    /// The devices that deal for recovery shares, by party.
    pub stand_ins: Vec<(PartyIndex, DeviceId)>,
    /// When it was proposed, by the proposer's clock: all devices write it into the recovery files.
    pub proposed_at: Timestamp,
}

/// Keys, one for each root, and all test signatures that prove that their shares are in use.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProvenKey {
    /// The public halves, in the order of their schemes.
    pub infos: Vec<KeyInfo>,
    /// One for each test.
    pub proofs: Vec<Proof>,
}

/// First message of every channel session: what the sender is and where it stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Hello {
    /// Version of its build.
    pub app_version: String,
    /// What it is.
    pub kind: DeviceKind,
    /// Wallet and epoch that it holds an active share of.
    pub key: Option<([u8; 32], u32)>,
    /// Wallet and epoch that it holds a pending share of.
    pub pending: Option<([u8; 32], u32)>,
    /// Its name.
    pub name: String,
    /// The devices that it is paired with, sorted.
    pub peers: Vec<DeviceId>,
    /// SHA-256 of the pack of descriptors that it uses.
    pub pack: Option<[u8; 32]>,
}

/// The devices that shall hold shares of a new key.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RosterProposal {
    /// Routes the frames of the keygen.
    pub ceremony: CeremonyId,
    /// Wallet id, drawn by the proposing device.
    pub wallet: [u8; 32],
    /// How many must sign.
    pub threshold: u16,
    /// The devices; party indices are their places, from 1.
    pub devices: Vec<DeviceId>,
    /// The recovery key in a device's place, if a share is dealt to one: the first party of a recovery share.
    pub recovery: Option<DeviceId>,
    /// When it was proposed, by the proposer's clock: all devices write it into the recovery file.
    pub proposed_at: Timestamp,
}

impl RosterProposal {
    /// The quorum of the key, if these make one.
    pub(super) fn quorum(&self) -> Option<Quorum> {
        let devices = (1u16..).zip(&self.devices);
        let recovery = (FIRST_RECOVERY..).zip(&self.recovery);
        let party = |(index, device): (u16, &DeviceId)| {
            Some(Party { index: PartyIndex::new(index)?, device: *device })
        };
        Quorum::new(self.threshold, devices.chain(recovery).filter_map(party).collect()).ok()
    }
}

impl ChangeProposal {
    /// Who takes part, and through which devices. Nobody, if the plan was not checked.
    pub(super) fn members(&self) -> Members {
        let parties = self.plan.parties().unwrap_or_default();
        Members { parties, quorum: self.plan.to.clone(), stand_ins: self.stand_ins.clone() }
    }
}

impl PeerMessage {
    /// The message as bytes.
    pub fn encode(&self) -> Vec<u8> {
        postcard::to_extend(self, vec![FORMAT]).expect("messages have no field that postcard refuses")
    }

    /// Reads a message; `None` for whatever is not exactly one.
    pub fn decode(bytes: &[u8]) -> Option<Self> {
        match bytes.split_first()? {
            (&FORMAT, rest) => match postcard::take_from_bytes(rest) {
                Ok((message, [])) => Some(message),
                _ => None,
            },
            _ => None,
        }
    }
}

const FORMAT: u8 = 1;

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests;
