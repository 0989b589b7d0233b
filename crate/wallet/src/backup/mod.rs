//! The recovery share as a person keeps it: a code on paper and a file anywhere (docs/recovery.md, 6 to 8).
//!
//! [`RecoveryCode`] is what the recovery key is made from, [`RecoveryFile`] holds the share that is sealed to it, and
//! [`split`] makes codes for guardians, some of whom together have the code. Nothing here knows a screen; the
//! sentences for what can be wrong are in [`messages`].
//!
//! A file is public: it opens with the code and with nothing else. Reading one is bounded, whatever it says, and nothing
//! of it is believed that does not fit the rest.

mod checksum;
mod code;
mod file;
mod guardian;
pub mod messages;

pub use code::{CodeError, PASSKEY_SALT, RecoveryCode, sheet_name};
pub use file::{FileError, MAX_FILE_BYTES, RecoveryFile};
pub use guardian::{GuardianCode, GuardianError, join, split};
