package cups.store;

import de.bwaldvogel.mongo.backend.IndexKey;
import de.bwaldvogel.mongo.backend.Missing;
import de.bwaldvogel.mongo.bson.Document;
import de.bwaldvogel.mongo.bson.ObjectId;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.UUID;

/**
 * Chooses how to read. As MongoDB's guideline for compound indexes says: fields of equalities first, then those of the
 * order, then a range.
 */
final class Planner {
    /** Ranges that one plan may read, for `$in` on several fields. */
    private static final int MAX_RANGES = 200;

    private static final int MAX_IDS = 10_000;

    private final DocumentCollection collection;
    private final Document query;
    private final Filter filter;
    private final Document orderBy;
    private final boolean isLimited;

    /** How far the chosen index narrows the search. */
    private int selectivity;

    Planner(DocumentCollection collection, Document query, Document orderBy, boolean isLimited) {
        this.collection = collection;
        this.query = query;
        this.filter = new Filter(query);
        this.orderBy = orderBy;
        this.isLimited = isLimited;
    }

    Plan plan() {
        List<FieldIndex> indexes = collection.fieldIndexes();
        Plan byId = byId();
        if (byId != null) {
            selectivity = Integer.MAX_VALUE;
            return byId;
        }
        Candidate best = null;
        for (FieldIndex index : indexes) {
            Candidate candidate = new Candidate(index);
            if (candidate.isUseful() && (best == null || candidate.score() > best.score())) best = candidate;
        }
        selectivity = best == null ? 0 : best.selectivity();
        Plan union = union(selectivity);
        if (union != null) return union;
        return best == null ? all() : best.plan();
    }

    /** @return the plan of a filter that names one `_id`, which needs no analysis of the rest; null for any other */
    static Plan byOneId(DocumentCollection collection, Document query) {
        Object id = query.get("_id");
        FieldIndex primary = collection.primary();
        boolean isOne = primary != null
                && (id instanceof String || id instanceof Number || id instanceof ObjectId || id instanceof UUID);
        return isOne ? Plan.ofIds(primary, List.of(DocumentCollection.idBytes(id)), true) : null;
    }

    private Plan byId() {
        Filter.Condition condition = filter.condition("_id");
        if (condition == null || condition.points == null || condition.points.size() > MAX_IDS) return null;
        FieldIndex primary = collection.primary();
        if (primary == null) return null;
        TreeSet<byte[]> ids = new TreeSet<>(java.util.Arrays::compareUnsigned);
        for (Object point : condition.points) ids.add(DocumentCollection.idBytes(point));
        return Plan.ofIds(primary, new ArrayList<>(ids), ids.size() <= 1 || isOrder("_id", true));
    }

    private boolean isOrder(String field, boolean ascending) {
        return orderBy != null
                && orderBy.size() == 1
                && orderBy.containsKey(field)
                && isAscending(orderBy.get(field)) == ascending;
    }

    private static boolean isAscending(Object direction) {
        return ((Number) direction).doubleValue() > 0;
    }

    /** Each branch of an `$or` by an index of its own, if that narrows every branch more than one index for all. */
    private Plan union(int selectivity) {
        List<Document> branches = filter.branches();
        if (branches == null) return null;
        List<Plan> plans = new ArrayList<>();
        for (Document branch : branches) {
            Document whole = new Document();
            for (Map.Entry<String, Object> entry : query.entrySet()) {
                if (!entry.getKey().equals("$or")) whole.put(entry.getKey(), entry.getValue());
            }
            for (Map.Entry<String, Object> entry : branch.entrySet()) {
                if (whole.putIfAbsent(entry.getKey(), entry.getValue()) != null) return null;
            }
            Planner planner = new Planner(collection, whole, null, false);
            Plan plan = planner.plan();
            if (plan.index == null || planner.selectivity <= selectivity) return null;
            plans.add(plan);
        }
        return Plan.ofUnion(plans);
    }

    private Plan all() {
        boolean reverse = isOrder("_id", false) || isOrder("$natural", false);
        boolean sorted = orderBy == null || isOrder("_id", true) || reverse || isOrder("$natural", true);
        return Plan.ofAll(collection.number(), reverse, sorted);
    }

    /** What one index can do for the query. */
    private final class Candidate {
        private final FieldIndex index;
        private final List<IndexKey> keys;
        private final List<byte[]> prefixes = new ArrayList<>();

        /** The prefixes without the last of the fields with values. */
        private List<byte[]> parents = List.of();

        /** Number of leading fields with values. */
        private int equalities;

        /** 1 if the field after them has bounds. */
        private int bounds;

        private boolean sorted;
        private boolean reverse;

        Candidate(FieldIndex index) {
            this.index = index;
            this.keys = index.getKeys();
            int number = index.isPrimary() ? collection.number() : index.record().number;
            prefixes.add(KeyWriter.prefix(number));
            if (!isUsable()) return;
            while (equalities < keys.size() && addPoints()) equalities++;
            Filter.Condition next = equalities < keys.size() ? condition(equalities) : null;
            bounds = next != null && next.isRange() ? 1 : 0;
            sorted = findOrder();
        }

        private Filter.Condition condition(int field) {
            return filter.condition(keys.get(field).getKey());
        }

        /** A sparse or partial index lacks documents that the query may want. */
        private boolean isUsable() {
            Document partial = index.record().partial;
            if (partial != null && !implies(partial)) return false;
            if (!index.sparse()) return true;
            for (int n = 0; n < keys.size(); n++) {
                Filter.Condition condition = condition(n);
                if (condition != null && condition.needsField()) return true;
            }
            return false;
        }

        private boolean implies(Document partial) {
            for (Map.Entry<String, Object> entry : partial.entrySet()) {
                Object said = query.get(entry.getKey());
                if (entry.getValue().equals(said)) continue;
                Filter.Condition condition = filter.condition(entry.getKey());
                if (condition == null || condition.points == null) return false;
                Document clause = new Document(entry.getKey(), entry.getValue());
                for (Object point : condition.points) {
                    Document document = new Document();
                    if (!entry.getKey().contains(".")) document.put(entry.getKey(), point);
                    if (!collection.matches(document, clause)) return false;
                }
            }
            return true;
        }

        private boolean addPoints() {
            Filter.Condition condition = condition(equalities);
            if (condition == null || condition.points == null) return false;
            if ((long) prefixes.size() * condition.points.size() > MAX_RANGES) return false;
            parents = List.copyOf(prefixes);
            prefixes.clear();
            prefixes.addAll(extended(parents, equalities, condition.points));
            return true;
        }

        /** @return the prefixes, each with the field and one of its values, in order and without repetition */
        private Collection<byte[]> extended(List<byte[]> prefixes, int field, List<Object> points) {
            TreeSet<byte[]> extended = new TreeSet<>(java.util.Arrays::compareUnsigned);
            KeyWriter writer = new KeyWriter();
            for (byte[] prefix : prefixes) {
                for (Object point : points) {
                    writer.reset().raw(prefix).field(point, keys.get(field).isAscending());
                    extended.add(writer.toBytes());
                }
            }
            return extended;
        }

        /** @return for each further equality of the last field, what one entry of a matching document begins with */
        private List<List<byte[]>> siblings() {
            if (equalities == 0) return List.of();
            List<List<byte[]>> siblings = new ArrayList<>();
            for (List<Object> points : condition(equalities - 1).others) {
                if ((long) parents.size() * points.size() > MAX_RANGES) continue;
                siblings.add(new ArrayList<>(extended(parents, equalities - 1, points)));
            }
            return siblings;
        }

        private boolean isMultikey(int field) {
            return (index.record().multikey & 1L << field) != 0;
        }

        /** @return whether the entries come in the order of the query; sets `reverse` */
        private boolean findOrder() {
            if (orderBy == null) return true;
            if (orderBy.containsKey("$natural")) return false;
            Boolean forward = null;
            int at = equalities;
            for (Map.Entry<String, Object> order : orderBy.entrySet()) {
                Filter.Condition condition = filter.condition(order.getKey());
                boolean isNext = at < keys.size() && keys.get(at).getKey().equals(order.getKey());
                if (!isNext && condition != null && condition.isPoint()) continue;
                boolean isId = at == keys.size() && order.getKey().equals("_id");
                if (!isNext && !isId) return false;
                if (isNext && isMultikey(at)) return false;
                boolean ascending = isId || keys.get(at).isAscending();
                boolean same = ascending == isAscending(order.getValue());
                if (forward != null && forward != same) return false;
                forward = same;
                at++;
            }
            reverse = forward != null && !forward;
            return true;
        }

        boolean isUseful() {
            if (!isUsable()) return false;
            return equalities + bounds > 0 || (orderBy != null && sorted);
        }

        int selectivity() {
            boolean isOneEntry = index.isUnique() && equalities == keys.size();
            return (isOneEntry ? 1_000 : 0) + equalities * 4 + bounds * 2;
        }

        int score() {
            // A sparse index of a wanted field holds few documents: sorting them costs less than reading all in order.
            boolean holdsFew = index.sparse() && equalities + bounds > 0;
            return selectivity() + (holdsFew ? 4 : 0) + (orderBy != null && sorted ? isLimited ? 3 : 1 : 0);
        }

        Plan plan() {
            List<Plan.KeyRange> ranges = new ArrayList<>();
            for (byte[] prefix : prefixes) ranges.add(range(prefix));
            boolean isOrdered = orderBy != null && sorted;
            if (reverse) ranges.sort(Comparator.comparing((Plan.KeyRange range) -> range.from, java.util.Arrays::compareUnsigned).reversed());
            return Plan.ofIndex(
                    index,
                    ranges,
                    reverse,
                    orderBy == null || sorted,
                    isOrdered && ranges.size() > 1,
                    isCovered(),
                    mayRepeat(),
                    siblings());
        }

        private Plan.KeyRange range(byte[] prefix) {
            Filter.Condition condition = bounds > 0 ? condition(equalities) : null;
            if (condition == null) return new Plan.KeyRange(prefix, after(prefix), prefix.length);
            boolean ascending = keys.get(equalities).isAscending();
            Object lower = condition.lower;
            Object upper = condition.upper;
            // The elements of an array may meet one bound each.
            if (isMultikey(equalities) && lower != null) upper = null;
            int type = KeyWriter.rangeType(lower != null ? lower : upper);
            if (lower != null && upper != null && KeyWriter.rangeType(upper) != type) upper = null;
            int typeByte = ascending ? type : ~type & 0xff;
            byte[] first = bound(prefix, ascending ? lower : upper, ascending);
            byte[] last = bound(prefix, ascending ? upper : lower, ascending);
            boolean firstInclusive = ascending ? condition.lowerInclusive : condition.upperInclusive;
            boolean lastInclusive = ascending ? condition.upperInclusive : condition.lowerInclusive;
            byte[] from = first == null ? new KeyWriter().raw(prefix).raw(typeByte).toBytes() : first;
            byte[] to = last == null ? new KeyWriter().raw(prefix).raw(typeByte + 1).toBytes() : last;
            if (first != null && !firstInclusive) from = after(first);
            if (last != null && lastInclusive) to = after(last);
            return new Plan.KeyRange(from, to, prefix.length);
        }

        private byte[] bound(byte[] prefix, Object value, boolean ascending) {
            return value == null ? null : new KeyWriter().raw(prefix).field(value, ascending).toBytes();
        }

        /** @return the end of all keys that begin with these bytes */
        private byte[] after(byte[] prefix) {
            return new KeyWriter().raw(prefix).raw(KeyWriter.AFTER_ALL).toBytes();
        }

        /** Whether the ranges hold exactly the entries of matching documents. */
        private boolean isCovered() {
            if (!filter.isComplete() || index.isPrimary()) return false;
            if (filter.conditions().size() != equalities + bounds) return false;
            for (int n = 0; n < equalities + bounds; n++) {
                Filter.Condition condition = condition(n);
                if (condition == null || (condition.points != null && condition.isRange())) return false;
                if (n >= equalities && isMultikey(n)) return false;
                // Only among the values of an array is null not all that a null finds.
                if (isMultikey(n) && condition.points.stream().anyMatch(Missing::isNullOrMissing)) return false;
            }
            return true;
        }

        /** Whether a document can have several entries in the ranges. */
        private boolean mayRepeat() {
            for (int n = 0; n < keys.size(); n++) {
                if (isMultikey(n) && !(n < equalities && condition(n).isPoint())) return true;
            }
            return false;
        }
    }
}
