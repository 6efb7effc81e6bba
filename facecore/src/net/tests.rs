//! The fused networks against tract on the same files.

use super::*;

pub(super) mod onnx;

/// A picture with edges and slopes.
pub(super) fn picture([height, width]: [usize; 2]) -> Vec<f32> {
    let pixel = |at: usize| ((at % (3 * width) * 7) ^ (at / (3 * width) * 13)) % 256;
    (0..3 * height * width).map(|at| pixel(at) as f32).collect()
}

fn answer(onnx: &[u8], size: Size, picture_size: [usize; 2], kernels: Kernels) -> (Vec<f32>, Kernels) {
    let net = Network::load("test", onnx, size, kernels).unwrap();
    let values = picture(picture_size);
    let pixels = Pixels { values: &values, size: picture_size, scale: 1.0 / 128.0, offset: -127.5 / 128.0 };
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
    (first, net.kernels())
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
        let (expected, _) = answer(onnx, size, picture, Kernels::Portable);
        let scale = expected.iter().fold(1.0f32, |most, value| most.max(value.abs()));
        for (kernels, tolerance) in [(Kernels::Avx512, 1e-5), (Kernels::Avx2, 1e-5), (Kernels::Avx512Bf16, 0.03)] {
            if !kernels.available() {
                continue;
            }
            let (ours, ran) = answer(onnx, size, picture, kernels);
            assert_eq!((ran, ours.len()), (kernels, expected.len()), "{picture:?}");
            for (a, b) in ours.iter().zip(&expected) {
                assert!((a - b).abs() <= tolerance * scale, "{kernels} {picture:?}: {a} is not {b}");
            }
        }
    }
}

#[test]
fn a_picture_that_does_not_fit_is_an_error() {
    let p_net: &[u8] = include_bytes!("../../mtcnn/pnet.onnx");
    for kernels in [Kernels::Avx512, Kernels::Portable].into_iter().filter(|kernels| kernels.available()) {
        let net = Network::load("test", p_net, Size::About([100, 100]), kernels).unwrap();
        for (length, size) in [(3 * 4 * 4, [4, 4]), (7, [20, 20])] {
            let values = vec![0.0; length];
            let pixels = Pixels { values: &values, size, scale: 1.0, offset: 0.0 };
            assert_eq!(net.run(pixels, &mut |_| ControlFlow::Continue(())).unwrap_err().code(), "internal");
        }
    }
}
