package tagging;

import java.io.IOException;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import tagging.album.Person;
import tagging.album.Shot;
import tagging.faces.Clips;
import tagging.faces.Reader;
import tagging.web.Failure;
import tagging.web.Page;
import tagging.web.Rate;
import tagging.web.Reply;
import tagging.web.Request;
import tagging.web.Router;
import tagging.web.Session;
import tagging.web.Sessions;

/** The addresses of the page. Whatever changes something is a POST, and every answer but a picture is JSON. */
final class Api {
    private static final String CLIP = "video/";
    private static final String[] TYPES = {"image/jpeg", "image/png", "image/webp", "image/bmp", "image/gif", "image/tiff", "application/octet-stream", CLIP};

    private final Service service;
    private final Views views;
    private final Sessions sessions;
    private final Rate uploads;

    /**
     * @param service does it
     * @param sessions the browsers
     * @param uploads how many photos a client may send
     */
    Api(Service service, Sessions sessions, Rate uploads) {
        this.service = service;
        this.sessions = sessions;
        this.uploads = uploads;
        views = new Views(service);
    }

    Router router() throws IOException {
        Router router = new Router();
        Page.addTo(router, "index.html", "style.css", "app.js", "api.js", "photo.js", "profile.js", "icon.svg");
        router.add("GET", "/api/state", request -> Reply.json(views.state(request.session())));
        router.add("POST", "/api/accounts", this::join);
        router.add("POST", "/api/enter", this::enter);
        router.add("POST", "/api/leave", request -> entered(sessions.leave(request.session())));
        router.add("POST", "/api/friends", this::befriend);
        router.add("GET", "/api/photos", request -> Reply.json(service.book.shotsOf(me(request).id()).stream().map(views::brief).toList()));
        router.add("POST", "/api/photos", this::upload);
        router.add("GET", "/api/photos/{photo}", request -> photo(shot(request), me(request)));
        router.add("GET", "/api/photos/{photo}/picture", request -> picture(service.book.jpeg(shot(request))));
        router.add("GET", "/api/photos/{photo}/faces/{face}", this::cut);
        router.add("POST", "/api/photos/{photo}/faces/{face}", this::say);
        router.add("POST", "/api/photos/{photo}/delete", this::delete);
        router.add("GET", "/api/profile", request -> Reply.json(views.profile(me(request))));
        router.add("POST", "/api/optout", this::optOut);
        router.add("POST", "/api/erase", this::erase);
        router.add("GET", "/api/counters", request -> Reply.json(service.counters.all()));
        router.add("GET", "/metrics", request -> Reply.text("text/plain; version=0.0.4; charset=utf-8", service.counters.prometheus()));
        return router;
    }

    /** An id as addresses have it. */
    static String hex(long id) {
        return HexFormat.of().toHexDigits(id);
    }

    private Person me(Request request) {
        return service.book.person(hex(request.account())).orElseThrow(() -> new Failure(401, "This account was erased. Choose another."));
    }

    private Shot shot(Request request) {
        return service.shot(me(request), hex(request.id("photo")));
    }

    private static String field(Request request, String name) {
        return request.form().getOrDefault(name, "");
    }

    private Reply entered(Session session) {
        return Reply.json(views.state(session)).with("Set-Cookie", Sessions.cookie(session));
    }

    private Reply join(Request request) throws IOException {
        return entered(sessions.enter(request.session(), service.join(field(request, "name")).user()));
    }

    private Reply enter(Request request) {
        return entered(sessions.enter(request.session(), service.person(field(request, "account")).user()));
    }

    private Reply befriend(Request request) throws IOException {
        Map<String, String> form = request.form();
        Person me = me(request);
        String id = form.getOrDefault("friend", "");
        Person other = id.isEmpty() ? service.join(form.getOrDefault("name", "")) : service.person(id);
        service.befriend(me, other, !form.getOrDefault("is", "yes").equals("no"));
        return Reply.json(views.state(request.session()));
    }

    private Reply upload(Request request) throws IOException {
        Person me = me(request);
        uploads.take(request.client(), "Too many photos in a short time. Wait a minute, then try again.");
        request.checkType(TYPES);
        boolean clip = request.isType(CLIP);
        int most = clip ? Clips.MOST_BYTES : Reader.MOST_BYTES;
        byte[] bytes = request.body(most, "This file is too large: at most " + (most >> 20) + " MiB are taken.");
        return photo(service.upload(me, request.decodedHeader("X-File"), bytes, clip), me);
    }

    private Reply photo(Shot shot, Person owner) {
        return Reply.json(views.photo(shot, owner));
    }

    private static Reply picture(byte[] jpeg) {
        return Reply.bytes("image/jpeg", jpeg);
    }

    private Reply cut(Request request) throws IOException {
        Shot shot = shot(request);
        int face = request.number("face");
        if (face >= shot.faces().size()) {
            throw Failure.notFound();
        }
        return picture(Reader.cut(service.book.jpeg(shot), shot.faces().get(face)));
    }

    private Reply say(Request request) throws IOException {
        Person me = me(request);
        Shot shot = shot(request);
        int face = request.number("face");
        Map<String, String> form = request.form();
        String opinion = form.getOrDefault("opinion", "");
        if (!List.of("confirm", "reject").contains(opinion)) {
            throw new Failure(400, "Say \"confirm\" or \"reject\".");
        }
        Person who = service.person(form.getOrDefault("person", ""));
        return photo(opinion.equals("confirm") ? service.confirm(me, shot, face, who) : service.reject(shot, face, who), me);
    }

    private Reply delete(Request request) throws IOException {
        service.delete(shot(request));
        return Reply.json(Map.of());
    }

    private Reply optOut(Request request) {
        service.optOut(me(request), field(request, "out").equals("yes"));
        return Reply.json(views.state(request.session()));
    }

    private Reply erase(Request request) throws IOException {
        Person me = me(request);
        if (!field(request, "name").equals(me.name())) {
            throw new Failure(400, "Write your name exactly as it is shown, so that nothing is erased by mistake.");
        }
        service.erase(me);
        sessions.end(me.user());
        return entered(sessions.begin());
    }
}
