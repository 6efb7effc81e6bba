// The shared cases of testdata/cases, from C++. Usage: cases MODELS TESTDATA ANSWERS
// Compares with what a case expects and writes the answers, to the last bit, to the file ANSWERS (see facecore/tests/cases/main.rs).

#include <cjson/cJSON.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <optional>
#include <sstream>
#include <string>
#include <vector>

#include "../c/expect.h"
#include "facecore_search.hpp"
#include "facecore_video.hpp"

namespace {

std::string testdata;
std::string models;
std::ofstream answers;
std::optional<facecore::Engine> engine;

using Bytes = std::vector<std::uint8_t>;

std::string read(const std::string &path) {
    std::ifstream file(path, std::ios::binary);
    EXPECT(file.good());
    return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

const cJSON *member(const cJSON *object, const char *name) { return cJSON_GetObjectItemCaseSensitive(object, name); }

std::string text(const cJSON *object, const char *name) {
    const cJSON *found = member(object, name);
    return cJSON_IsString(found) ? found->valuestring : "";
}

double number(const cJSON *object, const char *name, double otherwise) {
    const cJSON *found = member(object, name);
    return cJSON_IsNumber(found) ? found->valuedouble : otherwise;
}

std::vector<const cJSON *> items(const cJSON *list) {
    std::vector<const cJSON *> found;
    const cJSON *item;
    cJSON_ArrayForEach(item, list) { found.push_back(item); }
    return found;
}

std::vector<float> floats(const cJSON *list) {
    std::vector<float> values;
    for (const cJSON *item : items(list)) {
        values.push_back(static_cast<float>(item->valuedouble));
    }
    return values;
}

Bytes unhex(const std::string &digits) {
    Bytes bytes;
    for (std::size_t i = 0; i + 1 < digits.size(); i += 2) {
        bytes.push_back(static_cast<std::uint8_t>(std::stoul(digits.substr(i, 2), nullptr, 16)));
    }
    return bytes;
}

std::string hex(const Bytes &bytes) {
    std::string digits;
    for (const std::uint8_t byte : bytes) {
        char two[3];
        std::snprintf(two, sizeof two, "%02x", byte);
        digits += two;
    }
    return digits;
}

std::string bits(const std::vector<float> &values) {
    std::string line;
    for (const float value : values) {
        std::uint32_t number;
        std::memcpy(&number, &value, sizeof number);
        char word[16];
        std::snprintf(word, sizeof word, " %08x", static_cast<unsigned>(number));
        line += word;
    }
    return line;
}

// Whether limits and options are those for uploads, and not the defaults.
bool for_uploads(const cJSON *test) {
    const std::string preset = text(test, "preset");
    EXPECT(preset.empty() || preset == "uploads");
    return !preset.empty();
}

facecore::Limits limits(const cJSON *test) {
    const cJSON *asked = member(test, "limits");
    auto limits = for_uploads(test) ? facecore::Limits::for_uploads() : facecore::Limits();
    limits.max_pixels = static_cast<std::uint64_t>(number(asked, "max_pixels", static_cast<double>(limits.max_pixels)));
    limits.max_width = static_cast<std::uint32_t>(number(asked, "max_width", limits.max_width));
    limits.shrink_above = static_cast<std::uint64_t>(number(asked, "shrink_above", static_cast<double>(limits.shrink_above)));
    limits.reduce_jpeg_above =
        static_cast<std::uint64_t>(number(asked, "reduce_jpeg_above", static_cast<double>(limits.reduce_jpeg_above)));
    limits.damage = cJSON_IsTrue(member(asked, "keep_damaged")) ? FACECORE_DAMAGE_KEEP : FACECORE_DAMAGE_REFUSE;
    return limits;
}

facecore::DetectOptions options(const cJSON *test) {
    const cJSON *asked = member(test, "options");
    auto options = for_uploads(test) ? facecore::DetectOptions::for_uploads() : facecore::DetectOptions();
    options.min_face = static_cast<std::uint32_t>(number(asked, "min_face", options.min_face));
    options.min_face_share = static_cast<float>(number(asked, "min_face_share", static_cast<double>(options.min_face_share)));
    options.max_face = static_cast<std::uint32_t>(number(asked, "max_face", options.max_face));
    options.mtcnn.factor = static_cast<float>(number(asked, "factor", static_cast<double>(options.mtcnn.factor)));
    options.max_candidates = static_cast<std::uint32_t>(number(asked, "max_candidates", options.max_candidates));
    options.max_faces = static_cast<std::uint32_t>(number(asked, "max_faces", options.max_faces));
    options.max_pixels = static_cast<std::uint64_t>(number(asked, "max_pixels", 0));
    options.deadline_us = static_cast<std::uint64_t>(number(asked, "deadline_us", 0));
    const auto thresholds = floats(member(asked, "thresholds"));
    std::copy(thresholds.begin(), thresholds.end(), options.mtcnn.thresholds);
    return options;
}

facecore::Photo photo(const cJSON *test) {
    const std::string bytes = read(testdata + "/" + text(test, "photo"));
    return facecore::Photo::decode(bytes.data(), bytes.size(), limits(test));
}

facecore::EngineOptions engine_options(const cJSON *test) {
    facecore::EngineOptions options;
    const std::string detector = text(test, "detector");
    EXPECT(detector.empty() || detector == "mtcnn" || detector == "yunet");
    options.detector = detector == "yunet" ? FACECORE_DETECTOR_YUNET : FACECORE_DETECTOR_MTCNN;
    return options;
}

void detect(const cJSON *test, const cJSON *expected) {
    const auto asked = engine_options(test);
    std::optional<facecore::Engine> other;
    if (asked.detector != FACECORE_DETECTOR_MTCNN) {
        other.emplace(facecore::Engine::open_detector(asked));
    }
    const auto picture = photo(test);
    const auto found = (other ? *other : *engine).detect(picture, options(test));
    EXPECT((picture.info().damaged == 1) == static_cast<bool>(cJSON_IsTrue(member(expected, "damaged"))));
    const auto info = found.info();
    answers << "complete " << info.complete << ' ' << info.cut_scales << ' ' << info.cut_candidates << ' ' << info.cut_faces << '\n';
    const auto boxes = items(member(expected, "faces"));
    EXPECT(static_cast<double>(found.faces().size()) == number(expected, "count", static_cast<double>(boxes.size())));
    EXPECT((info.complete == 1) == static_cast<bool>(cJSON_IsTrue(member(expected, "complete"))));
    for (const facecore_face &face : found.faces()) {
        std::vector<float> values;
        const auto add_box = [&](const facecore_box &box) { values.insert(values.end(), {box.x1, box.y1, box.x2, box.y2}); };
        add_box(face.bounding_box);
        for (const facecore_point &point : face.landmarks) {
            values.insert(values.end(), {point.x, point.y});
        }
        values.push_back(face.score);
        add_box(face.stored_box);
        for (const facecore_point &point : face.stored_landmarks) {
            values.insert(values.end(), {point.x, point.y});
        }
        answers << "face" << bits(values) << '\n';
        EXPECT(std::any_of(boxes.begin(), boxes.end(), [&](const cJSON *box) {
            const auto near = floats(box);
            return std::equal(near.begin(), near.end(), values.begin() + 15, [](float a, float b) { return std::fabs(a - b) <= 2; });
        }));
    }
}

facecore::Embedding decoded(const std::string &digits) {
    const Bytes bytes = unhex(digits);
    return facecore::Embedding::decode(bytes.data(), bytes.size());
}

// Writes an embedding, and looks for it among those that the case expects, in any order.
void put_embedding(const facecore::Embedding &embedding, const cJSON *expected) {
    answers << "embedding " << hex(embedding.encode(FACECORE_ENCODING_F32)) << '\n';
    const auto known = items(member(expected, "embeddings"));
    EXPECT(std::any_of(known.begin(), known.end(), [&](const cJSON *near) { return embedding.cosine(decoded(near->valuestring)) > 0.99f; }));
}

// What an engine makes of the faces of a photo.
std::vector<facecore::FaceEmbedding> embeddings(const facecore::Engine &engine, const cJSON *test, const cJSON *expected) {
    const auto upright = photo(test);
    const auto found = engine.detect(upright, options(test));
    auto faces = engine.embed(upright, found.faces());
    EXPECT(faces.size() == items(member(expected, "embeddings")).size());
    for (const facecore::FaceEmbedding &face : faces) {
        EXPECT(face.status == FACECORE_STATUS_OK && face.embedding.has_value());
    }
    return faces;
}

void embed(const cJSON *test, const cJSON *expected) {
    for (const facecore::FaceEmbedding &face : embeddings(*engine, test, expected)) {
        put_embedding(*face.embedding, expected);
        const float excess = face.embedding->non_face_excess();
        answers << "excess" << bits({excess}) << '\n';
        EXPECT(excess < 0);
    }
}

// An engine as a case asks for it, and what it makes of a photo.
void engines(const cJSON *test, const cJSON *expected) {
    auto asked = engine_options(test);
    const std::string model = text(test, "model");
    asked.model = model.empty() ? nullptr : model.c_str();
    const std::string folder = text(test, "models");
    const auto opened = facecore::Engine::open(folder.empty() ? models : testdata + "/../" + folder, asked);
    if (const auto box = floats(member(test, "box")); !box.empty()) {
        put_embedding(opened.embed(photo(test), facecore_box{box.at(0), box.at(1), box.at(2), box.at(3)}), expected);
    } else {
        for (const facecore::FaceEmbedding &face : embeddings(opened, test, expected)) {
            put_embedding(*face.embedding, expected);
        }
    }
    EXPECT(opened.info().space == std::stoull(text(expected, "space"), nullptr, 16) && opened.info().detector == asked.detector);
}

void pixels(const cJSON *test, const cJSON *expected) {
    const Bytes data = unhex(text(test, "data"));
    facecore_image image{};
    image.data = data.data();
    image.length = data.size();
    image.stride = static_cast<std::size_t>(number(test, "stride", 0));
    image.width = static_cast<std::uint32_t>(number(test, "width", 0));
    image.height = static_cast<std::uint32_t>(number(test, "height", 0));
    image.format = static_cast<std::uint32_t>(number(test, "format", 0));
    image.orientation = static_cast<std::uint32_t>(number(test, "orientation", 0));
    const auto upright = facecore::Photo::from_pixels(image, limits(test));
    const std::string rgb = hex(upright.rgb());
    answers << "rgb " << upright.info().width << 'x' << upright.info().height << ' ' << rgb << '\n';
    EXPECT(rgb == text(expected, "rgb"));
}

// An embedding of the values of a list, with zeros behind them up to the length `pad`.
facecore::Embedding embedding(const std::string &space, const cJSON *list, std::size_t pad = 0) {
    auto values = floats(list);
    values.resize(std::max(values.size(), pad));
    return {std::stoull(space, nullptr, 16), values.data(), values.size()};
}

#include "search_cases.hpp"
#include "video.hpp"

void encode(const cJSON *test, const cJSON *expected) {
    const auto one = member(test, "data") != nullptr ? decoded(text(test, "data")) : embedding(text(test, "space"), member(test, "values"));
    const std::pair<const char *, facecore_encoding> encodings[] = {
        {"f32", FACECORE_ENCODING_F32}, {"f16", FACECORE_ENCODING_F16}, {"i8", FACECORE_ENCODING_I8}};
    for (const auto &[name, encoding] : encodings) {
        const std::string digits = hex(one.encode(encoding));
        answers << name << ' ' << digits << '\n';
        EXPECT(digits == text(expected, name));
    }
}

void profile(const cJSON *test, const cJSON *expected) {
    facecore::ProfileBuilder album(std::strtoull(text(test, "space").c_str(), nullptr, 16));
    std::vector<facecore::Embedding> embeddings;
    const auto flag = [](const cJSON *object, const char *name) { return static_cast<std::uint32_t>(number(object, name, 0)); };
    const auto real = [](const cJSON *object, const char *name, double otherwise) { return static_cast<float>(number(object, name, otherwise)); };
    for (const cJSON *photo : items(member(test, "photos"))) {
        facecore::AlbumPhoto meta(flag(photo, "id"));
        meta.manual_tags = flag(photo, "manual_tags");
        meta.source = flag(photo, "source");
        meta.front_camera = flag(photo, "front_camera");
        meta.on_trip = flag(photo, "on_trip");
        meta.was_avatar = flag(photo, "was_avatar");
        album.add_photo(meta);
        for (const cJSON *face : items(member(photo, "faces"))) {
            embeddings.push_back(embedding(text(test, "space"), member(face, "values")));
            facecore::AlbumFace found(embeddings.back(), real(face, "width", 100), real(face, "score", 1));
            found.age = real(face, "age", NAN);
            found.female = real(face, "female", NAN);
            found.pin = flag(face, "pin");
            found.non_face = flag(face, "non_face");
            album.add_face(found);
        }
    }
    album.set_owner(real(test, "age", NAN), real(test, "female", NAN));
    for (const cJSON *known : items(member(test, "friends"))) {
        const Bytes bytes = unhex(known->valuestring);
        album.add_friend(facecore::Profile::decode(bytes.data(), bytes.size()));
    }
    const auto build = album.build();
    const auto info = build.info();
    answers << "outcome " << info.outcome << bits({info.confidence}) << '\n';
    EXPECT(info.outcome == flag(expected, "outcome"));
    if (auto built = build.profile()) {
        const std::string digits = hex(built->encode());
        answers << "profile " << digits << '\n';
        EXPECT(digits == text(expected, "bytes"));
        built->add(FACECORE_ROLE_OWNER, embeddings.front());
        built->remove(FACECORE_ROLE_OWNER, embeddings.front());
        EXPECT(hex(built->encode()) == digits);
    }
}

void compare(const cJSON *test, const cJSON *expected) {
    const float cosine = decoded(text(test, "a")).cosine(decoded(text(test, "b")));
    answers << "cosine" << bits({cosine}) << '\n';
    EXPECT(std::fabs(static_cast<double>(cosine) - number(expected, "cosine", NAN)) < 1e-6);
}

facecore::Matcher matcher(const cJSON *test) {
    if (member(test, "calibration") != nullptr) {
        const facecore::Calibration calibration(text(test, "calibration"));
        return facecore::Matcher::calibrated(calibration, number(test, "rate", NAN), static_cast<std::size_t>(number(test, "list", 0)));
    }
    if (member(test, "rate") != nullptr) {
        return facecore::Matcher::for_space(std::stoull(text(test, "space"), nullptr, 16), number(test, "rate", NAN));
    }
    return facecore::Matcher::cosine(static_cast<float>(number(test, "threshold", NAN)), static_cast<float>(number(test, "margin", NAN)));
}

void decide(const cJSON *test, const cJSON *expected) {
    const std::string space = text(test, "space");
    const auto pad = static_cast<std::size_t>(number(test, "pad", 0));
    facecore::Candidates people;
    for (const cJSON *person : items(member(test, "candidates"))) {
        for (const cJSON *values : items(member(person, "embeddings"))) {
            people.add(text(person, "person"), embedding(space, values, pad));
        }
    }
    std::vector<facecore::Embedding> faces;
    for (const cJSON *values : items(member(test, "faces"))) {
        faces.push_back(embedding(space, values, pad));
    }
    std::vector<const facecore::Embedding *> pointers;
    for (const facecore::Embedding &face : faces) {
        pointers.push_back(&face);
    }
    const auto verdicts = matcher(test).decide(pointers, people);
    const auto names = items(member(expected, "people"));
    EXPECT(verdicts.all().size() == names.size());
    std::size_t i = 0;
    for (const facecore_verdict &verdict : verdicts.all()) {
        const auto neighbour = [](const char *person, float cosine) {
            return person == nullptr ? std::string(" -") : " " + std::string(person) + bits({cosine});
        };
        answers << "verdict " << verdict.outcome << neighbour(verdict.person, verdict.cosine) << neighbour(verdict.nearest, verdict.nearest_cosine)
                << neighbour(verdict.runner_up, verdict.runner_up_cosine) << (std::isnan(verdict.margin) ? " -" : bits({verdict.margin}))
                << bits({verdict.threshold}) << '\n';
        const cJSON *name = names.at(i++);
        EXPECT(verdict.person != nullptr ? cJSON_IsString(name) && std::string(name->valuestring) == verdict.person
                                         : cJSON_IsNumber(name) && name->valuedouble == verdict.outcome);
    }
}

}  // namespace

int main(int argc, char **argv) {
    if (argc != 4) {
        std::fprintf(stderr, "usage: cases MODELS TESTDATA ANSWERS\n");
        return 2;
    }
    models = argv[1];
    testdata = argv[2];
    answers.open(argv[3]);
    engine.emplace(facecore::Engine::open(models));
    const std::pair<const char *, void (*)(const cJSON *, const cJSON *)> calls[] = {
        {"detect", detect}, {"embed", embed}, {"engines", engines}, {"pixels", pixels}, {"encode", encode}, {"compare", compare}, {"decide", decide}, {"profile", profile},
        {"video", video}, {"store", store}, {"index", index_cases}, {"feedback", feedback}, {"merge", merge},
        {"accounts", accounts}, {"stars", stars}};
    for (const auto &[call, run] : calls) {
        cJSON *tests = cJSON_Parse(read(testdata + "/cases/" + call + ".json").c_str());
        EXPECT(!items(tests).empty());
        for (const cJSON *test : items(tests)) {
            const cJSON *expected = member(test, "expect");
            const int before = expect_failures;
            answers << call << ": " << text(test, "name") << '\n';
            std::string error;
            try {
                run(test, expected);
            } catch (const facecore::Error &failure) {
                error = failure.name();
                answers << "error " << error << '\n';
            }
            EXPECT(error == text(expected, "error"));
            if (expect_failures != before) {
                std::fprintf(stderr, "in %s: %s\n", call, text(test, "name").c_str());
            }
        }
        cJSON_Delete(tests);
    }
    return expect_failures != 0;
}
