//! Test signatures: what they sign, who makes them, and when one holds.

use rand_core::CryptoRngCore;
use serde::{Deserialize, Serialize};
use symbolon_ecdsa::{Pairs, SignItem, SignPlan};
use symbolon_frost::{ed25519, taproot};
use symbolon_mpc::ceremony::Ceremony;
use symbolon_mpc::derive::Path;
use symbolon_mpc::group::Scheme;
use symbolon_mpc::{Abort, CeremonyId, KeyInfo, KeyShare, PartyIndex, Quorum, Step, Tag, Transcript, wire};

use super::keys::{child_key, verifies};
use super::members::must_be_online;

/// A test: which quorum signs with which root.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Test {
    /// Which root.
    pub scheme: Scheme,
    /// Which of the test quorums.
    pub quorum: u16,
}

/// A test signature: that these parties together can sign with this root.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Proof {
    /// What was tested.
    pub test: Test,
    /// The signature's first half as its standard encodes it: r, or R of Ed25519.
    pub r: [u8; 32],
    /// Its second half: s.
    pub s: [u8; 32],
}

/// What a test ends in.
pub(super) struct Tested {
    pub(super) r: [u8; 32],
    pub(super) s: [u8; 32],
    /// What ECDSA's set-up left for later signatures.
    pub(super) pairs: Option<Pairs>,
}

/// A test under way, of whatever scheme.
pub(super) type Testing = Box<dyn Ceremony<Output = Tested> + Send>;

/// All tests that activate a key.
pub(super) fn tests(quorum: &Quorum) -> impl Iterator<Item = Test> {
    let quorums = test_quorums(quorum).len() as u16;
    Scheme::ALL.into_iter().flat_map(move |scheme| (0..quorums).map(move |quorum| Test { scheme, quorum }))
}

/// The quorums that test: as few as together have every party that is a device. None where these are too few to
/// sign: such shares are never proven.
pub(super) fn test_quorums(quorum: &Quorum) -> Vec<Vec<PartyIndex>> {
    let parties: Vec<_> = must_be_online(quorum).map(|party| party.index).collect();
    let threshold = usize::from(quorum.threshold());
    if parties.len() < threshold {
        return Vec::new();
    }
    let mut quorums: Vec<Vec<PartyIndex>> =
        parties.chunks_exact(threshold).map(<[PartyIndex]>::to_vec).collect();
    if parties.len() % threshold != 0 {
        quorums.push(parties[parties.len() - threshold..].to_vec());
    }
    quorums
}

/// Who makes a test signature; nobody if there is no such test.
pub(super) fn signers(quorum: &Quorum, test: Test) -> Vec<PartyIndex> {
    test_quorums(quorum).get(usize::from(test.quorum)).cloned().unwrap_or_default()
}

/// What is signed. It is a hash under a tag of its own, so it is no transaction; the key is in it.
fn digest(info: &KeyInfo, test: Test) -> [u8; 32] {
    Transcript::new(Tag::TestSignature)
        .field(&wire::encode(info))
        .field(&test.quorum.to_be_bytes())
        .finish32()
}

/// Begins a test with this device's share.
pub(super) fn start(share: &KeyShare, ceremony: CeremonyId, test: Test) -> Option<Testing> {
    let info = share.info();
    let (wallet, epoch, signers) = (*info.wallet(), info.epoch(), signers(info.quorum(), test));
    let intent = digest(info, test);
    let path = Path::root();
    match test.scheme {
        Scheme::EcdsaSecp256k1 => {
            let items = vec![SignItem { path, digest: intent }];
            let plan = SignPlan { ceremony, wallet, epoch, signers, intent, items };
            let sign = symbolon_ecdsa::Sign::start(plan, share, Pairs::new()).ok()?;
            Some(Box::new(Adapted(sign, |signed: symbolon_ecdsa::Signed| {
                let signature = signed.signatures.first()?;
                Some(Tested { r: signature.r, s: signature.s, pairs: Some(signed.pairs) })
            })))
        }
        Scheme::SchnorrSecp256k1 => {
            let items = vec![taproot::SignItem { path, sighash: intent, merkle_root: None }];
            let plan = taproot::SignPlan { ceremony, wallet, epoch, signers, intent, items };
            Some(Box::new(Adapted(taproot::Sign::start(plan, share).ok()?, halves)))
        }
        Scheme::Ed25519 => {
            let items = vec![ed25519::SignItem { path, message: intent.to_vec() }];
            let plan = ed25519::SignPlan { ceremony, wallet, epoch, signers, intent, items };
            Some(Box::new(Adapted(ed25519::Sign::start(plan, share).ok()?, halves)))
        }
        _ => None,
    }
}

/// Whether a test signature holds under the keys that these are the public halves of.
pub(super) fn proves(infos: &[KeyInfo], proof: &Proof) -> bool {
    let Some(info) = infos.iter().find(|info| info.scheme() == proof.test.scheme) else { return false };
    if signers(info.quorum(), proof.test).is_empty() {
        return false;
    }
    let digest = digest(info, proof.test);
    let path = Path::root();
    let mut signature = [0; 64];
    signature[..32].copy_from_slice(&proof.r);
    signature[32..].copy_from_slice(&proof.s);
    match proof.test.scheme {
        Scheme::EcdsaSecp256k1 => {
            child_key(info, "m").is_some_and(|key| verifies(&key, &digest, &proof.r, &proof.s))
        }
        Scheme::SchnorrSecp256k1 => {
            let item = taproot::SignItem { path, sighash: digest, merkle_root: None };
            taproot::verifies(info, &item, &signature)
        }
        Scheme::Ed25519 => {
            let item = ed25519::SignItem { path, message: digest.to_vec() };
            ed25519::verifies(info, &item, &signature)
        }
        _ => false,
    }
}

fn halves(signed: symbolon_frost::Signed) -> Option<Tested> {
    let bytes = signed.signatures.first()?.to_bytes();
    let (r, s) = bytes.split_first_chunk::<32>()?;
    Some(Tested { r: *r, s: s.try_into().ok()?, pairs: None })
}

/// A ceremony whose outcome is made into another.
struct Adapted<C: Ceremony, T>(C, fn(C::Output) -> Option<T>);

impl<C: Ceremony, T> Ceremony for Adapted<C, T> {
    type Output = T;

    fn parties(&self) -> &[PartyIndex] {
        self.0.parties()
    }

    fn receive(&mut self, from: PartyIndex, frame: &[u8]) -> Result<(), Abort> {
        self.0.receive(from, frame)
    }

    fn poll(&mut self, rng: &mut dyn CryptoRngCore) -> Result<Step<T>, Abort> {
        Ok(match self.0.poll(rng)? {
            Step::Send(outgoing) => Step::Send(outgoing),
            Step::Wait(parties) => Step::Wait(parties),
            Step::Hold => Step::Hold,
            Step::Store(outcome) => (self.1)(outcome).map_or(Step::Wait(Vec::new()), Step::Store),
            Step::Done(outcome) => (self.1)(outcome).map_or(Step::Wait(Vec::new()), Step::Done),
        })
    }

    fn stored(&mut self) {
        self.0.stored();
    }

    fn approve(&mut self) {
        self.0.approve();
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
pub(super) mod tests;
