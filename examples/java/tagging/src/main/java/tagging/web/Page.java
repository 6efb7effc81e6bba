package tagging.web;

import java.io.IOException;
import java.io.InputStream;
import java.util.Map;

/** The files of the page, which are in the program itself. Only what is listed is there. */
public final class Page {
    private static final Map<String, String> TYPES = Map.of("html", "text/html; charset=utf-8", "css", "text/css; charset=utf-8", "js",
            "text/javascript; charset=utf-8", "svg", "image/svg+xml");

    private Page() {
    }

    /** Adds a route for each file below {@code /page/} of the class path. */
    public static void addTo(Router router, String... files) throws IOException {
        for (String file : files) {
            byte[] bytes = read(file);
            String type = TYPES.get(file.substring(file.lastIndexOf('.') + 1));
            String path = file.equals("index.html") ? "/" : "/" + file;
            router.add("GET", path, request -> Reply.bytes(type, bytes).with("Cache-Control", "no-cache"));
        }
    }

    private static byte[] read(String file) throws IOException {
        try (InputStream stream = Page.class.getResourceAsStream("/page/" + file)) {
            if (stream == null) {
                throw new IOException("/page/" + file + " is not in the program");
            }
            return stream.readAllBytes();
        }
    }
}
