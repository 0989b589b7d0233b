//! Which accounts there are, told among the devices of a wallet: so that a device that joins, or takes a lost one's place,
//! shows them all. Names alone travel; every address is derived from the device's own key.

use symbolon_mpc::DeviceId;

use super::peer::PeerMessage;
use crate::context::Context;
use crate::wallet::Wallet;

impl Wallet {
    /// Tells a device of this wallet the names of the accounts.
    pub(super) fn tell_accounts(&mut self, cx: &mut Context<'_>, to: DeviceId) {
        let names = self.account_names().to_vec();
        // The first one is there with the key.
        if names.len() > 1 && self.holds_share(to) {
            self.tell(cx, to, &PeerMessage::Accounts(names));
        }
    }

    /// The dApp side has new accounts.
    pub(crate) fn accounts_changed(&mut self, cx: &mut Context<'_>) {
        for device in self.online_peers(cx.now) {
            self.tell_accounts(cx, device);
        }
    }

    pub(super) fn accounts_arrived(&mut self, cx: &mut Context<'_>, from: DeviceId, names: Vec<String>) {
        if self.holds_share(from) {
            self.learn_accounts(cx, names);
        }
    }

    fn holds_share(&self, device: DeviceId) -> bool {
        self.key().is_some_and(|key| key.record.info().quorum().party_of(device).is_some())
    }
}
