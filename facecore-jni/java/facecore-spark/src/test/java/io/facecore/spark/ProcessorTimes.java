package io.facecore.spark;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * The processor time of the JVMs of a rebuild, by what they are. Whoever ended between two looks is told as it was at
 * the last one.
 */
final class ProcessorTimes {
    private static final Map<String, String> KINDS = Map.of("CoarseGrainedExecutorBackend", "executors",
            "io.facecore.spark.RebuildJob", "driver", "CassandraDaemon", "Cassandra", "org.apache.spark.deploy.",
            "master and workers");

    private final Map<String, Duration> before = new HashMap<>();
    private final Map<Long, Map.Entry<String, Duration>> seen = new HashMap<>();

    ProcessorTimes() {
        look();
        seen.values().forEach(its -> before.merge(its.getKey(), its.getValue(), Duration::plus));
    }

    void look() {
        ProcessHandle.allProcesses().forEach(process -> kind(process.pid()).ifPresent(kind -> process.info()
                .totalCpuDuration().ifPresent(time -> seen.put(process.pid(), Map.entry(kind, time)))));
    }

    /** Its main class says it; the command line is longer than what the handle tells. */
    private static Optional<String> kind(long process) {
        try {
            String line = Files.readString(Path.of("/proc/" + process + "/cmdline"), StandardCharsets.ISO_8859_1);
            return KINDS.keySet().stream().filter(line::contains).findFirst().map(KINDS::get);
        } catch (IOException ended) {
            return Optional.empty();
        }
    }

    void print() {
        Map<String, Duration> sums = new TreeMap<>();
        seen.values().forEach(its -> sums.merge(its.getKey(), its.getValue(), Duration::plus));
        sums.forEach((kind, sum) -> System.out.printf("  processor time, %s: %.1f s%n", kind,
                sum.minus(before.getOrDefault(kind, Duration.ZERO)).toMillis() / 1e3));
    }
}
