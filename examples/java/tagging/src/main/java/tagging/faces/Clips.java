package tagging.faces;

import io.facecore.BoundingBox;
import io.facecore.ClipPerson;
import io.facecore.FaceEngine;
import io.facecore.KeptFace;
import io.facecore.Limits;
import io.facecore.Matcher;
import io.facecore.Orientation;
import io.facecore.Photo;
import io.facecore.PixelFormat;
import io.facecore.Track;
import io.facecore.TrackedFace;
import io.facecore.Tracker;
import io.facecore.TrackerOptions;
import io.facecore.Tracks;
import java.awt.Graphics2D;
import java.awt.RenderingHints;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import javax.imageio.ImageIO;

/** A clip → one picture with the best view of everybody who is in it, which is then read as any photo. */
public final class Clips {
    /** The largest upload, bytes. */
    public static final int MOST_BYTES = 64 << 20;

    /** The side of a face's tile in the picture; the face is about half of it. */
    private static final int TILE = 240;
    private static final int MOST_TILES = 300;
    private static final int MOST_PEOPLE = 25;

    /** A clip that cannot be read; the message is for people. */
    public static final class Unread extends Exception {
        private static final long serialVersionUID = 1;

        Unread(String message) {
            super(message);
        }
    }

    /** A view that a track kept: the track's number in the stream, and when. */
    private record View(int track, Duration at) {
    }

    private final FaceEngine engine;
    private final Matcher matcher;

    /**
     * @param engine finds and embeds faces
     * @param matcher of the engine's space
     */
    public Clips(FaceEngine engine, Matcher matcher) {
        this.engine = engine;
        this.matcher = matcher;
    }

    /**
     * Follows the faces of an upload, which is not trusted, and lays out the best view of each person; without any the first picture of the clip.
     *
     * @return a PNG
     * @throws Unread if it is no clip, or the program that decodes is not installed
     */
    public byte[] sheet(byte[] upload) throws IOException, Unread {
        Path file = Files.createTempFile("clip", ".upload");
        try {
            Files.write(file, upload);
            return sheet(file);
        } finally {
            Files.delete(file);
        }
    }

    private byte[] sheet(Path file) throws IOException, Unread {
        Map<View, BufferedImage> tiles = new HashMap<>();
        BufferedImage first = null;
        try (Decoder decoder = new Decoder(file); Tracker tracker = new Tracker(TrackerOptions.DEFAULT)) {
            for (Decoder.Frame frame = decoder.next(); frame != null; frame = decoder.next()) {
                first = first == null ? frame.image() : first;
                Duration at = frame.at();
                List<TrackedFace> kept = push(tracker, frame).stream().filter(TrackedFace::isKept).toList();
                if (!kept.isEmpty() && tiles.size() < MOST_TILES) {
                    BufferedImage image = frame.image();
                    kept.forEach(face -> tiles.put(new View(face.track(), at), tile(image, face.box())));
                }
            }
            if (first == null) {
                throw new Unread("This file is no clip that can be read. Choose an MP4, MOV, WebM, MKV or AVI.");
            }
            try (Tracks tracks = tracker.finish()) {
                List<BufferedImage> best = best(tracks, tiles);
                return png(best.isEmpty() ? first : grid(best));
            }
        }
    }

    private List<TrackedFace> push(Tracker tracker, Decoder.Frame frame) {
        try (Photo photo = Photo.ofPixels(frame.rgb(), frame.width(), frame.height(), 3 * frame.width(), PixelFormat.RGB, Orientation.UPRIGHT,
                Limits.DEFAULT)) {
            return tracker.push(engine, photo, frame.at());
        }
    }

    /** The best view of each person, whoever it is. */
    private List<BufferedImage> best(Tracks tracks, Map<View, BufferedImage> tiles) {
        List<BufferedImage> found = new ArrayList<>();
        float same = (float) engine.defaultThreshold().orElseThrow();
        for (ClipPerson person : tracks.people(same, matcher, List.of())) {
            Stream<Track> seen = person.tracks().stream().filter(track -> track.best().isPresent());
            seen.max(Comparator.comparing(track -> track.best().get().weight())).map(track -> tile(track, tiles)).ifPresent(found::add);
        }
        return found.size() > MOST_PEOPLE ? found.subList(0, MOST_PEOPLE) : found;
    }

    /** The tile of a track's best view, which the stream may have told under an earlier number of it. */
    private static BufferedImage tile(Track track, Map<View, BufferedImage> tiles) {
        KeptFace best = track.best().orElseThrow();
        Stream<Integer> numbers = Stream.concat(Stream.of(track.id()), track.absorbed().stream());
        return numbers.map(number -> tiles.get(new View(number, best.at()))).filter(Objects::nonNull).findFirst().orElse(null);
    }

    private static BufferedImage tile(BufferedImage frame, BoundingBox box) {
        float half = Math.max(box.width(), box.height());
        float x = (box.x1() + box.x2()) / 2;
        float y = (box.y1() + box.y2()) / 2;
        float scale = TILE / (2 * half);
        BufferedImage tile = new BufferedImage(TILE, TILE, BufferedImage.TYPE_INT_RGB);
        Graphics2D graphics = tile.createGraphics();
        graphics.setRenderingHint(RenderingHints.KEY_INTERPOLATION, RenderingHints.VALUE_INTERPOLATION_BILINEAR);
        graphics.scale(scale, scale);
        graphics.translate(half - x, half - y);
        graphics.drawImage(frame, 0, 0, null);
        graphics.dispose();
        return tile;
    }

    private static BufferedImage grid(List<BufferedImage> tiles) {
        int columns = (int) Math.ceil(Math.sqrt(tiles.size()));
        int rows = (tiles.size() + columns - 1) / columns;
        BufferedImage sheet = new BufferedImage(columns * TILE, rows * TILE, BufferedImage.TYPE_INT_RGB);
        Graphics2D graphics = sheet.createGraphics();
        for (int i = 0; i < tiles.size(); i++) {
            graphics.drawImage(tiles.get(i), i % columns * TILE, i / columns * TILE, null);
        }
        graphics.dispose();
        return sheet;
    }

    private static byte[] png(BufferedImage image) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        ImageIO.write(image, "png", bytes);
        return bytes.toByteArray();
    }
}
