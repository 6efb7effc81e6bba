// The cases of the tracker: windows of photos are the frames. A part of cases.cpp; facecore/tests/cases/video.rs says how they are read.

#ifndef VIDEO_HPP
#define VIDEO_HPP

// A decoded photo.
struct Still {
    Bytes rgb;
    std::size_t stride;
};

facecore::Photo named(const std::string &name) {
    const std::string bytes = read(testdata + "/" + name);
    return facecore::Photo::decode(bytes.data(), bytes.size());
}

facecore::Photo frame_of(const std::vector<Still> &stills, const std::vector<float> &frame) {
    const auto part = [&](std::size_t at) { return static_cast<std::size_t>(frame.at(at)); };
    const Still &still = stills.at(part(0));
    const std::size_t from = part(2) * still.stride + 3 * part(1);
    facecore_image image{};
    image.data = still.rgb.data() + from;
    image.length = still.rgb.size() - from;
    image.stride = still.stride;
    image.width = static_cast<std::uint32_t>(part(3));
    image.height = static_cast<std::uint32_t>(part(4));
    image.format = FACECORE_PIXEL_FORMAT_RGB;
    image.orientation = FACECORE_ORIENTATION_UPRIGHT;
    return facecore::Photo::from_pixels(image);
}

void put_track(const facecore_track &track) {
    answers << "track " << track.id << ' ' << track.detections << ' ' << track.revision;
    for (std::size_t i = 0; i < track.span_count; ++i) {
        answers << ' ' << track.spans[i].start_us << '-' << track.spans[i].end_us;
    }
    for (std::size_t i = 0; i < track.absorbed_count; ++i) {
        answers << " was " << track.absorbed[i];
    }
    answers << '\n';
    for (std::size_t i = 0; i < track.face_count; ++i) {
        const facecore_kept_face &face = track.faces[i];
        const facecore_box &box = face.bounding_box;
        Bytes bytes(16 + 4 * 1024);
        std::size_t length = 0;
        EXPECT(facecore_embedding_encode(face.embedding, FACECORE_ENCODING_F32, bytes.data(), bytes.size(), &length) == FACECORE_STATUS_OK);
        bytes.resize(length);
        answers << "kept " << face.at_us << bits({box.x1, box.y1, box.x2, box.y2, face.quality, face.weight}) << ' ' << hex(bytes) << '\n';
    }
}

void put_people(const facecore::Tracks &tracks, const cJSON *test, const cJSON *expected) {
    facecore::DetectOptions large;
    large.min_face = 50;
    facecore::Candidates candidates;
    for (const cJSON *person : items(member(test, "people"))) {
        const auto upright = named(person->valuestring);
        const auto found = engine->detect(upright, large);
        const auto faces = engine->embed(upright, found.faces());
        candidates.add(person->string, *faces.at(0).embedding);
    }
    const auto people = tracks.people(engine->info().threshold, facecore::Matcher::for_space(engine->info().space), candidates);
    const auto known = items(expected);
    EXPECT(people.get().size() == known.size());
    std::size_t at = 0;
    for (const facecore_clip_person &person : people.get()) {
        const std::string name = person.verdict->person == nullptr ? "-" : person.verdict->person;
        answers << "person [";
        for (std::size_t track = 0; track < person.track_count; ++track) {
            answers << (track == 0 ? "" : ", ") << person.tracks[track];
        }
        answers << "] " << name << '\n';
        EXPECT(name == cJSON_GetArrayItem(known.at(at++), 1)->valuestring);
    }
}

void video(const cJSON *test, const cJSON *expected) {
    std::vector<Still> stills;
    for (const cJSON *name : items(member(test, "photos"))) {
        const auto upright = named(name->valuestring);
        stills.push_back({upright.rgb(), std::size_t{3} * upright.info().width});
    }
    facecore::DetectOptions large;
    large.min_face = 50;
    facecore::TrackerOptions options;
    options.detect = &large;
    options.budget_us = 0;  // the machine does not matter
    if (const cJSON *same = member(test, "same_person")) {
        options.same_person = static_cast<float>(same->valuedouble);
    }
    facecore::Tracker tracker(options);
    const auto counts = floats(member(expected, "faces"));
    std::size_t pushed = 0;
    for (const cJSON *item : items(member(test, "frames"))) {
        const auto frame = floats(item);
        const auto at = std::chrono::milliseconds(static_cast<long>(frame.at(5)));
        const auto faces = tracker.push(*engine, frame_of(stills, frame), at);
        answers << "frame " << at.count() << '\n';
        for (const facecore_tracked_face &face : faces) {
            const facecore_box &box = face.bounding_box;
            std::vector<float> values{box.x1, box.y1, box.x2, box.y2};
            for (const facecore_point &point : face.landmarks) {
                values.insert(values.end(), {point.x, point.y});
            }
            values.push_back(face.score);
            answers << "face " << face.track << ' ' << face.detected << ' ' << face.kept << bits(values) << '\n';
        }
        EXPECT(counts.empty() || static_cast<float>(faces.size()) == counts.at(pushed));
        ++pushed;
    }
    const auto stats = tracker.stats();
    answers << "stats " << stats.frames << ' ' << stats.detections << ' ' << stats.embedded << ' ' << stats.cuts << '\n';
    const std::size_t so_far = tracker.tracks().get().size();
    const auto tracks = tracker.finish();
    EXPECT(tracks.get().size() == so_far && tracker.take_ended().get().size() == 0);
    for (const facecore_track &track : tracks.get()) {
        put_track(track);
    }
    put_people(tracks, test, member(expected, "people"));
}

#endif
