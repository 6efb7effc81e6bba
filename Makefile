# Every line is one that a person could type. Everything builds with --release, so that the heavy dependency (tract) compiles once.

.PHONY: help models demo serve page cluster-demo test test-tools test-rust test-c test-java test-page test-cluster test-outside test-old-linux test-training soak asan bench bench-java header install release-linux cross-aarch64 cross-musl cross-windows

help:
	@echo "make models   fetch and convert the networks into models/ (once; needs Python 3 and the network)"
	@echo "make demo     name the faces of testdata/photos/group.jpg"
	@echo "make serve    a page to look at on http://localhost:8080: photos, suggested names, profiles (needs a JDK and Maven)"
	@echo "make test     everything that CI runs: Rust, C, C++, Java and the page"
	@echo "make test-rust, test-c, test-java, test-page   one of them (C's and Java's answers are compared with what ran before)"
	@echo "make test-cluster   its last Java part: the store in a real Cassandra and the rebuild by Spark, fetched by Maven, started and stopped (1 GiB of memory)"
	@echo "make test-outside   its part before the page: projects that depend on what is handed out (crate, C tarball, Maven repository) name a face"
	@echo "make test-old-linux   its last part: the libraries for x86-64, built as for handing out, ask for no glibc newer than 2.17 (seven minutes the first time)"
	@echo "make cluster-demo   the whole system here: two Cassandra nodes, Spark, the page; a rebuild while somebody uploads (5 GB of memory)"
	@echo "make test-training   the Python package that fine-tunes networks; not part of make test (fetches PyTorch, 3 GB, the first time)"
	@echo "make soak     the tests that last, at full size: 10,000 close races, 100,000 photos, a minute of load"
	@echo "make asan     the kernels' tests under the address sanitizer"
	@echo "make bench    our times beside those of ONNX Runtime, OpenVINO, OpenCV and facenet-pytorch"
	@echo "make bench-java   the same calls from Rust and from Java"
	@echo "make release-linux   the libraries that are handed out, for x86-64 and 64-bit ARM with glibc 2.17 or newer (Debian, as root; a quarter of an hour the first time)"
	@echo "make cross-aarch64   those for 64-bit ARM, tested under qemu, Java as well (as root)"
	@echo "make cross-musl, cross-windows   tries the command, the C library and the jar's for Alpine Linux and for Windows (under wine; as root; half an hour each the first time)"
	@echo "make header   include/facecore.h from the sources"
	@echo "make install PREFIX=/usr/local   the C library, its headers, pkg-config and CMake files"

models:
	@command -v python3 >/dev/null || { echo "python3 is needed to fetch and convert the models: install Python 3.11 or newer"; exit 1; }
	python3 models/fetch.py

demo: models
	cargo build --release -p facecore-cli
	target/release/facecore tag --people testdata/people testdata/photos/group.jpg --draw target/demo
	@echo "The picture with the names is in target/demo."

# The page's folder keeps what people did; delete it to begin anew.
serve: page
	java -jar examples/java/tagging/target/tagging.jar 8080 examples/java/tagging/data models testdata/photos

page: models
	@command -v javac > /dev/null && command -v mvn > /dev/null || { echo "apt-get install openjdk-17-jdk-headless maven"; exit 1; }
	mvn -q -B -f facecore-jni/java/pom.xml install -DskipTests -Dformatter.skip -pl facecore,facecore-cassandra -am
	mvn -q -B -f examples/java/tagging/pom.xml package -DskipTests

test: test-tools test-rust test-heif test-c test-java test-cluster test-outside test-page test-old-linux

# Before anything that takes long.
test-tools:
	@command -v javac > /dev/null && command -v mvn > /dev/null || { echo "make test needs a JDK and Maven: apt-get install openjdk-17-jdk-headless maven. Without Java: make test-rust"; exit 1; }
	@command -v chromium > /dev/null && command -v npm > /dev/null || { echo "make test needs Chromium, Node.js and npm for the page: apt-get install chromium nodejs npm. Without: make test-rust test-c test-java"; exit 1; }
	@facecore-ffi/tests/run tools
	@pkg-config --exists libde265 dav1d && command -v cmake > /dev/null || { echo "make test needs cmake, libde265 and dav1d for HEIC and AVIF: apt-get install cmake libde265-dev libdav1d-dev. Without: make test-rust test-c test-java"; exit 1; }

# The crate's own copies of networks and licences, which a package cannot do without, are those of this checkout. The fuzz targets are only
# checked, nothing is linked: naming a libFuzzer spares its C++ build.
test-rust: models
	for net in pnet rnet onet; do cmp models/$$net.onnx facecore/mtcnn/$$net.onnx || exit 1; done
	cmp models/yunet.onnx facecore/yunet/yunet.onnx
	for file in facecore-cli/models/*; do cmp models/$${file##*/} $$file || exit 1; done
	for crate in facecore facecore-cli; do cmp LICENSE-MIT $$crate/LICENSE-MIT && cmp LICENSE-APACHE $$crate/LICENSE-APACHE || exit 1; done
	cargo fmt --all --check
	cargo clippy --release --workspace --all-targets -- -D warnings
	facecore/tests/features
	facecore/tests/oldest_rust
	cargo test --release --workspace
	cargo test --release --workspace --features facecore/rayon,facecore/ndarray --test parallel
	cargo test --release --workspace --features facecore/rayon,facecore/ndarray --lib arrays
	cargo bench --workspace --bench stages -- --test
	python3 -B models/test_fetch.py
	facecore/tests/public_api
	facecore/tests/dependencies
	RUSTDOCFLAGS="-D warnings" cargo doc --release --workspace --no-deps
	CUSTOM_LIBFUZZER_PATH=unused/libFuzzer.a cargo check --release --manifest-path fuzz/Cargo.toml --target-dir target

# HEIC and AVIF: compiles libheif, three minutes the first time.
test-heif: models
	cargo clippy --release --package facecore --all-targets --no-default-features --features heif-embedded -- -D warnings
	cargo test --release --workspace --features facecore/heif-embedded --test odd

test-c: models
	facecore-ffi/tests/run

test-java: models
	@command -v javac > /dev/null && command -v mvn > /dev/null || { echo "apt-get install openjdk-17-jdk-headless maven"; exit 1; }
	mvn -q -B -f facecore-jni/java/pom.xml verify

# Pictures of the page are in target/page afterwards.
test-page: page
	@command -v chromium > /dev/null && command -v npm > /dev/null || { echo "apt-get install chromium nodejs npm"; exit 1; }
	mvn -q -B -f examples/java/tagging/pom.xml verify
	npm --prefix examples/java/tagging/browser ci --silent --no-audit --no-fund
	npm --prefix examples/java/tagging/browser test

# Starts a Cassandra of about 1 GiB, and a Spark with two workers, on loopback and stops them again (docs/cluster.md); some five minutes, and
# 350 MB from Maven the first time. Spark's job is compared with the command.
test-cluster: models
	@command -v javac > /dev/null && command -v mvn > /dev/null || { echo "apt-get install openjdk-17-jdk-headless maven"; exit 1; }
	cargo build --release --workspace --bins
	mvn -q -B -f facecore-jni/java/pom.xml install -DskipTests -pl facecore,facecore-cassandra -am
	cluster/cassandra with 1 cluster/spark with 2 cluster/test

# Half of `make release-linux`: what is built for x86-64 asks for no glibc newer than 2.17.
test-old-linux:
	cross/linux x86_64

# What is handed out, as its users meet it: RELEASING.md makes the same files.
test-outside: models
	facecore/tests/outside
	facecore-ffi/tests/outside
	facecore-jni/outside

# The whole system on this machine: two Cassandra nodes, a Spark with two workers, the page; profiles of 200 accounts are built while somebody uploads. Some 5 GB of
# memory. PEOPLE=FOLDER takes the photos of a folder a person; ports by CASSANDRA_PORT and SPARK_PORT.
cluster-demo: page
	cluster/demo

# The packages are installed anew where their list has changed.
test-training: models
	cargo build --release --workspace --bins
	cmp -s training/requirements.txt target/training/requirements.txt || { python3 -m venv target/training \
		&& target/training/bin/pip install --quiet -r training/requirements.txt && cp training/requirements.txt target/training/; }
	FACECORE=$(CURDIR)/target/release/facecore target/training/bin/python -m pytest -q training

soak: models
	mvn -B -f facecore-jni/java/pom.xml verify -Dfacecore.rounds=10000 -Dfacecore.photos=100000 -Dfacecore.seconds=60

header:
	mkdir -p target
	cargo run --quiet --release --manifest-path facecore-ffi/header/Cargo.toml --target-dir target/header > target/facecore.h
	mv target/facecore.h include/facecore.h

# Their own compiler and target folder: docs/platforms.md.
release-linux:
	cross/linux x86_64
	cross/linux aarch64

cross-aarch64: models
	cross/aarch64
	cross/aarch64_java

cross-musl: models
	cross/musl

cross-windows: models
	cross/windows

PREFIX ?= /usr/local
install:
	cargo build --release -p facecore-ffi
	facecore-ffi/install "$(PREFIX)"

bench-java: models
	facecore-jni/bench

# Ours and the peers in turns, pinned to one core.
bench: models benches/.venv
	cargo build --release --workspace
	benches/.venv/bin/python benches/peers/photo.py testdata/photos target/five-faces.jpg
	taskset -c 0 benches/.venv/bin/python benches/peers/networks.py target/release/ours models
	taskset -c 0 benches/.venv/bin/python benches/peers/cascade.py target/release/ours models target/five-faces.jpg
	target/release/pipeline models target/five-faces.jpg

benches/.venv: benches/peers/requirements.txt
	python3 -m venv $@
	$@/bin/pip install --quiet --require-hashes --only-binary :all: -r $<
	touch $@

# The nightly switch is on for this one command, which builds everything again with checks, in a folder of its own.
asan:
	RUSTC_BOOTSTRAP=1 RUSTFLAGS="-Zsanitizer=address" cargo test --release --target x86_64-unknown-linux-gnu --target-dir target/asan -p facecore -p facecore-cli --lib net::
