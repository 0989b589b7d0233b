//! What the platform does for the wallet: an object of JavaScript.

use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;

#[wasm_bindgen(typescript_custom_section)]
const HOST: &str = r#"
/** What the core asks of the platform. No method may throw; all but `deriveKey` return at once. */
export interface Host {
    /** Call `dispatch({"type":"wake"})` at this time (ms since 1970); replaces an earlier alarm. */
    alarm(at: number): void;
    /** JSON text `{"result":…}` or `{"error":{"code","message","data"}}` for a page's call. */
    answer(client: number, id: string, answer: string): void;
    /** Argon2id in an instance that is thrown away; undefined where the platform fails. */
    deriveKey(password: Uint8Array, salt: Uint8Array, memoryKib: number, passes: number, lanes: number): Promise<Uint8Array | undefined>;
    /** This instance is dead: start another one. */
    died(message: string): void;
    /** An event for the pages of an origin, or of all. `data` is JSON text. */
    emit(origin: string | undefined, name: string, data: string): void;
    /** Forget the remembered key. */
    forget(): void;
    /** Tell the owner outside of any window. */
    notify(title: string, body: string): void;
    /** Keep this in memory that outlives the instance, and give it to the next one: a key and a time. */
    remember(key: Uint8Array): void;
    /** Answer to a screen's command; `error` is JSON text `{"code","message"}`. `given` is what the command asked for, if it asked
     * for something: for the screen that asked, and never for a log. */
    reply(number: number, error: string | undefined, given: string | undefined): void;
    /** Open the approval window, or bring it to the front. */
    showApproval(): void;
    /** `view()` gives something new. */
    viewChanged(): void;
}
"#;

#[wasm_bindgen]
extern "C" {
    /// The object that `Core.open` was given.
    #[wasm_bindgen(typescript_type = "Host")]
    #[derive(Clone)]
    pub type Host;

    /// Asks to be woken.
    #[wasm_bindgen(method, catch)]
    pub fn alarm(this: &Host, at: f64) -> Result<(), JsValue>;

    /// Answers a page.
    #[wasm_bindgen(method, catch)]
    pub fn answer(this: &Host, client: f64, id: &str, answer: &str) -> Result<(), JsValue>;

    /// Stretches a password.
    #[wasm_bindgen(method, catch, js_name = deriveKey)]
    pub async fn derive_key(
        this: &Host,
        password: &[u8],
        salt: &[u8],
        memory_kib: u32,
        passes: u32,
        lanes: u32,
    ) -> Result<JsValue, JsValue>;

    /// Says that this instance is dead.
    #[wasm_bindgen(method, catch)]
    pub fn died(this: &Host, message: &str) -> Result<(), JsValue>;

    /// Sends an event to pages.
    #[wasm_bindgen(method, catch)]
    pub fn emit(this: &Host, origin: Option<String>, name: &str, data: &str) -> Result<(), JsValue>;

    /// Forgets the remembered key.
    #[wasm_bindgen(method, catch)]
    pub fn forget(this: &Host) -> Result<(), JsValue>;

    /// Tells the owner.
    #[wasm_bindgen(method, catch)]
    pub fn notify(this: &Host, title: &str, body: &str) -> Result<(), JsValue>;

    /// Remembers a key.
    #[wasm_bindgen(method, catch)]
    pub fn remember(this: &Host, key: &[u8]) -> Result<(), JsValue>;

    /// Answers a screen.
    #[wasm_bindgen(method, catch)]
    pub fn reply(this: &Host, number: f64, error: Option<String>, given: Option<&str>)
    -> Result<(), JsValue>;

    /// Shows the approval window.
    #[wasm_bindgen(method, catch, js_name = showApproval)]
    pub fn show_approval(this: &Host) -> Result<(), JsValue>;

    /// Says that the view changed.
    #[wasm_bindgen(method, catch, js_name = viewChanged)]
    pub fn view_changed(this: &Host) -> Result<(), JsValue>;
}
