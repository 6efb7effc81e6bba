// The C++ owners: values, moves, exceptions. Usage: owners MODELS PHOTO

#include <cmath>
#include <cstdio>
#include <cstring>
#include <fstream>
#include <iterator>
#include <string>
#include <thread>
#include <type_traits>
#include <vector>

#include "expect.hpp"
#include "facecore.hpp"

static_assert(!std::is_copy_constructible_v<facecore::Engine> && std::is_nothrow_move_constructible_v<facecore::Engine>);
static_assert(!std::is_copy_constructible_v<facecore::Embedding> && std::is_nothrow_move_assignable_v<facecore::Embedding>);

int main(int argc, char **argv) {
    if (argc != 3) {
        return 2;
    }
    std::ifstream file(argv[2], std::ios::binary);
    const std::string bytes((std::istreambuf_iterator<char>(file)), std::istreambuf_iterator<char>());

    const auto engine = facecore::Engine::open_detector();
    auto photo = facecore::Photo::decode(bytes.data(), bytes.size());
    const auto info = photo.info();
    EXPECT(photo.rgb().size() == std::size_t{3} * info.width * info.height);
    facecore::DetectOptions options;
    options.min_face = 80;
    auto found = engine.detect(photo, options);
    EXPECT(found.faces().size() == 1 && found.info().complete == 1);
    auto moved = std::move(found);
    EXPECT(moved.faces()[0].score > 0.9f);

    // Raw pixels of the same photo show the same face, also on other threads.
    const auto rgb = photo.rgb();
    facecore_image image{};
    image.data = rgb.data();
    image.length = rgb.size();
    image.stride = std::size_t{3} * info.width;
    image.width = info.width;
    image.height = info.height;
    image.format = FACECORE_PIXEL_FORMAT_RGB;
    image.orientation = FACECORE_ORIENTATION_UPRIGHT;
    const auto raw = facecore::Photo::from_pixels(image);
    std::vector<std::thread> threads;
    std::vector<int> same(2, 0);
    for (int &one : same) {
        threads.emplace_back([&] {
            const auto again = engine.detect(raw, options);
            one = again.faces().size() == 1 && std::memcmp(&again.faces()[0].bounding_box, &moved.faces()[0].bounding_box, sizeof(facecore_box)) == 0;
        });
    }
    for (std::thread &thread : threads) {
        thread.join();
    }
    EXPECT(same[0] == 1 && same[1] == 1);

    expect_error(FACECORE_STATUS_NO_EMBEDDER, [&] { engine.embed(photo, moved.faces()); });
    expect_error(FACECORE_STATUS_UNKNOWN_FORMAT, [] { facecore::Photo::decode("text", 4); });
    expect_error(FACECORE_STATUS_MODEL, [] { facecore::Engine::open("no such folder"); });
    expect_error(FACECORE_STATUS_OPTION, [&] {
        facecore::DetectOptions wrong;
        wrong.mtcnn.factor = 2;
        engine.detect(photo, wrong);
    });
    image.format = 0;
    expect_error(FACECORE_STATUS_UNKNOWN_VALUE, [&] { facecore::Photo::from_pixels(image); });

    const float x[] = {3, 4}, y[] = {4, 3};
    const facecore::Embedding a(7, x, 2), b(7, y, 2), foreign(8, x, 2);
    EXPECT(std::fabs(a.cosine(b) - 0.96f) < 1e-6f && a.space() == 7 && a.values()[1] == 0.8f);
    const auto encoded = a.encode(FACECORE_ENCODING_F32);
    EXPECT(facecore::Embedding::decode(encoded.data(), encoded.size()).cosine(b) == a.cosine(b));
    expect_error(FACECORE_STATUS_SPACE_MISMATCH, [&] { a.cosine(foreign); });

    facecore::Candidates people;
    people.add("Ann", a);
    const auto plain = facecore::Matcher::cosine(0.5f, 0.05f);
    const auto verdicts = plain.decide({&b}, people);
    EXPECT(verdicts.all().size() == 1 && std::string(verdicts.all()[0].person) == "Ann");
    EXPECT(!plain.false_positive_rate() && plain.margin() == 0.05f);
    const facecore::Gallery gallery(plain, people);
    EXPECT(gallery.people() == 1 && std::string(gallery.decide({&b}).all()[0].person) == "Ann");
    expect_error(FACECORE_STATUS_SPACE_MISMATCH, [&] { gallery.decide({&foreign}); });
    const std::uint64_t shipped = 0xe37f9c1f75f50abd;  // facenet-ms1m-128
    EXPECT(facecore::Matcher::for_space(shipped).false_positive_rate() == 0.01);
    EXPECT(facecore::Matcher::for_space(shipped, 0.001).false_positive_rate() == 0.001);
    expect_error(FACECORE_STATUS_CALIBRATION, [] { facecore::Matcher::for_space(7); });
    expect_error(FACECORE_STATUS_CALIBRATION, [] { facecore::Matcher::read("no numbers"); });

    const facecore::Manifest manifest(argv[1]);
    EXPECT(manifest.models().size() >= 2 && std::string(manifest.models()[0].id) == "mtcnn");
    EXPECT(!manifest.default_model().empty());
    manifest.verify("mtcnn");
    expect_error(FACECORE_STATUS_MODEL, [&] { manifest.verify("no-such-model"); });
    return expect_failures != 0;
}
