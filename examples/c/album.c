/* Whose album is it? Reads the photos that a session asks for, says why it is the owner, and writes the owner's profile.
 * Usage: album MODELS PROFILE PHOTO... */

#include <facecore.h>
#include <stdio.h>
#include <stdlib.h>

/* The bytes of a file, freed by the caller; NULL if it cannot be read. */
static uint8_t *read_file(const char *path, size_t *length) {
    FILE *file = fopen(path, "rb");
    uint8_t *bytes = NULL;
    if (file != NULL && fseek(file, 0, SEEK_END) == 0 && ftell(file) > 0) {
        *length = (size_t)ftell(file);
        rewind(file);
        bytes = malloc(*length);
        if (bytes != NULL && fread(bytes, 1, *length, file) != *length) {
            free(bytes);
            bytes = NULL;
        }
    }
    if (file != NULL) {
        fclose(file);
    }
    return bytes;
}

/* Gives the session the faces of a photo; none if it cannot be read, which is said. */
static facecore_status look_at(facecore_album_session *session, const facecore_engine *engine, uint64_t id, const char *path) {
    facecore_photo *photo = NULL;
    facecore_album_faces *faces = NULL;
    const facecore_album_face *const *known = NULL;
    size_t count = 0, length = 0;
    uint8_t *bytes = read_file(path, &length);
    if (facecore_photo_decode(bytes, bytes == NULL ? 0 : length, NULL, &photo) != FACECORE_STATUS_OK ||
        facecore_album_read(engine, photo, NULL, &faces) != FACECORE_STATUS_OK ||
        facecore_album_faces_get(faces, NULL, &known, &count) != FACECORE_STATUS_OK) {
        fprintf(stderr, "%s: %s\n", path, facecore_last_error_message());
    }
    const facecore_status status = facecore_album_session_give(session, id, known, count);
    facecore_album_faces_free(faces);
    facecore_photo_free(photo);
    free(bytes);
    return status;
}

static facecore_status look_at_all(facecore_album_session *session, const facecore_engine *engine, char **paths) {
    for (;;) {
        const uint64_t *wanted;
        size_t count;
        facecore_status status = facecore_album_session_wants(session, &wanted, &count);
        if (status != FACECORE_STATUS_OK || count == 0) {
            return status;
        }
        status = look_at(session, engine, wanted[0], paths[wanted[0]]);
        if (status != FACECORE_STATUS_OK) {
            return status;
        }
    }
}

/* Says how it ended, and writes the profile if there is one: 0 written, 1 nobody is clearly the owner. */
static int write_profile(const facecore_build *build, const char *path) {
    const char *explanation = "";
    facecore_profile *profile = NULL;
    size_t length = 0;
    facecore_build_get_explanation(build, &explanation);
    fputs(explanation, stdout);
    facecore_build_get_profile(build, &profile);
    if (profile == NULL) {
        return 1;
    }
    facecore_profile_encode(profile, NULL, 0, &length); /* asks for the size */
    uint8_t *bytes = malloc(length);
    FILE *file = fopen(path, "wb");
    int ok = bytes != NULL && file != NULL && facecore_profile_encode(profile, bytes, length, &length) == FACECORE_STATUS_OK;
    ok = ok && fwrite(bytes, 1, length, file) == length;
    ok = file != NULL && fclose(file) == 0 && ok;
    free(bytes);
    facecore_profile_free(profile);
    if (!ok) {
        fprintf(stderr, "cannot write %s\n", path);
    }
    return ok ? 0 : 2;
}

int main(int argc, char **argv) {
    if (argc < 4) {
        fprintf(stderr, "usage: album MODELS PROFILE PHOTO...\n");
        return 2;
    }
    facecore_engine *engine = NULL;
    facecore_engine_info info = {.struct_size = sizeof info};
    facecore_profile_builder *album = NULL;
    facecore_album_session *session = NULL;
    facecore_build *build = NULL;
    facecore_status status = facecore_engine_open(argv[1], NULL, &engine);
    if (status == FACECORE_STATUS_OK) {
        status = facecore_engine_get_info(engine, &info);
    }
    if (status == FACECORE_STATUS_OK) {
        status = facecore_profile_builder_new(info.space, &album);
    }
    for (int i = 3; i < argc && status == FACECORE_STATUS_OK; ++i) {
        facecore_album_photo photo; /* a service says more of it: selfies and avatars are looked at first */
        facecore_album_photo_init(&photo, sizeof photo);
        photo.id = (uint64_t)i;
        status = facecore_profile_builder_add_photo(album, &photo);
    }
    if (status == FACECORE_STATUS_OK) {
        status = facecore_album_session_open(album, &session);
    }
    if (status == FACECORE_STATUS_OK) {
        status = look_at_all(session, engine, argv);
    }
    if (status == FACECORE_STATUS_OK) {
        status = facecore_album_session_finish(session, &build);
    }
    int result = 2;
    if (status == FACECORE_STATUS_OK) {
        result = write_profile(build, argv[2]);
    } else {
        fprintf(stderr, "%s\n", facecore_last_error_message());
    }
    facecore_build_free(build);
    facecore_album_session_free(session);
    facecore_profile_builder_free(album);
    facecore_engine_free(engine);
    return result;
}
