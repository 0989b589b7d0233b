//! The machines of all ceremonies, each with a liar among its peers ([`Scene`]).

use std::sync::OnceLock;

use rand_core::RngCore;
use symbolon_ecdsa::testing::deal_pairs;
use symbolon_ecdsa::{Pairs, Sign as EcdsaSign, SignItem, SignPlan as EcdsaPlan};
use symbolon_frost::{Sign as FrostSign, SignPlan as FrostPlan, Suite, ed25519, taproot};
use symbolon_mpc::dealing::{Dealt, Keygen, KeygenPlan, Reshare, ResharePlan, keygen, reshare};
use symbolon_mpc::derive::Path;
use symbolon_mpc::testing::sim::generator;
use symbolon_mpc::testing::{deal, deal_all, index, keygen_plan_with_absent, quorum};
use symbolon_mpc::{CeremonyId, KeyShare, PartyIndex, Quorum, Scheme};

use crate::Row;
use crate::input::Input;
use crate::machine::Scene;

pub(crate) const TARGETS: &[Row] = &[
    ("keygen_machine", keygen_machine, programs, 300),
    ("reshare_machine", reshare_machine, programs, 200),
    ("ecdsa_machine", ecdsa_machine, programs, 150),
    ("ecdsa_set_up_machine", ecdsa_set_up_machine, programs, 30),
    ("frost_ed25519_machine", frost_ed25519_machine, programs, 400),
    ("frost_taproot_machine", frost_taproot_machine, programs, 300),
];

/// Programs of lies: which scene, who, how many frames are spared, then a lie of some kind and no end.
fn programs() -> Vec<Vec<u8>> {
    let mut rng = generator(2026, 0);
    let mut program = |place: u32| {
        let mut program = vec![0; 64];
        rng.fill_bytes(&mut program);
        program[3] %= 7;
        program[4] = (3 + place % 7) as u8;
        program
    };
    (0..1000).map(&mut program).collect()
}

fn keygen_machine(data: &[u8]) {
    static SCENES: OnceLock<Vec<(KeygenPlan, Scene)>> = OnceLock::new();
    let scenes = SCENES.get_or_init(|| {
        let plan = |threshold, parties, absent: &[u16], roots: &[Scheme]| {
            let plan = keygen_plan_with_absent(threshold, parties, absent, roots, 5);
            let start = |party| -> (PartyIndex, Keygen) { (party, keygen(plan.clone(), party).unwrap()) };
            let present = plan.quorum.indices().filter(|party| !plan.absent.contains(party));
            let scene = Scene::record(present.map(start).collect(), 5);
            (plan, scene)
        };
        vec![
            plan(2, 2, &[], &Scheme::ALL),
            plan(2, 3, &[], &[Scheme::Ed25519]),
            plan(2, 3, &[], &Scheme::ALL),
            plan(2, 3, &[3], &[Scheme::Ed25519]),
        ]
    });
    let mut input = Input::new(data);
    let (plan, scene) = &scenes[input.below(scenes.len())];
    scene.play(|party| keygen(plan.clone(), party).unwrap(), check_dealt, &mut input);
}

/// What is stored can be read again.
fn check_dealt(dealt: &Dealt) {
    if let Dealt::Pending { shares, .. } = dealt {
        for share in shares {
            KeyShare::decode(&share.encode()).expect("what is stored can be read again");
        }
    }
}

fn reshare_machine(data: &[u8]) {
    type Old = Vec<Vec<KeyShare>>;
    static SCENES: OnceLock<Vec<(Old, ResharePlan, Scene)>> = OnceLock::new();
    let start = |old: &Old, plan: &ResharePlan, party: PartyIndex| -> Reshare {
        let held: Vec<_> = old.iter().flatten().filter(|share| share.index() == party).collect();
        reshare(plan, party, &copies(&held)).unwrap()
    };
    let scenes = SCENES.get_or_init(|| {
        let scene = |schemes: &[Scheme], to: Quorum| {
            let old = deal_all(2, 3, schemes, 6);
            let from = old.iter().map(|shares| shares[0].info().clone()).collect();
            let dealers = vec![index(1), index(2)];
            let plan = ResharePlan { ceremony: CeremonyId([6; 32]), from, dealers, to, absent: Vec::new() };
            let parties = plan.parties().unwrap();
            let parties =
                parties.iter().map(|party| (party.index, start(&old, &plan, party.index))).collect();
            let scene = Scene::record(parties, 6);
            (old, plan, scene)
        };
        let replaced =
            quorum(2, 4).parties().iter().filter(|party| party.index != index(3)).copied().collect();
        vec![
            scene(&Scheme::ALL, quorum(2, 2)),
            scene(&[Scheme::EcdsaSecp256k1], quorum(2, 3)),
            scene(&[Scheme::Ed25519], Quorum::new(3, replaced).unwrap()),
        ]
    });
    let mut input = Input::new(data);
    let (old, plan, scene) = &scenes[input.below(scenes.len())];
    scene.play(|party| start(old, plan, party), check_dealt, &mut input);
}

fn copies(shares: &[&KeyShare]) -> Vec<KeyShare> {
    shares.iter().map(|share| KeyShare::decode(&share.encode()).unwrap()).collect()
}

fn path(place: u32) -> Path {
    Path::new(vec![44, 60, 0, 0, place]).unwrap()
}

struct EcdsaScene {
    shares: Vec<KeyShare>,
    plan: EcdsaPlan,
    scene: Option<Scene>,
    is_set_up: bool,
}

impl EcdsaScene {
    fn new(signers: u16, items: u32, is_set_up: bool) -> Self {
        let shares = deal(signers, signers, Scheme::EcdsaSecp256k1, 7);
        let plan = EcdsaPlan {
            ceremony: CeremonyId([7; 32]),
            wallet: *shares[0].info().wallet(),
            epoch: shares[0].info().epoch(),
            signers: (1..=signers).map(index).collect(),
            intent: [8; 32],
            items: (0..items).map(|place| SignItem { path: path(place), digest: [9; 32] }).collect(),
        };
        let mut this = Self { shares, plan, scene: None, is_set_up };
        let parties = this.plan.signers.iter().map(|party| (*party, this.start(*party))).collect();
        this.scene = Some(Scene::record(parties, 7));
        this
    }

    fn start(&self, party: PartyIndex) -> EcdsaSign {
        let share = self.shares.iter().find(|share| share.index() == party).unwrap();
        let quorum = share.info().quorum();
        let mut pairs = Pairs::new();
        for peer in quorum.indices().filter(|peer| self.is_set_up && *peer != party) {
            let both = [party.min(peer), party.max(peer)];
            let devices = both.map(|party| quorum.device_of(party).unwrap());
            let mut rng = generator(u64::from(both[0].value()), both[1].value());
            let [first, second] = deal_pairs(self.plan.wallet, self.plan.epoch, devices, &mut rng);
            pairs.put(if party < peer { first } else { second });
        }
        EcdsaSign::start(self.plan.clone(), share, pairs).unwrap()
    }

    fn play(&self, input: &mut Input<'_>) {
        // That a signature verifies is checked before it is given out.
        let check =
            |signed: &symbolon_ecdsa::Signed| assert_eq!(signed.signatures.len(), self.plan.items.len());
        self.scene.as_ref().unwrap().play(|party| self.start(party), check, input);
    }
}

fn ecdsa_machine(data: &[u8]) {
    static SCENES: OnceLock<Vec<EcdsaScene>> = OnceLock::new();
    let scenes = SCENES.get_or_init(|| vec![EcdsaScene::new(2, 1, true), EcdsaScene::new(3, 2, true)]);
    let mut input = Input::new(data);
    scenes[input.below(scenes.len())].play(&mut input);
}

fn ecdsa_set_up_machine(data: &[u8]) {
    static SCENE: OnceLock<EcdsaScene> = OnceLock::new();
    let mut input = Input::new(data);
    input.byte();
    SCENE.get_or_init(|| EcdsaScene::new(2, 1, false)).play(&mut input);
}

struct FrostScene<S: Suite> {
    shares: Vec<KeyShare>,
    plan: FrostPlan<S::Item>,
    scene: Scene,
}

impl<S: Suite<Item: Clone>> FrostScene<S> {
    fn new(scheme: Scheme, signers: u16, items: Vec<S::Item>) -> Self {
        let shares = deal(signers, signers, scheme, 8);
        let plan = FrostPlan {
            ceremony: CeremonyId([8; 32]),
            wallet: *shares[0].info().wallet(),
            epoch: shares[0].info().epoch(),
            signers: (1..=signers).map(index).collect(),
            intent: [8; 32],
            items,
        };
        let start = |share: &KeyShare| (share.index(), FrostSign::<S>::start(plan.clone(), share).unwrap());
        let scene = Scene::record(shares.iter().map(start).collect(), 8);
        Self { shares, plan, scene }
    }

    fn play(&self, input: &mut Input<'_>) {
        let start = |party| {
            let share = self.shares.iter().find(|share| share.index() == party).unwrap();
            FrostSign::<S>::start(self.plan.clone(), share).unwrap()
        };
        let check =
            |signed: &symbolon_frost::Signed| assert_eq!(signed.signatures.len(), self.plan.items.len());
        self.scene.play(start, check, input);
    }
}

fn frost_ed25519_machine(data: &[u8]) {
    static SCENES: OnceLock<Vec<FrostScene<ed25519::Ed25519>>> = OnceLock::new();
    let scenes = SCENES.get_or_init(|| {
        let item = |place| ed25519::SignItem { path: path(place), message: vec![place as u8; 40] };
        [2, 3].map(|signers| FrostScene::new(Scheme::Ed25519, signers, vec![item(0), item(1)])).into()
    });
    let mut input = Input::new(data);
    scenes[input.below(scenes.len())].play(&mut input);
}

fn frost_taproot_machine(data: &[u8]) {
    static SCENES: OnceLock<Vec<FrostScene<taproot::Taproot>>> = OnceLock::new();
    let scenes = SCENES.get_or_init(|| {
        let item = |place: u32, merkle_root| taproot::SignItem {
            path: path(place),
            sighash: [place as u8; 32],
            merkle_root,
        };
        let items = || vec![item(0, None), item(1, Some([3; 32]))];
        [2, 3].map(|signers| FrostScene::new(Scheme::SchnorrSecp256k1, signers, items())).into()
    });
    let mut input = Input::new(data);
    scenes[input.below(scenes.len())].play(&mut input);
}
