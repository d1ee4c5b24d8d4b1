package cups.store;

import de.bwaldvogel.mongo.backend.Missing;
import de.bwaldvogel.mongo.backend.Utils;
import de.bwaldvogel.mongo.backend.ValueComparator;
import de.bwaldvogel.mongo.bson.Document;
import java.util.Collection;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;

/** The command `distinct`, over a stream of documents. */
final class Distinct {
    private Distinct() {}

    static Document values(DocumentCollection collection, Document command) {
        String key = (String) command.get("key");
        Document filter = (Document) command.get("query");
        Set<Object> values = new TreeSet<>(ValueComparator.ascWithoutListHandling());
        try (Stream<Document> all = new Query(collection, filter, null, 0, 0, null, "_id").stream()) {
            all.forEach(document -> {
                Object value = Utils.getSubdocumentValueCollectionAware(document, key);
                if (value instanceof Missing) return;
                if (value instanceof Collection) values.addAll((Collection<?>) value);
                else values.add(value);
            });
        }
        Document response = new Document("values", values);
        Utils.markOkay(response);
        return response;
    }
}
