import java.net.URI;
import java.net.URLEncoder;
import java.net.http.*;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.charset.StandardCharsets;
import java.nio.file.*;
import java.security.*;
import java.security.spec.PKCS8EncodedKeySpec;
import java.time.Instant;
import java.util.*;
import java.util.regex.*;
import java.util.stream.Collectors;

/**
 * Fetches and verifies a scanned copy, or uploads a document of a result. JDK 17 or newer, no libraries.
 *
 *   java Documents.java fetch <copy> <copySha256> <file to write>
 *   java Documents.java upload <delivery> <file to read>          prints the ID for result.documents
 *
 * CUPS_URL is the address of the platform as you received it, CUPS_AGENCY your code, CUPS_KEY_FILE your private key (PEM,
 * PKCS #8, Ed25519; the guide lists the other types) and CUPS_KEY_ID its kid.
 */
public final class Documents {
    static final Map<String, String> ENV = System.getenv();
    static final String PLATFORM = ENV.get("CUPS_URL"), AGENCY = ENV.get("CUPS_AGENCY");
    /** A redirect could lead the token elsewhere. */
    static final HttpClient CLIENT = HttpClient.newBuilder().followRedirects(HttpClient.Redirect.NEVER).build();
    static final String ASSERTION_TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

    public static void main(String[] args) throws Exception {
        switch (args.length == 0 ? "" : args[0]) {
            case "fetch" -> fetch(args[1], args[2], Path.of(args[3]));
            case "upload" -> upload(args[1], Path.of(args[2]));
            default -> throw new IllegalArgumentException("the command is fetch or upload");
        }
    }

    static void fetch(String copy, String sha256, Path file) throws Exception {
        // Only a path of the contract: a token never goes to an address from a message.
        if (!copy.matches("/agency/v1/documents/[0-9A-Z]{26}"))
            throw new IllegalArgumentException("copy is not a path of the agency API");
        byte[] content = send(request(copy).GET());
        if (!HexFormat.of().formatHex(sha256Of(content)).equals(sha256))
            throw new IllegalStateException("the digest differs: do not decide on this copy");
        Files.write(file, content);
    }

    static void upload(String delivery, Path file) throws Exception {
        byte[] content = Files.readAllBytes(file);
        byte[] digest = sha256Of(content);
        // The same for a repeat: derived from the delivery and the content.
        byte[] name = (delivery + HexFormat.of().formatHex(digest)).getBytes(StandardCharsets.UTF_8);
        byte[] answer = send(request("/agency/v1/deliveries/" + delivery + "/documents")
                .header("Content-Type", "application/octet-stream")
                .header("Content-Digest", "sha-256=:" + Base64.getEncoder().encodeToString(digest) + ":")
                .header("Idempotency-Key", UUID.nameUUIDFromBytes(name).toString())
                .POST(BodyPublishers.ofByteArray(content)));
        System.out.println(member(answer, "id"));
    }

    static HttpRequest.Builder request(String path) throws Exception {
        return HttpRequest.newBuilder(URI.create(PLATFORM + path)).header("Authorization", "Bearer " + token());
    }

    /** Signs a new assertion (private_key_jwt) and returns a token for at most 5 minutes. */
    static String token() throws Exception {
        String address = PLATFORM + "/agency/v1/token";
        long now = Instant.now().getEpochSecond();
        String header = "{\"alg\":\"EdDSA\",\"kid\":\"%s\"}".formatted(ENV.get("CUPS_KEY_ID"));
        String claims = "{\"iss\":\"%1$s\",\"sub\":\"%1$s\",\"aud\":\"%2$s\",\"iat\":%3$d,\"exp\":%4$d,\"jti\":\"%5$s\"}"
                .formatted(AGENCY, address, now, now + 60, UUID.randomUUID());
        String signed = encode(header.getBytes(StandardCharsets.UTF_8)) + "."
                + encode(claims.getBytes(StandardCharsets.UTF_8));
        Signature signature = Signature.getInstance("Ed25519");
        signature.initSign(privateKey());
        signature.update(signed.getBytes(StandardCharsets.UTF_8));
        Map<String, String> form = Map.of("grant_type", "client_credentials", "client_assertion_type", ASSERTION_TYPE,
                "client_assertion", signed + "." + encode(signature.sign()));
        String body = form.entrySet().stream()
                .map(field -> field.getKey() + "=" + URLEncoder.encode(field.getValue(), StandardCharsets.UTF_8))
                .collect(Collectors.joining("&"));
        byte[] answer = send(HttpRequest.newBuilder(URI.create(address))
                .header("Content-Type", "application/x-www-form-urlencoded")
                .POST(BodyPublishers.ofString(body)));
        return member(answer, "access_token");
    }

    static PrivateKey privateKey() throws Exception {
        String pem = Files.readString(Path.of(ENV.get("CUPS_KEY_FILE")));
        byte[] der = Base64.getMimeDecoder().decode(pem.replaceAll("-----[A-Z ]+-----", ""));
        return KeyFactory.getInstance("Ed25519").generatePrivate(new PKCS8EncodedKeySpec(der));
    }

    /** Sends a request. 429 and 503 say how long to wait; a real system repeats then. */
    static byte[] send(HttpRequest.Builder request) throws Exception {
        HttpResponse<byte[]> response = CLIENT.send(request.build(), HttpResponse.BodyHandlers.ofByteArray());
        if (response.statusCode() / 100 != 2)
            throw new IllegalStateException(response.statusCode() + " " + new String(response.body(), StandardCharsets.UTF_8));
        return response.body();
    }

    /** Returns a string of an answer. Tokens and IDs have no escaped characters; a real system uses a JSON library. */
    static String member(byte[] json, String name) {
        Matcher found = Pattern.compile("\"" + name + "\"\\s*:\\s*\"([^\"\\\\]+)\"")
                .matcher(new String(json, StandardCharsets.UTF_8));
        if (!found.find()) throw new IllegalStateException("the answer has no " + name);
        return found.group(1);
    }

    static byte[] sha256Of(byte[] bytes) throws Exception {
        return MessageDigest.getInstance("SHA-256").digest(bytes);
    }

    static String encode(byte[] bytes) {
        return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
    }
}
