/* The layout of every struct, as src/layout.rs states it for Rust: change both, or the ABI breaks. Compiling is the test. */

#include "facecore.h"

#define SIZE(type, size) _Static_assert(sizeof(struct type) == (size), #type)
#define FIELD(type, field, offset) _Static_assert(offsetof(struct type, field) == (offset), #type "." #field)

SIZE(facecore_mtcnn_options, 32);
FIELD(facecore_mtcnn_options, factor, 0);
FIELD(facecore_mtcnn_options, thresholds, 4);
FIELD(facecore_mtcnn_options, filter, 16);
FIELD(facecore_mtcnn_options, reserved, 20);

SIZE(facecore_yunet_options, 32);
FIELD(facecore_yunet_options, threshold, 0);
FIELD(facecore_yunet_options, overlap, 4);
FIELD(facecore_yunet_options, second_look, 8);
FIELD(facecore_yunet_options, reserved, 12);

SIZE(facecore_detect_options, 136);
FIELD(facecore_detect_options, struct_size, 0);
FIELD(facecore_detect_options, min_face, 8);
FIELD(facecore_detect_options, max_face, 12);
FIELD(facecore_detect_options, max_candidates, 16);
FIELD(facecore_detect_options, max_faces, 20);
FIELD(facecore_detect_options, max_pixels, 24);
FIELD(facecore_detect_options, deadline_us, 32);
FIELD(facecore_detect_options, mtcnn, 40);
FIELD(facecore_detect_options, yunet, 72);
FIELD(facecore_detect_options, min_face_share, 104);
FIELD(facecore_detect_options, reserved, 108);

SIZE(facecore_box, 16);
FIELD(facecore_box, x1, 0);
FIELD(facecore_box, y1, 4);
FIELD(facecore_box, x2, 8);
FIELD(facecore_box, y2, 12);

SIZE(facecore_point, 8);
FIELD(facecore_point, x, 0);
FIELD(facecore_point, y, 4);

SIZE(facecore_face, 128);
FIELD(facecore_face, bounding_box, 0);
FIELD(facecore_face, landmarks, 16);
FIELD(facecore_face, score, 56);
FIELD(facecore_face, stored_box, 60);
FIELD(facecore_face, stored_landmarks, 76);
FIELD(facecore_face, reserved, 116);

SIZE(facecore_mtcnn_stats, 72);
FIELD(facecore_mtcnn_stats, pixels, 0);
FIELD(facecore_mtcnn_stats, scales, 8);
FIELD(facecore_mtcnn_stats, proposed, 12);
FIELD(facecore_mtcnn_stats, candidates, 16);
FIELD(facecore_mtcnn_stats, refined, 20);
FIELD(facecore_mtcnn_stats, propose_us, 24);
FIELD(facecore_mtcnn_stats, filter_us, 32);
FIELD(facecore_mtcnn_stats, refine_us, 40);
FIELD(facecore_mtcnn_stats, output_us, 48);
FIELD(facecore_mtcnn_stats, reserved, 56);

SIZE(facecore_yunet_stats, 48);
FIELD(facecore_yunet_stats, pixels, 0);
FIELD(facecore_yunet_stats, scales, 8);
FIELD(facecore_yunet_stats, proposed, 12);
FIELD(facecore_yunet_stats, network_us, 16);
FIELD(facecore_yunet_stats, filter_us, 24);
FIELD(facecore_yunet_stats, reserved, 32);

SIZE(facecore_detection_info, 176);
FIELD(facecore_detection_info, struct_size, 0);
FIELD(facecore_detection_info, complete, 8);
FIELD(facecore_detection_info, cut_scales, 12);
FIELD(facecore_detection_info, cut_candidates, 16);
FIELD(facecore_detection_info, cut_faces, 20);
FIELD(facecore_detection_info, cut_by_deadline, 24);
FIELD(facecore_detection_info, detector, 28);
FIELD(facecore_detection_info, mtcnn, 32);
FIELD(facecore_detection_info, yunet, 104);
FIELD(facecore_detection_info, reserved, 152);

SIZE(facecore_engine_options, 64);
FIELD(facecore_engine_options, struct_size, 0);
FIELD(facecore_engine_options, model, 8);
FIELD(facecore_engine_options, compute, 16);
FIELD(facecore_engine_options, mirror_average, 20);
FIELD(facecore_engine_options, detector, 24);
FIELD(facecore_engine_options, reserved, 28);

SIZE(facecore_engine_info, 72);
FIELD(facecore_engine_info, struct_size, 0);
FIELD(facecore_engine_info, model, 8);
FIELD(facecore_engine_info, kernels, 16);
FIELD(facecore_engine_info, space, 24);
FIELD(facecore_engine_info, crop_margin, 32);
FIELD(facecore_engine_info, threshold, 40);
FIELD(facecore_engine_info, detector, 44);
FIELD(facecore_engine_info, embedding_length, 48);
FIELD(facecore_engine_info, reserved, 52);

SIZE(facecore_verdict, 72);
FIELD(facecore_verdict, outcome, 0);
FIELD(facecore_verdict, cosine, 4);
FIELD(facecore_verdict, person, 8);
FIELD(facecore_verdict, nearest, 16);
FIELD(facecore_verdict, runner_up, 24);
FIELD(facecore_verdict, nearest_cosine, 32);
FIELD(facecore_verdict, runner_up_cosine, 36);
FIELD(facecore_verdict, nearest_required, 40);
FIELD(facecore_verdict, runner_up_required, 44);
FIELD(facecore_verdict, margin, 48);
FIELD(facecore_verdict, threshold, 52);
FIELD(facecore_verdict, reserved, 56);

SIZE(facecore_model, 88);
FIELD(facecore_model, id, 0);
FIELD(facecore_model, kind, 8);
FIELD(facecore_model, licence, 16);
FIELD(facecore_model, training_data, 24);
FIELD(facecore_model, source, 32);
FIELD(facecore_model, space, 40);
FIELD(facecore_model, embedding_length, 48);
FIELD(facecore_model, threshold, 52);
FIELD(facecore_model, reserved, 56);

SIZE(facecore_limits, 72);
FIELD(facecore_limits, struct_size, 0);
FIELD(facecore_limits, max_bytes, 8);
FIELD(facecore_limits, max_pixels, 16);
FIELD(facecore_limits, shrink_above, 24);
FIELD(facecore_limits, max_width, 32);
FIELD(facecore_limits, max_height, 36);
FIELD(facecore_limits, reduce_jpeg_above, 40);
FIELD(facecore_limits, damage, 48);
FIELD(facecore_limits, reserved, 52);

SIZE(facecore_image, 64);
FIELD(facecore_image, struct_size, 0);
FIELD(facecore_image, data, 8);
FIELD(facecore_image, length, 16);
FIELD(facecore_image, stride, 24);
FIELD(facecore_image, width, 32);
FIELD(facecore_image, height, 36);
FIELD(facecore_image, format, 40);
FIELD(facecore_image, orientation, 44);
FIELD(facecore_image, reserved, 48);

SIZE(facecore_photo_info, 48);
FIELD(facecore_photo_info, struct_size, 0);
FIELD(facecore_photo_info, width, 8);
FIELD(facecore_photo_info, height, 12);
FIELD(facecore_photo_info, stored_width, 16);
FIELD(facecore_photo_info, stored_height, 20);
FIELD(facecore_photo_info, orientation, 24);
FIELD(facecore_photo_info, scale, 28);
FIELD(facecore_photo_info, damaged, 32);
FIELD(facecore_photo_info, reserved, 36);

SIZE(facecore_album_photo, 64);
FIELD(facecore_album_photo, struct_size, 0);
FIELD(facecore_album_photo, id, 8);
FIELD(facecore_album_photo, manual_tags, 16);
FIELD(facecore_album_photo, source, 20);
FIELD(facecore_album_photo, front_camera, 24);
FIELD(facecore_album_photo, on_trip, 28);
FIELD(facecore_album_photo, was_avatar, 32);
FIELD(facecore_album_photo, reserved, 36);

SIZE(facecore_album_face, 64);
FIELD(facecore_album_face, struct_size, 0);
FIELD(facecore_album_face, embedding, 8);
FIELD(facecore_album_face, width, 16);
FIELD(facecore_album_face, score, 20);
FIELD(facecore_album_face, age, 24);
FIELD(facecore_album_face, female, 28);
FIELD(facecore_album_face, pin, 32);
FIELD(facecore_album_face, non_face, 36);
FIELD(facecore_album_face, reserved, 40);

SIZE(facecore_album_owner, 32);
FIELD(facecore_album_owner, struct_size, 0);
FIELD(facecore_album_owner, age, 8);
FIELD(facecore_album_owner, female, 12);
FIELD(facecore_album_owner, reserved, 16);

SIZE(facecore_album_options, 64);
FIELD(facecore_album_options, struct_size, 0);
FIELD(facecore_album_options, detect, 8);
FIELD(facecore_album_options, attributes, 16);
FIELD(facecore_album_options, non_face_filter, 24);
FIELD(facecore_album_options, reserved, 32);

SIZE(facecore_build_info, 80);
FIELD(facecore_build_info, struct_size, 0);
FIELD(facecore_build_info, outcome, 8);
FIELD(facecore_build_info, confidence, 12);
FIELD(facecore_build_info, lead, 16);
FIELD(facecore_build_info, wanted_lead, 20);
FIELD(facecore_build_info, photos, 24);
FIELD(facecore_build_info, faces, 32);
FIELD(facecore_build_info, left_out, 40);
FIELD(facecore_build_info, dropped, 48);
FIELD(facecore_build_info, reserved, 56);

SIZE(facecore_build_member, 24);
FIELD(facecore_build_member, photo, 0);
FIELD(facecore_build_member, face, 8);
FIELD(facecore_build_member, role, 12);
FIELD(facecore_build_member, reserved, 16);

SIZE(facecore_profile_info, 48);
FIELD(facecore_profile_info, struct_size, 0);
FIELD(facecore_profile_info, space, 8);
FIELD(facecore_profile_info, embedding_length, 16);
FIELD(facecore_profile_info, slots, 20);
FIELD(facecore_profile_info, reserved, 24);

SIZE(facecore_profile_slot, 48);
FIELD(facecore_profile_slot, struct_size, 0);
FIELD(facecore_profile_slot, photos, 8);
FIELD(facecore_profile_slot, faces, 12);
FIELD(facecore_profile_slot, coherence, 16);
FIELD(facecore_profile_slot, reserved, 20);

SIZE(facecore_face_quality, 64);
FIELD(facecore_face_quality, struct_size, 0);
FIELD(facecore_face_quality, value, 8);
FIELD(facecore_face_quality, size, 12);
FIELD(facecore_face_quality, sharpness, 16);
FIELD(facecore_face_quality, brightness, 20);
FIELD(facecore_face_quality, yaw, 24);
FIELD(facecore_face_quality, roll, 28);
FIELD(facecore_face_quality, score, 32);
FIELD(facecore_face_quality, reserved, 36);

SIZE(facecore_calibration_info, 64);
FIELD(facecore_calibration_info, struct_size, 0);
FIELD(facecore_calibration_info, space, 8);
FIELD(facecore_calibration_info, photos, 16);
FIELD(facecore_calibration_info, people, 24);
FIELD(facecore_calibration_info, margin, 32);
FIELD(facecore_calibration_info, reserved, 36);

SIZE(facecore_operating_point, 80);
FIELD(facecore_operating_point, candidates, 0);
FIELD(facecore_operating_point, strangers, 8);
FIELD(facecore_operating_point, false_positive_rate, 16);
FIELD(facecore_operating_point, false_positive_rate_at_least, 24);
FIELD(facecore_operating_point, false_positive_rate_at_most, 32);
FIELD(facecore_operating_point, true_positive_rate, 40);
FIELD(facecore_operating_point, threshold, 48);
FIELD(facecore_operating_point, reserved, 52);

SIZE(facecore_face_opinion, 16);
FIELD(facecore_face_opinion, photo, 0);
FIELD(facecore_face_opinion, face, 8);
FIELD(facecore_face_opinion, opinion, 12);

SIZE(facecore_store_options, 64);
FIELD(facecore_store_options, struct_size, 0);
FIELD(facecore_store_options, max_bytes, 8);
FIELD(facecore_store_options, max_readers, 16);
FIELD(facecore_store_options, durability, 20);
FIELD(facecore_store_options, reserved, 24);

SIZE(facecore_store_size, 80);
FIELD(facecore_store_size, struct_size, 0);
FIELD(facecore_store_size, profiles, 8);
FIELD(facecore_store_size, faces, 16);
FIELD(facecore_store_size, opinions, 24);
FIELD(facecore_store_size, opted_out, 32);
FIELD(facecore_store_size, bytes, 40);
FIELD(facecore_store_size, reserved, 48);

SIZE(facecore_record, 48);
FIELD(facecore_record, user, 0);
FIELD(facecore_record, photo, 8);
FIELD(facecore_record, bytes, 16);
FIELD(facecore_record, length, 24);
FIELD(facecore_record, face, 32);
FIELD(facecore_record, reserved, 36);

SIZE(facecore_index_info, 64);
FIELD(facecore_index_info, struct_size, 0);
FIELD(facecore_index_info, space, 8);
FIELD(facecore_index_info, faces, 16);
FIELD(facecore_index_info, bytes, 24);
FIELD(facecore_index_info, embedding_length, 32);
FIELD(facecore_index_info, reserved, 36);

SIZE(facecore_search, 96);
FIELD(facecore_search, struct_size, 0);
FIELD(facecore_search, neighbours, 8);
FIELD(facecore_search, shortlist, 16);
FIELD(facecore_search, only, 24);
FIELD(facecore_search, only_count, 32);
FIELD(facecore_search, except, 40);
FIELD(facecore_search, except_count, 48);
FIELD(facecore_search, least, 56);
FIELD(facecore_search, reserved, 60);

SIZE(facecore_hit, 16);
FIELD(facecore_hit, id, 0);
FIELD(facecore_hit, cosine, 8);
FIELD(facecore_hit, reserved, 12);

SIZE(facecore_star_hit, 48);
FIELD(facecore_star_hit, star, 0);
FIELD(facecore_star_hit, face, 8);
FIELD(facecore_star_hit, uploader_face, 16);
FIELD(facecore_star_hit, cosine, 24);
FIELD(facecore_star_hit, reserved, 28);

SIZE(facecore_clone_search, 64);
FIELD(facecore_clone_search, struct_size, 0);
FIELD(facecore_clone_search, progress, 8);
FIELD(facecore_clone_search, parts, 16);
FIELD(facecore_clone_search, least, 24);
FIELD(facecore_clone_search, reserved, 28);

SIZE(facecore_alike_pair, 24);
FIELD(facecore_alike_pair, first, 0);
FIELD(facecore_alike_pair, second, 8);
FIELD(facecore_alike_pair, cosine, 16);
FIELD(facecore_alike_pair, reserved, 20);

SIZE(facecore_clone_event, 32);
FIELD(facecore_clone_event, low, 0);
FIELD(facecore_clone_event, high, 8);
FIELD(facecore_clone_event, cosine, 16);
FIELD(facecore_clone_event, state, 20);
FIELD(facecore_clone_event, reserved, 24);

SIZE(facecore_tracker_options, 80);
FIELD(facecore_tracker_options, struct_size, 0);
FIELD(facecore_tracker_options, detect, 8);
FIELD(facecore_tracker_options, interval_us, 16);
FIELD(facecore_tracker_options, budget_us, 24);
FIELD(facecore_tracker_options, memory_us, 32);
FIELD(facecore_tracker_options, faces_per_track, 40);
FIELD(facecore_tracker_options, max_tracks, 44);
FIELD(facecore_tracker_options, same_person, 48);
FIELD(facecore_tracker_options, reserved, 52);

SIZE(facecore_tracked_face, 80);
FIELD(facecore_tracked_face, track, 0);
FIELD(facecore_tracked_face, detected, 4);
FIELD(facecore_tracked_face, kept, 8);
FIELD(facecore_tracked_face, score, 12);
FIELD(facecore_tracked_face, bounding_box, 16);
FIELD(facecore_tracked_face, landmarks, 32);
FIELD(facecore_tracked_face, reserved, 72);

SIZE(facecore_tracker_stats, 96);
FIELD(facecore_tracker_stats, struct_size, 0);
FIELD(facecore_tracker_stats, frames, 8);
FIELD(facecore_tracker_stats, passed_over, 16);
FIELD(facecore_tracker_stats, detections, 24);
FIELD(facecore_tracker_stats, embedded, 32);
FIELD(facecore_tracker_stats, cuts, 40);
FIELD(facecore_tracker_stats, dropped, 48);
FIELD(facecore_tracker_stats, work_us, 56);
FIELD(facecore_tracker_stats, reserved, 64);

SIZE(facecore_time_span, 16);
FIELD(facecore_time_span, start_us, 0);
FIELD(facecore_time_span, end_us, 8);

SIZE(facecore_kept_face, 88);
FIELD(facecore_kept_face, at_us, 0);
FIELD(facecore_kept_face, embedding, 8);
FIELD(facecore_kept_face, bounding_box, 16);
FIELD(facecore_kept_face, landmarks, 32);
FIELD(facecore_kept_face, quality, 72);
FIELD(facecore_kept_face, weight, 76);
FIELD(facecore_kept_face, reserved, 80);

SIZE(facecore_track, 72);
FIELD(facecore_track, spans, 0);
FIELD(facecore_track, span_count, 8);
FIELD(facecore_track, faces, 16);
FIELD(facecore_track, face_count, 24);
FIELD(facecore_track, absorbed, 32);
FIELD(facecore_track, absorbed_count, 40);
FIELD(facecore_track, id, 48);
FIELD(facecore_track, detections, 52);
FIELD(facecore_track, revision, 56);
FIELD(facecore_track, reserved, 60);

SIZE(facecore_clip_person, 40);
FIELD(facecore_clip_person, tracks, 0);
FIELD(facecore_clip_person, track_count, 8);
FIELD(facecore_clip_person, verdict, 16);
FIELD(facecore_clip_person, reserved, 24);
