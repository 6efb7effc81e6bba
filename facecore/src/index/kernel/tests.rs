use proptest::prelude::*;

use super::*;

proptest! {
    #[test]
    fn every_kernel_equals_the_portable_one(
        rows in 0usize..23,
        chunks in 1usize..18,
        bytes in prop::collection::vec(any::<u8>(), 23 * 18 * 32),
        // With 127 for a value and 576 of them, no sum reaches 2³¹.
        numbers in prop::collection::vec(-29_000i16..29_000, 18 * 32),
    ) {
        let stride = chunks * 32;
        let rows_bytes = &bytes[..rows * stride];
        let query = &numbers[..stride];
        let mut expected = vec![0; rows];
        portable::products(rows_bytes, query, &mut expected);
        // Entries of one byte for each four signs: no sum of 36 reaches 2¹⁶.
        let table = &bytes.as_chunks::<16>().0[..2 * chunks];
        let groups = &bytes[..rows / 4 * table.len() * 16];
        let mut looked_up = vec![0; rows / 4 * GROUP];
        portable::lookups(groups, table, &mut looked_up);
        for kernel in Kernel::available() {
            let (mut sums, mut found) = (vec![1; rows], vec![1; looked_up.len()]);
            kernel.products(rows_bytes, query, &mut sums);
            kernel.lookups(groups, table, &mut found);
            prop_assert_eq!(&sums, &expected, "{:?}", kernel);
            prop_assert_eq!(&found, &looked_up, "{:?}", kernel);
        }
    }
}

#[test]
fn the_largest_sums_are_right() {
    for kernel in Kernel::available() {
        for (value, number) in [(-128i8, -32_768i16), (-128, 32_767), (127, -32_768), (127, 32_767)] {
            let mut sums = [0; 5];
            kernel.products(&[value.cast_unsigned(); 5 * 128], &[number; 128], &mut sums);
            assert_eq!(sums, [128 * i32::from(value) * i32::from(number); 5], "{kernel:?}");
        }
        let mut sums = [0; 2 * GROUP];
        kernel.lookups(&[0xf3; 2 * 256 * 16], &[[255; 16]; 256], &mut sums);
        assert_eq!(sums, [255 * 256; 2 * GROUP], "{kernel:?}");
    }
}
