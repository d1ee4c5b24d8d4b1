package cups.store;

import java.util.List;

/** How a query reads: which index, which ranges of its keys, and what need not be done afterwards. */
final class Plan {
    /** A range of keys. Keys of several ranges are merged by what follows `prefixLength` bytes. */
    static final class KeyRange {
        final byte[] from;
        final byte[] to;
        final int prefixLength;

        KeyRange(byte[] from, byte[] to, int prefixLength) {
            this.from = from;
            this.to = to;
            this.prefixLength = prefixLength;
        }
    }

    /** The index; null to read the documents themselves. */
    final FieldIndex index;

    /** Ranges of the index, or of the documents without an index. */
    final List<KeyRange> ranges;

    /** Encoded `_id`s that are read directly; null to read ranges. */
    final List<byte[]> ids;

    /** Alternatives of an `$or`, each with its plan; null for a plan of its own. */
    final List<Plan> union;

    final boolean reverse;

    /** Whether the results come in the order of the query. */
    final boolean sorted;

    /** Whether the ranges are merged into that order instead of read one after the other. */
    final boolean merged;

    /** Whether every entry is a result, so that counting needs no documents. */
    final boolean covered;

    /** Whether one document can have several entries in the ranges. */
    final boolean distinct;

    /**
     * What further entries of a matching document begin with, before the rest of the entry that is read: one of each
     * list. A document is read only if it has them.
     */
    final List<List<byte[]>> siblings;

    private Plan(
            FieldIndex index,
            List<KeyRange> ranges,
            List<byte[]> ids,
            List<Plan> union,
            boolean reverse,
            boolean sorted,
            boolean merged,
            boolean covered,
            boolean distinct,
            List<List<byte[]>> siblings) {
        this.index = index;
        this.ranges = ranges;
        this.ids = ids;
        this.union = union;
        this.reverse = reverse;
        this.sorted = sorted;
        this.merged = merged;
        this.covered = covered;
        this.distinct = distinct;
        this.siblings = siblings;
    }

    static Plan ofIds(FieldIndex primary, List<byte[]> ids, boolean sorted) {
        return new Plan(primary, null, ids, null, false, sorted, false, false, false, List.of());
    }

    /** @param number of the collection */
    static Plan ofAll(int number, boolean reverse, boolean sorted) {
        byte[] from = KeyWriter.prefix(number);
        KeyRange documents = new KeyRange(from, KeyWriter.prefix(number + 1), from.length);
        return new Plan(null, List.of(documents), null, null, reverse, sorted, false, false, false, List.of());
    }

    static Plan ofUnion(List<Plan> plans) {
        return new Plan(null, null, null, plans, false, false, false, false, true, List.of());
    }

    static Plan ofIndex(
            FieldIndex index,
            List<KeyRange> ranges,
            boolean reverse,
            boolean sorted,
            boolean merged,
            boolean covered,
            boolean distinct,
            List<List<byte[]>> siblings) {
        return new Plan(index, ranges, null, null, reverse, sorted, merged, covered, distinct, siblings);
    }
}
