package cups.store;

import de.bwaldvogel.mongo.backend.Utils;
import de.bwaldvogel.mongo.bson.Document;

/** The command `explain`: the plan in MongoDB's terms, and on request what running it looked at. */
final class Explanation {
    private Explanation() {}

    static Document of(Database database, Document command, String verbosity) {
        String kind = command.keySet().iterator().next();
        DocumentCollection collection =
                (DocumentCollection) database.resolveCollection((String) command.get(kind), true);
        boolean isCount = kind.equals("count");
        Document filter = (Document) command.get(isCount ? "query" : "filter");
        Number limit = (Number) command.getOrDefault("limit", 0);
        Query query = new Query(
                collection, filter, (Document) command.get("sort"), 0, Math.abs(limit.intValue()), null, "_id");
        Document answer = new Document("queryPlanner", new Document("winningPlan", stages(query.plan(), isCount)));
        if (!"queryPlanner".equals(verbosity)) answer.append("executionStats", run(query, isCount));
        Utils.markOkay(answer);
        return answer;
    }

    private static Document stages(Plan plan, boolean isCount) {
        Document stage;
        if (plan.union != null) {
            stage = new Document("stage", "OR");
            java.util.List<Document> parts = new java.util.ArrayList<>();
            for (Plan part : plan.union) parts.add(stages(part, false));
            stage.append("inputStages", parts);
        } else if (plan.ids != null) {
            stage = new Document("stage", "IDHACK").append("indexName", "_id_");
        } else if (plan.index == null) {
            stage = new Document("stage", "COLLSCAN").append("direction", plan.reverse ? "backward" : "forward");
        } else {
            Document scan = new Document("stage", plan.merged ? "SORT_MERGE" : "IXSCAN")
                    .append("indexName", plan.index.getName())
                    .append("direction", plan.reverse ? "backward" : "forward");
            boolean isCovered = isCount && plan.covered;
            stage = isCovered
                    ? scan.append("stage", "COUNT_SCAN")
                    : new Document("stage", "FETCH").append("inputStage", scan);
        }
        return plan.sorted ? stage : new Document("stage", "SORT").append("inputStage", stage);
    }

    private static Document run(Query query, boolean isCount) {
        long started = System.nanoTime();
        long[] measured = isCount && query.plan().covered ? counted(query) : query.measure();
        return new Document("executionSuccess", true)
                .append("nReturned", measured[0])
                .append("totalKeysExamined", query.plan().index == null ? 0L : measured[1])
                .append("totalDocsExamined", measured[2])
                .append("executionTimeMillis", (System.nanoTime() - started) / 1_000_000);
    }

    private static long[] counted(Query query) {
        long count = query.count();
        return new long[] {count, count, 0};
    }
}
