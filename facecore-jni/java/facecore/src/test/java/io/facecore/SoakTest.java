package io.facecore;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Many photos through one engine: resident memory stays where it is, and nothing stays open. */
class SoakTest {
    private static final String[] FILES = {"formats/rgb.jpg", "hostile/cut.jpg", "formats/rgba.png", "formats/rgb.webp", "hostile/huge.png",
        "formats/grey16.png", "formats/cmyk.jpg", "hostile/text.jpg", "formats/palette.gif", "formats/rgb.bmp"};

    @Test
    void memoryIsFlat() throws Exception {
        final int photos = Integer.getInteger("facecore.photos", 4000);
        List<byte[]> bytes = new ArrayList<>();
        for (String file : FILES) {
            bytes.add(Data.photo(file));
        }
        long before = FaceCore.liveHandles();
        long start = System.nanoTime();
        long first = 0;
        long most = 0;
        int broken = 0;
        try (FaceEngine engine = FaceEngine.openDetector()) {
            for (int i = 0; i < photos; i++) {
                try (Photo photo = Photo.decode(bytes.get(i % bytes.size()))) {
                    engine.detect(photo);
                } catch (PhotoException expected) {
                    broken++;
                }
                if (i == photos / 10) {
                    first = resident();
                    most = first;
                } else if (i > photos / 10 && i % (photos / 50) == 0) {
                    most = Math.max(most, resident());
                }
            }
        }
        long last = resident();
        double seconds = (System.nanoTime() - start) / 1e9;
        System.out.printf("soak: %d photos (%d broken) in %.0f s, %.0f a second; resident %d MiB after a tenth, %d at most, %d at the end; %d handles live%n",
                photos, broken, seconds, photos / seconds, first >> 20, most >> 20, last >> 20, FaceCore.liveHandles() - before);
        assertEquals(before, FaceCore.liveHandles());
        assertEquals(photos / 10 * 3, broken);
        // The heap is of a fixed size (pom.xml); compiled code and the allocator's pages still settle after the first tenth.
        assertTrue(most < first + (24 << 20), () -> "resident memory grows");
    }

    /** Resident bytes of this process, as Linux counts them. */
    private static long resident() throws Exception {
        return Long.parseLong(Files.readString(Path.of("/proc/self/statm")).split(" ")[1]) * 4096;
    }
}
