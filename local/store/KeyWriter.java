package cups.store;

import de.bwaldvogel.mongo.backend.Missing;
import de.bwaldvogel.mongo.bson.BinData;
import de.bwaldvogel.mongo.bson.BsonTimestamp;
import de.bwaldvogel.mongo.bson.Decimal128;
import de.bwaldvogel.mongo.bson.LegacyUUID;
import de.bwaldvogel.mongo.bson.MaxKey;
import de.bwaldvogel.mongo.bson.MinKey;
import de.bwaldvogel.mongo.bson.ObjectId;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Arrays;
import java.util.Collection;
import java.util.Map;
import java.util.UUID;

/**
 * Encodes values so that comparing the bytes compares the values, in MongoDB's order of types and values.
 *
 * <p>Each value begins with a byte of its type and no encoding is a prefix of another, so encodings can follow each
 * other in one key. Inverted bytes give the descending order.
 */
final class KeyWriter {
    /** Types, in MongoDB's order. All lie between END and {@link #AFTER_ALL}, also when inverted. */
    static final int MIN_KEY = 0x08;

    static final int EMPTY_ARRAY = 0x09;
    static final int NULL = 0x0a;
    static final int NUMBER = 0x10;
    static final int STRING = 0x20;
    static final int DOCUMENT = 0x28;
    static final int ARRAY = 0x30;
    static final int BINARY = 0x38;
    static final int LEGACY_UUID = 0x39;
    static final int UUID_TYPE = 0x3a;
    static final int OBJECT_ID = 0x40;
    static final int BOOLEAN = 0x48;
    static final int DATE = 0x50;
    static final int TIMESTAMP = 0x58;
    static final int OTHER = 0x60;
    static final int MAX_KEY = 0x70;

    /** Follows every value in a key, ascending or descending. */
    static final int AFTER_ALL = 0xff;

    private static final int END = 0x00;

    private byte[] bytes = new byte[128];
    private int length;

    /** @return what all keys of a collection or an index begin with; that of the next number ends them */
    static byte[] prefix(int number) {
        return new KeyWriter().uint32(number).toBytes();
    }

    KeyWriter reset() {
        length = 0;
        return this;
    }

    KeyWriter truncate(int to) {
        length = to;
        return this;
    }

    int length() {
        return length;
    }

    byte[] toBytes() {
        return Arrays.copyOf(bytes, length);
    }

    KeyWriter raw(byte[] more) {
        reserve(more.length);
        System.arraycopy(more, 0, bytes, length, more.length);
        length += more.length;
        return this;
    }

    KeyWriter raw(int oneByte) {
        reserve(1);
        bytes[length++] = (byte) oneByte;
        return this;
    }

    KeyWriter uint32(int value) {
        reserve(4);
        for (int shift = 24; shift >= 0; shift -= 8) bytes[length++] = (byte) (value >>> shift);
        return this;
    }

    /** Appends a value of an index field. */
    KeyWriter field(Object value, boolean ascending) {
        int start = length;
        value(value);
        if (!ascending) for (int at = start; at < length; at++) bytes[at] = (byte) ~bytes[at];
        return this;
    }

    KeyWriter value(Object value) {
        if (Missing.isNullOrMissing(value)) return raw(NULL);
        if (value instanceof String) return raw(STRING).text((String) value);
        if (value instanceof Number) return number((Number) value);
        if (value instanceof Instant) return raw(DATE).int64(((Instant) value).toEpochMilli() ^ Long.MIN_VALUE);
        if (value instanceof Boolean) return raw(BOOLEAN).raw((Boolean) value ? 2 : 1);
        if (value instanceof ObjectId) return raw(OBJECT_ID).raw(((ObjectId) value).toByteArray());
        if (value instanceof Map) return document((Map<?, ?>) value);
        if (value instanceof Collection) return array((Collection<?>) value);
        if (value instanceof BinData) return binary(((BinData) value).getData());
        if (value instanceof UUID) return raw(UUID_TYPE).text(value.toString());
        if (value instanceof LegacyUUID) return raw(LEGACY_UUID).text(((LegacyUUID) value).getUuid().toString());
        if (value instanceof BsonTimestamp) return raw(TIMESTAMP).int64(((BsonTimestamp) value).getValue());
        if (value instanceof MinKey) return raw(MIN_KEY);
        if (value instanceof MaxKey) return raw(MAX_KEY);
        return raw(OTHER).text(value.getClass().getSimpleName() + value);
    }

    /** @return the type byte of a value whose type has an order within an index, or -1 */
    static int rangeType(Object value) {
        if (value instanceof String) return STRING;
        if (value instanceof Number) return NUMBER;
        if (value instanceof Instant) return DATE;
        if (value instanceof ObjectId) return OBJECT_ID;
        return -1;
    }

    /** All kinds of numbers compare with each other: as a double, then by what a long has beyond its double. */
    private KeyWriter number(Number value) {
        double nearest = value instanceof Decimal128 ? ((Decimal128) value).doubleValue() : value.doubleValue();
        long bits = Double.doubleToLongBits(nearest == 0 ? 0.0 : nearest);
        raw(NUMBER).int64(bits < 0 ? ~bits : bits ^ Long.MIN_VALUE);
        long rest = value instanceof Long ? (Long) value - (long) nearest : 0;
        return raw((int) (rest + 0x8000) >>> 8).raw((int) (rest + 0x8000));
    }

    private KeyWriter document(Map<?, ?> document) {
        raw(DOCUMENT);
        for (Map.Entry<?, ?> entry : document.entrySet()) {
            int start = length;
            value(entry.getValue());
            byte type = bytes[start];
            byte[] encoded = Arrays.copyOfRange(bytes, start, length);
            length = start;
            raw(type).text((String) entry.getKey()).raw(encoded);
        }
        return raw(END);
    }

    private KeyWriter array(Collection<?> values) {
        raw(values.isEmpty() ? EMPTY_ARRAY : ARRAY);
        if (values.isEmpty()) return this;
        for (Object value : values) value(value);
        return raw(END);
    }

    private KeyWriter binary(byte[] data) {
        return raw(BINARY).uint32(data.length).raw(data);
    }

    /** UTF-8; a zero byte is followed by 0xff, the end by another zero byte. */
    private KeyWriter text(String text) {
        byte[] encoded = text.getBytes(StandardCharsets.UTF_8);
        reserve(encoded.length + 2);
        for (byte one : encoded) {
            raw(one);
            if (one == 0) raw(0xff);
        }
        return raw(0).raw(0);
    }

    private KeyWriter int64(long value) {
        reserve(8);
        for (int shift = 56; shift >= 0; shift -= 8) bytes[length++] = (byte) (value >>> shift);
        return this;
    }

    private void reserve(int more) {
        if (length + more > bytes.length) bytes = Arrays.copyOf(bytes, Math.max(bytes.length * 2, length + more));
    }
}
