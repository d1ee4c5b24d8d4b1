package cups.store;

import de.bwaldvogel.mongo.backend.Missing;
import de.bwaldvogel.mongo.bson.Document;
import java.util.Collection;
import java.util.List;

/** Values of a document at a path, as an index sees them. */
final class Values {
    /** Stands for an array without elements, which has an entry of its own. */
    static final Object EMPTY = List.of();

    private Values() {}

    /**
     * Adds the values at a path: one, or those of each element of an array on the way.
     *
     * @return whether there was an array
     */
    static boolean collect(Document document, String[] path, List<Object> into) {
        boolean multiple = collect(document, path, 0, into);
        if (into.isEmpty()) into.add(Missing.getInstance());
        return multiple;
    }

    private static boolean collect(Object node, String[] path, int at, List<Object> into) {
        if (at == path.length) {
            if (!(node instanceof Collection)) {
                into.add(node);
                return false;
            }
            Collection<?> elements = (Collection<?>) node;
            if (elements.isEmpty()) into.add(EMPTY);
            else into.addAll(elements);
            return true;
        }
        if (node instanceof Document) return collect(((Document) node).getOrMissing(path[at]), path, at + 1, into);
        if (!(node instanceof Collection)) {
            into.add(Missing.getInstance());
            return false;
        }
        int index = indexOf(path[at]);
        int n = 0;
        for (Object element : (Collection<?>) node) {
            if (n++ == index) collect(element, path, at + 1, into);
            if (element instanceof Document) collect(element, path, at, into);
        }
        return true;
    }

    private static int indexOf(String fragment) {
        if (fragment.isEmpty() || fragment.length() > 6) return -1;
        for (int n = 0; n < fragment.length(); n++) if (!Character.isDigit(fragment.charAt(n))) return -1;
        return Integer.parseInt(fragment);
    }
}
