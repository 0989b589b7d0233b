//! Reads a QR code from the camera: a frame five times a second, decoded here; no picture leaves the page.

use std::cell::RefCell;
use std::rc::Rc;
use std::time::Duration;

use leptos::html;
use leptos::prelude::*;
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;
use web_sys::{CanvasRenderingContext2d, HtmlCanvasElement, HtmlVideoElement, MediaStream, MediaStreamTrack};

use crate::part::code::is_code;
use crate::part::icon::{Icon, icon};
use crate::part::notice::banner;
use crate::{messages, testids};

/// Time between two looks at the picture, in ms.
const PERIOD_MS: u64 = 200;

/// The picture is scaled to at most this many pixels a side before it is read.
const LONGEST_SIDE: f64 = 800.0;

/// What is looked for.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Wanted {
    /// The link of another device.
    Invitation,
    /// The code on a recovery sheet.
    RecoveryCode,
}

impl Wanted {
    fn is_it(self, text: &str) -> bool {
        match self {
            Self::Invitation => text.contains("#pair=") || text.starts_with("symbolon:"),
            Self::RecoveryCode => is_code(text),
        }
    }

    fn label(self) -> &'static str {
        match self {
            Self::Invitation => messages::SCAN,
            Self::RecoveryCode => messages::SCAN_CODE,
        }
    }

    fn found(self) -> &'static str {
        match self {
            Self::Invitation => messages::SCAN_FOUND,
            Self::RecoveryCode => messages::SCAN_CODE_FOUND,
        }
    }

    fn foreign(self) -> &'static str {
        match self {
            Self::Invitation => messages::SCAN_FOREIGN,
            Self::RecoveryCode => messages::SCAN_CODE_FOREIGN,
        }
    }

    fn denied(self) -> &'static str {
        match self {
            Self::Invitation => messages::CAMERA_DENIED,
            Self::RecoveryCode => messages::CAMERA_DENIED_CODE,
        }
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Scan {
    Denied,
    Foreign,
    Found,
    Looking,
    Off,
}

/// A button that opens the camera; `on_found` gets the text of what was looked for.
pub fn scanner(wanted: Wanted, on_found: impl Fn(String) + 'static) -> AnyView {
    let state = RwSignal::new(Scan::Off);
    let video = NodeRef::<html::Video>::new();
    let stream = Rc::new(RefCell::new(None::<MediaStream>));
    let on_found = Rc::new(on_found);
    let kept = StoredValue::new_local(Rc::clone(&stream));
    on_cleanup(move || {
        kept.try_with_value(|stream| stop(stream));
    });
    let open = {
        let stream = Rc::clone(&stream);
        move |_| {
            let (stream, on_found) = (Rc::clone(&stream), Rc::clone(&on_found));
            state.set(Scan::Looking);
            leptos::task::spawn_local(async move {
                if run(video, &stream, state, wanted, &*on_found).await.is_err() {
                    stop(&stream);
                    let _ = state.try_set(Scan::Denied);
                }
            });
        }
    };
    let close = move |_| {
        stop(&stream);
        state.set(Scan::Off);
    };
    let on = move || matches!(state.get(), Scan::Looking | Scan::Foreign);
    view! {
        <div class="scanner">
            <video
                node_ref=video
                class="scan-video"
                hidden=move || !on()
                autoplay
                muted
                playsinline
                aria-label=messages::SCAN_LABEL
                data-testid=testids::SCAN_VIDEO
            ></video>
            <div role="status">
                {move || match state.get() {
                    Scan::Denied => banner(symbolon_wallet::view::Severity::Warning, wanted.denied()),
                    Scan::Foreign => banner(symbolon_wallet::view::Severity::Warning, wanted.foreign()),
                    Scan::Found => view! { <p class="hint">{wanted.found()}</p> }.into_any(),
                    Scan::Looking => view! { <p class="hint">{messages::SCANNING}</p> }.into_any(),
                    Scan::Off => ().into_any(),
                }}
            </div>
            <button type="button" class="button wide" data-testid=testids::SCAN_CAMERA hidden=on on:click=open>
                {icon(Icon::Camera)}
                {wanted.label()}
            </button>
            <button type="button" class="button wide" data-testid=testids::SCAN_STOP hidden=move || !on() on:click=close>
                {messages::SCAN_STOP}
            </button>
        </div>
    }
    .into_any()
}

/// Opens the camera and looks until what is wanted is found, the camera is stopped, or the screen is gone.
async fn run(
    video: NodeRef<html::Video>,
    stream: &RefCell<Option<MediaStream>>,
    state: RwSignal<Scan>,
    wanted: Wanted,
    on_found: &dyn Fn(String),
) -> Result<(), JsValue> {
    let asked = js_sys::JSON::parse(r#"{"video":{"facingMode":"environment"},"audio":false}"#)?;
    let devices = window().navigator().media_devices()?;
    let given = JsFuture::from(devices.get_user_media_with_constraints(asked.unchecked_ref())?).await?;
    let given: MediaStream = given.dyn_into()?;
    *stream.borrow_mut() = Some(given.clone());
    let Some(Some(video)) = video.try_get_untracked() else {
        stop(stream); // the screen went away while the browser asked
        return Ok(());
    };
    video.set_src_object(Some(&given));
    JsFuture::from(video.play()?).await?;
    let canvas: HtmlCanvasElement = document().create_element("canvas")?.dyn_into()?;
    let context = context(&canvas)?;
    while stream.borrow().is_some() {
        if let Some(text) = look(&video, &canvas, &context)? {
            if wanted.is_it(&text) {
                stop(stream);
                let _ = state.try_set(Scan::Found);
                on_found(text);
                return Ok(());
            }
            let _ = state.try_set(Scan::Foreign);
        }
        pause(PERIOD_MS).await;
    }
    Ok(())
}

fn context(canvas: &HtmlCanvasElement) -> Result<CanvasRenderingContext2d, JsValue> {
    let options = js_sys::JSON::parse(r#"{"willReadFrequently":true}"#)?;
    let context = canvas.get_context_with_context_options("2d", &options)?;
    context.ok_or(JsValue::NULL)?.dyn_into().map_err(JsValue::from)
}

/// The text of the first QR code in the present picture.
fn look(
    video: &HtmlVideoElement,
    canvas: &HtmlCanvasElement,
    context: &CanvasRenderingContext2d,
) -> Result<Option<String>, JsValue> {
    let (width, height) = (f64::from(video.video_width()), f64::from(video.video_height()));
    if width < 1.0 || height < 1.0 {
        return Ok(None);
    }
    let scale = (LONGEST_SIDE / width.max(height)).min(1.0);
    let (width, height) = ((width * scale).floor(), (height * scale).floor());
    canvas.set_width(width as u32);
    canvas.set_height(height as u32);
    context.draw_image_with_html_video_element_and_dw_and_dh(video, 0.0, 0.0, width, height)?;
    let pixels = context.get_image_data(0.0, 0.0, width, height)?.data();
    Ok(read(&pixels, width as usize, height as usize))
}

/// Reads RGBA pixels, row by row.
fn read(pixels: &[u8], width: usize, height: usize) -> Option<String> {
    let mut image = rqrr::PreparedImage::prepare_from_greyscale(width, height, |x, y| {
        let at = (y * width + x) * 4;
        let channel = |index: usize| pixels.get(at + index).copied().map_or(0, u32::from);
        // ITU-R BT.601 luma, in 256ths.
        ((channel(0) * 77 + channel(1) * 150 + channel(2) * 29) >> 8) as u8
    });
    image.detect_grids().iter().find_map(|grid| grid.decode().ok()).map(|(_, text)| text)
}

fn stop(stream: &RefCell<Option<MediaStream>>) {
    if let Some(stream) = stream.borrow_mut().take() {
        for track in stream.get_tracks().iter() {
            track.unchecked_into::<MediaStreamTrack>().stop();
        }
    }
}

async fn pause(ms: u64) {
    let promise = js_sys::Promise::new(&mut |done, _| {
        let resolve = move || {
            let _ = done.call0(&JsValue::NULL);
        };
        set_timeout(resolve, Duration::from_millis(ms));
    });
    let _ = JsFuture::from(promise).await;
}
