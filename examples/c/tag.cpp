// Says who is in a photo, among people given by one photo each.
// Usage: tag MODELS PHOTO NAME=PHOTO...

#include <facecore.hpp>
#include <fstream>
#include <iostream>
#include <iterator>

namespace {

std::vector<facecore::Embedding> faces(const facecore::Engine &engine, const std::string &path) {
    std::ifstream file(path, std::ios::binary);
    const std::string bytes((std::istreambuf_iterator<char>(file)), std::istreambuf_iterator<char>());
    const auto photo = facecore::Photo::decode(bytes.data(), bytes.size());
    std::vector<facecore::Embedding> embeddings;
    for (auto &face : engine.embed(photo, engine.detect(photo).faces())) {
        if (face.embedding) {
            embeddings.push_back(std::move(*face.embedding));
        }
    }
    return embeddings;
}

}  // namespace

int main(int argc, char **argv) try {
    if (argc < 4) {
        std::cerr << "usage: tag MODELS PHOTO NAME=PHOTO...\n";
        return 2;
    }
    const auto engine = facecore::Engine::open(argv[1]);
    facecore::Candidates people;
    for (int i = 3; i < argc; ++i) {
        const std::string person = argv[i];
        const auto equals = person.find('=');
        for (const auto &face : faces(engine, person.substr(equals + 1))) {
            people.add(person.substr(0, equals), face);
        }
    }
    const auto found = faces(engine, argv[2]);
    std::vector<const facecore::Embedding *> pointers;
    for (const auto &face : found) {
        pointers.push_back(&face);
    }
    // Of a hundred strangers one may get a name, however many people there are.
    const auto matcher = facecore::Matcher::for_space(engine.info().space);
    const auto verdicts = matcher.decide(pointers, people);
    for (const facecore_verdict &verdict : verdicts.all()) {
        if (verdict.person != nullptr) {
            std::cout << verdict.person << " (" << verdict.cosine << ")\n";
        } else {
            std::cout << "nobody known, nearest is " << (verdict.nearest ? verdict.nearest : "nobody") << '\n';
        }
    }
    return 0;
} catch (const std::exception &error) {
    std::cerr << error.what() << '\n';
    return 1;
}
