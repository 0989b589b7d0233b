//! Devices that both met a third become known to each other by it, before there is a key.

use symbolon_link::introduction::{Introduction, introduce};
use symbolon_mpc::DeviceId;
use zeroize::Zeroizing;

use super::device_id;
use super::peer::PeerMessage;
use super::peers::Peer;
use crate::context::Context;
use crate::wallet::Wallet;

impl Wallet {
    /// Makes devices known to each other that both met this one, before there is a key.
    pub(super) fn introduce_others(&mut self, cx: &mut Context<'_>, id: DeviceId) {
        let Some(open) = self.device.open.as_mut().filter(|open| open.active.is_none()) else { return };
        let met = |peer: &Peer| peer.facts.introduced_by.is_none() && peer.channel.is_up();
        let Some(one) = open.peers.get(&id).filter(|peer| met(peer)) else { return };
        let Some(one_hello) = &one.hello else { return };
        let mut said = Vec::new();
        for two in open.peers.values().filter(|two| two.id() != id && met(two)) {
            let Some(two_hello) = &two.hello else { continue };
            let know_each_other = one_hello.peers.contains(&two.id()) && two_hello.peers.contains(&id);
            if know_each_other || one.introduced.contains(&two.id()) {
                continue;
            }
            let (to_one, to_two) = introduce(one.channel.peer(), two.channel.peer(), cx.rng);
            said.push((id, two.id(), to_one));
            said.push((two.id(), id, to_two));
        }
        for (to, about, introduction) in said {
            if let Some(peer) = self.device.open.as_mut().and_then(|open| open.peers.get_mut(&to)) {
                peer.introduced.insert(about);
            }
            let message = PeerMessage::Introduce(introduction.encode().to_vec());
            self.tell(cx, to, &message);
        }
    }

    pub(super) fn introduction_arrived(&mut self, cx: &mut Context<'_>, from: DeviceId, bytes: Vec<u8>) {
        let bytes = Zeroizing::new(bytes);
        let Ok(introduction) = Introduction::decode(&bytes) else { return };
        let Some(open) = self.device.open.as_ref() else { return };
        let id = device_id(introduction.peer());
        // Only whom the owner met may introduce, only before there is a key, and nobody takes the place of a
        // device that the owner met. The words that all devices show catch an introducer who lies.
        let may = open.active.is_none()
            && id.0 != open.identity.id().0
            && open.peers.get(&from).is_some_and(|peer| peer.facts.introduced_by.is_none());
        let takes_place = match open.peers.get(&id).map(|peer| peer.facts.introduced_by) {
            None => true,
            Some(None) => false,
            // Two introducers at once: everybody keeps the word of the lower one.
            Some(Some(earlier)) => from <= earlier,
        };
        if may && takes_place {
            self.add_peer(cx, introduction.accept(), Some(from));
        }
    }
}
