//! A wallet with a recovery share loses devices, and is recovered: with the same addresses, and no old share is good any more.

// Helpers of a test fail as tests do, by panicking.
#![allow(clippy::unwrap_used)]

use symbolon_tests::World;
use symbolon_tests::recovery::{Kept, key_with_recovery};
use symbolon_tests::setup::config;
use symbolon_wallet::backup::{RecoveryCode, RecoveryFile};
use symbolon_wallet::command::{Command, Guardians, Setting};
use symbolon_wallet::view::{DeviceKind, Phase};

fn address(world: &World, index: usize) -> String {
    world.view(index).accounts[0].address.clone()
}

/// A fresh device that is linked with another.
fn add_linked(world: &mut World, with: usize, name: &str) -> usize {
    let index = world.add_set_up(config(DeviceKind::Phone), name);
    world.pair(with, index);
    index
}

fn file_of(kept: &Kept) -> RecoveryFile {
    RecoveryFile::decode(&hex::decode(&kept.file).unwrap()).unwrap()
}

#[test]
fn a_key_is_made_with_a_share_that_no_device_holds() {
    let (mut world, kept) = World::recoverable(701);
    assert_eq!(world.view(0).devices.iter().filter(|device| device.party.is_some()).count(), 2);
    assert!(
        world.run_until(10_000, |world| world.view(1).recovery.shares[0].kept),
        "it hears that the file was kept"
    );
    let shares = [0, 1].map(|index| world.view(index).recovery.shares);
    assert_eq!(shares[0], shares[1]);
    assert_eq!(shares[0].len(), 1);
    assert!(world.signs_with(&[0, 1]));
    // The same file from either device; the code opens it, and it is a share of this key.
    let party = shares[0][0].party;
    let other = world.ask(1, Command::GiveRecoveryFile { party }).unwrap();
    assert_eq!(other, kept.file);
    let file = file_of(&kept);
    file.verify().unwrap();
    let opened = file.open(&RecoveryCode::read(&kept.code).unwrap()).unwrap();
    assert_eq!(opened.len(), 3, "one for each root");
    let records = |index: usize| world.devices[index].store.records();
    // No device kept the code, nor what it opens.
    for record in records(0).iter().chain(&records(1)) {
        assert!(!contains(&record.value, kept.code.as_bytes()), "{}", record.key);
    }
}

fn contains(text: &[u8], part: &[u8]) -> bool {
    text.windows(part.len()).any(|window| window == part)
}

#[test]
fn no_address_is_shown_before_the_file_was_chosen_again_on_some_device() {
    let mut world = World::new(702);
    world.add_set_up(config(DeviceKind::Browser), "browser");
    world.add_set_up(config(DeviceKind::Phone), "phone");
    world.pair_all();
    let refused = world.command(0, key_with_recovery(2)).unwrap_err();
    assert_eq!(refused.code, "recovery/no-code", "a code was neither drawn nor typed in");
    let code = world.ask(0, Command::DrawRecoveryCode { guardians: None, passkey: None }).unwrap();
    assert_eq!(world.command(0, key_with_recovery(2)).unwrap_err().code, "recovery/no-code");
    let other = world.ask(1, Command::DrawRecoveryCode { guardians: None, passkey: None }).unwrap();
    let confirm = |world: &mut World, code: &str| {
        world.command(0, Command::ConfirmRecoveryCode { codes: vec![code.to_owned()], passkey: None })
    };
    assert_eq!(confirm(&mut world, &other).unwrap_err().code, "recovery/other-code");
    assert_eq!(confirm(&mut world, &code[1..]).unwrap_err().code, "recovery/code");
    confirm(&mut world, &code).unwrap();
    world.command(0, key_with_recovery(2)).unwrap();
    assert!(world.run_until(60_000, |world| world.view(1).roster.is_some()));
    let sheets = [0, 1].map(|index| world.view(index).roster.unwrap().recovery);
    assert!(sheets[0].is_some() && sheets[0] == sheets[1]);
    world.confirm_words();
    assert!(world.run_until(120_000, World::all_ready));
    assert!([0, 1].iter().all(|index| world.view(*index).recovery.must_keep));
    assert!(world.view(0).recovery.draft.is_none(), "the code was used");
    // A file of another wallet, and one that was altered, are told apart, and change nothing.
    let (_, stranger) = World::recoverable(703);
    let check = |world: &mut World, file: &str| {
        world.command(1, Command::CheckRecoveryFile { file: file.to_owned() })
    };
    assert_eq!(check(&mut world, &stranger.file).unwrap_err().code, "recovery/other-wallet");
    let party = world.view(0).recovery.shares[0].party;
    let file = world.ask(0, Command::GiveRecoveryFile { party }).unwrap();
    assert_eq!(check(&mut world, &file[..file.len() - 2]).unwrap_err().code, "recovery/truncated");
    assert_eq!(check(&mut world, "no hex").unwrap_err().code, "recovery/not-a-file");
    assert!(world.view(1).recovery.must_keep);
    check(&mut world, &file).unwrap();
    // The other device hears of it, and both still know it when they start again.
    assert!(world.run_until(10_000, |world| !world.view(0).recovery.must_keep));
    for index in 0..2 {
        world.close(index);
        world.restart(index);
        assert!(!world.view(index).recovery.must_keep && world.view(index).recovery.shares[0].kept);
    }
}

/// A hello was drawn, and what the device said of its shares right behind it was not: "Not here" stayed on screen, and nothing was
/// offered to the owner any more.
#[test]
fn regression_a_device_that_began_anew_is_shown_to_be_here_for_a_recovery() {
    let (mut world, kept) = World::recoverable(712);
    world.close(1);
    let new = add_linked(&mut world, 0, "new phone");
    world.open_share(new, &kept).unwrap();
    let missing = |world: &World| world.view(new).recovery.opened.unwrap().missing;
    assert!(world.run_until(10_000, |world| missing(world) == 0));
    world.kill(0);
    world.restart(0);
    assert!(world.run_until(10_000, |world| missing(world) == 1));
    assert!(world.run_until(60_000, |world| missing(world) == 0));
}

/// The phone is lost; a new one takes its place.
fn phone_is_recovered(seed: u64, proposer_is_new: bool) {
    let (mut world, kept) = World::recoverable(seed);
    let before = address(&world, 0);
    let lost = world.id(1);
    world.close(1);
    let new = add_linked(&mut world, 0, "new phone");
    world.open_share(new, &kept).unwrap();
    let enough = |world: &World| world.view(new).recovery.opened.unwrap().missing == 0;
    assert!(world.run_until(10_000, enough));
    let opened = world.view(new).recovery.opened.unwrap();
    assert_eq!((opened.missing, opened.threshold, opened.devices.len()), (0, 2, 2));
    assert_eq!(opened.outdated, None);
    let seen: Vec<_> = opened.devices.iter().map(|device| (device.name.as_str(), device.here)).collect();
    assert_eq!(
        seen,
        [("browser", true), ("phone", false)],
        "it heard the name of the device that it never met"
    );
    let next = if proposer_is_new {
        world.recover(new, &[], &[0, new])
    } else {
        let code = world.draw_code(0);
        let id = world.id(new);
        world.run(2_000);
        world
            .command(
                0,
                Command::ChangeDevices {
                    add: vec![id],
                    remove: vec![lost],
                    threshold: None,
                    accept_no_spare: false,
                    new_recovery: true,
                    drop_recovery: vec![],
                },
            )
            .unwrap();
        world.agree_on(&[0, new]);
        Kept { code, file: world.keep_file(new) }
    };
    assert_eq!([address(&world, 0), address(&world, new)], [before.clone(), before]);
    let shares = world.view(new).recovery.shares;
    assert_eq!((shares.len(), shares[0].party), (1, 0x8001), "the code that was typed in is spent");
    assert_eq!(world.view(new).devices[0].party, Some(3), "an index that was never used");
    assert!(world.view(new).recovery.opened.is_none());
    assert!(world.signs_with(&[0, new]));
    // What is left of the old epoch is good for nothing beside what is new.
    let fresh = add_linked(&mut world, 0, "thief");
    world.open_share(fresh, &kept).unwrap();
    world.run(2_000);
    assert!(
        world.view(fresh).recovery.opened.unwrap().outdated.is_some(),
        "it is said before anything is asked for"
    );
    let refused = world.propose_recovery(fresh, &[]).unwrap_err();
    assert_eq!(refused.code, "recovery/old-epoch");
    assert_eq!(
        world.open_share(fresh, &Kept { file: next.file.clone(), ..kept.clone() }).unwrap_err().code,
        "recovery/wrong-code"
    );
    assert_eq!(
        world.open_share(fresh, &Kept { code: next.code.clone(), ..kept }).unwrap_err().code,
        "recovery/wrong-code"
    );
    world.restart(1);
    assert!(world.run_until(60_000, |world| world.view(1).phase == Phase::Linking), "its share is dropped");
    // The next loss is survived as well, with what is kept now.
    world.close(0);
    let browser = add_linked(&mut world, new, "new browser");
    world.open_share(browser, &next).unwrap();
    world.recover(browser, &[], &[new, browser]);
    assert!(world.signs_with(&[new, browser]));
}

#[test]
fn a_lost_phone_is_recovered_from_the_new_one() {
    phone_is_recovered(704, true);
}

#[test]
fn a_lost_phone_is_recovered_from_the_browser() {
    phone_is_recovered(705, false);
}

#[test]
fn a_lost_browser_is_recovered_the_same_way_round() {
    let (mut world, kept) = World::recoverable(706);
    let before = address(&world, 1);
    world.command(0, Command::AddAccount { name: "Savings".to_owned() }).unwrap();
    let accounts = world.view(0).accounts;
    assert!(
        world.run_until(10_000, |world| world.view(1).accounts == accounts),
        "the phone shows it as well"
    );
    world.close(0);
    let new = add_linked(&mut world, 1, "new browser");
    world.open_share(new, &kept).unwrap();
    world.recover(new, &[], &[1, new]);
    assert_eq!(address(&world, new), before);
    assert!(world.run_until(10_000, |world| world.view(new).accounts == accounts), "all accounts are there");
    assert!(world.signs_with(&[1, new]));
}

#[test]
fn both_lost_devices_are_recovered_with_two_recovery_shares() {
    let (mut world, first) = World::recoverable(707);
    let before = address(&world, 0);
    // A second recovery share: the first stays, with a new file.
    let code = world.draw_code(0);
    let add = |new_recovery| Command::ChangeDevices {
        add: vec![],
        remove: vec![],
        threshold: None,
        accept_no_spare: false,
        new_recovery,
        drop_recovery: vec![],
    };
    world.command(0, add(true)).unwrap();
    assert!(world.run_until(60_000, |world| world.asks_change(1)));
    let lines = world.view(1).change.unwrap().lines;
    assert!(lines.iter().any(|line| line.starts_with("New recovery share")), "{lines:?}");
    assert!(lines.iter().any(|line| line.starts_with("New recovery file")), "{lines:?}");
    world.agree_to_change();
    assert!(world.run_until(120_000, |world| (0..2).all(|index| world.epoch(index) == Some(2))));
    let shares = world.view(0).recovery.shares;
    assert_eq!(shares.len(), 2);
    let file = |world: &mut World, place: usize| {
        world.ask(0, Command::GiveRecoveryFile { party: shares[place].party }).unwrap()
    };
    let kept =
        [Kept { code: first.code, file: file(&mut world, 0) }, Kept { code, file: file(&mut world, 1) }];
    world.close(0);
    world.close(1);
    let one = world.add_set_up(config(DeviceKind::Browser), "one");
    let other = add_linked(&mut world, one, "other");
    world.open_share(one, &kept[0]).unwrap();
    assert_eq!(world.view(one).recovery.opened.unwrap().missing, 1);
    let refused = world.propose_recovery(one, &[other]).unwrap_err();
    assert_eq!(refused.code, "change/device-offline", "{}", refused.message);
    world.open_share(other, &kept[1]).unwrap();
    assert!(world.run_until(10_000, |world| world.view(one).recovery.opened.unwrap().missing == 0));
    world.recover(one, &[other], &[one, other]);
    assert_eq!([address(&world, one), address(&world, other)], [before.clone(), before]);
    assert!(world.signs_with(&[one, other]));
}

#[test]
fn a_rotation_keeps_the_code_and_ends_the_old_file() {
    let (mut world, kept) = World::recoverable(708);
    world.change(&[0, 1], &[], &[], None);
    let view = world.view(0).recovery;
    assert!(!view.must_keep && !view.shares[0].kept, "asked for, but the wallet stays usable");
    let refused = world.command(0, Command::CheckRecoveryFile { file: kept.file.clone() }).unwrap_err();
    assert_eq!(refused.code, "recovery/old-epoch");
    let new = Kept { file: world.keep_file(1), ..kept };
    assert!(world.run_until(10_000, |world| world.view(0).recovery.shares[0].kept));
    world.close(1);
    let phone = add_linked(&mut world, 0, "new phone");
    world.open_share(phone, &new).unwrap();
    world.recover(phone, &[], &[0, phone]);
    assert!(world.signs_with(&[0, phone]));
}

#[test]
fn a_recovery_share_is_added_replaced_and_dropped() {
    let mut world = World::wallet(709, 2, 2);
    let change = |new_recovery, drop_recovery, accept_no_spare| Command::ChangeDevices {
        add: vec![],
        remove: vec![],
        threshold: None,
        accept_no_spare,
        new_recovery,
        drop_recovery,
    };
    let mut epoch = 1;
    let mut agreed = |world: &mut World, command| {
        world.command(0, command).unwrap();
        assert!(world.run_until(60_000, |world| world.asks_change(1)));
        world.agree_to_change();
        epoch += 1;
        let done = |world: &World| (0..2).all(|index| world.epoch(index) == Some(epoch));
        assert!(world.run_until(120_000, done));
    };
    world.draw_code(0);
    agreed(&mut world, change(true, vec![], false));
    assert!(world.view(1).recovery.must_keep, "it has none yet");
    let first = Kept { code: String::new(), file: world.keep_file(0) };
    world.draw_code(0);
    let party = world.view(0).recovery.shares[0].party;
    agreed(&mut world, change(true, vec![party], false));
    let shares = world.view(0).recovery.shares;
    assert_eq!((shares.len(), shares[0].party), (1, party + 1));
    let names: Vec<_> = world.devices[0].store.records().into_iter().map(|record| record.key).collect();
    let files: Vec<_> = names.iter().filter(|name| name.contains("/file-")).collect();
    assert_eq!(files, ["key/active/file-8001"], "the file of the share that ended is gone");
    assert_ne!(file_of(&first).party().value(), shares[0].party);
    let refused = world.command(0, change(false, vec![party + 1], false)).unwrap_err();
    assert_eq!(refused.code, "change/no-spare");
    agreed(&mut world, change(false, vec![party + 1], true));
    assert!(world.view(0).recovery.shares.is_empty());
    // The numbers of shares that ended are not given again, also after a restart.
    for index in 0..2 {
        world.close(index);
        world.restart(index);
    }
    assert!(world.run_until(60_000, World::all_online));
    world.run(2_000);
    world.draw_code(0);
    agreed(&mut world, change(true, vec![], false));
    assert_eq!(world.view(1).recovery.shares[0].party, party + 2);
    assert!(world.signs_with(&[0, 1]));
}

#[test]
fn no_device_holds_two_shares() {
    let (mut world, kept) = World::recoverable(710);
    assert_eq!(world.open_share(0, &kept).unwrap_err().code, "recovery/holds-share");
    // A recovery share does not sign: there must be as many devices as must sign.
    let phone = world.id(1);
    let remove = Command::ChangeDevices {
        add: vec![],
        remove: vec![phone],
        threshold: None,
        accept_no_spare: true,
        new_recovery: false,
        drop_recovery: vec![],
    };
    assert_eq!(world.command(0, remove).unwrap_err().code, "change/threshold");
}

#[test]
fn guardians_together_open_the_file() {
    let mut world = World::new(711);
    world.add_set_up(config(DeviceKind::Browser), "browser");
    world.add_set_up(config(DeviceKind::Phone), "phone");
    world.pair_all();
    let guardians = Some(Guardians { needed: 2, guardians: 3 });
    let codes = world.ask(0, Command::DrawRecoveryCode { guardians, passkey: None }).unwrap();
    let codes: Vec<_> = codes.lines().map(str::to_owned).collect();
    assert_eq!(codes.len(), 3);
    assert_eq!(world.view(0).recovery.draft.unwrap().needed, 2);
    let one = world
        .command(0, Command::ConfirmRecoveryCode { codes: codes[..1].to_vec(), passkey: None })
        .unwrap_err();
    assert!(one.message.contains("2 guardians' codes are needed, and 1"), "{}", one.message);
    world.command(0, Command::ConfirmRecoveryCode { codes: codes[..2].to_vec(), passkey: None }).unwrap();
    world.command(0, key_with_recovery(2)).unwrap();
    world.confirm_words();
    assert!(world.run_until(120_000, World::all_ready));
    let file = world.keep_file(0);
    world.close(1);
    let phone = add_linked(&mut world, 0, "new phone");
    world
        .command(phone, Command::OpenRecoveryFile { file, codes: codes[1..].to_vec(), passkey: None })
        .unwrap();
    world.recover(phone, &[], &[0, phone]);
    assert!(world.signs_with(&[0, phone]));
}

#[test]
fn an_interrupted_recovery_is_made_again() {
    let (mut world, kept) = World::recoverable(712);
    world.close(1);
    let new = add_linked(&mut world, 0, "new phone");
    world.open_share(new, &kept).unwrap();
    assert!(world.run_until(10_000, |world| world.view(new).recovery.opened.unwrap().missing == 0));
    world.propose_recovery(new, &[]).unwrap();
    assert!(world.run_until(60_000, |world| world.asks_change(0) && world.asks_change(new)));
    world.agree_to_change();
    // The new phone stored its share and dies; the share that was opened is gone with it.
    let stored = |world: &World| {
        world.devices[new].store.records().iter().any(|record| record.key.starts_with("key/pending/"))
    };
    assert!(world.run_until(10_000, stored));
    world.close(new);
    world.run(60_000);
    world.restart(new);
    if !world.run_until(60_000, |world| world.epoch(new) == Some(2)) {
        world.open_share(new, &kept).unwrap();
        world.recover(new, &[], &[0, new]);
    }
    assert!(world.signs_with(&[0, new]));
}

/// Years later the relay of old is gone: the owner takes another one, and file and code are all that it takes.
#[test]
fn recovery_works_years_later_and_over_another_relay() {
    let (mut world, kept) = World::recoverable(713);
    let before = address(&world, 0);
    world.close(0);
    world.close(1);
    world.stop_relay();
    world.now += 10 * 365 * 24 * 3_600_000;
    world.relay_is_up = true;
    world.restart(0);
    let relay =
        || Command::Set { setting: Setting::Relay { url: "wss://other.example/v1/relay".to_owned() } };
    world.command(0, relay()).unwrap();
    let new = world.add_set_up(config(DeviceKind::Phone), "new phone");
    world.command(new, relay()).unwrap();
    world.pair(0, new);
    world.open_share(new, &kept).unwrap();
    world.recover(new, &[], &[0, new]);
    assert_eq!(address(&world, new), before);
    assert!(world.signs_with(&[0, new]));
}

/// A passkey stands for a code: beside a code on paper, and where both devices are lost, with it.
#[test]
fn a_passkey_stands_for_a_code_and_is_never_the_only_one() {
    let passkey = || Some("07".repeat(32));
    let draw = || Command::DrawRecoveryCode { guardians: None, passkey: passkey() };
    let mut world = World::wallet(714, 2, 2);
    assert_eq!(world.command(0, draw()).unwrap_err().code, "recovery/code-first");
    let (mut world, first) = World::recoverable(715);
    let before = address(&world, 0);
    assert_eq!(world.ask(0, draw()).unwrap(), "", "there is nothing to write down");
    assert_eq!(world.view(0).recovery.draft.unwrap().needed, 0);
    let confirm = |output| Command::ConfirmRecoveryCode { codes: vec![], passkey: output };
    let other = world.command(0, confirm(Some("08".repeat(32)))).unwrap_err();
    assert_eq!(other.code, "recovery/other-code");
    assert_eq!(world.command(0, confirm(Some("07".repeat(31)))).unwrap_err().code, "passkey/unusable");
    world.command(0, confirm(passkey())).unwrap();
    let change = Command::ChangeDevices {
        add: vec![],
        remove: vec![],
        threshold: None,
        accept_no_spare: false,
        new_recovery: true,
        drop_recovery: vec![],
    };
    world.command(0, change).unwrap();
    assert!(world.run_until(60_000, |world| world.asks_change(1)));
    world.agree_to_change();
    assert!(world.run_until(120_000, |world| (0..2).all(|index| world.epoch(index) == Some(2))));
    let parties: Vec<_> = world.view(0).recovery.shares.iter().map(|share| share.party).collect();
    let files: Vec<_> =
        parties.into_iter().map(|party| world.ask(0, Command::GiveRecoveryFile { party }).unwrap()).collect();
    world.close(0);
    world.close(1);
    let one = world.add_set_up(config(DeviceKind::Browser), "one");
    let other = add_linked(&mut world, one, "other");
    world.open_share(one, &Kept { code: first.code, file: files[0].clone() }).unwrap();
    let open = |file: &str, output| Command::OpenRecoveryFile {
        file: file.to_owned(),
        codes: vec![],
        passkey: output,
    };
    let wrong = world.command(other, open(&files[0], passkey())).unwrap_err();
    assert_eq!(wrong.code, "recovery/wrong-code");
    world.command(other, open(&files[1], passkey())).unwrap();
    world.recover(one, &[other], &[one, other]);
    assert_eq!([address(&world, one), address(&world, other)], [before.clone(), before]);
    assert!(world.signs_with(&[one, other]));
}
