//! Our key shares as ZF's packages, per item: the derived child of the share.

use std::collections::BTreeMap;

use frost_core::Identifier;
use frost_core::keys::{KeyPackage, PublicKeyPackage, SigningShare, VerifyingShare};
use symbolon_mpc::derive::derive_from;
use symbolon_mpc::share::InvalidKeyInfo;
use symbolon_mpc::{KeyInfo, KeyShare, PartyIndex};

use super::plan::Misuse;
use crate::suite::{Frost, Item, Point, Scalar, Suite};

/// One item and the keys that sign it.
pub(super) struct Keyed<S: Suite> {
    pub(super) item: S::Item,
    /// The derived public key.
    pub(super) public_key: Point<S>,
    /// This party's derived share; wiped when dropped, as ZF does.
    pub(super) own: KeyPackage<S::Cipher>,
    /// The verification shares of all signers, derived.
    pub(super) all: PublicKeyPackage<S::Cipher>,
}

/// FROST's identifier of a party: the x-coordinate of its share, as in our dealing.
pub(super) fn identifier<S: Frost>(party: PartyIndex) -> Result<Identifier<S::Cipher>, InvalidKeyInfo> {
    // Fails for zero only, which no index is.
    Identifier::try_from(party.value()).map_err(|_| InvalidKeyInfo::Scheme)
}

/// Derives the keys of every item. The parts of a key at `path` are those of the root plus the one public tweak:
/// shares xᵢ + tweak lie on the root's polynomial with tweak added to its constant term.
pub(super) fn derive<S: Suite>(
    items: Vec<S::Item>,
    signers: &[PartyIndex],
    share: &KeyShare,
) -> Result<Vec<Keyed<S>>, Misuse> {
    let info = share.info();
    let root = info.public_point::<S::Curve>()?;
    let verification = signers
        .iter()
        .map(|party| {
            let point = info.verification_point::<S::Curve>(*party)?;
            Ok((identifier::<S>(*party)?, point.ok_or(Misuse::UnknownSigner(*party))?))
        })
        .collect::<Result<Vec<_>, Misuse>>()?;
    // EXPOSE: the tweak is added for each item; the sums stand in ZF's packages, which wipe them.
    share.expose::<S::Curve, _>(|scalar| {
        items.into_iter().map(|item| keyed(item, root, &verification, scalar, share.index(), info)).collect()
    })?
}

fn keyed<S: Suite>(
    item: S::Item,
    root: Point<S>,
    verification: &[(Identifier<S::Cipher>, Point<S>)],
    scalar: &Scalar<S>,
    me: PartyIndex,
    info: &KeyInfo,
) -> Result<Keyed<S>, Misuse> {
    let child = derive_from::<S::Curve>(root, *info.chain_code(), item.path())?;
    let public_key = child.public_key;
    // tweak · G, without another multiplication.
    let offset = public_key - root;
    let shares: BTreeMap<_, _> =
        verification.iter().map(|(party, point)| (*party, VerifyingShare::new(*point + offset))).collect();
    let threshold = info.quorum().threshold();
    let verifying_key = frost_core::VerifyingKey::new(public_key);
    let identifier = identifier::<S>(me)?;
    let own = KeyPackage::new(
        identifier,
        SigningShare::new(*scalar + child.tweak),
        *shares.get(&identifier).ok_or(symbolon_mpc::Misuse::NotAParty)?,
        verifying_key,
        threshold,
    );
    let all = PublicKeyPackage::new(shares, verifying_key, Some(threshold));
    Ok(Keyed { item, public_key, own, all })
}
