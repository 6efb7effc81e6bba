/* How the steps of a case are taken, and the cases of opinions and merged profiles. A part of cases.c; facecore/tests/cases/at_rest.rs says how they are
 * read. */

#ifndef AT_REST_H
#define AT_REST_H

#include <stdarg.h>

/* What the steps of a case work with. */
typedef struct kept {
    char folder[512];
    uint64_t space;
    size_t values;
    facecore_store *store;
    facecore_index *index;
    facecore_feedback *feedback;
    facecore_people *people;
    facecore_matcher *matcher;
} kept;

/* The answer of a step. */
static char line[1 << 14];
static size_t line_length;

static void say(const char *format, ...) {
    va_list values;
    va_start(values, format);
    const int length = vsnprintf(line + line_length, sizeof line - line_length, format, values);
    va_end(values);
    EXPECT(length >= 0 && line_length + (size_t)length < sizeof line);
    line_length += (size_t)length;
}

static void say_bits(float value) {
    uint32_t bits;
    memcpy(&bits, &value, sizeof bits);
    say(":%08x", (unsigned)bits);
}

/* A value as hex digits; a full stop if it is empty. */
static void say_bytes(const uint8_t *bytes, size_t length) {
    char *digits = hex(bytes, length);
    say("%s", length == 0 ? "." : digits);
    free(digits);
}

static void begin_case(const cJSON *test, kept *held) {
    memset(held, 0, sizeof *held);
    new_folder(held->folder, sizeof held->folder);
    held->space = strtoull(text(test, "space"), NULL, 16);
    held->values = (size_t)number(test, "values", 0);
}

static void each_step(const cJSON *test, kept *held, facecore_status (*take)(const cJSON *, const char *, kept *)) {
    const cJSON *step;
    cJSON_ArrayForEach(step, member(test, "steps")) {
        line_length = 0;
        line[0] = 0;
        const facecore_status status = take(step, text(step, "do"), held);
        if (status != FACECORE_STATUS_OK) {
            line_length = 0;
            say(" error %s", facecore_status_name(status));
        }
        const char *said = line + (line[0] == ' ');
        fprintf(answers, "%s %s\n", text(step, "do"), said);
        /* What a search finds it has compared itself. */
        const char *answer = text(step, "answer");
        EXPECT(answer == NULL ? status == FACECORE_STATUS_OK : strcmp(answer, said) == 0);
    }
}

static int is(const char *verb, const char *name) { return strcmp(verb, name) == 0; }

static uint64_t space_of(const cJSON *step, const kept *held) {
    const char *space = text(step, "space");
    return space == NULL ? held->space : strtoull(space, NULL, 16);
}

static uint64_t id_of(const cJSON *object, const char *name) { return (uint64_t)number(object, name, 0); }

static uint32_t small(const cJSON *object, const char *name) { return (uint32_t)number(object, name, 0); }

static uint64_t *ids_of(const cJSON *list, size_t *count) {
    *count = (size_t)cJSON_GetArraySize(list);
    uint64_t *ids = (uint64_t *)malloc((*count + 1) * sizeof *ids);
    size_t i = 0;
    const cJSON *item;
    cJSON_ArrayForEach(item, list) { ids[i++] = (uint64_t)item->valuedouble; }
    return ids;
}

/* `photo/face:opinion` of each, and whether the owner has opted out. */
static void say_opinions(const facecore_feedback *feedback) {
    facecore_face_opinion opinions[16];
    size_t count = 0;
    uint32_t opted_out = 0;
    EXPECT_STATUS(facecore_feedback_copy_opinions(feedback, opinions, 16, &count), FACECORE_STATUS_OK);
    for (size_t i = 0; i < count; ++i) {
        say(" %llu/%u:%u", (unsigned long long)opinions[i].photo, (unsigned)opinions[i].face, (unsigned)opinions[i].opinion);
    }
    EXPECT_STATUS(facecore_feedback_get_opted_out(feedback, &opted_out), FACECORE_STATUS_OK);
    say("%s", opted_out == 1 ? " opted-out" : "");
}

static facecore_status feedback_step(const cJSON *step, const char *verb, kept *held) {
    const uint64_t photo = id_of(step, "photo");
    const uint32_t face = small(step, "face");
    uint32_t found = 0;
    facecore_status status = FACECORE_STATUS_OK;
    if (is(verb, "apply")) {
        status = facecore_feedback_apply(held->feedback, photo, face, small(step, "opinion"), &found);
        say(" %u", (unsigned)found);
    } else if (is(verb, "forget")) {
        status = facecore_feedback_forget(held->feedback, photo, face);
    } else if (is(verb, "of")) {
        status = facecore_feedback_get_opinion(held->feedback, photo, face, &found);
        found == 0 ? say(" -") : say(" %u", (unsigned)found);
    } else if (is(verb, "may-propose")) {
        status = facecore_feedback_may_propose(held->feedback, photo, face, &found);
        say(" %u", (unsigned)found);
    } else if (is(verb, "opt-out") || is(verb, "opt-in")) {
        status = facecore_feedback_set_opted_out(held->feedback, is(verb, "opt-out"));
    } else {
        EXPECT(is(verb, "all"));
        say_opinions(held->feedback);
    }
    return status;
}

static facecore_status feedback(const cJSON *test, const cJSON *expected) {
    kept held;
    (void)expected;
    memset(&held, 0, sizeof held);
    EXPECT_STATUS(facecore_feedback_new(&held.feedback), FACECORE_STATUS_OK);
    each_step(test, &held, feedback_step);
    facecore_feedback_free(held.feedback);
    return FACECORE_STATUS_OK;
}

/* What a merged profile holds. */
static facecore_status put_merged(const facecore_profile *merged, const cJSON *expected) {
    uint8_t bytes[2048];
    size_t length = 0, embeddings = 0;
    int slots = 0;
    const facecore_status status = facecore_profile_encode(merged, bytes, sizeof bytes, &length);
    if (status != FACECORE_STATUS_OK) {
        return status;
    }
    char *digits = hex(bytes, length);
    fprintf(answers, "profile %s\n", digits);
    EXPECT(strcmp(digits, text(expected, "bytes")) == 0);
    free(digits);
    for (uint32_t role = FACECORE_ROLE_OWNER; role <= FACECORE_ROLE_LOOK; ++role) {
        facecore_profile_slot slot;
        slot.struct_size = sizeof slot;
        EXPECT_STATUS(facecore_profile_get_slot(merged, role, &slot), FACECORE_STATUS_OK);
        if (slot.faces > 0) {
            fprintf(answers, "slot %u %u %u", (unsigned)role, (unsigned)slot.photos, (unsigned)slot.faces);
            put_bits(&slot.coherence, 1);
            fputc('\n', answers);
            const cJSON *known = cJSON_GetArrayItem(member(expected, "slots"), slots++);
            const double numbers[3] = {role, slot.photos, slot.faces};
            for (int i = 0; i < 3; ++i) {
                EXPECT(numbers[i] == cJSON_GetArrayItem(known, i)->valuedouble);
            }
            EXPECT(fabs(slot.coherence - cJSON_GetArrayItem(known, 3)->valuedouble) < 1e-5);
        }
    }
    EXPECT(slots == cJSON_GetArraySize(member(expected, "slots")));
    for (uint32_t role = FACECORE_ROLE_OWNER; role <= FACECORE_ROLE_LOOK; ++role) {
        facecore_embedding *mean = NULL;
        EXPECT_STATUS(facecore_profile_get_embedding(merged, role, &mean), FACECORE_STATUS_OK);
        if (mean != NULL) {
            EXPECT_STATUS(facecore_embedding_encode(mean, FACECORE_ENCODING_F32, bytes, sizeof bytes, &length), FACECORE_STATUS_OK);
            digits = hex(bytes, length);
            fprintf(answers, "embedding %s\n", digits);
            free(digits);
            ++embeddings;
        }
        facecore_embedding_free(mean);
    }
    EXPECT((double)embeddings == number(expected, "embeddings", NAN));
    return status;
}

/* Profiles merged into the first of them, or into a new one where the case has a space. */
static facecore_status merge(const cJSON *test, const cJSON *expected) {
    facecore_profile *merged = NULL;
    facecore_status status = FACECORE_STATUS_OK;
    if (member(test, "values") != NULL) {
        status = facecore_profile_new(strtoull(text(test, "space"), NULL, 16), (size_t)number(test, "values", 0), &merged);
    }
    const cJSON *digits;
    cJSON_ArrayForEach(digits, member(test, "profiles")) {
        facecore_profile *next = NULL;
        size_t length = 0;
        unsigned char *bytes = unhex(digits->valuestring, &length);
        if (status == FACECORE_STATUS_OK) {
            status = facecore_profile_decode(bytes, length, merged == NULL ? &merged : &next);
        }
        if (status == FACECORE_STATUS_OK && next != NULL) {
            status = facecore_profile_merge(merged, next);
        }
        facecore_profile_free(next);
        free(bytes);
    }
    if (status == FACECORE_STATUS_OK) {
        status = put_merged(merged, expected);
    }
    facecore_profile_free(merged);
    return status;
}

#endif
