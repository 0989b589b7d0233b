//! Screens draw what the wallet shows when they are told that it changed, and not before.

use symbolon_wallet::Wallet;
use symbolon_wallet::effect::Effect;
use symbolon_wallet::event::Timestamp;
use symbolon_wallet::view::View;

/// What a wallet shows before a turn.
pub(crate) struct Screens(View);

impl Screens {
    pub(crate) fn of(wallet: &Wallet, now: Timestamp) -> Self {
        let mut view = wallet.view(now);
        // It is another one with every word of a device that is there, and drawn only of devices that are not.
        for device in &mut view.devices {
            device.last_seen = None;
        }
        for device in view.requests.iter_mut().flat_map(|request| &mut request.devices) {
            device.last_seen = None;
        }
        Self(view)
    }

    /// Sees that the screens were told of what a turn changed on them.
    ///
    /// # Panics
    /// If they were not: they would go on to show what is over.
    pub(crate) fn were_told(&self, effects: &[Effect], wallet: &Wallet, now: Timestamp) {
        if effects.iter().any(|effect| matches!(effect, Effect::ViewChanged)) {
            return;
        }
        let shown = Self::of(wallet, now).0;
        if shown == self.0 {
            return;
        }
        let [before, after] = [&self.0, &shown].map(|view| format!("{view:#?}"));
        let mut lines = before.lines().zip(after.lines());
        let differs = lines.find(|(before, after)| before != after);
        assert_eq!(differs, None, "what the screens show, what they should show and were not told to draw");
        assert_eq!(before, after, "the screens were not told to draw");
    }
}
