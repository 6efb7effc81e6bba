package io.facecore.spark;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The job in a JVM of its own, as {@code spark-submit} starts it. */
final class Driver {
    private Driver() {}

    /** {@code target} is the module's folder of that name, with its jar and what executors need beside it. */
    static Process start(String master, Path target, Path log, String... line) throws IOException {
        String jvm = System.getProperty("spark.jvm").trim().replaceAll("\\s+", " ");
        List<String> command = new ArrayList<>(List.of(Path.of(System.getProperty("java.home"), "bin/java").toString()));
        command.addAll(List.of(jvm.split(" ")));
        try (Stream<Path> jars = Stream.concat(Files.list(target.resolve("job")), Files.list(target).filter(file -> file.toString().endsWith(".jar")))) {
            command.add("-Dspark.jars=" + jars.map(Path::toString).collect(Collectors.joining(",")));
        }
        command.addAll(List.of("-Dspark.master=" + master, "-Dspark.driver.bindAddress=127.0.0.1", "-Dspark.driver.host=127.0.0.1", "-Dspark.ui.enabled=false",
                "-Dspark.executor.memory=600m", "-Dspark.executor.cores=1", "-Dspark.task.maxFailures=8", "-Dspark.sql.shuffle.partitions=4",
                "-Dspark.executor.extraJavaOptions=" + jvm, "-cp", System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")),
                RebuildJob.class.getName()));
        command.addAll(List.of(line));
        return new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(log.toFile()).start();
    }
}
