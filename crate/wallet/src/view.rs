//! What the screens draw: one value that holds everything a screen may show, and nothing secret.
//!
//! The host sends the whole [`View`] as JSON whenever it changed. Text that came from strangers (page titles,
//! messages, token names) is already inert: control, bidirectional and invisible characters are made visible
//! and lengths are capped. Addresses are EIP-55 checksummed here and lower case towards pages.

mod change;
mod lists;
mod nonces;
mod recovery;
mod request;

use serde::{Deserialize, Serialize};

pub use self::change::{ChangeDevice, ChangeRole, ChangeStage, QuorumChangeView, RotationView};
pub use self::lists::{PackView, PhishingView};
pub use self::nonces::{NonceView, WaitingState, WaitingView};
pub use self::recovery::{
    OpenedDeviceView, OpenedShareView, RecoveryDraftView, RecoveryShareView, RecoveryView,
};
pub use self::request::{
    Card, CardKind, CardRow, ChangeKind, ChangeView, DeviceState, DeviceStrip, FeeSpeed, FeeView, LimitView,
    RequestStatus, RequestView, RiskView, RowStyle, SimulationStatus, SimulationView, SpeedView,
};

use crate::event::Timestamp;

/// Everything that this device's screens may show.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct View {
    /// Accounts, by index. Empty before there is a key.
    pub accounts: Vec<AccountView>,
    /// What was decided, newest first (at most 200).
    pub activity: Vec<ActivityView>,
    /// What the selected account lets others take on the active network, as far as it was looked for.
    pub allowances: AllowancesView,
    /// Version of this build.
    pub app_version: String,
    /// Balances of the selected account on the active network; native currency first.
    pub balances: Vec<BalanceView>,
    /// Chain id of the active network.
    pub chain_id: u64,
    /// A change of who holds shares that is asked for or goes on.
    pub change: Option<QuorumChangeView>,
    /// The address book, by name.
    pub contacts: Vec<ContactView>,
    /// This wallet's devices, this one first.
    pub devices: Vec<DeviceView>,
    /// Items of collections that the owner watches on the active network.
    pub items: Vec<ItemView>,
    /// The record of what was decided here.
    pub journal: JournalView,
    /// Making of the key, while it goes on or has just failed.
    pub keygen: Option<KeygenView>,
    /// Networks, defaults first.
    pub networks: Vec<NetworkView>,
    /// What of the selected account waits for a block on the active network, in the order of nonces, gaps included.
    pub nonces: Vec<NonceView>,
    /// What the owner should know, newest first.
    pub notices: Vec<Notice>,
    /// Time of this view; countdowns are relative to it.
    pub now: Timestamp,
    /// Descriptors that the owner has loaded.
    pub pack: Option<PackView>,
    /// An invitation or a join in progress.
    pub pairing: Option<PairingView>,
    /// The passkey that opens this device beside the password.
    pub passkey: Option<PasskeyView>,
    /// Lists of sites that steal.
    pub phishing: PhishingView,
    /// Where the device is in its life.
    pub phase: Phase,
    /// Recovery shares. Empty while locked.
    pub recovery: RecoveryView,
    /// The relay socket.
    pub relay: RelayView,
    /// Requests that wait, oldest first.
    pub requests: Vec<RequestView>,
    /// Comparison of all devices before a key is made.
    pub roster: Option<RosterView>,
    /// When the shares were renewed. None before there is a key, and while locked.
    pub rotation: Option<RotationView>,
    /// Index of the selected account.
    pub selected_account: u32,
    /// Settings.
    pub settings: SettingsView,
    /// Connected sites.
    pub sites: Vec<SiteView>,
    /// How many must sign; 0 before there is a key.
    pub threshold: u16,
}

/// Where a device is in its life.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Phase {
    /// Nothing is set up: show Create / Join.
    Fresh,
    /// Identity and vault exist, no key yet: pairing and key creation.
    Linking,
    /// Set up, vault closed.
    Locked,
    /// There is a key and the vault is open.
    Ready,
    /// Stored data cannot be used; a notice says why and what to do.
    Unusable,
}

/// An account.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct AccountView {
    /// EIP-55 address.
    pub address: String,
    /// BIP-44 address index.
    pub index: u32,
    /// The owner's name for it.
    pub name: String,
    /// Derivation path, `m/44/60/0/0/0`.
    pub path: String,
}

/// A balance.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct BalanceView {
    /// Exact amount in whole units, decimal text; none while unknown (never shown as zero).
    pub amount: Option<String>,
    /// Decimals.
    pub decimals: u8,
    /// Token name or name of the currency.
    pub name: String,
    /// Symbol.
    pub symbol: String,
    /// ERC-20 contract (EIP-55), none for the native currency.
    pub token: Option<String>,
}

/// A name in the address book.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ContactView {
    /// EIP-55 address.
    pub address: String,
    /// The owner's name for it.
    pub name: String,
}

/// What an account lets others take.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct AllowancesView {
    /// Those that may still hold.
    pub list: Vec<AllowanceView>,
    /// How far was looked, in a sentence; empty before.
    pub message: String,
}

/// Something that someone may take.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct AllowanceView {
    /// How much, in whole units where the decimals are known; none if without limit, or not known.
    pub amount: Option<String>,
    /// Every item of a collection.
    pub every: bool,
    /// The token itself was asked.
    pub known: bool,
    /// Who may take (EIP-55).
    pub spender: String,
    /// Its name, if someone has given it one.
    pub spender_name: Option<String>,
    /// The token's symbol, if known.
    pub symbol: Option<String>,
    /// The token's contract (EIP-55).
    pub token: String,
    /// Without a meaningful limit.
    pub unlimited: bool,
}

/// A network.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct NetworkView {
    /// Chain id (EIP-155).
    pub chain_id: u64,
    /// Added by the owner or a site, so it can be removed.
    pub custom: bool,
    /// Block explorer, may be empty.
    pub explorer_url: String,
    /// Name.
    pub name: String,
    /// Whether its RPC answered last time; none before the first question.
    pub reachable: Option<bool>,
    /// RPC.
    pub rpc_url: String,
    /// Symbol of the native currency.
    pub symbol: String,
    /// Coins on it are worth nothing.
    pub testnet: bool,
}

/// A device of this wallet (or paired for a wallet to be made).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct DeviceView {
    /// Its app version, once heard.
    pub app_version: Option<String>,
    /// It says that its share is of an earlier epoch than the wallet's, or that it has none: it cannot sign until it has caught up.
    pub behind: bool,
    /// Share epoch, once there is a key.
    pub epoch: Option<u32>,
    /// It was put back to an earlier state, or exists twice: nothing is signed with it.
    pub fell_back: bool,
    /// It held a share of this wallet and holds none any more.
    pub former: bool,
    /// Device id, hex.
    pub id: String,
    /// What it is.
    pub kind: DeviceKind,
    /// Last heard of.
    pub last_seen: Option<Timestamp>,
    /// This very device.
    pub me: bool,
    /// Its name.
    pub name: String,
    /// Its channel is up.
    pub online: bool,
    /// Its party index, once there is a key.
    pub party: Option<u16>,
    /// When it last took part in a test signature, as far as this device knows.
    pub tested_at: Option<Timestamp>,
}

/// What a device is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum DeviceKind {
    /// A browser extension.
    Browser,
    /// A headless program.
    Cosigner,
    /// A phone or another page of the web app.
    Phone,
}

/// The relay socket.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum RelayView {
    /// Opening.
    Connecting,
    /// Not wanted now (locked, or nothing paired).
    Off,
    /// Open.
    Online,
    /// Cannot be reached; tries go on by themselves.
    Unreachable,
}

/// An invitation or a join in progress.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct PairingView {
    /// When the invitation dies.
    pub expires_at: Option<Timestamp>,
    /// The link and the text of the QR code; only on the inviting device.
    pub link: Option<String>,
    /// Name of the other device, once known.
    pub peer_name: Option<String>,
    /// How far it is.
    pub stage: PairingStage,
    /// The six symbols, once both sides revealed.
    pub symbols: Vec<SymbolView>,
}

/// How far a pairing is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "camelCase", rename_all_fields = "camelCase")]
pub enum PairingStage {
    /// The owner must compare the symbols on this device.
    Compare,
    /// Messages are exchanged.
    Connecting,
    /// Done; the device is in [`View::devices`].
    Done,
    /// Over without a pairing.
    Failed {
        /// Pinned code: `pairing/expired`, `pairing/used`, `pairing/different`, `pairing/cancelled`, …
        code: String,
        /// Plain sentence.
        message: String,
    },
    /// The link is shown, nobody came yet.
    Waiting,
    /// This owner said "same"; the other device is awaited.
    WaitingForPeer,
}

/// One of the six symbols.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct SymbolView {
    /// The emoji.
    pub emoji: String,
    /// Its English name, which is also read aloud.
    pub name: String,
}

/// Comparison of all devices before a key is made.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct RosterView {
    /// This owner has confirmed here.
    pub confirmed: bool,
    /// Names of the devices that will hold shares, with whether each has confirmed.
    pub devices: Vec<(String, bool)>,
    /// The sheet of the recovery share that is dealt too, as in [`RecoveryShareView::sheet`].
    pub recovery: Option<String>,
    /// How many must sign.
    pub threshold: u16,
    /// The words that every device must show.
    pub words: Vec<String>,
}

/// Making of the key.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct KeygenView {
    /// Steps done, of [`KeygenView::total`].
    pub done: u16,
    /// Why it failed and what is safe; the owner may try again.
    pub error: Option<String>,
    /// What goes on, or who is awaited.
    pub stage: String,
    /// Number of steps.
    pub total: u16,
    /// Names of the devices that are awaited.
    pub waiting_for: Vec<String>,
}

/// Something the owner should know.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Notice {
    /// Pinned code such as `store/full`.
    pub code: String,
    /// For [`crate::command::Command::DismissNotice`].
    pub id: u64,
    /// Plain sentence: what happened, what is safe, what to do.
    pub message: String,
    /// How bad it is.
    pub severity: Severity,
}

/// How bad something is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Severity {
    /// For information.
    Info,
    /// Look twice.
    Warning,
    /// Needs an acknowledgement and a hold.
    Danger,
}

/// What was decided.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ActivityView {
    /// When it was decided.
    pub at: Timestamp,
    /// Chain id.
    pub chain_id: u64,
    /// Names of the devices that signed.
    pub devices: Vec<String>,
    /// Link to the block explorer, where there is one.
    pub explorer_url: Option<String>,
    /// Verb sentence.
    pub headline: String,
    /// The request's id.
    pub id: String,
    /// What kind of request it was.
    pub kind: CardKind,
    /// Its place in the account's line, for transactions.
    pub nonce: Option<u64>,
    /// Who asked.
    pub origin: String,
    /// How it ended.
    pub outcome: Outcome,
    /// It is not in a block yet, and can be sped up or cancelled from here.
    pub replaceable: bool,
    /// Transaction hash, `0x` hex.
    pub transaction: Option<String>,
}

/// How a request ended.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "camelCase", rename_all_fields = "camelCase")]
pub enum Outcome {
    /// In a block and successful.
    Confirmed {
        /// Block number.
        block: u64,
    },
    /// Not decided in time.
    Expired,
    /// In a block, but reverted.
    Failed {
        /// Block number.
        block: u64,
    },
    /// The owner, a policy or another device said no.
    Rejected {
        /// Plain sentence.
        message: String,
    },
    /// Another transaction took its place; this one never happened.
    Replaced,
    /// Signed (messages), nothing to broadcast.
    Signed,
    /// Broadcast, not in a block yet.
    Submitted,
}

/// Settings.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct SettingsView {
    /// Minutes without use until the vault locks.
    pub auto_lock_minutes: u32,
    /// Whether this wallet answers at `window.ethereum`.
    pub default_provider: bool,
    /// This device's name.
    pub device_name: String,
    /// The relay.
    pub relay_url: String,
    /// Light, dark or the system's.
    pub theme: Theme,
}

/// The journal of decisions.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct JournalView {
    /// How many decisions it counts.
    pub entries: u64,
    /// Hash of the newest, hex.
    pub head: String,
    /// Whether it is as it was written.
    pub state: JournalState,
}

/// Whether the journal is as it was written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "camelCase")]
pub enum JournalState {
    /// Entries at its end are gone.
    CutOff {
        /// The newest entry that there was.
        number: u64,
    },
    /// An entry is not what was written, or stands in another one's place.
    Edited {
        /// Which.
        number: u64,
    },
    /// An entry is gone.
    Missing {
        /// Which.
        number: u64,
    },
    /// It is.
    #[default]
    Whole,
}

/// A passkey that opens this device. Public: without its authenticator it opens nothing.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct PasskeyView {
    /// Credential id, hex.
    pub credential: String,
    /// What its function is asked for, 32 bytes, hex.
    pub salt: String,
}

/// Light, dark or the system's.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Theme {
    /// Dark.
    Dark,
    /// Light.
    Light,
    /// As the system says.
    #[default]
    System,
}

/// An item of a collection.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ItemView {
    /// The collection's contract (EIP-55).
    pub contract: String,
    /// Its number in the collection, decimal text.
    pub number: String,
    /// `ERC-721` or `ERC-1155`.
    pub standard: String,
}

/// A site that is connected, or that the owner has set rules for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct SiteView {
    /// Addresses it may see (EIP-55); none if it is not connected.
    pub accounts: Vec<String>,
    /// The provider says `isMetaMask` there.
    pub compatibility: bool,
    /// Since when.
    pub connected_at: Timestamp,
    /// Its frames inside of other sites' pages may ask.
    pub frames: bool,
    /// Last request.
    pub last_used: Timestamp,
    /// Nothing that it asks reaches the owner.
    pub muted: bool,
    /// The origin.
    pub origin: String,
}
