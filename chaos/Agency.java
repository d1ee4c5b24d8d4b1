import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.InputStreamReader;
import java.io.OutputStreamWriter;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/**
 * Kafka as an agency of another make uses it: with the client of the Kafka project, which speaks all compressions.
 *
 * <p>{@code Agency send <brokers>} reads orders from standard input, a line each, fields parted by tabs:
 * {@code id message compression topic key value headers} (base64, {@code -} for none, headers as {@code name=base64,…}),
 * {@code id empty compression topic count} and {@code id large compression topic bytes}. It answers {@code id ok} or
 * {@code id <class of the error>}, and ends with its standard input.
 *
 * <p>{@code Agency read <brokers> <topic> …} prints every record from the beginning to the end, fields parted by tabs:
 * topic, partition, offset, key, value, headers. Records without key and value are left out.
 */
public final class Agency {
  private static final int BATCH_BYTES = 96 << 20;
  private static final Map<String, KafkaProducer<byte[], byte[]>> producers = new HashMap<>();
  private static final BufferedWriter out =
      new BufferedWriter(new OutputStreamWriter(System.out, StandardCharsets.UTF_8));

  public static void main(String[] args) throws Exception {
    if (args[0].equals("read")) read(args[1], List.of(args).subList(2, args.length));
    else send(args[1]);
  }

  private static void send(String brokers) throws Exception {
    var in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    for (String line = in.readLine(); line != null; line = in.readLine()) {
      var order = line.split("\t", -1);
      try {
        obey(brokers, order);
      } catch (RuntimeException error) {
        answer(order[0], error);
      }
    }
    System.exit(0);
  }

  private static void obey(String brokers, String[] order) {
    var id = order[0];
    var topic = order[3];
    var bomb = !order[1].equals("message");
    var producer = producers.computeIfAbsent(order[2] + bomb, key -> producer(brokers, order[2], bomb));
    if (order[1].equals("large")) {
      var value = new byte[Integer.parseInt(order[4])];
      producer.send(new ProducerRecord<>(topic, 0, null, value), (done, error) -> answer(id, error));
    } else if (order[1].equals("empty")) {
      for (int left = Integer.parseInt(order[4]); left > 1; left -= 1) {
        producer.send(new ProducerRecord<>(topic, 0, null, null));
      }
      producer.send(new ProducerRecord<>(topic, 0, null, null), (done, error) -> answer(id, error));
    } else {
      var record = new ProducerRecord<>(topic, bytes(order[4]), bytes(order[5]));
      if (!order[6].isEmpty()) {
        for (var header : order[6].split(",")) {
          var at = header.indexOf('=');
          record.headers().add(header.substring(0, at), bytes(header.substring(at + 1)));
        }
      }
      producer.send(record, (done, error) -> answer(id, error));
    }
  }

  private static KafkaProducer<byte[], byte[]> producer(String brokers, String compression, boolean bomb) {
    var settings = new HashMap<String, Object>();
    settings.put("bootstrap.servers", brokers);
    settings.put("compression.type", compression);
    settings.put("linger.ms", bomb ? 2000 : 20);
    settings.put("batch.size", bomb ? BATCH_BYTES : 256 << 10);
    settings.put("buffer.memory", bomb ? 2L * BATCH_BYTES : 16L << 20);
    settings.put("max.request.size", BATCH_BYTES);
    settings.put("delivery.timeout.ms", 60_000);
    settings.put("request.timeout.ms", 15_000);
    return new KafkaProducer<>(settings, new ByteArraySerializer(), new ByteArraySerializer());
  }

  private static synchronized void answer(String id, Exception error) {
    try {
      out.write(id + "\t" + (error == null ? "ok" : error.getClass().getSimpleName()) + "\n");
      out.flush();
    } catch (java.io.IOException gone) {
      System.exit(1);
    }
  }

  private static void read(String brokers, List<String> topics) throws Exception {
    var settings = new HashMap<String, Object>();
    settings.put("bootstrap.servers", brokers);
    settings.put("enable.auto.commit", false);
    settings.put("fetch.max.bytes", 4 << 20);
    try (var consumer =
        new KafkaConsumer<>(settings, new ByteArrayDeserializer(), new ByteArrayDeserializer())) {
      var partitions = new ArrayList<TopicPartition>();
      for (var topic : topics) {
        for (var one : consumer.partitionsFor(topic)) partitions.add(new TopicPartition(topic, one.partition()));
      }
      consumer.assign(partitions);
      consumer.seekToBeginning(partitions);
      var ends = consumer.endOffsets(partitions);
      while (partitions.stream().anyMatch(one -> consumer.position(one) < ends.get(one))) {
        for (var record : consumer.poll(Duration.ofSeconds(1))) print(record);
      }
    }
    out.flush();
  }

  private static void print(ConsumerRecord<byte[], byte[]> record) throws Exception {
    if (record.key() == null && record.value() == null) return;
    var headers = new StringBuilder();
    for (Header header : record.headers()) {
      headers.append(headers.isEmpty() ? "" : ",").append(header.key()).append('=').append(text(header.value()));
    }
    var large = record.value() != null && record.value().length > 1 << 20;
    out.write(
        String.join(
                "\t",
                record.topic(),
                String.valueOf(record.partition()),
                String.valueOf(record.offset()),
                text(record.key()),
                large ? "-" : text(record.value()),
                headers)
            + "\n");
  }

  private static String text(byte[] bytes) {
    return bytes == null ? "-" : Base64.getEncoder().encodeToString(bytes);
  }

  private static byte[] bytes(String text) {
    return text.equals("-") ? null : Base64.getDecoder().decode(text);
  }
}
