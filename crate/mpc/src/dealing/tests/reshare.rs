//! Dishonest parties of a reshare that keep their commitments consistent.

use rand_core::CryptoRngCore;

use super::{Crooked, Twist, context, revealed};
use crate::abort::{Abort, Cause};
use crate::ceremony::{Ceremony, CeremonyId};
use crate::dealing::messages::{Commitment, PointBytes, Reveal};
use crate::dealing::reshare::{ResharePlan, dealing};
use crate::dealing::root::{Origin, Root, RootOf};
use crate::dealing::rounds::CommitRound;
use crate::dealing::{Dealing, Dealt, reshare};
use crate::group::{Group, Scheme, Secp256k1};
use crate::machine::{Context, Heard, Machine, Next, Protocol, Round, Word};
use crate::party::PartyIndex;
use crate::session::{Agreement, SessionId};
use crate::share::KeyShare;
use crate::testing::sim::{Network, Report, Simulator, generator};
use crate::testing::{deal, index, quorum};

const DEALERS: [u16; 2] = [1, 2];

fn shares() -> Vec<KeyShare> {
    deal(2, 3, Scheme::EcdsaSecp256k1, 1)
}

/// Parties 1 and 2 of a 2-of-3 key reshare it to parties 1 to 4, of which `threshold` must then sign.
fn plan(threshold: u16) -> ResharePlan {
    ResharePlan {
        ceremony: CeremonyId([3; 32]),
        from: vec![shares()[0].info().clone()],
        dealers: DEALERS.map(index).to_vec(),
        to: quorum(threshold, 4),
        absent: Vec::new(),
    }
}

fn held(party: PartyIndex) -> Vec<KeyShare> {
    shares().into_iter().filter(|share| share.index() == party).collect()
}

/// All are honest but `crook`, which does `twist` before its first round.
fn run_against(threshold: u16, crook: u16, twist: Twist) -> Report<Dealt> {
    let start = |honest, me| Machine::new(Crooked { honest, twist }, me).unwrap();
    run_with(threshold, crook, |honest, me| Box::new(start(honest, me)))
}

fn run_with(
    threshold: u16,
    crook: u16,
    start: impl Fn(Dealing, PartyIndex) -> Box<dyn Ceremony<Output = Dealt>>,
) -> Report<Dealt> {
    let plan = plan(threshold);
    let ceremonies = (1..=4).map(index).map(|party| {
        let ceremony: Box<dyn Ceremony<Output = Dealt>> = if party == index(crook) {
            start(dealing(&plan, party, &held(party)).unwrap(), party)
        } else {
            Box::new(reshare(&plan, party, &held(party)).unwrap())
        };
        (party, ceremony)
    });
    Simulator::new(ceremonies.collect::<Vec<_>>(), 3, Network::BAD).run()
}

fn all_blame(report: &Report<Dealt>, crook: u16, cause: &Cause) {
    assert!(report.stored.is_empty());
    for honest in (1..=4).filter(|party| *party != crook) {
        let expected = Abort::party(index(crook), cause.clone());
        assert_eq!(report.abort(index(honest)), Some(&expected), "party {honest}");
    }
}

/// Replaces what the party deals, consistently: commitments, proof and evaluations are of this root.
fn replace(
    round: &mut CommitRound,
    mut root: RootOf<Secp256k1>,
    context: &Context,
    rng: &mut dyn CryptoRngCore,
) {
    revealed(round).roots = vec![root.deal(0, context, rng).unwrap()];
    round.roots = vec![Box::new(root)];
}

#[test]
fn an_untwisted_crooked_party_would_be_accepted() {
    for crook in 1..=4 {
        assert!(run_against(3, crook, |_, _, _| ()).all_done());
    }
}

#[test]
fn a_dealer_that_deals_another_constant_is_refused_by_all() {
    let twists: [Twist; 3] = [
        // A fresh secret: the key would become another one.
        |context, round, rng| {
            replace(round, RootOf::fresh(Scheme::EcdsaSecp256k1, 3), context, rng);
        },
        // Its share as it is, not weighted.
        |context, round, rng| {
            let plan = plan(3);
            let share = held(context.me()).remove(0);
            let alone = Origin { key: &plan.from[0], dealers: &[context.me()], share: Some(&share) };
            replace(round, RootOf::carried(&alone, 3).unwrap(), context, rng);
        },
        // Weighted for another set of dealers.
        |context, round, rng| {
            let plan = plan(3);
            let share = held(context.me()).remove(0);
            let dealers = [index(2), index(3)];
            let other = Origin { key: &plan.from[0], dealers: &dealers, share: Some(&share) };
            replace(round, RootOf::carried(&other, 3).unwrap(), context, rng);
        },
    ];
    for twist in twists {
        all_blame(&run_against(3, 2, twist), 2, &Cause::Check("constant term"));
    }
}

#[test]
fn a_dealer_that_deals_zero_is_refused_by_all() {
    // The commitment to zero is the identity, which has no encoding; whatever stands for it is no point.
    let report = run_against(3, 2, |_, round, _| {
        revealed(round).roots[0].commitments[0] = PointBytes(vec![0; 33]);
    });
    all_blame(&report, 2, &Cause::Malformed("commitment point"));
}

#[test]
fn a_dealer_whose_share_is_of_another_epoch_is_refused_by_all() {
    // The plan is right and the share is old: the dealer's host mixed epochs where it cannot be seen.
    let report = run_against(3, 2, |context, round, rng| {
        let other = deal(2, 3, Scheme::EcdsaSecp256k1, 9).remove(1);
        let dealers = DEALERS.map(index);
        let origin = Origin { key: other.info(), dealers: &dealers, share: Some(&other) };
        replace(round, RootOf::carried(&origin, 3).unwrap(), context, rng);
    });
    all_blame(&report, 2, &Cause::Check("constant term"));
}

#[test]
fn a_reshare_to_another_threshold_than_the_plans_is_refused_by_all() {
    let twists: [Twist; 2] = [
        |context, round, rng| {
            let (plan, share) = (plan(3), held(context.me()).remove(0));
            let dealers = DEALERS.map(index);
            let origin = Origin { key: &plan.from[0], dealers: &dealers, share: Some(&share) };
            replace(round, RootOf::carried(&origin, 2).unwrap(), context, rng);
        },
        |context, round, rng| {
            let (plan, share) = (plan(3), held(context.me()).remove(0));
            let dealers = DEALERS.map(index);
            let origin = Origin { key: &plan.from[0], dealers: &dealers, share: Some(&share) };
            replace(round, RootOf::carried(&origin, 4).unwrap(), context, rng);
        },
    ];
    for twist in twists {
        all_blame(&run_against(3, 2, twist), 2, &Cause::Malformed("number of commitments"));
    }
}

#[test]
fn a_contribution_to_the_chain_code_of_a_reshare_is_refused_by_all() {
    let report = run_against(3, 2, |_, round, _| revealed(round).chain_code = Some([7; 32]));
    all_blame(&report, 2, &Cause::Malformed("chain code"));
}

#[test]
fn a_dealer_that_deals_nothing_is_refused_by_all() {
    let report = run_against(3, 2, |_, round, _| round.reveal = None);
    all_blame(&report, 2, &Cause::Malformed("dealing"));
}

/// Deals something fresh, whoever it is.
const DEAL_UNASKED: Twist = |context, round, rng| {
    round.reveal = Some(Reveal { opening: [1; 32], chain_code: None, roots: Vec::new(), sealed: Vec::new() });
    replace(round, RootOf::fresh(Scheme::EcdsaSecp256k1, 3), context, rng);
};

#[test]
fn a_party_that_deals_unasked_is_refused_by_all() {
    // Party 3 holds a share of the old key and was not chosen, party 4 is new.
    for crook in [3, 4] {
        all_blame(&run_against(3, crook, DEAL_UNASKED), crook, &Cause::Malformed("dealing"));
    }
}

#[test]
fn a_party_that_deals_unasked_after_it_committed_to_nothing_is_refused_by_all() {
    for crook in [3, 4] {
        let start = |honest, me| Machine::new(Late(Crooked { honest, twist: DEAL_UNASKED }), me).unwrap();
        let report = run_with(3, crook, |honest, me| Box::new(start(honest, me)));
        all_blame(&report, crook, &Cause::Malformed("dealing"));
    }
}

#[test]
fn what_a_dealer_draws_depends_on_its_share() {
    // The same randomness in the same session: coefficients and proof are others for another share.
    let draw = |share: &KeyShare| {
        let dealers = DEALERS.map(index);
        let origin = Origin { key: share.info(), dealers: &dealers, share: Some(share) };
        let mut root = RootOf::<Secp256k1>::carried(&origin, 3).unwrap();
        root.deal(0, &context(1, 1), &mut generator(1, 1)).unwrap()
    };
    let [one, other] = [1, 9].map(|seed| draw(&deal(2, 3, Scheme::EcdsaSecp256k1, seed)[0]));
    for (one, other) in one.commitments.iter().zip(&other.commitments) {
        assert_ne!(one.0, other.0);
    }
    assert_ne!(one.proof.nonce.0, other.proof.nonce.0);
}

#[test]
fn the_sum_of_what_is_dealt_is_the_key_whoever_deals() {
    let shares = shares();
    let key = shares[0].info().public_point::<Secp256k1>().unwrap();
    for dealers in [[1, 2], [1, 3], [2, 3]] {
        let dealers = dealers.map(index);
        let constant = |dealer: &PartyIndex| {
            let share = shares.iter().find(|share| share.index() == *dealer).unwrap();
            let origin = Origin { key: share.info(), dealers: &dealers, share: Some(share) };
            let mut root = RootOf::<Secp256k1>::carried(&origin, 2).unwrap();
            let context = Context::new(SessionId([1; 32]), *dealer, dealers.to_vec());
            let reveal = root.deal(0, &context, &mut generator(1, 1)).unwrap();
            Secp256k1::decode_point(&reveal.commitments[0].0).unwrap()
        };
        assert!(constant(&dealers[0]) + constant(&dealers[1]) == key);
    }
}

/// A crooked party that says nothing in round 1 and deals in round 2.
struct Late(Crooked);

/// Its first round.
struct Silent(CommitRound);

impl Protocol for Late {
    type Output = Dealt;
    type Hello = ();

    const LAST_ROUND: u16 = Dealing::LAST_ROUND;

    fn agreement(&self) -> Agreement {
        self.0.agreement()
    }

    fn hello(&self, _: PartyIndex) -> Self::Hello {}

    fn start(
        self,
        context: &Context,
        _: Vec<(PartyIndex, ())>,
        rng: &mut dyn CryptoRngCore,
    ) -> Result<Next<Dealt>, Abort> {
        Ok(Next::round(Silent(self.0.first(context, rng)?)))
    }
}

impl Round for Silent {
    type Output = Dealt;
    type Broadcast = Option<Commitment>;
    type Private = ();

    const NUMBER: u16 = CommitRound::NUMBER;
    const RELIABLE: bool = true;

    fn speak(
        &mut self,
        context: &Context,
        _: &mut dyn CryptoRngCore,
    ) -> Result<Word<Option<Commitment>, ()>, Abort> {
        Ok(Word::to_all(context, None))
    }

    fn listen(
        self,
        context: &Context,
        heard: Heard<Option<Commitment>, ()>,
        rng: &mut dyn CryptoRngCore,
    ) -> Result<Next<Dealt>, Abort> {
        self.0.listen(context, heard, rng)
    }
}
