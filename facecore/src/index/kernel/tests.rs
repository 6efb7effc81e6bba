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
        let words = chunks;
        let signs = &bytes[..rows * words * 8];
        let pattern: Vec<u64> = numbers[..words].iter().map(|&number| (number as u64).wrapping_mul(0x9e37_79b9_7f4a_7c15)).collect();
        let mut counted = vec![0; rows];
        portable::differences(signs, &pattern, &mut counted);
        for kernel in Kernel::available() {
            let (mut sums, mut counts) = (vec![1; rows], vec![1; rows]);
            kernel.products(rows_bytes, query, &mut sums);
            kernel.differences(signs, &pattern, &mut counts);
            prop_assert_eq!(&sums, &expected, "{:?}", kernel);
            prop_assert_eq!(&counts, &counted, "{:?}", kernel);
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
        let mut counts = [0; 9];
        kernel.differences(&[0xff; 9 * 16], &[0, 0], &mut counts);
        assert_eq!(counts, [128; 9], "{kernel:?}");
    }
}
