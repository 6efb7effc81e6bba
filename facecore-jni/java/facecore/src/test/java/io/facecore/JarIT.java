package io.facecore;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The finished jar as its users have it: other JVMs, in folders with nothing else, with an empty environment. */
class JarIT {
    private static final String JAR = System.getProperty("facecore.jar");

    @TempDir
    Path folder;

    private Path temporary;

    @BeforeEach
    void makeTemporary() throws IOException {
        temporary = Files.createDirectory(folder.resolve("tmp"));
    }

    private static String tool(String name) {
        return Path.of(System.getProperty("java.home"), "bin", name).toString();
    }

    private Process start(String... command) throws IOException {
        ProcessBuilder builder = new ProcessBuilder(command).directory(folder.toFile()).redirectErrorStream(true);
        builder.environment().clear();
        return builder.start();
    }

    private String run(int expected, String... command) throws Exception {
        Process process = start(command);
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertEquals(expected, process.waitFor(), output);
        return output;
    }

    /** Compiles a program that prints what the library says of itself and how many faces a photo has. */
    private void compile() throws Exception {
        String source = "import io.facecore.*; import java.nio.file.*;\n"
                + "public class Alone { public static void main(String[] args) throws Exception {\n"
                + "  System.out.println(\"supported \" + FaceCore.isSupported() + FaceCore.unsupportedReason().map(why -> \" \" + why).orElse(\"\"));\n"
                + "  if (!FaceCore.isSupported()) return;\n"
                + "  try (FaceEngine engine = FaceEngine.openDetector(); Photo photo = Photo.decode(Files.readAllBytes(Path.of(\"photo.jpg\")))) {\n"
                + "    System.out.println(engine.detect(photo).faces().size() + \" faces\");\n"
                + "    try { Photo.decode(new byte[9]); } catch (PhotoException bad) { System.out.println(bad.code()); }\n"
                + "  }\n"
                + "  System.out.println(FaceCore.liveHandles() + \" live\");\n"
                + "} }\n";
        Files.writeString(folder.resolve("Alone.java"), source);
        Files.write(folder.resolve("photo.jpg"), Data.photo("photos/astronaut.jpg"));
        run(0, tool("javac"), "-cp", JAR, "Alone.java");
    }

    private String alone(String... options) throws Exception {
        return run(0, command(options));
    }

    private String[] command(String... options) {
        List<String> command = new ArrayList<>(List.of(tool("java"), "-Xcheck:jni", "-Djava.io.tmpdir=" + temporary));
        command.addAll(Arrays.asList(options));
        command.addAll(List.of("-cp", JAR + ":.", "Alone"));
        return command.toArray(new String[0]);
    }

    private List<Path> extracted() throws IOException {
        try (Stream<Path> files = Files.walk(folder)) {
            return files.filter(file -> file.getFileName().toString().endsWith(".so")).collect(Collectors.toList());
        }
    }

    private static void works(String output) {
        assertEquals(List.of("supported true", "1 faces", "UNKNOWN_FORMAT", "0 live"), output.lines().collect(Collectors.toList()),
                "-Xcheck:jni has nothing to say, either");
    }

    @Test
    void theJarWorksAlone() throws Exception {
        compile();
        works(alone());
        List<Path> first = extracted();
        assertEquals(1, first.size());
        assertTrue(first.get(0).getFileName().toString().matches("libfacecore_jni-[0-9a-f]{16}\\.so"), first::toString);
        assertEquals("rwx------", java.nio.file.attribute.PosixFilePermissions.toString(Files.getPosixFilePermissions(first.get(0).getParent())));
        // A second JVM takes the same file, one that was tampered with is replaced.
        long written = Files.getLastModifiedTime(first.get(0)).toMillis();
        works(alone());
        assertEquals(written, Files.getLastModifiedTime(first.get(0)).toMillis());
        Files.write(first.get(0), new byte[100]);
        works(alone());
        assertEquals(first, extracted());
        assertTrue(Files.size(first.get(0)) > 1_000_000);
    }

    @Test
    void jvmsThatStartTogetherDoNotDisturbEachOther() throws Exception {
        compile();
        List<Process> processes = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            processes.add(start(command()));
        }
        for (Process process : processes) {
            works(new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8));
            assertEquals(0, process.waitFor());
        }
        assertEquals(1, extracted().size());
    }

    @Test
    void theLoaderDoesAsItIsTold() throws Exception {
        compile();
        Path other = folder.resolve("other");
        works(alone("-Dfacecore.tmpdir=" + other));
        assertEquals(List.of(other), extracted().stream().map(Path::getParent).collect(Collectors.toList()));
        works(alone("-Dfacecore.library.path=" + extracted().get(0)));
        Files.move(extracted().get(0), other.resolve("libfacecore_jni.so"));
        works(alone("-Dfacecore.library.path=" + other));
        works(alone("-Djava.library.path=" + other));
        assertEquals(1, extracted().size(), "nothing was extracted where a library was found");
        String missing = alone("-Dfacecore.library.path=" + folder.resolve("none.so"));
        assertTrue(missing.contains("supported false") && missing.contains("none.so"), missing);
        String platform = alone("-Dos.arch=riscv64");
        assertTrue(platform.contains("supported false") && platform.contains("/native/linux-riscv64/") && platform.contains("java.library.path"), platform);
        Files.write(folder.resolve("no-library.so"), new byte[100]);
        assertTrue(alone("-Dfacecore.library.path=" + folder.resolve("no-library.so")).contains("supported false"));
        // A folder that others may write to is not trusted.
        Path open = Files.createDirectory(temporary.resolve("facecore-" + System.getProperty("user.name")));
        Files.setPosixFilePermissions(open, java.nio.file.attribute.PosixFilePermissions.fromString("rwxrwxrwx"));
        String untrusted = alone();
        assertTrue(untrusted.contains("supported false") && untrusted.contains("only this user"), untrusted);
    }

    @Test
    void itIsAModule() throws Exception {
        Path sources = Files.createDirectories(folder.resolve("app"));
        Files.writeString(sources.resolve("module-info.java"), "module app { requires io.facecore; }");
        Files.writeString(sources.resolve("Main.java"), "package app; public class Main { public static void main(String[] args) {\n"
                + "System.out.println(io.facecore.FaceCore.nativeVersion() + \" \" + io.facecore.FaceCore.class.getModule()); } }");
        run(0, tool("javac"), "-p", JAR, "-d", "modules/app", "app/module-info.java", "app/Main.java");
        String output = run(0, tool("java"), "-Xcheck:jni", "-Djava.io.tmpdir=" + temporary, "-p", JAR + ":modules", "-m", "app/app.Main");
        assertEquals(FaceCore.VERSION + " module io.facecore", output.strip());
    }

    @Test
    void theReadmesLinesCompileAndRun() throws Exception {
        Files.writeString(folder.resolve("Tag.java"), run(0, Data.ROOT.resolve("examples/readme_block").toRealPath().toString(), "java"));
        Files.write(folder.resolve("ann.jpg"), Data.photo("photos/astronaut.jpg"));
        Files.write(folder.resolve("party.jpg"), Data.photo("photos/group.jpg"));
        Path models = Files.createSymbolicLink(folder.resolve("models"), Data.MODELS.toRealPath());
        run(0, tool("javac"), "-Xlint:all", "-Werror", "-cp", JAR, "Tag.java");
        String output = run(0, tool("java"), "-Djava.io.tmpdir=" + temporary, "-cp", JAR + ":.", "Tag");
        Files.delete(models);
        assertEquals(3, output.lines().count(), output);
        assertTrue(output.contains("Verdict[Ann ("), output);
    }

    @Test
    void theDocumentsProgramBuildsAProfile() throws Exception {
        String document = Files.readString(Data.ROOT.resolve("docs/jvm.md"));
        int start = document.indexOf("```java\n") + 8;
        Files.writeString(folder.resolve("Friends.java"), document.substring(start, document.indexOf("```", start)));
        Path album = Files.createDirectory(folder.resolve("album"));
        for (String name : List.of("obama.jpg", "obama2.jpg", "obama3.jpg", "biden.jpg")) {
            Files.write(album.resolve(name), Data.photo("photos/" + name));
        }
        Files.write(album.resolve("torn.jpg"), new byte[] {1, 2, 3});
        Path models = Files.createSymbolicLink(folder.resolve("models"), Data.MODELS.toRealPath());
        run(0, tool("javac"), "-Xlint:all", "-Werror", "-cp", JAR, "Friends.java");
        String output = run(0, tool("java"), "-Xcheck:jni", "-Djava.io.tmpdir=" + temporary, "-cp", JAR + ":.", "Friends");
        Files.delete(models);
        assertTrue(output.startsWith("Profile of ") && output.contains("[Hit[42"), output);
        try (ProfileStore store = ProfileStore.open(folder.resolve("profiles"), SpaceId.parse("e37f9c1f75f50abd"))) {
            assertEquals(3, Profile.ofBytes(store.get(42).orElseThrow()).photos(Profile.Role.OWNER));
            Profile again = Profile.buildStored(store.faces(42), AlbumOwner.UNKNOWN, Feedback.none()).profile().orElseThrow();
            assertTrue(again.embeddings().get(0).cosine(Profile.ofBytes(store.get(42).orElseThrow()).embeddings().get(0)) > 0.99f);
        }
    }

    @Test
    void theServiceStandsUnderLoad() throws Exception {
        String examples = Data.ROOT.resolve("examples/java").toRealPath().toString();
        String testdata = Data.TESTDATA.toRealPath().toString();
        Process service = start(tool("java"), "-Djava.io.tmpdir=" + temporary, "-cp", JAR, examples + "/FaceService.java", "0",
                Data.MODELS.toRealPath().toString(), testdata + "/people");
        try (BufferedReader lines = new BufferedReader(new InputStreamReader(service.getInputStream(), StandardCharsets.UTF_8))) {
            String line = lines.readLine();
            assertTrue(line != null && line.startsWith("listening on "), line);
            String url = line.substring("listening on ".length(), line.indexOf(','));
            String report = run(0, tool("java"), examples + "/LoadGenerator.java", url, testdata, System.getProperty("facecore.seconds", "10"), "4");
            System.out.print("example service, 4 connections:\n" + report);
            assertTrue(report.contains("every answer as expected"), report);
            assertTrue(service.isAlive());
            assertFalse(lines.ready(), "the service has nothing to complain of");
        } finally {
            service.destroy();
            assertTrue(service.waitFor(20, TimeUnit.SECONDS));
        }
    }
}
