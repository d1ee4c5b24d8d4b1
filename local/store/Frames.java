package cups.store;

import de.bwaldvogel.mongo.bson.Document;
import de.bwaldvogel.mongo.wire.MongoWireProtocolHandler;
import de.bwaldvogel.mongo.wire.message.ClientRequest;
import de.bwaldvogel.mongo.wire.message.MessageHeader;
import de.bwaldvogel.mongo.wire.message.MongoMessage;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/** Reads and writes OP_MSG, the message of all commands; the library reads the OP_QUERY that opens a connection. */
final class Frames extends MongoWireProtocolHandler {
    private static final int OP_MSG = 2013;
    private static final int HEADER_BYTES = 16;
    private static final int CHECKSUM_PRESENT = 1;
    private static final int CHECKSUM_BYTES = 4;

    @Override
    protected ClientRequest decode(ChannelHandlerContext context, ByteBuf in) throws Exception {
        if (in.readableBytes() < HEADER_BYTES) return null;
        int start = in.readerIndex();
        int length = in.getIntLE(start);
        if (length < HEADER_BYTES || length > MAX_MESSAGE_SIZE_BYTES) {
            throw new IOException("message of " + length + " bytes");
        }
        if (in.getIntLE(start + 12) != OP_MSG) return super.decode(context, in);
        if (in.readableBytes() < length) return null;
        MessageHeader header = new MessageHeader(length, in.getIntLE(start + 4), in.getIntLE(start + 8));
        byte[] body = new byte[length - HEADER_BYTES];
        in.skipBytes(HEADER_BYTES).readBytes(body);
        return new MongoMessage(context.channel(), header, command(body));
    }

    private static Document command(byte[] body) {
        BsonReader reader = new BsonReader(body, 0);
        int flags = reader.int32();
        if ((flags & ~CHECKSUM_PRESENT) != 0) throw new UnsupportedOperationException("flags=" + flags + " not yet supported");
        int end = body.length - (flags == CHECKSUM_PRESENT ? CHECKSUM_BYTES : 0);
        Document command = null;
        Document sequences = new Document();
        while (reader.position() < end) {
            int kind = reader.int8();
            if (kind == MongoMessage.SECTION_KIND_BODY && command == null) command = reader.command();
            else if (kind == MongoMessage.SECTION_KIND_DOCUMENT_SEQUENCE) readSequence(reader, sequences);
            else throw new IllegalArgumentException("Unexpected section kind: " + kind);
        }
        if (command == null || reader.position() != end) throw new IllegalArgumentException("Message without a body");
        command.putAll(sequences);
        return command;
    }

    /** Reads the documents of a command that are beside its body. Those of an insert stay encoded. */
    private static void readSequence(BsonReader reader, Document into) {
        int start = reader.position();
        int end = start + reader.int32();
        String name = reader.name();
        List<Object> documents = new ArrayList<>();
        while (reader.position() < end) {
            documents.add(name.equals("documents") ? reader.rawDocument() : reader.document());
        }
        into.put(name, documents);
    }

    /** @return the message that answers a request */
    static ByteBuf encode(int id, int requestId, Document answer) {
        BsonWriter message = new BsonWriter(512);
        // Length, flags, and the kind of the only section.
        message.int32(0).int32(id).int32(requestId).int32(OP_MSG).int32(0).int8(MongoMessage.SECTION_KIND_BODY);
        message.document(answer).setInt32(0, message.length());
        return Unpooled.wrappedBuffer(message.array(), 0, message.length());
    }
}
