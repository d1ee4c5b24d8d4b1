package cups.store;

import de.bwaldvogel.mongo.bson.Document;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.PriorityQueue;
import java.util.Set;
import org.rocksdb.ColumnFamilyHandle;
import org.rocksdb.ReadOptions;
import org.rocksdb.RocksIterator;
import org.rocksdb.Slice;
import org.rocksdb.Snapshot;

/** Reads what a plan says, from one snapshot. Close it; an unread one holds the snapshot. */
final class Scan implements AutoCloseable {
    private final DocumentCollection collection;
    private final Engine engine;

    /** Null for a single document, which needs no snapshot. */
    private final Snapshot snapshot;

    private final ReadOptions read;
    private final List<Source> sources = new ArrayList<>();
    private final Set<Key> seen;
    private final boolean isCached;
    private int current;
    private boolean closed;

    private byte[] id;
    private byte[] stored;
    private long entriesRead;
    private long documentsRead;

    Scan(DocumentCollection collection, Plan plan) {
        this(collection, plan, true);
    }

    private Scan(DocumentCollection collection, Plan plan, boolean isCached) {
        this.isCached = isCached;
        this.collection = collection;
        this.engine = collection.engine();
        boolean isSingle = plan.ids != null && plan.ids.size() <= 1;
        this.snapshot = isSingle ? null : engine.snapshot();
        this.read = isSingle ? null : new ReadOptions().setSnapshot(snapshot).setFillCache(isCached);
        this.seen = plan.distinct ? new HashSet<>() : null;
        addSources(plan);
    }

    /** All documents of a collection, by `_id`. */
    static Scan all(DocumentCollection collection) {
        return new Scan(collection, planOfAll(collection), true);
    }

    /** All documents of a collection, for a check that must not displace what others read. */
    static Scan toCheck(DocumentCollection collection) {
        return new Scan(collection, planOfAll(collection), false);
    }

    private static Plan planOfAll(DocumentCollection collection) {
        return Plan.ofAll(collection.number(), false, false);
    }

    private void addSources(Plan plan) {
        if (plan.union != null) {
            plan.union.forEach(this::addSources);
        } else if (plan.ids != null) {
            sources.add(new Ids(plan.ids));
        } else if (plan.merged) {
            List<Range> ranges = new ArrayList<>();
            for (Plan.KeyRange range : plan.ranges) ranges.add(new Range(plan, range));
            sources.add(new Merge(ranges, plan.reverse));
        } else {
            for (Plan.KeyRange range : plan.ranges) sources.add(new Range(plan, range));
        }
    }

    // --- Stepping ----------------------------------------------------------------------------------------------------

    /** Moves to the next document. @return false at the end */
    boolean next() {
        while (nextEntry()) {
            if (stored == null) stored = engine.get(engine.documents, read, collection.documentKey(id));
            if (stored == null && sources.get(current) instanceof Ids) continue;
            if (stored == null) throw engine.damaged(collection.orphanEntry());
            documentsRead++;
            return true;
        }
        return false;
    }

    /** @return the number of further entries, at most a limit unless it is 0; their documents are not read */
    int countAhead(int limit) {
        int found = 0;
        while ((limit == 0 || found < limit) && (seen == null ? moveEntry() : nextEntry())) found++;
        return found;
    }

    /** Moves to the next entry, without reading its document. @return false at the end */
    private boolean nextEntry() {
        while (moveEntry()) {
            sources.get(current).take();
            if (seen == null || seen.add(new Key(id))) return true;
        }
        return false;
    }

    private boolean moveEntry() {
        engine.gate().check();
        for (; current < sources.size(); sources.get(current++).close()) {
            if (!sources.get(current).move()) continue;
            entriesRead++;
            return true;
        }
        return false;
    }

    Document document() {
        return Bson.decode(stored);
    }

    /** @return the bytes of the document, which do not change */
    byte[] stored() {
        return stored;
    }

    byte[] id() {
        return id;
    }

    long entriesRead() {
        return entriesRead;
    }

    long documentsRead() {
        return documentsRead;
    }

    @Override
    public void close() {
        if (closed) return;
        closed = true;
        for (Source source : sources) source.close();
        if (snapshot == null) return;
        read.close();
        engine.release(snapshot);
    }

    /** @return the encoded `_id` at the end of an index entry */
    static byte[] idOf(byte[] key, byte[] value) {
        int length = (value[0] & 0xff) << 8 | value[1] & 0xff;
        return Arrays.copyOfRange(key, key.length - length, key.length);
    }

    // --- Counting ----------------------------------------------------------------------------------------------------

    static int countDocuments(DocumentCollection collection) {
        return countPrefix(collection.engine(), collection.engine().documents, collection.number(), null);
    }

    static int countEntries(Engine engine, int number) {
        return countPrefix(engine, engine.entries, number, null);
    }

    /** @return the number of entries of an index in the snapshot */
    int countEntries(int number) {
        return countPrefix(engine, engine.entries, number, snapshot);
    }

    /** Whether an index entry is in the snapshot. */
    boolean hasEntry(byte[] key) {
        return engine.get(engine.entries, read, key) != null;
    }

    private static int countPrefix(Engine engine, ColumnFamilyHandle family, int number, Snapshot snapshot) {
        byte[] from = KeyWriter.prefix(number);
        int count = 0;
        try (Slice end = new Slice(KeyWriter.prefix(number + 1));
                ReadOptions options = new ReadOptions()
                        .setIterateUpperBound(end)
                        .setFillCache(false)
                        .setSnapshot(snapshot);
                RocksIterator all = engine.iterator(family, options)) {
            for (all.seek(from); all.isValid(); all.next()) {
                engine.gate().check();
                count++;
            }
            engine.check(all);
        }
        return count;
    }

    // --- Sources -----------------------------------------------------------------------------------------------------

    private interface Source {
        /** Moves to the next entry whose document has the other entries that the plan names. */
        boolean move();

        /** Sets `id`, and `stored` if the entry is the document. */
        void take();

        void close();
    }

    private final class Ids implements Source {
        private final List<byte[]> ids;
        private int at;

        Ids(List<byte[]> ids) {
            this.ids = ids;
        }

        @Override
        public boolean move() {
            if (at == ids.size()) return false;
            at++;
            return true;
        }

        @Override
        public void take() {
            id = ids.get(at - 1);
            stored = null;
        }

        @Override
        public void close() {}
    }

    private final class Range implements Source {
        private final boolean isDocuments;
        private final boolean reverse;
        private final Plan.KeyRange range;
        private final List<Siblings> siblings = new ArrayList<>();
        private RocksIterator iterator;
        private Slice lower;
        private Slice upper;
        private ReadOptions options;

        Range(Plan plan, Plan.KeyRange range) {
            this.isDocuments = plan.index == null || plan.index.isPrimary();
            this.reverse = plan.reverse;
            this.range = range;
            for (List<byte[]> prefixes : plan.siblings) siblings.add(new Siblings(engine, prefixes, reverse));
        }

        @Override
        public boolean move() {
            if (iterator == null) open();
            else if (reverse) iterator.prev();
            else iterator.next();
            while (iterator.isValid()) {
                if (siblings.isEmpty()) return true;
                byte[] rest = Siblings.restOf(iterator.key(), range.prefixLength);
                byte[] common = furthest(rest);
                if (common == null) return false;
                if (common == rest) return true;
                seek(common);
                entriesRead++;
                engine.gate().check();
            }
            engine.check(iterator);
            return false;
        }

        /**
         * Two common names that few people have together differ in most entries: skips to the next place where the
         * siblings have an entry, instead of asking for each one.
         * @return the rest itself if its document has all siblings, a later one before which none has, or null at the end
         */
        private byte[] furthest(byte[] rest) {
            byte[] furthest = rest;
            for (Siblings one : siblings) {
                byte[] next = one.next(furthest);
                if (next == null) return null;
                if (!Arrays.equals(next, furthest)) furthest = next;
            }
            return furthest;
        }

        private void seek(byte[] rest) {
            byte[] key = Siblings.join(Arrays.copyOf(range.from, range.prefixLength), rest);
            if (reverse) iterator.seekForPrev(key);
            else iterator.seek(key);
        }

        @Override
        public void take() {
            byte[] key = iterator.key();
            stored = isDocuments ? iterator.value() : null;
            id = isDocuments ? Arrays.copyOfRange(key, 4, key.length) : idOf(key, iterator.value());
        }

        byte[] key() {
            return iterator.key();
        }

        private void open() {
            lower = new Slice(range.from);
            upper = new Slice(range.to);
            options = new ReadOptions()
                    .setSnapshot(snapshot)
                    .setFillCache(isCached)
                    .setIterateLowerBound(lower)
                    .setIterateUpperBound(upper);
            iterator = engine.iterator(isDocuments ? engine.documents : engine.entries, options);
            for (Siblings one : siblings) one.open(read);
            if (reverse) iterator.seekToLast();
            else iterator.seek(range.from);
        }

        @Override
        public void close() {
            if (iterator == null) return;
            iterator.close();
            siblings.forEach(Siblings::close);
            options.close();
            lower.close();
            upper.close();
            iterator = null;
        }
    }

    /** Several ranges in the order of what follows their prefixes. */
    private final class Merge implements Source {
        private final List<Range> ranges;
        private final PriorityQueue<Range> heads;
        private Range last;
        private boolean started;

        Merge(List<Range> ranges, boolean reverse) {
            this.ranges = ranges;
            Comparator<Range> order = (a, b) -> compareRests(a.key(), a.range.prefixLength, b.key(), b.range.prefixLength);
            this.heads = new PriorityQueue<>(ranges.size(), reverse ? order.reversed() : order);
        }

        @Override
        public boolean move() {
            if (!started) for (Range range : ranges) if (range.move()) heads.add(range);
            if (started && last.move()) heads.add(last);
            started = true;
            last = heads.poll();
            if (last == null) {
                started = false;
                ranges.forEach(Range::close);
                return false;
            }
            return true;
        }

        @Override
        public void take() {
            last.take();
        }

        @Override
        public void close() {
            ranges.forEach(Range::close);
        }
    }

    private static int compareRests(byte[] a, int fromA, byte[] b, int fromB) {
        return Arrays.compareUnsigned(a, fromA, a.length, b, fromB, b.length);
    }
}
