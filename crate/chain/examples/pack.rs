//! Turns a checkout of a registry of ERC-7730 descriptors into a pack.
//!
//! `cargo run -p symbolon-chain --example pack -- <checkout> <source> <pack>`: `source` says where the checkout comes
//! from (a repository and its commit) and is part of the pack; the hash that is printed is what two devices compare.

use std::collections::BTreeMap;
use std::path::Path;
use std::{env, fs, io};

use symbolon_chain::clear::Pack;
use symbolon_chain::clear::pack;

fn main() -> io::Result<()> {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let [checkout, source, target] = arguments.as_slice() else {
        eprintln!("pack <checkout> <source> <pack>");
        std::process::exit(2);
    };
    let mut files = BTreeMap::new();
    for folder in ["ercs", "registry"] {
        read(Path::new(checkout), folder, &mut files)?;
    }
    let mut usable = Vec::new();
    for (path, descriptor) in pack::gather(&files) {
        match descriptor {
            Ok(descriptor) => usable.push((path, descriptor)),
            Err(reason) => println!("left out {path}: {reason}"),
        }
    }
    let text = pack::write(source, usable);
    let pack = Pack::parse(text.as_bytes()).map_err(io::Error::other)?;
    for (path, reason) in &pack.unusable {
        println!("unusable {path}: {reason}");
    }
    println!("{} usable, {} not, {} bytes", pack.library.len(), pack.unusable.len(), text.len());
    println!("SHA-256 {}", pack.hash);
    fs::write(target, text)
}

fn read(top: &Path, folder: &str, files: &mut BTreeMap<String, String>) -> io::Result<()> {
    for entry in fs::read_dir(top.join(folder))? {
        let entry = entry?;
        let path = format!("{folder}/{}", entry.file_name().to_string_lossy());
        if entry.file_type()?.is_dir() {
            if !path.ends_with("/tests") && !path.ends_with("/testsv2") {
                read(top, &path, files)?;
            }
        } else if path.ends_with(".json") {
            files.insert(path, fs::read_to_string(entry.path())?);
        }
    }
    Ok(())
}
