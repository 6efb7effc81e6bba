//! The layout of every struct on 64-bit machines, as tests/c/layout.c states it for C: change both, or the ABI breaks. Compiling is the test.

#![cfg(target_pointer_width = "64")]

use crate::{detect::*, engine::*, matching::*, models::*, photo::*, profile::*};

/// Size, and the offset of each field.
macro_rules! layout {
    ($type:ident $size:literal $($field:ident $offset:literal)*) => {
        const _: () = {
            assert!(size_of::<$type>() == $size);
            $(assert!(std::mem::offset_of!($type, $field) == $offset);)*
        };
    };
}

layout! {
    facecore_detect_options 96
    struct_size 0 min_face 8 max_face 12 factor 16 thresholds 20 max_candidates 32 max_faces 36 max_pixels 40 deadline_us 48 filter 56 reserved 60
}
layout! {
    facecore_box 16
    x1 0 y1 4 x2 8 y2 12
}
layout! {
    facecore_point 8
    x 0 y 4
}
layout! {
    facecore_face 128
    bounding_box 0 landmarks 16 score 56 stored_box 60 stored_landmarks 76 reserved 116
}
layout! {
    facecore_detection_info 112
    struct_size 0 complete 8 cut_scales 12 cut_candidates 16 cut_faces 20 cut_by_deadline 24 scales 28 pixels 32 proposed 40 candidates 44 refined 48 propose_us 56 filter_us 64 refine_us 72 output_us 80 reserved 88
}
layout! {
    facecore_engine_options 64
    struct_size 0 model 8 compute 16 mirror_average 20 reserved 24
}
layout! {
    facecore_engine_info 72
    struct_size 0 model 8 kernels 16 space 24 crop_margin 32 threshold 40 reserved 44
}
layout! {
    facecore_verdict 64
    outcome 0 cosine 4 person 8 nearest 16 runner_up 24 nearest_cosine 32 runner_up_cosine 36 margin 40 threshold 44 reserved 48
}
layout! {
    facecore_model 88
    id 0 kind 8 licence 16 training_data 24 source 32 space 40 embedding_length 48 threshold 52 reserved 56
}
layout! {
    facecore_limits 72
    struct_size 0 max_bytes 8 max_pixels 16 shrink_above 24 max_width 32 max_height 36 reserved 40
}
layout! {
    facecore_image 64
    struct_size 0 data 8 length 16 stride 24 width 32 height 36 format 40 orientation 44 reserved 48
}
layout! {
    facecore_photo_info 48
    struct_size 0 width 8 height 12 stored_width 16 stored_height 20 orientation 24 scale 28 reserved 32
}
layout! {
    facecore_album_photo 48
    id 0 manual_tags 8 source 12 front_camera 16 on_trip 20 was_avatar 24 reserved 28
}
layout! {
    facecore_album_face 56
    photo 0 embedding 8 width 16 score 20 age 24 female 28 pin 32 non_face 36 reserved 40
}
