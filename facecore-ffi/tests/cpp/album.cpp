// Albums, calibrations and filters by their C++ owners. Usage: album [MODELS PHOTO]; without them nothing runs that needs a network.

#include <cmath>
#include <cstdio>
#include <cstring>
#include <fstream>
#include <iterator>
#include <string>
#include <type_traits>
#include <vector>

#include "expect.hpp"
#include "facecore_album.hpp"

static_assert(!std::is_copy_constructible_v<facecore::AlbumSession> && std::is_nothrow_move_constructible_v<facecore::AlbumSession>);
static_assert(!std::is_copy_constructible_v<facecore::StoredFace> && std::is_nothrow_move_assignable_v<facecore::StoredFace>);

namespace {

const std::uint64_t SPACE = 0xe37f9c1f75f50abd;  // facenet-ms1m-128

facecore::Embedding face(float x, float y, float z) {
    const float values[] = {x, y, z};
    return facecore::Embedding(SPACE, values, 3);
}

facecore::AlbumPhoto selfie(std::uint64_t id) {
    facecore::AlbumPhoto photo(id);
    photo.front_camera = 1;
    return photo;
}

// The photos, what is kept of them, and a session: all build the same.
void builds() {
    facecore::ProfileBuilder photos(SPACE), kept(SPACE), metas(SPACE);
    std::vector<facecore::Embedding> own;
    for (std::uint64_t id = 0; id < 4; ++id) {
        own.push_back(face(1, 0.02f * static_cast<float>(id), 0));
        const auto photo = selfie(id);
        const facecore::AlbumFace found(own.back(), 110, 0.99f);
        photos.add_photo(photo);
        photos.add_face(found);
        metas.add_photo(photo);
        const facecore::StoredFace stored(photo, found, {1, 2, 111, 140}, NAN);
        const auto bytes = stored.encode();
        const auto back = facecore::StoredFace::decode(bytes.data(), bytes.size());
        EXPECT(back.photo().id == id && back.face().width == 110 && back.box().y2 == 140 && std::isnan(back.quality()));
        kept.add_stored_face(id, 0, back);
    }
    const auto build = photos.build();
    EXPECT(build.info().outcome == FACECORE_BUILD_OUTCOME_BUILT && build.members().size() == 4);
    EXPECT(build.explanation().substr(0, 11) == "Profile of ");
    const auto profile = build.profile().value();
    EXPECT(profile.info().space == SPACE && profile.slot(FACECORE_ROLE_OWNER).photos == 4 && !profile.embedding(FACECORE_ROLE_PARTNER));
    const auto mean = profile.embedding(FACECORE_ROLE_OWNER).value();
    EXPECT(mean.cosine(kept.build().profile().value().embedding(FACECORE_ROLE_OWNER).value()) > 0.999f);
    EXPECT(mean.cosine(facecore::Embedding::mean({&own[0], &own[1], &own[2], &own[3]})) > 0.9999f);

    facecore::AlbumSession session(metas);
    expect_error(FACECORE_STATUS_OPTION, [&] { session.finish(); });
    for (auto wanted = session.wants(); !wanted.empty(); wanted = session.wants()) {
        const facecore::AlbumFace found(own[wanted.back()], 110, 0.99f);
        session.give(wanted.back(), {&found});
    }
    EXPECT(session.finish().profile().value().encode() == profile.encode());
    expect_error(FACECORE_STATUS_OPTION, [&] { session.give(0, std::vector<const facecore_album_face *>()); });

    facecore::Profile sum(SPACE, 3);
    sum.merge(profile);
    EXPECT(sum.encode() == profile.encode());
    EXPECT(sum.shows_owner_of(profile) && !sum.shows_owner_of(facecore::Profile(SPACE, 3)));
    sum.merge(profile);
    EXPECT(sum.slot(FACECORE_ROLE_OWNER).faces == 8);
    expect_error(FACECORE_STATUS_SPACE_MISMATCH, [&] { sum.merge(facecore::Profile(2, 3)); });
    photos.set_owner(30, NAN);
    photos.add_friend(sum);
    EXPECT(photos.build().info().lead < build.info().lead);
    expect_error(FACECORE_STATUS_OPTION, [] { facecore::ProfileBuilder(7); });
}

void measures() {
    const auto one = face(1, 0, 0), other = face(0, 1, 0);
    const facecore::NonFaceFilter filter({&one}, {0.7f});
    const auto bytes = filter.encode();
    EXPECT(facecore::NonFaceFilter::decode(bytes.data(), bytes.size()).excess(face(0.8f, 0.6f, 0)) > 0);
    EXPECT(filter.excess(other) < 0 && filter.space() == SPACE && facecore::NonFaceFilter::for_space(SPACE).space() == SPACE);
    expect_error(FACECORE_STATUS_NON_FACE, [] { facecore::NonFaceFilter::for_space(7); });
    expect_error(FACECORE_STATUS_NON_FACE, [&] { facecore::NonFaceFilter({&one}, {}); });
    EXPECT(std::fabs(facecore::Cohort({&one, &other}).crowding(face(0.6f, 0.8f, 0)) - 0.8f) < 1e-6f);
    std::uint8_t bytes_of_map[60] = {'F', 'C', 'A', 'D', 1, 0, 3, 0, 0xe3, 0x7f, 0x9c, 0x1f, 0x75, 0xf5, 0x0a, 0xbd, 0x1b, 0x72, 0x65, 0x0f, 0x57, 0x08, 0x10, 0xf7};
    bytes_of_map[26] = bytes_of_map[58] = 0x80;
    bytes_of_map[27] = bytes_of_map[59] = 0x3f;
    bytes_of_map[43] = 0x40;
    const auto adaptation = facecore::Adaptation::decode(bytes_of_map, sizeof bytes_of_map);
    const auto carried = adaptation.apply(face(3, 2, 0));
    EXPECT(adaptation.from() == SPACE && adaptation.space() == 0x1b72650f570810f7u && adaptation.encode().size() == 60);
    EXPECT(carried.space() == adaptation.space() && std::fabs(carried.values()[1] - 0.8f) < 1e-6f);
    expect_error(FACECORE_STATUS_SPACE_MISMATCH, [&] { adaptation.apply(carried); });
    expect_error(FACECORE_STATUS_ADAPTATION, [&] { facecore::Adaptation::decode(bytes_of_map, 59); });
    const facecore::Calibration calibration(
        "space = \"e37f9c1f75f50abd\"\nphotos = 5\npeople = 100\nmargin = 0.05\nunsupported = []\n"
        "cohort = [\"4643453101000300e37f9c1f75f50abd0000003c0000\"]\n\n[probability]\nslope = 10.0\noffset = -1.0\n\n"
        "[[point]]\ncandidates = 10\nfp = 0.001\ninterval = [0.0005, 0.002]\nthreshold = 0.2\ntp = 0.9\nstrangers = 5000\n");
    EXPECT(calibration.info().people == 100 && calibration.points()[0].threshold == 0.2f && std::fabs(calibration.probability(0.1) - 0.5) < 1e-9);
    const auto matcher = facecore::Matcher::calibrated(calibration, 0.001, 10);
    EXPECT(!matcher.false_positive_rate() && matcher.margin() == 0.05f);
    expect_error(FACECORE_STATUS_CALIBRATION, [&] { facecore::Matcher::calibrated(calibration, 0.5, 10); });
    expect_error(FACECORE_STATUS_CALIBRATION, [] { facecore::Calibration("no calibration"); });
}

// A photo as an album needs it.
void photo(const char *models, const char *path) {
    std::ifstream file(path, std::ios::binary);
    const std::string bytes((std::istreambuf_iterator<char>(file)), std::istreambuf_iterator<char>());
    const auto engine = facecore::Engine::open(models);
    const facecore::Attributes attributes(models);
    const auto filter = facecore::NonFaceFilter::for_space(engine.info().space);
    const auto pixels = facecore::Photo::decode(bytes.data(), bytes.size());
    facecore::AlbumOptions options;
    options.attributes = attributes.get();
    options.non_face_filter = filter.get();
    const auto faces = facecore::AlbumFaces::read(engine, pixels, options);
    EXPECT(faces.faces().size() == 1 && faces.known().size() == 1);
    const auto said = attributes.read(pixels, faces.faces()[0]);
    EXPECT(faces.known()[0]->age == said.age && faces.known()[0]->female == said.female && faces.known()[0]->non_face == 0);
    EXPECT(facecore::measure_quality(pixels, faces.faces()[0]).value > 0.5f);
    facecore::ProfileBuilder album(engine.info().space);
    album.add_photo(selfie(1));
    facecore::AlbumSession session(album);
    session.give(1, faces);
    EXPECT(session.wants().empty() && session.finish().info().faces == 1);
    const auto kept = facecore::StoredFaces::read(engine, pixels, selfie(1), options);
    EXPECT(kept.faces().size() == 1 && kept.faces()[0] != nullptr);
    facecore::AlbumSession stored(album);
    stored.give(1, kept);
    EXPECT(stored.wants().empty() && stored.finish().info().faces == 1);
    facecore::ProfileBuilder later(engine.info().space);
    later.add_stored_face(1, 0, kept.faces()[0]);
    EXPECT(later.build().info().faces == 1);
    EXPECT(facecore::sex_from_name("Anna Maria Petrova") > 0.9f && std::isnan(facecore::sex_from_name("")));
}

}  // namespace

int main(int argc, char **argv) {
    builds();
    measures();
    if (argc == 3) {
        photo(argv[1], argv[2]);
    }
    return expect_failures != 0;
}
