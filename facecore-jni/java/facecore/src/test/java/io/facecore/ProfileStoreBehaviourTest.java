package io.facecore;

import java.nio.file.Path;
import org.junit.jupiter.api.io.TempDir;

/** The embedded store behaves as all do. */
class ProfileStoreBehaviourTest extends ProfileRepositoryBehaviour {
    @TempDir
    Path folder;

    @Override
    protected ProfileRepository open() {
        return ProfileStore.open(folder.resolve("store"), SPACE, StoreOptions.defaults().withDurability(Durability.PROCESS));
    }
}
