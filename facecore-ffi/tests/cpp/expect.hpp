// What the tests of the C++ owners check calls with.
#ifndef EXPECT_HPP
#define EXPECT_HPP

#include <cstring>

#include "../c/expect.h"
#include "facecore.hpp"

/// A call that must throw the error of a status.
template <typename Call>
void expect_error(facecore_status status, Call &&call) {
    try {
        call();
    } catch (const facecore::Error &error) {
        EXPECT(error.status() == status);
        EXPECT(std::strlen(error.what()) > 0 && error.name() == facecore_status_name(status));
        return;
    }
    EXPECT(!"an exception was expected");
}

#endif
