//! The recovery matrix: what to do when something is lost or stolen, from what this wallet has.

use leptos::prelude::*;
use symbolon_wallet::view::View;

use super::devices::{Holders, draw};
use crate::app::{App, app};
use crate::part::icon::{Icon, icon};
use crate::part::page::title_with_back;
use crate::route::Tab;
use crate::{messages, testids};

/// What happened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Loss {
    /// Every device is lost.
    AllDevices,
    /// Another device is.
    Other,
    /// Sheet or file of a recovery share is.
    Sheet,
    /// Somebody may have a device, a file or a code.
    Theft,
    /// This device is lost.
    This,
}

/// Where a row leads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Way {
    /// The page of devices.
    Devices,
    /// A new recovery code.
    NewCode,
    /// A transfer to another wallet.
    Send,
}

impl Loss {
    /// In the order of the page.
    const ALL: [Self; 5] = [Self::Other, Self::This, Self::AllDevices, Self::Sheet, Self::Theft];

    /// Name for tests.
    fn name(self) -> &'static str {
        match self {
            Self::AllDevices => "all-devices",
            Self::Other => "other",
            Self::Sheet => "sheet",
            Self::Theft => "theft",
            Self::This => "this",
        }
    }

    /// Where its owner goes on this device: nowhere, if it is another one on which to begin.
    fn ways(self, threshold: u16, left: Holders) -> &'static [Way] {
        match self {
            _ if left.all() < threshold => &[Way::Devices],
            Self::AllDevices | Self::This => &[],
            // A new device is linked from here, whichever way it gets its share.
            Self::Other => &[Way::Devices],
            Self::Sheet => &[Way::NewCode],
            Self::Theft => &[Way::Devices, Way::Send],
        }
    }

    /// Who holds shares then.
    fn left(self, Holders { devices, recovery }: Holders) -> Holders {
        match self {
            Self::AllDevices => Holders { devices: 0, recovery },
            Self::Other | Self::Theft | Self::This => {
                Holders { devices: devices.saturating_sub(1), recovery }
            }
            Self::Sheet => Holders { devices, recovery: recovery.saturating_sub(1) },
        }
    }
}

pub fn matrix() -> AnyView {
    let app = app();
    let facts = app.pick(|view: &View| (view.threshold, Holders::of(view), other_name(view)));
    view! {
        <div class="page">
            {title_with_back(messages::MATRIX_TITLE, move || app.go(Tab::Devices))}
            <p class="lead">{messages::MATRIX_TEXT}</p>
            {move || {
                let (threshold, holders, other) = facts.get();
                // Who has no recovery share loses none.
                let losses = Loss::ALL.into_iter().filter(|loss| *loss != Loss::Sheet || holders.recovery > 0);
                losses.map(|loss| row(app, loss, threshold, holders, other.as_deref())).collect_view()
            }}
        </div>
    }
    .into_any()
}

/// The name of the other device, if there is one alone.
fn other_name(view: &View) -> Option<String> {
    let mut others = view.devices.iter().filter(|device| !device.me && device.party.is_some());
    let first = others.next()?;
    others.next().is_none().then(|| first.name.clone())
}

fn row(app: App, loss: Loss, threshold: u16, holders: Holders, other: Option<&str>) -> AnyView {
    let left = loss.left(holders);
    let enough = left.all() >= threshold;
    let facts = [
        (messages::MATRIX_NEED, messages::matrix_need(loss, threshold, left)),
        (messages::MATRIX_LEFT, messages::matrix_left(threshold, left)),
        (messages::MATRIX_DO, messages::matrix_do(loss, threshold, left).to_owned()),
        (messages::MATRIX_AFTER, messages::matrix_after(loss, threshold, left).to_owned()),
    ];
    let facts = facts.map(|(label, text)| view! { <dt>{label}</dt><dd>{text}</dd> }).collect_view();
    let ways = loss.ways(threshold, left).iter().map(|which| way(app, *which)).collect_view();
    view! {
        <section class="card stack" data-testid=testids::MATRIX_ROW data-loss=loss.name() data-enough=enough.to_string()>
            <h2 class="quiet-heading"><bdi>{messages::matrix_loss(loss, other)}</bdi></h2>
            <dl class="facts">{facts}</dl>
            {ways}
        </section>
    }
    .into_any()
}

fn way(app: App, which: Way) -> AnyView {
    let (label, picture) = match which {
        Way::Devices => (messages::MATRIX_TO_DEVICES, Icon::Devices),
        Way::NewCode => (messages::MATRIX_TO_CODE, Icon::Paper),
        Way::Send => (messages::MATRIX_TO_SEND, Icon::Up),
    };
    let go = move |_| match which {
        Way::Devices => app.go(Tab::Devices),
        Way::NewCode => new_code(app),
        Way::Send => app.go(Tab::Send),
    };
    view! {
        <button type="button" class="button wide" on:click=go>
            {icon(picture)}
            {label}
        </button>
    }
    .into_any()
}

/// A code in the place of the one recovery share; of several, the owner chooses on the page of devices.
fn new_code(app: App) {
    let parties: Vec<_> =
        app.view.with_untracked(|view| view.recovery.shares.iter().map(|share| share.party).collect());
    match parties.as_slice() {
        [party] => draw(app, Some(*party)),
        _ => app.go(Tab::Devices),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_devices_and_a_recovery_share_survive_the_loss_of_any_one() {
        let holders = Holders { devices: 2, recovery: 1 };
        let is_enough = |loss: Loss| loss.left(holders).all() >= 2;
        assert!(is_enough(Loss::Other) && is_enough(Loss::This) && is_enough(Loss::Sheet));
        assert!(!is_enough(Loss::AllDevices));
        let two_sheets = Holders { devices: 2, recovery: 2 };
        assert_eq!(Loss::AllDevices.left(two_sheets).all(), 2, "two recovery shares are a quorum");
    }

    #[test]
    fn what_cannot_be_helped_is_said_and_leads_to_where_it_is_prevented() {
        let left = Loss::Other.left(Holders { devices: 2, recovery: 0 });
        assert_eq!(Loss::Other.ways(2, left), [Way::Devices]);
        assert!(messages::matrix_do(Loss::Other, 2, left).contains("Add a recovery share"));
        assert!(messages::matrix_left(2, left).contains("Too few"));
        let left = Loss::Other.left(Holders { devices: 3, recovery: 0 });
        assert!(messages::matrix_do(Loss::Other, 2, left).contains("Replace"));
    }
}
