//! Sentences about recovery shares. What is wrong with a code or a file is in [`crate::backup::messages`].

/// Nothing was drawn on this device.
pub const NO_DRAFT: &str = "No recovery code was drawn on this device. Draw one first.";
/// The code is whole, and another one.
pub const OTHER_CODE: &str = "This code was typed right, but it is not the one that was just shown. Please type the new one, or draw another.";
/// A share cannot be dealt to a code that nobody is known to have.
pub const NO_CODE: &str = "Draw a recovery code on this device and type it in again first. A code that you cannot read later saves nothing.";
/// A passkey may be lost with its account.
pub const CODE_FIRST: &str = "Make a recovery share with a code on paper first. A passkey can be lost with the account that keeps it, so that it is never \
                              the only way.";
/// The wallet has no such share.
pub const NO_SHARE: &str = "This wallet has no such recovery share.";
/// A copy of a file is not there, or cannot be read.
pub const FILE_GONE: &str = "The copy of the recovery file on this device is gone or damaged. Nothing else is: the file that you keep is as good, and your other \
                             devices have it. To have a whole copy here again, renew the shares of your devices.";
/// It would hold two shares of one key.
pub const HOLDS_SHARE: &str = "This device holds a share of a wallet already, and no device may hold two. Open the recovery file on the device \
                               that shall get a new share.";
/// The wallet has moved on since the file was made.
pub const OLD_FILE: &str = "Your other device has newer shares than this recovery file: it is from before the last change of your \
                            devices. Use the file that was made then; your other device has it, under Devices.";
/// A recovery share cannot sign by itself.
pub const TOO_FEW_DEVICES: &str =
    "Recovery shares do not sign. There must be at least as many devices as must sign.";
/// This device was to deal for a recovery share that is not open here. Follows "refused:".
pub const NOT_OPENED: &str =
    "the recovery file is not open on it; open the file with its code there, then try again";

/// A new recovery share comes with a change.
pub fn added(sheet: &str) -> String {
    format!("New recovery share, for the code on sheet {sheet}")
}

/// A recovery share is none any more.
pub fn dropped(sheet: &str) -> String {
    format!("The recovery share of sheet {sheet} ends: its code and every file of it become worthless")
}

/// A recovery share stays, with another file.
pub fn renewed(sheet: &str) -> String {
    format!("New recovery file for sheet {sheet}: the code stays, the old file becomes worthless")
}
