package cups.store;

import de.bwaldvogel.mongo.bson.Document;
import de.bwaldvogel.mongo.exception.MongoServerError;
import de.bwaldvogel.mongo.exception.MongoServerException;
import de.bwaldvogel.mongo.wire.MongoDatabaseHandler;
import de.bwaldvogel.mongo.wire.MongoExceptionHandler;
import de.bwaldvogel.mongo.wire.MongoWireReplyEncoder;
import de.bwaldvogel.mongo.wire.message.ClientRequest;
import de.bwaldvogel.mongo.wire.message.MongoMessage;
import de.bwaldvogel.mongo.wire.message.MongoReply;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.ChannelOutboundHandlerAdapter;
import io.netty.channel.ChannelPromise;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.group.ChannelGroup;
import io.netty.channel.group.DefaultChannelGroup;
import io.netty.channel.nio.NioEventLoopGroup;
import io.netty.channel.socket.SocketChannel;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import java.io.File;
import java.security.KeyStore;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import javax.net.ssl.KeyManagerFactory;

/** Speaks MongoDB's wire protocol, with TLS if there is a key. */
final class WireServer implements AutoCloseable {
    private final ChannelGroup channels;
    private final Channel server;

    /** Listens on one address of this machine, or on all (0.0.0.0). */
    WireServer(String host, int port, Engine engine, Backend backend) throws Exception {
        SslContext tls = tls();
        EventLoopGroup acceptor = new NioEventLoopGroup(1);
        EventLoopGroup workers = new NioEventLoopGroup(2);
        channels = new DefaultChannelGroup(workers.next());
        ExecutorService scans = Executors.newFixedThreadPool(2, work -> {
            Thread thread = new Thread(work, "scans");
            thread.setDaemon(true);
            return thread;
        });
        server = new ServerBootstrap()
                .group(acceptor, workers)
                .channel(NioServerSocketChannel.class)
                .option(ChannelOption.SO_BACKLOG, 128)
                .childOption(ChannelOption.TCP_NODELAY, true)
                .childHandler(new ChannelInitializer<SocketChannel>() {
                    @Override
                    protected void initChannel(SocketChannel channel) {
                        if (tls != null) channel.pipeline().addLast(tls.newHandler(channel.alloc()));
                        channel.pipeline()
                                .addLast(new MongoWireReplyEncoder())
                                .addLast(new Frames())
                                .addLast(new RespondWhenDurable(engine.sync()))
                                .addLast(new Handler(backend, channels, engine, scans))
                                .addLast(new MongoExceptionHandler());
                    }
                })
                .bind(host, port)
                .syncUninterruptibly()
                .channel();
    }

    /** @return the TLS settings; null without a key */
    private static SslContext tls() throws Exception {
        String file = System.getenv("CUPS_STORE_KEY");
        if (file == null) return null;
        char[] password = System.getenv("CUPS_STORE_PASSWORD").toCharArray();
        KeyManagerFactory keys = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        keys.init(KeyStore.getInstance(new File(file), password), password);
        return SslContextBuilder.forServer(keys).build();
    }

    /** Closes the server and its connections. */
    @Override
    public void close() {
        server.close().syncUninterruptibly();
        channels.close().syncUninterruptibly();
    }

    /**
     * Runs commands that may read many documents on separate threads; the two threads of the connections would block
     * everyone else. A client sends one command at a time per connection, so the order is kept.
     */
    private static final class Handler extends MongoDatabaseHandler {
        private static final Set<String> READ_COMMANDS =
                Set.of("find", "aggregate", "count", "distinct", "getMore", "explain", "cupsVerify", "fsync");

        private final Backend backend;
        private final LogSync sync;
        private final Gate gate;
        private final ExecutorService scans;
        private final AtomicInteger answerIds = new AtomicInteger();

        Handler(Backend backend, ChannelGroup channels, Engine engine, ExecutorService scans) {
            super(backend, channels);
            this.backend = backend;
            this.sync = engine.sync();
            this.gate = engine.gate();
            this.scans = scans;
        }

        @Override
        protected void channelRead0(ChannelHandlerContext context, ClientRequest request) {
            if (!(request instanceof MongoMessage) || !mayScan(((MongoMessage) request).getDocument())) {
                run(context, request);
                return;
            }
            scans.execute(() -> {
                try {
                    run(context, request);
                } catch (RuntimeException | Error e) {
                    context.fireExceptionCaught(e);
                }
            });
        }

        /** Runs a command unless the store stops; its connections are being closed then. */
        private void run(ChannelHandlerContext context, ClientRequest request) {
            if (!gate.enter()) return;
            try {
                if (request instanceof MongoMessage) answer(context, (MongoMessage) request);
                else super.channelRead0(context, request);
            } finally {
                gate.leave();
            }
        }

        /**
         * Runs a command. Its answer leaves when every change that it depends on is on disk, so that nobody sees a change
         * that a crash could undo. No thread waits, so any number of changes can share one sync.
         */
        private void answer(ChannelHandlerContext context, MongoMessage request) {
            Document answer;
            try {
                answer = backend.handleMessage(request);
            } catch (MongoServerException e) {
                answer = failure(e);
            } catch (RuntimeException e) {
                answer = failure(new MongoServerException("Unknown error: " + e.getMessage(), e));
            }
            long number = sync.needed();
            ByteBuf message =
                    Frames.encode(answerIds.incrementAndGet(), request.getHeader().getRequestID(), answer);
            Runnable send = () -> context.writeAndFlush(message);
            if (!sync.whenDurable(number, context.executor(), send)) send.run();
        }

        private static Document failure(MongoServerException e) {
            Document failure = new Document("errmsg", e.getMessageWithoutErrorCode());
            if (e instanceof MongoServerError) {
                failure.append("code", ((MongoServerError) e).getCode());
                failure.putIfNotNull("codeName", ((MongoServerError) e).getCodeName());
            }
            return failure.append("ok", 0);
        }

        private static boolean mayScan(Document command) {
            if (!READ_COMMANDS.contains(command.keySet().iterator().next())) return false;
            Object filter = command.get("filter");
            Object id = filter instanceof Document ? ((Document) filter).get("_id") : null;
            return id == null || id instanceof Document;
        }
    }

    /** Delays what answers an OP_QUERY, as {@link Handler} does for other messages. */
    private static final class RespondWhenDurable extends ChannelOutboundHandlerAdapter {
        private final LogSync sync;

        RespondWhenDurable(LogSync sync) {
            this.sync = sync;
        }

        @Override
        public void write(ChannelHandlerContext context, Object response, ChannelPromise promise) {
            Runnable send = () -> context.writeAndFlush(response, promise);
            boolean isDelayed =
                    response instanceof MongoReply && sync.whenDurable(sync.ofAll(), context.executor(), send);
            if (!isDelayed) context.write(response, promise);
        }
    }
}
