package io.facecore.spark;

import io.facecore.SpaceId;
import io.facecore.StoreBatch;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.stream.LongStream;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.api.java.function.FlatMapFunction;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Encoders;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;

/** The users of the store who are not in the list: they keep the profiles that they have. */
final class Others {
    private static final int MANY = 500;

    private Others() {}

    /** A piece of the circle of tokens, without its first token and with its last. */
    private record Piece(long after, long last) implements java.io.Serializable {}

    /** Carries them into the next iteration, and says how many they are. */
    static long carry(SparkSession spark, RebuildSettings settings, Dataset<Row> accounts) {
        JavaRDD<Piece> pieces = JavaSparkContext.fromSparkContext(spark.sparkContext()).parallelize(pieces(settings.parts), Math.min(settings.parts, 1_000));
        FlatMapFunction<Piece, Long> users = piece -> LongStream.of(Machine.of(settings).connection.store.usersWithin(piece.after, piece.last)).iterator();
        Dataset<Row> known = spark.createDataset(pieces.flatMap(users).rdd(), Encoders.LONG()).toDF("user");
        Dataset<Row> others = known.join(accounts.select("id"), known.col("user").equalTo(accounts.col("id")), "left_anti");
        FlatMapFunction<Iterator<Row>, Long> carried = rows -> List.of(carry(rows, settings)).iterator();
        return others.javaRDD().mapPartitions(carried).reduce(Long::sum);
    }

    private static long carry(Iterator<Row> rows, RebuildSettings settings) {
        Connection connection = Machine.of(settings).connection;
        SpaceId space = connection.store.space();
        long count = 0;
        while (rows.hasNext()) {
            List<Long> users = new ArrayList<>();
            while (rows.hasNext() && users.size() < MANY) {
                users.add(rows.next().getLong(0));
            }
            List<Optional<byte[]>> profiles = connection.store.getMany(users.stream().mapToLong(Long::longValue).toArray());
            StoreBatch batch = new StoreBatch();
            for (int i = 0; i < users.size(); i++) {
                long user = users.get(i);
                profiles.get(i).ifPresent(bytes -> batch.putNext(user, space, bytes));
            }
            connection.store.write(batch);
            count += users.size();
        }
        return count;
    }

    /** Some four pieces a part, so that none is long. */
    private static List<Piece> pieces(int parts) {
        BigInteger count = BigInteger.valueOf(4L * parts);
        BigInteger first = BigInteger.valueOf(Long.MIN_VALUE);
        List<Piece> pieces = new ArrayList<>();
        long after = Long.MIN_VALUE;
        for (BigInteger i = BigInteger.ONE; i.compareTo(count) <= 0; i = i.add(BigInteger.ONE)) {
            long last = first.add(BigInteger.ONE.shiftLeft(64).subtract(BigInteger.ONE).multiply(i).divide(count)).longValueExact();
            pieces.add(new Piece(after, last));
            after = last;
        }
        return pieces;
    }
}
