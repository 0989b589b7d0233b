//! What the screens draw of recovery shares.

use serde::{Deserialize, Serialize};

use crate::event::Timestamp;

/// Recovery shares: those of the wallet, one that is being prepared, and one that was opened here.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct RecoveryView {
    /// A code that was drawn here and has no share yet.
    pub draft: Option<RecoveryDraftView>,
    /// No file was kept yet, so that no address is to be shown.
    pub must_keep: bool,
    /// A share that was opened on this device, from its file and code.
    pub opened: Option<OpenedShareView>,
    /// The shares of the wallet, by party.
    pub shares: Vec<RecoveryShareView>,
}

/// A recovery code that was drawn here.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct RecoveryDraftView {
    /// The owner has typed it in again, so that a share can be sealed to it.
    pub confirmed: bool,
    /// How many of the codes must be typed in: 1 for the owner's, more for guardians'; 0 where a passkey is asked once more.
    pub needed: u16,
    /// Names the sheet, as in [`RecoveryShareView::sheet`].
    pub sheet: String,
}

/// A share that no device holds.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct RecoveryShareView {
    /// Its file was chosen again on one of the devices and found to be the one that is in force.
    pub kept: bool,
    /// When the file was made.
    pub made_at: Timestamp,
    /// For [`crate::command::Command::GiveRecoveryFile`].
    pub party: u16,
    /// Names the sheet with its code: eight letters of a hash of the recovery key, in two groups.
    pub sheet: String,
}

/// A recovery share that was opened on this device, which holds no other.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct OpenedShareView {
    /// The devices of the wallet, as the file and what is known of them say.
    pub devices: Vec<OpenedDeviceView>,
    /// When the file was made.
    pub made_at: Timestamp,
    /// How many more devices must be there to deal new shares; 0 once there are enough.
    pub missing: u16,
    /// A device of the wallet says that it has newer shares: what is wrong, and what to do.
    pub outdated: Option<String>,
    /// The sheet whose code opened it.
    pub sheet: String,
    /// How many must sign.
    pub threshold: u16,
}

/// A device that holds a share of the wallet whose recovery file was opened here.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct OpenedDeviceView {
    /// Its id, as in [`crate::view::DeviceView::id`].
    pub id: String,
    /// It is paired with this one, there, and says that it holds its share.
    pub here: bool,
    /// Its name, where this device knows it.
    pub name: String,
}
