//! Public derivation against BIP-32's own vectors.
//! Source: BIP-32, "Test Vectors", vectors 1 and 2: every step that is not hardened.

#![allow(clippy::unwrap_used, clippy::panic)]

use symbolon_mpc::derive::{InvalidPath, Path, derive_from};
use symbolon_mpc::testing::read_xpub;
use symbolon_mpc::{Ed25519, Group, Secp256k1};

const VECTORS: [(&str, &str, &str); 6] = [
    // Vector 1, m/0H → /1
    (
        "xpub68Gmy5EdvgibQVfPdqkBBCHxA5htiqg55crXYuXoQRKfDBFA1WEjWgP6LHhwBZeNK1VTsfTFUHCdrfp1bgwQ9xv5ski8PX9rL2dZXvgGDnw",
        "m/1",
        "xpub6ASuArnXKPbfEwhqN6e3mwBcDTgzisQN1wXN9BJcM47sSikHjJf3UFHKkNAWbWMiGj7Wf5uMash7SyYq527Hqck2AxYysAA7xmALppuCkwQ",
    ),
    // Vector 1, m/0H/1/2H → /2
    (
        "xpub6D4BDPcP2GT577Vvch3R8wDkScZWzQzMMUm3PWbmWvVJrZwQY4VUNgqFJPMM3No2dFDFGTsxxpG5uJh7n7epu4trkrX7x7DogT5Uv6fcLW5",
        "m/2",
        "xpub6FHa3pjLCk84BayeJxFW2SP4XRrFd1JYnxeLeU8EqN3vDfZmbqBqaGJAyiLjTAwm6ZLRQUMv1ZACTj37sR62cfN7fe5JnJ7dh8zL4fiyLHV",
    ),
    // Vector 1, m/0H/1/2H → /2/1000000000
    (
        "xpub6D4BDPcP2GT577Vvch3R8wDkScZWzQzMMUm3PWbmWvVJrZwQY4VUNgqFJPMM3No2dFDFGTsxxpG5uJh7n7epu4trkrX7x7DogT5Uv6fcLW5",
        "m/2/1000000000",
        "xpub6H1LXWLaKsWFhvm6RVpEL9P4KfRZSW7abD2ttkWP3SSQvnyA8FSVqNTEcYFgJS2UaFcxupHiYkro49S8yGasTvXEYBVPamhGW6cFJodrTHy",
    ),
    // Vector 2, m → /0
    (
        "xpub661MyMwAqRbcFW31YEwpkMuc5THy2PSt5bDMsktWQcFF8syAmRUapSCGu8ED9W6oDMSgv6Zz8idoc4a6mr8BDzTJY47LJhkJ8UB7WEGuduB",
        "m/0",
        "xpub69H7F5d8KSRgmmdJg2KhpAK8SR3DjMwAdkxj3ZuxV27CprR9LgpeyGmXUbC6wb7ERfvrnKZjXoUmmDznezpbZb7ap6r1D3tgFxHmwMkQTPH",
    ),
    // Vector 2, m/0/2147483647H → /1
    (
        "xpub6ASAVgeehLbnwdqV6UKMHVzgqAG8Gr6riv3Fxxpj8ksbH9ebxaEyBLZ85ySDhKiLDBrQSARLq1uNRts8RuJiHjaDMBU4Zn9h8LZNnBC5y4a",
        "m/1",
        "xpub6DF8uhdarytz3FWdA8TvFSvvAh8dP3283MY7p2V4SeE2wyWmG5mg5EwVvmdMVCQcoNJxGoWaU9DCWh89LojfZ537wTfunKau47EL2dhHKon",
    ),
    // Vector 2, m/0/2147483647H/1/2147483646H → /2
    (
        "xpub6ERApfZwUNrhLCkDtcHTcxd75RbzS1ed54G1LkBUHQVHQKqhMkhgbmJbZRkrgZw4koxb5JaHWkY4ALHY2grBGRjaDMzQLcgJvLJuZZvRcEL",
        "m/2",
        "xpub6FnCn6nSzZAw5Tw7cgR9bi15UV96gLZhjDstkXXxvCLsUXBGXPdSnLFbdpq8p9HmGsApME5hQTZ3emM2rnY5agb9rXpVGyy3bdW6EEgAtqt",
    ),
];

#[test]
fn children_are_those_of_bip_32() {
    for (parent, path, child) in VECTORS {
        let (parent_chain_code, parent_key) = read_xpub(parent);
        let (child_chain_code, child_key) = read_xpub(child);
        let parent_point = Secp256k1::decode_point(&parent_key).unwrap();
        let path: Path = path.parse().unwrap();
        let derived = derive_from::<Secp256k1>(parent_point, parent_chain_code, &path).unwrap();
        assert_eq!(Secp256k1::encode_point(&derived.public_key).unwrap(), child_key, "{path}");
        assert_eq!(derived.chain_code, child_chain_code, "{path}");
        assert_eq!(parent_point + Secp256k1::generator_mul(&derived.tweak), derived.public_key, "{path}");
    }
}

/// Path, child key, child's chain code, sum of the tweaks, below the public key of RFC 8032, section 7.1, test 1.
/// Source: a model in Python, `python3 crate/mpc/tests/ed25519_derivation.py`.
const ED25519: [(&str, &str, &str, &str); 5] = [
    (
        "m/0",
        "716245a2ed47056baf0b7e33fdac7a72f1d04816a31d8111b9fec8b7bfb74286",
        "3f5816e3364c4d3ed41f65006eaab8ea0532deaab70ad9f382805a6a613d8ee6",
        "08301418f1bb6cb30741b47255cccff694b6418594ad6ed63416de104c4ec407",
    ),
    (
        "m/1",
        "dc1881b2593a67457412365719f9e5a98650be708ea49aa95ce6ab1c3e02acdf",
        "c11372db7510348560595598e6716f69aa816ae24bbbed9e9237301b1e4cb128",
        "02db3e9b8301172c8e2d36993b0a1be7244bd26194c1668ebcafb9f01264aa05",
    ),
    (
        "m/2147483647",
        "cce02ea26f3e42958150e1ded743313af95f8944432c493f379c703f80472714",
        "b65fbb66fdbb357ac50d8ff3d695551c6e21b4b1ca7c84ca291d30ad87794f6c",
        "97ef6b4c3bb0046dc08e665d03fb8b5d789988bd074f21bb8df40e765665a201",
    ),
    (
        "m/44/501/0/0",
        "e98df8e0f26bc0ac8a499a7446a0a5e43d85741255e32c731e6d2981bc5baa0a",
        "42f455b561e530e1ce2c50511cd4552001ac1b35dee8e3a1d7b9d2dacd982485",
        "f520e2d45ccb6a2e21fd5076f51f008e2cd3520377be10be6d9fd49524df5c08",
    ),
    (
        "m/44/501/0/1",
        "d7616d005310411f7a518498c3d51a8db530ce2f4cab3640ba745dcf6d6ec5a3",
        "dfa709b9ea2d6cc418708885ed8fb8a18f74194dddca57d3930e4e96ae39a812",
        "8792fe371e72dbb7b255268bf0f80569245b216493c5f6e0b15afff34d1a3002",
    ),
];

#[test]
fn children_on_ed25519_are_those_of_the_model() {
    let root = "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a";
    let root = Ed25519::decode_point(&hex::decode(root).unwrap()).unwrap();
    let chain_code = core::array::from_fn(|position| position as u8);
    for (path, key, child_chain_code, tweak) in ED25519 {
        let child = derive_from::<Ed25519>(root, chain_code, &path.parse().unwrap()).unwrap();
        assert_eq!(hex::encode(Ed25519::encode_point(&child.public_key).unwrap()), key, "{path}");
        assert_eq!(hex::encode(child.chain_code), child_chain_code, "{path}");
        assert_eq!(hex::encode(Ed25519::encode_scalar(&child.tweak)), tweak, "{path}");
    }
}

#[test]
fn the_empty_path_is_the_key_itself() {
    let (chain_code, key) = read_xpub(VECTORS[3].0);
    let point = Secp256k1::decode_point(&key).unwrap();
    let derived = derive_from::<Secp256k1>(point, chain_code, &Path::root()).unwrap();
    assert_eq!((derived.public_key, derived.chain_code), (point, chain_code));
    assert!(derived.tweak == Secp256k1::zero());
}

#[test]
fn a_path_is_written_in_one_way() {
    let path: Path = "m/44/60/0/0/2147483647".parse().unwrap();
    assert_eq!(path.steps(), [44, 60, 0, 0, 2_147_483_647]);
    assert_eq!(path.to_string(), "m/44/60/0/0/2147483647");
    assert_eq!("m".parse(), Ok(Path::root()));
    for text in
        ["", "44/60", "m/", "/44", "m//1", "m/+1", "m/-1", "m/01", "m/1/", "M/1", "m/x", "m/4294967296"]
    {
        assert_eq!(text.parse::<Path>(), Err(InvalidPath::Malformed), "{text}");
    }
    assert_eq!(format!("m{}", "/0".repeat(17)).parse::<Path>(), Err(InvalidPath::TooLong));
}

#[test]
fn hardened_steps_are_refused() {
    for text in ["m/44'", "m/44h/60h", "m/0H", "m/2147483648", "m/4294967295"] {
        assert_eq!(text.parse::<Path>(), Err(InvalidPath::Hardened), "{text}");
    }
    assert_eq!(Path::new(vec![1 << 31]), Err(InvalidPath::Hardened));
}

#[test]
fn a_hardened_path_is_refused_on_the_wire() {
    let bytes = symbolon_mpc::wire::encode(&vec![44_u32, 1 << 31]);
    assert!(symbolon_mpc::wire::decode::<Path>(&bytes).is_err());
    let bytes = symbolon_mpc::wire::encode(&vec![44_u32, 60]);
    assert!(symbolon_mpc::wire::decode::<Path>(&bytes).is_ok());
}
