/* From photos to a profile: the builder, sessions, faces that are kept, builds, merged profiles. With NULL and wrong values each call has its status.
 * Usage: album [MODELS TESTDATA]; without them nothing runs that needs a large network. */

#include <math.h>
#include <stdint.h>
#include <string.h>

#include "expect.h"
#include "facecore.h"
#include "files.h"

static const uint64_t SPACE = 0xe37f9c1f75f50abdu; /* facenet-ms1m-128 */

static facecore_embedding *embedding(float x, float y, float z) {
    const float values[3] = {x, y, z};
    facecore_embedding *made = NULL;
    EXPECT_STATUS(facecore_embedding_new(SPACE, values, 3, &made), FACECORE_STATUS_OK);
    return made;
}

static facecore_album_photo photo_of(uint64_t id) {
    facecore_album_photo photo;
    EXPECT_STATUS(facecore_album_photo_init(&photo, sizeof photo), FACECORE_STATUS_OK);
    photo.id = id;
    photo.front_camera = 1;
    photo.source = FACECORE_SOURCE_PHONE;
    return photo;
}

static facecore_album_face face_of(const facecore_embedding *embedding) {
    facecore_album_face face;
    EXPECT_STATUS(facecore_album_face_init(&face, sizeof face), FACECORE_STATUS_OK);
    face.embedding = embedding;
    face.width = 110;
    face.score = 0.99f;
    return face;
}

static facecore_profile_builder *builder(void) {
    facecore_profile_builder *made = NULL;
    EXPECT_STATUS(facecore_profile_builder_new(SPACE, &made), FACECORE_STATUS_OK);
    return made;
}

static facecore_build_info info_of(const facecore_build *build) {
    facecore_build_info info;
    info.struct_size = sizeof info;
    EXPECT_STATUS(facecore_build_get_info(build, &info), FACECORE_STATUS_OK);
    return info;
}

static void structs(void) {
    facecore_album_photo photo;
    facecore_album_face face;
    facecore_album_owner owner;
    facecore_album_options options;
    EXPECT_STATUS(facecore_album_photo_init(NULL, sizeof photo), FACECORE_STATUS_NULL_ARGUMENT);
    EXPECT_STATUS(facecore_album_photo_init(&photo, 8), FACECORE_STATUS_STRUCT_SIZE);
    EXPECT_STATUS(facecore_album_face_init(NULL, sizeof face), FACECORE_STATUS_NULL_ARGUMENT);
    EXPECT_STATUS(facecore_album_face_init(&face, 8), FACECORE_STATUS_STRUCT_SIZE);
    EXPECT_STATUS(facecore_album_owner_init(NULL, sizeof owner), FACECORE_STATUS_NULL_ARGUMENT);
    EXPECT_STATUS(facecore_album_owner_init(&owner, 8), FACECORE_STATUS_STRUCT_SIZE);
    EXPECT_STATUS(facecore_album_options_init(NULL, sizeof options), FACECORE_STATUS_NULL_ARGUMENT);
    EXPECT_STATUS(facecore_album_options_init(&options, 8), FACECORE_STATUS_STRUCT_SIZE);
    EXPECT_STATUS(facecore_album_photo_init(&photo, sizeof photo), FACECORE_STATUS_OK);
    EXPECT(photo.struct_size == sizeof photo && photo.id == 0 && photo.source == FACECORE_SOURCE_UNKNOWN && photo.was_avatar == 0);
    EXPECT_STATUS(facecore_album_face_init(&face, sizeof face), FACECORE_STATUS_OK);
    EXPECT(face.embedding == NULL && isnan(face.age) && isnan(face.female) && face.pin == FACECORE_PIN_NONE && face.non_face == 0);
    EXPECT_STATUS(facecore_album_owner_init(&owner, sizeof owner), FACECORE_STATUS_OK);
    EXPECT(isnan(owner.age) && isnan(owner.female));
    EXPECT_STATUS(facecore_album_options_init(&options, sizeof options), FACECORE_STATUS_OK);
    EXPECT(options.detect == NULL && options.attributes == NULL && options.non_face_filter == NULL);
}

static void builders(void) {
    facecore_profile_builder *none = NULL, *album = builder();
    facecore_embedding *one = embedding(1, 0, 0);
    facecore_build *build = NULL;
    facecore_album_photo photo = photo_of(1);
    facecore_album_face face = face_of(one);
    facecore_album_owner owner;
    facecore_album_owner_init(&owner, sizeof owner);
    EXPECT_STATUS(facecore_profile_builder_new(SPACE, NULL), FACECORE_STATUS_NULL_ARGUMENT);
    EXPECT_STATUS(facecore_profile_builder_new(1, &none), FACECORE_STATUS_OPTION);
    EXPECT(none == NULL);
    EXPECT_STATUS(facecore_profile_builder_add_face(album, &face), FACECORE_STATUS_OPTION);
    EXPECT_STATUS(facecore_profile_builder_add_photo(NULL, &photo), FACECORE_STATUS_NULL_ARGUMENT);
    EXPECT_STATUS(facecore_profile_builder_add_photo(album, NULL), FACECORE_STATUS_NULL_ARGUMENT);
    photo.struct_size = 9;
    EXPECT_STATUS(facecore_profile_builder_add_photo(album, &photo), FACECORE_STATUS_STRUCT_SIZE);
    photo = photo_of(1);
    photo.reserved[sizeof photo.reserved - 1] = 1;
    EXPECT_STATUS(facecore_profile_builder_add_photo(album, &photo), FACECORE_STATUS_STRUCT_SIZE);
    photo = photo_of(1);
    photo.source = 3;
    EXPECT_STATUS(facecore_profile_builder_add_photo(album, &photo), FACECORE_STATUS_UNKNOWN_VALUE);
    photo = photo_of(1);
    EXPECT_STATUS(facecore_profile_builder_add_photo(album, &photo), FACECORE_STATUS_OK);
    EXPECT_STATUS(facecore_profile_builder_add_face(NULL, &face), FACECORE_STATUS_NULL_ARGUMENT);
    EXPECT_STATUS(facecore_profile_builder_add_face(album, NULL), FACECORE_STATUS_NULL_ARGUMENT);
    face.embedding = NULL;
    EXPECT_STATUS(facecore_profile_builder_add_face(album, &face), FACECORE_STATUS_NULL_ARGUMENT);
    face = face_of(one);
    face.pin = 3;
    EXPECT_STATUS(facecore_profile_builder_add_face(album, &face), FACECORE_STATUS_UNKNOWN_VALUE);
    EXPECT_STATUS(facecore_profile_builder_set_owner(NULL, &owner), FACECORE_STATUS_NULL_ARGUMENT);
    EXPECT_STATUS(facecore_profile_builder_set_owner(album, NULL), FACECORE_STATUS_NULL_ARGUMENT);
    owner.struct_size = 1;
    EXPECT_STATUS(facecore_profile_builder_set_owner(album, &owner), FACECORE_STATUS_STRUCT_SIZE);
    EXPECT_STATUS(facecore_profile_builder_add_friend(album, NULL), FACECORE_STATUS_NULL_ARGUMENT);
    EXPECT_STATUS(facecore_profile_builder_build(NULL, &build), FACECORE_STATUS_NULL_ARGUMENT);
    EXPECT_STATUS(facecore_profile_builder_build(album, NULL), FACECORE_STATUS_NULL_ARGUMENT);

    /* Nothing of what failed is in the album. */
    EXPECT_STATUS(facecore_profile_builder_build(album, &build), FACECORE_STATUS_OK);
    facecore_build_info info = info_of(build);
    EXPECT(info.outcome == FACECORE_BUILD_OUTCOME_NO_FACES && info.photos == 1 && info.faces == 0 && info.confidence == 0);
    facecore_profile *profile = (facecore_profile *)&profile;
    EXPECT_STATUS(facecore_build_get_profile(build, &profile), FACECORE_STATUS_OK);
    EXPECT(profile == NULL);
    facecore_build_free(build);

    /* A photo that comes twice is found when it is built. */
    EXPECT_STATUS(facecore_profile_builder_add_photo(album, &photo), FACECORE_STATUS_OK);
    EXPECT_STATUS(facecore_profile_builder_build(album, &build), FACECORE_STATUS_OPTION);
    EXPECT(build == NULL);
    facecore_profile_builder_free(album);
    facecore_profile_builder_free(NULL);
    facecore_embedding_free(one);
}

/* Three photos of one person and a stranger: who is in the profile, and why. */
static void builds(void) {
    facecore_profile_builder *album = builder();
    facecore_embedding *own[3] = {embedding(1, 0, 0), embedding(0.98f, 0.1f, 0), embedding(0.97f, 0, 0.1f)}, *stranger = embedding(0, 1, 0);
    for (uint64_t id = 0; id < 3; ++id) {
        const facecore_album_photo photo = photo_of(id + 10);
        facecore_album_face face = face_of(own[id]);
        EXPECT_STATUS(facecore_profile_builder_add_photo(album, &photo), FACECORE_STATUS_OK);
        if (id == 1) {
            face.embedding = stranger;
            EXPECT_STATUS(facecore_profile_builder_add_face(album, &face), FACECORE_STATUS_OK);
            face.embedding = own[id];
        }
        EXPECT_STATUS(facecore_profile_builder_add_face(album, &face), FACECORE_STATUS_OK);
    }
    facecore_album_owner owner;
    facecore_album_owner_init(&owner, sizeof owner);
    owner.age = 30;
    EXPECT_STATUS(facecore_profile_builder_set_owner(album, &owner), FACECORE_STATUS_OK);
    facecore_build *build = NULL;
    EXPECT_STATUS(facecore_profile_builder_build(album, &build), FACECORE_STATUS_OK);
    facecore_profile_builder_free(album);

    facecore_build_info info = info_of(build);
    EXPECT(info.outcome == FACECORE_BUILD_OUTCOME_BUILT && info.photos == 3 && info.faces == 4 && info.left_out == 0);
    EXPECT(info.lead >= info.wanted_lead && info.confidence > 0.5f && info.confidence <= 1);
    info.struct_size = 4;
    EXPECT_STATUS(facecore_build_get_info(build, &info), FACECORE_STATUS_STRUCT_SIZE);
    info.struct_size = sizeof info;
    EXPECT_STATUS(facecore_build_get_info(NULL, &info), FACECORE_STATUS_NULL_ARGUMENT);
    EXPECT_STATUS(facecore_build_get_info(build, NULL), FACECORE_STATUS_NULL_ARGUMENT);
    const facecore_build_member *members = NULL;
    size_t count = 0;
    EXPECT_STATUS(facecore_build_get_members(NULL, &members, &count), FACECORE_STATUS_NULL_ARGUMENT);
    EXPECT_STATUS(facecore_build_get_members(build, NULL, &count), FACECORE_STATUS_NULL_ARGUMENT);
    EXPECT_STATUS(facecore_build_get_members(build, &members, NULL), FACECORE_STATUS_NULL_ARGUMENT);
    EXPECT_STATUS(facecore_build_get_members(build, &members, &count), FACECORE_STATUS_OK);
    EXPECT(count == 3);
    for (size_t i = 0; i < count; ++i) {
        EXPECT(members[i].photo == i + 10 && members[i].face == (i == 1) && members[i].role == FACECORE_ROLE_OWNER);
    }
    const char *explanation = NULL;
    EXPECT_STATUS(facecore_build_get_explanation(NULL, &explanation), FACECORE_STATUS_NULL_ARGUMENT);
    EXPECT_STATUS(facecore_build_get_explanation(build, NULL), FACECORE_STATUS_NULL_ARGUMENT);
    EXPECT_STATUS(facecore_build_get_explanation(build, &explanation), FACECORE_STATUS_OK);
    EXPECT(strncmp(explanation, "Profile of 3 faces, in 3 photos with 4 faces.", 45) == 0);

    facecore_profile *profile = NULL;
    EXPECT_STATUS(facecore_build_get_profile(NULL, &profile), FACECORE_STATUS_NULL_ARGUMENT);
    EXPECT_STATUS(facecore_build_get_profile(build, NULL), FACECORE_STATUS_NULL_ARGUMENT);
    EXPECT_STATUS(facecore_build_get_profile(build, &profile), FACECORE_STATUS_OK);
    facecore_build_free(build);
    facecore_build_free(NULL);
    facecore_profile_slot slot;
    slot.struct_size = sizeof slot;
    EXPECT_STATUS(facecore_profile_get_slot(profile, FACECORE_ROLE_OWNER, &slot), FACECORE_STATUS_OK);
    EXPECT(slot.photos == 3 && slot.faces == 3 && slot.coherence > 0.9f && slot.coherence < 1.001f);

    /* The same album, but the owner's profile is a friend's: nobody leads any more. */
    album = builder();
    for (uint64_t id = 0; id < 3; ++id) {
        const facecore_album_photo photo = photo_of(id);
        const facecore_album_face face = face_of(own[id]), other = face_of(stranger);
        EXPECT_STATUS(facecore_profile_builder_add_photo(album, &photo), FACECORE_STATUS_OK);
        EXPECT_STATUS(facecore_profile_builder_add_face(album, &face), FACECORE_STATUS_OK);
        EXPECT_STATUS(facecore_profile_builder_add_face(album, &other), FACECORE_STATUS_OK);
    }
    EXPECT_STATUS(facecore_profile_builder_build(album, &build), FACECORE_STATUS_OK);
    EXPECT(info_of(build).outcome == FACECORE_BUILD_OUTCOME_NO_LEADER);
    facecore_build_free(build);
    EXPECT_STATUS(facecore_profile_builder_add_friend(NULL, profile), FACECORE_STATUS_NULL_ARGUMENT);
    EXPECT_STATUS(facecore_profile_builder_add_friend(album, profile), FACECORE_STATUS_OK);
    facecore_profile_free(profile);
    EXPECT_STATUS(facecore_profile_builder_build(album, &build), FACECORE_STATUS_OK);
    EXPECT(info_of(build).outcome == FACECORE_BUILD_OUTCOME_BUILT);
    facecore_embedding *mean = NULL;
    float cosine = 0;
    EXPECT_STATUS(facecore_build_get_profile(build, &profile), FACECORE_STATUS_OK);
    EXPECT_STATUS(facecore_profile_get_embedding(profile, FACECORE_ROLE_OWNER, &mean), FACECORE_STATUS_OK);
    EXPECT_STATUS(facecore_embedding_cosine(mean, stranger, &cosine), FACECORE_STATUS_OK);
    EXPECT(cosine > 0.99f);
    facecore_embedding_free(mean);
    facecore_profile_free(profile);
    facecore_build_free(build);
    facecore_profile_builder_free(album);
    for (int i = 0; i < 3; ++i) {
        facecore_embedding_free(own[i]);
    }
    facecore_embedding_free(stranger);
}

/* A session asks for photos; a face keeps its place where others cannot be used. */
static void sessions(void) {
    facecore_profile_builder *album = builder();
    facecore_album_session *session = NULL;
    facecore_build *build = NULL;
    const uint64_t *wanted = NULL;
    size_t count = 0;
    EXPECT_STATUS(facecore_album_session_open(NULL, &session), FACECORE_STATUS_NULL_ARGUMENT);
    EXPECT_STATUS(facecore_album_session_open(album, NULL), FACECORE_STATUS_NULL_ARGUMENT);
    for (uint64_t id = 0; id < 4; ++id) {
        const facecore_album_photo photo = photo_of(id);
        EXPECT_STATUS(facecore_profile_builder_add_photo(album, &photo), FACECORE_STATUS_OK);
    }
    EXPECT_STATUS(facecore_album_session_open(album, &session), FACECORE_STATUS_OK);
    const facecore_album_photo again = photo_of(0);
    EXPECT_STATUS(facecore_profile_builder_add_photo(album, &again), FACECORE_STATUS_OK);
    facecore_album_session *twice = NULL;
    EXPECT_STATUS(facecore_album_session_open(album, &twice), FACECORE_STATUS_OPTION);
    EXPECT(twice == NULL);
    facecore_profile_builder_free(album);

    EXPECT_STATUS(facecore_album_session_wants(NULL, &wanted, &count), FACECORE_STATUS_NULL_ARGUMENT);
    EXPECT_STATUS(facecore_album_session_wants(session, NULL, &count), FACECORE_STATUS_NULL_ARGUMENT);
    EXPECT_STATUS(facecore_album_session_wants(session, &wanted, NULL), FACECORE_STATUS_NULL_ARGUMENT);
    EXPECT_STATUS(facecore_album_session_finish(session, &build), FACECORE_STATUS_OPTION);
    EXPECT_STATUS(facecore_album_session_finish(NULL, &build), FACECORE_STATUS_NULL_ARGUMENT);
    EXPECT_STATUS(facecore_album_session_finish(session, NULL), FACECORE_STATUS_NULL_ARGUMENT);
    EXPECT_STATUS(facecore_album_session_give(NULL, 0, NULL, 0), FACECORE_STATUS_NULL_ARGUMENT);
    EXPECT_STATUS(facecore_album_session_give(session, 0, NULL, 1), FACECORE_STATUS_NULL_ARGUMENT);
    EXPECT_STATUS(facecore_album_session_give(session, 77, NULL, 0), FACECORE_STATUS_OPTION);
    for (;;) {
        EXPECT_STATUS(facecore_album_session_wants(session, &wanted, &count), FACECORE_STATUS_OK);
        if (count == 0) {
            break;
        }
        const uint64_t photo = wanted[count - 1];
        facecore_embedding *own = embedding(1, 0.01f * (float)photo, 0);
        facecore_album_face face = face_of(own);
        const facecore_album_face *const faces[2] = {NULL, &face};
        face.struct_size = 0;
        EXPECT_STATUS(facecore_album_session_give(session, photo, faces, 2), FACECORE_STATUS_STRUCT_SIZE);
        face.struct_size = sizeof face;
        /* One photo cannot be read. */
        EXPECT_STATUS(facecore_album_session_give(session, photo, faces, photo == 3 ? 0 : 2), FACECORE_STATUS_OK);
        facecore_embedding_free(own);
    }
    EXPECT(wanted != NULL);
    EXPECT_STATUS(facecore_album_session_finish(session, &build), FACECORE_STATUS_OK);
    const facecore_build_member *members = NULL;
    EXPECT_STATUS(facecore_build_get_members(build, &members, &count), FACECORE_STATUS_OK);
    EXPECT(info_of(build).outcome == FACECORE_BUILD_OUTCOME_BUILT && info_of(build).photos == 4 && count == 3);
    for (size_t i = 0; i < count; ++i) {
        EXPECT(members[i].photo == i && members[i].face == 1);
    }
    facecore_build_free(build);
    facecore_album_session_free(session);
    facecore_album_session_free(NULL);
}

/* What users said holds: a rejected face is not in the profile, and whoever wants none has none. */
static void opinions(void) {
    facecore_profile_builder *album = builder();
    facecore_feedback *feedback = NULL;
    facecore_build *build = NULL;
    facecore_album_session *session = NULL;
    const facecore_build_member *members = NULL;
    const uint64_t *wanted = NULL;
    size_t count = 0;
    facecore_embedding *own = embedding(1, 0, 0);
    const facecore_album_face face = face_of(own);
    for (uint64_t id = 0; id < 5; ++id) {
        const facecore_album_photo photo = photo_of(id);
        EXPECT_STATUS(facecore_profile_builder_add_photo(album, &photo), FACECORE_STATUS_OK);
        EXPECT_STATUS(facecore_profile_builder_add_face(album, &face), FACECORE_STATUS_OK);
    }
    EXPECT_STATUS(facecore_feedback_new(&feedback), FACECORE_STATUS_OK);
    EXPECT_STATUS(facecore_profile_builder_set_feedback(NULL, feedback), FACECORE_STATUS_NULL_ARGUMENT);
    EXPECT_STATUS(facecore_profile_builder_set_feedback(album, NULL), FACECORE_STATUS_NULL_ARGUMENT);
    EXPECT_STATUS(facecore_feedback_apply(feedback, 2, 0, FACECORE_OPINION_REMOVE, NULL), FACECORE_STATUS_OK);
    EXPECT_STATUS(facecore_profile_builder_set_feedback(album, feedback), FACECORE_STATUS_OK);
    EXPECT_STATUS(facecore_profile_builder_build(album, &build), FACECORE_STATUS_OK);
    EXPECT_STATUS(facecore_build_get_members(build, &members, &count), FACECORE_STATUS_OK);
    EXPECT(count == 4 && members[2].photo == 3 && info_of(build).left_out == 1);
    facecore_build_free(build);

    EXPECT_STATUS(facecore_feedback_set_opted_out(feedback, 1), FACECORE_STATUS_OK);
    EXPECT_STATUS(facecore_profile_builder_set_feedback(album, feedback), FACECORE_STATUS_OK);
    facecore_feedback_free(feedback);
    EXPECT_STATUS(facecore_profile_builder_build(album, &build), FACECORE_STATUS_OK);
    EXPECT(info_of(build).outcome == FACECORE_BUILD_OUTCOME_OPTED_OUT);
    facecore_build_free(build);
    EXPECT_STATUS(facecore_album_session_open(album, &session), FACECORE_STATUS_OK);
    EXPECT_STATUS(facecore_album_session_wants(session, &wanted, &count), FACECORE_STATUS_OK);
    EXPECT(count == 0);
    EXPECT_STATUS(facecore_album_session_finish(session, &build), FACECORE_STATUS_OK);
    EXPECT(info_of(build).outcome == FACECORE_BUILD_OUTCOME_OPTED_OUT && info_of(build).photos == 0);
    facecore_build_free(build);
    facecore_album_session_free(session);
    facecore_profile_builder_free(album);
    facecore_embedding_free(own);
}

/* What is kept of a face is read again, and builds what the photos did. */
static void stored_faces(void) {
    facecore_embedding *one = embedding(1, 0.5f, 0);
    facecore_album_photo photo = photo_of(7), photo_again;
    facecore_album_face face = face_of(one), face_again;
    const facecore_box box = {1, 2, 111, 140};
    facecore_box box_again;
    facecore_stored_face *stored = NULL, *back = NULL;
    float quality = 0, cosine = 0;
    uint8_t bytes[128], *room = bytes;
    size_t length = 0;
    photo.manual_tags = 2;
    face.age = 33;
    face.pin = FACECORE_PIN_OTHER;
    EXPECT_STATUS(facecore_stored_face_new(NULL, &face, &box, 0.5f, &stored), FACECORE_STATUS_NULL_ARGUMENT);
    EXPECT_STATUS(facecore_stored_face_new(&photo, NULL, &box, 0.5f, &stored), FACECORE_STATUS_NULL_ARGUMENT);
    EXPECT_STATUS(facecore_stored_face_new(&photo, &face, NULL, 0.5f, &stored), FACECORE_STATUS_NULL_ARGUMENT);
    EXPECT_STATUS(facecore_stored_face_new(&photo, &face, &box, 0.5f, NULL), FACECORE_STATUS_NULL_ARGUMENT);
    EXPECT_STATUS(facecore_stored_face_new(&photo, &face, &box, 7, &stored), FACECORE_STATUS_EMBEDDING);
    face.width = NAN;
    EXPECT_STATUS(facecore_stored_face_new(&photo, &face, &box, 0.5f, &stored), FACECORE_STATUS_EMBEDDING);
    EXPECT(stored == NULL);
    face.width = 110;
    EXPECT_STATUS(facecore_stored_face_new(&photo, &face, &box, 0.5f, &stored), FACECORE_STATUS_OK);
    EXPECT_STATUS(facecore_stored_face_encode(NULL, room, sizeof bytes, &length), FACECORE_STATUS_NULL_ARGUMENT);
    EXPECT_STATUS(facecore_stored_face_encode(stored, room, sizeof bytes, NULL), FACECORE_STATUS_NULL_ARGUMENT);
    EXPECT_STATUS(facecore_stored_face_encode(stored, NULL, 0, &length), FACECORE_STATUS_BUFFER_SIZE);
    EXPECT(length == 56 + 20 + 3);
    EXPECT_STATUS(facecore_stored_face_encode(stored, room, sizeof bytes, &length), FACECORE_STATUS_OK);
    EXPECT_STATUS(facecore_stored_face_decode(NULL, length, &back), FACECORE_STATUS_NULL_ARGUMENT);
    EXPECT_STATUS(facecore_stored_face_decode(bytes, length, NULL), FACECORE_STATUS_NULL_ARGUMENT);
    EXPECT_STATUS(facecore_stored_face_decode(bytes, length - 1, &back), FACECORE_STATUS_EMBEDDING);
    EXPECT_STATUS(facecore_stored_face_decode(NULL, 0, &back), FACECORE_STATUS_EMBEDDING);
    EXPECT(back == NULL);
    EXPECT_STATUS(facecore_stored_face_decode(bytes, length, &back), FACECORE_STATUS_OK);

    photo_again.struct_size = 0;
    face_again.struct_size = 0;
    EXPECT_STATUS(facecore_stored_face_get_photo(back, &photo_again), FACECORE_STATUS_STRUCT_SIZE);
    EXPECT_STATUS(facecore_stored_face_get_face(back, &face_again), FACECORE_STATUS_STRUCT_SIZE);
    photo_again.struct_size = sizeof photo_again;
    face_again.struct_size = sizeof face_again;
    EXPECT_STATUS(facecore_stored_face_get_photo(NULL, &photo_again), FACECORE_STATUS_NULL_ARGUMENT);
    EXPECT_STATUS(facecore_stored_face_get_photo(back, NULL), FACECORE_STATUS_NULL_ARGUMENT);
    EXPECT_STATUS(facecore_stored_face_get_face(NULL, &face_again), FACECORE_STATUS_NULL_ARGUMENT);
    EXPECT_STATUS(facecore_stored_face_get_face(back, NULL), FACECORE_STATUS_NULL_ARGUMENT);
    EXPECT_STATUS(facecore_stored_face_get_place(NULL, &box_again, &quality), FACECORE_STATUS_NULL_ARGUMENT);
    EXPECT_STATUS(facecore_stored_face_get_place(back, NULL, NULL), FACECORE_STATUS_OK);
    EXPECT_STATUS(facecore_stored_face_get_photo(back, &photo_again), FACECORE_STATUS_OK);
    EXPECT(memcmp(&photo, &photo_again, sizeof photo) == 0);
    EXPECT_STATUS(facecore_stored_face_get_place(back, &box_again, &quality), FACECORE_STATUS_OK);
    EXPECT(memcmp(&box, &box_again, sizeof box) == 0 && quality == 0.5f);
    EXPECT_STATUS(facecore_stored_face_get_face(back, &face_again), FACECORE_STATUS_OK);
    EXPECT(face_again.age == 33 && isnan(face_again.female) && face_again.pin == FACECORE_PIN_OTHER && face_again.width == 110);
    EXPECT_STATUS(facecore_embedding_cosine(face_again.embedding, one, &cosine), FACECORE_STATUS_OK);
    EXPECT(cosine > 0.99f);
    facecore_stored_face_free(back);
    facecore_stored_face_free(NULL);

    facecore_profile_builder *album = builder();
    facecore_build *build = NULL;
    facecore_album_session *session = NULL;
    EXPECT_STATUS(facecore_profile_builder_add_stored_face(NULL, 1, 0, stored), FACECORE_STATUS_NULL_ARGUMENT);
    EXPECT_STATUS(facecore_profile_builder_add_stored_face(album, 1, 0, NULL), FACECORE_STATUS_NULL_ARGUMENT);
    EXPECT_STATUS(facecore_profile_builder_add_stored_face(album, 1, 65536, stored), FACECORE_STATUS_OPTION);
    facecore_stored_face_free(stored);
    face = face_of(one);
    for (uint64_t id = 0; id < 3; ++id) {
        EXPECT_STATUS(facecore_stored_face_new(&photo, &face, &box, NAN, &stored), FACECORE_STATUS_OK);
        EXPECT_STATUS(facecore_profile_builder_add_stored_face(album, id, 4, stored), FACECORE_STATUS_OK);
        facecore_stored_face_free(stored);
    }
    EXPECT_STATUS(facecore_album_session_open(album, &session), FACECORE_STATUS_OPTION);
    EXPECT_STATUS(facecore_profile_builder_build(album, &build), FACECORE_STATUS_OK);
    const facecore_build_member *members = NULL;
    EXPECT_STATUS(facecore_build_get_members(build, &members, &length), FACECORE_STATUS_OK);
    EXPECT(info_of(build).outcome == FACECORE_BUILD_OUTCOME_BUILT && length == 3 && members[2].photo == 2 && members[2].face == 4);
    facecore_build_free(build);
    EXPECT_STATUS(facecore_profile_builder_add_photo(album, &photo), FACECORE_STATUS_OK);
    EXPECT_STATUS(facecore_profile_builder_build(album, &build), FACECORE_STATUS_OPTION);
    facecore_profile_builder_free(album);
    facecore_embedding_free(one);
}

static void profiles(void) {
    facecore_profile *profile = NULL, *other = NULL, *foreign = NULL;
    facecore_embedding *one = embedding(1, 0, 0);
    const facecore_embedding *faces[1] = {one};
    facecore_profile_info info;
    facecore_profile_slot slot;
    info.struct_size = sizeof info;
    slot.struct_size = sizeof slot;
    EXPECT_STATUS(facecore_profile_new(SPACE, 3, NULL), FACECORE_STATUS_NULL_ARGUMENT);
    EXPECT_STATUS(facecore_profile_new(SPACE, 0, &profile), FACECORE_STATUS_OPTION);
    EXPECT_STATUS(facecore_profile_new(SPACE, 65536, &profile), FACECORE_STATUS_OPTION);
    EXPECT_STATUS(facecore_profile_new(SPACE, 3, &profile), FACECORE_STATUS_OK);
    EXPECT_STATUS(facecore_profile_new(SPACE, 3, &other), FACECORE_STATUS_OK);
    EXPECT_STATUS(facecore_profile_new(2, 3, &foreign), FACECORE_STATUS_OK);
    EXPECT_STATUS(facecore_profile_add(profile, 4, faces, 1), FACECORE_STATUS_UNKNOWN_VALUE);
    EXPECT_STATUS(facecore_profile_add(profile, FACECORE_ROLE_OWNER, faces, 1), FACECORE_STATUS_OK);
    EXPECT_STATUS(facecore_profile_add(other, FACECORE_ROLE_PARTNER, faces, 1), FACECORE_STATUS_OK);
    EXPECT_STATUS(facecore_profile_add(foreign, FACECORE_ROLE_OWNER, faces, 1), FACECORE_STATUS_SPACE_MISMATCH);
    EXPECT_STATUS(facecore_profile_merge(NULL, other), FACECORE_STATUS_NULL_ARGUMENT);
    EXPECT_STATUS(facecore_profile_merge(profile, NULL), FACECORE_STATUS_NULL_ARGUMENT);
    EXPECT_STATUS(facecore_profile_merge(profile, foreign), FACECORE_STATUS_SPACE_MISMATCH);
    uint32_t shows = 1;
    EXPECT_STATUS(facecore_profile_shows_owner_of(profile, other, &shows), FACECORE_STATUS_OK);
    EXPECT(shows == 0);
    EXPECT_STATUS(facecore_profile_shows_owner_of(profile, profile, NULL), FACECORE_STATUS_NULL_ARGUMENT);
    EXPECT_STATUS(facecore_profile_shows_owner_of(profile, profile, &shows), FACECORE_STATUS_OK);
    EXPECT(shows == 1);
    EXPECT_STATUS(facecore_profile_merge(profile, other), FACECORE_STATUS_OK);
    EXPECT_STATUS(facecore_profile_merge(profile, profile), FACECORE_STATUS_OK);
    EXPECT_STATUS(facecore_profile_get_info(NULL, &info), FACECORE_STATUS_NULL_ARGUMENT);
    EXPECT_STATUS(facecore_profile_get_info(profile, NULL), FACECORE_STATUS_NULL_ARGUMENT);
    EXPECT_STATUS(facecore_profile_get_info(profile, &info), FACECORE_STATUS_OK);
    EXPECT(info.space == SPACE && info.embedding_length == 3 && info.slots == 2);
    EXPECT_STATUS(facecore_profile_get_slot(NULL, FACECORE_ROLE_OWNER, &slot), FACECORE_STATUS_NULL_ARGUMENT);
    EXPECT_STATUS(facecore_profile_get_slot(profile, FACECORE_ROLE_OWNER, NULL), FACECORE_STATUS_NULL_ARGUMENT);
    EXPECT_STATUS(facecore_profile_get_slot(profile, 0, &slot), FACECORE_STATUS_UNKNOWN_VALUE);
    EXPECT_STATUS(facecore_profile_get_slot(profile, FACECORE_ROLE_PARTNER, &slot), FACECORE_STATUS_OK);
    EXPECT(slot.photos == 2 && slot.faces == 2 && slot.coherence > 0.999f);
    EXPECT_STATUS(facecore_profile_get_slot(profile, FACECORE_ROLE_LOOK, &slot), FACECORE_STATUS_OK);
    EXPECT(slot.photos == 0 && slot.faces == 0 && slot.coherence == 0);
    facecore_embedding *mean = NULL;
    EXPECT_STATUS(facecore_embedding_mean(faces, 1, NULL), FACECORE_STATUS_NULL_ARGUMENT);
    EXPECT_STATUS(facecore_embedding_mean(NULL, 1, &mean), FACECORE_STATUS_NULL_ARGUMENT);
    EXPECT_STATUS(facecore_embedding_mean(NULL, 0, &mean), FACECORE_STATUS_EMBEDDING);
    EXPECT(mean == NULL);
    EXPECT_STATUS(facecore_embedding_mean(faces, 1, &mean), FACECORE_STATUS_OK);
    facecore_embedding_free(mean);
    facecore_profile_free(profile);
    facecore_profile_free(other);
    facecore_profile_free(foreign);
    facecore_embedding_free(one);
}

static facecore_photo *decoded(const char *testdata, const char *name) {
    char path[512];
    size_t length = 0;
    facecore_photo *photo = NULL;
    snprintf(path, sizeof path, "%s/photos/%s", testdata, name);
    unsigned char *bytes = read_file(path, &length);
    EXPECT_STATUS(facecore_photo_decode(bytes, length, NULL, &photo), FACECORE_STATUS_OK);
    free(bytes);
    return photo;
}

/* What is kept of a photo is what a session is given, and builds the same again. */
static void kept_photos(const facecore_engine *engine, const facecore_album_options *options, const char *testdata) {
    facecore_photo *pixels = decoded(testdata, "obama.jpg");
    facecore_profile_builder *album = builder(), *later = builder();
    facecore_stored_faces *kept = NULL;
    const facecore_stored_face *const *stored = NULL;
    size_t count = 0;
    facecore_album_photo known = photo_of(0);
    EXPECT_STATUS(facecore_album_read_stored(NULL, pixels, &known, options, &kept), FACECORE_STATUS_NULL_ARGUMENT);
    EXPECT_STATUS(facecore_album_read_stored(engine, NULL, &known, options, &kept), FACECORE_STATUS_NULL_ARGUMENT);
    EXPECT_STATUS(facecore_album_read_stored(engine, pixels, NULL, options, &kept), FACECORE_STATUS_NULL_ARGUMENT);
    EXPECT_STATUS(facecore_album_read_stored(engine, pixels, &known, options, NULL), FACECORE_STATUS_NULL_ARGUMENT);
    known.source = 9;
    EXPECT_STATUS(facecore_album_read_stored(engine, pixels, &known, options, &kept), FACECORE_STATUS_UNKNOWN_VALUE);
    EXPECT(kept == NULL);
    EXPECT_STATUS(facecore_stored_faces_get(NULL, &stored, &count), FACECORE_STATUS_NULL_ARGUMENT);
    for (uint64_t id = 0; id < 4; ++id) {
        const facecore_album_photo photo = photo_of(id);
        EXPECT_STATUS(facecore_profile_builder_add_photo(album, &photo), FACECORE_STATUS_OK);
    }
    facecore_album_session *session = NULL;
    EXPECT_STATUS(facecore_album_session_open(album, &session), FACECORE_STATUS_OK);
    EXPECT_STATUS(facecore_album_session_give_stored(NULL, 0, NULL, 0), FACECORE_STATUS_NULL_ARGUMENT);
    EXPECT_STATUS(facecore_album_session_give_stored(session, 0, NULL, 1), FACECORE_STATUS_NULL_ARGUMENT);
    EXPECT_STATUS(facecore_album_session_give_stored(session, 77, NULL, 0), FACECORE_STATUS_OPTION);
    for (uint64_t id = 0; id < 4; ++id) {
        const facecore_album_photo photo = photo_of(id);
        EXPECT_STATUS(facecore_album_read_stored(engine, pixels, &photo, options, &kept), FACECORE_STATUS_OK);
        EXPECT_STATUS(facecore_stored_faces_get(kept, NULL, &count), FACECORE_STATUS_NULL_ARGUMENT);
        EXPECT_STATUS(facecore_stored_faces_get(kept, &stored, NULL), FACECORE_STATUS_NULL_ARGUMENT);
        EXPECT_STATUS(facecore_stored_faces_get(kept, &stored, &count), FACECORE_STATUS_OK);
        EXPECT(count == 1 && stored[0] != NULL);
        EXPECT_STATUS(facecore_profile_builder_add_stored_face(later, id, 0, stored[0]), FACECORE_STATUS_OK);
        EXPECT_STATUS(facecore_album_session_give_stored(session, id, stored, count), FACECORE_STATUS_OK);
        facecore_stored_faces_free(kept);
    }
    facecore_build *builds[2] = {NULL, NULL};
    uint8_t bytes[2][2048];
    size_t lengths[2] = {0, 0};
    EXPECT_STATUS(facecore_album_session_finish(session, &builds[0]), FACECORE_STATUS_OK);
    EXPECT_STATUS(facecore_profile_builder_build(later, &builds[1]), FACECORE_STATUS_OK);
    for (int i = 0; i < 2; ++i) {
        facecore_profile *profile = NULL;
        EXPECT_STATUS(facecore_build_get_profile(builds[i], &profile), FACECORE_STATUS_OK);
        EXPECT_STATUS(facecore_profile_encode(profile, bytes[i], sizeof bytes[i], &lengths[i]), FACECORE_STATUS_OK);
        facecore_profile_free(profile);
        facecore_build_free(builds[i]);
    }
    EXPECT(lengths[0] > 100 && lengths[0] == lengths[1] && memcmp(bytes[0], bytes[1], lengths[0]) == 0);
    facecore_stored_faces_free(NULL);
    facecore_album_session_free(session);
    facecore_profile_builder_free(album);
    facecore_profile_builder_free(later);
    facecore_photo_free(pixels);

    float female = 0;
    EXPECT_STATUS(facecore_sex_from_name(NULL, &female), FACECORE_STATUS_NULL_ARGUMENT);
    EXPECT_STATUS(facecore_sex_from_name("Anna", NULL), FACECORE_STATUS_NULL_ARGUMENT);
    EXPECT_STATUS(facecore_sex_from_name("\xff", &female), FACECORE_STATUS_TEXT);
    EXPECT_STATUS(facecore_sex_from_name("Anna Maria Petrova", &female), FACECORE_STATUS_OK);
    EXPECT(female > 0.9f);
    EXPECT_STATUS(facecore_sex_from_name("", &female), FACECORE_STATUS_OK);
    EXPECT(isnan(female));
}

/* A real album: five photos of one man, one of three people without him, read as the session asks for them. */
static void real_album(const char *models, const char *testdata) {
    static const char *const names[] = {"obama.jpg", "obama2.jpg", "obama3.jpg", "obama_partial_face.jpg", "obama_partial_face2.jpg", "biden.jpg"};
    facecore_engine *engine = NULL, *detector = NULL;
    facecore_attributes *attributes = NULL;
    facecore_album_session *session = NULL;
    facecore_profile_builder *album = builder();
    facecore_album_options options;
    facecore_album_faces *faces = NULL;
    EXPECT_STATUS(facecore_engine_open(models, NULL, &engine), FACECORE_STATUS_OK);
    EXPECT_STATUS(facecore_engine_open_detector(NULL, &detector), FACECORE_STATUS_OK);
    EXPECT_STATUS(facecore_attributes_open(models, &attributes), FACECORE_STATUS_OK);
    facecore_album_options_init(&options, sizeof options);
    options.attributes = attributes;
    for (uint64_t id = 0; id < sizeof names / sizeof *names; ++id) {
        const facecore_album_photo photo = photo_of(id);
        EXPECT_STATUS(facecore_profile_builder_add_photo(album, &photo), FACECORE_STATUS_OK);
    }
    facecore_photo *pixels = decoded(testdata, names[0]);
    EXPECT_STATUS(facecore_album_read(NULL, pixels, NULL, &faces), FACECORE_STATUS_NULL_ARGUMENT);
    EXPECT_STATUS(facecore_album_read(engine, NULL, NULL, &faces), FACECORE_STATUS_NULL_ARGUMENT);
    EXPECT_STATUS(facecore_album_read(engine, pixels, NULL, NULL), FACECORE_STATUS_NULL_ARGUMENT);
    EXPECT_STATUS(facecore_album_read(detector, pixels, NULL, &faces), FACECORE_STATUS_NO_EMBEDDER);
    EXPECT(faces == NULL);
    EXPECT_STATUS(facecore_album_faces_get(NULL, NULL, NULL, NULL), FACECORE_STATUS_NULL_ARGUMENT);
    facecore_photo_free(pixels);

    EXPECT_STATUS(facecore_album_session_open(album, &session), FACECORE_STATUS_OK);
    facecore_profile_builder_free(album);
    const uint64_t *wanted = NULL;
    size_t count = 0;
    while (facecore_album_session_wants(session, &wanted, &count) == FACECORE_STATUS_OK && count > 0) {
        const uint64_t photo = wanted[0];
        const facecore_face *found = NULL;
        const facecore_album_face *const *known = NULL;
        pixels = decoded(testdata, names[photo]);
        EXPECT_STATUS(facecore_album_read(engine, pixels, photo == 1 ? NULL : &options, &faces), FACECORE_STATUS_OK);
        EXPECT_STATUS(facecore_album_faces_get(faces, &found, &known, &count), FACECORE_STATUS_OK);
        EXPECT(count >= 1 && known[0] != NULL && known[0]->score == found[0].score && known[0]->non_face == 0);
        EXPECT(known[0]->width == found[0].bounding_box.x2 - found[0].bounding_box.x1);
        EXPECT(photo == 1 ? isnan(known[0]->age) : known[0]->age > 20 && known[0]->age < 81 && known[0]->female < 0.5f);
        EXPECT_STATUS(facecore_album_session_give(session, photo, known, count), FACECORE_STATUS_OK);
        facecore_album_faces_free(faces);
        facecore_photo_free(pixels);
    }
    facecore_build *build = NULL;
    EXPECT_STATUS(facecore_album_session_finish(session, &build), FACECORE_STATUS_OK);
    const facecore_build_info info = info_of(build);
    const facecore_build_member *members = NULL;
    EXPECT_STATUS(facecore_build_get_members(build, &members, &count), FACECORE_STATUS_OK);
    EXPECT(info.outcome == FACECORE_BUILD_OUTCOME_BUILT && info.photos == 6 && count >= 3);
    for (size_t i = 0; i < count; ++i) {
        EXPECT(members[i].photo != 5);
    }
    facecore_album_faces_free(NULL);
    facecore_build_free(build);
    kept_photos(engine, &options, testdata);
    facecore_album_session_free(session);
    facecore_attributes_free(attributes);
    facecore_engine_free(detector);
    facecore_engine_free(engine);
}

int main(int argc, char **argv) {
    if (argc != 1 && argc != 3) {
        fprintf(stderr, "usage: album [MODELS TESTDATA]\n");
        return 2;
    }
    structs();
    builders();
    builds();
    sessions();
    opinions();
    stored_faces();
    profiles();
    if (argc == 3) {
        real_album(argv[1], argv[2]);
    }
    return expect_failures != 0;
}
