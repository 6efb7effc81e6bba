package io.facecore;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Optional;
import java.util.OptionalDouble;

/** The flat records that cross to native code, little-endian; {@code wire.rs} is the other half. */
final class Wire {
    private Wire() {}

    /** Writes a question. */
    static final class Writer {
        private ByteBuffer buffer = order(ByteBuffer.allocate(64));

        private ByteBuffer room(int bytes) {
            if (buffer.remaining() < bytes) {
                int size = Math.max(Math.addExact(buffer.position(), bytes), (int) Math.min(2L * buffer.capacity(), Integer.MAX_VALUE - 8));
                buffer = order(ByteBuffer.allocate(size)).put(buffer.flip());
            }
            return buffer;
        }

        Writer int32(int value) {
            room(4).putInt(value);
            return this;
        }

        Writer int64(long value) {
            room(8).putLong(value);
            return this;
        }

        Writer float32(float value) {
            room(4).putFloat(value);
            return this;
        }

        Writer float64(double value) {
            room(8).putDouble(value);
            return this;
        }

        Writer float32s(float[] values) {
            room(Math.multiplyExact(4, values.length)).asFloatBuffer().put(values);
            buffer.position(buffer.position() + 4 * values.length);
            return this;
        }

        /** Ids; their number comes first. */
        Writer int64s(long[] values) {
            int32(values.length).room(Math.multiplyExact(8, values.length)).asLongBuffer().put(values);
            buffer.position(buffer.position() + 8 * values.length);
            return this;
        }

        Writer text(String text) {
            return bytes(text.getBytes(StandardCharsets.UTF_8));
        }

        Writer bytes(byte[] bytes) {
            return int32(bytes.length).append(bytes);
        }

        /** A part of a record that was written before. */
        Writer append(byte[] part) {
            room(part.length).put(part);
            return this;
        }

        byte[] record() {
            return Arrays.copyOf(buffer.array(), buffer.position());
        }
    }

    /** Reads an answer. */
    static final class Reader {
        private final ByteBuffer buffer;

        Reader(byte[] record) {
            buffer = order(ByteBuffer.wrap(record));
        }

        int int32() {
            return buffer.getInt();
        }

        long int64() {
            return buffer.getLong();
        }

        float float32() {
            return buffer.getFloat();
        }

        double float64() {
            return buffer.getDouble();
        }

        float[] float32s(int count) {
            float[] values = new float[count];
            buffer.asFloatBuffer().get(values);
            buffer.position(buffer.position() + 4 * count);
            return values;
        }

        /** Ids; their number comes first. */
        long[] int64s() {
            long[] values = new long[int32()];
            buffer.asLongBuffer().get(values);
            buffer.position(buffer.position() + 8 * values.length);
            return values;
        }

        String text() {
            return new String(bytes(), StandardCharsets.UTF_8);
        }

        byte[] bytes() {
            return bytes(int32());
        }

        /** Bytes whose length is −1 where there are none. */
        Optional<byte[]> optionalBytes() {
            int length = int32();
            return length < 0 ? Optional.empty() : Optional.of(bytes(length));
        }

        byte[] rest() {
            return bytes(buffer.remaining());
        }

        private byte[] bytes(int length) {
            byte[] bytes = new byte[length];
            buffer.get(bytes);
            return bytes;
        }
    }

    /** Text that is empty where there is none. */
    static Optional<String> present(String text) {
        return text.isEmpty() ? Optional.empty() : Optional.of(text);
    }

    /** A number that is NaN where there is none. */
    static OptionalDouble present(double number) {
        return Double.isNaN(number) ? OptionalDouble.empty() : OptionalDouble.of(number);
    }

    private static ByteBuffer order(ByteBuffer buffer) {
        return buffer.order(ByteOrder.LITTLE_ENDIAN);
    }
}
