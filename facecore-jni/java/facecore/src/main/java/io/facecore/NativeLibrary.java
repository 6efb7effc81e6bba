package io.facecore;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/**
 * Finds the native library, once: the property {@code facecore.library.path} (a file or a folder; nothing else is tried then), then
 * {@code java.library.path}, then this jar, from which it is extracted into {@code facecore.tmpdir} (or a folder of the user's own in
 * {@code java.io.tmpdir}) under a name made from its hash.
 */
final class NativeLibrary {
    private static final String NAME = "facecore_jni";
    private static final String FILE = System.mapLibraryName(NAME);

    private static boolean loaded;
    private static String failure;

    private NativeLibrary() {}

    static synchronized void load() {
        if (!loaded && failure == null) {
            try {
                String origin = find();
                String version = FaceCore.loadedVersion();
                if (version.equals(FaceCore.VERSION)) {
                    loaded = true;
                } else {
                    failure = origin + " is version " + version + ", the jar is " + FaceCore.VERSION + "; use the two of one version";
                }
            } catch (UnsatisfiedLinkError | IOException | SecurityException error) {
                failure = error.getMessage();
            }
        }
        if (failure != null) {
            throw new UnsatisfiedLinkError("facecore's native library: " + failure);
        }
    }

    /** Loads the library and says from where. */
    private static String find() throws IOException {
        String override = System.getProperty("facecore.library.path");
        if (override != null) {
            Path path = Path.of(override);
            return load(Files.isDirectory(path) ? path.resolve(FILE) : path);
        }
        List<String> tried = new ArrayList<>();
        try {
            System.loadLibrary(NAME);
            return FILE + " of java.library.path";
        } catch (UnsatisfiedLinkError error) {
            tried.add("java.library.path: " + error.getMessage());
        }
        String resource = resource(platform());
        try (InputStream stream = NativeLibrary.class.getResourceAsStream(resource)) {
            if (stream != null) {
                return load(extract(stream.readAllBytes()));
            }
            tried.add("the jar has no " + resource);
        } catch (UnsatisfiedLinkError error) {
            tried.add("the jar's " + resource + ": " + error.getMessage()
                    + " (if the folder is mounted noexec, name another with -Dfacecore.tmpdir=FOLDER)");
        }
        throw new UnsatisfiedLinkError("not found for " + platform() + ". Tried " + String.join("; ", tried)
                + ". -Dfacecore.library.path=FILE names one");
    }

    private static String load(Path file) {
        System.load(file.toAbsolutePath().toString());
        return file.toString();
    }

    /** Such as {@code linux-x86_64}. */
    static String platform() {
        return platform(System.getProperty("os.name"), System.getProperty("os.arch"), mapped());
    }

    /** The files that are mapped into this process, as Linux tells them; nothing elsewhere. */
    private static String mapped() {
        try {
            return Files.readString(Path.of("/proc/self/maps"));
        } catch (IOException unknown) {
            return "";
        }
    }

    /**
     * The platform of a system and a processor, given as Java names them. A JVM on musl has a platform of its own: it is known by the loader that is
     * mapped into the process, since a musl that only lies on the disk may be there to compile with.
     */
    static String platform(String system, String processor, String mapped) {
        String os = system.toLowerCase(Locale.ROOT);
        os = os.startsWith("mac") ? "macos" : os.startsWith("windows") ? "windows" : os;
        String arch = processor.equals("amd64") ? "x86_64" : processor.equals("arm64") ? "aarch64" : processor;
        boolean musl = os.equals("linux") && mapped.contains("/ld-musl-" + arch + ".so.1");
        return os + "-" + arch + (musl ? "-musl" : "");
    }

    /** Where the library of a platform lies in the jar. It is called as {@link System#mapLibraryName} calls it there. */
    static String resource(String platform) {
        String file = platform.startsWith("windows") ? NAME + ".dll" : "lib" + NAME + (platform.startsWith("macos") ? ".dylib" : ".so");
        return "/native/" + platform + "/" + file;
    }

    private static Path extract(byte[] library) throws IOException {
        Path folder = folder();
        Path file = folder.resolve(FILE.replace(NAME, NAME + "-" + hash(library).substring(0, 16)));
        if (Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS) && hash(Files.readAllBytes(file)).equals(hash(library))) {
            return file;
        }
        // Another process may do the same: each writes a file of its own, and the move puts a whole file in place.
        Path fresh = Files.createTempFile(folder, NAME, ".part");
        try {
            Files.write(fresh, library);
            Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } finally {
            Files.deleteIfExists(fresh);
        }
        return file;
    }

    /** A folder that nobody else may write to, because code is loaded from it. */
    private static Path folder() throws IOException {
        String named = System.getProperty("facecore.tmpdir");
        if (named != null) {
            return Files.createDirectories(Path.of(named));
        }
        Path folder = Path.of(System.getProperty("java.io.tmpdir"), "facecore-" + System.getProperty("user.name"));
        if (!folder.getFileSystem().supportedFileAttributeViews().contains("posix")) {
            return Files.createDirectories(folder);
        }
        Set<PosixFilePermission> own = PosixFilePermissions.fromString("rwx------");
        if (!Files.exists(folder, LinkOption.NOFOLLOW_LINKS)) {
            try {
                Files.createDirectory(folder, PosixFilePermissions.asFileAttribute(own));
            } catch (java.nio.file.FileAlreadyExistsException raced) {
                // Another process was faster; whose folder it is, is looked at next.
            }
        }
        boolean safe = Files.isDirectory(folder, LinkOption.NOFOLLOW_LINKS)
                && Files.getOwner(folder, LinkOption.NOFOLLOW_LINKS).getName().equals(System.getProperty("user.name"))
                && Files.getPosixFilePermissions(folder, LinkOption.NOFOLLOW_LINKS).equals(own);
        if (!safe) {
            throw new IOException(folder + " is not a folder that only this user can write to; remove it, or name another with -Dfacecore.tmpdir=FOLDER");
        }
        return folder;
    }

    private static String hash(byte[] bytes) {
        try {
            StringBuilder hex = new StringBuilder();
            for (byte value : MessageDigest.getInstance("SHA-256").digest(bytes)) {
                hex.append(String.format("%02x", value));
            }
            return hex.toString();
        } catch (NoSuchAlgorithmException impossible) {
            throw new AssertionError("every JDK has SHA-256", impossible);
        }
    }
}
