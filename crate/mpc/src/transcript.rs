//! The one place where hashes are made.
//!
//! `H(tag ‖ version ‖ sid ‖ from ‖ to ‖ step ‖ length-prefixed fields)` over SHA-512, of which 32 bytes are taken
//! where 64 are not wanted. Every tag stands in [`Tag`]; a test keeps them distinct.

use sha2::{Digest, Sha256, Sha512};

use crate::party::PartyIndex;
use crate::session::SessionId;

/// Version of every hash input. It changes only together with the protocols.
pub const VERSION: u16 = 1;

macro_rules! tags {
    ($($(#[$doc:meta])* $name:ident = $text:literal,)*) => {
        /// What a hash is for. Two uses never share a tag.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum Tag { $($(#[$doc])* $name,)* }

        impl Tag {
            /// All tags, for the uniqueness test and the documentation.
            pub const ALL: &'static [Tag] = &[$(Tag::$name,)*];

            /// The text that is hashed.
            pub fn text(self) -> &'static str {
                match self { $(Tag::$name => $text,)* }
            }
        }
    };
}

tags! {
    /// Session ids.
    Session = "symbolon/session",
    /// Hash of a plan.
    Plan = "symbolon/plan",
    /// Hash of what a ceremony's parties must agree on before it starts.
    Agreement = "symbolon/agreement",
    /// Echo of a round's broadcasts.
    Echo = "symbolon/echo",
    /// Dealing: commitment of round 1.
    DealCommit = "symbolon/deal/commit",
    /// Dealing: proof of knowledge of the constant term.
    DealProof = "symbolon/deal/proof",
    /// Dealing: the digest that everyone confirms.
    DealConfirm = "symbolon/deal/confirm",
    /// Dealing: combination of the chain-code contributions.
    ChainCode = "symbolon/deal/chain-code",
    /// Recovery: a recovery secret from the entropy of a code.
    RecoveryKey = "symbolon/recovery/key",
    /// What a passkey made, as the entropy of a recovery code.
    RecoveryPasskey = "symbolon/recovery/passkey",
    /// Sealing to an absent party: everything that a proof is bound to.
    SealContext = "symbolon/seal/context",
    /// Sealing: the seed of an instance.
    SealSeed = "symbolon/seal/seed",
    /// Sealing: what a seed stands for.
    SealExpand = "symbolon/seal/expand",
    /// Sealing: what masks a seed.
    SealMask = "symbolon/seal/mask",
    /// Sealing: the challenge.
    SealChallenge = "symbolon/seal/challenge",
    /// Sealing: which instances a challenge leaves unopened.
    SealUnopened = "symbolon/seal/unopened",
    /// Recovery files: hash of all bytes before it.
    RecoveryFile = "symbolon/recovery/file",
    /// Hedging of drawn secrets with the share, session and intent (R12).
    Hedge = "symbolon/hedge",
    /// Base OT: hash to curve.
    BaseOtPoint = "symbolon/ot/base/point",
    /// Base OT: key derivation.
    BaseOtKey = "symbolon/ot/base/key",
    /// OT extension: expansion of a seed.
    ExtensionExpand = "symbolon/ot/extension/expand",
    /// OT extension: challenge of the consistency check.
    ExtensionCheck = "symbolon/ot/extension/check",
    /// OT extension: what the receiver says of its columns' folds.
    ExtensionFolds = "symbolon/ot/extension/folds",
    /// OT extension: pads.
    ExtensionPad = "symbolon/ot/extension/pad",
    /// RVOLE: gadget vector.
    VoleGadget = "symbolon/vole/gadget",
    /// RVOLE: challenge θ.
    VoleChallenge = "symbolon/vole/challenge",
    /// RVOLE: the hash μ that the receiver compares.
    VoleCheck = "symbolon/vole/check",
    /// Zero shares: commitment to a seed.
    ZeroCommit = "symbolon/zero/commit",
    /// Zero shares: expansion of a seed.
    ZeroExpand = "symbolon/zero/expand",
    /// Signing: commitment to R_i.
    SignCommit = "symbolon/sign/commit",
    /// Name of a pair's set-up, compared before it is reused.
    PairName = "symbolon/setup/name",
    /// Subject of the test signature of a new epoch.
    TestSignature = "symbolon/test-signature",
}

/// A hash under construction. Fields are length-prefixed, so that no two lists of fields collide.
///
/// # Security
/// Secrets are hashed too, and `sha2` 0.10 wipes nothing: a transcript overwrites its state when it is dropped, as far as
/// that goes without unsafe code. Moves leave copies on the stack that nobody can reach (docs/protocol.md §10).
#[derive(Clone)]
pub struct Transcript {
    state: Sha512,
}

impl Transcript {
    /// A hash outside any session (session ids, plans, tests).
    pub fn new(tag: Tag) -> Self {
        let mut this = Self { state: Sha512::new() };
        this.put(tag.text().as_bytes());
        this.put(&VERSION.to_be_bytes());
        this
    }

    /// A hash within a session, said by `from` to `to` (`None`: to all) in `step`.
    pub fn in_session(
        tag: Tag,
        session: &SessionId,
        from: Option<PartyIndex>,
        to: Option<PartyIndex>,
        step: u16,
    ) -> Self {
        let mut this = Self::new(tag);
        this.put(&session.0);
        this.put(&from.map_or(0, PartyIndex::value).to_be_bytes());
        this.put(&to.map_or(0, PartyIndex::value).to_be_bytes());
        this.put(&step.to_be_bytes());
        this
    }

    /// Appends a field.
    #[must_use]
    pub fn field(mut self, bytes: &[u8]) -> Self {
        self.put(bytes);
        self
    }

    /// Appends a field in place.
    pub fn put(&mut self, bytes: &[u8]) {
        self.state.update((bytes.len() as u64).to_be_bytes());
        self.state.update(bytes);
    }

    /// The 32-byte hash: the first half of SHA-512.
    pub fn finish32(self) -> [u8; 32] {
        let wide = self.finish64();
        let mut out = [0; 32];
        out.copy_from_slice(&wide[..32]);
        out
    }

    /// The 64-byte hash.
    pub fn finish64(mut self) -> [u8; 64] {
        self.state.finalize_reset().into()
    }

    /// Puts zeros in place of what was hashed last. Of the block in hand its last byte alone stays, for with it the block
    /// would be full and cost a compression; of a state that has seen more, nothing stays.
    fn wipe(&mut self) {
        self.state.reset();
        self.state.update([0; BLOCK - 1]);
        // So that no compiler leaves out what nobody reads.
        core::hint::black_box(&self.state);
    }
}

impl Drop for Transcript {
    fn drop(&mut self) {
        self.wipe();
    }
}

/// Bytes of a block of SHA-512 (FIPS 180-4, section 1).
const BLOCK: usize = 128;

/// Plain SHA-256, for the few places that a standard prescribes it.
pub fn sha256(bytes: &[u8]) -> [u8; 32] {
    Sha256::digest(bytes).into()
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn tags_are_distinct() {
        let texts: HashSet<_> = Tag::ALL.iter().map(|tag| tag.text()).collect();
        assert_eq!(texts.len(), Tag::ALL.len());
    }

    #[test]
    fn a_wiped_transcript_holds_zeros_alone() {
        let mut transcript = Transcript::new(Tag::Hedge).field(&[0x5a; 500]);
        transcript.wipe();
        assert_eq!(transcript.clone().finish64(), <[u8; 64]>::from(Sha512::digest([0; BLOCK - 1])));
    }
}
