package io.facecore;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** What goes wrong is an exception of the right class with the right code, and the next call works. */
class FailureTest {
    @Test
    void aPanicIsAnExceptionAndTheNextCallWorks() {
        try (FaceEngine engine = FaceEngine.openDetector()) {
            for (int round = 0; round < 100; round++) {
                InternalException caught = assertThrows(InternalException.class, PanicProbe::panic);
                assertEquals(ErrorCode.PANIC, caught.code());
                assertTrue(caught.getMessage().contains("deliberate"), caught.getMessage());
            }
            assertEquals(1, engine.detect(Data.photo("photos/astronaut.jpg"), Limits.DEFAULT, DetectOptions.DEFAULT).faces().size());
        }
    }

    @Test
    void errorCodesAreTheNativeTable() {
        Wire.Reader table = new Wire.Reader(FaceCore.statuses());
        assertEquals(ErrorCode.values().length, table.int32());
        for (ErrorCode code : ErrorCode.values()) {
            assertEquals(code.number(), table.int32());
            assertEquals(code.name().toLowerCase(java.util.Locale.ROOT).replace('_', '-'), table.text());
            String exception = table.text();
            assertEquals(code.kind().exception, exception);
            if (code != ErrorCode.OK) {
                assertEquals(exception, FaceCoreException.of(code.number(), "why").getClass().getSimpleName());
            }
        }
        assertEquals(ErrorCode.INTERNAL, ErrorCode.of(12345));
    }

    @Test
    void versionsAgree() throws Exception {
        assertEquals(FaceCore.VERSION, FaceCore.nativeVersion());
        assertEquals(List.of("jpg", "png", "webp", "bmp", "gif", "tiff"), Photo.formats().subList(0, 6));
        assertTrue(Files.readString(Data.ROOT.resolve("Cargo.toml")).contains("version = \"" + FaceCore.VERSION + "\""));
        assertTrue(Files.readString(Data.ROOT.resolve("facecore-jni/java/pom.xml")).contains("<version>" + FaceCore.VERSION + "</version>"));
        assertTrue(FaceCore.isSupported() && FaceCore.unsupportedReason().isEmpty());
    }

    @Test
    void hostileFilesAreExceptions() {
        try (FaceEngine engine = FaceEngine.openDetector()) {
            for (String file : List.of("empty.jpg", "cut.jpg", "header-only.jpg", "huge.png", "text.jpg")) {
                byte[] bytes = Data.photo("hostile/" + file);
                ErrorCode expected = file.equals("text.jpg")
                        ? ErrorCode.UNKNOWN_FORMAT
                        : file.equals("cut.jpg") ? ErrorCode.DAMAGED : ErrorCode.DECODE;
                assertEquals(expected, assertThrows(PhotoException.class, () -> Photo.decode(bytes)).code(), file);
                assertThrows(PhotoException.class, () -> engine.detect(bytes, Limits.DEFAULT, DetectOptions.DEFAULT), file);
            }
            byte[] whole = Data.photo("formats/rgb.png");
            for (int at = 0; at < whole.length; at += 7) {
                byte[] broken = whole.clone();
                broken[at] ^= 0x55;
                try (Photo photo = Photo.decode(broken)) {
                    engine.detect(photo);
                } catch (PhotoException expected) {
                    assertTrue(expected.code().number() / 100 == 2, () -> expected.code().toString());
                }
            }
        }
    }

    @Test
    void whatIsWholeOfAPhotoCanBeKept() {
        byte[] cut = Data.photo("hostile/cut.jpg");
        assertEquals(ErrorCode.DAMAGED, assertThrows(PhotoException.class, () -> Photo.decode(cut)).code());
        try (Photo photo = Photo.decode(cut, Limits.DEFAULT.withDamage(Damage.KEEP)); Photo whole = Photo.decode(Data.photo("photos/astronaut.jpg"))) {
            assertTrue(photo.isDamaged() && photo.width() > 0 && !whole.isDamaged());
        }
    }

    @Test
    void missingAndAlteredModelsAreNamed(@org.junit.jupiter.api.io.TempDir Path folder) throws Exception {
        assertEquals(ErrorCode.MODEL, assertThrows(ModelException.class, () -> FaceEngine.open(folder)).code());
        Files.copy(Data.MODELS.resolve("manifest.toml"), folder.resolve("manifest.toml"));
        Files.write(folder.resolve("facenet-ms1m-128.onnx"), "no network".getBytes(StandardCharsets.UTF_8));
        ModelException altered = assertThrows(ModelException.class, () -> FaceEngine.open(folder));
        assertTrue(altered.getMessage().contains("facenet-ms1m-128.onnx") && altered.getMessage().contains("SHA-256"), altered.getMessage());
        assertThrows(ModelException.class, () -> FaceEngine.open(Data.MODELS, EngineOptions.DEFAULT.withModel("no-such-model")));
        assertThrows(ModelException.class, () -> Models.verify(Data.MODELS, "no-such-model"));
        Models.verify(Data.MODELS, "mtcnn");
        List<ModelInfo> models = Models.list(Data.MODELS);
        Set<String> kinds = new HashSet<>();
        for (ModelInfo model : models) {
            kinds.add(model.kind());
            assertEquals(model.kind().equals("embedder"), model.space().isPresent(), model::toString);
            assertEquals(model.kind().equals("embedder"), model.embeddingLength() > 0, model::toString);
        }
        assertEquals(Set.of("detector", "embedder", "attributes"), kinds);
        assertEquals("mtcnn", models.get(0).id());
        String chosen = Models.defaultModel(Data.MODELS);
        assertTrue(models.stream().anyMatch(model -> model.id().equals(chosen) && model.kind().equals("embedder")), chosen);
        try (FaceEngine engine = FaceEngine.open(Data.MODELS)) {
            assertEquals(chosen, engine.model().orElseThrow());
        }
        assertThrows(ModelException.class, () -> Models.defaultModel(folder.resolve("none")));
    }

    @Test
    void nullIsANullPointerException() {
        assertThrows(NullPointerException.class, () -> Photo.decode(null));
        assertThrows(NullPointerException.class, () -> Photo.decode(new byte[1], null));
        assertThrows(NullPointerException.class, () -> Embedding.decode(null));
        assertThrows(NullPointerException.class, () -> new Candidate(null, List.of()));
        try (FaceEngine engine = FaceEngine.openDetector()) {
            assertThrows(NullPointerException.class, () -> engine.detect((Photo) null));
            assertThrows(NullPointerException.class, () -> engine.detect((byte[]) null, Limits.DEFAULT, DetectOptions.DEFAULT));
        }
    }

    @Test
    void numbersOutsideTheirRangeAreRefused() {
        assertThrows(IllegalArgumentException.class, () -> Limits.DEFAULT.withMaxBytes(-1));
        assertThrows(IllegalArgumentException.class, () -> Budget.DEFAULT.withMaxFaces(-1));
        assertThrows(IllegalArgumentException.class, () -> Budget.within(java.time.Duration.ZERO));
        assertThrows(IllegalArgumentException.class, () -> SpaceId.parse("xyz"));
        try (FaceEngine engine = FaceEngine.openDetector(); Photo photo = Photo.decode(Data.photo("formats/rgb.png"))) {
            for (DetectOptions wrong : List.of(DetectOptions.DEFAULT.withMtcnn(MtcnnOptions.DEFAULT.withFactor(2)),
                    DetectOptions.DEFAULT.withYunet(YunetOptions.DEFAULT.withThreshold(Float.NaN)),
                    DetectOptions.DEFAULT.withYunet(YunetOptions.DEFAULT.withOverlap(-1)), DetectOptions.DEFAULT.withMinFace(0))) {
                FaceCoreException factor = assertThrows(FaceCoreException.class, () -> engine.detect(photo, wrong));
                assertEquals(ErrorCode.OPTION, factor.code());
            }
            ModelException detector = assertThrows(ModelException.class, () -> engine.embed(photo, List.of()));
            assertEquals(ErrorCode.NO_EMBEDDER, detector.code());
        }
    }
}
