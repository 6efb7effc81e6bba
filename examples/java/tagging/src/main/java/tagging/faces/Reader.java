package tagging.faces;

import io.facecore.AlbumFace;
import io.facecore.AlbumReader;
import io.facecore.BoundingBox;
import io.facecore.Budget;
import io.facecore.DetectOptions;
import io.facecore.FaceEngine;
import io.facecore.FaceQuality;
import io.facecore.FoundFace;
import io.facecore.Limits;
import io.facecore.Photo;
import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import javax.imageio.ImageIO;
import tagging.album.SeenFace;

/** Photo → its faces, and the picture that is kept of it: upright, shrunk, without the metadata of the upload. */
public final class Reader {
    /** The largest upload, bytes. */
    public static final int MOST_BYTES = 16 << 20;

    private static final Limits LIMITS = Limits.forUploads().withMaxBytes(MOST_BYTES).withShrinkAbove(2_000_000);
    private static final DetectOptions OPTIONS = DetectOptions.forUploads().withBudget(Budget.within(Duration.ofSeconds(2)).withMaxFaces(50));
    /** A face below this width has no name suggested: there is too little of it. */
    private static final float SMALLEST_WIDTH = 32;

    /**
     * A face with what the album keeps of it.
     *
     * @param seen where it is
     * @param face present where it can be compared
     * @param quality 0 to 1
     */
    public record Read(SeenFace seen, Optional<AlbumFace> face, float quality) {
        /** Its box as facecore has it. */
        BoundingBox box() {
            return new BoundingBox(seen.x1(), seen.y1(), seen.x2(), seen.y2());
        }
    }

    /**
     * A photo that was read.
     *
     * @param jpeg the picture to keep
     * @param width of the picture
     * @param height of the picture
     * @param faces in the detector's order
     */
    public record Picture(byte[] jpeg, int width, int height, List<Read> faces) {
    }

    private final AlbumReader reader;

    public Reader(FaceEngine engine) {
        reader = new AlbumReader(engine, OPTIONS);
    }

    /**
     * Reads an upload, which is not trusted.
     *
     * @throws io.facecore.PhotoException if it is no photo, or one beyond the limits
     */
    public Picture read(byte[] upload) throws IOException {
        try (Photo photo = Photo.decode(upload, LIMITS)) {
            List<Read> faces = new ArrayList<>();
            for (FoundFace found : reader.read(photo)) {
                faces.add(faceOf(photo, found));
            }
            return new Picture(jpegOf(photo), photo.width(), photo.height(), List.copyOf(faces));
        }
    }

    private static Read faceOf(Photo photo, FoundFace found) {
        BoundingBox box = found.face().box();
        Optional<AlbumFace> usable = found.usable().filter(face -> box.width() >= SMALLEST_WIDTH);
        boolean none = usable.map(AlbumFace::isNonFace).orElse(false);
        SeenFace.Kind kind = none ? SeenFace.Kind.NO_FACE : usable.isPresent() ? SeenFace.Kind.CLEAR : SeenFace.Kind.SMALL;
        SeenFace seen = new SeenFace(box.x1(), box.y1(), box.x2(), box.y2(), kind, null, null);
        return new Read(seen, usable, usable.isPresent() ? FaceQuality.measure(photo, found.face()).value() : Float.NaN);
    }

    private static byte[] jpegOf(Photo photo) throws IOException {
        byte[] rgb = photo.toRgb();
        BufferedImage image = new BufferedImage(photo.width(), photo.height(), BufferedImage.TYPE_INT_RGB);
        int[] pixels = new int[photo.width() * photo.height()];
        for (int i = 0; i < pixels.length; i++) {
            pixels[i] = (rgb[3 * i] & 255) << 16 | (rgb[3 * i + 1] & 255) << 8 | rgb[3 * i + 2] & 255;
        }
        image.setRGB(0, 0, photo.width(), photo.height(), pixels, 0, photo.width());
        return jpegOf(image);
    }

    /** The face cut out of a kept picture, with a little around it. */
    public static byte[] cut(byte[] jpeg, SeenFace face) throws IOException {
        BufferedImage image = ImageIO.read(new ByteArrayInputStream(jpeg));
        int side = Math.round(1.4f * Math.max(face.x2() - face.x1(), face.y2() - face.y1()));
        int left = Math.max(0, Math.round((face.x1() + face.x2() - side) / 2));
        int top = Math.max(0, Math.round((face.y1() + face.y2() - side) / 2));
        int width = Math.max(1, Math.min(side, image.getWidth() - left));
        int height = Math.max(1, Math.min(side, image.getHeight() - top));
        return jpegOf(image.getSubimage(Math.min(left, image.getWidth() - width), Math.min(top, image.getHeight() - height), width, height));
    }

    private static byte[] jpegOf(BufferedImage image) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        ImageIO.write(image, "jpeg", bytes);
        return bytes.toByteArray();
    }
}
