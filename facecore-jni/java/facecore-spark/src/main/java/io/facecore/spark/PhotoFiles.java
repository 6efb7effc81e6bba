package io.facecore.spark;

import io.facecore.Limits;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Paths;
import java.util.concurrent.TimeUnit;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;

/** Reads photos' files from any file system that Hadoop knows, no more of them a second than allowed. */
final class PhotoFiles {
    private final Path root;
    private final Configuration configuration;
    private final long nanosBetween;
    private long next = System.nanoTime();

    /** {@code mostPerSecond} 0 is no bound. */
    PhotoFiles(String root, Configuration configuration, double mostPerSecond) {
        this.root = new Path(root);
        this.configuration = configuration;
        nanosBetween = mostPerSecond > 0 ? (long) (TimeUnit.SECONDS.toNanos(1) / mostPerSecond) : 0;
    }

    byte[] read(String file) throws IOException {
        await();
        Path path = new Path(root, file);
        FileSystem system = path.getFileSystem(configuration);
        FileStatus status = system.getFileStatus(path);
        // A pipe would be waited for, for ever; Hadoop takes it for a file.
        boolean isPipe = "file".equals(system.getUri().getScheme()) && !Files.isRegularFile(Paths.get(path.toUri().getPath()));
        if (!status.isFile() || isPipe) {
            throw new IOException("this is no file");
        }
        int limit = Limits.DEFAULT.maxBytes();
        try (InputStream input = system.open(path)) {
            byte[] bytes = input.readNBytes(limit);
            if (input.read() >= 0) {
                throw new IOException("it has more than " + limit + " bytes");
            }
            return bytes;
        }
    }

    private void await() throws IOException {
        long wait;
        synchronized (this) {
            long now = System.nanoTime();
            next = Math.max(next, now - nanosBetween) + nanosBetween;
            wait = next - now;
        }
        try {
            TimeUnit.NANOSECONDS.sleep(wait);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", interrupted);
        }
    }
}
