package cups.store;

import de.bwaldvogel.mongo.bson.Document;
import java.util.Collection;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/** Names of the top-level fields that a part of a command refers to. Null stands for all fields. */
final class Fields {
    private Fields() {}

    /** @return the fields that a filter reads */
    static Set<String> ofFilter(Document filter) {
        Set<String> fields = new HashSet<>();
        return addFilter(filter, fields) ? fields : null;
    }

    private static boolean addFilter(Document filter, Set<String> into) {
        for (Map.Entry<String, Object> entry : filter.entrySet()) {
            String key = entry.getKey();
            if (!key.startsWith("$")) {
                into.add(top(key));
                continue;
            }
            boolean isList = key.equals("$and") || key.equals("$or") || key.equals("$nor");
            // Others, such as $expr, may read any field.
            if (!isList || !(entry.getValue() instanceof Collection)) return false;
            for (Object part : (Collection<?>) entry.getValue()) {
                if (!(part instanceof Document) || !addFilter((Document) part, into)) return false;
            }
        }
        return true;
    }

    /** @return the fields that an order or a projection names */
    static Set<String> ofKeys(Document keys) {
        Set<String> fields = new HashSet<>();
        if (keys != null) for (String key : keys.keySet()) fields.add(top(key));
        return fields;
    }

    /** @return the fields that an update may change; null for a replacement */
    static Set<String> ofUpdate(Document update) {
        if (update.isEmpty()) return null;
        Set<String> fields = new HashSet<>();
        for (Map.Entry<String, Object> operator : update.entrySet()) {
            if (!operator.getKey().startsWith("$") || !(operator.getValue() instanceof Document)) return null;
            for (Map.Entry<String, Object> change : ((Document) operator.getValue()).entrySet()) {
                fields.add(top(change.getKey()));
                boolean isRename = operator.getKey().equals("$rename") && change.getValue() instanceof String;
                if (isRename) fields.add(top((String) change.getValue()));
            }
        }
        return fields;
    }

    /** Whether an update names elements of arrays by `$`. */
    static boolean isPositional(Document update) {
        for (Object operator : update.values()) {
            for (String path : ((Document) operator).keySet()) if (path.indexOf('$') >= 0) return true;
        }
        return false;
    }

    static Set<String> union(Set<String> one, Set<String> other) {
        if (one == null || other == null) return null;
        Set<String> all = new HashSet<>(one);
        all.addAll(other);
        return all;
    }

    /** @return the first name of a path */
    static String top(String path) {
        int dot = path.indexOf('.');
        return dot < 0 ? path : path.substring(0, dot);
    }
}
