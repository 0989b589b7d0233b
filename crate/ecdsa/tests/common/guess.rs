//! A signer that guesses its peer's choices in base transfers, one in each session.

use std::cell::RefCell;
use std::rc::Rc;

use rand_core::CryptoRngCore;
use symbolon_ecdsa::direction::Direction;
use symbolon_ecdsa::ot::base::{ReceiverSeeds, SenderSeeds};
use symbolon_ecdsa::ot::extension::ExtensionMessage;
use symbolon_ecdsa::setup::SetupOpening;
use symbolon_ecdsa::testing::{base_of, guess_choice};
use symbolon_ecdsa::{PairKey, Sign, Signed};
use symbolon_mpc::machine::frame::Frame;
use symbolon_mpc::testing::index;
use symbolon_mpc::testing::sim::{Network, Report, Simulator};
use symbolon_mpc::{Abort, Ceremony, KeyShare, Outgoing, PartyIndex, Step, wire};

use crate::common::{Memory, WALLET, ceremonies, device, plan};

const HONEST: u16 = 1;
const CHEAT: u16 = 2;
/// The step in which two who hold a set-up commit; the extension's message goes along.
const COMMIT: u16 = 2;
/// And the one in which they open: whoever says it took the extension's message.
const OPEN: u16 = 4;

/// What a session told.
pub struct Answer {
    /// Whether the honest party took the message: its choice is then what was guessed, else the other one.
    pub passed: bool,
    /// How the session ended.
    pub report: Report<Signed>,
}

/// One session of the honest party 1 with the cheat, party 2, which guesses the choice in base transfer `column`.
pub fn guess_in_session(
    shares: &[KeyShare],
    memory: &mut Memory,
    session: u64,
    column: usize,
    guess: bool,
) -> Answer {
    let known = base_of(&memory[&index(CHEAT)], &key_of(HONEST)).unwrap();
    let signers = ceremonies(&plan(&[HONEST, CHEAT], 1, session), shares, memory);
    let base = Rc::new(RefCell::new(known));
    let parties = signers.into_iter().map(|(party, sign)| {
        let guess = (party == index(CHEAT)).then(|| (Rc::clone(&base), column, guess));
        (party, Guessing { sign, guess })
    });
    let report = Simulator::new(parties, session, Network::GOOD).run();
    let passed = report.sent.iter().any(|sent| sent.from == index(HONEST) && sent.step == Some(OPEN));
    Answer { passed, report }
}

/// What the honest party chose in the base transfers with the cheat.
pub fn choices_of_honest(memory: &Memory) -> ReceiverSeeds {
    base_of(&memory[&index(HONEST)], &key_of(CHEAT)).unwrap().0
}

fn key_of(peer: u16) -> PairKey {
    PairKey { wallet: WALLET, epoch: 1, peer: device(index(peer)) }
}

struct Guessing {
    sign: Sign,
    guess: Option<Guess>,
}

/// Base transfers, which of them, and the guess.
type Guess = (Rc<RefCell<(ReceiverSeeds, SenderSeeds)>>, usize, bool);

impl Guessing {
    fn alter(&self, outgoing: &mut Outgoing) {
        let (Some((base, column, guess)), Some(session)) = (&self.guess, self.sign.session()) else { return };
        let mut frame = Frame::decode(&outgoing.frame).unwrap();
        if frame.step != COMMIT {
            return;
        }
        type Private = (Option<SetupOpening>, ExtensionMessage);
        let (opening, honest): Private = wire::decode(&frame.private).unwrap();
        let direction = Direction { session, sender: index(HONEST), receiver: index(CHEAT) };
        let crooked = guess_choice(&base.borrow().1, &direction, &honest, *column, *guess);
        frame.private = wire::encode(&(opening, crooked)).to_vec();
        outgoing.frame = frame.encode();
    }
}

impl Ceremony for Guessing {
    type Output = Signed;

    fn parties(&self) -> &[PartyIndex] {
        self.sign.parties()
    }

    fn receive(&mut self, from: PartyIndex, frame: &[u8]) -> Result<(), Abort> {
        self.sign.receive(from, frame)
    }

    fn poll(&mut self, rng: &mut dyn CryptoRngCore) -> Result<Step<Signed>, Abort> {
        let mut step = self.sign.poll(rng)?;
        if let Step::Send(outgoing) = &mut step {
            outgoing.iter_mut().for_each(|outgoing| self.alter(outgoing));
        }
        Ok(step)
    }

    fn approve(&mut self) {
        self.sign.approve();
    }
}
