package tagging;

import io.facecore.FaceEngine;
import io.facecore.Matcher;
import io.facecore.ProfileRepository;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.Set;
import tagging.album.Book;
import tagging.faces.Clips;
import tagging.faces.Profiles;
import tagging.faces.Reader;
import tagging.faces.Stars;
import tagging.faces.Stores;
import tagging.faces.Suggester;
import tagging.web.Guard;
import tagging.web.Rate;
import tagging.web.Server;
import tagging.web.Sessions;

/**
 * Starts the page: {@code java -jar tagging.jar PORT FOLDER MODELS [PHOTOS]}. An empty folder is filled from PHOTOS. Port 0 takes any free one; the
 * line printed says which.
 */
public final class Main {
    /** One stranger's face in a hundred may get a name; the page says so. */
    private static final double RATE = 0.01;
    private static final int REQUESTS_A_MINUTE = 3000;

    private Main() {
    }

    /**
     * Starts.
     *
     * @param arguments as above
     */
    public static void main(String[] arguments) throws IOException {
        if (arguments.length < 3) {
            System.err.println("usage: java -jar tagging.jar PORT FOLDER MODELS [PHOTOS]");
            System.exit(2);
        }
        Server.limitTime(20);
        Path folder = Files.createDirectories(Path.of(arguments[1]));
        FaceEngine engine = FaceEngine.open(Path.of(arguments[2]));
        Server server = start(Integer.parseInt(arguments[0]), folder, engine, arguments.length > 3 ? Path.of(arguments[3]) : null,
                Integer.getInteger("tagging.uploads", 60));
        System.out.println("Open http://localhost:" + server.port() + "/ in a browser. Ctrl-C stops it; all is kept in " + folder.toAbsolutePath() + ".");
    }

    /**
     * Puts it all together.
     *
     * @param port 0: any free one
     * @param folder with what is kept
     * @param engine finds and embeds faces
     * @param photos fill an empty folder; null: it stays empty
     * @param uploads a minute, of one client
     */
    static Server start(int port, Path folder, FaceEngine engine, Path photos, int uploads) throws IOException {
        ProfileRepository store = Stores.open(folder.resolve("profiles"), engine.space().orElseThrow());
        Matcher matcher = Matcher.forSpace(store.space()).withFalsePositiveRate(RATE);
        Book book = new Book(folder);
        Reader reader = new Reader(engine);
        boolean empty = book.people().isEmpty();
        Path stars = folder.resolve("stars");
        if (empty && photos != null) {
            Fixtures.writeStars(stars, photos, reader, store.space());
        }
        Profiles profiles = new Profiles(store);
        Service service = new Service(book, profiles, new Suggester(store, profiles, matcher), reader, new Clips(engine, matcher),
                new Stars(stars, store, matcher));
        if (empty && photos != null) {
            Fixtures.fill(service, photos);
        }
        Sessions sessions = new Sessions(Clock.systemUTC(), Duration.ofHours(12), 1000);
        Api api = new Api(service, sessions, new Rate(uploads, System::nanoTime));
        Guard guard = new Guard(Set.of("localhost", "127.0.0.1", "[::1]"));
        return new Server(port, api.router(), sessions, guard, new Rate(REQUESTS_A_MINUTE, System::nanoTime));
    }
}
