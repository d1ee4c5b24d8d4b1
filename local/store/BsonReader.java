package cups.store;

import de.bwaldvogel.mongo.bson.BinData;
import de.bwaldvogel.mongo.bson.BsonJavaScript;
import de.bwaldvogel.mongo.bson.BsonRegularExpression;
import de.bwaldvogel.mongo.bson.BsonTimestamp;
import de.bwaldvogel.mongo.bson.Decimal128;
import de.bwaldvogel.mongo.bson.Document;
import de.bwaldvogel.mongo.bson.LegacyUUID;
import de.bwaldvogel.mongo.bson.MaxKey;
import de.bwaldvogel.mongo.bson.MinKey;
import de.bwaldvogel.mongo.bson.ObjectId;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.UUID;

/**
 * Reads BSON from an array, whole or only some fields. What is left out is checked and skipped.
 *
 * <p>Throws IllegalArgumentException or IndexOutOfBoundsException for malformed BSON.
 */
final class BsonReader {
    /** Names of fields, which repeat in all documents; a name replaces another with the same slot. */
    private static final String[] NAMES = new String[2048];

    private final byte[] bytes;
    private int at;

    BsonReader(byte[] bytes, int at) {
        this.bytes = bytes;
        this.at = at;
    }

    int position() {
        return at;
    }

    // --- Documents ---------------------------------------------------------------------------------------------------

    Document document() {
        return document(null, true);
    }

    /** @return a document with some fields decoded, and the others as {@link Raw} unless they are small */
    Document partial(Set<String> decoded) {
        return document(decoded, true);
    }

    /** @return a document with some fields only */
    Document fields(Set<String> wanted) {
        return document(wanted, false);
    }

    private Document document(Set<String> decoded, boolean isWhole) {
        Document document = new Document();
        int end = end();
        for (byte type = bytes[at++]; type != 0; type = bytes[at++]) {
            String name = name();
            if (decoded == null || decoded.contains(name)) document.put(name, value(type));
            else if (isWhole) document.put(name, raw(type));
            else skip(type);
        }
        checkEnd(end);
        return document;
    }

    /** @return the body of a command; the documents of an insert are {@link Raw} */
    Document command() {
        Document command = new Document();
        int end = end();
        for (byte type = bytes[at++]; type != 0; type = bytes[at++]) {
            String name = name();
            boolean isInsert = type == 0x04 && name.equals("documents") && command.containsKey("insert");
            command.put(name, isInsert ? array(true) : value(type));
        }
        checkEnd(end);
        return command;
    }

    /** @return a document that is checked and not decoded */
    Raw rawDocument() {
        int from = at;
        skip(Raw.DOCUMENT);
        return new Raw(Raw.DOCUMENT, bytes, from, at);
    }

    private List<Object> array(boolean isRaw) {
        List<Object> values = new ArrayList<>();
        int end = end();
        for (byte type = bytes[at++]; type != 0; type = bytes[at++]) {
            while (bytes[at++] != 0) {}
            values.add(isRaw && type == Raw.DOCUMENT ? rawDocument() : value(type));
        }
        checkEnd(end);
        return values;
    }

    /** Reads the length of a document. @return the position after it */
    private int end() {
        int start = at;
        int length = int32();
        if (length < 5 || length > bytes.length - start) throw new IllegalArgumentException("BSON of invalid length");
        return start + length;
    }

    private void checkEnd(int end) {
        if (at != end) throw new IllegalArgumentException("BSON does not end where its length says");
    }

    String name() {
        int from = at;
        int hash = 0;
        for (byte one = bytes[at++]; one != 0; one = bytes[at++]) hash = 31 * hash + one;
        int length = at - 1 - from;
        int slot = (hash ^ hash >>> 11) & NAMES.length - 1;
        String known = NAMES[slot];
        if (known != null && isName(known, from, length)) return known;
        String name = new String(bytes, from, length, StandardCharsets.UTF_8);
        NAMES[slot] = name;
        return name;
    }

    /** Names of other characters than ASCII never match, because the bytes of those are negative. */
    private boolean isName(String name, int from, int length) {
        if (name.length() != length) return false;
        for (int n = 0; n < length; n++) if (name.charAt(n) != bytes[from + n]) return false;
        return true;
    }

    // --- Values ------------------------------------------------------------------------------------------------------

    private Object value(byte type) {
        switch (type) {
            case 0x01:
                return Double.longBitsToDouble(int64());
            case 0x02:
                return text();
            case 0x03:
                return document();
            case 0x04:
                return array(false);
            case 0x05:
                return binary();
            case 0x07:
                at += 12;
                return new ObjectId(Arrays.copyOfRange(bytes, at - 12, at));
            case 0x08:
                return bool();
            case 0x09:
                return Instant.ofEpochMilli(int64());
            case 0x06:
            case 0x0a:
                return null;
            case 0x0b:
                return new BsonRegularExpression(name(), name());
            case 0x0d:
                return new BsonJavaScript(text());
            case 0x10:
                return int32();
            case 0x11:
                return new BsonTimestamp(int64());
            case 0x12:
                return int64();
            case 0x13:
                return new Decimal128(int64(), int64());
            case 0x7f:
                return MaxKey.getInstance();
            case (byte) 0xff:
                return MinKey.getInstance();
            default:
                throw unknown(type);
        }
    }

    private static IllegalArgumentException unknown(byte type) {
        return new IllegalArgumentException("BSON of unknown type 0x" + Integer.toHexString(type & 0xff));
    }

    /** @return documents, arrays, texts and binary data encoded, other values decoded */
    private Object raw(byte type) {
        if (type < 0x02 || type > 0x05) return value(type);
        int from = at;
        skip(type);
        return new Raw(type, bytes, from, at);
    }

    private void skip(byte type) {
        switch (type) {
            case 0x02:
            case 0x0d:
                skipText();
                return;
            case 0x03:
            case 0x04:
                int end = end();
                for (byte inner = bytes[at++]; inner != 0; inner = bytes[at++]) {
                    while (bytes[at++] != 0) {}
                    skip(inner);
                }
                checkEnd(end);
                return;
            case 0x05:
                int length = int32();
                advance(length, 1);
                return;
            default:
                value(type);
        }
    }

    private void skipText() {
        int length = int32();
        advance(length - 1, 1);
        if (bytes[at - 1] != 0) throw new IllegalArgumentException("BSON text without an end");
    }

    /** Skips what must have a length from 0 on and what follows it. */
    private void advance(int length, int more) {
        if (length < 0 || length > bytes.length - at - more) throw new IllegalArgumentException("BSON of invalid length");
        at += length + more;
    }

    private String text() {
        int from = at + 4;
        skipText();
        return new String(bytes, from, at - 1 - from, StandardCharsets.UTF_8);
    }

    private Boolean bool() {
        byte value = bytes[at++];
        if (value != 0 && value != 1) throw new IllegalArgumentException("BSON boolean that is not 0 or 1");
        return value == 1;
    }

    private Object binary() {
        int length = int32();
        byte subtype = bytes[at];
        int from = at + 1;
        advance(length, 1);
        if (subtype == 0x03 && length == 16) {
            at = from;
            return new LegacyUUID(int64(), int64());
        }
        if (subtype == 0x04 && length == 16) {
            at = from;
            return new UUID(Long.reverseBytes(int64()), Long.reverseBytes(int64()));
        }
        if (subtype != 0x00 && subtype != (byte) 0x80) throw new IllegalArgumentException("BSON binary of unknown kind");
        return new BinData(Arrays.copyOfRange(bytes, from, at));
    }

    int int8() {
        return bytes[at++] & 0xff;
    }

    int int32() {
        int value = bytes[at] & 0xff | (bytes[at + 1] & 0xff) << 8 | (bytes[at + 2] & 0xff) << 16 | bytes[at + 3] << 24;
        at += 4;
        return value;
    }

    private long int64() {
        long low = int32() & 0xffff_ffffL;
        return low | (long) int32() << 32;
    }
}
