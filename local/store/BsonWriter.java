package cups.store;

import de.bwaldvogel.mongo.bson.BinData;
import de.bwaldvogel.mongo.bson.BsonJavaScript;
import de.bwaldvogel.mongo.bson.BsonRegularExpression;
import de.bwaldvogel.mongo.bson.BsonTimestamp;
import de.bwaldvogel.mongo.bson.Decimal128;
import de.bwaldvogel.mongo.bson.LegacyUUID;
import de.bwaldvogel.mongo.bson.ObjectId;
import de.bwaldvogel.mongo.wire.bson.BsonEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Arrays;
import java.util.Collection;
import java.util.Map;
import java.util.UUID;

/** Writes BSON into an array that grows. {@link Raw} values are copied. */
final class BsonWriter {
    /** Up to this length, a loop is faster than an encoded copy. */
    private static final int SHORT_TEXT = 24;

    private static final String[] POSITIONS = new String[256];

    static {
        for (int n = 0; n < POSITIONS.length; n++) POSITIONS[n] = String.valueOf(n);
    }

    private byte[] bytes;
    private int length;

    BsonWriter(int capacity) {
        bytes = new byte[capacity];
    }

    int length() {
        return length;
    }

    byte[] toBytes() {
        return Arrays.copyOf(bytes, length);
    }

    /** @return the array itself, which is longer than what was written */
    byte[] array() {
        return bytes;
    }

    BsonWriter document(Map<String, ?> document) {
        int start = length;
        int32(0);
        for (Map.Entry<String, ?> entry : document.entrySet()) field(entry.getKey(), entry.getValue());
        return end(start);
    }

    private BsonWriter array(Collection<?> values) {
        int start = length;
        int32(0);
        int n = 0;
        for (Object value : values) field(position(n++), value);
        return end(start);
    }

    private BsonWriter end(int start) {
        int8(0);
        setInt32(start, length - start);
        return this;
    }

    private static String position(int n) {
        return n < POSITIONS.length ? POSITIONS[n] : String.valueOf(n);
    }

    private void field(String name, Object value) {
        int type = value instanceof Raw ? ((Raw) value).type : BsonEncoder.determineType(value);
        int8(type);
        text(name);
        int8(0);
        if (value instanceof Raw) raw((Raw) value);
        else value(type, value);
    }

    private void raw(Raw value) {
        reserve(value.length());
        System.arraycopy(value.bytes, value.from, bytes, length, value.length());
        length += value.length();
    }

    @SuppressWarnings("unchecked")
    private void value(int type, Object value) {
        switch (type & 0xff) {
            case 0x01:
                int64(Double.doubleToRawLongBits((Double) value));
                return;
            case 0x02:
                lengthAndText((String) value);
                return;
            case 0x03:
                document((Map<String, ?>) value);
                return;
            case 0x04:
                array((Collection<?>) value);
                return;
            case 0x05:
                binary(value);
                return;
            case 0x07:
                copy(((ObjectId) value).toByteArray());
                return;
            case 0x08:
                int8((Boolean) value ? 1 : 0);
                return;
            case 0x09:
                int64(((Instant) value).toEpochMilli());
                return;
            case 0x0b:
                text(((BsonRegularExpression) value).getPattern());
                int8(0);
                text(((BsonRegularExpression) value).getOptions());
                int8(0);
                return;
            case 0x0d:
                lengthAndText(((BsonJavaScript) value).getCode());
                return;
            case 0x10:
                int32((Integer) value);
                return;
            case 0x11:
                int64(((BsonTimestamp) value).getValue());
                return;
            case 0x12:
                int64((Long) value);
                return;
            case 0x13:
                int64(((Decimal128) value).getLow());
                int64(((Decimal128) value).getHigh());
                return;
            default:
                // Null and the keys before and after all others have no bytes.
        }
    }

    private void binary(Object value) {
        if (value instanceof BinData) {
            byte[] data = ((BinData) value).getData();
            int32(data.length);
            int8(0x00);
            copy(data);
            return;
        }
        int32(16);
        if (value instanceof LegacyUUID) {
            UUID uuid = ((LegacyUUID) value).getUuid();
            int8(0x03);
            int64(uuid.getMostSignificantBits());
            int64(uuid.getLeastSignificantBits());
        } else {
            UUID uuid = (UUID) value;
            int8(0x04);
            int64(Long.reverseBytes(uuid.getMostSignificantBits()));
            int64(Long.reverseBytes(uuid.getLeastSignificantBits()));
        }
    }

    private void lengthAndText(String text) {
        int start = length;
        int32(0);
        text(text);
        int8(0);
        setInt32(start, length - start - 4);
    }

    private void text(String text) {
        int size = text.length();
        if (size > SHORT_TEXT) {
            copy(text.getBytes(StandardCharsets.UTF_8));
            return;
        }
        reserve(size);
        for (int n = 0; n < size; n++) {
            char one = text.charAt(n);
            if (one >= 0x80) {
                copy(text.substring(n).getBytes(StandardCharsets.UTF_8));
                return;
            }
            bytes[length++] = (byte) one;
        }
    }

    private void copy(byte[] more) {
        reserve(more.length);
        System.arraycopy(more, 0, bytes, length, more.length);
        length += more.length;
    }

    BsonWriter int8(int value) {
        reserve(1);
        bytes[length++] = (byte) value;
        return this;
    }

    BsonWriter int32(int value) {
        reserve(4);
        length += 4;
        return setInt32(length - 4, value);
    }

    BsonWriter setInt32(int at, int value) {
        bytes[at] = (byte) value;
        bytes[at + 1] = (byte) (value >>> 8);
        bytes[at + 2] = (byte) (value >>> 16);
        bytes[at + 3] = (byte) (value >>> 24);
        return this;
    }

    private void int64(long value) {
        int32((int) value);
        int32((int) (value >>> 32));
    }

    private void reserve(int more) {
        if (length + more > bytes.length) bytes = Arrays.copyOf(bytes, Math.max(bytes.length * 2, length + more));
    }
}
