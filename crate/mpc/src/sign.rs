//! What the signing ceremonies of all schemes share: the plan, and whether it fits a share.
//!
//! A plan is agreed byte for byte: [`SignPlan::agreement`] makes the session's agreement of it, so that whoever signs
//! has the same request, key, path and item as all others, before anything is drawn.

use zeroize::Zeroizing;

use crate::ceremony::CeremonyId;
use crate::derive::{DeriveError, Path};
use crate::group::Scheme;
use crate::party::{Party, PartyIndex};
use crate::session::Agreement;
use crate::share::{InvalidKeyInfo, KeyInfo, KeyShare};
use crate::transcript::{Tag, Transcript};

/// Most items in one plan: one frame carries all of them.
pub const MAX_ITEMS: usize = 16;

/// What all signers agree on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SignPlan<I> {
    /// What frames are routed by.
    pub ceremony: CeremonyId,
    /// The wallet whose key signs.
    pub wallet: [u8; 32],
    /// The epoch of the shares.
    pub epoch: u32,
    /// The signers: exactly t parties of the key's quorum.
    pub signers: Vec<PartyIndex>,
    /// Hash of the request as every signer decoded it for itself.
    pub intent: [u8; 32],
    /// What is signed, in order.
    pub items: Vec<I>,
}

/// One thing to sign.
pub trait Item {
    /// The key, below the root.
    fn path(&self) -> &Path;

    /// Appends what must be agreed of it, but for its path.
    fn put(&self, hash: &mut Transcript);

    /// Checks what can be wrong with it alone.
    ///
    /// # Errors
    /// [`Misuse`] if it cannot be signed.
    fn check(&self) -> Result<(), Misuse> {
        Ok(())
    }
}

/// Why a signing ceremony cannot be started. The caller's fault, found before anything is sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Misuse {
    /// A derived key does not exist.
    #[error(transparent)]
    Derive(#[from] DeriveError),
    /// No item, or more than [`MAX_ITEMS`].
    #[error("a plan has 1 to {MAX_ITEMS} items, not {0}")]
    ItemCount(usize),
    /// The share was made for another scheme.
    #[error(transparent)]
    Key(#[from] InvalidKeyInfo),
    /// The list of signers is no list of parties, or lacks this one.
    #[error(transparent)]
    Machine(#[from] crate::machine::Misuse),
    /// A message is longer than its scheme allows.
    #[error("a message of {0} bytes is too long")]
    MessageLength(usize),
    /// The plan is for another wallet than the share.
    #[error("the share is of another wallet")]
    OtherWallet,
    /// Not as many signers as the threshold says.
    #[error("{threshold} must sign, not {signers}")]
    SignerCount {
        /// The key's threshold.
        threshold: u16,
        /// The number of signers in the plan.
        signers: usize,
    },
    /// The plan is for another epoch than the share.
    #[error("the share is of epoch {held}, the plan of epoch {asked}")]
    StaleEpoch {
        /// The share's epoch.
        held: u32,
        /// The plan's.
        asked: u32,
    },
    /// A signer is no party of the key's quorum.
    #[error("{0} is not in the quorum")]
    UnknownSigner(PartyIndex),
}

impl<I: Item> SignPlan<I> {
    /// What the signers agree on when they run this plan by `protocol`, if it fits `share`, a share of `scheme`.
    ///
    /// # Errors
    /// [`Misuse`] if it does not.
    pub fn agreement(
        &self,
        protocol: &'static str,
        scheme: Scheme,
        share: &KeyShare,
    ) -> Result<Agreement, Misuse> {
        let info = share.info();
        let quorum = info.quorum();
        // ECDSA's and Taproot's keys are of one group: a key signs by the scheme that it was made for and no other.
        if info.scheme() != scheme {
            return Err(Misuse::Key(InvalidKeyInfo::Scheme));
        }
        if self.wallet != *info.wallet() {
            return Err(Misuse::OtherWallet);
        }
        if self.epoch != info.epoch() {
            return Err(Misuse::StaleEpoch { held: info.epoch(), asked: self.epoch });
        }
        if self.signers.len() != usize::from(quorum.threshold()) {
            return Err(Misuse::SignerCount { threshold: quorum.threshold(), signers: self.signers.len() });
        }
        if self.items.is_empty() || self.items.len() > MAX_ITEMS {
            return Err(Misuse::ItemCount(self.items.len()));
        }
        self.items.iter().try_for_each(Item::check)?;
        let party = |index: &PartyIndex| {
            let device = quorum.device_of(*index).ok_or(Misuse::UnknownSigner(*index))?;
            Ok(Party { index: *index, device })
        };
        Ok(Agreement {
            protocol,
            ceremony: self.ceremony,
            wallet: self.wallet,
            epoch: self.epoch,
            quorum: quorum.clone(),
            parties: self.signers.iter().map(party).collect::<Result<_, Misuse>>()?,
            plan: self.digest(protocol, info),
        })
    }

    /// Hash of what is signed, and with which key (docs/ecdsa.md, 2.2): intent, paths, items, public key, chain code,
    /// verification shares. Who signs is in the agreement by itself.
    fn digest(&self, protocol: &str, info: &KeyInfo) -> [u8; 32] {
        let mut hash = Transcript::new(Tag::Plan)
            .field(protocol.as_bytes())
            .field(info.public_key())
            .field(info.chain_code())
            // With the verification shares signers of two attempts at one epoch part before they could blame each other.
            .field(&info.parts().verification_shares.concat())
            .field(&self.intent);
        hash.put(&(self.items.len() as u64).to_be_bytes());
        for item in &self.items {
            let steps: Vec<u8> = item.path().steps().iter().flat_map(|step| step.to_be_bytes()).collect();
            hash.put(&steps);
            item.put(&mut hash);
        }
        hash.finish32()
    }
}

/// A hash of the share, which hedges what a signer draws (R12).
pub fn hedge_of(share: &KeyShare) -> Zeroizing<[u8; 32]> {
    // EXPOSE: hashed; the hash is wiped.
    share.expose_bytes(|bytes| {
        Zeroizing::new(Transcript::new(Tag::Hedge).field(b"share").field(bytes).finish32())
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::deal;

    #[test]
    fn a_hedge_rests_on_the_share() {
        for scheme in Scheme::ALL {
            let [one, two] = <[KeyShare; 2]>::try_from(deal(2, 2, scheme, 1)).expect("two parties");
            assert_eq!(hedge_of(&one), hedge_of(&one));
            assert_ne!(hedge_of(&one), hedge_of(&two));
        }
    }
}
