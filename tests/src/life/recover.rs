//! A wallet whose devices were lost, all but too few, is recovered with file and code.

use symbolon_wallet::command::Command;

use super::Life;
use crate::recovery::Kept;

impl Life {
    /// All but too few devices are lost. A new one opens the recovery share, and takes their place beside those that are left.
    pub(super) fn recover(&mut self) -> bool {
        let Some(code) = self.code.clone() else { return false };
        self.all_come_back();
        self.accept_all();
        self.settle();
        let current = self.model.current();
        let Some(left) = self.pick_set(&current, self.model.threshold - 1) else { return false };
        for index in &left {
            self.wake(*index);
        }
        // What the owner kept: the newest file, which every device gives.
        let party = self.world.view(left[0]).recovery.shares[0].party;
        let file = self.world.ask(left[0], Command::GiveRecoveryFile { party }).expect("it gives the file");
        for index in current.into_iter().filter(|index| !left.contains(index)) {
            self.world.close(index);
            self.model.lost.insert(index);
            self.copies.retain(|copy| copy.device != index);
        }
        let new = self.meet_new();
        for index in left.iter().chain([&new]) {
            self.wake(*index);
        }
        let old = Kept { code, file };
        self.world.open_share(new, &old).expect("the code opens the file");
        let members: Vec<_> = left.iter().copied().chain([new]).collect();
        let kept = self.world.recover(new, &[], &members);
        self.model.changed(&members.into_iter().collect(), self.model.threshold);
        let refused = self.world.command(new, Command::CheckRecoveryFile { file: old.file });
        assert_eq!(refused.expect_err("it is of an earlier epoch").code, "recovery/old-epoch");
        self.code = Some(kept.code);
        true
    }
}
