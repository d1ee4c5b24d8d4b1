package cups.store;

import java.util.Arrays;

/** Bytes with equality. */
final class Key {
    final byte[] bytes;

    Key(byte[] bytes) {
        this.bytes = bytes;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Key && Arrays.equals(bytes, ((Key) other).bytes);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(bytes);
    }
}
