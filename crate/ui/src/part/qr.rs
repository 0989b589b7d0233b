//! QR codes as SVG: one path, dark on white in every theme, with the quiet zone that readers need.

use fast_qr::qr::QRBuilder;
use fast_qr::{ECL, QRCode};
use leptos::prelude::*;

/// Light modules around the code (ISO/IEC 18004 asks for four).
const QUIET: usize = 4;

/// Draws a text as QR code; nothing if it is too long for one.
pub fn qr(testid: &'static str, label: &'static str, text: &str) -> AnyView {
    let Ok(code) = QRBuilder::new(text).ecl(ECL::M).build() else { return ().into_any() };
    let side = code.size + 2 * QUIET;
    view! {
        <svg class="qr" role="img" aria-label=label data-testid=testid viewBox=format!("0 0 {side} {side}") shape-rendering="crispEdges">
            <path class="qr-light" d=format!("M0 0h{side}v{side}h-{side}z") />
            <path class="qr-dark" d=path(&code) />
        </svg>
    }
    .into_any()
}

/// One rectangle for each run of dark modules in a row.
fn path(code: &QRCode) -> String {
    let mut path = String::new();
    for y in 0..code.size {
        let mut x = 0;
        while x < code.size {
            let run = (x..code.size).take_while(|at| code[y][*at].value()).count();
            if run > 0 {
                path.push_str(&format!("M{} {}h{run}v1h-{run}z", x + QUIET, y + QUIET));
            }
            x += run.max(1);
        }
    }
    path
}

#[cfg(all(test, feature = "camera"))]
mod tests {
    use super::*;

    /// Paints the path's rectangles as a camera would see them.
    fn paint(path: &str, side: usize, scale: usize) -> Vec<u8> {
        let mut pixels = vec![255; side * side * scale * scale];
        for run in path.split('M').skip(1) {
            let numbers: Vec<usize> =
                run.split(|c: char| !c.is_ascii_digit()).filter_map(|n| n.parse().ok()).collect();
            for y in numbers[1] * scale..(numbers[1] + 1) * scale {
                for x in numbers[0] * scale..(numbers[0] + numbers[2]) * scale {
                    pixels[y * side * scale + x] = 0;
                }
            }
        }
        pixels
    }

    #[test]
    fn what_is_drawn_is_read_back_by_another_implementation() {
        let text = "https://relay.example.org/#pair=AbCdEf0123456789AbCdEf0123456789AbCdEf0123456789AbCdEf0123456789";
        let code = QRBuilder::new(text).ecl(ECL::M).build().unwrap();
        let (side, scale) = (code.size + 2 * QUIET, 4);
        let pixels = paint(&path(&code), side, scale);
        let width = side * scale;
        let mut image =
            rqrr::PreparedImage::prepare_from_greyscale(width, width, |x, y| pixels[y * width + x]);
        let grids = image.detect_grids();
        assert_eq!(grids[0].decode().unwrap().1, text);
    }
}
