//! Dishonest dealers that keep their commitments consistent: what only a machine of their own can send.

mod reshare;

use rand_core::CryptoRngCore;

use super::keygen::dealing;
use super::messages::{PointBytes, Reveal, RootReveal};
use super::polynomial::Polynomial;
use super::proof;
use super::root::{Root, RootOf};
use super::rounds::{self, CommitRound};
use super::{Dealing, Dealt, keygen, sealing};
use crate::abort::{Abort, Cause};
use crate::ceremony::Ceremony;
use crate::group::{Group, Scheme, Secp256k1};
use crate::machine::{Context, Machine, Next, Protocol};
use crate::party::PartyIndex;
use crate::session::{Agreement, SessionId};
use crate::testing::sim::{Network, Report, Simulator, generator};
use crate::testing::{index, keygen_plan, keygen_plan_with_absent, quorum};

/// One root's part of a party that has drawn its polynomial.
struct Dealer {
    root: RootOf<Secp256k1>,
    reveal: RootReveal,
}

impl Dealer {
    fn draw(threshold: u16, context: &Context, rng: &mut dyn CryptoRngCore) -> Self {
        let mut root = RootOf::fresh(SCHEME, threshold);
        let reveal = root.deal(0, context, rng).unwrap();
        Self { root, reveal }
    }

    fn evaluation(&self, receiver: u16) -> [u8; 32] {
        *self.root.evaluation(index(receiver)).unwrap()
    }

    fn accept(&mut self, context: &Context, dealer: u16, reveal: &RootReveal, value: [u8; 32]) -> Verdict {
        self.root.accept(context, index(dealer), reveal, Some(&value))
    }
}

type Verdict = Result<(), Cause>;

const SCHEME: Scheme = Scheme::EcdsaSecp256k1;

fn context(me: u16, session: u8) -> Context {
    Context::new(SessionId([session; 32]), index(me), vec![index(1), index(2), index(3)])
}

fn dealer(me: u16, session: u8, threshold: u16) -> Dealer {
    Dealer::draw(threshold, &context(me, session), &mut generator(9, me))
}

/// What party 1, in session 1 of a threshold of 2, says to a dealing by party 2.
fn judge(reveal: &RootReveal, evaluation: [u8; 32]) -> Verdict {
    dealer(1, 1, 2).accept(&context(1, 1), 2, reveal, evaluation)
}

#[test]
fn an_honest_dealing_is_accepted() {
    let honest = dealer(2, 1, 2);
    assert_eq!(judge(&honest.reveal, honest.evaluation(1)), Ok(()));
}

#[test]
fn a_polynomial_of_another_degree_is_refused() {
    for threshold in [1, 3, 4, 32] {
        let crooked = dealer(2, 1, threshold);
        let verdict = judge(&crooked.reveal, crooked.evaluation(1));
        assert_eq!(verdict, Err(Cause::Malformed("number of commitments")), "t = {threshold}");
    }
    let mut none = dealer(2, 1, 2).reveal;
    none.commitments.clear();
    assert_eq!(judge(&none, [1; 32]), Err(Cause::Malformed("number of commitments")));
}

#[test]
fn a_lower_degree_hidden_behind_an_identity_point_is_refused() {
    let honest = dealer(2, 1, 2);
    let evaluation = honest.evaluation(1);
    for identity in [vec![], vec![0], vec![0; 33]] {
        for position in 0..2 {
            let mut reveal = honest.reveal.clone();
            reveal.commitments[position] = PointBytes(identity.clone());
            assert_eq!(judge(&reveal, evaluation), Err(Cause::Malformed("commitment point")));
        }
    }
}

#[test]
fn a_proof_made_by_another_party_is_refused() {
    // Party 2 deals exactly what party 3 dealt, proof included.
    let other = dealer(3, 1, 2);
    let evaluation = other.evaluation(1);
    assert_eq!(judge(&other.reveal, evaluation), Err(Cause::Check("proof of knowledge")));
    let itself = dealer(1, 1, 2).accept(&context(1, 1), 3, &other.reveal, evaluation);
    assert_eq!(itself, Ok(()));
}

#[test]
fn a_proof_from_another_session_is_refused() {
    let earlier = dealer(2, 7, 2);
    let verdict = judge(&earlier.reveal, earlier.evaluation(1));
    assert_eq!(verdict, Err(Cause::Check("proof of knowledge")));
}

#[test]
fn a_rogue_key_has_no_proof() {
    // Party 2 wants the sum of constants to be its own key: C = mine − C₁, whose secret it does not know. The
    // best it can do is to prove what it does know.
    let victim = Secp256k1::decode_point(&dealer(1, 1, 2).reveal.commitments[0].0).unwrap();
    let mut rogue = dealer(2, 1, 2).reveal;
    let mine = Secp256k1::decode_point(&rogue.commitments[0].0).unwrap();
    rogue.commitments[0] = PointBytes(Secp256k1::encode_point(&(mine - victim)).unwrap());
    let known = dealer(2, 1, 2).root.polynomial.unwrap().constant();
    let nonce = Secp256k1::small(77);
    rogue.proof =
        proof::prove::<Secp256k1>(&context(2, 1), SCHEME, &known, &rogue.commitments[0].0, &nonce).unwrap();
    assert_eq!(judge(&rogue, [1; 32]), Err(Cause::Check("proof of knowledge")));
}

#[test]
fn an_evaluation_of_another_party_or_out_of_range_is_refused() {
    let honest = dealer(2, 1, 2);
    let order = hex::decode("fffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141").unwrap();
    for (evaluation, cause) in [
        (honest.evaluation(3), Cause::Check("evaluation")),
        ([0; 32], Cause::Check("evaluation")),
        (order.try_into().unwrap(), Cause::Malformed("evaluation")),
        ([0xff; 32], Cause::Malformed("evaluation")),
    ] {
        assert_eq!(judge(&honest.reveal, evaluation), Err(cause));
    }
}

#[test]
fn a_refused_dealing_is_not_added() {
    let mut receiver = dealer(1, 1, 2);
    let before = receiver.reveal.commitments[0].0.clone();
    let honest = dealer(2, 1, 2);
    assert!(receiver.accept(&context(1, 1), 2, &honest.reveal, [0; 32]).is_err());
    assert!(receiver.root.commitments_sum().constant() == Secp256k1::decode_point(&before).unwrap());
}

/// What a crooked party does to its first round, before it commits.
type Twist = fn(&Context, &mut CommitRound, &mut dyn CryptoRngCore);

/// A dealing that is run honestly, but for its twist.
struct Crooked {
    honest: Dealing,
    twist: Twist,
}

impl Protocol for Crooked {
    type Output = Dealt;
    type Hello = ();

    const LAST_ROUND: u16 = Dealing::LAST_ROUND;

    fn agreement(&self) -> Agreement {
        self.honest.agreement()
    }

    fn hello(&self, _: PartyIndex) -> Self::Hello {}

    fn start(
        self,
        context: &Context,
        _: Vec<(PartyIndex, ())>,
        rng: &mut dyn CryptoRngCore,
    ) -> Result<Next<Dealt>, Abort> {
        Ok(Next::round(self.first(context, rng)?))
    }
}

impl Crooked {
    fn first(self, context: &Context, rng: &mut dyn CryptoRngCore) -> Result<CommitRound, Abort> {
        let mut round = rounds::first(self.honest.terms, self.honest.roots, context, rng)?;
        (self.twist)(context, &mut round, rng);
        Ok(round)
    }
}

fn run_against(threshold: u16, parties: u16, twist: Twist) -> Report<Dealt> {
    let plan = keygen_plan(quorum(threshold, parties), vec![SCHEME], 3);
    let start = |party: PartyIndex| -> Box<dyn Ceremony<Output = Dealt>> {
        if party == index(2) {
            let honest = dealing(&plan).unwrap();
            Box::new(Machine::new(Crooked { honest, twist }, party).unwrap())
        } else {
            Box::new(keygen(plan.clone(), party).unwrap())
        }
    };
    let ceremonies: Vec<_> = plan.quorum.indices().map(|party| (party, start(party))).collect();
    Simulator::new(ceremonies, 3, Network::BAD).run()
}

fn revealed(round: &mut CommitRound) -> &mut Reveal {
    round.reveal.as_mut().unwrap()
}

fn replace_root(threshold: u16, context: &Context, round: &mut CommitRound, rng: &mut dyn CryptoRngCore) {
    let Dealer { root, reveal } = Dealer::draw(threshold, context, rng);
    revealed(round).roots = vec![reveal];
    round.roots = vec![Box::new(root)];
}

#[test]
fn every_honest_party_blames_a_dealer_that_committed_to_something_false() {
    let twists: [(Twist, Cause); 6] = [
        (
            |context, round, rng| replace_root(4, context, round, rng),
            Cause::Malformed("number of commitments"),
        ),
        (
            |context, round, rng| replace_root(2, context, round, rng),
            Cause::Malformed("number of commitments"),
        ),
        (|_, round, _| revealed(round).roots.clear(), Cause::Malformed("number of roots")),
        (|_, round, _| revealed(round).roots[0].proof.response = [1; 32], Cause::Check("proof of knowledge")),
        (
            // The commitments of another polynomial, with a good proof: the evaluations do not fit.
            |context, round, rng| {
                revealed(round).roots = vec![Dealer::draw(3, context, rng).reveal];
            },
            Cause::Check("evaluation"),
        ),
        (
            |_, round, _| revealed(round).roots[0].commitments[2] = PointBytes(vec![0; 33]),
            Cause::Malformed("commitment point"),
        ),
    ];
    for parties in [3, 4] {
        for (twist, cause) in &twists {
            let report = run_against(3, parties, *twist);
            assert!(report.stored.is_empty());
            for honest in (1..=parties).filter(|party| *party != 2) {
                let expected = Abort::party(index(2), cause.clone());
                assert_eq!(report.abort(index(honest)), Some(&expected), "party {honest}");
            }
        }
    }
}

#[test]
fn an_untwisted_crooked_party_would_be_accepted() {
    assert!(run_against(3, 4, |_, _, _| ()).all_done());
    assert!(run_against_with_absent(|_, _, _| ()).all_done());
}

/// Parties 1 to 3 are present, of which 2 is crooked, and 4 and 5 are absent.
fn run_against_with_absent(twist: Twist) -> Report<Dealt> {
    let plan = keygen_plan_with_absent(2, 5, &[4, 5], &[SCHEME], 3);
    let start = |party: PartyIndex| -> Box<dyn Ceremony<Output = Dealt>> {
        if party == index(2) {
            let honest = dealing(&plan).unwrap();
            Box::new(Machine::new(Crooked { honest, twist }, party).unwrap())
        } else {
            Box::new(keygen(plan.clone(), party).unwrap())
        }
    };
    let ceremonies: Vec<_> = [1, 2, 3].map(index).map(|party| (party, start(party))).into();
    Simulator::new(ceremonies, 3, Network::BAD).run()
}

#[test]
fn every_honest_party_blames_a_dealer_that_sealed_something_false() {
    let wrong = Cause::Check("sealed evaluation");
    let number = Cause::Malformed("number of sealed evaluations");
    let twists: [(Twist, Cause); 6] = [
        // What is sealed to 4 in the place of what is sealed to 5, and the other way round.
        (|_, round, _| revealed(round).sealed.swap(0, 1), wrong.clone()),
        (|_, round, _| drop(revealed(round).sealed.pop()), number.clone()),
        (|_, round, _| revealed(round).sealed.clear(), number.clone()),
        (
            |_, round, _| {
                let one = revealed(round).sealed[0].clone();
                revealed(round).sealed.push(one);
            },
            number,
        ),
        (
            // Good proofs, of another polynomial than the one that is committed to.
            |context, round, rng| {
                let honest = core::mem::take(&mut revealed(round).sealed);
                let other = Dealer::draw(2, context, rng);
                let (roots, reveals): (Vec<Box<dyn Root>>, _) = (vec![Box::new(other.root)], [other.reveal]);
                let sealed = sealing::seal(&round.terms, &roots, &reveals, context, rng).unwrap();
                assert_eq!(sealed.len(), honest.len());
                revealed(round).sealed = sealed;
            },
            wrong.clone(),
        ),
        (
            // Good proofs, of another session.
            |context, round, rng| {
                let other = Context::new(SessionId([9; 32]), context.me(), context.parties().to_vec());
                let reveals = revealed(round).roots.clone();
                let sealed = sealing::seal(&round.terms, &round.roots, &reveals, &other, rng).unwrap();
                revealed(round).sealed = sealed;
            },
            wrong,
        ),
    ];
    for (twist, cause) in &twists {
        let report = run_against_with_absent(*twist);
        assert!(report.stored.is_empty());
        for honest in [1, 3] {
            assert_eq!(report.abort(index(honest)), Some(&Abort::party(index(2), cause.clone())));
        }
    }
}

#[test]
fn a_polynomial_and_its_commitments_have_the_same_values() {
    let further = [5, 7, 11].map(Secp256k1::small);
    let polynomial = Polynomial::<Secp256k1>::new(Secp256k1::small(3), further.into_iter());
    let commitments = polynomial.commit();
    // 3 + 5·10 + 7·100 + 11·1000
    assert!(polynomial.at(index(10)) == Secp256k1::small(11_753));
    for party in [1, 2, 10, 65_535] {
        let value = Secp256k1::generator_mul(&polynomial.at(index(party)));
        assert!(commitments.at(index(party)) == value);
    }
}
