//! Round 0: which set-ups are there (§2.3); and the set-up round for those that are not (§8.1).

use std::collections::BTreeMap;

use k256::Scalar;
use rand_core::CryptoRngCore;
use serde::{Deserialize, Serialize};
use symbolon_mpc::machine::{Context, Heard, Next, Protocol, Round, Word};
use symbolon_mpc::share::lagrange_coefficient;
use symbolon_mpc::sign::{MAX_ITEMS, Misuse, hedge_of};
use symbolon_mpc::{Abort, Agreement, Cause, KeyShare, PartyIndex, Scheme, Secp256k1, derive};
use zeroize::Zeroizing;

use super::commit::Commit;
use super::plan::{PROTOCOL, SignPlan};
use super::{Item, Signed, Signer};
use crate::setup::{PairName, SetupMessage, Started};

/// The protocol before its session is known.
pub struct SignProtocol {
    agreement: Agreement,
    signer: Signer,
}

/// What goes along with the first frame to a peer.
#[derive(Debug, Serialize, Deserialize)]
pub struct Hello {
    /// The set-up with this peer that is in memory.
    pub setup: Option<PairName>,
}

/// The set-up round: both messages of base transfers, with every peer that no common set-up is held with.
struct Setup {
    signer: Signer,
    cold: Vec<PartyIndex>,
    started: BTreeMap<PartyIndex, Started>,
}

impl SignProtocol {
    /// Checks that plan and share fit.
    pub fn new(plan: SignPlan, share: &KeyShare, pairs: crate::Pairs) -> Result<Self, Misuse> {
        let agreement = plan.agreement(PROTOCOL, Scheme::EcdsaSecp256k1, share)?;
        let info = share.info();
        let weight = lagrange_coefficient::<Secp256k1>(share.index(), &plan.signers, 0)
            .ok_or(Misuse::Machine(symbolon_mpc::Misuse::NotAParty))?;
        let items = plan.items.iter().map(|item| {
            let child = derive::derive::<Secp256k1>(info, &item.path)?;
            Ok(Item { digest: item.digest, public_key: child.public_key, tweak: weight * child.tweak })
        });
        let items = items.collect::<Result<_, Misuse>>()?;
        // EXPOSE: weighted for this set of signers; the product is wiped.
        let weighted = share.expose::<Secp256k1, _>(|scalar: &Scalar| Zeroizing::new(weight * scalar))?;
        let signer = Signer {
            wallet: plan.wallet,
            epoch: plan.epoch,
            devices: agreement.parties.iter().map(|party| (party.index, party.device)).collect(),
            items,
            share: weighted,
            hedge: hedge_of(share),
            pairs,
        };
        Ok(Self { agreement, signer })
    }
}

impl Protocol for SignProtocol {
    type Output = Signed;
    type Hello = Hello;

    const LAST_ROUND: u16 = 4;
    // An item takes some 56 kB over two frames, of which 48 kB in one; points of a set-up 16 kB; the extension's check 2 kB.
    const FRAME_LIMIT: usize = 32 * 1024 + MAX_ITEMS * 50 * 1024;

    fn agreement(&self) -> Agreement {
        self.agreement.clone()
    }

    fn hello(&self, peer: PartyIndex) -> Hello {
        Hello { setup: self.signer.key_of(peer).and_then(|key| self.signer.pairs.name(&key)) }
    }

    fn start(
        mut self,
        context: &Context,
        hellos: Vec<(PartyIndex, Hello)>,
        _: &mut dyn CryptoRngCore,
    ) -> Result<Next<Signed>, Abort> {
        let mut cold = Vec::new();
        for (peer, hello) in hellos {
            let key = self.signer.key_of(peer).ok_or(Abort::nobody(Cause::SessionMismatch))?;
            let held = self.signer.pairs.name(&key);
            if held.is_none() || held != hello.setup {
                // What only one side holds is of no use to either.
                drop(self.signer.pairs.remove(&key));
                cold.push(peer);
            }
        }
        // With two signers both know that there is nothing to set up. With more, one cannot know it of the
        // others' pairs, so that the round is always held.
        if cold.is_empty() && context.parties().len() == 2 {
            return Ok(Next::round(Commit::<1>::new(self.signer, BTreeMap::new())));
        }
        Ok(Next::round(Setup { signer: self.signer, cold, started: BTreeMap::new() }))
    }
}

impl Round for Setup {
    type Output = Signed;
    type Broadcast = ();
    type Private = Option<SetupMessage>;

    const NUMBER: u16 = 1;
    const RELIABLE: bool = false;

    fn speak(
        &mut self,
        context: &Context,
        rng: &mut dyn CryptoRngCore,
    ) -> Result<Word<(), Option<SetupMessage>>, Abort> {
        let mut random = self.signer.random(context, "setup", rng);
        let mut private: BTreeMap<_, _> = context.peers().map(|peer| (peer, None)).collect();
        let started = Started::new_each(*context.session(), context.me(), &self.cold, &mut random);
        for (peer, (started, message)) in self.cold.iter().zip(started) {
            self.started.insert(*peer, started);
            private.insert(*peer, Some(message));
        }
        Ok(Word { broadcast: (), private: private.into_iter().collect() })
    }

    fn listen(
        mut self,
        _: &Context,
        heard: Heard<(), Option<SetupMessage>>,
        _: &mut dyn CryptoRngCore,
    ) -> Result<Next<Signed>, Abort> {
        let mut started = Vec::new();
        for (peer, (), message) in heard {
            match (self.started.remove(&peer), message) {
                (Some(own), Some(message)) => started.push((own, message)),
                (None, None) => {}
                _ => return Err(Abort::party(peer, Cause::Malformed("set-up"))),
            }
        }
        let unopened = Started::finish_each(started).map_err(|(peer, cause)| Abort::party(peer, cause))?;
        Ok(Next::round(Commit::<2>::new(self.signer, unopened.into_iter().collect())))
    }
}

#[cfg(test)]
mod wiped {
    use super::*;

    symbolon_mpc::wiped!(SignProtocol, SignProtocol { signer } but { agreement });
    symbolon_mpc::wiped!(Setup, Setup { signer, started } but { cold });
}

#[cfg(test)]
mod tests {
    use symbolon_mpc::derive::Path;
    use symbolon_mpc::machine::Machine;
    use symbolon_mpc::testing::sim::{Network, Simulator};
    use symbolon_mpc::testing::{deal, index};
    use symbolon_mpc::{Blame, CeremonyId};

    use super::*;
    use crate::{Pairs, SignItem};

    /// A party that signs with another scalar than its share, and multiplies with that one too, passes every
    /// other check: what gives it away is that the signers' keys do not add up to the public key.
    #[test]
    fn a_signer_that_uses_another_share_is_found_before_the_last_message() {
        for (threshold, blame) in [(2, Blame::Party(index(2))), (3, Blame::Nobody)] {
            let shares = deal(threshold, threshold, Scheme::EcdsaSecp256k1, 1);
            let plan = SignPlan {
                ceremony: CeremonyId([1; 32]),
                wallet: *shares[0].info().wallet(),
                epoch: 1,
                signers: (1..=threshold).map(index).collect(),
                intent: [2; 32],
                items: vec![SignItem { path: Path::root(), digest: [3; 32] }],
            };
            let parties = shares.iter().map(|share| {
                let mut protocol = SignProtocol::new(plan.clone(), share, Pairs::new()).unwrap();
                if share.index() == index(2) {
                    *protocol.signer.share += Scalar::ONE;
                }
                (share.index(), Machine::new(protocol, share.index()).unwrap())
            });
            let report = Simulator::new(parties, 1, Network::GOOD).run();
            let abort = report.abort(index(1)).unwrap();
            assert_eq!(*abort, Abort { cause: Cause::Check("the signers' keys do not add up"), blame });
            assert!(report.sent.iter().all(|sent| sent.step < Some(8)));
        }
    }
}
