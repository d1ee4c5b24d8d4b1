package cups.store;

import de.bwaldvogel.mongo.backend.Cursor;
import de.bwaldvogel.mongo.backend.DocumentComparator;
import de.bwaldvogel.mongo.backend.Projections;
import de.bwaldvogel.mongo.backend.QueryResult;
import de.bwaldvogel.mongo.bson.Document;
import de.bwaldvogel.mongo.exception.MongoServerError;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.PriorityQueue;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;

/** One read: a filter, an order, and how much of the result is wanted. */
final class Query {
    /** Bytes of documents that one sort may hold, beside the fields that it compares. */
    private static final long SORT_BYTES = 16L << 20;

    /** Bytes of documents in one reply, but at least one document. */
    private static final int REPLY_BYTES = 4 << 20;

    private static final Document NOTHING = new Document();

    private final DocumentCollection collection;
    private final Document filter;
    private final Document orderBy;
    private final int skip;
    private final int limit;
    private final UnaryOperator<Document> projection;
    private final Plan plan;

    /** Fields that must be decoded to match and to sort, and to project; null for all. */
    private final Set<String> matched;

    private final Set<String> projected;

    /** Whether every document that the plan reads matches, and no field of it is compared. */
    private final boolean isProven;

    /** @param limit 0 for all */
    Query(
            DocumentCollection collection,
            Document filter,
            Document orderBy,
            int skip,
            int limit,
            Document projection,
            String idField) {
        this.collection = collection;
        this.filter = filter == null ? new Document() : filter;
        this.orderBy = orderBy == null || orderBy.isEmpty() ? null : orderBy;
        this.skip = skip;
        this.limit = limit;
        this.projection = projection == null || projection.isEmpty() ? null : Projections.of(projection, idField);
        Plan byId = Planner.byOneId(collection, this.filter);
        this.plan = byId != null ? byId : new Planner(collection, this.filter, this.orderBy, limit > 0).plan();
        this.matched = Fields.union(Fields.ofFilter(this.filter), Fields.ofKeys(plan.sorted ? null : this.orderBy));
        boolean isOnlyId = byId != null && this.filter.size() == 1;
        this.isProven = isOnlyId || (matched != null && matched.isEmpty());
        this.projected = Fields.union(Fields.ofKeys(projection), Set.of("_id"));
    }

    Plan plan() {
        return plan;
    }

    // --- Results -----------------------------------------------------------------------------------------------------

    /** The first results, encoded unless they are projected, and a cursor for the others. */
    static final class Batch {
        final List<?> results;

        /** 0 if there are no others. */
        final long cursor;

        Batch(List<?> results, long cursor) {
            this.results = results;
            this.cursor = cursor;
        }
    }

    /** @param size of the batch; 0 for no limit */
    Batch firstBatch(int size) {
        Results<Object> results = new Results<>(this::encoded);
        List<Object> first = results.take(size == 0 ? Integer.MAX_VALUE : size);
        if (results.isEmpty()) return new Batch(first, 0);
        OpenCursor cursor = new OpenCursor(collection.cursors().generateCursorId(), results);
        collection.cursors().add(cursor);
        return new Batch(first, cursor.getId());
    }

    private Object encoded(Match match) {
        if (projection == null) return Raw.document(match.stored);
        return projection.apply(Bson.partial(match.stored, projected));
    }

    private Document decoded(Match match) {
        Document whole = matched == null ? match.fields : Bson.decode(match.stored);
        return projection == null ? whole : projection.apply(whole);
    }

    /** @return the results, which are read as they are taken */
    LazyResult result() {
        return new LazyResult(new Results<>(this::decoded));
    }

    /** @return the results one by one, read from a snapshot; close it, unless it is read to its end */
    Stream<Document> stream() {
        LazyResult result = result();
        return StreamSupport.stream(result.spliterator(), false).onClose(result::close);
    }

    /** Results that are read as they are taken, once. Close it, unless it is read to its end. */
    static final class LazyResult extends QueryResult implements AutoCloseable {
        private final Results<Document> results;

        private LazyResult(Results<Document> results) {
            super(results);
            this.results = results;
        }

        @Override
        public void close() {
            results.close();
        }
    }

    /** @return the number of results; documents are read only if the index does not answer the whole filter */
    int count() {
        int found = 0;
        try (Scan scan = new Scan(collection, plan)) {
            if (plan.covered) return scan.countAhead(limit);
            while ((limit == 0 || found < limit) && nextMatch(scan) != null) found++;
        }
        return found;
    }

    /** Runs it for `explain`. @return [results, entries looked at, documents looked at] */
    long[] measure() {
        long results = 0;
        try (Results<Object> found = new Results<>(this::encoded)) {
            while (!found.isEmpty()) {
                found.next();
                results++;
            }
            return new long[] {results, found.scan.entriesRead(), found.scan.documentsRead()};
        }
    }

    /** A document that matches: its encoded `_id`, its bytes, and the fields that matching and sorting need. */
    static final class Match {
        final byte[] id;
        final byte[] stored;
        private final Document fields;

        private Match(Scan scan, Document fields) {
            this.id = scan.id();
            this.stored = scan.stored();
            this.fields = fields;
        }
    }

    /** @return the documents themselves, which are read as they are taken; close it */
    Results<Match> matches() {
        return new Results<>(match -> match);
    }

    private Match nextMatch(Scan scan) {
        while (scan.next()) {
            if (isProven) return new Match(scan, NOTHING);
            Document fields = Bson.fields(scan.stored(), matched);
            if (collection.matches(fields, filter)) return new Match(scan, fields);
        }
        return null;
    }

    /** The results in order and in one form, read as they are taken. */
    final class Results<T> implements Iterable<T>, Iterator<T>, AutoCloseable {
        private final Function<Match, T> form;
        private final Scan scan = new Scan(collection, plan);
        private Iterator<Match> sorted;
        private Match ahead;
        private int left = limit == 0 ? Integer.MAX_VALUE : limit;

        private Results(Function<Match, T> form) {
            this.form = form;
            try {
                if (orderBy != null && !plan.sorted) sorted = sort();
                for (int n = 0; n < skip && read() != null; n++) {}
                advance();
            } catch (RuntimeException | Error e) {
                scan.close();
                throw e;
            }
        }

        private Match read() {
            if (sorted == null) return nextMatch(scan);
            return sorted.hasNext() ? sorted.next() : null;
        }

        private void advance() {
            ahead = left == 0 ? null : read();
            left--;
            if (ahead == null) close();
        }

        boolean isEmpty() {
            return ahead == null;
        }

        @Override
        public Iterator<T> iterator() {
            return this;
        }

        @Override
        public boolean hasNext() {
            return !isEmpty();
        }

        @Override
        public T next() {
            if (ahead == null) throw new NoSuchElementException();
            Match taken = ahead;
            advance();
            return form.apply(taken);
        }

        List<T> take(int maximum) {
            List<T> taken = new ArrayList<>();
            long bytes = 0;
            while (ahead != null && taken.size() < maximum && bytes < REPLY_BYTES) {
                bytes += ahead.stored.length;
                taken.add(next());
            }
            return taken;
        }

        /** Sorts in memory: with a limit only as many documents as are wanted are kept. */
        private Iterator<Match> sort() {
            Comparator<Document> fields = new DocumentComparator(orderBy);
            Comparator<Match> order = (one, other) -> fields.compare(one.fields, other.fields);
            int wanted = limit == 0 ? Integer.MAX_VALUE : skip + limit;
            PriorityQueue<Match> worstFirst = new PriorityQueue<>(64, order.reversed());
            List<Match> kept = new ArrayList<>();
            long bytes = 0;
            for (Match next = nextMatch(scan); next != null; next = nextMatch(scan)) {
                if (wanted == Integer.MAX_VALUE) {
                    bytes += next.stored.length;
                    if (bytes > SORT_BYTES) throw tooMuch();
                    kept.add(next);
                    continue;
                }
                worstFirst.add(next);
                if (worstFirst.size() > wanted) worstFirst.poll();
            }
            kept.addAll(worstFirst);
            kept.sort(order);
            return kept.iterator();
        }

        @Override
        public void close() {
            scan.close();
        }
    }

    private static MongoServerError tooMuch() {
        return new MongoServerError(
                292,
                "QueryExceededMemoryLimitNoDiskUseAllowed",
                "Sort exceeded memory limit of " + SORT_BYTES + " bytes");
    }

    /** A cursor that reads on from its snapshot. */
    static final class OpenCursor implements Cursor {
        private static final Set<OpenCursor> OPEN = ConcurrentHashMap.newKeySet();

        private final long id;
        private final Results<Object> results;
        private volatile long usedNanos = System.nanoTime();

        private OpenCursor(long id, Results<Object> results) {
            this.id = id;
            this.results = results;
            OPEN.add(this);
        }

        /** @return all cursors that are not at their end */
        static Set<OpenCursor> all() {
            return OPEN;
        }

        @Override
        public long getId() {
            return id;
        }

        @Override
        public synchronized boolean isEmpty() {
            return results.isEmpty();
        }

        /** The library decodes what it takes; {@link #take} does not. */
        @Override
        public List<Document> takeDocuments(int maximum) {
            throw new UnsupportedOperationException();
        }

        /** @param maximum number of results; 0 for no limit */
        synchronized List<Object> take(int maximum) {
            usedNanos = System.nanoTime();
            List<Object> taken = results.take(maximum <= 0 ? Integer.MAX_VALUE : maximum);
            if (results.isEmpty()) OPEN.remove(this);
            return taken;
        }

        long idleNanos() {
            return System.nanoTime() - usedNanos;
        }

        synchronized void close() {
            OPEN.remove(this);
            results.ahead = null;
            results.close();
        }
    }
}
