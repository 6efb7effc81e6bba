package io.facecore;

import java.util.Objects;
import java.util.Optional;

/** What the stages of a detection did, for logs and metrics: the numbers of the detector that was at work. */
public final class DetectStats {
    private final Detector detector;
    private final MtcnnStats mtcnn;
    private final YunetStats yunet;

    private DetectStats(Wire.Reader record) {
        detector = Detector.of(record.int32());
        mtcnn = detector == Detector.MTCNN ? MtcnnStats.read(record) : null;
        yunet = detector == Detector.YUNET ? YunetStats.read(record) : null;
    }

    static DetectStats read(Wire.Reader record) {
        return new DetectStats(record);
    }

    /**
     * Which detector it was.
     *
     * @return that of the engine
     */
    public Detector detector() {
        return detector;
    }

    /**
     * What the cascade did.
     *
     * @return nothing if another detector was at work
     */
    public Optional<MtcnnStats> mtcnn() {
        return Optional.ofNullable(mtcnn);
    }

    /**
     * What YuNet did.
     *
     * @return nothing if another detector was at work
     */
    public Optional<YunetStats> yunet() {
        return Optional.ofNullable(yunet);
    }

    @Override
    public boolean equals(Object object) {
        if (!(object instanceof DetectStats)) {
            return false;
        }
        DetectStats other = (DetectStats) object;
        return Objects.equals(mtcnn, other.mtcnn) && Objects.equals(yunet, other.yunet);
    }

    @Override
    public int hashCode() {
        return Objects.hash(mtcnn, yunet);
    }

    @Override
    public String toString() {
        return "DetectStats[" + (mtcnn == null ? yunet : mtcnn) + "]";
    }
}
