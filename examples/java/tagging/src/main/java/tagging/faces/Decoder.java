package tagging.faces;

import java.awt.image.BufferedImage;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/** The frames of a clip, by the program {@code ffmpeg} and a pipe. What it cannot read, or not in time, ends the frames. */
final class Decoder implements AutoCloseable {
    /** Files of video, and no list of other files or addresses: a playlist that somebody uploads must not make ffmpeg read what it names. */
    private static final String FORMATS = "mov,mp4,m4a,3gp,3g2,mj2,matroska,webm,avi";
    private static final String MOST_PIXELS = "20000000";
    /** What is looked at of a clip. */
    private static final int SECONDS = 30;
    private static final int FRAMES_A_SECOND = 12;
    /** How long looking at it may take; it must be over before the server gives up the request. */
    private static final int PATIENCE = 25;
    private static final int SIDE = 1280;
    private static final String SCALE = "scale=w='min(" + SIDE + ",iw)':h='min(" + SIDE + ",ih)':force_original_aspect_ratio=decrease";

    /**
     * A picture of the clip.
     *
     * @param rgb its pixels, row by row
     * @param width in pixels
     * @param height in pixels
     * @param at its time
     */
    record Frame(byte[] rgb, int width, int height, Duration at) {
        BufferedImage image() {
            BufferedImage image = new BufferedImage(width, height, BufferedImage.TYPE_INT_RGB);
            int[] pixels = new int[width * height];
            for (int i = 0; i < pixels.length; i++) {
                pixels[i] = (rgb[3 * i] & 255) << 16 | (rgb[3 * i + 1] & 255) << 8 | rgb[3 * i + 2] & 255;
            }
            image.setRGB(0, 0, width, height, pixels, 0, width);
            return image;
        }
    }

    private final Process ffmpeg;
    private final InputStream pictures;
    private long frames;

    Decoder(Path file) throws Clips.Unread {
        List<String> command = List.of("ffmpeg", "-v", "error", "-nostdin", "-format_whitelist", FORMATS, "-protocol_whitelist", "file", "-max_pixels",
                MOST_PIXELS,
                "-threads", "1", "-i", "file:" + file, "-map", "0:v:0", "-an", "-sn", "-dn", "-t", "" + SECONDS, "-r", "" + FRAMES_A_SECOND, "-vf", SCALE,
                "-f", "image2pipe", "-c:v", "ppm", "-");
        try {
            ffmpeg = new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.DISCARD).start();
        } catch (IOException missing) {
            throw new Clips.Unread("Clips cannot be read here, since the program ffmpeg is not installed. Photos can.");
        }
        CompletableFuture.delayedExecutor(PATIENCE, TimeUnit.SECONDS).execute(ffmpeg::destroyForcibly);
        pictures = new BufferedInputStream(ffmpeg.getInputStream(), 1 << 16);
    }

    /** The next frame; null at the end. */
    Frame next() throws IOException {
        if (!line().equals("P6")) {
            return null;
        }
        String[] sides = line().split(" ");
        if (sides.length != 2 || !line().equals("255")) {
            return null;
        }
        int width = Integer.parseInt(sides[0]);
        int height = Integer.parseInt(sides[1]);
        byte[] rgb = pictures.readNBytes(3 * width * height);
        Duration at = Duration.ofSeconds(frames).dividedBy(FRAMES_A_SECOND);
        frames++;
        return rgb.length == 3 * width * height ? new Frame(rgb, width, height, at) : null;
    }

    private String line() throws IOException {
        byte[] text = new byte[32];
        int length = 0;
        for (int next = pictures.read(); next >= 0 && next != '\n' && length < text.length; next = pictures.read()) {
            text[length++] = (byte) next;
        }
        return new String(text, 0, length, StandardCharsets.US_ASCII);
    }

    @Override
    public void close() {
        ffmpeg.destroyForcibly();
    }
}
