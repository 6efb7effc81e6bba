package io.facecore.spark;

import java.awt.Graphics2D;
import java.awt.image.BufferedImage;
import java.awt.image.RescaleOp;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import javax.imageio.ImageIO;

/** Accounts whose albums are composed from a few photos of three people, in many variants. */
final class Albums {
    private static final String[][] PEOPLE = {{"obama", "obama2", "obama3"}, {"biden"}, {"astronaut"}};
    private static final String[] NAMES = {"Barack Obama", "Joe Biden", "Eileen Collins"};
    private static final int VARIANTS = 9;
    private static final List<String> HOSTILE = List.of("empty.jpg", "text.jpg", "huge.png");

    private Albums() {}

    /** Writes photos and {@code accounts.jsonl}: five photos an account, one of them of somebody else; one account has none. */
    static void compose(Path originals, Path folder, int accounts) throws IOException {
        for (int person = 0; person < PEOPLE.length; person++) {
            for (int variant = 0; variant < VARIANTS; variant++) {
                String photo = PEOPLE[person][variant % PEOPLE[person].length];
                BufferedImage picture = ImageIO.read(originals.resolve(photo + ".jpg").toFile());
                ImageIO.write(variant(picture, variant), "jpg", folder.resolve(person + "-" + variant + ".jpg").toFile());
            }
        }
        List<String> lines = new ArrayList<>();
        for (int account = 1; account <= accounts; account++) {
            lines.add(account(account));
        }
        Files.write(folder.resolve("accounts.jsonl"), lines);
    }

    /** Writes {@code accounts.jsonl} of people who have a folder each with four photos or more: all of theirs, and one of the next person's. */
    static void ofPeople(Path people, Path folder, int accounts) throws IOException {
        List<List<String>> albums = new ArrayList<>();
        try (Stream<Path> folders = Files.list(people)) {
            for (Path person : folders.filter(Files::isDirectory).sorted().toList()) {
                try (Stream<Path> photos = Files.list(person)) {
                    List<String> files = photos.map(photo -> people.relativize(photo).toString()).filter(name -> name.matches("(?i).*\\.jpe?g")).sorted()
                            .toList();
                    if (files.size() >= 4 && albums.size() < accounts) {
                        albums.add(files);
                    }
                }
            }
        }
        List<String> lines = new ArrayList<>();
        for (int at = 0; at < albums.size(); at++) {
            List<String> files = new ArrayList<>(albums.get(at));
            files.add(albums.get((at + 1) % albums.size()).get(0));
            StringBuilder photos = new StringBuilder();
            for (int place = 0; place < files.size(); place++) {
                photos.append(place == 0 ? "" : ", ").append("{\"id\": ").append(10_000L * (at + 1) + place).append(", \"file\": \"").append(files.get(place))
                        .append("\"}");
            }
            lines.add("{\"id\": " + (at + 1) + ", \"friends\": [" + (at + 2) + ", " + at + "], \"photos\": [" + photos + "]}");
        }
        Files.write(folder.resolve("accounts.jsonl"), lines);
    }

    private static BufferedImage variant(BufferedImage picture, int variant) {
        int width = 400 + 12 * variant;
        int height = picture.getHeight() * width / picture.getWidth();
        BufferedImage smaller = new BufferedImage(width, height, BufferedImage.TYPE_INT_RGB);
        Graphics2D graphics = smaller.createGraphics();
        graphics.drawImage(picture.getScaledInstance(width, height, java.awt.Image.SCALE_AREA_AVERAGING), 0, 0, null);
        graphics.dispose();
        return new RescaleOp(1, 6 * variant - 24, null).filter(smaller, null);
    }

    private static String account(int id) {
        int owner = id % PEOPLE.length;
        List<String> photos = new ArrayList<>();
        for (int place = 0; place < (id == 7 ? 0 : 5); place++) {
            String file = place == 4 ? (owner + 1) % PEOPLE.length + "-" + id % VARIANTS : owner + "-" + (id + 2 * place) % VARIANTS;
            photos.add("{\"id\": " + (100 * id + place) + ", \"file\": \"" + file + ".jpg\", \"source\": \"phone\", \"front_camera\": " + (place == 0)
                    + ", \"manual_tags\": " + place / 2 + "}");
        }
        return "{\"id\": " + id + ", \"age\": " + (40 + id) + ", \"name\": \"" + NAMES[owner] + "\", \"friends\": [" + (id + 1) + ", " + id + ", 999, "
                + (id - 1) + "], \"photos\": [" + String.join(", ", photos) + "]}";
    }

    /** Adds photos to an account that cannot be read: those of the folder {@code hostile}, a pipe, and some that are not there. */
    static void poison(Path hostile, Path folder, int account) throws IOException, InterruptedException {
        for (String file : HOSTILE) {
            Files.copy(hostile.resolve(file), folder.resolve(file));
        }
        new ProcessBuilder("mkfifo", folder.resolve("pipe.jpg").toString()).start().waitFor();
        StringBuilder more = new StringBuilder();
        for (String file : Stream.concat(HOSTILE.stream(), Stream.of("pipe.jpg", "missing.jpg", "")).toList()) {
            more.append(", {\"id\": ").append(9_000 + more.length()).append(", \"file\": \"").append(file).append("\"}");
        }
        change(folder, account, line -> line.replace("}]}", "}" + more + "]}"));
    }

    static void loseAllPhotos(Path folder, int account) throws IOException {
        change(folder, account, line -> line.replaceAll("\"file\": \"[^\"]*\"", "\"file\": \"away.jpg\""));
    }

    /** Gives a photo of an account a source that there is none of. */
    static void mistype(Path folder, int account) throws IOException {
        change(folder, account, line -> line.replaceFirst("\"source\": \"phone\"", "\"source\": \"telephone\""));
    }

    static void rename(Path folder, int account, String field, String name) throws IOException {
        change(folder, account, line -> line.replaceFirst("\"" + field + "\"", "\"" + name + "\""));
    }

    /** Leaves half of an account's line. */
    static void cut(Path folder, int account) throws IOException {
        change(folder, account, line -> line.substring(0, line.length() / 2));
    }

    private static void change(Path folder, int account, java.util.function.UnaryOperator<String> how) throws IOException {
        Path list = folder.resolve("accounts.jsonl");
        List<String> lines = new ArrayList<>(Files.readAllLines(list));
        lines.set(account - 1, how.apply(lines.get(account - 1)));
        Files.write(list, lines);
    }
}
