package cups.store;

import de.bwaldvogel.mongo.bson.Document;
import de.bwaldvogel.mongo.exception.MongoServerError;
import de.bwaldvogel.mongo.wire.BsonConstants;
import java.util.Set;

/** Documents as BSON bytes. */
final class Bson {
    private Bson() {}

    /** @throws MongoServerError 17419 above 16 MiB */
    static byte[] encode(Document document) {
        byte[] bytes = new BsonWriter(1024).document(document).toBytes();
        checkSize(bytes.length);
        return bytes;
    }

    /** @throws MongoServerError 17419 above 16 MiB */
    static void checkSize(int length) {
        if (length <= BsonConstants.MAX_BSON_OBJECT_SIZE) return;
        throw new MongoServerError(17419, "Location17419", "Resulting document is larger than 16777216 bytes");
    }

    static Document decode(byte[] bytes) {
        return new BsonReader(bytes, 0).document();
    }

    /** @return a document with some fields decoded, null for all, and the others as {@link Raw} unless they are small */
    static Document partial(byte[] bytes, Set<String> decoded) {
        return new BsonReader(bytes, 0).partial(decoded);
    }

    /** @return a document with some fields only, null for all */
    static Document fields(byte[] bytes, Set<String> wanted) {
        return new BsonReader(bytes, 0).fields(wanted);
    }
}
