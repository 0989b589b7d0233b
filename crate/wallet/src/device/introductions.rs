//! Devices that both met a third become known to each other by it: before there is a key, and when one joins later.

use symbolon_link::introduction::{Introduction, introduce};
use symbolon_mpc::DeviceId;
use zeroize::Zeroizing;

use super::device_id;
use super::peer::PeerMessage;
use super::peers::Peer;
use crate::context::Context;
use crate::store::Batch;
use crate::wallet::Wallet;

impl Wallet {
    /// Makes devices known to each other that both met this one, before there is a key; afterwards, a device that met
    /// this one and those that hold shares.
    pub(super) fn introduce_others(&mut self, cx: &mut Context<'_>, id: DeviceId) {
        let Some(open) = self.device.open.as_mut() else { return };
        let quorum = open.active.as_ref().map(|shares| shares.info().quorum());
        let holds = |device: DeviceId| quorum.is_some_and(|quorum| quorum.party_of(device).is_some());
        let is_new = |peer: &Peer| {
            let is_met = peer.facts.introduced_by.is_none();
            is_met && !holds(peer.id()) && !open.life.former.contains(&peer.id())
        };
        let may_meet = |one: &Peer, two: &Peer| match quorum {
            None => is_new(one) && is_new(two),
            Some(_) => (is_new(one) && holds(two.id())) || (holds(one.id()) && is_new(two)),
        };
        let Some(one) = open.peers.get(&id).filter(|peer| peer.channel.is_up()) else { return };
        let Some(one_hello) = &one.hello else { return };
        let mut said = Vec::new();
        for two in
            open.peers.values().filter(|two| two.id() != id && two.channel.is_up() && may_meet(one, two))
        {
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
        // Before there is a key only whom the owner met may introduce, afterwards only who holds a share; and nobody
        // takes the place of a device that the owner met, or that holds a share. The words that all devices show
        // catch an introducer who lies: an introduction gives a device no power.
        let quorum = open.active.as_ref().map(|shares| shares.info().quorum());
        let holds = |device: DeviceId| quorum.is_some_and(|quorum| quorum.party_of(device).is_some());
        let introducer = open.peers.get(&from);
        let is_trusted = match quorum {
            Some(_) => holds(from),
            None => introducer.is_some_and(|peer| peer.facts.introduced_by.is_none()),
        };
        let may = is_trusted && id.0 != open.identity.id().0 && !holds(id);
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

    /// The owner met a device again that held a share before: it may be made known to the others.
    pub(super) fn meets_again(&mut self, cx: &mut Context<'_>, device: DeviceId) {
        let Some(open) = self.device.open.as_mut() else { return };
        let before = open.life.former.len();
        open.life.former.retain(|former| *former != device);
        if open.life.former.len() < before {
            let mut batch = Batch::default();
            self.put_life(cx, &mut batch);
            cx.store(batch);
        }
    }
}
