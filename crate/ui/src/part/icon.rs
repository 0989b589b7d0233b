//! Icons: 24 × 24, drawn as strokes in the text's own colour.

use leptos::prelude::*;

macro_rules! icons {
    ($($name:ident = $path:literal),* $(,)?) => {
        /// An icon.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum Icon { $($name),* }

        impl Icon {
            fn path(self) -> &'static str {
                match self { $(Self::$name => $path),* }
            }
        }
    };
}

icons! {
    Activity = "M3 12h4l3-8 4 16 3-8h4",
    Add = "M12 5v14M5 12h14",
    Back = "M19 12H5M11 6l-6 6 6 6",
    Browser = "M3 5h18v14H3zM3 9.5h18M6.5 7.2h.01M9 7.2h.01",
    Camera = "M3 8h4l2-3h6l2 3h4v11H3zM12 17a4 4 0 1 0 0-8 4 4 0 0 0 0 8z",
    Check = "M4.5 12.5l5 5 10-11",
    Clock = "M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18zM12 7v5.5l3.5 2",
    Close = "M6 6l12 12M18 6L6 18",
    Copy = "M9 9h11v11H9zM5 15H4V4h11v1",
    Cosigner = "M4 4.5h16v6H4zM4 13.5h16v6H4zM7.5 7.5h.01M7.5 16.5h.01M11 7.5h5M11 16.5h5",
    Danger = "M8 3h8l5 5v8l-5 5H8l-5-5V8zM12 7.5v5.5M12 16.4h.01",
    Devices = "M3 5h12v9H3zM1.5 17.5H12M16 9h6v11h-6zM18.8 17.4h.4",
    Down = "M12 4v14M6 12.5l6 6 6-6",
    Edit = "M4 20l1-4.5L16 4.5l3.5 3.5L8.5 19zM13.5 7l3.5 3.5",
    Eye = "M2 12s3.6-6.5 10-6.5S22 12 22 12s-3.6 6.5-10 6.5S2 12 2 12zM12 15a3 3 0 1 0 0-6 3 3 0 0 0 0 6z",
    EyeOff = "M4 4l16 16M9.5 5.9A10 10 0 0 1 12 5.5c6.4 0 10 6.5 10 6.5a17 17 0 0 1-3 3.7M6.3 7.5A17 17 0 0 0 2 12s3.6 6.5 10 6.5a10 10 0 0 0 4.5-1.1",
    External = "M14 4h6v6M20 4l-9 9M18 14v6H4V6h6",
    Gear = "M4 7h9M17 7h3M4 17h3M11 17h9M15 9.5a2.5 2.5 0 1 0 0-5 2.5 2.5 0 0 0 0 5zM9 19.5a2.5 2.5 0 1 0 0-5 2.5 2.5 0 0 0 0 5z",
    Globe = "M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18zM3.5 9.5h17M3.5 14.5h17M12 3c-5 5.5-5 12.5 0 18M12 3c5 5.5 5 12.5 0 18",
    Info = "M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18zM12 11v5.5M12 7.6h.01",
    Key = "M14.5 13.5a5 5 0 1 0-4-4L3 17v4h4v-2.5h2.5V16h2.5zM16 8h.01",
    Link = "M10 14a4.5 4.5 0 0 0 6.5.3l3-3a4.5 4.5 0 0 0-6.4-6.4l-1.3 1.3M14 10a4.5 4.5 0 0 0-6.5-.3l-3 3a4.5 4.5 0 0 0 6.4 6.4l1.3-1.3",
    Lock = "M5 11h14v10H5zM8 11V7.5a4 4 0 0 1 8 0V11M12 15v2.5",
    Next = "M9 5l7 7-7 7",
    Paper = "M6 3h8l4 4v14H6zM14 3v4h4M9 11.5h6M9 14.5h6M9 17.5h3",
    Phone = "M7 2.5h10v19H7zM11 18.5h2",
    Previous = "M15 5l-7 7 7 7",
    Printer = "M7 9V3.5h10V9M7 17H4V9h16v8h-3M7 14h10v6.5H7zM17 11.5h.01",
    Refresh = "M20 11.5A8 8 0 0 0 5.5 7.3L4 9M4 4.5V9h4.5M4 12.5a8 8 0 0 0 14.5 4.2L20 15M20 19.5V15h-4.5",
    Shield = "M12 2.8l8 3v6c0 5-3.4 8-8 9.5-4.6-1.5-8-4.5-8-9.5v-6zM8.5 12l2.5 2.5 4.5-5",
    Trash = "M4 6.5h16M9 6.5V4h6v2.5M6 6.5l1 14h10l1-14M10 10.5v6.5M14 10.5v6.5",
    Up = "M12 20V6M6 11.5l6-6 6 6",
    Wallet = "M3 7h16.5v13H3zM3 7l12-3.5V7M15.5 13.5h.01",
    Warning = "M12 3.5L2.5 20.5h19zM12 10v4.5M12 17.6h.01",
}

/// Draws an icon; it says nothing to a screen reader, its neighbour's text does.
pub fn icon(which: Icon) -> AnyView {
    view! {
        <svg class="icon" viewBox="0 0 24 24" aria-hidden="true" focusable="false">
            <path d=which.path() />
        </svg>
    }
    .into_any()
}

/// The mark: a token broken in two, whose pieces fit only each other.
pub fn mark() -> AnyView {
    view! {
        <svg class="mark" viewBox="8 8 112 112" aria-hidden="true" focusable="false">
            <path class="mark-one" d="M58 20A44 44 0 0 0 58 108L58 92 70 82 54 70 68 56 56 44 66 34Z" />
            <path class="mark-two" d="M72 20A44 44 0 0 1 72 108L72 94 84 82 68 70 82 56 70 44 80 34Z" />
        </svg>
    }
    .into_any()
}
