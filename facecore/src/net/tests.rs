//! The fused networks against tract on the same files.

use std::ops::ControlFlow;

use tract_onnx::pb::ModelProto;
use tract_onnx::prelude::Framework;

use super::*;
use onnx::Onnx;

pub(super) mod onnx;

/// A picture with edges and slopes.
pub(super) fn picture([height, width]: [usize; 2]) -> Vec<f32> {
    let pixel = |at: usize| ((at % (3 * width) * 7) ^ (at / (3 * width) * 13)) % 256;
    (0..3 * height * width).map(|at| pixel(at) as f32).collect()
}

/// What the network answers to so many pictures at once.
fn answer(net: &Network, [height, width]: [usize; 2], count: usize) -> Vec<f32> {
    let values = picture([count * height, width]);
    let pixels = Pixels { values: &values, size: [height, width], scale: 1.0 / 128.0, offset: -127.5 / 128.0 };
    let run = || {
        let mut numbers = Vec::new();
        net.run(pixels, &mut |answer| {
            numbers.extend(answer.cells().flatten());
            ControlFlow::Continue(())
        })
        .unwrap();
        numbers
    };
    let first = run();
    // The second run finds the first one's numbers in its memory.
    assert_eq!(run(), first);
    first
}

fn all_answer_as_tract_does(model: &ModelProto, size: Size, picture: [usize; 2], count: usize) {
    let load = |kernels| Network::of("test", model, size, kernels).unwrap();
    let expected = answer(&load(Kernels::Portable), picture, count);
    let scale = expected.iter().fold(1.0f32, |most, value| most.max(value.abs()));
    for kernels in Kernels::FINE.into_iter().chain(Kernels::COARSE).filter(|kernels| kernels.available()) {
        let tolerance = if kernels.is_coarse() { 0.03 } else { 1e-5 };
        let net = load(kernels);
        let ours = answer(&net, picture, count);
        assert_eq!((net.kernels(), ours.len()), (kernels, expected.len()), "{picture:?}");
        for (a, b) in ours.iter().zip(&expected) {
            assert!((a - b).abs() <= tolerance * scale, "{kernels} {picture:?}: {a} is not {b}");
        }
    }
}

#[test]
fn fused_networks_answer_as_tract_does() {
    let p_net: &[u8] = include_bytes!("../../mtcnn/pnet.onnx");
    let r_net: &[u8] = include_bytes!("../../mtcnn/rnet.onnx");
    let o_net: &[u8] = include_bytes!("../../mtcnn/onet.onnx");
    let about = Size::About([100, 100]);
    let mut cases = vec![(r_net, Size::Fixed([24, 24]), [24, 24]), (o_net, Size::Fixed([48, 48]), [48, 48])];
    cases.extend([[12, 12], [13, 40], [37, 21], [64, 65]].map(|size| (p_net, about, size)));
    for (onnx, size, picture) in cases {
        let model = tract_onnx::onnx().proto_model_for_read(&mut &*onnx).unwrap();
        all_answer_as_tract_does(&model, size, picture, 1);
    }
}

/// As SFace is built: a padded first layer, depthwise and pointwise layers in turns, a slope for each channel after each, and a matrix
/// over the whole picture. Blocks are not full, sides even and odd, and a value is read by a depthwise layer and a padded one.
#[test]
fn a_network_of_depthwise_layers_answers_as_tract_does() {
    let mut onnx = Onnx::default();
    let conv = |onnx: &mut Onnx, input: &str, channels: [i64; 2], kernel: onnx::Kernel| {
        let sums = onnx.conv(input, channels, kernel);
        onnx.prelu(&sums, channels[1])
    };
    let depthwise = |onnx: &mut Onnx, input: &str, channels: i64, stride: i64| {
        let sums = onnx.depthwise(input, channels, stride);
        onnx.prelu(&sums, channels)
    };
    let pointwise = onnx::Kernel(1, 1, 0);
    let value = conv(&mut onnx, Onnx::INPUT, [3, 20], onnx::Kernel(3, 1, 1));
    let value = depthwise(&mut onnx, &value, 20, 1);
    let value = conv(&mut onnx, &value, [20, 48], pointwise);
    let left = depthwise(&mut onnx, &value, 48, 2);
    let right = conv(&mut onnx, &value, [48, 16], onnx::Kernel(3, 2, 1));
    let value = onnx.concat(&[&left, &right]);
    let value = depthwise(&mut onnx, &value, 64, 2);
    let value = conv(&mut onnx, &value, [64, 40], pointwise);
    let value = onnx.depthwise(&value, 40, 2);
    let value = onnx.relu(&value);
    let value = onnx.dense(&value, [40 * 3 * 3, 24]);
    let model = onnx.model(&[&value]);
    for count in [1, 3] {
        all_answer_as_tract_does(&model, Size::Fixed([20, 22]), [20, 22], count);
    }
}

#[test]
fn a_picture_that_does_not_fit_is_an_error() {
    let p_net: &[u8] = include_bytes!("../../mtcnn/pnet.onnx");
    for kernels in [Kernels::Avx512, Kernels::Neon, Kernels::Portable].into_iter().filter(|kernels| kernels.available())
    {
        let net = Network::load("test", p_net, Size::About([100, 100]), kernels).unwrap();
        for (length, size) in [(3 * 4 * 4, [4, 4]), (7, [20, 20])] {
            let values = vec![0.0; length];
            let pixels = Pixels { values: &values, size, scale: 1.0, offset: 0.0 };
            assert_eq!(net.run(pixels, &mut |_| ControlFlow::Continue(())).unwrap_err().code(), "internal");
        }
    }
}
