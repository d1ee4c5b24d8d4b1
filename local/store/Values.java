package cups.store;

import de.bwaldvogel.mongo.backend.Missing;
import de.bwaldvogel.mongo.bson.Document;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;

/** Values of a document at a path, as an index sees them. */
final class Values {
    /** The values of the elements of an array on the way. */
    static final class Several {
        final List<Object> values;

        Several(List<Object> values) {
            this.values = values;
        }
    }

    /** Stands for an array without elements, which has an entry of its own. */
    private static final Object EMPTY = List.of();

    private Values() {}

    /** @return the value, Missing, or Several if there is an array on the way */
    static Object at(Document document, String[] path) {
        Object node = document;
        for (String field : path) {
            if (node instanceof Collection) return several(document, path);
            if (!(node instanceof Document)) return Missing.getInstance();
            node = ((Document) node).getOrMissing(field);
        }
        return node instanceof Collection ? several(document, path) : Missing.ofNullable(node);
    }

    private static Several several(Document document, String[] path) {
        List<Object> values = new ArrayList<>();
        collect(document, path, 0, values);
        if (values.isEmpty()) values.add(Missing.getInstance());
        return new Several(values);
    }

    private static void collect(Object node, String[] path, int at, List<Object> into) {
        if (at == path.length) {
            if (!(node instanceof Collection)) into.add(Missing.ofNullable(node));
            else if (((Collection<?>) node).isEmpty()) into.add(EMPTY);
            else into.addAll((Collection<?>) node);
        } else if (node instanceof Document) {
            collect(((Document) node).getOrMissing(path[at]), path, at + 1, into);
        } else if (node instanceof Collection) {
            int index = indexOf(path[at]);
            int n = 0;
            for (Object element : (Collection<?>) node) {
                if (n++ == index) collect(element, path, at + 1, into);
                if (element instanceof Document) collect(element, path, at, into);
            }
        } else {
            into.add(Missing.getInstance());
        }
    }

    /** @return the number that a field names an element by, or -1 */
    private static int indexOf(String field) {
        boolean isNumber = !field.isEmpty() && field.length() < 7 && field.chars().allMatch(Character::isDigit);
        return isNumber ? Integer.parseInt(field) : -1;
    }
}
