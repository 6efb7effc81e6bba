//! Streams of every operator against tract, and what they keep in memory.

use std::collections::BTreeMap;
use std::ops::ControlFlow;

use tract_onnx::pb::ModelProto;
use tract_onnx::prelude::Framework;

use super::super::kernel::Scalar;
use super::super::layers;
use super::super::tests::onnx::{Kernel as Square, Onnx};
use super::super::tests::picture;
use super::super::{Kernels, Network, Size};
use super::*;

const ABOUT: [usize; 2] = [64, 64];

/// Every operator that a stream has: a padded first layer, depthwise kernels with both strides, pools inside and alone, a kernel that
/// takes Winograd's way, a coarse path that is doubled and added, a residual, and three outputs of one block and of two.
fn pyramid() -> ModelProto {
    let mut onnx = Onnx::default();
    let unit = |onnx: &mut Onnx, input: &str, [inputs, outputs]: [i64; 2]| {
        let wide = onnx.conv(input, [inputs, outputs], Square(1, 1, 0));
        onnx.depthwise(&wide, outputs, 1)
    };
    let first = onnx.conv(Onnx::INPUT, [3, 16], Square(3, 2, 1));
    let first = onnx.relu(&first);
    let half = unit(&mut onnx, &first, [16, 32]);
    let half = onnx.relu(&half);
    let quarter = onnx.max_pool(&half);
    let quarter = onnx.conv(&quarter, [32, 32], Square(3, 1, 1));
    let quarter = onnx.relu(&quarter);
    let eighth = onnx.max_pool(&quarter);
    let eighth = unit(&mut onnx, &eighth, [32, 32]);
    let eighth = onnx.relu(&eighth);
    let doubled = onnx.double(&eighth);
    let sum = onnx.add(&quarter, &doubled);
    let residual = onnx.conv(&sum, [32, 32], Square(1, 1, 0));
    let residual = onnx.add(&residual, &sum);
    let residual = onnx.relu(&residual);
    let fine = unit(&mut onnx, &residual, [32, 5]);
    let coarse = unit(&mut onnx, &eighth, [32, 20]);
    let between = onnx.depthwise(&residual, 32, 2);
    onnx.model(&[&coarse, &fine, &between])
}

/// Each output's rows, one after the other.
fn answers(run: impl FnOnce(Each<'_>)) -> BTreeMap<usize, Vec<f32>> {
    let (mut answers, mut rows) = (BTreeMap::<_, Vec<_>>::new(), BTreeMap::new());
    run(&mut |answer| {
        let row = rows.entry(answer.output).or_insert(0);
        assert_eq!(answer.row, *row, "rows come from top to bottom");
        *row += 1;
        answers.entry(answer.output).or_default().extend(answer.cells().flatten());
        ControlFlow::Continue(())
    });
    answers
}

fn pixels(values: &[f32], size: [usize; 2]) -> Pixels<'_> {
    Pixels { values, size, scale: 1.0 / 128.0, offset: -127.5 / 128.0 }
}

fn scalar(model: &ModelProto) -> Stream<Scalar> {
    Stream::new(layers::read(model.graph.as_ref().unwrap(), ABOUT).unwrap()).unwrap()
}

/// What our kernels, and `twin`, answer to pictures of these sizes must be what tract answers; the tolerances are for f32 and for bf16.
fn agree(model: &ModelProto, twin: &Stream<Scalar>, sizes: &[[usize; 2]], [fine, coarse]: [f32; 2]) {
    let load = |kernels| Network::of("test", model, Size::About(ABOUT), kernels).unwrap();
    let tract = load(Kernels::Portable);
    let ours = Kernels::FINE.map(|kernels| (kernels, fine));
    let ours = ours.into_iter().chain(Kernels::COARSE.map(|kernels| (kernels, coarse)));
    let ours = ours.filter(|(kernels, _)| kernels.available());
    let ours: Vec<_> = ours.map(|(kernels, tolerance)| (load(kernels), tolerance)).collect();
    for &size in sizes {
        let values = picture(size);
        let pixels = pixels(&values, size);
        let expected = answers(|each| tract.run(pixels, each).unwrap());
        assert_eq!(expected.len(), 3);
        let mut found = vec![("the twin", answers(|each| twin.run(pixels, each).unwrap()), fine)];
        found.extend(ours.iter().map(|(network, tolerance)| {
            let answers = answers(|each| network.run(pixels, each).unwrap());
            (network.kernels().name(), answers, *tolerance)
        }));
        for (kernels, ours, tolerance) in found {
            assert_ne!(kernels, Kernels::Portable.name(), "the graph was refused");
            for (output, expected) in &expected {
                let scale = expected.iter().fold(1.0f32, |most, value| most.max(value.abs()));
                assert_eq!(ours[output].len(), expected.len(), "{kernels} {size:?}");
                for (a, b) in ours[output].iter().zip(expected) {
                    assert!((a - b).abs() <= tolerance * scale, "{kernels} {size:?} {output}: {a} is not {b}");
                }
            }
        }
    }
}

#[test]
fn every_operator_answers_as_tract_does() {
    let model = pyramid();
    let sizes = [[8, 8], [7, 9], [9, 25], [16, 40], [33, 24], [64, 64], [130, 71], [312, 16]];
    agree(&model, &scalar(&model), &sizes, [1e-5, 0.04]);
}

#[test]
fn yunet_answers_as_tract_does() {
    let bytes: &[u8] = include_bytes!("../../../yunet/yunet.onnx");
    let model = tract_onnx::onnx().proto_model_for_read(&mut &*bytes).unwrap();
    agree(&model, &scalar(&model), &[[32, 32], [32, 96], [160, 32], [96, 224]], [1e-5, 0.1]);
}

#[test]
fn two_rows_pooled_as_they_are_made_are_the_pooled_rows() {
    let mut onnx = Onnx::default();
    let conv = onnx.conv(Onnx::INPUT, [3, 10], Square(3, 1, 1));
    let pooled = onnx.max_pool(&conv);
    let last = onnx.conv(&pooled, [10, 4], Square(1, 1, 0));
    let model = onnx.model(&[&last]);
    let stream = scalar(&model);
    assert!(matches!(stream.nodes[1].work, Work::Pooled(..)));
    let tract = Network::of("test", &model, Size::About(ABOUT), Kernels::Portable).unwrap();
    for size in [[2, 2], [5, 7], [20, 33]] {
        let values = picture(size);
        let expected = answers(|each| tract.run(pixels(&values, size), each).unwrap());
        let ours = answers(|each| stream.run(pixels(&values, size), each).unwrap());
        for (a, b) in ours[&0].iter().zip(&expected[&0]) {
            assert!((a - b).abs() <= 1e-5, "{size:?}: {a} is not {b}");
        }
    }
}

#[test]
fn memory_grows_with_the_width_and_not_with_the_height() {
    let model = pyramid();
    let bytes = |size: [usize; 2]| {
        let stream = scalar(&model);
        let values = picture(size);
        answers(|each| stream.run(pixels(&values, size), each).unwrap());
        stream.idle.with(|scratch| scratch.lines.iter().map(Lines::bytes).sum::<usize>())
    };
    assert_eq!(bytes([64, 64]), bytes([1024, 64]));
    assert!(bytes([64, 512]) > 7 * bytes([64, 64]));
}

#[test]
fn a_caller_who_has_seen_enough_stops_between_two_rows() {
    let (stream, values) = (scalar(&pyramid()), picture([512, 16]));
    let mut rows = Vec::new();
    let stop = &mut |answer: Answer<'_>| {
        rows.push((answer.output, answer.row));
        if rows.len() == 3 { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    };
    stream.run(pixels(&values, [512, 16]), stop).unwrap();
    assert_eq!(rows, [(0, 0), (2, 0), (1, 0)]);
    let made = stream.idle.with(|scratch| scratch.made.rows(0));
    assert!(made < 64, "{made} rows of the picture were read");
}

#[test]
fn values_of_two_sizes_are_not_added() {
    let model = pyramid();
    // A quarter of 20 is odd: the doubled eighth is narrower.
    let (size, values) = ([16, 20], picture([16, 20]));
    assert!(scalar(&model).run(pixels(&values, size), &mut |_| ControlFlow::Continue(())).is_none());
}
