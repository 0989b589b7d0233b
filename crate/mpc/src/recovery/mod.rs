//! The recovery share: a share that no device holds, sealed by every dealer to a key that comes from a code on paper.
//!
//! docs/recovery.md has the protocol in numbered steps, its parameters and what is proven. Here are the keys
//! ([`RecoveryKey`], [`RecoverySecret`]), which parties of a quorum may be absent ([`InvalidAbsent`]), the sealing of one
//! dealer's evaluations with its proof (`seal`), and what all dealers sealed to one party ([`SealedShare`]).
//!
//! What this module refuses to do: to open a sealed share into anything but [`KeyShare`](crate::KeyShare)s that were
//! compared with their verification shares.

mod absent;
mod instance;
mod key;
pub(crate) mod seal;
mod share;

pub use self::absent::{InvalidAbsent, MAX_ABSENT};
pub use self::key::{ENTROPY_LENGTH, RecoveryKey, RecoverySecret};
pub use self::share::{SealedPart, SealedShare, UnsealError};

pub(crate) use self::absent::{Absent, check_absent};

/// Instances of a proof: N of docs/recovery.md, 2.
pub const INSTANCES: usize = 165;
/// Of which so many stay unopened: u. C(165, 40) is above 2¹²⁸.
pub const UNOPENED: usize = 40;
