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
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;

/** One read: a filter, an order, and how much of the result is wanted. */
final class Query {
    /** Bytes of documents that one sort may hold; decoded they take several times as much of the heap. */
    private static final long SORT_BYTES = 16L << 20;

    /** Bytes of documents in one reply, but at least one document. */
    private static final int REPLY_BYTES = 4 << 20;

    private final DocumentCollection collection;
    private final Document filter;
    private final Document orderBy;
    private final int skip;
    private final int limit;
    private final UnaryOperator<Document> projection;
    private final Plan plan;

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
        this.plan = new Planner(collection, this.filter, this.orderBy, limit > 0).plan();
    }

    Plan plan() {
        return plan;
    }

    // --- Results -----------------------------------------------------------------------------------------------------

    /** @param batchSize size of the first batch; 0 for all, which are read as they are taken unless there is a limit */
    QueryResult result(int batchSize) {
        Results results = new Results();
        if (batchSize == 0 && limit == 0) return new LazyResult(results);
        List<Document> first = results.take(batchSize == 0 ? Integer.MAX_VALUE : batchSize, batchSize > 0);
        if (results.isEmpty()) return new QueryResult(first);
        OpenCursor cursor = new OpenCursor(collection.cursors().generateCursorId(), results);
        collection.cursors().add(cursor);
        return new QueryResult(first, cursor);
    }

    /** @return the results one by one, read from a snapshot; close it, unless it is read to its end */
    Stream<Document> stream() {
        LazyResult result = new LazyResult(new Results());
        return StreamSupport.stream(result.spliterator(), false).onClose(result::close);
    }

    /** Results that are read as they are taken, once. Close it, unless it is read to its end. */
    static final class LazyResult extends QueryResult implements AutoCloseable {
        private final Results results;

        private LazyResult(Results results) {
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
            while ((limit == 0 || found < limit) && (plan.covered ? scan.nextEntry() : nextMatch(scan) != null)) found++;
        }
        return found;
    }

    /** Runs it for `explain`. @return [results, entries looked at, documents looked at] */
    long[] measure() {
        long results = 0;
        try (Results found = new Results()) {
            while (!found.isEmpty()) {
                found.next();
                results++;
            }
            return new long[] {results, found.scan.entriesRead(), found.scan.documentsRead()};
        }
    }

    private Document nextMatch(Scan scan) {
        while (scan.next()) {
            Document document = scan.document();
            if (collection.matches(document, filter)) return document;
        }
        return null;
    }

    /** The results in order, read as they are taken. */
    private final class Results implements Iterable<Document>, Iterator<Document>, AutoCloseable {
        private final Scan scan = new Scan(collection, plan);
        private Iterator<Document> sorted;
        private Document ahead;
        private int left = limit == 0 ? Integer.MAX_VALUE : limit;

        Results() {
            try {
                if (orderBy != null && !plan.sorted) sorted = sort();
                for (int n = 0; n < skip && read() != null; n++) {}
                advance();
            } catch (RuntimeException | Error e) {
                scan.close();
                throw e;
            }
        }

        private Document read() {
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
        public Iterator<Document> iterator() {
            return this;
        }

        @Override
        public boolean hasNext() {
            return !isEmpty();
        }

        @Override
        public Document next() {
            if (ahead == null) throw new NoSuchElementException();
            Document taken = ahead;
            advance();
            return projection == null ? taken : projection.apply(taken);
        }

        List<Document> take(int maximum, boolean isBounded) {
            List<Document> taken = new ArrayList<>(Math.min(maximum, 128));
            long bytes = 0;
            while (ahead != null && taken.size() < maximum && (!isBounded || bytes < REPLY_BYTES)) {
                if (isBounded) bytes += scan.lastBytes();
                taken.add(next());
            }
            return taken;
        }

        /** Sorts in memory: with a limit only as many documents as are wanted are kept. */
        private Iterator<Document> sort() {
            Comparator<Document> order = new DocumentComparator(orderBy);
            int wanted = limit == 0 ? Integer.MAX_VALUE : skip + limit;
            PriorityQueue<Document> worstFirst = new PriorityQueue<>(64, order.reversed());
            List<Document> kept = new ArrayList<>();
            long bytes = 0;
            for (Document next = nextMatch(scan); next != null; next = nextMatch(scan)) {
                if (wanted == Integer.MAX_VALUE) {
                    bytes += scan.lastBytes();
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
        private final Results results;
        private volatile long usedNanos = System.nanoTime();

        private OpenCursor(long id, Results results) {
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

        @Override
        public synchronized List<Document> takeDocuments(int maximum) {
            usedNanos = System.nanoTime();
            List<Document> taken = results.take(maximum <= 0 ? Integer.MAX_VALUE : maximum, true);
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
