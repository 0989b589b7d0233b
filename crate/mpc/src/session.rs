//! The id that binds the frames of one ceremony, and what it is a hash of.

use core::fmt;

use serde::{Deserialize, Serialize};

use crate::ceremony::CeremonyId;
use crate::party::{Party, PartyIndex, Quorum};
use crate::transcript::{Tag, Transcript};

/// Hash of everything the parties of a ceremony agreed on, fresh salts included. Never reused.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct SessionId(pub [u8; 32]);

/// A party's fresh random contribution to the session id.
pub type Salt = [u8; 32];

/// What every frame after the first carries, so that a disagreement on the session shows before any check of
/// cryptography: the first half of the session id.
pub type SessionTag = [u8; 16];

/// What the parties of a ceremony must agree on before it starts.
///
/// It is not negotiated: each party builds it from its own plan and its own records, and the session ids are
/// equal only if the agreements are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Agreement {
    /// The protocol that is run, such as `"dealing"`; at signing it names the scheme.
    pub protocol: &'static str,
    /// The ceremony that the frames are routed by.
    pub ceremony: CeremonyId,
    /// The wallet whose key it is about.
    pub wallet: [u8; 32],
    /// The epoch of the shares that are made or used.
    pub epoch: u32,
    /// The quorum of that epoch: t, n and every device.
    pub quorum: Quorum,
    /// The parties that take part in this ceremony, in any order; at signing, the signers.
    pub parties: Vec<Party>,
    /// Hash of the plan: [`Tag::Plan`] over everything else that must be agreed byte for byte.
    pub plan: [u8; 32],
}

impl Agreement {
    /// Hash of the agreement, which the parties compare in their first frames.
    pub fn digest(&self) -> [u8; 32] {
        self.write(Transcript::new(Tag::Agreement)).finish32()
    }

    fn write(&self, transcript: Transcript) -> Transcript {
        let mut transcript = transcript
            .field(self.protocol.as_bytes())
            .field(&self.ceremony.0)
            .field(&self.wallet)
            .field(&self.epoch.to_be_bytes())
            .field(&self.quorum.threshold().to_be_bytes());
        put_parties(&mut transcript, self.quorum.parties().iter().copied());
        let mut taking_part = self.parties.clone();
        taking_part.sort();
        put_parties(&mut transcript, taking_part.into_iter());
        transcript.field(&self.plan)
    }
}

fn put_parties(transcript: &mut Transcript, parties: impl ExactSizeIterator<Item = Party>) {
    transcript.put(&(parties.len() as u64).to_be_bytes());
    for party in parties {
        transcript.put(&party.index.value().to_be_bytes());
        transcript.put(&party.device.0);
    }
}

impl SessionId {
    /// The session of `agreement` among parties that contributed `salts`, which are sorted by index.
    pub fn derive(agreement: &Agreement, salts: &[(PartyIndex, Salt)]) -> Self {
        let mut salts = salts.to_vec();
        salts.sort();
        let mut transcript = agreement.write(Transcript::new(Tag::Session));
        transcript.put(&(salts.len() as u64).to_be_bytes());
        for (party, salt) in &salts {
            transcript.put(&party.value().to_be_bytes());
            transcript.put(salt);
        }
        Self(transcript.finish32())
    }

    /// The tag that frames of this session carry.
    pub fn tag(&self) -> SessionTag {
        let mut tag = SessionTag::default();
        let length = tag.len();
        tag.copy_from_slice(&self.0[..length]);
        tag
    }
}

impl fmt::Debug for SessionId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "session {:02x}{:02x}{:02x}{:02x}", self.0[0], self.0[1], self.0[2], self.0[3])
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::party::DeviceId;

    fn party(index: u16) -> Party {
        Party { index: PartyIndex::new(index).unwrap(), device: DeviceId([index as u8; 32]) }
    }

    fn agreement() -> Agreement {
        Agreement {
            protocol: "test",
            ceremony: CeremonyId([1; 32]),
            wallet: [2; 32],
            epoch: 3,
            quorum: Quorum::new(2, vec![party(1), party(2), party(3)]).unwrap(),
            parties: vec![party(1), party(3)],
            plan: [4; 32],
        }
    }

    #[test]
    fn every_part_of_the_agreement_changes_the_session() {
        let salts = [(party(1).index, [5; 32]), (party(3).index, [6; 32])];
        let changed = [
            Agreement { protocol: "other", ..agreement() },
            Agreement { ceremony: CeremonyId([9; 32]), ..agreement() },
            Agreement { wallet: [9; 32], ..agreement() },
            Agreement { epoch: 9, ..agreement() },
            Agreement { quorum: Quorum::new(3, vec![party(1), party(2), party(3)]).unwrap(), ..agreement() },
            Agreement { quorum: Quorum::new(2, vec![party(1), party(3)]).unwrap(), ..agreement() },
            Agreement { parties: vec![party(1), party(2)], ..agreement() },
            Agreement { plan: [9; 32], ..agreement() },
        ];
        let session = SessionId::derive(&agreement(), &salts);
        for other in changed {
            assert_ne!(SessionId::derive(&other, &salts), session);
            assert_ne!(other.digest(), agreement().digest());
        }
        let other_salt = [(party(1).index, [5; 32]), (party(3).index, [7; 32])];
        assert_ne!(SessionId::derive(&agreement(), &other_salt), session);
        let swapped = [(party(1).index, [6; 32]), (party(3).index, [5; 32])];
        assert_ne!(SessionId::derive(&agreement(), &swapped), session);
    }

    #[test]
    fn the_order_of_parties_and_salts_does_not_matter() {
        let salts = [(party(1).index, [5; 32]), (party(3).index, [6; 32])];
        let reversed = [salts[1], salts[0]];
        let other = Agreement { parties: vec![party(3), party(1)], ..agreement() };
        assert_eq!(SessionId::derive(&other, &reversed), SessionId::derive(&agreement(), &salts));
    }
}
