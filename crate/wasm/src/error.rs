//! What the browser's errors mean to the wallet.

use symbolon_wallet::store::StoreError;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::DomException;

/// Name of a DOM exception, empty for anything else.
pub fn name_of(error: &JsValue) -> String {
    error.dyn_ref::<DomException>().map(DomException::name).unwrap_or_default()
}

/// Sorts a DOM exception's name into the wallet's four kinds of storage errors.
///
/// Names: Indexed Database API 3.0, section 4 (exceptions), and Storage Standard for `QuotaExceededError`.
pub fn store_error(name: &str) -> StoreError {
    match name {
        "QuotaExceededError" => StoreError::Full,
        // A newer build holds the database (VersionError); private windows and policies say the others.
        "InvalidAccessError" | "NotAllowedError" | "NotSupportedError" | "SecurityError" | "VersionError" => {
            StoreError::Blocked
        }
        "DataError" | "NotFoundError" | "NotReadableError" | "OperationError" => StoreError::Damaged,
        _ => StoreError::Unavailable,
    }
}

/// [`store_error`] of whatever was thrown.
pub fn thrown(error: &JsValue) -> StoreError {
    store_error(&name_of(error))
}

/// [`store_error`] of an error of the crate `idb`.
pub fn from_idb(error: &idb::Error) -> StoreError {
    use idb::Error::{
        AddFailed, ClearFailed, DeleteFailed, DomException, GetAllFailed, GetAllKeysFailed, GetFailed,
        IndexedDbNotFound, IndexedDbOpenFailed, KeyRangeCreateFailed, ObjectStoreCreateFailed,
        ObjectStoreNotFound, TransactionCommitError, TransactionOpenFailed,
    };
    match error {
        DomException(inner) => store_error(&inner.name()),
        IndexedDbNotFound(_) => StoreError::Blocked,
        AddFailed(inner)
        | ClearFailed(inner)
        | DeleteFailed(inner)
        | GetAllFailed(inner)
        | GetAllKeysFailed(inner)
        | GetFailed(inner)
        | IndexedDbOpenFailed(inner)
        | KeyRangeCreateFailed(inner)
        | ObjectStoreCreateFailed(inner)
        | ObjectStoreNotFound(inner)
        | TransactionCommitError(inner)
        | TransactionOpenFailed(inner) => thrown(inner),
        _ => StoreError::Unavailable,
    }
}
