//! From a fresh device to a key that nobody holds.

use symbolon_tests::World;

#[test]
fn two_devices_make_a_two_of_two_key() {
    let world = World::wallet(1, 2, 2);
    assert_eq!(world.view(0).threshold, 2);
}

#[test]
fn three_devices_make_a_two_of_three_key() {
    let world = World::wallet(2, 2, 3);
    assert_eq!(world.view(2).threshold, 2);
}

#[test]
fn five_devices_make_a_three_of_five_key() {
    let world = World::wallet(3, 3, 5);
    assert_eq!(world.view(4).threshold, 3);
}

#[test]
fn every_device_holds_a_share_of_all_three_roots_and_none_is_pending() {
    let world = World::wallet(4, 2, 3);
    for device in &world.devices {
        let keys: Vec<_> = device.store.records().into_iter().map(|record| record.key).collect();
        let shares: Vec<_> = keys.iter().filter_map(|key| key.strip_prefix("key/active/")).collect();
        assert_eq!(shares, ["ecdsa-secp256k1", "ed25519", "schnorr-secp256k1"]);
        assert!(!keys.iter().any(|key| key.starts_with("key/pending")));
    }
}
