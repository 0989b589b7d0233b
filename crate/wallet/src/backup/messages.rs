//! What an owner is told of a recovery code or file: what is wrong, what is safe, and what to do.

use super::{CodeError, FileError, GuardianError};

/// What is wrong with a code that was typed in.
#[must_use]
pub fn of_code(error: CodeError) -> String {
    match error {
        CodeError::Length => "A recovery code has 40 letters in ten groups of four. Please check that all of it is there.".to_owned(),
        CodeError::Letter { place } => {
            format!("No recovery code has the letter that stands at place {place}. Please compare it with your sheet.")
        }
        CodeError::OtherKind => {
            "This is another kind of code: a guardian's where the owner's is asked for, or the other way round.".to_owned()
        }
        CodeError::Typo => "A letter of the code is wrong or stands in the wrong place. Please compare it with your sheet.".to_owned(),
        CodeError::Version(_) => "This code was made by a newer version of Symbolon. Please update, then try again.".to_owned(),
    }
}

/// What is wrong with a file that was chosen.
#[must_use]
pub fn of_file(error: FileError) -> String {
    match error {
        FileError::Altered => {
            "This recovery file was damaged or altered. Nothing was changed. Any other copy of it, from any of your devices, serves as well.".to_owned()
        }
        FileError::LaterEpoch { .. } => {
            "This recovery file is newer than the wallet on this device: your other devices have moved on without it.".to_owned()
        }
        FileError::NewerVersion(_) => {
            "This recovery file was made by a newer version of Symbolon. Please update, then try again.".to_owned()
        }
        FileError::NotOurs => "This is not a Symbolon recovery file. Please choose another file.".to_owned(),
        FileError::OldEpoch { .. } => {
            "This recovery file is from before the last change of your devices and no longer fits. Please use the one that was made then.".to_owned()
        }
        FileError::OtherWallet => "This recovery file belongs to another wallet.".to_owned(),
        FileError::Truncated => {
            "This recovery file is not complete: its end is missing. Please copy or download it again.".to_owned()
        }
        FileError::WrongCode => {
            "The code was typed right, but it is not this file's. Please look for the sheet that was made with it.".to_owned()
        }
    }
}

/// What is wrong with guardians' codes.
#[must_use]
pub fn of_guardians(error: GuardianError) -> String {
    match error {
        GuardianError::Code(CodeError::Length) => {
            "A guardian's code has 44 letters in eleven groups of four. Please check that all of it is there."
                .to_owned()
        }
        GuardianError::Code(error) => of_code(error),
        GuardianError::Mixed => "These codes were not made together. Please use codes of one set.".to_owned(),
        GuardianError::Numbers => "There can be 2 to 16 guardians, of whom at least 2 are needed.".to_owned(),
        GuardianError::TooFew { given, needed } => {
            format!("{needed} guardians' codes are needed, and {given} were given.")
        }
        GuardianError::Twice(number) => format!("The code of guardian {number} was given twice."),
    }
}
