package cups.store;

import java.util.Arrays;

/** A value that stays encoded: its BSON type, and its bytes in an array that does not change. */
final class Raw {
    static final byte DOCUMENT = 0x03;

    final byte type;
    final byte[] bytes;
    final int from;
    final int to;

    Raw(byte type, byte[] bytes, int from, int to) {
        this.type = type;
        this.bytes = bytes;
        this.from = from;
        this.to = to;
    }

    /** A whole document. */
    static Raw document(byte[] bytes) {
        return new Raw(DOCUMENT, bytes, 0, bytes.length);
    }

    int length() {
        return to - from;
    }

    byte[] toBytes() {
        return from == 0 && to == bytes.length ? bytes : Arrays.copyOfRange(bytes, from, to);
    }

    @Override
    public boolean equals(Object other) {
        if (!(other instanceof Raw)) return false;
        Raw raw = (Raw) other;
        return type == raw.type && Arrays.equals(bytes, from, to, raw.bytes, raw.from, raw.to);
    }

    @Override
    public int hashCode() {
        int hash = type;
        for (int at = from; at < to; at++) hash = 31 * hash + bytes[at];
        return hash;
    }
}
