//! A request as it is shown: how far it is, who takes part, and the card with what it would do.

use serde::{Deserialize, Serialize};

use super::{AccountView, Severity};
use crate::event::Timestamp;

/// A request that waits for somebody.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct RequestView {
    /// Account that would act (EIP-55), none for a connection.
    pub account: Option<AccountView>,
    /// Which call of how many that its site sends together, from 1 (EIP-5792).
    pub bundle: Option<(usize, usize)>,
    /// What this device read from the raw bytes.
    pub card: Card,
    /// This device's owner may decide now.
    pub can_decide: bool,
    /// When it arrived here.
    pub created_at: Timestamp,
    /// Each device of the signing, this one first.
    pub devices: Vec<DeviceStrip>,
    /// When it expires.
    pub expires_at: Timestamp,
    /// Its id, the same on every device.
    pub id: String,
    /// Name of the network.
    pub network: String,
    /// The asking origin; `this wallet` for requests of the owner's own.
    pub origin: String,
    /// This origin was never seen before.
    pub origin_is_new: bool,
    /// Name of the device that the request came from; none for this one.
    pub relayed_by: Option<String>,
    /// How far it is.
    pub status: RequestStatus,
}

/// How far a request is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "camelCase", rename_all_fields = "camelCase")]
pub enum RequestStatus {
    /// Signed, and on its way to the chain.
    Broadcasting,
    /// Signed, but the chain could not be reached: try again.
    BroadcastFailed {
        /// Plain sentence.
        message: String,
    },
    /// Nonce, fee and token data are being fetched.
    Preparing,
    /// Cannot be prepared: RPC down, insufficient funds. Nothing was signed.
    PrepareFailed {
        /// Plain sentence.
        message: String,
    },
    /// The owner may decide.
    Review,
    /// Approved here; the last messages are on their way.
    Signing,
    /// The signing session ended without a signature; nothing was signed. Try again.
    Stalled {
        /// Plain sentence.
        message: String,
    },
    /// Approved here; others are awaited.
    WaitingForOthers,
}

/// A device's part in a request.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct DeviceStrip {
    /// Device id, hex.
    pub id: String,
    /// Last heard of, for an offline device.
    pub last_seen: Option<Timestamp>,
    /// This very device.
    pub me: bool,
    /// Its name.
    pub name: String,
    /// It takes part in this signing; others could be chosen instead.
    pub signs: bool,
    /// Its state.
    pub state: DeviceState,
}

/// What a device does with a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum DeviceState {
    /// Said yes.
    Approved,
    /// Has it; nobody looked yet.
    Notified,
    /// Its channel is down.
    Offline,
    /// Its owner has it on screen.
    Opened,
    /// Refused; the sentence is in the request's status or a notice.
    Rejected,
    /// It was sent, no word yet.
    Sent,
}

/// What a request would do, decoded on this device from the raw bytes. The same on every device.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Card {
    /// Hash that will be signed, `0x` hex; empty where nothing is signed (connect, networks).
    pub digest: String,
    /// The digest as words, to compare by eye.
    pub digest_words: Vec<String>,
    /// The fee, for transactions.
    pub fee: Option<FeeView>,
    /// Verb sentence: `Send 250 USDC to 0x12…ab`.
    pub headline: String,
    /// What kind of request it is.
    pub kind: CardKind,
    /// The owner may put a limit here; none where there is nothing to limit.
    pub limit: Option<LimitView>,
    /// The raw request, inert, for the raw tab.
    pub raw: String,
    /// What to look at twice, worst first.
    pub risks: Vec<RiskView>,
    /// Everything decoded, in order.
    pub rows: Vec<CardRow>,
    /// The rule that asks for this decision: `Both devices decide, because …`.
    pub rule: String,
    /// What this device's own node says that it would move; none for what is no transaction.
    pub simulation: Option<SimulationView>,
}

/// An approval without limit that the owner may limit.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct LimitView {
    /// What the account has of it now, in whole units, if known.
    pub suggestion: Option<String>,
    /// Symbol.
    pub symbol: String,
    /// Token contract (EIP-55).
    pub token: String,
}

/// What a transaction would move, as this device's own node says. Nothing that is signed depends on it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct SimulationView {
    /// What the account has more or less of afterwards, fees left out, and what others may take.
    pub changes: Vec<ChangeView>,
    /// Plain sentence; says so plainly where nothing is known.
    pub message: String,
    /// How far it is, or how it ended.
    pub status: SimulationStatus,
}

/// How far a simulation is, or how it ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum SimulationStatus {
    /// The changes are known.
    Changes,
    /// There is none; the message says why.
    NotSimulated,
    /// The node is asked.
    Pending,
    /// It would fail.
    Reverts,
    /// It would not fail; what it moves is not known.
    RunOnly,
}

/// A change that a transaction would make.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ChangeView {
    /// Which way.
    pub kind: ChangeKind,
    /// What to know about it, such as that its symbol is the contract's own word.
    pub note: Option<String>,
    /// Who may take (EIP-55), for allowances.
    pub spender: Option<String>,
    /// `−0.25 ETH`, `+430 USDC`, `0x70…c8 may take 5 USDC`.
    pub text: String,
    /// Token contract (EIP-55), none for the chain's own coin.
    pub token: Option<String>,
}

/// Which way a change goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum ChangeKind {
    /// Someone may take it later, or no longer.
    Allowance,
    /// It comes.
    In,
    /// It leaves.
    Out,
}

/// What kind of request a card shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum CardKind {
    /// Add or switch a network (decided on this device alone).
    AddNetwork,
    /// A token or NFT approval, a permit in disguise included.
    Approval,
    /// Connect a site (decided on this device alone).
    Connect,
    /// A contract call or deployment.
    ContractCall,
    /// A message (EIP-191).
    Message,
    /// A transfer of the native currency or a token.
    Send,
    /// An ERC-4361 sign-in.
    SignIn,
    /// Typed data (EIP-712).
    TypedData,
    /// Watch a token (decided on this device alone).
    WatchToken,
}

/// A decoded line.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct CardRow {
    /// How deep it is nested, from 0.
    pub depth: u8,
    /// What it is: `To`, `Amount`, `Spender`, `Nonce`.
    pub label: String,
    /// How to draw the value.
    pub style: RowStyle,
    /// The value, in full.
    pub value: String,
}

/// How to draw a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum RowStyle {
    /// A full address: monospace, in groups, copyable.
    Address,
    /// An amount with its symbol: prominent.
    Amount,
    /// Bytes: monospace, wrapped.
    Code,
    /// A heading for deeper rows.
    Heading,
    /// A stranger's message: boxed, wrapped, exactly as given.
    Message,
    /// Anything else.
    Text,
}

/// Something to look at twice.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct RiskView {
    /// Pinned code such as `risk/unlimited-approval`.
    pub code: String,
    /// Plain sentence.
    pub message: String,
    /// How bad it is.
    pub severity: Severity,
}

/// A transaction's fee.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct FeeView {
    /// The initiating device may edit it.
    pub editable: bool,
    /// Likely fee in the native currency with its symbol: `0.00042 ETH`.
    pub estimate: String,
    /// Gas that it is expected to use; none while nobody has told.
    pub gas_expected: Option<u64>,
    /// Gas limit.
    pub gas_limit: u64,
    /// The expectation comes from running the transaction in advance, not from an estimate of its limit.
    pub gas_simulated: bool,
    /// Most it can cost.
    pub maximum: String,
    /// `maxFeePerGas` (or `gasPrice`) in gwei, decimal text.
    pub max_fee_gwei: String,
    /// `maxPriorityFeePerGas` in gwei, decimal text; empty for legacy transactions.
    pub priority_fee_gwei: String,
    /// Chosen speed; none for a custom fee.
    pub speed: Option<FeeSpeed>,
    /// What it costs at each speed, where known.
    pub speeds: Vec<SpeedView>,
}

/// What a transaction costs at a speed, in the native currency with its symbol.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct SpeedView {
    /// Likely fee: expected gas at the next block's price.
    pub expected: String,
    /// Most it can cost: the gas limit at the highest price.
    pub maximum: String,
    /// Which.
    pub speed: FeeSpeed,
}

/// A suggested fee.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum FeeSpeed {
    /// 10th percentile tip.
    Slow,
    /// Median tip.
    Normal,
    /// 90th percentile tip.
    Fast,
}
