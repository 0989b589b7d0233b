//! What all screens share: the view, the bridge, where the owner is, and the time.

use std::cell::RefCell;
use std::rc::Rc;
use std::time::Duration;

use leptos::prelude::*;
use leptos::{ev, mount};
use symbolon_wallet::command::Command;
use symbolon_wallet::event::Timestamp;
use symbolon_wallet::view::{Phase, RequestView, Theme, View};
use wasm_bindgen::prelude::*;

use crate::bridge::{Bridge, News, Outcome};
use crate::route::{self, FirstStep, Place, Screen, Tab};
use crate::screen;
use crate::wire::ScreenKind;

/// Least time between two `Touch` commands, in ms.
const TOUCH_MS: f64 = 30_000.0;

/// The shared state; a handle that is copied into every closure.
#[derive(Clone, Copy)]
pub struct App {
    /// Which page this is.
    pub kind: ScreenKind,
    /// The worker is lost and not back yet.
    pub gone: RwSignal<bool>,
    /// The link that this page was opened with (`#pair=…`), until it is used.
    pub link: RwSignal<String>,
    /// The host's time, moved on every second.
    pub now: RwSignal<Timestamp>,
    /// Where the owner is.
    pub place: RwSignal<Place>,
    /// What is read aloud next.
    pub said: RwSignal<String>,
    /// The last view.
    pub view: RwSignal<View>,
    bridge: StoredValue<Bridge, LocalStorage>,
    offset: StoredValue<f64>,
    touched: StoredValue<f64>,
}

/// Connects, and mounts with the first view.
pub fn start() -> Result<(), JsValue> {
    let kind = ScreenKind::named(&data_screen().unwrap_or_default());
    let link = take_link().unwrap_or_default();
    let slot = Rc::new(RefCell::new(Slot { app: None, bridge: None, link, view: None }));
    let receiver = Rc::clone(&slot);
    let bridge = Bridge::connect(kind, move |news| receive(&receiver, kind, news))?;
    slot.borrow_mut().bridge = Some(bridge);
    mount_if_ready(&slot, kind)
}

impl App {
    /// A part of the view; what reads it runs again only when that part changed.
    pub fn pick<T>(self, part: impl Fn(&View) -> T + Send + Sync + 'static) -> Memo<T>
    where
        T: PartialEq + Send + Sync + 'static,
    {
        Memo::new(move |_| self.view.with(&part))
    }

    /// A request by id; none once it has ended.
    pub fn request(self, id: &str) -> Memo<Option<RequestView>> {
        let id = id.to_owned();
        self.pick(move |view| view.requests.iter().find(|request| request.id == id).cloned())
    }

    /// The time to the nearest minute, for words such as "5 minutes ago": they need no second.
    pub fn minute(self) -> Memo<Timestamp> {
        Memo::new(move |_| (self.now.get() + 30_000) / 60_000 * 60_000)
    }

    /// Gives an order whose refusal would show in the view anyway.
    pub fn send(self, command: Command) {
        self.ask(command, |_| ());
    }

    /// Gives an order and hears of its outcome.
    pub fn ask(self, command: Command, then: impl FnOnce(Outcome) + 'static) {
        self.bridge.with_value(|bridge| bridge.command(command, then));
    }

    /// Goes to a page of the open wallet.
    pub fn go(self, tab: Tab) {
        self.place.update(|place| place.tab = tab);
    }

    /// Has something read aloud by a screen reader.
    pub fn say(self, text: impl Into<String>) {
        self.said.set(text.into());
    }

    fn new(kind: ScreenKind, bridge: Bridge, link: String, view: View) -> Self {
        let mut place = Place::default();
        if !link.is_empty() {
            place.first = Some(FirstStep::Join);
            place.joining = true;
        }
        let app = Self {
            kind,
            gone: RwSignal::new(false),
            link: RwSignal::new(link),
            now: RwSignal::new(view.now),
            place: RwSignal::new(place),
            said: RwSignal::new(String::new()),
            offset: StoredValue::new(view.now as f64 - js_sys::Date::now()),
            view: RwSignal::new(view),
            bridge: StoredValue::new_local(bridge),
            touched: StoredValue::new(0.0),
        };
        app.keep_time();
        app.keep_theme();
        app.keep_awake();
        app
    }

    fn hear(self, view: View) {
        self.offset.set_value(view.now as f64 - js_sys::Date::now());
        self.gone.set(false);
        if self.view.with_untracked(|present| *present != view) {
            self.view.set(view);
        }
        self.tick();
    }

    fn tick(self) {
        let now = js_sys::Date::now() + self.offset.get_value();
        self.now.set(now.max(0.0) as Timestamp);
    }

    fn keep_time(self) {
        set_interval(move || self.tick(), Duration::from_secs(1));
    }

    fn keep_theme(self) {
        let theme = self.pick(|view| view.settings.theme);
        Effect::new(move |_| {
            let name = match theme.get() {
                Theme::Dark => "dark",
                Theme::Light => "light",
                Theme::System => "system",
            };
            if let Some(root) = document().document_element() {
                let _ = root.set_attribute("data-theme", name);
            }
        });
    }

    /// Tells the wallet that its owner is here, at most every [`TOUCH_MS`].
    fn keep_awake(self) {
        let touch = move || {
            let now = js_sys::Date::now();
            if self.view.with_untracked(|view| view.phase != Phase::Ready && view.phase != Phase::Linking)
                || now - self.touched.get_value() < TOUCH_MS
            {
                return;
            }
            self.touched.set_value(now);
            self.send(Command::Touch);
        };
        let _ = window_event_listener(ev::pointerdown, move |_| touch());
        let _ = window_event_listener(ev::keydown, move |_| touch());
    }
}

/// The shared state, from inside any screen.
pub fn app() -> App {
    use_context::<App>().expect("the root provides it before it draws anything")
}

struct Slot {
    app: Option<App>,
    bridge: Option<Bridge>,
    link: String,
    view: Option<View>,
}

fn receive(slot: &Rc<RefCell<Slot>>, kind: ScreenKind, news: News) {
    let app = slot.borrow().app;
    match (news, app) {
        (News::View(view), Some(app)) => app.hear(*view),
        (News::View(view), None) => {
            slot.borrow_mut().view = Some(*view);
            // Without `#app` the page is not ours; `start` has reported it.
            let _ = mount_if_ready(slot, kind);
        }
        (News::Gone, Some(app)) => app.gone.set(true),
        (News::Gone, None) => (),
    }
}

fn mount_if_ready(slot: &Rc<RefCell<Slot>>, kind: ScreenKind) -> Result<(), JsValue> {
    let parent = document()
        .get_element_by_id("app")
        .and_then(|element| element.dyn_into::<web_sys::HtmlElement>().ok())
        .ok_or("the page has no #app")?;
    let (bridge, view, link) = {
        let mut slot = slot.borrow_mut();
        if slot.app.is_some() || slot.bridge.is_none() || slot.view.is_none() {
            return Ok(());
        }
        let (Some(bridge), Some(view)) = (slot.bridge.take(), slot.view.take()) else { return Ok(()) };
        (bridge, view, std::mem::take(&mut slot.link))
    };
    parent.set_text_content(None);
    let slot = Rc::clone(slot);
    mount::mount_to(parent, move || {
        let app = App::new(kind, bridge, link, view);
        provide_context(app);
        slot.borrow_mut().app = Some(app);
        screen::root(app)
    })
    .forget();
    Ok(())
}

/// The screen to be seen.
pub fn screen_memo(app: App) -> Memo<Screen> {
    Memo::new(move |_| app.view.with(|view| app.place.with(|place| route::screen(view, app.kind, place))))
}

fn data_screen() -> Option<String> {
    document().document_element()?.get_attribute("data-screen")
}

/// The invitation in the page's own address, which is taken out of it at once: it is a secret, and history is not.
fn take_link() -> Option<String> {
    let location = window().location();
    let hash = location.hash().ok()?;
    if !hash.starts_with("#pair=") {
        return None;
    }
    let link = location.href().ok()?;
    let path = location.pathname().ok()? + &location.search().ok()?;
    if let Ok(history) = window().history() {
        let _ = history.replace_state_with_url(&JsValue::NULL, "", Some(&path));
    }
    Some(link)
}
