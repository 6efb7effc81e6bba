//! The layout of every struct on 64-bit machines, as tests/c/layout.c states it for C: change both, or the ABI breaks. Compiling is the test.

#![cfg(target_pointer_width = "64")]

use crate::{
    album::*, attributes::*, build::*, calibration::*, clones::*, detect::*, engine::*, feedback::*, index::*,
    matching::*, models::*, people::*, photo::*, profile::*, records::*, session::*, store::*, tracker::*, tracks::*,
};

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
    facecore_mtcnn_options 32
    factor 0 thresholds 4 filter 16 reserved 20
}
layout! {
    facecore_yunet_options 32
    threshold 0 overlap 4 second_look 8 reserved 12
}
layout! {
    facecore_detect_options 136
    struct_size 0 min_face 8 max_face 12 max_candidates 16 max_faces 20 max_pixels 24 deadline_us 32 mtcnn 40 yunet 72 min_face_share 104 reserved 108
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
    facecore_mtcnn_stats 72
    pixels 0 scales 8 proposed 12 candidates 16 refined 20 propose_us 24 filter_us 32 refine_us 40 output_us 48 reserved 56
}
layout! {
    facecore_yunet_stats 48
    pixels 0 scales 8 proposed 12 network_us 16 filter_us 24 reserved 32
}
layout! {
    facecore_detection_info 176
    struct_size 0 complete 8 cut_scales 12 cut_candidates 16 cut_faces 20 cut_by_deadline 24 detector 28 mtcnn 32 yunet 104 reserved 152
}
layout! {
    facecore_engine_options 64
    struct_size 0 model 8 compute 16 mirror_average 20 detector 24 reserved 28
}
layout! {
    facecore_engine_info 72
    struct_size 0 model 8 kernels 16 space 24 crop_margin 32 threshold 40 detector 44 embedding_length 48 reserved 52
}
layout! {
    facecore_verdict 72
    outcome 0 cosine 4 person 8 nearest 16 runner_up 24 nearest_cosine 32 runner_up_cosine 36 nearest_required 40 runner_up_required 44 margin 48 threshold 52 reserved 56
}
layout! {
    facecore_model 88
    id 0 kind 8 licence 16 training_data 24 source 32 space 40 embedding_length 48 threshold 52 reserved 56
}
layout! {
    facecore_limits 72
    struct_size 0 max_bytes 8 max_pixels 16 shrink_above 24 max_width 32 max_height 36 reduce_jpeg_above 40 damage 48 reserved 52
}
layout! {
    facecore_image 64
    struct_size 0 data 8 length 16 stride 24 width 32 height 36 format 40 orientation 44 reserved 48
}
layout! {
    facecore_photo_info 48
    struct_size 0 width 8 height 12 stored_width 16 stored_height 20 orientation 24 scale 28 damaged 32 reserved 36
}
layout! {
    facecore_album_photo 64
    struct_size 0 id 8 manual_tags 16 source 20 front_camera 24 on_trip 28 was_avatar 32 reserved 36
}
layout! {
    facecore_album_face 64
    struct_size 0 embedding 8 width 16 score 20 age 24 female 28 pin 32 non_face 36 reserved 40
}
layout! {
    facecore_album_owner 32
    struct_size 0 age 8 female 12 reserved 16
}
layout! {
    facecore_album_options 64
    struct_size 0 detect 8 attributes 16 non_face_filter 24 reserved 32
}
layout! {
    facecore_build_info 80
    struct_size 0 outcome 8 confidence 12 lead 16 wanted_lead 20 photos 24 faces 32 left_out 40 dropped 48 reserved 56
}
layout! {
    facecore_build_member 24
    photo 0 face 8 role 12 reserved 16
}
layout! {
    facecore_profile_info 48
    struct_size 0 space 8 embedding_length 16 slots 20 reserved 24
}
layout! {
    facecore_profile_slot 48
    struct_size 0 photos 8 faces 12 coherence 16 reserved 20
}
layout! {
    facecore_face_quality 64
    struct_size 0 value 8 size 12 sharpness 16 brightness 20 yaw 24 roll 28 score 32 reserved 36
}
layout! {
    facecore_calibration_info 64
    struct_size 0 space 8 photos 16 people 24 margin 32 reserved 36
}
layout! {
    facecore_operating_point 80
    candidates 0 strangers 8 false_positive_rate 16 false_positive_rate_at_least 24 false_positive_rate_at_most 32 true_positive_rate 40 threshold 48 reserved 52
}
layout! {
    facecore_face_opinion 16
    photo 0 face 8 opinion 12
}
layout! {
    facecore_store_options 64
    struct_size 0 max_bytes 8 max_readers 16 durability 20 reserved 24
}
layout! {
    facecore_store_size 80
    struct_size 0 profiles 8 faces 16 opinions 24 opted_out 32 bytes 40 reserved 48
}
layout! {
    facecore_record 48
    user 0 photo 8 bytes 16 length 24 face 32 reserved 36
}
layout! {
    facecore_index_info 64
    struct_size 0 space 8 faces 16 bytes 24 embedding_length 32 reserved 36
}
layout! {
    facecore_search 96
    struct_size 0 neighbours 8 shortlist 16 only 24 only_count 32 except 40 except_count 48 least 56 reserved 60
}
layout! {
    facecore_hit 16
    id 0 cosine 8 reserved 12
}
layout! {
    facecore_star_hit 48
    star 0 face 8 uploader_face 16 cosine 24 reserved 28
}
layout! {
    facecore_clone_search 64
    struct_size 0 progress 8 parts 16 least 24 reserved 28
}
layout! {
    facecore_alike_pair 24
    first 0 second 8 cosine 16 reserved 20
}
layout! {
    facecore_clone_event 32
    low 0 high 8 cosine 16 state 20 reserved 24
}
layout! {
    facecore_tracker_options 80
    struct_size 0 detect 8 interval_us 16 budget_us 24 memory_us 32 faces_per_track 40 max_tracks 44 same_person 48 reserved 52
}
layout! {
    facecore_tracked_face 80
    track 0 detected 4 kept 8 score 12 bounding_box 16 landmarks 32 reserved 72
}
layout! {
    facecore_tracker_stats 96
    struct_size 0 frames 8 passed_over 16 detections 24 embedded 32 cuts 40 dropped 48 work_us 56 reserved 64
}
layout! {
    facecore_time_span 16
    start_us 0 end_us 8
}
layout! {
    facecore_kept_face 88
    at_us 0 embedding 8 bounding_box 16 landmarks 32 quality 72 weight 76 reserved 80
}
layout! {
    facecore_track 72
    spans 0 span_count 8 faces 16 face_count 24 absorbed 32 absorbed_count 40 id 48 detections 52 revision 56 reserved 60
}
layout! {
    facecore_clip_person 40
    tracks 0 track_count 8 verdict 16 reserved 24
}
