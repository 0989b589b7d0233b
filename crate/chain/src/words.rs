//! A digest in words, for two people, or two screens, to compare.
//!
//! Six words are 48 bits: enough that a slip or a swapped request shows. They stand beside the hexadecimal digits and
//! replace no check: the devices agree on the digest before they sign.

use alloy_primitives::B256;

/// Words for the first six bytes of a digest, one for each.
#[must_use]
pub fn of(digest: &B256) -> [&'static str; 6] {
    let [a, b, c, d, e, f, ..] = digest.0;
    [a, b, c, d, e, f].map(|byte| WORDS.get(usize::from(byte)).copied().unwrap_or_default())
}

/// Common English nouns in alphabetical order, no two with the same first four letters.
const WORDS: [&str; 256] = [
    "acorn", "agent", "alarm", "album", "alley", "amber", "angel", "ankle", "apple", "apron", "arrow",
    "atlas", "attic", "autumn", "axle", "bacon", "badge", "bagel", "baker", "banjo", "barrel", "basil",
    "beach", "beard", "bench", "berry", "bicycle", "bishop", "blanket", "bonnet", "border", "bottle",
    "boulder", "bracelet", "bread", "bridge", "broom", "bubble", "bucket", "butter", "cabin", "cactus",
    "camel", "candle", "canoe", "carpet", "castle", "cedar", "cello", "chalk", "cheese", "cherry", "chimney",
    "circus", "clover", "cobra", "coffee", "comet", "copper", "coral", "cotton", "cradle", "crayon",
    "cricket", "crown", "cushion", "dagger", "daisy", "dentist", "desert", "diamond", "dinner", "dolphin",
    "donkey", "dragon", "drum", "duck", "eagle", "easel", "echo", "elbow", "emerald", "engine", "envelope",
    "fabric", "falcon", "feather", "fence", "fiddle", "finger", "flag", "flute", "forest", "fossil",
    "fountain", "fox", "galaxy", "garlic", "gazelle", "ghost", "ginger", "giraffe", "glacier", "glove",
    "goblet", "guitar", "hammer", "harbor", "hazel", "hedge", "helmet", "heron", "hockey", "honey", "hotel",
    "igloo", "index", "insect", "iron", "island", "ivory", "jacket", "jaguar", "jelly", "jewel", "jigsaw",
    "judge", "jungle", "kayak", "kettle", "kidney", "kitten", "knight", "ladder", "lagoon", "lantern",
    "lemon", "leopard", "library", "lizard", "lobster", "locket", "lumber", "magnet", "mango", "maple",
    "marble", "meadow", "melon", "mirror", "mitten", "monkey", "mosaic", "muffin", "museum", "napkin",
    "nectar", "needle", "nickel", "noodle", "nutmeg", "oasis", "ocean", "office", "olive", "onion", "orchid",
    "otter", "oven", "oyster", "paddle", "palace", "panda", "parrot", "peanut", "pebble", "pencil", "pepper",
    "pewter", "piano", "pigeon", "pillow", "pirate", "planet", "plum", "pocket", "pony", "poppy", "potato",
    "puddle", "puppet", "quail", "quartz", "queen", "quilt", "rabbit", "radish", "raft", "raven", "ribbon",
    "river", "robin", "rocket", "ruby", "saddle", "salmon", "sandal", "saturn", "scarf", "school", "shadow",
    "shovel", "silver", "siren", "sketch", "slipper", "snail", "spider", "spoon", "squirrel", "statue",
    "summit", "sunset", "swan", "tablet", "tailor", "teapot", "temple", "thimble", "thunder", "tiger",
    "tomato", "torch", "tractor", "trumpet", "tulip", "tunnel", "turkey", "umbrella", "urchin", "valley",
    "vanilla", "velvet", "vessel", "violin", "volcano", "waffle", "wagon", "walnut", "warden", "whale",
    "whistle", "willow", "window", "wizard", "yacht",
];

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn no_two_words_begin_alike() {
        let heads: BTreeSet<&str> = WORDS.iter().map(|word| &word[..word.len().min(4)]).collect();
        assert_eq!(heads.len(), WORDS.len());
        assert!(WORDS.is_sorted());
    }

    #[test]
    fn each_of_the_first_six_bytes_has_its_word() {
        let mut digest = B256::ZERO;
        let zero = of(&digest);
        for index in 0..6 {
            digest.0[index] = 255;
            let words = of(&digest);
            assert_eq!(words[index], WORDS[255]);
            digest.0[index] = 0;
        }
        assert_eq!(zero, [WORDS[0]; 6]);
    }
}
