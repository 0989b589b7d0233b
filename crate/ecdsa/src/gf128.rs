//! GF(2¹²⁸) in constant time, for the consistency check of the OT extension (§1.9).
//!
//! The field is POLYVAL's (RFC 8452, section 3): x¹²⁸ + x¹²⁷ + x¹²⁶ + x¹²¹ + 1, bit i of the little-endian
//! number is the coefficient of xⁱ. The product is RFC 8452's `dot(a, b) = a·b·x⁻¹²⁸`, which is the
//! multiplication of a field isomorphic to that one (its one is x¹²⁸), so that a universal hash loses nothing
//! by it and no table, branch or index depends on what is multiplied.

use core::ops::{Add, AddAssign};

use zeroize::DefaultIsZeroes;

/// An element of GF(2¹²⁸).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Gf128(pub u128);

/// A sum of products before its reduction: 256 coefficients.
#[derive(Clone, Copy, Default)]
pub(crate) struct Wide {
    low: u128,
    high: u128,
}

impl DefaultIsZeroes for Gf128 {}

impl Gf128 {
    /// Reads 16 bytes, little-endian as in RFC 8452.
    pub fn from_bytes(bytes: [u8; 16]) -> Self {
        Self(u128::from_le_bytes(bytes))
    }

    /// Writes 16 bytes, little-endian as in RFC 8452.
    pub fn to_bytes(self) -> [u8; 16] {
        self.0.to_le_bytes()
    }

    /// RFC 8452 `dot(self, other)`.
    #[cfg(test)]
    pub fn dot(self, other: Self) -> Self {
        let mut sum = Wide::default();
        sum.add_product(self, other);
        sum.reduce()
    }
}

impl Wide {
    /// Adds a·b, unreduced (Karatsuba over 64-bit halves).
    pub fn add_product(&mut self, a: Gf128, b: Gf128) {
        let (a0, a1) = halves(a.0);
        let (b0, b1) = halves(b.0);
        let low = carryless(a0, b0);
        let high = carryless(a1, b1);
        let middle = carryless(a0 ^ a1, b0 ^ b1) ^ low ^ high;
        self.low ^= low ^ (middle << 64);
        self.high ^= high ^ (middle >> 64);
    }

    /// The sum times x⁻¹²⁸, as a field element.
    pub fn reduce(self) -> Gf128 {
        let (w0, w1) = halves(self.low);
        let (mut w2, mut w3) = halves(self.high);
        // The modulus is 1 modulo x¹²¹: adding w·modulus clears a low word w and moves it up.
        let w1 = w1 ^ (w0 << 57) ^ (w0 << 62) ^ (w0 << 63);
        w2 ^= w0 ^ (w0 >> 7) ^ (w0 >> 2) ^ (w0 >> 1);
        w2 ^= (w1 << 57) ^ (w1 << 62) ^ (w1 << 63);
        w3 ^= w1 ^ (w1 >> 7) ^ (w1 >> 2) ^ (w1 >> 1);
        Gf128(u128::from(w2) | (u128::from(w3) << 64))
    }
}

impl Add for Gf128 {
    type Output = Self;

    // In characteristic two a sum is an exclusive or.
    #[allow(clippy::suspicious_arithmetic_impl)]
    fn add(self, other: Self) -> Self {
        Self(self.0 ^ other.0)
    }
}

impl AddAssign for Gf128 {
    #[allow(clippy::suspicious_op_assign_impl)]
    fn add_assign(&mut self, other: Self) {
        self.0 ^= other.0;
    }
}

fn halves(value: u128) -> (u64, u64) {
    (value as u64, (value >> 64) as u64)
}

/// The 128 coefficients of the product of two polynomials over GF(2).
///
/// The upper half is the lower half of the mirrored product: rev(a)·rev(b) = rev(a·b) >> 1.
fn carryless(a: u64, b: u64) -> u128 {
    let low = carryless_low(a, b);
    let high = carryless_low(a.reverse_bits(), b.reverse_bits()).reverse_bits() >> 1;
    u128::from(low) | (u128::from(high) << 64)
}

/// The lower 64 coefficients of the product, by integer multiplication of every fourth bit: a column sums at
/// most 16 ones, so that a carry reaches a kept bit of no column but beyond the 64th.
fn carryless_low(a: u64, b: u64) -> u64 {
    const KEPT: [u64; 4] =
        [0x1111_1111_1111_1111, 0x2222_2222_2222_2222, 0x4444_4444_4444_4444, 0x8888_8888_8888_8888];
    let a = KEPT.map(|kept| a & kept);
    let b = KEPT.map(|kept| b & kept);
    let mul = |i: usize, j: usize| a[i].wrapping_mul(b[j]);
    let c0 = mul(0, 0) ^ mul(1, 3) ^ mul(2, 2) ^ mul(3, 1);
    let c1 = mul(0, 1) ^ mul(1, 0) ^ mul(2, 3) ^ mul(3, 2);
    let c2 = mul(0, 2) ^ mul(1, 1) ^ mul(2, 0) ^ mul(3, 3);
    let c3 = mul(0, 3) ^ mul(1, 2) ^ mul(2, 1) ^ mul(3, 0);
    (c0 & KEPT[0]) | (c1 & KEPT[1]) | (c2 & KEPT[2]) | (c3 & KEPT[3])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn element(text: &str) -> Gf128 {
        let mut bytes = [0; 16];
        hex::decode_to_slice(text, &mut bytes).unwrap();
        Gf128::from_bytes(bytes)
    }

    /// RFC 8452, section 3 (the example of field operations at its end).
    #[test]
    fn dot_is_that_of_rfc_8452() {
        let a = element("66e94bd4ef8a2c3b884cfa59ca342b2e");
        let b = element("ff000000000000000000000000000000");
        assert_eq!(a + b, element("99e94bd4ef8a2c3b884cfa59ca342b2e"));
        assert_eq!(a.dot(b), element("ebe563401e7e91ea3ad6426b8140c394"));
        // a·b = dot(a, b)·x¹²⁸ = dot(dot(a, b), x²⁵⁶), with x²⁵⁶ as dot(x¹²⁸·…) of the field's own one.
        let one = Gf128(1).0;
        let x128 = Gf128((1 << 127) | (1 << 126) | (1 << 121) | one);
        // x²⁵⁶ = x¹²⁸·x¹²⁸, schoolbook, reduced bit by bit.
        let mut square = Gf128(0);
        for bit in (0..128).rev() {
            let carry = square.0 >> 127;
            square = Gf128((square.0 << 1) ^ if carry == 1 { x128.0 } else { 0 });
            if (x128.0 >> bit) & 1 == 1 {
                square += x128;
            }
        }
        assert_eq!(a.dot(b).dot(square), element("37856175e9dc9df26ebc6d6171aa0ae9"));
    }

    /// RFC 8452, appendix A: POLYVAL(H, X_1, X_2).
    #[test]
    fn polyval_is_that_of_rfc_8452() {
        let key = element("25629347589242761d31f826ba4b757b");
        let first = element("4f4f95668c83dfb6401762bb2d01a262");
        let second = element("d1a24ddd2721d006bbe45f20d3c9f362");
        let sum = (first.dot(key) + second).dot(key);
        assert_eq!(sum, element("f7a3b47b846119fae5b7866cf5e5b77e"));
    }

    #[test]
    fn carryless_products_agree_with_shift_and_add() {
        let mut a = 0x9e37_79b9_7f4a_7c15_u64;
        let mut b = u64::MAX;
        for _ in 0..200 {
            let mut slow = 0_u128;
            for bit in 0..64 {
                if (b >> bit) & 1 == 1 {
                    slow ^= u128::from(a) << bit;
                }
            }
            assert_eq!(carryless(a, b), slow);
            (a, b) = (b, a.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1));
        }
    }
}
