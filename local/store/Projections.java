package de.bwaldvogel.mongo.backend;

import de.bwaldvogel.mongo.bson.Document;
import java.util.function.UnaryOperator;

/** Opens the library's projection, which is visible in its package only. */
public final class Projections {
    private Projections() {}

    public static UnaryOperator<Document> of(Document fields, String idField) {
        Projection projection = new Projection(fields, idField);
        return projection::projectDocument;
    }
}
