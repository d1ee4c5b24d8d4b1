package cups.store;

import de.bwaldvogel.mongo.backend.ArrayFilters;
import de.bwaldvogel.mongo.backend.Projections;
import de.bwaldvogel.mongo.backend.Updates;
import de.bwaldvogel.mongo.backend.Utils;
import de.bwaldvogel.mongo.bson.Document;
import de.bwaldvogel.mongo.exception.MongoServerError;
import de.bwaldvogel.mongo.exception.MongoServerException;
import java.util.ArrayList;
import java.util.List;

/**
 * The commands `insert`, `update`, `delete` and `findAndModify`. The statements of one command are one pass over the
 * collection. Each has its own result: one that fails is in `writeErrors` with its index, and ends an ordered command.
 */
final class WriteCommands {
    private WriteCommands() {}

    static Document insert(DocumentCollection collection, Document command) {
        List<?> documents = (List<?>) command.get("documents");
        Statements statements = new Statements(command);
        int[] inserted = new int[1];
        collection.change(changes -> statements.run(documents.size(), n -> {
            changes.insert(documents.get(n));
            inserted[0]++;
        }));
        return statements.answer(new Document("n", inserted[0]));
    }

    static Document update(DocumentCollection collection, Document command) {
        List<?> updates = (List<?>) command.get("updates");
        Statements statements = new Statements(command);
        List<Document> upserted = new ArrayList<>();
        int[] numbers = new int[2];
        collection.change(changes -> statements.run(updates.size(), n -> {
            Document one = (Document) updates.get(n);
            Document update = updateOf(one.get("u"));
            ArrayFilters filters = Updates.arrayFilters(one, update);
            boolean isUpsert = Utils.isTrue(one.get("upsert"));
            Changes.Outcome outcome =
                    changes.update((Document) one.get("q"), update, filters, Utils.isTrue(one.get("multi")), isUpsert);
            numbers[0] += outcome.matched;
            numbers[1] += outcome.modified;
            if (outcome.upserted != null) upserted.add(new Document("index", n).append("_id", outcome.upserted));
        }));
        Document answer = new Document("n", numbers[0] + upserted.size()).append("nModified", numbers[1]);
        if (!upserted.isEmpty()) answer.append("upserted", upserted);
        return statements.answer(answer);
    }

    static Document delete(DocumentCollection collection, Document command) {
        List<?> deletes = (List<?>) command.get("deletes");
        Statements statements = new Statements(command);
        int[] removed = new int[1];
        collection.change(changes -> statements.run(deletes.size(), n -> {
            Document one = (Document) deletes.get(n);
            removed[0] += changes.delete((Document) one.get("q"), ((Number) one.get("limit")).intValue());
        }));
        return statements.answer(new Document("n", removed[0]));
    }

    static Document findAndModify(DocumentCollection collection, Document command) {
        Document[] answer = new Document[1];
        try {
            collection.change(changes -> answer[0] = changes.findAndModify(command));
        } catch (MongoServerError e) {
            throw Updates.ofFindAndModify(e);
        }
        Document fields = (Document) command.get("fields");
        Document value = (Document) answer[0].get("value");
        if (fields != null && value != null) answer[0].put("value", Projections.of(fields, "_id").apply(value));
        Utils.markOkay(answer[0]);
        return answer[0];
    }

    private static Document updateOf(Object update) {
        if (update instanceof Document) return (Document) update;
        throw new MongoServerError(9, "FailedToParse", "The embedded store has no updates by pipelines");
    }

    private interface Statement {
        void run(int index);
    }

    /** Runs the statements of one command and keeps what failed. */
    private static final class Statements {
        private final boolean isOrdered;
        private final List<Document> errors = new ArrayList<>();

        Statements(Document command) {
            isOrdered = Utils.isTrue(command.getOrDefault("ordered", true));
        }

        void run(int number, Statement statement) {
            for (int n = 0; n < number && !(isOrdered && !errors.isEmpty()); n++) {
                try {
                    statement.run(n);
                } catch (MongoServerException e) {
                    errors.add(error(n, e));
                }
            }
        }

        private static Document error(int index, MongoServerException e) {
            Document error = new Document("index", index).append("errmsg", e.getMessageWithoutErrorCode());
            if (!(e instanceof MongoServerError)) return error.append("code", 8).append("codeName", "UnknownError");
            MongoServerError known = (MongoServerError) e;
            error.append("code", known.getCode());
            error.putIfNotNull("codeName", known.getCodeName());
            return error;
        }

        Document answer(Document result) {
            if (!errors.isEmpty()) result.append("writeErrors", errors);
            Utils.markOkay(result);
            return result;
        }
    }
}
