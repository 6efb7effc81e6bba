package io.facecore;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/** What models a folder has, and whether their files are the ones of its manifest. Safe from all threads. */
public final class Models {
    static {
        NativeLibrary.load();
    }

    private Models() {}

    /**
     * The models of a folder.
     *
     * @param folder with {@code manifest.toml}
     * @return in the order of the manifest, unmodifiable
     * @throws ModelException if the manifest is missing or malformed
     */
    public static List<ModelInfo> list(Path folder) {
        Wire.Reader answer = new Wire.Reader(list0(new Wire.Writer().text(folder.toString()).record()));
        int count = answer.int32();
        List<ModelInfo> models = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            models.add(ModelInfo.read(answer));
        }
        return Collections.unmodifiableList(models);
    }

    /**
     * The embedder that is taken where nobody names one.
     *
     * @param folder with {@code manifest.toml}
     * @return its id, such as {@code facenet-ms1m-128}
     * @throws ModelException if the manifest is missing or malformed
     */
    public static String defaultModel(Path folder) {
        return new Wire.Reader(default0(new Wire.Writer().text(folder.toString()).record())).text();
    }

    /**
     * Compares the SHA-256 of a model's files with the manifest.
     *
     * @param folder with {@code manifest.toml}
     * @param id the model's id
     * @throws ModelException if a file is missing or is another one; the message names it
     */
    public static void verify(Path folder, String id) {
        verify0(new Wire.Writer().text(folder.toString()).text(id).record());
    }

    private static native byte[] list0(byte[] record);

    private static native byte[] default0(byte[] record);

    private static native void verify0(byte[] record);
}
