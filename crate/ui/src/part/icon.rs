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
    EyeOff = "M4 4l16 16M9.5 5.9A10 10 0 0 1 12 5.5c6.400 0 10 6.500 10 6.500a17 17 0 0 1-3 3.700M6.300 7.500A17 17 0 0 0 2 12s3.600 6.500 10 6.500a10 10 0 0 0 4.500-1.100",
    External = "M14 4h6v6M20 4l-9 9M18 14v6H4V6h6",
    Gear = "M4 7h9M17 7h3M4 17h3M11 17h9M15 9.500a2.500 2.500 0 1 0 0-5 2.500 2.500 0 0 0 0 5zM9 19.500a2.500 2.500 0 1 0 0-5 2.500 2.500 0 0 0 0 5z",
    Globe = "M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18zM3.500 9.500h17M3.500 14.500h17M12 3c-5 5.500-5 12.500 0 18M12 3c5 5.500 5 12.500 0 18",
    Info = "M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18zM12 11v5.500M12 7.600h.01",
    Key = "M14.500 13.500a5 5 0 1 0-4-4L3 17v4h4v-2.500h2.500V16h2.500zM16 8h.01",
    Link = "M10 14a4.500 4.500 0 0 0 6.500.3l3-3a4.500 4.500 0 0 0-6.400-6.400l-1.300 1.300M14 10a4.500 4.500 0 0 0-6.500-.3l-3 3a4.500 4.500 0 0 0 6.400 6.400l1.300-1.300",
    Lock = "M5 11h14v10H5zM8 11V7.500a4 4 0 0 1 8 0V11M12 15v2.500",
    Next = "M9 5l7 7-7 7",
    Phone = "M7 2.500h10v19H7zM11 18.500h2",
    Previous = "M15 5l-7 7 7 7",
    Refresh = "M20 11.500A8 8 0 0 0 5.500 7.300L4 9M4 4.500V9h4.500M4 12.500a8 8 0 0 0 14.500 4.200L20 15M20 19.500V15h-4.500",
    Shield = "M12 2.800l8 3v6c0 5-3.400 8-8 9.500-4.600-1.500-8-4.500-8-9.500v-6zM8.500 12l2.500 2.500 4.500-5",
    Trash = "M4 6.500h16M9 6.500V4h6v2.500M6 6.500l1 14h10l1-14M10 10.500v6.500M14 10.500v6.500",
    Up = "M12 20V6M6 11.500l6-6 6 6",
    Wallet = "M3 7h16.500v13H3zM3 7l12-3.500V7M15.500 13.500h.01",
    Warning = "M12 3.500L2.500 20.500h19zM12 10v4.500M12 17.600h.01",
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
        <svg class="mark" viewBox="0 0 32 32" aria-hidden="true" focusable="false">
            <path class="mark-one" d="M14.200 3.100A13 13 0 0 0 11.200 28.100L14.600 22.600 10.900 18.300 15.700 13.100 12.100 8.900z" />
            <path class="mark-two" d="M17.800 3.100A13 13 0 0 1 14.900 28.900L18.200 22.600 14.500 18.300 19.300 13.100 15.700 8.900z" />
        </svg>
    }
    .into_any()
}
