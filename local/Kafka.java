import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Properties;

/**
 * Runs Apache Kafka (broker and KRaft controller in one process) and ends with its parent.
 *
 * <p>Argument: the file of server properties. The first start formats the log folder and creates the user {@code
 * CUPS_KAFKA_ADMIN} with {@code CUPS_KAFKA_PASSWORD}, and one user per line {@code name=password} of {@code
 * CUPS_KAFKA_USERS}.
 *
 * <p>The process ends in order on SIGTERM and when its standard input closes, so that a killed parent leaves no broker
 * behind. The system property {@code cups.endsWithParent=false} ignores standard input, which a container lacks.
 */
public final class Kafka {
    private Kafka() {}

    public static void main(String[] args) throws Exception {
        if (!"false".equals(System.getProperty("cups.endsWithParent"))) {
            Thread watcher = new Thread(Kafka::exitWithParent, "parent-watcher");
            watcher.setDaemon(true);
            watcher.start();
        }

        Properties properties = new Properties();
        try (var in = Files.newInputStream(Path.of(args[0]))) {
            properties.load(in);
        }
        Path folder = Path.of(properties.getProperty("log.dirs"));
        if (!Files.exists(folder.resolve("meta.properties"))) {
            String id = org.apache.kafka.common.Uuid.randomUuid().toString();
            List<String> format = new ArrayList<>(List.of("format", "--ignore-formatted", "-t", id, "-c", args[0]));
            String admin = System.getenv("CUPS_KAFKA_ADMIN");
            if (admin != null) {
                String password = System.getenv("CUPS_KAFKA_PASSWORD");
                addUser(format, admin, password);
                String users = System.getenv().getOrDefault("CUPS_KAFKA_USERS", "");
                users.lines().map(line -> line.split("=", 2)).forEach(user -> addUser(format, user[0], user[1]));
            }
            int code = kafka.tools.StorageTool.execute(
                    format.toArray(new String[0]), new PrintStream(PrintStream.nullOutputStream()));
            if (code != 0) {
                System.err.println("Kafka's log folder could not be formatted");
                System.exit(1);
            }
        }
        kafka.Kafka.main(args);
    }

    private static void addUser(List<String> format, String name, String password) {
        format.add("--add-scram");
        format.add("SCRAM-SHA-512=[name=" + name + ",password=" + password + "]");
    }

    private static void exitWithParent() {
        try {
            while (System.in.read() >= 0) {}
        } catch (java.io.IOException e) {
            // A broken pipe means the end of input, too.
        }
        System.exit(0);
    }
}
