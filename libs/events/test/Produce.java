import java.nio.charset.StandardCharsets;
import java.util.Properties;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringSerializer;

/**
 * Sends messages as an agency with the Java client does. Arguments: brokers, topic, count. Sends this number of events
 * per compression, with its name as the key; with a fourth argument, this number of empty records in one gzip batch.
 */
public class Produce {
  public static void main(String[] arguments) {
    int count = Integer.parseInt(arguments[2]);
    if (arguments.length > 3) {
      empty(arguments, count);
      return;
    }
    for (String compression : new String[] {"none", "gzip", "snappy", "lz4", "zstd"}) {
      Properties settings = new Properties();
      settings.put("bootstrap.servers", arguments[0]);
      settings.put("compression.type", compression);
      settings.put("linger.ms", "200");
      settings.put("batch.size", "200000");
      try (var producer = new KafkaProducer<>(settings, new StringSerializer(), new ByteArraySerializer())) {
        for (int at = 0; at < count; at += 1) {
          byte[] value = ("message " + at + " of " + compression + ", ").repeat(200).getBytes(StandardCharsets.UTF_8);
          var record = new ProducerRecord<>(arguments[1], compression, value);
          record.headers().add("ce_specversion", "1.0".getBytes());
          record.headers().add("ce_id", (compression + "-" + at).getBytes());
          record.headers().add("ce_source", "/agencies/asp".getBytes());
          record.headers().add("ce_type", "test".getBytes());
          producer.send(record);
        }
      }
    }
  }

  private static void empty(String[] arguments, int count) {
    Properties settings = new Properties();
    settings.put("bootstrap.servers", arguments[0]);
    settings.put("compression.type", "gzip");
    settings.put("linger.ms", "5000");
    settings.put("batch.size", "16000000");
    try (var producer = new KafkaProducer<>(settings, new StringSerializer(), new ByteArraySerializer())) {
      for (int at = 0; at < count; at += 1) producer.send(new ProducerRecord<>(arguments[1], new byte[0]));
    }
  }
}
