//! When the approve button works: a second after the owner could first see what it approves.
//!
//! A page can time a window so that a click meant for the page lands on "Approve". So a click counts only if the window
//! has had the focus, visibly, unmoved and with the same request on it, for [`ARMING_MS`].

/// How long the request must have been in view before a click counts, in ms.
pub const ARMING_MS: f64 = 1000.0;

/// How long the button of a dangerous request must be held, in ms.
pub const HOLD_MS: f64 = 1200.0;

/// What bears on the approve button.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sight {
    /// The window lost the focus.
    Blurred,
    /// The request, its digest, or the window's size changed.
    Changed,
    /// The window has the focus.
    Focused,
    /// The document is hidden.
    Hidden,
    /// The document is visible.
    Shown,
}

/// The state of the approve button.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Arming {
    focused: bool,
    visible: bool,
    since: f64,
}

impl Arming {
    /// A button that was put on screen at `now`, in ms of a clock that never goes back.
    pub fn new(focused: bool, visible: bool, now: f64) -> Self {
        Self { focused, visible, since: now }
    }

    /// Takes note of what happened; the second starts again with every loss of sight.
    pub fn saw(&mut self, sight: Sight, now: f64) {
        let before = self.in_sight();
        match sight {
            Sight::Blurred => self.focused = false,
            Sight::Changed => self.since = now,
            Sight::Focused => self.focused = true,
            Sight::Hidden => self.visible = false,
            Sight::Shown => self.visible = true,
        }
        if !before && self.in_sight() {
            self.since = now;
        }
    }

    /// Whether a click counts now.
    pub fn armed(&self, now: f64) -> bool {
        self.in_sight() && now - self.since >= ARMING_MS
    }

    /// How long until a click counts, in ms; none while the window is out of sight.
    pub fn wait(&self, now: f64) -> Option<f64> {
        self.in_sight().then(|| (self.since + ARMING_MS - now).max(0.0))
    }

    fn in_sight(&self) -> bool {
        self.focused && self.visible
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_click_counts_a_second_after_the_window_opened() {
        let arming = Arming::new(true, true, 100.0);
        assert!(!arming.armed(1099.0));
        assert!(arming.armed(1100.0));
        assert_eq!(arming.wait(400.0), Some(700.0));
    }

    #[test]
    fn a_window_without_focus_never_arms() {
        let arming = Arming::new(false, true, 0.0);
        assert!(!arming.armed(60_000.0));
        assert_eq!(arming.wait(0.0), None);
    }

    #[test]
    fn a_lost_focus_starts_the_second_again() {
        let mut arming = Arming::new(true, true, 0.0);
        arming.saw(Sight::Blurred, 2000.0);
        assert!(!arming.armed(2001.0));
        arming.saw(Sight::Focused, 3000.0);
        assert!(!arming.armed(3999.0));
        assert!(arming.armed(4000.0));
    }

    #[test]
    fn a_hidden_document_starts_the_second_again() {
        let mut arming = Arming::new(true, true, 0.0);
        arming.saw(Sight::Hidden, 2000.0);
        arming.saw(Sight::Shown, 2001.0);
        assert!(!arming.armed(2500.0));
        assert!(arming.armed(3001.0));
    }

    #[test]
    fn another_request_under_the_finger_starts_the_second_again() {
        let mut arming = Arming::new(true, true, 0.0);
        arming.saw(Sight::Changed, 5000.0);
        assert!(!arming.armed(5999.0));
        assert!(arming.armed(6000.0));
    }

    #[test]
    fn a_focus_event_without_a_loss_does_not_put_the_button_off() {
        let mut arming = Arming::new(true, true, 0.0);
        arming.saw(Sight::Focused, 900.0);
        assert!(arming.armed(1000.0));
    }
}
