package io.facecore.spark;

import io.facecore.AlbumReader;
import io.facecore.Attributes;
import io.facecore.DetectOptions;
import io.facecore.EngineOptions;
import io.facecore.ErrorCode;
import io.facecore.FaceCoreException;
import io.facecore.FaceEngine;
import java.nio.file.Path;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.SparkEnv;

/** What an executor's JVM has once, for all its tasks: the networks, and the connection to Cassandra. It lives as long as the JVM. */
final class Machine {
    private static Machine only;
    private static RebuildSettings of;

    final Connection connection;
    final AccountBuilder builder;

    private Machine(RebuildSettings settings) {
        Path models = Path.of(settings.models);
        FaceEngine engine = engine(settings);
        AlbumReader reader = new AlbumReader(engine, DetectOptions.DEFAULT);
        try {
            reader = reader.withAttributes(Attributes.open(models));
        } catch (FaceCoreException missing) {
            if (missing.code() != ErrorCode.MODEL) {
                throw missing;
            }
            // Without these networks only age and sex are missing.
        }
        // Several executors of a machine share no folder.
        Path cache = settings.cache.isEmpty() ? null : Path.of(settings.cache, "executor-" + SparkEnv.get().executorId());
        connection = Connection.open(settings, engine.space().orElseThrow(), cache);
        builder = new AccountBuilder(connection.store, reader, new PhotoFiles(settings.photos, new Configuration(), settings.photosPerSecond));
    }

    static FaceEngine engine(RebuildSettings settings) {
        EngineOptions options = settings.model.isEmpty() ? EngineOptions.DEFAULT : EngineOptions.DEFAULT.withModel(settings.model);
        return FaceEngine.open(Path.of(settings.models), options);
    }

    static synchronized Machine of(RebuildSettings settings) {
        boolean isAnother = of != null && !(of.keyspace.equals(settings.keyspace) && of.models.equals(settings.models) && of.model.equals(settings.model));
        if (isAnother) {
            only.connection.close();
            only = null;
        }
        if (only == null) {
            only = new Machine(settings);
            of = settings;
        }
        return only;
    }
}
