//! What the owner can tell a device, from its own screens only.
//!
//! Commands come from extension pages, the phone's page or the cosigner's terminal, never from a dApp.
//! They are serialised as JSON: `{"type":"unlock","password":"…"}`.

use serde::{Deserialize, Serialize};

use crate::view::{FeeSpeed, Theme};

/// Longest text of [`Command::LoadPack`], in bytes.
pub const MAX_PACK_BYTES: usize = symbolon_chain::clear::pack::MAX_PACK;
/// Longest text of [`Command::SetPhishingList`], in bytes.
pub const MAX_PHISHING_BYTES: usize = symbolon_chain::site::MAX_PHISHING_TEXT;

/// An order of the owner.
#[derive(Clone, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "camelCase", rename_all_fields = "camelCase")]
pub enum Command {
    /// Goes on with a device that fell back, as it is now.
    AcceptDevice {
        /// Its id, as in [`crate::view::DeviceView::id`].
        device: String,
    },
    /// Derives the next account (BIP-44 address index).
    AddAccount {
        /// The owner's name for it; empty for a default.
        name: String,
    },
    /// Adds a network after asking its RPC for the chain id.
    AddNetwork {
        /// Chain id (EIP-155).
        chain_id: u64,
        /// Name shown.
        name: String,
        /// `https://…`, or loopback `http://…`.
        rpc_url: String,
        /// Symbol of the native currency.
        symbol: String,
        /// Block explorer, may be empty.
        explorer_url: String,
    },
    /// Lets a passkey open the vault too, in the place of an earlier one. The password was given just before, with
    /// [`Command::AllowPasskey`].
    AddPasskey {
        /// Credential id, hex.
        credential: String,
        /// The 32 bytes that its function was asked for, hex.
        salt: String,
        /// The 32 bytes that it made of them, hex. Opens the vault: a secret like a password.
        output: String,
    },
    /// Watches an ERC-20 token on the active network.
    AddToken {
        /// Contract address, `0x` hex.
        address: String,
    },
    /// Gives the password, so that a passkey may be added.
    AllowPasskey {
        /// The present one.
        password: String,
    },
    /// Approves a request on this device.
    Approve {
        /// The request.
        request: String,
        /// The digest that the screen showed, `0x` hex: an approval of anything else is refused.
        digest: String,
    },
    /// Asks for a transfer of nothing in the place of a transaction that is not in a block yet.
    CancelTransaction {
        /// Its id in the activity.
        id: String,
    },
    /// Ends pairing; the invitation is dead afterwards.
    CancelPairing,
    /// Reads the recovery file that the owner has kept again: is it the one that is in force?
    CheckRecoveryFile {
        /// Its bytes, hex.
        file: String,
    },
    /// Changes the password of the vault.
    ChangePassword {
        /// The present one.
        old: String,
        /// The new one.
        new: String,
    },
    /// Proposes another set of devices that hold shares, or new shares for the same ones, to all devices that it
    /// concerns. Nothing happens before their owners agree.
    ChangeDevices {
        /// Paired devices that shall get a share, by id.
        add: Vec<String>,
        /// Devices that shall hold none any more, by id.
        remove: Vec<String>,
        /// How many must sign afterwards; as before, if none.
        threshold: Option<u16>,
        /// The owner accepted, in words, that losing one device then loses the funds.
        accept_no_spare: bool,
        /// Deal a new recovery share to the code that was drawn and typed in again here.
        new_recovery: bool,
        /// Recovery shares that shall be none any more, by party, as in
        /// [`crate::view::RecoveryShareView::party`].
        drop_recovery: Vec<u16>,
    },
    /// Which devices shall co-sign a request with this one (party devices as in [`crate::view::DeviceView::id`]).
    ChooseCosigners {
        /// The request.
        request: String,
        /// Device ids, exactly threshold − 1 of them.
        devices: Vec<String>,
    },
    /// Answers the change that is on screen.
    ConfirmChange {
        /// Its id, as in [`crate::view::QuorumChangeView::id`]: nobody agrees to another one than was shown.
        change: String,
        /// Yes or no.
        agree: bool,
    },
    /// Shows that the owner has the code that was drawn here: typed in from paper.
    ConfirmRecoveryCode {
        /// The code; or as many guardians' codes as are needed; none for a passkey.
        codes: Vec<String>,
        /// What the passkey made, asked once more: 32 bytes, hex. A secret like a code.
        passkey: Option<String>,
    },
    /// Answers "are the six symbols the same on both devices?".
    ConfirmPairing {
        /// Yes or no.
        same: bool,
    },
    /// Answers "are the words the same on every device?", before a key is made.
    ConfirmRoster {
        /// Yes or no.
        same: bool,
    },
    /// Makes the key with all paired devices.
    CreateKey {
        /// How many devices must sign, 2 ≤ t ≤ number of devices.
        threshold: u16,
        /// The owner accepted, in words, that losing one device of a t = n wallet loses the funds.
        accept_no_spare: bool,
        /// One more share, which no device holds, for the recovery code that was drawn and typed in again here.
        recovery: bool,
    },
    /// Takes a site's permissions away.
    DisconnectSite {
        /// The origin as shown in [`crate::view::SiteView::origin`].
        origin: String,
    },
    /// Dismisses a notice.
    DismissNotice {
        /// Its id.
        notice: u64,
    },
    /// Draws a recovery code; the answer gives it, or guardians' codes, one a line. No device keeps it.
    DrawRecoveryCode {
        /// Split it: any `needed` of `guardians` codes make it. The owner's own code, if none.
        guardians: Option<Guardians>,
        /// Take a passkey for the code instead: what it made of [`crate::backup::PASSKEY_SALT`], 32 bytes, hex. The answer is empty.
        passkey: Option<String>,
    },
    /// Edits the fee of a pending transaction; starts its signing afresh.
    EditFee {
        /// The request.
        request: String,
        /// The choice.
        fee: FeeChoice,
    },
    /// Erases everything on this device after the owner typed the confirmation word.
    EraseDevice {
        /// Must be `erase`.
        confirmation: String,
    },
    /// Asks the network what the selected account lets others take.
    FindAllowances,
    /// Forgets a paired device that holds no share, before there is a key.
    ForgetDevice {
        /// Its id, as in [`crate::view::DeviceView::id`].
        device: String,
    },
    /// Forgets the recovery code that was drawn here, and the recovery share that was opened here.
    ForgetRecovery,
    /// Asks for the recovery file of a party; the answer gives its bytes, hex.
    GiveRecoveryFile {
        /// As in [`crate::view::RecoveryShareView::party`].
        party: u16,
    },
    /// Shows a new invitation.
    Invite,
    /// Joins with the link that the other device shows.
    JoinPairing {
        /// The link or the text of the QR code.
        link: String,
    },
    /// Puts the owner's limit into an unlimited approval; starts its signing afresh.
    LimitApproval {
        /// The request.
        request: String,
        /// In whole units of the token, decimal text.
        amount: String,
    },
    /// Puts a pack of descriptors (ERC-7730) in the place of the owner's earlier one.
    LoadPack {
        /// The pack, as [`symbolon_chain::clear::pack::write`] writes it.
        text: String,
    },
    /// Locks the vault and wipes what is in memory.
    Lock,
    /// Opens a recovery share on a device that holds none of this wallet.
    OpenRecoveryFile {
        /// The file's bytes, hex.
        file: String,
        /// The recovery code; or as many guardians' codes as are needed; none for a passkey.
        codes: Vec<String>,
        /// What the passkey made that stands for the code: 32 bytes, hex. A secret like a code.
        passkey: Option<String>,
    },
    /// The owner has this request on screen.
    OpenRequest {
        /// The request.
        request: String,
    },
    /// Asks the chain for balances and pending transactions again.
    Refresh,
    /// Rejects a request.
    Reject {
        /// The request.
        request: String,
    },
    /// Rejects all waiting requests.
    RejectAll,
    /// Takes a name out of the address book.
    RemoveContact {
        /// Its address, `0x` hex.
        address: String,
    },
    /// Removes a network that the owner added.
    RemoveNetwork {
        /// Its chain id.
        chain_id: u64,
    },
    /// Takes the owner's pack of descriptors away.
    RemovePack,
    /// Lets only the password open the vault again.
    RemovePasskey,
    /// Takes the owner's list of sites that steal away; the one that ships stays.
    RemovePhishingList,
    /// Takes a token off the active network's list; what it holds stays where it is.
    RemoveToken {
        /// Contract address, `0x` hex.
        address: String,
    },
    /// Begins the journal anew after its owner saw that it was changed outside of the wallet.
    RestartJournal,
    /// Broadcasts a signed transaction again.
    RetryBroadcast {
        /// The request.
        request: String,
    },
    /// Signs a stalled request again, in a new session.
    RetrySigning {
        /// The request.
        request: String,
    },
    /// Asks for a transaction that takes an allowance back.
    Revoke {
        /// The token's contract, `0x` hex.
        token: String,
        /// Who may take, `0x` hex.
        spender: String,
        /// Of every item of a collection, instead of an amount.
        every: bool,
    },
    /// Selects the account of the screens and of newly connected sites.
    SelectAccount {
        /// Its address index.
        index: u32,
    },
    /// Selects the active network.
    SelectNetwork {
        /// Its chain id.
        chain_id: u64,
    },
    /// Asks to send from this wallet's own screen; becomes a request like any other.
    Send {
        /// Recipient, `0x` hex, checksummed or not.
        to: String,
        /// Amount in whole units, decimal text such as `1.5`.
        amount: String,
        /// ERC-20 contract, or none for the native currency.
        token: Option<String>,
    },
    /// Changes a setting.
    Set {
        /// The setting.
        setting: Setting,
    },
    /// Names an address in the address book, anew or for the first time.
    SetContact {
        /// `0x` hex, checksummed or not.
        address: String,
        /// The owner's name for it, 1 to 40 characters.
        name: String,
    },
    /// Puts a list of sites that steal in the place of the owner's earlier one.
    SetPhishingList {
        /// One host a line; what follows a `#` is left out.
        text: String,
    },
    /// Sets a rule for a site.
    SetSite {
        /// The origin as shown in [`crate::view::SiteView::origin`] or on its request.
        origin: String,
        /// The rule.
        rule: SiteRule,
    },
    /// First run: names the device, makes its identity, and seals the vault under a password.
    SetUp {
        /// Name that the owner's other devices will show.
        device_name: String,
        /// Password, 8 characters or more.
        password: String,
        /// Relay, `wss://…/v1/relay`, or loopback `ws://…`.
        relay_url: String,
    },
    /// Asks for a transaction again, with a higher fee, while it is not in a block yet.
    SpeedUp {
        /// Its id in the activity.
        id: String,
    },
    /// The owner did something: puts off auto-lock.
    Touch,
    /// Opens the vault.
    Unlock {
        /// The password.
        password: String,
    },
    /// Opens the vault with the passkey of [`crate::view::View::passkey`].
    UnlockWithPasskey {
        /// The 32 bytes that it made of the salt, hex.
        output: String,
    },
}

/// Into how many codes for guardians a recovery code is split.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Guardians {
    /// How many make the code, 2 to `guardians`.
    pub needed: u8,
    /// How many there are, at most 16.
    pub guardians: u8,
}

/// The owner's choice of fee.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "camelCase", rename_all_fields = "camelCase")]
pub enum FeeChoice {
    /// By hand (EIP-1559), decimal text.
    Custom {
        /// `maxFeePerGas` in gwei.
        max_fee_gwei: String,
        /// `maxPriorityFeePerGas` in gwei.
        priority_fee_gwei: String,
        /// Gas limit.
        gas_limit: u64,
    },
    /// One of the suggested speeds.
    Speed {
        /// Which.
        speed: FeeSpeed,
    },
}

/// A setting that the owner can change.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "camelCase", rename_all_fields = "camelCase")]
pub enum Setting {
    /// Minutes without use until the vault locks, 1 to 15.
    AutoLock {
        /// Minutes.
        minutes: u32,
    },
    /// Whether this wallet answers at `window.ethereum`.
    DefaultProvider {
        /// Yes or no.
        on: bool,
    },
    /// This device's name.
    DeviceName {
        /// The name.
        name: String,
    },
    /// The relay.
    Relay {
        /// `wss://…`, or loopback `ws://…`.
        url: String,
    },
    /// Light, dark or the system's.
    Theme {
        /// The choice.
        theme: Theme,
    },
}

/// A rule that the owner sets for a site.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "camelCase", rename_all_fields = "camelCase")]
pub enum SiteRule {
    /// The provider says `isMetaMask` there, for sites that know no other wallet.
    Compatibility {
        /// Yes or no.
        on: bool,
    },
    /// Its frames inside of other sites' pages may ask.
    Frames {
        /// Yes or no.
        on: bool,
    },
    /// Nothing that it asks reaches the owner.
    Muted {
        /// Yes or no.
        on: bool,
    },
}

impl core::fmt::Debug for Command {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str("Command(<redacted>)") // passwords travel in commands
    }
}
