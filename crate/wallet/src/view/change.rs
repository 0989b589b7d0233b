//! What the screens draw of changes of who holds shares.

use serde::{Deserialize, Serialize};

use crate::event::Timestamp;

/// A change of who holds shares.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct QuorumChangeView {
    /// This owner has agreed to it here.
    pub agreed: bool,
    /// The devices that take part.
    pub devices: Vec<ChangeDevice>,
    /// Steps done, of [`QuorumChangeView::total`].
    pub done: u16,
    /// For [`crate::command::Command::ConfirmChange`], while it is asked for.
    pub id: String,
    /// What changes, a line each, as this device reads it in the plan. Empty where it is not known any more.
    pub lines: Vec<String>,
    /// Name of the device that proposed it, while it is asked for.
    pub proposer: String,
    /// The very same devices get new shares: no power moves.
    pub rotation: bool,
    /// How far it is.
    pub stage: ChangeStage,
    /// Number of steps.
    pub total: u16,
    /// The words that every device must show; none if no device joins.
    pub words: Vec<String>,
}

/// How far a change is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum ChangeStage {
    /// The owners must agree, on every device.
    Asked,
    /// New shares are dealt and stored.
    Dealing,
    /// New shares are tested with signatures.
    Testing,
}

/// A device that takes part in a change.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ChangeDevice {
    /// Its name.
    pub name: String,
    /// Its owner has agreed; later, it is not awaited.
    pub ready: bool,
    /// What becomes of it.
    pub role: ChangeRole,
}

/// What becomes of a device.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum ChangeRole {
    /// It gets its first share.
    Joins,
    /// It helps, and then drops its share.
    Leaves,
    /// It gets a new share for its old one.
    Stays,
}

/// When the shares were renewed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct RotationView {
    /// It is time to do it again.
    pub due: bool,
    /// When it is.
    pub due_at: Timestamp,
    /// When the shares in use were tested with signatures; none if an earlier version made them.
    pub rotated_at: Option<Timestamp>,
    /// A change was left unfinished: this device keeps new shares that not all devices are known to have stored.
    pub unfinished: bool,
}
