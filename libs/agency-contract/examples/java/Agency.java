import com.fasterxml.jackson.databind.*;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.*;
import java.time.*;
import java.util.*;
import org.apache.kafka.clients.consumer.*;
import org.apache.kafka.clients.producer.*;
import org.apache.kafka.common.errors.WakeupException;
import org.apache.kafka.common.serialization.*;

/**
 * An agency's system in one class: it takes applications, asks for papers where there are none, and decides. What is kept,
 * and in which order things happen, is the lesson: a message's effect, its ce_id and the replies to it are one entry of a
 * journal (in a real system: one transaction of your database); then the replies go out; then the offset is committed. A
 * crash at any point repeats a step, and no step has a second effect: a reply's ce_id comes from that of its request.
 */
public final class Agency {
    static final Map<String, String> ENV = System.getenv();
    static final String AGENCY = ENV.get("CUPS_AGENCY"), PREFIX = ENV.getOrDefault("CUPS_PREFIX", "");
    static final long WORK_MS = Long.parseLong(ENV.getOrDefault("AGENCY_WORK_MS", "300")); // How long a case takes here.
    static final ObjectMapper JSON = new ObjectMapper();
    final Set<String> seen = new HashSet<>();
    final Map<String, ObjectNode> cases = new LinkedHashMap<>();
    final Deque<JsonNode> outbox = new ArrayDeque<>();
    final FileChannel journal;
    ObjectNode entry = JSON.createObjectNode(); // What happens now, written as a whole.

    Agency(Path file) throws Exception {
        String text = Files.exists(file) ? Files.readString(file) : "";
        String whole = text.substring(0, text.lastIndexOf('\n') + 1); // Half a line was never done.
        for (String line : whole.lines().toList()) apply(JSON.readTree(line));
        journal = FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE).truncate(whole.length());
        journal.position(whole.length());
    }

    void apply(JsonNode done) {
        if (done.has("seen")) seen.add(done.get("seen").asText());
        if (done.has("case")) cases.put(done.get("case").get("delivery").asText(), (ObjectNode) done.get("case"));
        done.path("replies").forEach(outbox::add);
        for (int n = done.path("sent").asInt(); n > 0; n--) outbox.remove();
    }

    void commit() throws Exception {
        journal.write(ByteBuffer.wrap((JSON.writeValueAsString(entry) + "\n").getBytes()));
        journal.force(false);
        apply(entry);
        entry = JSON.createObjectNode();
    }

    ObjectNode reply(JsonNode one, String kind) {
        String request = one.get("request").asText();
        ObjectNode message = entry.withArray("replies").addObject().put("key", one.get("delivery").asText());
        ObjectNode headers = message.putObject("headers").put("ce_specversion", "1.0");
        headers.put("ce_id", UUID.nameUUIDFromBytes((AGENCY + "/" + request + "/" + kind).getBytes()).toString());
        headers.put("ce_source", "/agencies/" + AGENCY).put("ce_type", "md.cups.reply." + kind + ".v1");
        headers.put("ce_subject", "deliveries/" + one.get("delivery").asText()).put("ce_time", Instant.now().toString());
        headers.put("ce_dataschema", "urn:cups:agency:v1:reply." + kind).put("content-type", "application/json");
        headers.put("ce_causationid", request);
        if (one.has("correlation")) headers.set("ce_correlationid", one.get("correlation"));
        ObjectNode value = message.putObject("value").put("agencyReference", one.get("reference").asText());
        value.put("submission", one.get("submission").asInt()); // What was seen when it replied.
        return value.put("application", one.get("application").asText());
    }

    void keep(ObjectNode one, String state) {
        entry.set("case", one.put("state", state).put("due", System.currentTimeMillis() + WORK_MS));
    }

    /** The effect of one message. Headers, properties and types that are not known are passed over. */
    void handle(ConsumerRecord<String, byte[]> message) throws Exception {
        Map<String, String> headers = new HashMap<>();
        message.headers().forEach(one -> headers.put(one.key(), new String(one.value())));
        JsonNode content = JSON.readTree(message.value());
        String id = headers.get("ce_source") + " " + headers.get("ce_id");
        if (seen.contains(id)) return;
        entry.put("seen", id);
        switch (headers.getOrDefault("ce_type", "").replaceAll("^md\\.cups\\.|\\.v[12]$", "")) {
            case "application.submitted", "application.documents-supplied" -> take(headers, message.key(), content);
            case "application.withdrawn", "application.expired" ->
                Optional.ofNullable(cases.get(message.key())).ifPresent(one -> keep(one.deepCopy(), "closed"));
            case "reply.refused" -> System.err.println("refused: " + content); // For an engineer; no answer.
            default -> {}
        }
        commit();
    }

    void take(Map<String, String> headers, String key, JsonNode content) {
        ObjectNode one = JSON.createObjectNode().put("delivery", key).put("request", headers.get("ce_id"));
        one.put("application", content.get("application").asText()).put("reference", AGENCY + "-" + key.substring(16, 26));
        if (headers.containsKey("ce_correlationid")) one.put("correlation", headers.get("ce_correlationid"));
        one.put("submission", content.get("submission").asInt());
        reply(one, "acknowledged");
        boolean lacksPapers = content.get("evidence").isEmpty() && content.get("submission").asInt() == 1;
        keep(one, lacksPapers ? "waiting" : "working");
        if (lacksPapers) reply(one, "documents-requested").put("answerBy", LocalDate.now().plusDays(14).toString())
                .putArray("documents").addObject().put("kind", "identity-document");
    }

    void decideWhatIsDue() throws Exception {
        for (ObjectNode one : List.copyOf(cases.values())) {
            long due = one.get("state").asText().equals("working") ? one.get("due").asLong() : Long.MAX_VALUE;
            if (due > System.currentTimeMillis()) continue;
            ObjectNode said = reply(one, "decided").put("outcome", "approved").put("decideTime", Instant.now().toString());
            said.putObject("result").put("kind", "paper").put("number", one.get("reference").asText() + "-R");
            keep(one.deepCopy(), "decided");
            commit();
        }
    }

    /** Sends the outbox in its order, and forgets what the broker has on all replicas. */
    void send(Producer<String, byte[]> producer) throws Exception {
        String topic = PREFIX + "agency." + AGENCY + ".replies";
        var sent = new ArrayList<java.util.concurrent.Future<RecordMetadata>>();
        for (JsonNode one : outbox) {
            var message = new ProducerRecord<>(topic, one.get("key").asText(), JSON.writeValueAsBytes(one.get("value")));
            for (var header : one.get("headers").properties())
                message.headers().add(header.getKey(), header.getValue().asText().getBytes());
            sent.add(producer.send(message));
        }
        for (var one : sent) one.get();
        entry.put("sent", sent.size());
        if (!sent.isEmpty()) commit();
    }

    public static void main(String[] args) throws Exception {
        Agency agency = new Agency(Path.of(ENV.getOrDefault("AGENCY_JOURNAL", "agency.journal")));
        var settings = new Properties();
        settings.load(Files.newBufferedReader(Path.of(ENV.get("KAFKA_PROPERTIES"))));
        settings.putAll(Map.of("acks", "all", "enable.auto.commit", "false", "auto.offset.reset", "earliest",
                "group.id", PREFIX + AGENCY + ".cases", "group.instance.id", "one")); // After a crash it comes back as itself.
        // Without a partitioner.class, Java's client hashes keys by murmur2, as the contract wants it.
        var producer = new KafkaProducer<>(settings, new StringSerializer(), new ByteArraySerializer());
        var consumer = new KafkaConsumer<>(settings, new StringDeserializer(), new ByteArrayDeserializer());
        Thread main = Thread.currentThread();
        Runtime.getRuntime().addShutdownHook(new Thread(() -> { // SIGTERM: what is begun is finished.
            consumer.wakeup();
            try { main.join(5_000); } catch (InterruptedException late) { }
        }));
        try (producer; consumer) {
            consumer.subscribe(List.of(PREFIX + "agency." + AGENCY + ".requests"));
            while (true) {
                for (var message : consumer.poll(Duration.ofMillis(100))) agency.handle(message);
                agency.decideWhatIsDue();
                agency.send(producer);
                consumer.commitSync(); // All of this poll has its effect, and its replies are at the broker.
            }
        } catch (WakeupException stop) { }
    }
}
