//! The floors of the workspace: which crate may use which, and what the lower floors may not name.

// Helpers of a test fail as tests do, by panicking.
#![allow(clippy::unwrap_used)]

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

/// Who may use whom. An edge that is missing here fails the test, and so does one that is not there.
const FLOORS: &[(&str, &[&str])] = &[
    ("mpc", &[]),
    ("ecdsa", &["mpc"]),
    ("frost", &["mpc"]),
    ("chain", &[]),
    ("link", &[]),
    ("wallet", &["mpc", "ecdsa", "frost", "chain", "link"]),
    ("ui", &["wallet"]),
    ("wasm", &["wallet"]),
    ("cosigner", &["wallet"]),
    ("relay", &["link"]),
];

/// Floors 0 to 2: they know no platform.
const LOWER: &[&str] = &["mpc", "ecdsa", "frost", "chain", "link", "wallet"];

/// What no source of a lower floor may name.
const PLATFORM: &[&str] = &[
    "wasm_bindgen",
    "web_sys",
    "js_sys",
    "tokio",
    "std::time",
    "getrandom",
    "std::net",
    "std::fs",
    "OsRng",
    "thread_rng",
];

#[test]
fn an_arrow_only_points_down() {
    let packages = workspace();
    for (name, allowed) in FLOORS {
        let package = &packages[&format!("symbolon-{name}")];
        let mut used: Vec<&str> = ours(package, |kind| kind.is_null()).collect();
        used.sort_unstable();
        used.dedup();
        for other in used {
            assert!(
                allowed.contains(&other),
                "{name} uses {other}, which stands on a floor that it may not use"
            );
        }
    }
}

#[test]
fn every_crate_of_the_workspace_has_its_floor() {
    for name in workspace().keys() {
        let Some(short) = name.strip_prefix("symbolon-") else { continue };
        // Tests and benches stand outside the house.
        let is_outside = ["tests", "bench", "conformance", "robust", "timing"].contains(&short);
        assert!(is_outside || FLOORS.iter().any(|(floor, _)| *floor == short), "{name} has no floor");
    }
}

#[test]
fn lower_floors_depend_on_no_platform() {
    let packages = workspace();
    for name in LOWER {
        let package = &packages[&format!("symbolon-{name}")];
        for dependency in package["dependencies"].as_array().unwrap() {
            let is_shipped = dependency["kind"].is_null();
            let other = dependency["name"].as_str().unwrap();
            let is_platform =
                ["wasm-bindgen", "web-sys", "js-sys", "tokio", "getrandom", "reqwest", "gloo-timers", "idb"]
                    .contains(&other);
            assert!(!(is_shipped && is_platform), "{name} depends on {other}");
        }
    }
}

#[test]
fn lower_floors_name_no_platform() {
    let mut seen = 0;
    for name in LOWER {
        for file in sources(&root().join("crate").join(name).join("src")) {
            seen += 1;
            let text = std::fs::read_to_string(&file).unwrap();
            for (number, line) in text.lines().enumerate() {
                // Comments may say what is not used.
                let code = line.split("//").next().unwrap_or_default();
                for word in PLATFORM {
                    assert!(!code.contains(word), "{}:{} names {word}", file.display(), number + 1);
                }
            }
        }
    }
    assert!(seen > 50, "the sources were not found");
}

/// R12: in the browser's modules randomness comes from what the host hands in. Were a generator among the dependencies
/// of the lower floors, some function of theirs could draw from it unseen; as it is, it would not link.
#[test]
fn lower_floors_link_no_generator_of_the_platform() {
    let mut cargo = Command::new(env!("CARGO"));
    cargo.args([
        "tree",
        "--locked",
        "--edges",
        "normal",
        "--target",
        "wasm32-unknown-unknown",
        "--prefix",
        "none",
    ]);
    cargo.arg("--manifest-path").arg(root().join("Cargo.toml"));
    for name in LOWER {
        cargo.args(["--package", &format!("symbolon-{name}")]);
    }
    let output = cargo.output().expect("cargo runs");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let tree = String::from_utf8(output.stdout).unwrap();
    let names: Vec<&str> = tree.lines().filter_map(|line| line.split(' ').next()).collect();
    assert!(names.contains(&"k256") && names.contains(&"rand_core"), "the tree was not found");
    for generator in ["getrandom", "rand", "fastrand", "js-sys", "wasm-bindgen"] {
        assert!(!names.contains(&generator), "{generator} is among the dependencies of the lower floors");
    }
}

/// R12: what the browser's scripts draw comes from `crypto`, too.
#[test]
fn no_script_of_ours_draws_from_math_random() {
    let mut seen = 0;
    for folder in ["crate/wasm/js", "extension/src", "web/src"] {
        for entry in std::fs::read_dir(root().join(folder)).unwrap() {
            let file = entry.unwrap().path();
            let text = std::fs::read_to_string(&file).unwrap();
            assert!(!text.contains("Math.random"), "{} draws from Math.random", file.display());
            seen += 1;
        }
    }
    assert!(seen > 8, "the scripts were not found");
}

#[test]
fn no_crate_of_ours_allows_unsafe_code() {
    for name in FLOORS.iter().map(|(name, _)| name) {
        let manifest = std::fs::read_to_string(root().join("crate").join(name).join("Cargo.toml")).unwrap();
        assert!(manifest.contains("[lints]\nworkspace = true"), "{name} does not take the workspace's lints");
        for file in sources(&root().join("crate").join(name).join("src")) {
            let text = std::fs::read_to_string(&file).unwrap();
            assert!(!text.contains("allow(unsafe_code)"), "{} allows unsafe code", file.display());
        }
    }
}

fn ours<'a>(package: &'a Value, wanted: impl Fn(&Value) -> bool + 'a) -> impl Iterator<Item = &'a str> {
    let dependencies = package["dependencies"].as_array().unwrap().iter();
    dependencies
        .filter(move |dependency| wanted(&dependency["kind"]))
        .filter_map(|dependency| dependency["name"].as_str()?.strip_prefix("symbolon-"))
}

fn workspace() -> BTreeMap<String, Value> {
    let output = Command::new(env!("CARGO"))
        .args(["metadata", "--format-version", "1", "--no-deps", "--offline", "--manifest-path"])
        .arg(root().join("Cargo.toml"))
        .output()
        .expect("cargo runs");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let metadata: Value = serde_json::from_slice(&output.stdout).unwrap();
    let packages = metadata["packages"].as_array().unwrap().clone();
    packages.into_iter().map(|package| (package["name"].as_str().unwrap().to_owned(), package)).collect()
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().to_owned()
}

fn sources(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(sources(&path));
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            found.push(path);
        }
    }
    found
}
