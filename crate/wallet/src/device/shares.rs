//! This device's shares of one key: one for each root, dealt together, stored together, used together.

use symbolon_mpc::group::Scheme;
use symbolon_mpc::{KeyInfo, KeyShare, PartyIndex};

use crate::backup::RecoveryFile;

/// One share for each scheme, in the order of [`Scheme::ALL`], of the same wallet, epoch, quorum and party; and the files of the
/// recovery shares that were dealt with them, which are the same on every device.
pub(super) struct Shares {
    shares: [KeyShare; ROOTS],
    files: Vec<RecoveryFile>,
}

/// How many roots a wallet has.
pub(super) const ROOTS: usize = Scheme::ALL.len();

impl Shares {
    /// The shares together; nothing unless they are exactly the ones that belong together.
    pub(super) fn new(mut shares: Vec<KeyShare>) -> Option<Self> {
        shares.sort_by_key(KeyShare::scheme);
        let first = shares.first()?;
        let are_alike = shares.iter().all(|share| {
            share.index() == first.index()
                && share.info().wallet() == first.info().wallet()
                && share.info().epoch() == first.info().epoch()
                && share.info().quorum() == first.info().quorum()
        });
        let are_all = shares.iter().map(KeyShare::scheme).eq(Scheme::ALL);
        if are_alike && are_all {
            shares.try_into().ok().map(|shares| Self { shares, files: Vec::new() })
        } else {
            None
        }
    }

    /// The shares with the recovery files that were dealt with them; those of other keys are left out.
    pub(super) fn with_files(self, mut files: Vec<RecoveryFile>) -> Self {
        let infos = self.infos();
        files.retain(|file| file.keys() == infos);
        files.sort_by_key(RecoveryFile::party);
        Self { files, ..self }
    }

    /// The recovery files that were dealt with these shares, by party.
    pub(super) fn files(&self) -> &[RecoveryFile] {
        &self.files
    }

    /// The party that these are the shares of.
    pub(super) fn index(&self) -> PartyIndex {
        self.shares[0].index()
    }

    /// The share of one root.
    pub(super) fn of(&self, scheme: Scheme) -> Option<&KeyShare> {
        self.shares.iter().find(|share| share.scheme() == scheme)
    }

    /// The share that signs for Ethereum.
    pub(super) fn ecdsa(&self) -> &KeyShare {
        &self.shares[0]
    }

    /// All of them, as the core takes them.
    pub(super) fn as_slice(&self) -> &[KeyShare] {
        &self.shares
    }

    /// All of them.
    pub(super) fn iter(&self) -> impl Iterator<Item = &KeyShare> {
        self.shares.iter()
    }

    /// The public halves.
    pub(super) fn infos(&self) -> [KeyInfo; ROOTS] {
        self.shares.each_ref().map(|share| share.info().clone())
    }

    /// The public half of the first root. What a quorum is, is the same in all.
    pub(super) fn info(&self) -> &KeyInfo {
        self.shares[0].info()
    }
}

/// The number that records of a scheme's shares are bound to.
pub(super) fn number(scheme: Scheme) -> u8 {
    match scheme {
        Scheme::EcdsaSecp256k1 => 1,
        Scheme::SchnorrSecp256k1 => 2,
        Scheme::Ed25519 => 3,
        // A scheme that this version does not know has no records.
        _ => 0,
    }
}
