//! Sentences about who holds shares, and about changes of it.

messages! {
    CHANGE_TITLE = "Change of your devices";
    CHANGE_TEXT = "Every device that takes part must agree. Your addresses stay, and the old shares become worthless once the new ones are tested.";
    CHANGE_WORDS_TEXT = "A device joins, so compare: every device of the wallet must show exactly these words.";
    CHANGE_AGREE = "Agree";
    CHANGE_AGREE_WORDS = "They are the same, agree";
    CHANGE_REFUSE = "Refuse";
    CHANGE_REFUSE_WORDS = "They differ, refuse";
    CHANGE_AGREED = "You agreed here. Agree on the other devices, too.";
    CHANGE_DEALING = "Dealing and storing new shares";
    CHANGE_TESTING = "Testing the new shares with signatures";
    CHANGE_LABEL = "Progress of the change";
    CHANGE_HAS_AGREED = "Agreed";
    CHANGE_NOT_AGREED = "Not agreed yet";
    CHANGE_HERE = "Here";
    CHANGE_AWAITED = "Awaited";
    ROLE_JOINS = "gets a share";
    ROLE_LEAVES = "drops its share";
    ROLE_STAYS = "new share";

    ROTATE = "Renew shares now";
    ROTATE_TEXT = "New shares for the same devices. A share that somebody copied before is then worth nothing.";
    ROTATE_DUE = "It is time to renew the shares of your devices: the last time was 90 days ago or more.";
    ROTATED_NEVER = "When these shares were made is not known.";
    CHANGE_UNFINISHED = "A change of your devices was left unfinished. Nothing is lost: it goes on when all its devices are here, or make it again.";
    BEHIND = "Its share is old or gone: it cannot sign";
    FORMER = "Removed, holds no share";
    DEVICE_ADD = "Give a share";
    DEVICE_REPLACE = "Replace";
    DEVICE_FORGET = "Forget";
    THRESHOLD_EDIT = "Change how many sign";
    DRAFT_TITLE = "What you are about to ask";
    DRAFT_TEXT = "Keep all devices that keep or get a share open. Each of them asks you to agree.";
    DRAFT_ASK = "Ask all devices";
    THRESHOLD_AFTER = "How many sign afterwards";
    ACCEPT_NO_SPARE_AFTER = "I understand: afterwards every device must sign, and if one is lost, the funds are lost.";
}

/// When the shares were renewed.
pub fn rotated(ago: &str) -> String {
    format!("Shares made and tested {ago}.")
}

/// When a device last took part in a test signature.
pub fn tested(ago: &str) -> String {
    format!("tested {ago}")
}

/// Who proposed a change.
pub fn proposed_by(name: &str) -> String {
    format!("Asked for on {name}")
}

/// A device is to get a share.
pub fn draft_add(name: &str) -> String {
    format!("Add {name}")
}

/// A device is to hold none any more.
pub fn draft_remove(name: &str) -> String {
    format!("Remove {name}")
}

/// A label of a button, with the device that it is for.
pub fn for_device(label: &str, name: &str) -> String {
    format!("{label}: {name}")
}
