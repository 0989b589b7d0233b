//! The recovery file: docs/recovery.md, 7.

use serde::{Deserialize, Serialize};
use symbolon_mpc::recovery::{RecoveryKey, SealedShare, UnsealError};
use symbolon_mpc::share::KeyInfoParts;
use symbolon_mpc::{KeyInfo, KeyShare, PartyIndex, Quorum, Scheme, Tag, Transcript, wire};

use super::code::{RecoveryCode, sheet_name};

/// A share of every key of a wallet, sealed to a recovery code, with what is public about the keys.
///
/// The same bytes from every device: all of them know all of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RecoveryFile {
    created_at_ms: u64,
    /// At least one; all of one wallet, epoch and quorum.
    keys: Vec<KeyInfo>,
    sealed: SealedShare,
    /// What its bytes end in.
    hash: [u8; 32],
}

/// Why bytes are no recovery file, or why one does not serve.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum FileError {
    /// The bytes are not what was written, or do not fit each other.
    #[error("the recovery file was altered")]
    Altered,
    /// The file is of a later epoch than the wallet on this device.
    #[error("the file is of epoch {file}, the wallet of epoch {wallet}")]
    LaterEpoch {
        /// The file's epoch.
        file: u32,
        /// The wallet's.
        wallet: u32,
    },
    /// Written by a version that this one does not know.
    #[error("the recovery file is of a newer version, {0}")]
    NewerVersion(u8),
    /// No recovery file at all.
    #[error("this is no recovery file")]
    NotOurs,
    /// The file is of an earlier epoch than the wallet.
    #[error("the file is of epoch {file}, the wallet of epoch {wallet}")]
    OldEpoch {
        /// The file's epoch.
        file: u32,
        /// The wallet's.
        wallet: u32,
    },
    /// The file is another wallet's.
    #[error("the recovery file belongs to another wallet")]
    OtherWallet,
    /// The file ends too early.
    #[error("the recovery file is not complete")]
    Truncated,
    /// The code is whole, and is not this file's.
    #[error("the code does not open this file")]
    WrongCode,
}

/// What stands between head and hash.
#[derive(Serialize, Deserialize)]
struct Body {
    created_at_ms: u64,
    wallet: [u8; 32],
    epoch: u32,
    quorum: Quorum,
    roots: Vec<Root>,
    sealed: SealedShare,
}

/// What is a root's own.
#[derive(Serialize, Deserialize)]
struct Root {
    scheme: Scheme,
    public_key: Vec<u8>,
    chain_code: [u8; 32],
    verification_shares: Vec<Vec<u8>>,
}

impl RecoveryFile {
    /// The file of one sealed share of `keys`, which are all keys that were dealt together, in their order.
    /// `created_at_ms` is a time that the devices agreed on, as all else is, so that all write the same file.
    ///
    /// # Errors
    /// [`UnsealError`] if whoever has the code could not open it: everything is checked that can be without the code.
    pub fn new(created_at_ms: u64, keys: Vec<KeyInfo>, sealed: SealedShare) -> Result<Self, UnsealError> {
        sealed.verify(&keys)?;
        Ok(Self::hashed(created_at_ms, keys, sealed))
    }

    fn hashed(created_at_ms: u64, keys: Vec<KeyInfo>, sealed: SealedShare) -> Self {
        let mut this = Self { created_at_ms, keys, sealed, hash: [0; 32] };
        this.hash = hash(&this.head_and_body());
        this
    }

    /// Its bytes.
    pub fn encode(&self) -> Vec<u8> {
        let mut bytes = self.head_and_body();
        bytes.extend_from_slice(&self.hash);
        bytes
    }

    fn head_and_body(&self) -> Vec<u8> {
        let root = |key: &KeyInfo| {
            let KeyInfoParts { scheme, public_key, chain_code, verification_shares, .. } =
                key.parts().clone();
            Root { scheme, public_key, chain_code, verification_shares }
        };
        let body = wire::encode(&Body {
            created_at_ms: self.created_at_ms,
            wallet: *self.wallet(),
            epoch: self.epoch(),
            quorum: self.quorum().clone(),
            roots: self.keys.iter().map(root).collect(),
            sealed: self.sealed.clone(),
        });
        let mut bytes = MAGIC.to_vec();
        bytes.push(VERSION);
        bytes.extend_from_slice(&(body.len() as u32).to_be_bytes());
        bytes.extend_from_slice(&body);
        bytes
    }

    /// Names the file by all that is in it: the hash that it ends in.
    pub fn hash(&self) -> [u8; 32] {
        self.hash
    }

    /// Reads a file. What it says of its keys fits together; its proofs are not checked
    /// ([`RecoveryFile::verify`] does), for who opens it has no need of them.
    ///
    /// # Errors
    /// [`FileError`]: `NotOurs`, `Truncated`, `Altered`, `NewerVersion`.
    pub fn decode(bytes: &[u8]) -> Result<Self, FileError> {
        let is_beginning = MAGIC.starts_with(bytes) && !bytes.is_empty();
        let rest = match bytes.strip_prefix(MAGIC) {
            Some(rest) if bytes.len() <= MAX_FILE_BYTES => rest,
            None if is_beginning => return Err(FileError::Truncated),
            _ => return Err(FileError::NotOurs),
        };
        // Every version ends in the hash of all before it.
        let is_whole = bytes.split_last_chunk::<32>().is_some_and(|(all, last)| hash(all) == *last);
        let Some((version, rest)) = rest.split_first() else { return Err(FileError::Truncated) };
        if is_whole && *version > VERSION {
            return Err(FileError::NewerVersion(*version));
        }
        let Some((length, rest)) = rest.split_first_chunk::<4>() else { return Err(FileError::Truncated) };
        let expected = u32::from_be_bytes(*length) as usize;
        if *version == VERSION && rest.len().saturating_sub(32) < expected && expected <= MAX_FILE_BYTES {
            return Err(FileError::Truncated);
        }
        let (body, _) = rest.split_last_chunk::<32>().ok_or(FileError::Altered)?;
        if !is_whole || *version != VERSION || body.len() != expected {
            return Err(FileError::Altered);
        }
        Self::of_body(wire::decode(body).map_err(|_| FileError::Altered)?).ok_or(FileError::Altered)
    }

    /// The file of a body whose parts fit each other.
    fn of_body(body: Body) -> Option<Self> {
        let Body { created_at_ms, wallet, epoch, quorum, roots, sealed } = body;
        // What follows takes time for each root.
        let mut schemes: Vec<_> = roots.iter().map(|root| root.scheme).collect();
        schemes.sort();
        schemes.dedup();
        if schemes.len() != roots.len() {
            return None;
        }
        let key = |root: Root| {
            let Root { scheme, public_key, chain_code, verification_shares } = root;
            let quorum = quorum.clone();
            KeyInfo::new(KeyInfoParts {
                scheme,
                wallet,
                epoch,
                quorum,
                public_key,
                verification_shares,
                chain_code,
            })
        };
        let keys: Vec<_> = roots.into_iter().map(key).collect::<Result<_, _>>().ok()?;
        sealed.check(&keys).ok()?;
        Some(Self::hashed(created_at_ms, keys, sealed))
    }

    /// Checks the dealers' proofs: that the code opens it, without the code. Some ten milliseconds for each dealer.
    ///
    /// # Errors
    /// [`FileError::Altered`].
    pub fn verify(&self) -> Result<(), FileError> {
        self.sealed.verify(&self.keys).map_err(|_| FileError::Altered)
    }

    /// The shares of the keys, in their order, each compared with its verification share.
    ///
    /// # Errors
    /// [`FileError::WrongCode`], [`FileError::Altered`].
    pub fn open(&self, code: &RecoveryCode) -> Result<Vec<KeyShare>, FileError> {
        self.sealed.unseal(&self.keys, &code.secret()).map_err(|error| match error {
            UnsealError::WrongSecret => FileError::WrongCode,
            _ => FileError::Altered,
        })
    }

    /// Whether it is a share of this wallet as it is now.
    ///
    /// # Errors
    /// [`FileError`]: `OtherWallet`, `OldEpoch`, `LaterEpoch`.
    pub fn check_serves(&self, wallet: &[u8; 32], epoch: u32) -> Result<(), FileError> {
        if self.wallet() != wallet {
            return Err(FileError::OtherWallet);
        }
        match self.epoch().cmp(&epoch) {
            core::cmp::Ordering::Less => Err(FileError::OldEpoch { file: self.epoch(), wallet: epoch }),
            core::cmp::Ordering::Equal => Ok(()),
            core::cmp::Ordering::Greater => Err(FileError::LaterEpoch { file: self.epoch(), wallet: epoch }),
        }
    }

    /// When it was made, ms since 1970, as the devices agreed.
    pub fn created_at_ms(&self) -> u64 {
        self.created_at_ms
    }

    /// The keys that it is a share of: what a reshare starts from.
    pub fn keys(&self) -> &[KeyInfo] {
        &self.keys
    }

    /// The party whose share it is.
    pub fn party(&self) -> PartyIndex {
        self.sealed.party
    }

    /// What the share is sealed to.
    pub fn key(&self) -> Option<RecoveryKey> {
        RecoveryKey::of_device(self.quorum().device_of(self.party())?)
    }

    /// The name of the sheet with its code.
    pub fn sheet(&self) -> String {
        self.key().map(|key| sheet_name(&key)).unwrap_or_default()
    }

    /// The wallet.
    pub fn wallet(&self) -> &[u8; 32] {
        self.first().wallet()
    }

    /// Generation of the share.
    pub fn epoch(&self) -> u32 {
        self.first().epoch()
    }

    /// The parties of the keys, recovery parties included.
    pub fn quorum(&self) -> &Quorum {
        self.first().quorum()
    }

    fn first(&self) -> &KeyInfo {
        self.keys.first().expect("both constructors checked that there is a key")
    }
}

fn hash(bytes: &[u8]) -> [u8; 32] {
    Transcript::new(Tag::RecoveryFile).field(bytes).finish32()
}

/// Largest file that is read: 32 dealers of three roots fit in.
pub const MAX_FILE_BYTES: usize = 512 * 1024;
const MAGIC: &[u8] = b"Symbolon recovery file\n";
const VERSION: u8 = 1;
