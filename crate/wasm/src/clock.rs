//! The browser's clock.

use symbolon_wallet::event::Timestamp;

/// Milliseconds since 1970-01-01 UTC.
pub fn now() -> Timestamp {
    // A float of this size is exact; a clock before 1970 saturates to 0.
    js_sys::Date::now() as Timestamp
}
