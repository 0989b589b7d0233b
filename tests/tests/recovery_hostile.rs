//! Devices that lie about recovery shares: what they propose is refused in words, what they say in a dealing is not heard.

// Helpers of a test fail as tests do, by panicking.
#![allow(clippy::unwrap_used)]

use symbolon_mpc::dealing::ResharePlan;
use symbolon_mpc::{CeremonyId, DeviceId, Party, PartyIndex, Quorum};
use symbolon_tests::World;
use symbolon_tests::recovery::Kept;
use symbolon_tests::setup::config;
use symbolon_wallet::backup::{RecoveryCode, RecoveryFile};
use symbolon_wallet::command::Command;
use symbolon_wallet::testing::{ChangeProposal, OpenedShare, PeerMessage, Standing};
use symbolon_wallet::view::DeviceKind;

const BROWSER: usize = 0;
const NEW: usize = 2;
/// The first recovery share's index.
const FIRST: u16 = 0x8000;

fn index(value: u16) -> PartyIndex {
    PartyIndex::new(value).unwrap()
}

fn device(world: &World, index: usize) -> DeviceId {
    DeviceId(hex::decode(world.id(index)).unwrap().try_into().unwrap())
}

/// The phone is lost, and the recovery share was opened on a new one; also a stranger, linked with the browser.
fn lost_phone(seed: u64) -> (World, Kept) {
    let (mut world, kept) = World::recoverable(seed);
    world.close(1);
    for name in ["new phone", "stranger"] {
        let new = world.add_set_up(config(DeviceKind::Phone), name);
        world.pair(BROWSER, new);
    }
    world.open_share(NEW, &kept).unwrap();
    world.run(120_000);
    (world, kept)
}

/// The proposal that an honest new phone would make.
fn proposal(world: &World, kept: &Kept) -> ChangeProposal {
    let file = RecoveryFile::decode(&hex::decode(&kept.file).unwrap()).unwrap();
    let code = RecoveryCode::of_entropy(&[5; 20]);
    let party = |value, device| Party { index: index(value), device };
    let parties = vec![
        party(1, device(world, BROWSER)),
        party(3, device(world, NEW)),
        party(FIRST + 1, code.key().device()),
    ];
    let plan = ResharePlan {
        ceremony: CeremonyId([7; 32]),
        from: file.keys().to_vec(),
        dealers: vec![index(1), index(FIRST)],
        to: Quorum::new(2, parties).unwrap(),
        absent: vec![index(FIRST + 1)],
    };
    ChangeProposal { plan, stand_ins: vec![(index(FIRST), device(world, NEW))], proposed_at: 1 }
}

/// The quorum with other parties.
fn with(proposal: &mut ChangeProposal, alter: impl Fn(&mut Vec<Party>)) {
    let mut parties = proposal.plan.to.parties().to_vec();
    alter(&mut parties);
    proposal.plan.to = Quorum::new(2, parties).unwrap();
}

type Lie = (&'static str, fn(&World, &mut ChangeProposal));

/// What a device may propose that no honest one does.
const LIES: &[Lie] = &[
    ("nobody speaks for the share", |_, it| it.stand_ins.clear()),
    ("the device that is left would hold two shares", |world, it| {
        it.stand_ins[0].1 = device(world, BROWSER);
    }),
    ("the lost device would hold two shares", |_, it| {
        it.stand_ins[0].1 = it.plan.from[0].quorum().device_of(index(2)).unwrap();
    }),
    ("two devices speak for the share", |world, it| {
        it.stand_ins.push((index(FIRST), device(world, 3)));
    }),
    ("an unknown device speaks for the share", |_, it| it.stand_ins[0].1 = DeviceId([9; 32])),
    ("a device speaks for another device's share", |world, it| {
        it.plan.dealers = vec![index(1), index(2)];
        it.stand_ins = vec![(index(2), device(world, NEW))];
    }),
    ("the lost device's share is dealt beside the recovery share", |world, it| {
        it.stand_ins.push((index(2), device(world, 3)));
    }),
    ("the new recovery share is a device", |_, it| it.plan.absent.clear()),
    ("the new device is a recovery share", |_, it| it.plan.absent.insert(0, index(3))),
    ("the new recovery key is no point", |_, it| {
        with(it, |parties| parties[2].device = DeviceId([0xff; 32]));
    }),
    ("the spent share stays", |world, it| {
        let spent = it.plan.from[0].quorum().device_of(index(FIRST)).unwrap();
        let _ = world;
        with(it, |parties| parties[2] = Party { index: index(FIRST), device: spent });
        it.plan.absent = vec![index(FIRST)];
    }),
    ("a device has a recovery share's number", |_, it| {
        with(it, |parties| parties[1].index = index(FIRST + 5));
    }),
    ("the lost device's number is given again", |_, it| {
        with(it, |parties| parties[1].index = index(2));
    }),
    ("a recovery share's number is given again", |_, it| {
        with(it, |parties| parties[2].index = index(FIRST));
        it.plan.absent = vec![index(FIRST)];
    }),
    ("it is of another wallet's keys", |_, it| it.plan.from.truncate(2)),
];

#[test]
fn a_proposal_that_lies_about_recovery_shares_is_refused_before_the_owner_is_asked() {
    let (mut world, kept) = lost_phone(741);
    let honest = proposal(&world, &kept);
    let new = device(&world, NEW);
    let propose = |world: &mut World, from: DeviceId, proposal: &ChangeProposal| {
        let message = PeerMessage::Change(Box::new(proposal.clone()));
        world.hear(BROWSER, from, &message.encode());
    };
    for (name, lie) in LIES {
        let mut proposal = honest.clone();
        lie(&world, &mut proposal);
        propose(&mut world, new, &proposal);
        assert!(!world.asks_change(BROWSER), "{name}");
    }
    let stranger = device(&world, 3);
    propose(&mut world, stranger, &honest);
    assert!(!world.asks_change(BROWSER), "who proposes holds no share and speaks for none");
    propose(&mut world, new, &honest);
    assert!(world.asks_change(BROWSER), "the honest one is shown");
    println!("{} lies refused", LIES.len() + 1);
}

#[test]
fn numbers_of_earlier_epochs_are_not_given_again() {
    let (mut world, kept) = lost_phone(744);
    let next = world.recover(NEW, &[], &[BROWSER, NEW]);
    // Indices 2 and that of the first recovery share are in no quorum any more.
    let mut honest = proposal(&world, &next);
    world.close(NEW);
    world.open_share(3, &next).unwrap();
    world.run(2_000);
    honest.plan.dealers = vec![index(1), index(FIRST + 1)];
    let stranger = device(&world, 3);
    honest.stand_ins = vec![(index(FIRST + 1), stranger)];
    let code = RecoveryCode::of_entropy(&[6; 20]);
    let of = |device_index, share_index| {
        let mut proposal = honest.clone();
        with(&mut proposal, |parties| {
            parties[1] = Party { index: index(device_index), device: stranger };
            parties[2] = Party { index: index(share_index), device: code.key().device() };
        });
        proposal.plan.absent = vec![index(share_index)];
        PeerMessage::Change(Box::new(proposal)).encode()
    };
    for message in [of(2, FIRST + 2), of(4, FIRST)] {
        world.hear(BROWSER, stranger, &message);
        assert!(!world.asks_change(BROWSER));
    }
    world.hear(BROWSER, stranger, &of(4, FIRST + 2));
    assert!(world.asks_change(BROWSER));
    assert_ne!(kept.code, next.code);
}

#[test]
fn nobody_else_speaks_for_a_recovery_share_in_a_dealing() {
    let (mut world, _) = lost_phone(742);
    assert!(world.run_until(10_000, |world| world.view(NEW).recovery.opened.unwrap().missing == 0));
    world.propose_recovery(NEW, &[]).unwrap();
    assert!(world.run_until(60_000, |world| [BROWSER, NEW].iter().all(|i| world.asks_change(*i))));
    let ceremony = hex::decode(world.view(BROWSER).change.unwrap().id).unwrap();
    let ceremony = CeremonyId(ceremony.try_into().unwrap());
    world.agree_to_change();
    let (new, stranger) = (device(&world, NEW), device(&world, 3));
    let mut said = 0;
    for _ in 0..200 {
        if world.epoch(BROWSER) == Some(2) {
            break;
        }
        world.step();
        let lanes =
            [(stranger, FIRST, 1), (stranger, 3, 1), (new, 1, FIRST), (new, FIRST, 3), (stranger, 1, 3)];
        for (from, party, to) in lanes {
            let frame = vec![1, 2, 3];
            let word = PeerMessage::FrameFor { ceremony, from: index(party), to: index(to), frame };
            world.hear(BROWSER, from, &word.encode());
            said += 1;
        }
    }
    let done = |world: &World| [BROWSER, NEW].iter().all(|index| world.epoch(*index) == Some(2));
    assert!(world.run_until(60_000, done), "the dealing goes on");
    assert!(said > 50 && world.signs_with(&[BROWSER, NEW]));
}

#[test]
fn a_device_that_says_it_opened_what_it_did_not_only_fails() {
    let (mut world, kept) = lost_phone(743);
    let file = RecoveryFile::decode(&hex::decode(&kept.file).unwrap()).unwrap();
    let opened = OpenedShare { wallet: *file.wallet(), epoch: 1, party: file.party() };
    let standing = Standing { opened: Some(opened), ..Standing::default() };
    let (stranger, lost) = (device(&world, 3), world.view(BROWSER).devices[1].id.clone());
    world.command(NEW, Command::ForgetRecovery).unwrap();
    world.run(2_000);
    world.hear(BROWSER, stranger, &PeerMessage::Standing(standing).encode());
    world.draw_code(BROWSER);
    let add = vec![world.id(3)];
    let change = Command::ChangeDevices {
        add,
        remove: vec![lost],
        threshold: None,
        accept_no_spare: false,
        new_recovery: true,
        drop_recovery: vec![],
    };
    world.command(BROWSER, change).unwrap();
    let failed =
        |world: &World| world.view(BROWSER).notices.into_iter().find(|notice| notice.code == "change/failed");
    assert!(world.run_until(60_000, |world| failed(world).is_some()));
    let message = failed(&world).unwrap().message;
    assert!(message.contains("the recovery file is not open on it"), "{message}");
    assert_eq!(world.epoch(BROWSER), Some(1));
}
