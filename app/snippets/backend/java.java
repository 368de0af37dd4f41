import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.regex.Pattern;

// Java 17 or later. With a JSON library at hand, read "token" with that.
public class GenerateToken {
    static final String BODY = """
PERCH_REQUEST_BODY
""";

    public static void main(String[] arguments) throws Exception {
        var request = HttpRequest.newBuilder(URI.create("https://perch.example.com/embed/generate-token"))
            .header("x-api-key", System.getenv("PERCH_API_KEY"))
            .header("content-type", "application/json")
            .POST(HttpRequest.BodyPublishers.ofString(BODY))
            .build();
        var answer = HttpClient.newHttpClient().send(request, HttpResponse.BodyHandlers.ofString());
        var token = Pattern.compile("\"token\":\"([^\"]+)\"").matcher(answer.body());
        if (answer.statusCode() != 200 || !token.find()) throw new IllegalStateException(answer.body());
        System.out.println(token.group(1));
    }
}
