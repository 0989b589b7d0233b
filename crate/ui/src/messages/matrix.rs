//! Sentences of the recovery matrix: what to do when something is lost or stolen.

use crate::screen::{Holders, Loss};

messages! {
    MATRIX_TITLE = "If something is lost";
    MATRIX_TEXT = "What you need in each case, counted from what your wallet has now. The address stays, whatever you replace.";
    MATRIX_NEED = "You need";
    MATRIX_LEFT = "Left";
    MATRIX_DO = "Do this";
    MATRIX_AFTER = "Afterwards";
    MATRIX_TO_CODE = "Draw a new recovery code";
    MATRIX_TO_DEVICES = "To the devices";
    MATRIX_TO_SEND = "Move funds";
}

/// What happened; `other` is the name of the other device, if there is one alone.
pub fn matrix_loss(loss: Loss, other: Option<&str>) -> String {
    match (loss, other) {
        (Loss::AllDevices, _) => "All devices are lost".to_owned(),
        (Loss::Other, Some(name)) => format!("“{name}” is lost or broken"),
        (Loss::Other, None) => "Another device is lost or broken".to_owned(),
        (Loss::Sheet, _) => "A recovery sheet or file is lost".to_owned(),
        (Loss::Theft, _) => "Somebody may have a device, a sheet or a file".to_owned(),
        (Loss::This, _) => "This device is lost or broken".to_owned(),
    }
}

/// What it takes; `left` is who still holds shares.
pub fn matrix_need(loss: Loss, threshold: u16, left: Holders) -> String {
    match loss {
        Loss::AllDevices => {
            format!("{threshold} recovery shares, each a file with its code, and as many new devices.")
        }
        Loss::Sheet => "All your devices.".to_owned(),
        Loss::Other | Loss::Theft | Loss::This if left.devices >= threshold => {
            "The devices that are left, and a new one.".to_owned()
        }
        Loss::Other | Loss::Theft | Loss::This => {
            "The devices that are left, a recovery file with its code, and a new device.".to_owned()
        }
    }
}

/// Which shares are left, and whether they are enough.
pub fn matrix_left(threshold: u16, left: Holders) -> String {
    let devices = super::plural(left.devices.into(), "1 device", "devices");
    let recovery = super::plural(left.recovery.into(), "1 recovery share", "recovery shares");
    let verdict = if left.all() >= threshold { "Enough" } else { "Too few" };
    format!("{devices} and {recovery}. {verdict}: it takes {threshold}.")
}

/// What to do.
pub fn matrix_do(loss: Loss, threshold: u16, left: Holders) -> &'static str {
    match loss {
        _ if left.all() < threshold => {
            "Nothing helps then. Add a recovery share or another device now, while all are here."
        }
        Loss::AllDevices => {
            "On new devices choose “Recover a wallet”, open one recovery share on each, and link them with each other."
        }
        Loss::Other | Loss::This if left.devices < threshold => {
            "On a new device choose “Recover a wallet”, open the recovery file there, and link the device that is left."
        }
        Loss::Other => "Link a new device here, then choose “Replace” beside the lost one.",
        Loss::This => "On another device: link a new one, then choose “Replace” beside this one.",
        Loss::Sheet => "Draw a new code. The lost code and its file become worthless.",
        Loss::Theft => {
            "At once: replace the device, or draw a new recovery code for the sheet or file, and destroy the old sheet. Then move the funds to a new wallet."
        }
    }
}

/// What is there afterwards.
pub fn matrix_after(loss: Loss, threshold: u16, left: Holders) -> &'static str {
    match loss {
        _ if left.all() < threshold => "The funds are lost for good.",
        Loss::AllDevices | Loss::Other | Loss::This => {
            "All shares are there again, and all are new. Destroy old sheets: an old file with its code and the lost device's share would together still be enough."
        }
        Loss::Sheet => "All shares are there again, with a new sheet and a new file.",
        Loss::Theft => {
            "New shares make a single stolen one worthless. But a stolen device's share and an old file with its code are together still enough of the old shares, for ever. So only funds that were moved are safe from whoever has both."
        }
    }
}
