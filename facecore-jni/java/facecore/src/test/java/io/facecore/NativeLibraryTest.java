package io.facecore;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What the library is called on every platform, also on those that no test runs on. */
class NativeLibraryTest {
    private static final String MUSL = "7f06a000-7f06b000 r--p 00000000 08:01 13 /lib/ld-musl-x86_64.so.1\n7f06c000-7f06d000 r--p 00000000 08:01 14 /lib/ld-musl-aarch64.so.1\n";
    private static final String GLIBC = "7f06a000-7f06b000 r--p 00000000 08:01 13 /usr/lib/x86_64-linux-gnu/libc.so.6\n";

    @ParameterizedTest
    @CsvSource({
        "Linux,      amd64,   false, /native/linux-x86_64/libfacecore_jni.so",
        "Linux,      aarch64, false, /native/linux-aarch64/libfacecore_jni.so",
        "Linux,      amd64,   true,  /native/linux-x86_64-musl/libfacecore_jni.so",
        "Linux,      aarch64, true,  /native/linux-aarch64-musl/libfacecore_jni.so",
        "Windows 11, amd64,   false, /native/windows-x86_64/facecore_jni.dll",
        "Windows Server 2022, amd64, false, /native/windows-x86_64/facecore_jni.dll",
        "Windows 11, aarch64, false, /native/windows-aarch64/facecore_jni.dll",
        "Mac OS X,   x86_64,  false, /native/macos-x86_64/libfacecore_jni.dylib",
        "Mac OS X,   aarch64, false, /native/macos-aarch64/libfacecore_jni.dylib",
    })
    void hasItsPlaceInTheJar(String system, String processor, boolean musl, String place) {
        String platform = NativeLibrary.platform(system, processor, musl ? MUSL : GLIBC);
        assertEquals(place, NativeLibrary.resource(platform));
    }

    @Test
    void muslIsToldByTheLoaderOfThisProcessorOnly() {
        assertEquals("linux-x86_64", NativeLibrary.platform("Linux", "amd64", MUSL.lines().skip(1).findFirst().orElseThrow()));
        assertEquals("linux-x86_64-musl", NativeLibrary.platform("Linux", "amd64", MUSL));
        assertEquals("macos-aarch64", NativeLibrary.platform("Mac OS X", "arm64", MUSL));
    }

    @Test
    void onThisPlatformTheNameIsTheSystemsOwn() {
        String place = NativeLibrary.resource(NativeLibrary.platform());
        assertTrue(place.endsWith("/" + System.mapLibraryName("facecore_jni")), place);
    }
}
