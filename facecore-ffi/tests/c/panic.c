/* A panic inside is a status with a message, and the next call works. Links the library built with the feature test-panic. */

#include <string.h>

#include "expect.h"
#include "facecore.h"

facecore_status facecore_test_panic(void);

int main(void) {
    for (int round = 0; round < 100; ++round) {
        EXPECT_STATUS(facecore_test_panic(), FACECORE_STATUS_PANIC);
        EXPECT(strstr(facecore_last_error_message(), "deliberate") != NULL);
        facecore_candidates *candidates = NULL;
        EXPECT_STATUS(facecore_candidates_new(&candidates), FACECORE_STATUS_OK);
        facecore_candidates_free(candidates);
    }
    return expect_failures != 0;
}
