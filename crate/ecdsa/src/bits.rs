//! Bit matrices: 128 columns turned into rows.

/// Transposes a 128 × 128 bit matrix in place: bit j of word i becomes bit i of word j (§4.7).
///
/// Swaps ever smaller off-diagonal blocks; what is swapped depends on no bit.
pub(crate) fn transpose(matrix: &mut [u128; 128]) {
    let mut width = 64;
    // Marks the lower half of each block of 2·width bits.
    let mut mask = u128::MAX >> 64;
    while width > 0 {
        for block in (0..128).step_by(2 * width) {
            for row in block..block + width {
                let swapped = ((matrix[row] >> width) ^ matrix[row + width]) & mask;
                matrix[row] ^= swapped << width;
                matrix[row + width] ^= swapped;
            }
        }
        width /= 2;
        mask ^= mask << width;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_bit_moves_to_its_mirror() {
        let mut matrix = [0_u128; 128];
        let mut state = 1_u128;
        for word in &mut matrix {
            state = state.wrapping_mul(0x2360_ed05_1fc6_5da4_4385_df64_9fcc_f645).wrapping_add(3);
            *word = state ^ (state >> 64);
        }
        let before = matrix;
        transpose(&mut matrix);
        for (i, row) in before.iter().enumerate() {
            for (j, column) in matrix.iter().enumerate() {
                assert_eq!((row >> j) & 1, (column >> i) & 1);
            }
        }
    }
}
