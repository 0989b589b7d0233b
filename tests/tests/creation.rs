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
