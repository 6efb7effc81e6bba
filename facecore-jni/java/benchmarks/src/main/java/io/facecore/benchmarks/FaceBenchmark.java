package io.facecore.benchmarks;

import io.facecore.Candidate;
import io.facecore.DetectOptions;
import io.facecore.Detection;
import io.facecore.Embedding;
import io.facecore.FaceEngine;
import io.facecore.Gallery;
import io.facecore.Limits;
import io.facecore.Matcher;
import io.facecore.SpaceId;
import io.facecore.Verdict;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/** The calls of facecore-jni/benches/detect.rs from Java; facecore-jni/bench runs both and compares. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Fork(1)
@Warmup(iterations = 2, time = 1)
@Measurement(iterations = 6, time = 1)
public class FaceBenchmark {
    private FaceEngine engine;
    private byte[] photo;
    private List<Candidate> friends;
    private Gallery kept;
    private List<Embedding> face;
    private Matcher matcher;

    /** Opens everything. */
    @Setup
    public void open() throws IOException {
        photo = Files.readAllBytes(Path.of(System.getProperty("facecore.photo")));
        engine = FaceEngine.openDetector();
        friends = new ArrayList<>();
        for (int i = 0; i < 100; i++) {
            friends.add(new Candidate("friend " + i, List.of(embedding(i))));
        }
        matcher = Matcher.cosine(0.42f, 0.05f);
        kept = matcher.gallery(friends);
        face = List.of(embedding(7));
    }

    private static Embedding embedding(int seed) {
        float[] values = new float[128];
        for (int i = 0; i < values.length; i++) {
            values[i] = (seed * 31 + i * 17) % 101 - 50;
        }
        return Embedding.of(new SpaceId(0x0101010101010101L), values);
    }

    /** Closes everything. */
    @TearDown
    public void close() {
        kept.close();
        engine.close();
    }

    /** Decodes and detects, from bytes to faces. */
    @Benchmark
    public Detection detect() {
        return engine.detect(photo, Limits.DEFAULT, DetectOptions.DEFAULT);
    }

    /** One face against 100 friends that are in native memory. */
    @Benchmark
    public List<Verdict> decide() {
        return kept.decide(face);
    }

    /** One face against 100 friends that are Java values. */
    @Benchmark
    public List<Verdict> decideValues() {
        return matcher.decide(face, friends);
    }
}
