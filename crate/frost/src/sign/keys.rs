//! Our key shares as ZF's packages, per item: the derived child of the share, tweaked as the scheme says.

use std::collections::BTreeMap;

use frost_core::Identifier;
use frost_core::keys::{KeyPackage, PublicKeyPackage, SigningShare, VerifyingShare};
use symbolon_mpc::derive::{DeriveError, derive_from};
use symbolon_mpc::share::InvalidKeyInfo;
use symbolon_mpc::sign::{Item, Misuse};
use symbolon_mpc::{Group, KeyInfo, KeyShare, PartyIndex};
use zeroize::Zeroizing;

use crate::suite::{Frost, Point, Scalar, Suite};

/// One item and the keys that sign it.
pub(super) struct Keyed<S: Suite> {
    pub(super) item: S::Item,
    /// The key that signs.
    pub(super) public_key: Point<S>,
    /// This party's share of it; wiped when dropped, as ZF does.
    pub(super) own: KeyPackage<S::Cipher>,
    /// The verification shares of all signers, of the same key.
    pub(super) all: PublicKeyPackage<S::Cipher>,
}

/// FROST's identifier of a party: the x-coordinate of its share, as in our dealing.
pub(super) fn identifier<S: Frost>(party: PartyIndex) -> Result<Identifier<S::Cipher>, InvalidKeyInfo> {
    // Fails for zero only, which no index is.
    Identifier::try_from(party.value()).map_err(|_| InvalidKeyInfo::Scheme)
}

/// Derives the keys of every item. The parts of a key at `path` are those of the root plus the one public tweak:
/// shares xᵢ + tweak lie on the root's polynomial with tweak added to its constant term; so with the scheme's own tweak,
/// and with the sign that it may change.
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
    let last = item.path().steps().last().copied().unwrap_or_default();
    let key = S::signing_key(&item, child.public_key).ok_or(DeriveError::NoKey(last))?;
    let turned = |point: Point<S>| match key.is_negated {
        true => S::Curve::identity() - point,
        false => point,
    };
    // All tweaks times G, without another multiplication.
    let offset = key.public - turned(root);
    let shares: BTreeMap<_, _> = verification
        .iter()
        .map(|(party, point)| (*party, VerifyingShare::new(turned(*point) + offset)))
        .collect();
    let threshold = info.quorum().threshold();
    let verifying_key = frost_core::VerifyingKey::new(key.public);
    let identifier = identifier::<S>(me)?;
    let own = KeyPackage::new(
        identifier,
        SigningShare::new(follow::<S::Curve>(scalar, child.tweak, key.is_negated, key.tweak)),
        *shares.get(&identifier).ok_or(symbolon_mpc::Misuse::NotAParty)?,
        verifying_key,
        threshold,
    );
    let all = PublicKeyPackage::new(shares, verifying_key, Some(threshold));
    Ok(Keyed { item, public_key: key.public, own, all })
}

/// The share of the key that signs: ± (the root's + what derives the child) + the scheme's own tweak. The sign is public.
fn follow<G: Group>(root: &G::Scalar, child: G::Scalar, is_negated: bool, tweak: G::Scalar) -> G::Scalar {
    let derived = Zeroizing::new(*root + child);
    let turned = Zeroizing::new(if is_negated { -*derived } else { *derived });
    *turned + tweak
}
