//! Stable hooks of the screens for browser tests: the values of `data-testid`.
//!
//! A test reads a screen by these names alone; class names and texts may change freely.
//!
//! | screen | hooks | further attributes |
//! |---|---|---|
//! | any | [`SCREEN`] on `<main>` | `data-screen-name` says which: `welcome`, `set-up`, `unlock`, `home`, `approval`, … |
//! | any | [`NOTICE`] | `data-code`, `data-severity` |
//! | any form | [`FORM_ERROR`] | `data-code` |
//! | welcome | [`CREATE`], [`JOIN`] | |
//! | set-up | [`DEVICE_NAME`], [`PASSWORD`], [`PASSWORD_AGAIN`], [`ADVANCED`], [`RELAY_URL`], [`SET_UP`] | |
//! | linking, devices | [`DEVICE_ROW`], [`DEVICE_ACCEPT`], [`DEVICE_FORGET`], [`INVITE`], [`JOIN_OTHER`] | row: `data-device`, `data-online`, `data-name`, `data-fell-back` |
//! | devices | [`ROTATE`], [`ROTATED`], [`THRESHOLD_EDIT`], [`DEVICE_ADD`], [`DEVICE_REMOVE`], [`DEVICE_REPLACE`] | row: `data-epoch`, `data-party`; rotated: `data-due` |
//! | devices | [`DRAFT_LINE`], [`THRESHOLD`], [`ACCEPT_NO_SPARE`], [`DRAFT_ASK`], [`DRAFT_CANCEL`] | |
//! | change, devices | [`CHANGE_LINE`], [`CHANGE_WORDS`], [`CHANGE_DEVICE`], [`CHANGE_PROGRESS`], [`CHANGE_AGREE`], [`CHANGE_REFUSE`] | device: `data-name`, `data-ready` |
//! | linking | [`THRESHOLD`] (radio inputs, `value` = t), [`ACCEPT_NO_SPARE`], [`CREATE_KEY`] | |
//! | linking | [`RECOVERY_CHOICE`] (radio inputs, `value` = `with` or `without`), [`DRAW_CODE`], [`RECOVER`] | |
//! | recovery-code | [`RECOVERY_STAGE`], [`GUARDIANS`], [`GUARDIANS_NEEDED`], [`CODE_DRAW`], [`CODE_SHEET`] with [`CODE_GROUP`] inside, [`CODE_PRINT`], [`CODE_WRITTEN`], [`CODE_INPUT`], [`CODE_CONFIRM`], [`CODE_CONTINUE`] | stage: `data-stage`; sheet: `data-sheet`, `data-guardian` |
//! | keep-file, recovery-file | [`FILE_DOWNLOAD`], [`FILE_CHECK`], [`FILE_KEPT`] | `data-sheet` |
//! | recover | [`RECOVERY_STAGE`], [`RECOVERY_FILE`], [`CODE_INPUT`], [`CODE_ADD`], [`RECOVERY_OPEN`], [`OPENED`], [`OPENED_DEVICE`], [`OPENED_OLD`], [`DRAW_CODE`], [`RECOVERY_ASK`], [`RECOVERY_CANCEL`] | stage: `data-stage`; opened: `data-sheet`, `data-missing`; device: `data-name`, `data-here` |
//! | roster | [`ROSTER_RECOVERY`] | `data-sheet` |
//! | pairing | [`PAIRING_STAGE`], [`PAIR_QR`], [`PAIR_LINK`], [`PAIR_COUNTDOWN`], [`PAIR_CANCEL`], [`PAIR_AGAIN`] | stage: `data-stage`, `data-code` |
//! | pairing | [`SYMBOLS`] with [`SYMBOL`] inside, [`SYMBOLS_SAME`], [`SYMBOLS_DIFFERENT`] | symbol: `data-name` |
//! | join | [`JOIN_LINK`], [`JOIN_SUBMIT`], [`SCAN_CAMERA`], [`SCAN_VIDEO`] | |
//! | roster | [`ROSTER_WORDS`], [`ROSTER_SAME`], [`ROSTER_DIFFERENT`] | |
//! | keygen | [`KEYGEN_PROGRESS`], [`KEYGEN_STAGE`], [`KEYGEN_ERROR`], then [`CREATE_KEY`] to try again | progress: `aria-valuenow`, `aria-valuemax` |
//! | unlock | [`UNLOCK_PASSWORD`], [`UNLOCK`], [`UNLOCK_PASSKEY`] | |
//! | home | [`ADDRESS`], [`BALANCE`], [`TOKEN_ROW`], [`NETWORK_PICKER`], [`ACCOUNT_PICKER`], [`REFRESH`], [`LOCK`], [`REQUESTS_WAITING`] | address: `data-address` |
//! | receive | [`RECEIVE_QR`], [`RECEIVE_ADDRESS`] | address: `data-address` |
//! | send | [`SEND_TO`], [`SEND_AMOUNT`], [`SEND_TOKEN`], [`SEND_SUBMIT`] | |
//! | approval | [`REQUEST`], [`REQUEST_STATUS`], [`REQUEST_ORIGIN`], [`CARD_HEADLINE`], [`CARD_ROW`], [`RISK`], [`RULE`], [`DIGEST_WORDS`], [`DIGEST`], [`RAW`] | request: `data-request`; status: `data-status`; row: `data-label`, `data-value`; risk: `data-code`, `data-severity` |
//! | approval | [`FEE`], [`FEE_EDIT`], [`FEE_SPEED`], [`FEE_MAX`], [`FEE_PRIORITY`], [`FEE_GAS`], [`FEE_GAS_USED`], [`FEE_SAVE`] | speed: `data-speed`, `data-expected`, `data-maximum` |
//! | approval | [`STRIP`], [`STRIP_DEVICE`], [`COSIGNER_EDIT`], [`COSIGNER_CHOICE`], [`COSIGNER_SAVE`] | device: `data-device`, `data-name`, `data-state`, `data-signs` |
//! | approval | [`ACKNOWLEDGE`], [`APPROVE`], [`REJECT`], [`REJECT_ALL`], [`QUEUE`], [`QUEUE_NEXT`], [`QUEUE_PREVIOUS`], [`LATER`], [`TRY_AGAIN`] | approve: `data-armed`, `data-hold` |
//! | approval | [`SIMULATION`] with [`SIMULATED_CHANGE`] inside; [`LIMIT`], [`LIMIT_AMOUNT`], [`LIMIT_USE`] | simulation: `data-status`; change: `data-kind`, `data-token`, `data-spender` |
//! | allowances | [`ALLOWANCE_ROW`], [`ALLOWANCE_REVOKE`], [`ALLOWANCES_FIND`], [`ALLOWANCES_STATE`] | row: `data-token`, `data-spender`, `data-unlimited` |
//! | contacts | [`CONTACT_ROW`], [`CONTACT_RENAME`], [`CONTACT_REMOVE`], [`CONTACT_NAME`], [`CONTACT_ADDRESS`], [`CONTACT_SAVE`] | row: `data-address`, `data-name` |
//! | activity | [`JOURNAL`], [`JOURNAL_RESTART`] | journal: `data-state`, `data-entries`, `data-head` |
//! | activity | [`SPEED_UP`], [`CANCEL_TRANSACTION`], [`EXPORT_JSON`], [`EXPORT_CSV`] | |
//! | approval | [`ACKNOWLEDGE`], [`APPROVE`], [`REJECT`], [`REJECT_ALL`], [`QUEUE`], [`QUEUE_NEXT`], [`QUEUE_PREVIOUS`], [`LATER`], [`TRY_AGAIN`], [`SITE_MUTE`], [`BUNDLE`] | approve: `data-armed`, `data-hold` |
//! | done | [`RESULT`], [`RESULT_CLOSE`] | result: `data-request`, `data-outcome`, `data-transaction` |
//! | activity | [`WAITING`] with [`WAITING_ROW`], [`WAITING_ENTRY`] inside | row: `data-nonce`, `data-gap`; entry: `data-request`, `data-state` |
//! | activity | [`ACTIVITY_ROW`], [`ACTIVITY_DETAIL`] | row: `data-request`, `data-outcome`, `data-transaction` |
//! | sites | [`SITE_ROW`], [`SITE_DISCONNECT`], [`SITE_RULES`], [`SITE_COMPATIBILITY`], [`SITE_FRAMES`], [`SITE_MUTED`] | `data-origin` |
//! | sites | [`SITE_HISTORY_OPEN`]; then [`SITE_HISTORY`], with [`SITE_WAITING_ROW`] and [`ACTIVITY_ROW`] inside | history: `data-origin`; waiting: `data-request` |
//! | settings | [`PACK`], [`PACK_FILE`], [`PACK_REMOVE`], [`PACK_DAMAGED`]; [`PHISHING_COUNT`], [`PHISHING_FILE`], [`PHISHING_REMOVE`] | pack: `data-hash`; count: `data-count` |
//! | settings | the rest | |

macro_rules! hooks {
    ($($name:ident = $value:literal),* $(,)?) => {
        $(#[doc = concat!("`data-testid=\"", $value, "\"`.")] pub const $name: &str = $value;)*

        /// All hooks, for the test that no two are alike.
        pub const ALL: &[&str] = &[$($value),*];
    };
}

hooks! {
    ACCEPT_NO_SPARE = "accept-no-spare",
    ACCOUNT_ADD = "account-add",
    ACCOUNT_PICKER = "account-picker",
    ACKNOWLEDGE = "acknowledge",
    ACTIVITY_DETAIL = "activity-detail",
    ACTIVITY_ROW = "activity-row",
    ADDRESS = "address",
    ADDRESS_COPY = "address-copy",
    ADVANCED = "advanced",
    ALLOWANCES_FIND = "allowances-find",
    ALLOWANCES_STATE = "allowances-state",
    ALLOWANCE_REVOKE = "allowance-revoke",
    ALLOWANCE_ROW = "allowance-row",
    APPROVE = "approve",
    AUTO_LOCK = "auto-lock",
    BACK = "back",
    BALANCE = "balance",
    CANCEL_TRANSACTION = "cancel-transaction",
    BUNDLE = "bundle",
    CARD_HEADLINE = "card-headline",
    CARD_ROW = "card-row",
    CHANGE_AGREE = "change-agree",
    CHANGE_DEVICE = "change-device",
    CHANGE_LINE = "change-line",
    CHANGE_PROGRESS = "change-progress",
    CHANGE_REFUSE = "change-refuse",
    CHANGE_WORDS = "change-words",
    CODE_ADD = "code-add",
    CODE_AGAIN = "code-again",
    CODE_CONFIRM = "code-confirm",
    CODE_CONTINUE = "code-continue",
    CODE_DRAW = "code-draw",
    CODE_GROUP = "code-group",
    CODE_INPUT = "code-input",
    CODE_KIND = "code-kind",
    CODE_PASSKEY = "code-passkey",
    CODE_PRINT = "code-print",
    CODE_QR = "code-qr",
    CODE_SHEET = "code-sheet",
    CODE_WRITTEN = "code-written",
    CONTACT_ADDRESS = "contact-address",
    CONTACT_CHOICE = "contact-choice",
    CONTACT_NAME = "contact-name",
    CONTACT_REMOVE = "contact-remove",
    CONTACT_RENAME = "contact-rename",
    CONTACT_ROW = "contact-row",
    CONTACT_SAVE = "contact-save",
    COSIGNER_CHOICE = "cosigner-choice",
    COSIGNER_EDIT = "cosigner-edit",
    COSIGNER_SAVE = "cosigner-save",
    CREATE = "create",
    CREATE_KEY = "create-key",
    DEFAULT_PROVIDER = "default-provider",
    DEVICE_ACCEPT = "device-accept",
    DEVICE_ADD = "device-add",
    DEVICE_FORGET = "device-forget",
    DEVICE_NAME = "device-name",
    DEVICE_REMOVE = "device-remove",
    DEVICE_REPLACE = "device-replace",
    DEVICE_ROW = "device-row",
    DIGEST = "digest",
    DIGEST_WORDS = "digest-words",
    DRAFT_ASK = "draft-ask",
    DRAFT_CANCEL = "draft-cancel",
    DRAFT_LINE = "draft-line",
    DRAW_CODE = "draw-code",
    ERASE = "erase",
    ERASE_CONFIRMATION = "erase-confirmation",
    EXPORT_CSV = "export-csv",
    EXPORT_JSON = "export-json",
    FEE = "fee",
    FEE_EDIT = "fee-edit",
    FEE_GAS = "fee-gas",
    FEE_GAS_USED = "fee-gas-used",
    FEE_MAX = "fee-max",
    FEE_PRIORITY = "fee-priority",
    FEE_SAVE = "fee-save",
    FEE_SPEED = "fee-speed",
    FILE_CHECK = "file-check",
    FILE_DOWNLOAD = "file-download",
    FILE_KEEP = "file-keep",
    FILE_KEPT = "file-kept",
    FORM_ERROR = "form-error",
    GUARDIANS = "guardians",
    GUARDIANS_NEEDED = "guardians-needed",
    INVITE = "invite",
    ITEM_ROW = "item-row",
    JOIN = "join",
    JOIN_LINK = "join-link",
    JOIN_OTHER = "join-other",
    JOIN_SUBMIT = "join-submit",
    JOURNAL = "journal",
    JOURNAL_RESTART = "journal-restart",
    KEYGEN_ERROR = "keygen-error",
    KEYGEN_PROGRESS = "keygen-progress",
    KEYGEN_STAGE = "keygen-stage",
    LATER = "later",
    LIMIT = "limit",
    LIMIT_AMOUNT = "limit-amount",
    LIMIT_USE = "limit-use",
    LOCK = "lock",
    MATRIX_ROW = "matrix-row",
    NAV_ACTIVITY = "nav-activity",
    NAV_DEVICES = "nav-devices",
    NAV_HOME = "nav-home",
    NAV_SETTINGS = "nav-settings",
    NAV_SITES = "nav-sites",
    NETWORK_ADD = "network-add",
    NETWORK_CHAIN = "network-chain",
    NETWORK_EXPLORER = "network-explorer",
    NETWORK_NAME = "network-name",
    NETWORK_PICKER = "network-picker",
    NETWORK_REMOVE = "network-remove",
    NETWORK_ROW = "network-row",
    NETWORK_RPC = "network-rpc",
    NETWORK_SYMBOL = "network-symbol",
    NOTICE = "notice",
    NOTICE_DISMISS = "notice-dismiss",
    OPEN_ALLOWANCES = "open-allowances",
    OPEN_CONTACTS = "open-contacts",
    OPENED = "opened",
    OPENED_DEVICE = "opened-device",
    OPENED_OLD = "opened-old",
    OPEN_MATRIX = "open-matrix",
    PACK = "pack",
    PACK_DAMAGED = "pack-damaged",
    PACK_FILE = "pack-file",
    PACK_REMOVE = "pack-remove",
    PAIRING_STAGE = "pairing-stage",
    PAIR_AGAIN = "pair-again",
    PAIR_CANCEL = "pair-cancel",
    PAIR_COUNTDOWN = "pair-countdown",
    PAIR_LINK = "pair-link",
    PAIR_LINK_COPY = "pair-link-copy",
    PAIR_QR = "pair-qr",
    PASSKEY_ADD = "passkey-add",
    PASSKEY_PASSWORD = "passkey-password",
    PASSKEY_REMOVE = "passkey-remove",
    PASSKEY_STATE = "passkey-state",
    PASSWORD = "password",
    PASSWORD_AGAIN = "password-again",
    PASSWORD_NEW = "password-new",
    PASSWORD_NEW_AGAIN = "password-new-again",
    PASSWORD_OLD = "password-old",
    PASSWORD_SAVE = "password-save",
    PASSWORD_STRENGTH = "password-strength",
    PHISHING_COUNT = "phishing-count",
    PHISHING_FILE = "phishing-file",
    PHISHING_LIST = "phishing-list",
    PHISHING_REMOVE = "phishing-remove",
    PHISHING_SAVE = "phishing-save",
    QUEUE = "queue",
    QUEUE_NEXT = "queue-next",
    QUEUE_PREVIOUS = "queue-previous",
    RAW = "raw",
    RECEIVE = "receive",
    RECEIVE_ADDRESS = "receive-address",
    RECEIVE_QR = "receive-qr",
    RECOVER = "recover",
    RECOVERY_ADD = "recovery-add",
    RECOVERY_ASK = "recovery-ask",
    RECOVERY_CANCEL = "recovery-cancel",
    RECOVERY_CHOICE = "recovery-choice",
    RECOVERY_FILE = "recovery-file",
    RECOVERY_NEW_CODE = "recovery-new-code",
    RECOVERY_OPEN = "recovery-open",
    RECOVERY_PASSKEY = "recovery-passkey",
    RECOVERY_REMOVE = "recovery-remove",
    RECOVERY_ROW = "recovery-row",
    RECOVERY_ROW_FILE = "recovery-row-file",
    RECOVERY_STAGE = "recovery-stage",
    REFRESH = "refresh",
    REJECT = "reject",
    REJECT_ALL = "reject-all",
    RELAY_STATE = "relay-state",
    RELAY_URL = "relay-url",
    REQUEST = "request",
    REQUESTS_WAITING = "requests-waiting",
    REQUEST_ORIGIN = "request-origin",
    REQUEST_STATUS = "request-status",
    RESULT = "result",
    RESULT_CLOSE = "result-close",
    RISK = "risk",
    ROSTER_DIFFERENT = "roster-different",
    ROSTER_RECOVERY = "roster-recovery",
    ROSTER_SAME = "roster-same",
    ROSTER_WORDS = "roster-words",
    ROTATE = "rotate",
    ROTATED = "rotated",
    ROW_COPY = "row-copy",
    RULE = "rule",
    SCAN_CAMERA = "scan-camera",
    SCAN_STOP = "scan-stop",
    SCAN_VIDEO = "scan-video",
    SCREEN = "screen",
    SEND = "send",
    SEND_AMOUNT = "send-amount",
    SEND_SUBMIT = "send-submit",
    SEND_TO = "send-to",
    SEND_TOKEN = "send-token",
    SETTING_DEVICE_NAME = "setting-device-name",
    SETTING_RELAY = "setting-relay",
    SETTING_SAVE = "setting-save",
    SET_UP = "set-up",
    SIMULATED_CHANGE = "simulated-change",
    SIMULATION = "simulation",
    SITE_COMPATIBILITY = "site-compatibility",
    SITE_DISCONNECT = "site-disconnect",
    SITE_FRAMES = "site-frames",
    SITE_HISTORY = "site-history",
    SITE_HISTORY_OPEN = "site-history-open",
    SITE_MUTE = "site-mute",
    SITE_MUTED = "site-muted",
    SITE_ROW = "site-row",
    SITE_WAITING_ROW = "site-waiting-row",
    SPEED_UP = "speed-up",
    SITE_RULES = "site-rules",
    STRIP = "strip",
    STRIP_DEVICE = "strip-device",
    SYMBOL = "symbol",
    SYMBOLS = "symbols",
    SYMBOLS_DIFFERENT = "symbols-different",
    SYMBOLS_SAME = "symbols-same",
    THEME = "theme",
    THRESHOLD = "threshold",
    THRESHOLD_EDIT = "threshold-edit",
    TOKEN_ADD = "token-add",
    TOKEN_ADDRESS = "token-address",
    TOKEN_HIDE = "token-hide",
    TOKEN_ROW = "token-row",
    TRY_AGAIN = "try-again",
    TRANSACTION_COPY = "transaction-copy",
    UNLOCK = "unlock",
    UNLOCK_PASSKEY = "unlock-passkey",
    UNLOCK_PASSWORD = "unlock-password",
    WAITING = "waiting",
    WAITING_ENTRY = "waiting-entry",
    WAITING_ROW = "waiting-row",
}

#[cfg(test)]
mod tests {
    use super::ALL;

    #[test]
    fn no_two_hooks_are_alike() {
        let mut seen = ALL.to_vec();
        seen.sort_unstable();
        seen.dedup();
        assert_eq!(seen.len(), ALL.len());
    }
}
