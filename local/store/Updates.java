package de.bwaldvogel.mongo.backend;

import de.bwaldvogel.mongo.bson.Document;
import de.bwaldvogel.mongo.exception.FailedToParseException;
import de.bwaldvogel.mongo.exception.ImmutableFieldException;
import de.bwaldvogel.mongo.exception.MongoServerError;
import de.bwaldvogel.mongo.exception.MongoServerException;
import java.util.Set;

/** Applies updates by the library's operators, which are visible in its package only. */
public final class Updates {
    private Updates() {}

    /**
     * Returns a document after an update. Fields that the update does not change are those of the document before.
     *
     * @param changed the fields that the update may change; null for a replacement
     * @param matchPosition position of the element that a `$` in a path stands for, or null
     * @throws MongoServerException if the update is invalid for this document
     */
    public static Document apply(
            Document before,
            Document update,
            Set<String> changed,
            ArrayFilters filters,
            Integer matchPosition,
            boolean isUpsert) {
        Document after = changed == null ? replaced(before, update) : new Document(before);
        if (changed != null) {
            AbstractMongoCollection.validateUpdateQuery(update);
            for (String field : changed) {
                if (before.containsKey(field)) after.put(field, cloned(before, field));
            }
            for (String operator : update.keySet()) {
                new FieldUpdates(after, operator(operator), "_id", isUpsert, matchPosition, filters)
                        .apply((Document) update.get(operator), operator);
            }
        }
        Utils.validateFieldNames(after);
        return after;
    }

    private static Object cloned(Document document, String field) {
        return new Document(field, document.get(field)).cloneDeeply().get(field);
    }

    private static Document replaced(Document before, Document replacement) {
        if (replacement.keySet().stream().anyMatch(field -> field.startsWith("$"))) {
            throw new MongoServerException("illegal update: operators and fields are mixed");
        }
        Object id = before.get("_id");
        Object given = replacement.get("_id");
        if (given != null && id != null && !Utils.nullAwareEquals(id, given)) {
            throw new ImmutableFieldException("After applying the update, the (immutable) field '_id' was found to have"
                    + " been altered to _id: " + given);
        }
        Document after = new Document();
        if (id != null) after.put("_id", id);
        for (String field : replacement.keySet()) if (!field.equals("_id") || id == null) after.put(field, replacement.get(field));
        return after;
    }

    private static UpdateOperator operator(String name) {
        try {
            return UpdateOperator.fromValue(name);
        } catch (IllegalArgumentException e) {
            throw new FailedToParseException("Unknown modifier: " + name
                    + ". Expected a valid update modifier or pipeline-style update specified as an array");
        }
    }

    public static ArrayFilters arrayFilters(Document command, Document update) {
        return ArrayFilters.parse(command, update);
    }

    /** @return the position of the element that a filter matched, or null */
    public static Integer matchPosition(Document document, Document filter) {
        return new DefaultQueryMatcher().matchPosition(document, filter);
    }

    /** Returns the document that an upsert inserts. */
    public static Document upserted(
            AbstractMongoCollection<?> collection, Document filter, Document update, Set<String> changed, ArrayFilters filters) {
        Document given = collection.convertSelectorToDocument(filter);
        Document created = apply(given, update, changed, filters, null, true);
        if (created.get("_id") == null) created.put("_id", collection.deriveDocumentId(filter));
        return created;
    }

    /** @return the error of `findAndModify`, as the library gives it */
    public static MongoServerError ofFindAndModify(MongoServerError error) {
        if (!error.shouldPrefixCommandContext()) return error;
        String message = "Plan executor error during findAndModify :: caused by :: " + error.getMessageWithoutErrorCode();
        return new MongoServerError(error.getCode(), error.getCodeName(), message, error);
    }
}
