//! Sentences about recovery shares: the code on its sheet, the file, and how a wallet is recovered.

messages! {
    RECOVER_TITLE = "Recover a wallet";
    RECOVER_TEXT = "You lost a device and have a recovery file with its code. This device gets a new share.";

    SHARES_TITLE = "Who holds a share?";
    RECOVERY_SHARE = "Recovery share";
    WITH_RECOVERY = "With a recovery share";
    WITHOUT_RECOVERY = "Devices only";
    LOST_DEVICE = "If it is lost, recover on a new one: the rest and the recovery share are enough.";
    LOST_SPARE = "If it is lost, the others sign, and you replace it.";
    LOST_RECOVERY = "A code on paper and a file. If either is lost, your devices sign as before, and you make a new one.";
    CODE_NEXT = "Next: the recovery code";
    CODE_OTHER = "Draw another code";

    CODE_TITLE = "Your recovery code";
    CODE_TEXT = "The recovery share is sealed in a file that only this code opens. The code goes on paper, the file comes once the shares are made. Keep them in two places: who has both has one share.";
    CODE_ONE = "One sheet";
    CODE_ONE_TEXT = "One code, on one sheet. You can print it twice.";
    CODE_SPLIT = "Split among guardians";
    CODE_SPLIT_TEXT = "Each of several people gets a sheet. Some of the sheets together are the code; fewer tell nothing.";
    CODE_PASSKEY = "A passkey";
    CODE_PASSKEY_TEXT = "Your passkey manager keeps it, beside the sheet that you have. It serves only where it is made: in this browser's extension, or on this page's address.";
    CODE_PASSKEY_MAKE = "Make the passkey";
    CODE_PASSKEY_TITLE = "Use the passkey once more";
    CODE_PASSKEY_ONCE_MORE = "So that it is sure that you find it again. No device keeps what it makes.";
    CODE_PASSKEY_USE = "Use the passkey";
    PASSKEY_NAME = "Symbolon recovery";
    PASSKEY_NOT_FOR_RECOVERY = "The passkey was not used: it was cancelled, is not on this device, or keeps no secret of its own (PRF). Nothing was changed.";
    RECOVER_PASSKEY = "Use a passkey instead of a code";
    CODE_KIND = "How shall the code be kept?";
    GUARDIANS = "Number of guardians";
    GUARDIANS_NEEDED = "How many of them are needed";
    CODE_DRAW = "Draw the code";
    CODE_DRAW_HINT = "It is shown once. Have a pen or a printer at hand, and nobody looking.";
    CODE_SHOWN_TITLE = "Write it down or print it";
    CODE_SHOWN_TEXT = "No device keeps this code, and it is not shown again. Take no picture of it: pictures go to clouds.";
    CODE_SHOWN_SPLIT = "One sheet for each guardian. No device keeps them, and they are not shown again.";
    CODE_LABEL = "Recovery code, ten groups of four";
    CODE_QR_LABEL = "QR code of the recovery code";
    CODE_PRINT = "Print";
    CODE_WRITTEN = "I have it on paper";
    CODE_TYPE_TITLE = "Type it in from your sheet";
    CODE_TYPE_TEXT = "So that it is sure that you can read it later. It is hidden now: read it from the paper.";
    CODE_LEFT = "A code was drawn and is not shown any more. If it is on your sheet, type it in. If not, draw another one: the old one is worth nothing.";
    CODE_INPUT = "Recovery code";
    CODE_INPUT_HINT = "Capital or small letters, with or without gaps.";
    CODE_MISSING = "Type in the code.";
    CODE_CONFIRM = "Check it";
    CODE_READY_TITLE = "You have the code";
    CODE_READY_TEXT = "This device forgets it now. Only you have it.";
    CODE_CONTINUE = "Continue";
    CODE_IN_TAB = "Draw a recovery code in a tab";

    SHEET_TITLE = "Symbolon recovery sheet";
    SHEET_WHAT = "This code opens the recovery file of a Symbolon wallet. Code and file together are one share of the wallet's key: with a device of the wallet (or as many as the wallet asks for) they move everything in it, alone they move nothing.";
    SHEET_GUARDIAN = "This is a part of the code that opens the recovery file of a Symbolon wallet. Alone it tells nothing. Please keep it safe, and give it to nobody but the person who gave it to you.";
    SHEET_HOW = "How to recover";
    SHEET_STEP_PROGRAM = "Get Symbolon, the wallet program: it is free, its source code is public, and copies of it work without its makers.";
    SHEET_STEP_CHOOSE = "On a new device choose “Recover a wallet”. Choose the recovery file, and type in this code, or scan it.";
    SHEET_STEP_LINK = "Link a device of the wallet that is still there. All of them get new shares; the address stays.";
    SHEET_STEP_DESTROY = "Destroy this sheet afterwards: the wallet then has a new one.";
    SHEET_FORMAT = "Any programmer can read code and file without Symbolon: the document “recovery.md” of its source code describes them to the last byte.";
    SHEET_SECRET = "Keep this sheet away from the file, and from cameras.";
    SHEET_NOTES = "Notes (where the file is kept, whom to ask)";
    SHEET_DRAWN = "Drawn on";
    SHEET_DEVICES = "For the wallet of";

    KEEP_TITLE = "Keep the recovery file";
    KEEP_TEXT = "The key is made. Its recovery share is in this file, which only your code opens. Save it where you find it in ten years: on a stick, in a cloud, with a friend. It need not be secret.";
    KEEP_OTHER = "Or do it on another of your devices: the file is the same on all, and this screen goes by itself.";
    KEEP_FIRST = "Your address is shown after this, so that nothing is received before it can be recovered.";
    KEEP_IN_TAB = "Keep the file in a tab";
    FILE_DOWNLOAD = "Save the file";
    FILE_CHECK = "Then choose the saved file";
    FILE_CHECK_HINT = "Symbolon reads it again, and compares it with your wallet.";
    FILE_KEPT = "This file is the right one, and whole.";
    FILE_NOT_SAVED = "The browser could not save the file. Nothing was changed; try again, or save it on another device.";
    FILE_TITLE = "Recovery file";
    FILE_TEXT = "Only the code on its sheet opens it. It is the same from each of your devices, and need not be secret.";
    FILE_CHANGED = "Every change of your devices makes a new file, for the same code. Files from before are worth nothing: replace them.";
    FILE_KEEP_NEW = "Your shares are new, and so is your recovery file. Keep the new one: the old one no longer works.";
    FILE_KEEP_OPEN = "Keep the new file";

    RECOVERY = "Recovery";
    RECOVERY_NONE = "No recovery share. When fewer devices are left than must sign, nothing can be moved any more.";
    RECOVERY_ADD = "Add a recovery share";
    NEW_CODE = "New code";
    FILE_SHORT = "File";
    FILE_IS_KEPT = "File kept";
    FILE_NOT_KEPT = "File not kept yet";
    MATRIX_OPEN = "If something is lost";

    RECOVER_OPEN_TITLE = "Open the recovery file";
    RECOVER_OPEN_TEXT = "Choose the file, and type in the code from its sheet. With guardians, type in as many of their codes as are needed.";
    RECOVER_FILE = "Recovery file";
    RECOVER_FILE_HINT = "Its name begins with symbolon-recovery. Any of your devices has it under Devices.";
    RECOVER_FILE_MISSING = "Choose the recovery file.";
    RECOVER_CODE_ADD = "Add another guardian's code";
    RECOVER_OPEN = "Open it";
    RECOVER_OPENING = "Opening…";
    RECOVER_AGAIN = "A share that is opened stays in memory only. If Symbolon was closed in between, open it again; linked devices stay linked.";
    RECOVER_CANCEL = "Stop recovering here";
    SCAN_CODE = "Scan the code with the camera";
    SCAN_CODE_FOUND = "Code read.";
    SCAN_CODE_FOREIGN = "That is a QR code, but not a recovery code.";
    CAMERA_DENIED_CODE = "The camera is not available, or not allowed for Symbolon. You can type the code in instead.";

    OPENED_TITLE = "The recovery share is open";
    OPENED_SHEET = "Sheet";
    OPENED_MADE = "File made on";
    OPENED_THRESHOLD = "It takes";
    OPENED_DEVICES = "Devices of this wallet";
    OPENED_HERE = "Here";
    OPENED_NOT_HERE = "Not here: leaves the wallet";
    OPENED_OPEN_THERE = "If you still have a device that is not here, open Symbolon there and link it first.";
    OPENED_NEW = "Get a share";
    RECOVER_LINK_TITLE = "Link a device";
    RECOVER_LINK_TEXT = "On the device that you still have, open “Devices” and choose “Add another device”. Then enter its code here.";
    RECOVER_JOIN = "Enter the other device's code";
    RECOVER_INVITE = "Show a code to another new device";
    RECOVER_CODE_TITLE = "Draw a new recovery code";
    RECOVER_CODE_TEXT = "The code that you typed in is spent: this device has seen it. The recovered wallet gets a new one, and the old sheet should be destroyed.";
    RECOVER_ASK = "Make the new shares";
    RECOVER_ASK_TEXT = "Every device that is here asks you to agree, and shows words to compare. The address stays; the shares of devices that are not here become worthless.";
}

/// What it means that so many sign, where so many devices and recovery shares are.
pub fn shares_text(threshold: u16, devices: u16, recovery: u16) -> String {
    if recovery == 0 {
        return super::threshold_text(threshold, devices);
    }
    let sign = match (threshold, devices.saturating_sub(threshold)) {
        (2, 0) => "Both devices sign every time.".to_owned(),
        (_, 0) => format!("All {devices} devices sign every time."),
        _ => format!("Any {threshold} devices sign."),
    };
    let shares = devices + recovery;
    let lost = match shares.saturating_sub(threshold) {
        1 => "one".to_owned(),
        spare => spare.to_string(),
    };
    format!("{sign} You can lose any {lost} of the {shares} shares; a thief needs {threshold}.")
}

/// When a file was made; `date` as `2026-11-30`.
pub fn file_made(date: &str) -> String {
    format!("File made on {date}")
}

/// A new recovery share is to be dealt.
pub fn draft_new_recovery(sheet: &str) -> String {
    format!("New recovery share, for the code on sheet {sheet}")
}

/// A recovery share is to end.
pub fn draft_drop_recovery(sheet: &str) -> String {
    format!("End the recovery share of sheet {sheet}: its code and its files become worthless")
}

/// How many shares it takes.
pub fn shares(threshold: u16) -> String {
    format!("{threshold} shares")
}

/// A code that was typed in again, or whose passkey was used once more.
pub fn code_ready(sheet: &str) -> String {
    format!("Recovery code {sheet}: checked, you have it.")
}

/// The name of a sheet.
pub fn sheet(name: &str) -> String {
    format!("Sheet {name}")
}

/// The name of a sheet, and whose it is if there are several of it.
pub fn sheet_of(name: &str, guardian: Option<(usize, usize)>) -> String {
    match guardian {
        Some((number, _)) => format!("{}, guardian {number}", sheet(name)),
        None => sheet(name),
    }
}

/// How the file of a sheet is found again.
pub fn sheet_file(sheet: &str) -> String {
    format!("The name of the file begins with symbolon-recovery-{sheet}.")
}

/// Which guardian a sheet is for.
pub fn guardian(number: usize, guardians: usize, needed: u16) -> String {
    format!("Guardian {number} of {guardians}. Any {needed} of these {guardians} sheets make the code.")
}

/// How many of the guardians there are so far.
pub fn guardians_text(needed: u8, guardians: u8) -> String {
    match guardians.saturating_sub(needed) {
        0 => format!("All {guardians} are needed: if one sheet is lost, the code is lost."),
        1 => format!("Any {needed} of {guardians} make the code. One sheet may be lost."),
        spare => format!("Any {needed} of {guardians} make the code. {spare} sheets may be lost."),
    }
}

/// How many letters of a code are typed in.
pub fn letters(count: usize, of: usize) -> String {
    format!("{count} of {of} letters.")
}

/// A field of several for guardians' codes.
pub fn guardian_code(number: usize) -> String {
    format!("Guardian's code {number}")
}

/// The name under which a recovery file is saved; `date` as `2026-11-30`.
pub fn recovery_file_name(sheet: &str, date: &str) -> String {
    format!("symbolon-recovery-{sheet}-{date}.bin")
}

/// The file that was chosen.
pub fn file_chosen(name: &str) -> String {
    format!("Chosen: {name}")
}

/// What is missing to deal new shares.
pub fn recover_missing(missing: u16) -> String {
    match missing {
        1 => "One more share is needed. Link a device of this wallet that you still have. If all are lost, link a new device on which another recovery share is opened.".to_owned(),
        _ => format!("{missing} more shares are needed. Link devices of this wallet that you still have. If all are lost, link new devices on which other recovery shares are opened."),
    }
}

/// What is missing to hold the new shares: recovery shares do not sign.
pub fn recover_too_few(threshold: u16) -> String {
    format!("{threshold} devices must be there to sign afterwards. Link another one; it gets a share, too.")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_recovery_share_is_counted_among_what_can_be_lost() {
        assert!(shares_text(2, 2, 1).contains("lose any one of the 3 shares"));
        assert!(shares_text(2, 3, 1).contains("lose any 2 of the 4 shares"));
        assert_eq!(shares_text(2, 2, 0), crate::messages::threshold_text(2, 2));
    }

    #[test]
    fn guardians_are_told_what_may_be_lost() {
        assert!(guardians_text(2, 2).contains("the code is lost"));
        assert!(guardians_text(2, 3).contains("One sheet may be lost"));
        assert!(guardians_text(2, 5).contains("3 sheets may be lost"));
    }

    #[test]
    fn a_file_is_found_by_its_name() {
        assert_eq!(
            recovery_file_name("AB12-CD34", "2026-11-30"),
            "symbolon-recovery-AB12-CD34-2026-11-30.bin"
        );
    }
}
