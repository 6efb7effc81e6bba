/**
 * Finds the faces in a photo and says who they are, among the people you name. Everything runs in this process, on the CPU.
 *
 * <p>Start with {@link io.facecore.FaceEngine}.
 */
module io.facecore {
    exports io.facecore;
}
