//! Which pack of descriptors each device uses: told in the greeting, compared on cards.

use crate::context::Context;
use crate::request::RequestId;
use crate::wallet::Wallet;

impl Wallet {
    /// The other signers of a request that have greeted this device, by name, with the hash of their pack.
    pub(crate) fn signers_packs(&self, request: &RequestId) -> Vec<(String, Option<[u8; 32]>)> {
        let Some(open) = self.device.open.as_ref() else { return Vec::new() };
        let signers = open.signings.get(request).map(|signing| signing.signers.as_slice());
        let peers = signers.unwrap_or_default().iter().filter_map(|device| open.peers.get(device));
        peers.filter_map(|peer| Some((peer.name().to_owned(), peer.hello.as_ref()?.pack))).collect()
    }

    /// Tells all devices which pack is in use now.
    pub(crate) fn pack_changed(&mut self, cx: &mut Context<'_>) {
        self.greet_all(cx);
    }
}
