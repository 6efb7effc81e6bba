package io.facecore;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Where the tests' photos and models are. */
final class Data {
    static final Path ROOT = Path.of(System.getProperty("facecore.root"));
    static final Path MODELS = ROOT.resolve("models");
    static final Path TESTDATA = ROOT.resolve("testdata");

    private Data() {}

    static byte[] photo(String name) {
        try {
            return Files.readAllBytes(TESTDATA.resolve(name));
        } catch (IOException error) {
            throw new UncheckedIOException(error);
        }
    }
}
