/* The cases of the tracker: windows of photos are the frames. A part of cases.c; facecore/tests/cases/video.rs says how they are read. */

#ifndef VIDEO_H
#define VIDEO_H

/* The decoded photos of a case. */
typedef struct film {
    uint8_t *rgb[8];
    size_t bytes[8];
    size_t stride[8];
    size_t count;
} film;

static facecore_status decode_named(const char *name, facecore_photo **photo) {
    char path[512];
    size_t length = 0;
    snprintf(path, sizeof path, "%s/%s", testdata, name);
    unsigned char *bytes = read_file(path, &length);
    const facecore_status status = facecore_photo_decode(bytes, length, NULL, photo);
    free(bytes);
    return status;
}

static void load(const cJSON *names, film *film) {
    const cJSON *name;
    cJSON_ArrayForEach(name, names) {
        facecore_photo *photo = NULL;
        facecore_photo_info info;
        info.struct_size = sizeof info;
        EXPECT_STATUS(decode_named(name->valuestring, &photo), FACECORE_STATUS_OK);
        EXPECT_STATUS(facecore_photo_get_info(photo, &info), FACECORE_STATUS_OK);
        const size_t at = film->count++;
        film->stride[at] = (size_t)3 * info.width;
        film->bytes[at] = film->stride[at] * info.height;
        film->rgb[at] = (uint8_t *)malloc(film->bytes[at]);
        EXPECT_STATUS(facecore_photo_copy_rgb(photo, film->rgb[at], film->bytes[at]), FACECORE_STATUS_OK);
        facecore_photo_free(photo);
    }
}

static size_t part(const cJSON *frame, int at) { return (size_t)cJSON_GetArrayItem(frame, at)->valuedouble; }

/* A window of a photo, as a caller's frame. */
static facecore_status frame_of(const film *film, const cJSON *frame, facecore_photo **photo) {
    const size_t source = part(frame, 0);
    const size_t from = part(frame, 2) * film->stride[source] + 3 * part(frame, 1);
    facecore_image image;
    memset(&image, 0, sizeof image);
    image.struct_size = sizeof image;
    image.data = film->rgb[source] + from;
    image.length = film->bytes[source] - from;
    image.stride = film->stride[source];
    image.width = (uint32_t)part(frame, 3);
    image.height = (uint32_t)part(frame, 4);
    image.format = FACECORE_PIXEL_FORMAT_RGB;
    image.orientation = FACECORE_ORIENTATION_UPRIGHT;
    return facecore_photo_from_pixels(&image, NULL, photo);
}

static facecore_detect_options large_faces(void) {
    facecore_detect_options options;
    facecore_detect_options_init(&options, sizeof options);
    options.min_face = 50;
    return options;
}

static facecore_status push_all(facecore_tracker *tracker, const cJSON *test, const film *film, const cJSON *counts) {
    int at = 0;
    const cJSON *frame;
    cJSON_ArrayForEach(frame, member(test, "frames")) {
        facecore_photo *photo = NULL;
        const facecore_tracked_face *faces = NULL;
        size_t count = 0;
        EXPECT_STATUS(frame_of(film, frame, &photo), FACECORE_STATUS_OK);
        const facecore_status status = facecore_tracker_push(tracker, engine, photo, 1000 * (uint64_t)part(frame, 5), &faces, &count);
        facecore_photo_free(photo);
        if (status != FACECORE_STATUS_OK) {
            return status;
        }
        fprintf(answers, "frame %u\n", (unsigned)part(frame, 5));
        for (size_t i = 0; i < count; ++i) {
            fprintf(answers, "face %u %u %u", (unsigned)faces[i].track, (unsigned)faces[i].detected, (unsigned)faces[i].kept);
            put_bits(&faces[i].bounding_box.x1, 4);
            put_bits(&faces[i].landmarks[0].x, 10);
            put_bits(&faces[i].score, 1);
            fputc('\n', answers);
        }
        EXPECT(counts == NULL || count == (size_t)cJSON_GetArrayItem(counts, at)->valuedouble);
        ++at;
    }
    facecore_tracker_stats stats;
    stats.struct_size = sizeof stats;
    EXPECT_STATUS(facecore_tracker_get_stats(tracker, &stats), FACECORE_STATUS_OK);
    EXPECT(stats.passed_over == 0 && stats.dropped == 0);
    fprintf(answers, "stats %u %u %u %u\n", (unsigned)stats.frames, (unsigned)stats.detections, (unsigned)stats.embedded, (unsigned)stats.cuts);
    return FACECORE_STATUS_OK;
}

static void put_track(const facecore_track *track) {
    fprintf(answers, "track %u %u %u", (unsigned)track->id, (unsigned)track->detections, (unsigned)track->revision);
    for (size_t i = 0; i < track->span_count; ++i) {
        fprintf(answers, " %u-%u", (unsigned)track->spans[i].start_us, (unsigned)track->spans[i].end_us);
    }
    for (size_t i = 0; i < track->absorbed_count; ++i) {
        fprintf(answers, " was %u", (unsigned)track->absorbed[i]);
    }
    fputc('\n', answers);
    for (size_t i = 0; i < track->face_count; ++i) {
        const facecore_kept_face *face = &track->faces[i];
        uint8_t bytes[16 + 4 * 1024];
        size_t length = 0;
        EXPECT_STATUS(facecore_embedding_encode(face->embedding, FACECORE_ENCODING_F32, bytes, sizeof bytes, &length), FACECORE_STATUS_OK);
        char *digits = hex(bytes, length);
        fprintf(answers, "kept %u", (unsigned)face->at_us);
        put_bits(&face->bounding_box.x1, 4);
        put_bits(&face->quality, 1);
        put_bits(&face->weight, 1);
        fprintf(answers, " %s\n", digits);
        free(digits);
    }
}

static void enrol(const cJSON *people, facecore_candidates *candidates) {
    const facecore_detect_options options = large_faces();
    const cJSON *person;
    cJSON_ArrayForEach(person, people) {
        facecore_photo *photo = NULL;
        facecore_detection *detection = NULL;
        const facecore_face *faces = NULL;
        size_t count = 0;
        facecore_embedding *embedding = NULL;
        facecore_status status = FACECORE_STATUS_OK;
        EXPECT_STATUS(decode_named(person->valuestring, &photo), FACECORE_STATUS_OK);
        EXPECT_STATUS(facecore_detect(engine, photo, &options, &detection), FACECORE_STATUS_OK);
        EXPECT_STATUS(facecore_detection_get_faces(detection, &faces, &count), FACECORE_STATUS_OK);
        EXPECT_STATUS(facecore_embed(engine, photo, faces, 1, &embedding, &status), FACECORE_STATUS_OK);
        EXPECT_STATUS(facecore_candidates_add(candidates, person->string, embedding), FACECORE_STATUS_OK);
        facecore_embedding_free(embedding);
        facecore_detection_free(detection);
        facecore_photo_free(photo);
    }
}

static void put_people(const facecore_tracks *tracks, const cJSON *test, const cJSON *expected) {
    facecore_engine_info info;
    info.struct_size = sizeof info;
    facecore_matcher *matcher = NULL;
    facecore_candidates *candidates = NULL;
    facecore_clip_people *people = NULL;
    const facecore_clip_person *all = NULL;
    size_t count = 0;
    EXPECT_STATUS(facecore_engine_get_info(engine, &info), FACECORE_STATUS_OK);
    EXPECT_STATUS(facecore_matcher_for_space(info.space, 0, &matcher), FACECORE_STATUS_OK);
    EXPECT_STATUS(facecore_candidates_new(&candidates), FACECORE_STATUS_OK);
    enrol(member(test, "people"), candidates);
    EXPECT_STATUS(facecore_tracks_people(tracks, info.threshold, matcher, candidates, &people), FACECORE_STATUS_OK);
    EXPECT_STATUS(facecore_clip_people_get(people, &all, &count), FACECORE_STATUS_OK);
    EXPECT(count == (size_t)cJSON_GetArraySize(expected));
    for (size_t i = 0; i < count; ++i) {
        const char *name = all[i].verdict->person == NULL ? "-" : all[i].verdict->person;
        fputs("person [", answers);
        for (size_t track = 0; track < all[i].track_count; ++track) {
            fprintf(answers, "%s%u", track == 0 ? "" : ", ", (unsigned)all[i].tracks[track]);
        }
        fprintf(answers, "] %s\n", name);
        EXPECT(strcmp(name, cJSON_GetArrayItem(cJSON_GetArrayItem(expected, (int)i), 1)->valuestring) == 0);
    }
    facecore_clip_people_free(people);
    facecore_candidates_free(candidates);
    facecore_matcher_free(matcher);
}

static facecore_status video(const cJSON *test, const cJSON *expected) {
    film film;
    memset(&film, 0, sizeof film);
    load(member(test, "photos"), &film);
    const facecore_detect_options detect_options = large_faces();
    facecore_tracker_options options;
    facecore_tracker_options_init(&options, sizeof options);
    options.detect = &detect_options;
    options.budget_us = 0; /* the machine does not matter */
    const cJSON *same = member(test, "same_person");
    if (same != NULL) {
        options.same_person = (float)same->valuedouble;
    }
    facecore_tracker *tracker = NULL;
    facecore_tracks *tracks = NULL;
    EXPECT_STATUS(facecore_tracker_new(&options, &tracker), FACECORE_STATUS_OK);
    const facecore_status status = push_all(tracker, test, &film, member(expected, "faces"));
    if (status == FACECORE_STATUS_OK) {
        const facecore_track *all = NULL;
        size_t count = 0;
        EXPECT_STATUS(facecore_tracker_finish(tracker, &tracks), FACECORE_STATUS_OK);
        EXPECT_STATUS(facecore_tracks_get(tracks, &all, &count), FACECORE_STATUS_OK);
        for (size_t i = 0; i < count; ++i) {
            put_track(&all[i]);
        }
        put_people(tracks, test, member(expected, "people"));
    }
    facecore_tracks_free(tracks);
    facecore_tracker_free(tracker);
    for (size_t i = 0; i < film.count; ++i) {
        free(film.rgb[i]);
    }
    return status;
}

#endif
