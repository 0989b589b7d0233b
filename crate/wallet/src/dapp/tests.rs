//! The dApp side, driven through events, with a scripted node and a stand-in for the owner's other devices.

use std::collections::BTreeMap;

use crate::request::{RequestId, SigningTask};
use crate::view::DeviceState;

/// Plays the device side.
#[derive(Default)]
pub(crate) struct StandIn {
    pub open: bool,
    pub key: Option<BTreeMap<String, k256::ecdsa::SigningKey>>,
    pub started: Vec<SigningTask>,
    pub approved: Vec<(RequestId, [u8; 32])>,
    pub cancelled: Vec<(RequestId, String)>,
    pub states: Vec<(RequestId, DeviceState)>,
}

impl StandIn {
    pub fn child(&self, path: &str) -> Option<[u8; 65]> {
        let key = self.key.as_ref()?.get(path)?;
        key.verifying_key().to_encoded_point(false).as_bytes().try_into().ok()
    }
}
