//! The fee, and its editor on the device that began the request.

use leptos::prelude::*;
use symbolon_wallet::command::{Command, FeeChoice};
use symbolon_wallet::view::{FeeSpeed, FeeView, SpeedView};

use crate::app::app;
use crate::part::ask::Ask;
use crate::part::field::Field;
use crate::part::icon::{Icon, icon};
use crate::part::progress::spinner;
use crate::{format, messages, testids};

pub fn fee(id: String, fee: Memo<Option<Option<FeeView>>>) -> AnyView {
    let fee = Memo::new(move |_| fee.get().flatten());
    let editable = Memo::new(move |_| fee.with(|fee| fee.as_ref().is_some_and(|fee| fee.editable)));
    let present = Memo::new(move |_| fee.with(Option::is_some));
    let editing = RwSignal::new(false);
    let id = StoredValue::new(id);
    view! {
        {move || {
            present.get().then(|| view! {
                <section class="card fee" data-testid=testids::FEE>
                    <div class="row">
                        <span class="grow">
                            <h2 class="quiet-heading">{messages::FEE}</h2>
                            <span class="hint">
                                {move || fee.get().map(|fee| messages::fee_at_most(&fee.maximum))}
                            </span>
                        </span>
                        <span class="amount">{move || fee.get().map(|fee| fee.estimate)}</span>
                        {move || editable.get().then(|| view! {
                            <button
                                type="button"
                                class="icon-button"
                                data-testid=testids::FEE_EDIT
                                aria-label=messages::FEE_EDIT
                                aria-expanded=move || editing.get().to_string()
                                on:click=move |_| editing.update(|editing| *editing = !*editing)
                            >
                                {icon(Icon::Edit)}
                            </button>
                        })}
                    </div>
                    {move || (editing.get() && editable.get()).then(|| editor(id.get_value(), fee, editing))}
                </section>
            })
        }}
    }
    .into_any()
}

fn editor(id: String, fee: Memo<Option<FeeView>>, editing: RwSignal<bool>) -> AnyView {
    let ask = Ask::new(app());
    let Some(present) = fee.get_untracked() else { return ().into_any() };
    let max = RwSignal::new(present.max_fee_gwei);
    let priority = RwSignal::new(present.priority_fee_gwei);
    let gas = RwSignal::new(present.gas_limit.to_string());
    let custom = RwSignal::new(present.speed.is_none());
    let tried = RwSignal::new(false);
    let number = |text: String| format::is_decimal(text.trim());
    let choose = {
        let id = id.clone();
        move |speed: FeeSpeed| {
            custom.set(false);
            let command = Command::EditFee { request: id.clone(), fee: FeeChoice::Speed { speed } };
            ask.run_set(command, editing, false);
        }
    };
    let speeds = present
        .speeds
        .into_iter()
        .map(|SpeedView { expected, maximum, speed }| {
            let choose = choose.clone();
            let chosen = move || {
                !custom.get() && fee.with(|fee| fee.as_ref().and_then(|fee| fee.speed) == Some(speed))
            };
            let name = match speed {
                FeeSpeed::Slow => "slow",
                FeeSpeed::Normal => "normal",
                FeeSpeed::Fast => "fast",
            };
            view! {
                <button
                    type="button"
                    class="speed"
                    data-testid=testids::FEE_SPEED
                    data-speed=name
                    data-expected=expected.clone()
                    data-maximum=maximum.clone()
                    aria-pressed=move || chosen().to_string()
                    disabled=move || ask.busy.get()
                    on:click=move |_| choose(speed)
                >
                    <span class="strong">{messages::fee_speed(speed)}</span>
                    <span>{messages::fee_about(&expected)}</span>
                    <span class="hint">{messages::fee_at_most(&maximum)}</span>
                </button>
            }
        })
        .collect_view();
    let submit = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        tried.set(true);
        let Ok(gas_limit) = gas.get().trim().parse() else { return };
        if !number(max.get()) || !number(priority.get()) {
            return;
        }
        let fee = FeeChoice::Custom {
            max_fee_gwei: max.get().trim().to_owned(),
            priority_fee_gwei: priority.get().trim().to_owned(),
            gas_limit,
        };
        ask.run_set(Command::EditFee { request: id.clone(), fee }, editing, false);
    };
    let wrong = move |right: bool| (tried.get() && !right).then_some(messages::FEE_BAD);
    view! {
        <div class="fee-editor">
            <p class="hint" data-testid=testids::FEE_GAS_USED>
                {move || fee.get().map(|fee| messages::fee_gas(fee.gas_expected, fee.gas_limit, fee.gas_simulated))}
            </p>
            <div class="speeds">
                {speeds}
                <button
                    type="button"
                    class="speed"
                    data-testid=testids::FEE_SPEED
                    data-speed="custom"
                    aria-pressed=move || custom.get().to_string()
                    on:click=move |_| custom.set(true)
                >
                    <span class="strong">{messages::FEE_CUSTOM}</span>
                </button>
            </div>
            <form class="form" novalidate hidden=move || !custom.get() on:submit=submit>
                {Field::new(testids::FEE_MAX, messages::FEE_MAX, max)
                    .decimal()
                    .complaint(move || wrong(number(max.get())))
                    .view()}
                {Field::new(testids::FEE_PRIORITY, messages::FEE_PRIORITY, priority)
                    .decimal()
                    .complaint(move || wrong(number(priority.get())))
                    .view()}
                {Field::new(testids::FEE_GAS, messages::FEE_GAS, gas)
                    .decimal()
                    .complaint(move || wrong(gas.get().trim().parse::<u64>().is_ok()))
                    .view()}
                <button type="submit" class="button wide" data-testid=testids::FEE_SAVE disabled=move || ask.busy.get()>
                    {move || ask.busy.get().then(spinner)}
                    {messages::FEE_SAVE}
                </button>
            </form>
            <p class="hint">{messages::FEE_RESTART}</p>
            {ask.refused()}
        </div>
    }
    .into_any()
}
