//! Every sentence of the screens. What the wallet itself says comes ready in the view.
//!
//! Plain words; every wait says who is awaited, every failure what is safe.

use symbolon_wallet::view::JournalState;

macro_rules! messages {
    ($($name:ident = $text:literal;)*) => { $(pub const $name: &str = $text;)* };
}

mod history;
mod lists;
mod matrix;
mod membership;
mod recovery;
mod words;

pub use history::*;
pub use lists::*;
pub use matrix::*;
pub use membership::*;
pub use recovery::*;
pub use words::*;

messages! {
    PRODUCT = "Symbolon";
    TAGLINE = "A wallet whose key never exists in one place.";
    BACK = "Back";
    CANCEL = "Cancel";
    CLOSE = "Close";
    COPY = "Copy";
    COPIED = "Copied";
    DISMISS = "Dismiss";
    DONE = "Done";
    SAVE = "Save";
    SAVED = "Saved.";
    TRY_AGAIN = "Try again";
    REMOVE = "Remove";
    JUST_NOW = "just now";
    NOTICES = "Notices";
    SKIP = "Skip to content";
    WORKER_LOST = "Symbolon was restarted in between. Nothing was lost or signed by this; please try again.";
    RECONNECTING = "Reconnecting…";
    RELAY_UNREACHABLE = "The relay cannot be reached, so your devices cannot find each other. Symbolon keeps trying by itself; your funds are safe.";

    WELCOME_TITLE = "Welcome to Symbolon";
    WELCOME_TEXT = "Your key is made in pieces, one on each of your devices. No device ever holds all of it, and no paper phrase can be stolen.";
    CREATE_TITLE = "Create a new wallet";
    CREATE_TEXT = "With two devices and a recovery share: any two of the three move funds, and losing one loses nothing.";
    JOIN_TITLE = "Join with this device";
    JOIN_TEXT = "You began on another device, which shows a code or a link. This one will hold its own share.";

    SET_UP_TITLE = "Set up this device";
    SET_UP_TEXT = "The password opens this device's share, here only. Each of your devices has its own.";
    DEVICE_NAME = "Name of this device";
    DEVICE_NAME_HINT = "Your other devices show this name.";
    DEVICE_NAME_MISSING = "Give this device a name.";
    PASSWORD = "Password";
    PASSWORD_HINT = "At least 8 characters. A few random words are easy to remember and hard to guess.";
    PASSWORD_AGAIN = "Password again";
    PASSWORD_SHORT = "Use at least 8 characters.";
    PASSWORD_DIFFERS = "The two passwords are not the same.";
    PASSWORD_SHOW = "Show password";
    PASSWORD_HIDE = "Hide password";
    PASSWORD_LOST = "Nobody can reset this password. If you forget it, your other devices can still sign.";
    STRENGTH_SHORT = "Too short";
    STRENGTH_WEAK = "Easy to guess";
    STRENGTH_FAIR = "Fair";
    STRENGTH_STRONG = "Strong";
    ADVANCED = "Advanced";
    RELAY = "Relay";
    RELAY_HINT = "Carries sealed messages between your devices and cannot read them. All your devices use the same one.";
    RELAY_BAD = "A relay's address begins with wss://, or ws:// on this computer.";
    SET_UP = "Set up";
    SETTING_UP = "Setting up…";

    LINKING_TITLE = "Your devices";
    LINKING_TEXT_ALONE = "A wallet needs at least two devices, such as this one and your phone. A recovery share on paper is the third: then losing one loses nothing.";
    LINKING_TEXT = "When all your devices are here, create the key. No device can be added to the key silently afterwards.";
    LINKING_JOINED = "This device is linked. Continue on the device where you began: it creates the key once all your devices are there.";
    LINKING_HERE = "Create the key from here instead";
    INVITE = "Add a device";
    INVITE_ANOTHER = "Add another device";
    JOIN_OTHER = "Join another device";
    THIS_DEVICE = "This device";
    ONLINE = "Online";
    NEVER_SEEN = "Offline, not seen yet";
    KEY_TITLE = "How many must sign?";
    CREATE_KEY = "Create the key";
    RECOMMENDED = "Recommended";

    PAIR_TITLE = "Add a device";
    PAIR_TEXT = "On the other device, open Symbolon, choose “Join with this device”, and scan this code.";
    PAIR_QR_LABEL = "QR code of the invitation. The link below says the same.";
    PAIR_LINK = "Or open this link there";
    PAIR_EXPIRES = "Works once, and for";
    PAIR_CONNECTING = "Connecting…";
    PAIR_CONNECTING_TEXT = "The two devices are introducing themselves.";
    PAIR_FAILED = "The devices were not linked";
    PAIR_AGAIN = "Make a new invitation";
    PAIR_JOIN_AGAIN = "Enter another link";
    COMPARE_TITLE = "The same on both devices?";
    COMPARE_SAME = "They are the same";
    COMPARE_DIFFERENT = "They are different";
    COMPARE_WHY = "If they differ, somebody stands between your devices. Say so, and nothing is linked.";
    SYMBOLS_LABEL = "Six symbols to compare";

    JOIN_SCREEN_TITLE = "Join your other device";
    JOIN_SCREEN_TEXT = "Choose “Add a device” there. Then scan the code it shows, or paste its link.";
    JOIN_LINK = "Link from the other device";
    JOIN_LINK_MISSING = "Paste the link that the other device shows.";
    JOIN_SUBMIT = "Join";
    JOIN_FROM_LINK = "The link you opened is filled in below.";
    SCAN = "Scan with the camera";
    SCAN_IN_TAB = "Scan with the camera, in a tab";
    SCAN_STOP = "Stop the camera";
    SCANNING = "Hold the code in front of the camera.";
    SCAN_FOUND = "Code found. Joining…";
    SCAN_FOREIGN = "That is a QR code, but not an invitation of Symbolon.";
    CAMERA_DENIED = "The camera is not available, or not allowed for Symbolon. You can paste the link instead.";
    SCAN_LABEL = "Picture of the camera";

    ROSTER_TITLE = "One last look";
    ROSTER_TEXT = "Every device must show these words in this order. They stand for the devices and the number that must sign.";
    ROSTER_SAME = "All the same";
    ROSTER_DIFFERENT = "Something differs";
    ROSTER_CONFIRMED = "You said they are the same. Now say so on the other devices.";
    CONFIRMED = "Confirmed";
    NOT_CONFIRMED = "Not confirmed yet";

    KEYGEN_TITLE = "Creating the key";
    KEYGEN_TEXT = "Each device makes its own share. The whole key is never anywhere, not even now.";
    KEYGEN_FAILED = "The key was not created";
    KEYGEN_SAFE = "Nothing was lost: no funds can be on a key that does not exist yet.";
    KEYGEN_AWAITED = "Awaited";
    KEYGEN_HERE = "Ready";
    KEYGEN_LABEL = "Progress of creating the key";

    UNLOCK_TITLE = "Welcome back";
    UNLOCK_TEXT = "Enter this device's password.";
    UNLOCK = "Unlock";
    UNLOCKING = "Unlocking…";
    UNLOCK_WITH_PASSKEY = "Unlock with the passkey";
    UNLOCK_IN_TAB = "Unlock with the passkey in a tab";

    FORGOTTEN = "Forgot the password?";
    FORGOTTEN_TEXT = "Nobody can reset it. Your other devices can still sign without this one. If you do not need this device's share any more, you can erase it.";

    NAV = "Wallet";
    NAV_HOME = "Wallet";
    NAV_ACTIVITY = "Activity";
    NAV_DEVICES = "Devices";
    NAV_SITES = "Sites";
    NAV_SETTINGS = "Settings";
    LOCK = "Lock";
    NETWORK = "Network";
    ACCOUNT = "Account";
    ACCOUNT_ADD = "Add an account";
    BALANCE = "Balance";
    BALANCE_UNKNOWN = "Not known yet";
    NETWORK_DOWN = "This network does not answer. Balances may be old; sending waits until it answers again.";
    TESTNET = "Test network: coins here are worth nothing.";
    RECEIVE = "Receive";
    SEND = "Send";
    REFRESH = "Refresh";
    TOKENS = "Tokens";
    ITEMS = "Items";
    TOKENS_NONE = "No tokens yet.";
    TOKEN_ADD = "Add a token";
    TOKEN_ADDRESS = "Contract address of the token";
    RECENT = "Recent activity";
    SEE_ALL = "See all";
    ADDRESS = "Your address";
    ADDRESS_COPY = "address";

    RECEIVE_TITLE = "Receive";
    RECEIVE_TEXT = "Send only to this address on this network:";
    RECEIVE_QR_LABEL = "QR code of your address";

    SEND_TITLE = "Send";
    SEND_TO = "To";
    SEND_TO_HINT = "An address that begins with 0x. You will see it in full on every device before anything is signed.";
    SEND_TO_BAD = "This is not a full address: 0x and 40 characters are needed.";
    SEND_AMOUNT = "Amount";
    SEND_AMOUNT_BAD = "Write a number above zero, such as 0.5, with no more decimals than the coin has.";
    SEND_TOKEN = "What";
    SEND_SUBMIT = "Review";

    REVIEW = "Review";
    NEW_SITE = "First time here. Make sure that it is the site you mean.";
    OWN_REQUEST = "this wallet";
    FROM_WALLET = "Your own request";
    DETAILS = "Details";
    FEE = "Network fee";
    FEE_EDIT = "Edit fee";
    FEE_SLOW = "Slow";
    FEE_NORMAL = "Normal";
    FEE_FAST = "Fast";
    FEE_CUSTOM = "Custom";
    FEE_MAX = "Most per unit of gas, in gwei";
    FEE_PRIORITY = "Tip per unit of gas, in gwei";
    FEE_GAS = "Gas limit";
    FEE_SAVE = "Use this fee";
    FEE_BAD = "Write plain numbers; the gas limit is a whole number.";
    FEE_RESTART = "A new fee starts the signing again: approvals given so far no longer count.";
    DEVICES_STRIP = "Devices that sign";
    SIGN_WITH = "Sign with another device";
    SIGN_WITH_SAVE = "Sign with these";
    WHY_ASKED = "Why you are asked";
    DIGEST_TITLE = "Compare on both devices";
    DIGEST_TEXT = "These words stand for exactly what is signed. Every device must show the same.";
    DIGEST_HEX = "Hash that is signed";
    RAW = "Raw request";
    APPROVE = "Approve";
    APPROVE_CONNECT = "Connect";
    APPROVE_NETWORK = "Use this network";
    APPROVE_TOKEN = "Add token";
    HOLD = "Hold to approve";
    HOLDING = "Keep holding…";
    ARMING = "One moment…";
    APPROVING = "Approving…";
    ACKNOWLEDGE = "I have read the warnings and want to go on.";
    REJECT = "Reject";
    REJECT_ALL = "Reject all";
    LATER = "Later";
    ALMOST_DONE = "Almost done…";
    QUEUE_NEXT = "Next request";
    QUEUE_PREVIOUS = "Previous request";
    EXPIRES = "Expires in";
    NOTHING_SIGNED = "Nothing was signed.";
    IDLE_TITLE = "Nothing is waiting";
    IDLE_TEXT = "You can close this window.";
    TRANSACTION = "Transaction";
    EXPLORER = "See it in the block explorer";

    ACTIVITY_TITLE = "Activity";
    ACTIVITY_NONE = "Nothing yet. What you approve or reject is listed here, with the devices that signed.";
    SIGNED_BY = "Signed by";
    ASKED_BY = "Asked by";

    DEVICES_TITLE = "Devices";
    SHARE_EPOCH = "Share generation";
    APP_VERSION = "Version";
    OTHER_VERSION = "Another version than this device. Update both if something fails.";

    SITES_TITLE = "Connected sites";
    SITES_NONE = "No site is connected. A connected site sees your address and can ask; it can never sign.";
    SITE_DISCONNECT = "Disconnect";
    SITE_MUTE = "Mute this site";
    SITE_MUTED = "Muted: nothing that it asks reaches you";
    SITE_NOT_CONNECTED = "Not connected";
    SITE_RULES = "Rules for this site";
    SITE_COMPATIBILITY = "Say that this is MetaMask, for a site that knows no other wallet";
    SITE_FRAMES = "Let it ask from inside of other sites' pages";
    SITE_RULES_HINT = "The last two take effect when a page is loaded again.";

    DEVICE_FELL_BACK = "Was put back to an earlier state, or exists twice. Nothing is signed with it. If you restored it from a copy yourself, accept it; if not, somebody may have copied it: make new shares without it.";
    DEVICE_ACCEPT = "Accept as it is";

    JOURNAL = "Record of decisions";
    JOURNAL_WHOLE = "Whole: nothing in it was changed, moved or removed.";
    JOURNAL_RESTART = "Begin a new record";
    JOURNAL_RESTART_HINT = "What is left of the old one is removed, and the new one says that it was broken. Compare with your other devices first. If you did not do this yourself, somebody may have had this device: change its password.";

    SETTINGS_TITLE = "Settings";
    GENERAL = "General";
    THEME = "Appearance";
    THEME_SYSTEM = "System";
    THEME_LIGHT = "Light";
    THEME_DARK = "Dark";
    AUTO_LOCK = "Lock after";
    DEFAULT_PROVIDER = "Answer sites that ask for any wallet";
    DEFAULT_PROVIDER_HINT = "Some older sites do not let you choose a wallet. Takes effect when a page is loaded again.";
    CHANGE_PASSWORD = "Change password";
    PASSWORD_OLD = "Present password";
    PASSWORD_NEW = "New password";
    PASSWORD_NEW_AGAIN = "New password again";
    PASSWORD_CHANGED = "The password is changed.";
    PASSKEY = "Passkey";
    PASSKEY_HINT = "Opens this device with your fingerprint, face or security key. The password stays: it always opens this device too.";
    PASSKEY_NONE = "No passkey opens this device.";
    PASSKEY_THERE = "A passkey opens this device, beside the password.";
    PASSKEY_ADD = "Add a passkey";
    PASSKEY_IN_TAB = "Add a passkey in a tab";
    PASSKEY_REMOVE = "Remove the passkey";
    PASSKEY_REMOVE_HINT = "It then opens nothing here any more. You may delete it in your passkey manager afterwards.";
    PASSKEY_CANCELLED = "The passkey was not used: it was cancelled, or it is not on this device. Nothing is lost; your password opens this device.";
    PASSKEY_NO_PRF = "This passkey cannot open a device, because it keeps no secret of its own (PRF). Nothing was changed. Use another one, or your password.";
    PASSKEY_UNSUPPORTED = "This browser or this address cannot use passkeys. Nothing was changed; your password opens this device.";
    NETWORKS = "Networks";
    NETWORK_ADD = "Add a network";
    NETWORK_NAME = "Name";
    NETWORK_RPC = "RPC address";
    NETWORK_RPC_HINT = "Begins with https://, or http:// on this computer. Its operator sees your address.";
    NETWORK_CHAIN = "Chain id";
    NETWORK_CHAIN_BAD = "The chain id is a whole number.";
    NETWORK_SYMBOL = "Symbol of its coin";
    NETWORK_EXPLORER = "Block explorer (may be empty)";
    NETWORK_ANSWERS = "Answers";
    NETWORK_SILENT = "Does not answer";
    ERASE = "Erase this device";
    ERASE_TEXT = "Removes this device's share and everything else Symbolon stored here. It cannot be undone.";
    ERASE_CONFIRMATION = "Type “erase” to confirm";
    ERASE_WORD = "erase";
    ABOUT = "About";

    SIMULATION = "What would change";
    LIMIT = "Use an exact amount";
    LIMIT_AMOUNT = "At most";
    LIMIT_BAD = "Write a plain number, such as 25.5.";
    LIMIT_USE = "Use this amount";
    LIMIT_RESTART = "Another amount starts the signing again: approvals given so far no longer count. The site may ask again later.";
    MANAGE = "Addresses and approvals";
    ALLOWANCES_TITLE = "Token approvals";
    ALLOWANCES_TEXT = "What others may take from this account on this network, without asking again.";
    ALLOWANCES_NONE = "No approvals found.";
    ALLOWANCES_FIND = "Look again";
    REVOKE = "Revoke";
    CONTACTS_TITLE = "Address book";
    CONTACTS_TEXT = "Names for addresses, on this device. Requests show them, and warn of addresses that only look alike.";
    CONTACT_SET = "Add or rename";
    CONTACT_NAME = "Name of the address";
    CONTACT_NAME_BAD = "Give it a name of 1 to 40 characters.";
    CONTACT_ADDRESS = "Address to name";
    CONTACT_CHOOSE = "From the address book";
    RENAME = "Rename";
    TOKEN_HIDE = "Take off the list";
    EXPORT_JSON = "Save as JSON";
    EXPORT_CSV = "Save as CSV";
    SPEED_UP = "Speed up";
    CANCEL_TRANSACTION = "Try to cancel";
    REPLACE_HINT = "Either asks your devices for another transaction in this one's place, with a higher fee. If this one gets into a block first, nothing changes.";
    NONCE = "Nonce";

    UNUSABLE_TITLE = "This device's data cannot be used";
    UNUSABLE_TEXT = "Symbolon found stored data that it cannot read. Nothing was changed, and your other devices are not affected.";
    UNUSABLE_ERASE = "If nothing else helps, erase this device and join again from another one.";
}

pub fn limit_of(symbol: &str) -> String {
    format!("The site asks for all your {symbol}, now and in the future. It gets no more than this instead:")
}

pub fn minutes_ago(count: u64) -> String {
    plural(count, "1 minute ago", "minutes ago")
}

pub fn hours_ago(count: u64) -> String {
    plural(count, "1 hour ago", "hours ago")
}

pub fn days_ago(count: u64) -> String {
    plural(count, "yesterday", "days ago")
}

/// How many decisions the journal counts, and the beginning of its newest hash.
pub fn journal_head(entries: u64, head: &str) -> String {
    let short = head.get(..16).unwrap_or(head);
    format!("{} · {short}", plural(entries, "1 entry", "entries"))
}

/// What is wrong with the journal.
pub fn journal_state(state: JournalState) -> String {
    match state {
        JournalState::CutOff { number } => {
            format!("The end was cut off: entry {number} was there and is gone.")
        }
        JournalState::Edited { number } => format!("Entry {number} is not what was written."),
        JournalState::Missing { number } => format!("Entry {number} is gone."),
        JournalState::Whole => JOURNAL_WHOLE.to_owned(),
    }
}

/// What the passkey manager calls the passkey of a device.
pub fn passkey_name(device: &str) -> String {
    format!("Symbolon on {device}")
}

pub fn minutes(count: u32) -> String {
    plural(count.into(), "1 minute", "minutes")
}

pub fn last_seen(ago: &str) -> String {
    format!("Offline, last seen {ago}")
}

pub fn threshold_title(threshold: u16, devices: u16) -> String {
    format!("{threshold} of {devices}")
}

/// What it means that so many of so many devices sign.
pub fn threshold_text(threshold: u16, devices: u16) -> String {
    match (threshold, devices.saturating_sub(threshold)) {
        (2, 0) => "Both devices sign every time. If either is lost, nothing can be moved any more.".into(),
        (_, 0) => {
            format!("All {devices} devices sign every time. If one is lost, nothing can be moved any more.")
        }
        (2, 1) => {
            "Any two devices sign. You can lose one and still move everything; a thief needs two.".into()
        }
        (_, 1) => format!("Any {threshold} devices sign. You can lose one; a thief needs {threshold}."),
        (_, spare) => {
            format!("Any {threshold} devices sign. You can lose {spare}; a thief needs {threshold}.")
        }
    }
}

/// The failure that the owner of a wallet without a spare device accepts, by name.
pub fn accept_no_spare(devices: &[String]) -> String {
    let either = match devices {
        [one, other] => format!("“{one}” or “{other}”"),
        _ => "any one of these devices".into(),
    };
    format!(
        "I accept: if {either} is lost, broken or erased, the funds are lost for good. Nobody can recover them."
    )
}

pub fn compare_text(peer: Option<&str>) -> String {
    format!("Look at {} and compare these six symbols, in this order.", peer.unwrap_or("your other device"))
}

pub fn waiting_for_peer(peer: Option<&str>) -> String {
    format!("You said they are the same. Now say so on {}.", peer.unwrap_or("the other device"))
}

pub fn paired(peer: &str) -> String {
    format!("“{peer}” is linked.")
}

pub fn step(done: u16, total: u16) -> String {
    format!("Step {done} of {total}")
}

pub fn seconds(count: u64) -> String {
    plural(count, "1 second", "seconds")
}

pub fn waiting_for(names: &[String]) -> String {
    match names {
        [] => String::new(),
        [one] => format!("Waiting for {one}. Open Symbolon there."),
        _ => format!("Waiting for {}. Open Symbolon there.", list(names)),
    }
}

/// "A", "A and B", "A, B and C".
pub fn list(names: &[String]) -> String {
    match names {
        [] => String::new(),
        [one] => one.clone(),
        [first @ .., last] => format!("{} and {last}", first.join(", ")),
    }
}

pub fn choose_devices(count: usize) -> String {
    match count {
        1 => "Choose the one device that signs together with this one.".into(),
        _ => format!("Choose the {count} devices that sign together with this one."),
    }
}

pub fn sign_with_instead(offline: &str, online: &str) -> String {
    format!("{offline} is offline. {online} is online and could sign instead.")
}

pub fn sign_with(name: &str) -> String {
    format!("Sign with {name}")
}

pub fn bundle(place: usize, count: usize) -> String {
    format!(
        "Call {place} of {count} that the site sends one after another. Each is a transaction of its own; a no ends the rest."
    )
}

pub fn item(number: &str) -> String {
    format!("Item {number}")
}

pub fn queue(position: usize, count: usize) -> String {
    format!("{position} of {count}")
}

pub fn requests_waiting(count: usize) -> String {
    plural(count as u64, "1 request is waiting", "requests are waiting")
}

pub fn relayed_by(name: &str) -> String {
    format!("Asked on {name}")
}

pub fn fee_at_most(maximum: &str) -> String {
    format!("{maximum} at most")
}

/// A likely fee.
pub fn fee_about(expected: &str) -> String {
    format!("about {expected}")
}

/// How much gas is likely to be used, by whose word, and how much may be.
pub fn fee_gas(expected: Option<u64>, limit: u64, simulated: bool) -> String {
    match expected {
        None => format!("It may use {limit} gas. How much it will use is not known."),
        Some(gas) if simulated => format!("Run in advance, it used {gas} gas. It may use {limit}."),
        Some(gas) => format!("The network estimates {gas} gas. It may use {limit}."),
    }
}

pub fn connected(ago: &str) -> String {
    format!("Last used {ago}")
}

pub fn in_block(block: u64) -> String {
    format!("Confirmed in block {block}")
}

fn plural(count: u64, one: &str, many: &str) -> String {
    if count == 1 { one.to_owned() } else { format!("{count} {many}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_joined_as_in_speech() {
        let names = |list: &[&str]| list.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>();
        assert_eq!(list(&names(&["Phone"])), "Phone");
        assert_eq!(list(&names(&["Phone", "Server", "Tablet"])), "Phone, Server and Tablet");
    }

    #[test]
    fn a_wallet_without_a_spare_names_its_failure() {
        assert!(threshold_text(2, 2).contains("nothing can be moved"));
        assert!(threshold_text(3, 3).contains("nothing can be moved"));
        assert!(threshold_text(2, 3).contains("lose one"));
        let accepted = accept_no_spare(&["Laptop".into(), "Phone".into()]);
        assert!(accepted.contains("“Laptop” or “Phone”") && accepted.contains("lost for good"));
    }
}
