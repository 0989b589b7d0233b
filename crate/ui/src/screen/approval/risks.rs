//! What to look at twice.

use leptos::prelude::*;
use symbolon_wallet::view::RiskView;

use crate::part::icon::icon;
use crate::part::notice::{severity_icon, severity_name};
use crate::{format, testids};

pub fn risks(risks: &[RiskView]) -> Option<AnyView> {
    if risks.is_empty() {
        return None;
    }
    let items = risks
        .iter()
        .map(|risk| {
            let name = severity_name(risk.severity);
            view! {
                <li
                    class=format!("banner {name}")
                    data-testid=testids::RISK
                    data-code=risk.code.clone()
                    data-severity=name
                >
                    {icon(severity_icon(risk.severity))}
                    <p dir="auto">{format::unbroken(&risk.message)}</p>
                </li>
            }
        })
        .collect_view();
    Some(view! { <ul class="risks">{items}</ul> }.into_any())
}
