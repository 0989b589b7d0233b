//! What the comparison of two platforms rests on.

use symbolon_conformance::{SUITES, play};

#[test]
fn the_same_seeds_make_the_same_bytes() {
    for suite in SUITES.into_iter().filter(|(name, _)| name.starts_with("dealing")) {
        let part = play(suite);
        println!("{part:?}");
        assert!(part.ceremonies > 0 && part.frames > 0);
        assert_eq!(part, play(suite));
    }
}
