//! What bf16 needs: values are widened as they are loaded, computed with in f32, and rounded as they are stored.

/// Winograd's transforms by F(2, 3), and rounding of a whole slice, with one processor's registers of `$width` floats: names of its loads and
/// stores of values and of floats, of its sums, and what it does with negative values.
macro_rules! coarse {
    ($features:literal $register:ident $width:literal $set:ident $load_value:ident $store_value:ident $load:ident $store:ident
     $add:ident $subtract:ident $leak:ident) => {
        #[target_feature(enable = $features)]
        fn narrow_all(pixels: &[f32], values: &mut [u16]) {
            let (pixels, pixels_rest) = pixels.as_chunks::<$width>();
            let (values, values_rest) = values.as_chunks_mut::<$width>();
            for (pixels, values) in pixels.iter().zip(values) {
                // SAFETY: both are arrays of a register's width.
                unsafe { $store_value(values.as_mut_ptr(), $load(pixels.as_ptr())) }
            }
            for (pixel, value) in pixels_rest.iter().zip(values_rest) {
                *value = Number::narrow(*pixel);
            }
        }

        #[target_feature(enable = $features)]
        fn transform_input_bf16(row: &InputRow<'_, u16>, target: &mut [u16]) {
            match row.below {
                None => input_rows_bf16([row.pixels], 0, row, target),
                Some(([b, c, d], down)) => input_rows_bf16([row.pixels, b, c, d], down, row, target),
            }
        }

        #[inline]
        #[target_feature(enable = $features)]
        fn input_rows_bf16<const ROWS: usize>(
            rows: [&[u16]; ROWS],
            down: usize,
            row: &InputRow<'_, u16>,
            target: &mut [u16],
        ) {
            checked_input(F23, row, target);
            for lane in (0..LANES).step_by($width) {
                let column = |at: usize| {
                    // Pixels behind the last one are zeros.
                    let inside = (at + 1) * LANES <= row.pixels.len();
                    let mut column = [$set(0.0); ROWS];
                    for index in 0..if inside { ROWS } else { 0 } {
                        // SAFETY: 16 values lie there, and `checked_input` has found all rows as long.
                        column[index] = unsafe { $load_value(rows[index].as_ptr().add(at * LANES + lane)) };
                    }
                    down_points(column)
                };
                let (mut d0, mut d1) = (column(0), column(1));
                for tile in 0..row.tiles {
                    let (d2, d3) = (column(2 * tile + 2), column(2 * tile + 3));
                    for index in 0..ROWS {
                        // SAFETY: `checked_input` has compared the last point with the target's length.
                        unsafe {
                            let to = target.as_mut_ptr().add(index * down + tile * LANES + lane);
                            $store_value(to, $subtract(d0[index], d2[index]));
                            $store_value(to.add(row.point), $add(d1[index], d2[index]));
                            $store_value(to.add(2 * row.point), $subtract(d2[index], d1[index]));
                            $store_value(to.add(3 * row.point), $subtract(d1[index], d3[index]));
                        }
                    }
                    (d0, d1) = (d2, d3);
                }
            }
        }

        #[target_feature(enable = $features)]
        fn transform_output_bf16(row: &OutputRow<'_>, target: &mut Target<'_, u16>) {
            checked_output(F23, row, target);
            match target {
                Target::Values(Place { values, start, block }) => {
                    let to = values.as_mut_ptr();
                    // SAFETY: `checked_output` has compared the last pixel of the last block with the target.
                    output_bf16([*start, *block], row, |at, y| unsafe { $store_value(to.add(at), y) });
                }
                Target::Floats(Place { values, start, block }) | Target::Sums(Place { values, start, block }) => {
                    let to = values.as_mut_ptr();
                    // SAFETY: as above.
                    output_bf16([*start, *block], row, |at, y| unsafe { $store(to.add(at), y) });
                }
            }
        }

        #[inline]
        #[target_feature(enable = $features)]
        fn output_bf16([start, block]: [usize; 2], row: &OutputRow<'_>, put: impl Fn(usize, $register)) {
            match row.below {
                None => output_rows_bf16([0], ([Some(start), None], block), row, put),
                Some((down, lower)) => {
                    output_rows_bf16([0, 1, 2, 3].map(|index| index * down), ([Some(start), lower], block), row, put);
                }
            }
        }

        #[inline]
        #[target_feature(enable = $features)]
        fn output_rows_bf16<const ROWS: usize>(
            rows: [usize; ROWS],
            (starts, stride): ([Option<usize>; 2], usize),
            row: &OutputRow<'_>,
            put: impl Fn(usize, $register),
        ) {
            for (block, lane) in
                (0..row.blocks).flat_map(|block| (0..LANES).step_by($width).map(move |lane| (block, lane)))
            {
                // SAFETY: `checked_output` has compared the last tile, block and pixel with their slices.
                unsafe {
                    let bias = $load(row.bias.as_ptr().add(block * LANES + lane));
                    let slope = match row.activation {
                        Activation::None => $set(1.0),
                        Activation::Relu => $set(0.0),
                        Activation::PRelu => $load(row.slope.as_ptr().add(block * LANES + lane)),
                    };
                    for first in (0..row.width).step_by(F23.outputs) {
                        let from = row.start + block * row.block + first / F23.outputs * LANES + lane;
                        let from = row.products.as_ptr().add(from);
                        let product = |point: usize| {
                            let mut column = [$set(0.0); ROWS];
                            for index in 0..ROWS {
                                column[index] = $load(from.add(point * row.point + rows[index]));
                            }
                            down_outputs(column)
                        };
                        let products = [product(0), product(1), product(2), product(3)];
                        for index in 0..starts.len() {
                            let Some(start) = starts[index] else { continue };
                            let (p0, p1) = (products[0][index], products[1][index]);
                            let (p2, p3) = (products[2][index], products[3][index]);
                            let y0 = $leak($add($add(p0, bias), $add(p1, p2)), slope);
                            let y1 = $leak($add($subtract(bias, p3), $subtract(p1, p2)), slope);
                            let at = start + block * stride + first * LANES + lane;
                            put(at, y0);
                            if first + 1 < row.width {
                                put(at + LANES, y1);
                            }
                        }
                    }
                }
            }
        }
    };
}

pub(in crate::net::kernel) use coarse;
