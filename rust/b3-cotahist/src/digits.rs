//! Conversion of decimal digits to numbers, eight digits at a time.

/// The number that up to 18 ASCII digits spell; for other bytes, some number.
///
/// Eight digits are read as one integer and added in pairs with three multiplications (Lemire,
/// "Quickly parsing eight digits", 2018).
#[inline]
pub(crate) fn number(digits: &[u8]) -> i64 {
    let (head, groups) = digits.as_rchunks::<8>();
    let mut padded = [b'0'; 8];
    padded[8 - head.len()..].copy_from_slice(head);
    let mut number = eight_digits(padded);
    for group in groups {
        number = number.wrapping_mul(100_000_000).wrapping_add(eight_digits(*group));
    }
    // 18 digits are less than 10^18.
    number.cast_signed()
}

/// The number abcdefgh, of which a is in the lowest byte of `ones`, and ab in the lowest 16 bits of
/// `pairs`.
#[inline]
fn eight_digits(digits: [u8; 8]) -> u64 {
    let ones = u64::from_le_bytes(digits).wrapping_sub(0x3030_3030_3030_3030);
    let pairs = ones.wrapping_mul(10).wrapping_add(ones >> 8) & 0x00FF_00FF_00FF_00FF;
    let (ab_ef, cd_gh) = (pairs & 0x0000_00FF_0000_00FF, pairs >> 16 & 0x0000_00FF_0000_00FF);
    // The upper halves of the two products: ab * 1,000,000 + ef * 100, and cd * 10,000 + gh.
    let sum = ab_ef.wrapping_mul(100 + (1_000_000 << 32)).wrapping_add(cd_gh.wrapping_mul(1 + (10_000 << 32)));
    sum >> 32
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn digits_spell_the_number_that_the_standard_library_reads(digits in "[0-9]{1,18}") {
            prop_assert_eq!(number(digits.as_bytes()), digits.parse::<i64>().unwrap());
        }

        #[test]
        fn other_bytes_do_no_harm(bytes in prop::collection::vec(any::<u8>(), 0..19)) {
            number(&bytes);
        }
    }
}
