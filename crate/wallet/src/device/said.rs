//! What a paired device says, handed to the part that it is for.

use symbolon_mpc::DeviceId;

use super::activation::Asked;
use super::frames::Early;
use super::peer::PeerMessage;
use crate::context::Context;
use crate::request::RequestId;
use crate::wallet::Wallet;

impl Wallet {
    pub(crate) fn peer_said(&mut self, cx: &mut Context<'_>, from: DeviceId, message: PeerMessage) {
        match message {
            PeerMessage::Hello(hello) => self.peer_hello(cx, from, hello),
            PeerMessage::Frame { ceremony, frame } => {
                self.ceremony_frame(cx, Early { from, ceremony, lane: None, frame });
            }
            PeerMessage::FrameFor { ceremony, from: party, to, frame } => {
                self.ceremony_frame(cx, Early { from, ceremony, lane: Some((party, to)), frame });
            }
            PeerMessage::Abort { ceremony } => self.ceremony_aborted(cx, from, ceremony),
            PeerMessage::Propose(proposal) => self.proposal_arrived(cx, from, *proposal),
            PeerMessage::State { request, state } => self.state_arrived(cx, from, RequestId(request), state),
            PeerMessage::Cancel { request, reason } => {
                self.cancel_arrived(cx, from, RequestId(request), &reason);
            }
            PeerMessage::CannotSign { request, device, reason } => {
                self.cannot_sign_arrived(cx, from, RequestId(request), device, &reason);
            }
            PeerMessage::Signed { proposal, signature } => {
                self.signature_arrived(cx, from, *proposal, signature)
            }
            PeerMessage::Introduce(bytes) => self.introduction_arrived(cx, from, bytes),
            PeerMessage::Roster(proposal) => self.roster_arrived(cx, from, proposal),
            PeerMessage::RosterConfirmed { ceremony } => self.roster_confirmed(cx, from, ceremony),
            PeerMessage::RosterRefused { ceremony, reason } => {
                self.roster_refused(cx, from, ceremony, &reason)
            }
            PeerMessage::TestSign { ceremony, wallet, epoch, test } => {
                self.test_sign_arrived(cx, from, ceremony, (wallet, epoch), test);
            }
            PeerMessage::TestSigned { wallet, epoch, proof } => {
                self.made_proof_arrived(cx, (wallet, epoch), proof)
            }
            PeerMessage::Change(proposal) => self.change_arrived(cx, from, proposal),
            PeerMessage::Standing(standing) => self.standing_arrived(cx, from, standing),
            PeerMessage::TestChange { ceremony, key, test } => {
                self.test_change_arrived(cx, Asked { from, ceremony, key, test });
            }
            PeerMessage::ChangeTested { key, proof } => self.proof_arrived(cx, key, proof),
            PeerMessage::Proven(proven) => self.proven_arrived(cx, *proven),
            PeerMessage::Beat => {}
            PeerMessage::Reached { mine, yours, refuses } => {
                self.reached(cx, from, mine, yours);
                self.refused_by(cx, from, refuses);
            }
            PeerMessage::FellBack { remembered } => self.fell_back(cx, from, &remembered),
            PeerMessage::Accounts(names) => self.accounts_arrived(cx, from, names),
            PeerMessage::Bye => {
                if let Some(peer) = self.device.open.as_mut().and_then(|open| open.peers.get_mut(&from)) {
                    peer.left = true;
                }
                self.peer_lost(cx, from);
            }
        }
    }
}
