//! A round whose message types are forgotten, so that one machine can hold any.

use rand_core::CryptoRngCore;
use zeroize::Zeroizing;

use super::frame::Frame;
use super::round::{Context, Heard, Next, Round};
use crate::abort::{Abort, Cause};
use crate::party::PartyIndex;
use crate::wire;

/// A round's word as bytes.
pub(super) struct Spoken {
    pub(super) broadcast: Vec<u8>,
    pub(super) private: Vec<(PartyIndex, Zeroizing<Vec<u8>>)>,
    #[cfg(feature = "testing")]
    pub(super) fields: Vec<(PartyIndex, Vec<crate::testing::fields::Field>)>,
}

pub(super) trait AnyRound<O>: Send {
    fn number(&self) -> u16;
    fn is_reliable(&self) -> bool;
    fn needs_approval(&self) -> bool;
    fn speak(&mut self, context: &Context, rng: &mut dyn CryptoRngCore) -> Result<Spoken, Abort>;
    fn listen(
        self: Box<Self>,
        context: &Context,
        frames: Vec<(PartyIndex, Frame)>,
        rng: &mut dyn CryptoRngCore,
    ) -> Result<Next<O>, Abort>;
}

impl<R: Round> AnyRound<R::Output> for R {
    fn number(&self) -> u16 {
        R::NUMBER
    }

    fn is_reliable(&self) -> bool {
        R::RELIABLE
    }

    fn needs_approval(&self) -> bool {
        R::NEEDS_APPROVAL
    }

    fn speak(&mut self, context: &Context, rng: &mut dyn CryptoRngCore) -> Result<Spoken, Abort> {
        let word = Round::speak(self, context, rng)?;
        Ok(Spoken {
            #[cfg(feature = "testing")]
            fields: crate::testing::fields::of_word(&word),
            broadcast: core::mem::take(&mut *wire::encode(&word.broadcast)),
            private: word.private.iter().map(|(peer, private)| (*peer, wire::encode(private))).collect(),
        })
    }

    fn listen(
        self: Box<Self>,
        context: &Context,
        frames: Vec<(PartyIndex, Frame)>,
        rng: &mut dyn CryptoRngCore,
    ) -> Result<Next<R::Output>, Abort> {
        let mut heard = Vec::with_capacity(frames.len());
        for (from, frame) in frames {
            let malformed = |what| move |_| Abort::party(from, Cause::Malformed(what));
            let broadcast = wire::decode(&frame.broadcast).map_err(malformed("broadcast"))?;
            let private = wire::decode(&frame.private).map_err(malformed("private part"))?;
            heard.push((from, broadcast, private));
        }
        Round::listen(*self, context, Heard(heard), rng)
    }
}
