/* A check that says what failed and goes on; main returns expect_failures. */
#ifndef EXPECT_H
#define EXPECT_H

#include <stdio.h>

static int expect_failures = 0;

#define EXPECT(condition)                                                            \
    do {                                                                             \
        if (!(condition)) {                                                          \
            ++expect_failures;                                                       \
            fprintf(stderr, "%s:%d: not so: %s\n", __FILE__, __LINE__, #condition);  \
        }                                                                            \
    } while (0)

/* The call returns this status, and where it fails there is a message. */
#define EXPECT_STATUS(call, expected)                                                                              \
    do {                                                                                                           \
        const facecore_status status_ = (call);                                                                    \
        if (status_ != (expected)) {                                                                               \
            ++expect_failures;                                                                                     \
            fprintf(stderr, "%s:%d: %s gave %s (%s), not %s\n", __FILE__, __LINE__, #call, facecore_status_name(status_), \
                    facecore_last_error_message(), facecore_status_name(expected));                                \
        } else if (status_ != FACECORE_STATUS_OK) {                                                                \
            EXPECT(facecore_last_error_message()[0] != 0);                                                         \
        }                                                                                                          \
    } while (0)

#endif
