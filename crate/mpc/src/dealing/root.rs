//! One root's part of a dealing, whatever its group.

use rand_core::CryptoRngCore;
use zeroize::{Zeroize, Zeroizing};

use super::messages::{PointBytes, RootReveal};
use super::polynomial::{Commitments, Polynomial};
use super::proof;
use crate::abort::Cause;
use crate::group::{Group, Scheme, with_group};
use crate::hedge;
use crate::machine::Context;
use crate::party::{PartyIndex, Quorum};
use crate::secret::Secret;
use crate::share::{KeyInfo, KeyInfoParts, KeyShare};

/// One root's part of a dealing: this party's polynomial, and the sum of all that it accepted.
pub(super) trait Root: Send {
    /// What this party reveals.
    fn reveal(&self) -> &RootReveal;

    /// The secret evaluation for `receiver`.
    fn evaluation(&self, receiver: PartyIndex) -> Zeroizing<[u8; 32]>;

    /// Checks what `dealer` revealed and gave us, and adds it.
    fn accept(
        &mut self,
        context: &Context,
        dealer: PartyIndex,
        reveal: &RootReveal,
        evaluation: &[u8; 32],
    ) -> Result<(), Cause>;

    /// The share that all accepted dealings make.
    fn finish(self: Box<Self>, key: NewKey<'_>, me: PartyIndex) -> Result<KeyShare, Cause>;
}

/// What a new key is besides its points.
pub(super) struct NewKey<'a> {
    pub(super) wallet: [u8; 32],
    pub(super) epoch: u32,
    pub(super) quorum: &'a Quorum,
    pub(super) chain_code: [u8; 32],
}

/// This party's fresh dealing for the root `scheme`; `number` is the root's place in the plan.
pub(super) fn draw(
    scheme: Scheme,
    number: u32,
    quorum: &Quorum,
    context: &Context,
    rng: &mut dyn CryptoRngCore,
) -> Option<Box<dyn Root>> {
    Some(with_group!(scheme, G => {
        Box::new(RootOf::<G>::draw(scheme, number, quorum.threshold(), context, rng)?)
    }))
}

pub(super) struct RootOf<G: Group> {
    pub(super) scheme: Scheme,
    pub(super) threshold: u16,
    pub(super) polynomial: Polynomial<G>,
    pub(super) reveal: RootReveal,
    /// Sum of the accepted dealers' commitments, this party's included.
    commitments: Commitments<G>,
    /// Sum of the accepted dealers' evaluations, this party's included: the share in the making.
    share: Secret<Scalar<G>>,
}

/// A scalar that says so itself how it is wiped, for [`Secret`].
pub(super) struct Scalar<G: Group>(G::Scalar);

impl<G: Group> RootOf<G> {
    /// `None` only if a random scalar is zero.
    pub(super) fn draw(
        scheme: Scheme,
        number: u32,
        threshold: u16,
        context: &Context,
        rng: &mut dyn CryptoRngCore,
    ) -> Option<Self> {
        let mut draw = |label: &str, index: u32| {
            let number = (number << 16) | index;
            Zeroizing::new(G::reduce_wide(&hedge::draw_bytes(rng, context, label, number, &[])))
        };
        // A reshare deals λᵢ·xᵢ here and is the same from there on.
        let constant = draw("dealing/coefficient", 0);
        let further = (1..threshold).map(|power| *draw("dealing/coefficient", power.into()));
        let polynomial = Polynomial::<G>::new(*constant, further);
        let nonce = draw("dealing/nonce", 0);
        let commitments = polynomial.commit();
        let encoded = commitments.encode()?;
        let proof = proof::prove::<G>(context, scheme, &polynomial.constant(), encoded.first()?, &nonce)?;
        let reveal = RootReveal { commitments: encoded.into_iter().map(PointBytes).collect(), proof };
        let share = Secret::new(Scalar(polynomial.at(context.me())));
        Some(Self { scheme, threshold, polynomial, reveal, commitments, share })
    }

    /// Sum of the accepted dealers' commitments.
    #[cfg(test)]
    pub(super) fn commitments_sum(&self) -> &Commitments<G> {
        &self.commitments
    }
}

impl<G: Group> Root for RootOf<G> {
    fn reveal(&self) -> &RootReveal {
        &self.reveal
    }

    fn evaluation(&self, receiver: PartyIndex) -> Zeroizing<[u8; 32]> {
        let mut value = self.polynomial.at(receiver);
        let encoded = Zeroizing::new(G::encode_scalar(&value));
        value.zeroize();
        encoded
    }

    fn accept(
        &mut self,
        context: &Context,
        dealer: PartyIndex,
        reveal: &RootReveal,
        evaluation: &[u8; 32],
    ) -> Result<(), Cause> {
        let encoded = reveal.commitments.iter().map(|point| point.0.as_slice());
        let commitments = Commitments::<G>::decode(encoded, self.threshold).map_err(Cause::Malformed)?;
        let constant = reveal.commitments.first().ok_or(Cause::Malformed("number of commitments"))?;
        // A reshare compares commitments.constant() with λᵢ·Xᵢ here.
        if !proof::verify::<G>(
            context,
            self.scheme,
            dealer,
            &commitments.constant(),
            &constant.0,
            &reveal.proof,
        ) {
            return Err(Cause::Check("proof of knowledge"));
        }
        // FROST (ePrint 2020/852) figure 1, round 2, step 2:
        // > Each P_i verifies their shares by calculating: g^{f_ℓ(i)} ≟ ∏^{t−1}_{k=0} φ^{i^k mod q}_{ℓk},
        // > aborting if the check fails.
        let value = G::decode_scalar(evaluation).ok_or(Cause::Malformed("evaluation"))?;
        let value = Secret::new(Scalar::<G>(value));
        // EXPOSE: multiplied in constant time; the public product is compared, the sum stays secret.
        value.expose(|value| {
            if G::generator_mul(&value.0) != commitments.at(context.me()) {
                return Err(Cause::Check("evaluation"));
            }
            self.share.expose_mut(|share| share.0 = share.0 + value.0);
            Ok(())
        })?;
        self.commitments.add(&commitments);
        Ok(())
    }

    fn finish(self: Box<Self>, key: NewKey<'_>, me: PartyIndex) -> Result<KeyShare, Cause> {
        let encode =
            |point| G::encode_point(&point).ok_or(Cause::Check("the sum of all dealings is degenerate"));
        let public_key = encode(self.commitments.constant())?;
        let verification_shares =
            key.quorum.indices().map(|party| encode(self.commitments.at(party))).collect::<Result<_, _>>()?;
        let info = KeyInfo::new(KeyInfoParts {
            scheme: self.scheme,
            wallet: key.wallet,
            epoch: key.epoch,
            quorum: key.quorum.clone(),
            public_key,
            verification_shares,
            chain_code: key.chain_code,
        });
        // EXPOSE: encoded into the key share's own custody.
        let scalar = self.share.expose(|share| Secret::new(G::encode_scalar(&share.0)));
        info.ok()
            .and_then(|info| KeyShare::from_parts(me, scalar, info).ok())
            .ok_or(Cause::Check("the sum of all dealings is no key"))
    }
}

impl<G: Group> Zeroize for Scalar<G> {
    fn zeroize(&mut self) {
        self.0.zeroize();
    }
}
