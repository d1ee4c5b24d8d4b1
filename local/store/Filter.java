package cups.store;

import de.bwaldvogel.mongo.backend.Missing;
import de.bwaldvogel.mongo.backend.Utils;
import de.bwaldvogel.mongo.backend.ValueComparator;
import de.bwaldvogel.mongo.bson.BsonRegularExpression;
import de.bwaldvogel.mongo.bson.Document;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What a filter says of each field, as far as an index can use it. Documents are matched against the whole filter
 * afterwards, so leaving something out costs time only.
 */
final class Filter {
    /** What must hold for one field. */
    static final class Condition {
        /** Values of an equality or `$in`; null without one. */
        List<Object> points;

        /** Values of further ones, in no order: an array can meet several. */
        final List<List<Object>> others = new ArrayList<>();

        Object lower;
        Object upper;
        boolean lowerInclusive;
        boolean upperInclusive;
        boolean exists;

        boolean isPoint() {
            return points != null && points.size() == 1;
        }

        boolean isRange() {
            return lower != null || upper != null;
        }

        /** Whether a document must have the field. */
        boolean needsField() {
            return exists || isRange() || (points != null && points.stream().noneMatch(Missing::isNullOrMissing));
        }
    }

    private final Map<String, Condition> conditions = new LinkedHashMap<>();
    private final List<List<Document>> alternatives = new ArrayList<>();

    /** Whether the conditions say everything that the filter says. */
    private boolean complete = true;

    Filter(Document filter) {
        read(filter);
        for (List<Document> branches : alternatives) implyBounds(branches);
    }

    Map<String, Condition> conditions() {
        return conditions;
    }

    Condition condition(String field) {
        return conditions.get(field);
    }

    boolean isComplete() {
        return complete;
    }

    /** @return the branches of the first `$or`, or null */
    List<Document> branches() {
        return alternatives.isEmpty() ? null : alternatives.get(0);
    }

    private void read(Document filter) {
        for (Map.Entry<String, Object> entry : filter.entrySet()) {
            String field = entry.getKey();
            Object value = entry.getValue();
            if (field.equals("$and")) {
                for (Object part : (Collection<?>) value) read((Document) part);
            } else if (field.equals("$or")) {
                complete = false;
                List<Document> branches = new ArrayList<>();
                for (Object branch : (Collection<?>) value) branches.add((Document) branch);
                if (!branches.isEmpty()) alternatives.add(branches);
            } else if (field.startsWith("$")) {
                complete = false;
            } else {
                read(field, value);
            }
        }
    }

    private void read(String field, Object value) {
        if (value instanceof Document && hasOperators((Document) value)) {
            for (Map.Entry<String, Object> operator : ((Document) value).entrySet()) {
                readOperator(field, operator.getKey(), operator.getValue());
            }
        } else {
            addPoints(field, List.of(Missing.ofNullable(value)));
        }
    }

    private static boolean hasOperators(Document value) {
        return value.keySet().stream().anyMatch(key -> key.startsWith("$"));
    }

    private void readOperator(String field, String operator, Object value) {
        switch (operator) {
            case "$eq":
                addPoints(field, List.of(Missing.ofNullable(value)));
                break;
            case "$in":
                List<Object> points = new ArrayList<>();
                for (Object one : (Collection<?>) value) points.add(Missing.ofNullable(one));
                addPoints(field, points);
                break;
            case "$gt":
            case "$gte":
                addBound(field, value, true, operator.equals("$gte"));
                break;
            case "$lt":
            case "$lte":
                addBound(field, value, false, operator.equals("$lte"));
                break;
            case "$exists":
                // An index cannot tell a missing field from null, so this only says that a sparse one may be used.
                complete = false;
                if (Utils.isTrue(value)) of(field).exists = true;
                break;
            default:
                complete = false;
        }
    }

    private Condition of(String field) {
        return conditions.computeIfAbsent(field, name -> new Condition());
    }

    private void addPoints(String field, List<Object> points) {
        boolean isUsable = points.stream().noneMatch(Filter::isPattern);
        Condition condition = of(field);
        if (!isUsable || condition.points != null) {
            complete = false;
            if (condition.points == null || !isUsable) return;
            boolean isFewer = points.size() < condition.points.size();
            condition.others.add(isFewer ? condition.points : points);
            if (!isFewer) return;
        }
        condition.points = points;
        if (!points.stream().allMatch(Filter::isExact)) complete = false;
    }

    /** Patterns, and arrays, which also match as elements. */
    private static boolean isPattern(Object value) {
        return value instanceof Collection || BsonRegularExpression.isRegularExpression(value);
    }

    /** Whether equal keys are equal values. */
    private static boolean isExact(Object value) {
        return value instanceof String
                || value instanceof Integer
                || value instanceof Long
                || value instanceof Double
                || KeyWriter.rangeType(value) >= 0 && !(value instanceof Number)
                || value instanceof Boolean
                || Missing.isNullOrMissing(value);
    }

    private void addBound(String field, Object value, boolean isLower, boolean inclusive) {
        Condition condition = of(field);
        if (KeyWriter.rangeType(value) < 0 || (isLower ? condition.lower : condition.upper) != null) {
            complete = false;
            return;
        }
        if (isLower) {
            condition.lower = value;
            condition.lowerInclusive = inclusive;
        } else {
            condition.upper = value;
            condition.upperInclusive = inclusive;
        }
        if (condition.points != null || hasMixedTypes(condition)) complete = false;
    }

    /** Bounds of two types match nothing; a range of keys would. */
    private static boolean hasMixedTypes(Condition condition) {
        return condition.lower != null
                && condition.upper != null
                && KeyWriter.rangeType(condition.lower) != KeyWriter.rangeType(condition.upper);
    }

    /** Adds the bounds that every branch of an `$or` has: a page begins after a value, or at it after an `_id`. */
    private void implyBounds(List<Document> branches) {
        List<Filter> parts = new ArrayList<>();
        for (Document branch : branches) parts.add(new Filter(branch));
        for (String field : parts.get(0).conditions.keySet()) {
            if (conditions.containsKey(field)) continue;
            Object lower = implied(parts, field, true);
            Object upper = implied(parts, field, false);
            if (lower == null && upper == null) continue;
            Condition condition = of(field);
            condition.lower = lower;
            condition.upper = upper;
            condition.lowerInclusive = true;
            condition.upperInclusive = true;
        }
    }

    private static Object implied(List<Filter> parts, String field, boolean isLower) {
        Object hull = null;
        for (Filter part : parts) {
            Condition condition = part.condition(field);
            if (condition == null) return null;
            Object bound = condition.isPoint() ? condition.points.get(0) : isLower ? condition.lower : condition.upper;
            if (bound == null || KeyWriter.rangeType(bound) < 0) return null;
            if (hull != null && KeyWriter.rangeType(hull) != KeyWriter.rangeType(bound)) return null;
            int order = hull == null ? 0 : ValueComparator.asc().compare(bound, hull);
            if (hull == null || (isLower ? order < 0 : order > 0)) hull = bound;
        }
        return hull;
    }
}
