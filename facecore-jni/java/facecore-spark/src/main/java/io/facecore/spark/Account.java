package io.facecore.spark;

import io.facecore.AlbumPhoto;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.types.ArrayType;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.Metadata;
import org.apache.spark.sql.types.StructField;
import org.apache.spark.sql.types.StructType;

/** An account of the list. */
record Account(long id, float age, String name, long[] friends, List<Photo> photos) {
    /** A photo of the list. */
    record Photo(String file, AlbumPhoto known) {}

    private static final StructType PHOTO = new StructType(new StructField[] {
        field("id", DataTypes.LongType), field("file", DataTypes.StringType), field("source", DataTypes.StringType),
        field("front_camera", DataTypes.BooleanType), field("on_trip", DataTypes.BooleanType), field("was_avatar", DataTypes.BooleanType),
        field("manual_tags", DataTypes.IntegerType)});

    /** The columns of a list. */
    static final StructType COLUMNS = new StructType(new StructField[] {
        field("id", DataTypes.LongType), field("age", DataTypes.FloatType), field("name", DataTypes.StringType),
        field("friends", DataTypes.createArrayType(DataTypes.LongType)), field("photos", DataTypes.createArrayType(PHOTO))});

    private static StructField field(String name, org.apache.spark.sql.types.DataType type) {
        return new StructField(name, type, true, Metadata.empty());
    }

    /** The fields of a list that are none of an account's, which Spark would pass over without a word. */
    static List<String> unknown(StructType list) {
        return unknown("", list, COLUMNS);
    }

    private static List<String> unknown(String of, StructType given, StructType known) {
        List<String> unknown = new ArrayList<>();
        for (StructField field : given.fields()) {
            String name = of + field.name();
            if (!List.of(known.fieldNames()).contains(field.name())) {
                unknown.add(name);
            } else if (field.dataType() instanceof ArrayType list && list.elementType() instanceof StructType fields && name.equals("photos")) {
                unknown.addAll(unknown(name + ".", fields, PHOTO));
            }
        }
        return unknown;
    }

    static Account of(Row row) {
        List<Photo> photos = new ArrayList<>();
        for (Row photo : row.isNullAt(4) ? List.<Row>of() : row.<Row>getList(4)) {
            photos.add(photo(row.getLong(0), photo));
        }
        List<Long> friends = row.isNullAt(3) ? List.of() : row.getList(3);
        return new Account(row.getLong(0), row.isNullAt(1) ? Float.NaN : row.getFloat(1), row.isNullAt(2) ? "" : row.getString(2),
                friends.stream().filter(Objects::nonNull).mapToLong(Long::longValue).toArray(), photos);
    }

    private static Photo photo(long account, Row photo) {
        if (photo.isNullAt(0) || photo.isNullAt(1)) {
            throw new IllegalArgumentException("account " + account + " has a photo without id or file");
        }
        AlbumPhoto known = new AlbumPhoto(photo.getLong(0)).frontCamera(is(photo, 3)).onTrip(is(photo, 4)).wasAvatar(is(photo, 5))
                .manualTags(photo.isNullAt(6) ? 0 : photo.getInt(6));
        if (!photo.isNullAt(2)) {
            known.source(source(photo.getLong(0), photo.getString(2)));
        }
        return new Photo(photo.getString(1), known);
    }

    private static AlbumPhoto.Source source(long photo, String name) {
        return switch (name) {
            case "camera" -> AlbumPhoto.Source.CAMERA;
            case "phone" -> AlbumPhoto.Source.PHONE;
            case "unknown" -> AlbumPhoto.Source.UNKNOWN;
            default -> throw new IllegalArgumentException("photo " + photo + ": its source is camera or phone, not " + name);
        };
    }

    private static boolean is(Row row, int column) {
        return !row.isNullAt(column) && row.getBoolean(column);
    }
}
