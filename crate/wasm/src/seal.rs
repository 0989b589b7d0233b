//! The device layer: every stored value is wrapped once more by a key that the browser does not hand out.
//!
//! # Security
//! This layer is never counted as protection: Chromium writes the bytes of a non-extractable key into the profile
//! in clear, so a copied profile still opens it. What protects a share is the vault's own seal underneath. The layer
//! only keeps a value from being read, swapped or replayed under another name by something that can reach the
//! records but not the key.

use js_sys::{Array, Uint8Array};
use symbolon_wallet::store::StoreError;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{AesGcmParams, AesKeyGenParams, Crypto, CryptoKey, SubtleCrypto};

use crate::rng::PlatformRng;

/// A non-extractable AES-256-GCM key of WebCrypto.
#[derive(Clone, Debug)]
pub struct DeviceKey {
    key: CryptoKey,
    subtle: SubtleCrypto,
}

impl DeviceKey {
    /// Makes a new key.
    ///
    /// # Errors
    /// [`StoreError::Blocked`] where the page has no WebCrypto (an insecure origin).
    pub async fn generate() -> Result<Self, StoreError> {
        let subtle = subtle()?;
        let parameters = AesKeyGenParams::new(ALGORITHM, KEY_BITS);
        let usages = Array::of2(&"encrypt".into(), &"decrypt".into());
        let promise =
            subtle.generate_key_with_object(&parameters, false, &usages).map_err(|_| StoreError::Blocked)?;
        let key = JsFuture::from(promise).await.map_err(|_| StoreError::Blocked)?;
        Self::from_stored(key)
    }

    /// Takes a key that was read from the database.
    ///
    /// # Errors
    /// [`StoreError::Damaged`] if it is anything else.
    pub fn from_stored(key: JsValue) -> Result<Self, StoreError> {
        let key = key.dyn_into().map_err(|_| StoreError::Damaged)?;
        Ok(Self { key, subtle: subtle()? })
    }

    /// The key as the database stores it.
    pub fn as_stored(&self) -> &JsValue {
        &self.key
    }

    /// Nonce (12 bytes) and ciphertext of `value`, bound to the record's name.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] where WebCrypto fails.
    pub async fn wrap(&self, name: &str, value: &[u8]) -> Result<Uint8Array, StoreError> {
        let mut nonce = [0; NONCE_BYTES];
        rand_core::RngCore::fill_bytes(&mut PlatformRng, &mut nonce);
        let promise = self
            .subtle
            .encrypt_with_object_and_js_u8_array(
                &parameters(&nonce, name),
                &self.key,
                &Uint8Array::from(value),
            )
            .map_err(|_| StoreError::Unavailable)?;
        let sealed = JsFuture::from(promise).await.map_err(|_| StoreError::Unavailable)?;
        let sealed = Uint8Array::new(&sealed);
        let wrapped = Uint8Array::new_with_length(NONCE_BYTES as u32 + sealed.length());
        wrapped.set(&Uint8Array::from(&nonce[..]), 0);
        wrapped.set(&sealed, NONCE_BYTES as u32);
        Ok(wrapped)
    }

    /// The value that [`DeviceKey::wrap`] was given.
    ///
    /// # Errors
    /// [`StoreError::Damaged`] if the bytes, or the name they stand under, are not as they were.
    pub async fn unwrap(&self, name: &str, wrapped: &Uint8Array) -> Result<Vec<u8>, StoreError> {
        let nonce: [u8; NONCE_BYTES] =
            wrapped.subarray(0, NONCE_BYTES as u32).to_vec().try_into().map_err(|_| StoreError::Damaged)?;
        let sealed = wrapped.subarray(NONCE_BYTES as u32, wrapped.length());
        let promise = self
            .subtle
            .decrypt_with_object_and_js_u8_array(&parameters(&nonce, name), &self.key, &sealed)
            .map_err(|_| StoreError::Damaged)?;
        let value = JsFuture::from(promise).await.map_err(|_| StoreError::Damaged)?;
        Ok(Uint8Array::new(&value).to_vec())
    }
}

fn parameters(nonce: &[u8], name: &str) -> AesGcmParams {
    let parameters = AesGcmParams::new(ALGORITHM, &Uint8Array::from(nonce));
    parameters.set_additional_data_u8_array(&Uint8Array::from(name.as_bytes()));
    parameters
}

fn subtle() -> Result<SubtleCrypto, StoreError> {
    let crypto =
        js_sys::Reflect::get(&js_sys::global(), &"crypto".into()).map_err(|_| StoreError::Blocked)?;
    let crypto: Crypto = crypto.dyn_into().map_err(|_| StoreError::Blocked)?;
    let subtle = crypto.subtle();
    // Undefined in an insecure context, whatever the binding's type says.
    if subtle.is_undefined() { Err(StoreError::Blocked) } else { Ok(subtle) }
}

const ALGORITHM: &str = "AES-GCM";
const KEY_BITS: u16 = 256;
const NONCE_BYTES: usize = 12;
