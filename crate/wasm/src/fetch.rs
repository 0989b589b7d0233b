//! One HTTP exchange: POST a JSON body, hand back the answer's body.

use gloo_timers::callback::Timeout;
use js_sys::{Function, Promise, Reflect, Uint8Array};
use symbolon_wallet::event::FetchError;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{
    AbortController, Headers, ReadableStreamDefaultReader, ReferrerPolicy, Request, RequestCache,
    RequestCredentials, RequestInit, RequestRedirect, Response,
};

/// POSTs `body` and hands back the body of a 2xx answer.
///
/// No cookies, no referrer, no cache and no redirects: an RPC that sends us elsewhere is an RPC that fails.
///
/// # Errors
/// [`FetchError::Timeout`] after `timeout_ms`, body included; [`FetchError::Status`] for any other answer;
/// [`FetchError::Unreachable`] for everything else, a body over 4 MiB included.
pub async fn post_json(url: &str, body: &str, timeout_ms: u32) -> Result<Vec<u8>, FetchError> {
    let controller = AbortController::new().map_err(|_| FetchError::Unreachable)?;
    let signal = controller.signal();
    let timer = {
        let controller = controller.clone();
        Timeout::new(timeout_ms, move || controller.abort())
    };
    let outcome = match request(url, body, &controller) {
        Ok(request) => exchange(&request).await,
        Err(_) => Err(FetchError::Unreachable),
    };
    timer.cancel();
    match outcome {
        Err(FetchError::Unreachable) if signal.aborted() => Err(FetchError::Timeout),
        outcome => {
            // Stops a body that was given up over its size; after a whole body it does nothing.
            controller.abort();
            outcome
        }
    }
}

fn request(url: &str, body: &str, controller: &AbortController) -> Result<Request, JsValue> {
    let headers = Headers::new()?;
    headers.set("content-type", "application/json")?;
    headers.set("accept", "application/json")?;
    let init = RequestInit::new();
    init.set_method("POST");
    init.set_headers(&headers);
    init.set_body(&body.into());
    init.set_cache(RequestCache::NoStore);
    init.set_credentials(RequestCredentials::Omit);
    init.set_redirect(RequestRedirect::Error);
    init.set_referrer_policy(ReferrerPolicy::NoReferrer);
    init.set_signal(Some(&controller.signal()));
    Request::new_with_str_and_init(url, &init)
}

async fn exchange(request: &Request) -> Result<Vec<u8>, FetchError> {
    let response: Response = fetch(request).await.ok_or(FetchError::Unreachable)?;
    if !response.ok() {
        return Err(FetchError::Status(response.status()));
    }
    let Some(body) = response.body() else { return Ok(Vec::new()) };
    let reader: ReadableStreamDefaultReader =
        body.get_reader().dyn_into().map_err(|_| FetchError::Unreachable)?;
    let mut bytes = Vec::new();
    loop {
        let part = JsFuture::from(reader.read()).await.map_err(|_| FetchError::Unreachable)?;
        if flag(&part, "done") {
            return Ok(bytes);
        }
        let part: Uint8Array = Reflect::get(&part, &"value".into())
            .ok()
            .and_then(|value| value.dyn_into().ok())
            .ok_or(FetchError::Unreachable)?;
        if bytes.len() + part.length() as usize > BODY_LIMIT {
            return Err(FetchError::Unreachable);
        }
        bytes.extend(part.to_vec());
    }
}

/// The global `fetch`, which pages and workers of every kind have under the same name.
async fn fetch(request: &Request) -> Option<Response> {
    let global = js_sys::global();
    let function: Function = Reflect::get(&global, &"fetch".into()).ok()?.dyn_into().ok()?;
    let promise: Promise = function.call1(&global, request).ok()?.dyn_into().ok()?;
    JsFuture::from(promise).await.ok()?.dyn_into().ok()
}

fn flag(object: &JsValue, name: &str) -> bool {
    Reflect::get(object, &name.into()).is_ok_and(|value| value.is_truthy())
}

/// Bytes of an answer that are read, 4 MiB.
pub const BODY_LIMIT: usize = 4 * 1024 * 1024;
