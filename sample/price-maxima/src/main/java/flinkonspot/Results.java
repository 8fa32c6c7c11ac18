package flinkonspot;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import org.apache.flink.api.common.serialization.SimpleStringEncoder;
import org.apache.flink.connector.file.sink.FileSink;
import org.apache.flink.core.fs.Path;
import org.apache.flink.core.io.SimpleVersionedSerializer;
import org.apache.flink.streaming.api.functions.sink.filesystem.BucketAssigner;
import org.apache.flink.streaming.api.functions.sink.filesystem.OutputFileConfig;
import org.apache.flink.streaming.api.functions.sink.filesystem.bucketassigners.SimpleVersionedStringSerializer;
import org.apache.flink.streaming.api.functions.sink.filesystem.rollingpolicies.OnCheckpointRollingPolicy;

/** Where results go: files that become visible with the checkpoint that covers them, so exactly once. */
final class Results {
    private Results() {}

    static FileSink<WindowMaximum> windows(String output) {
        return FileSink.forRowFormat(new Path(output + "/windows"), Results::writeLine)
                .withBucketAssigner(new HourOfWindowEnd())
                .withRollingPolicy(OnCheckpointRollingPolicy.build())
                .withOutputFileConfig(files(".jsonl"))
                .build();
    }

    /** As they came, for a look at what is wrong with them. */
    static FileSink<String> badRecords(String output) {
        return FileSink.forRowFormat(new Path(output + "/bad"), new SimpleStringEncoder<String>("UTF-8"))
                .withRollingPolicy(OnCheckpointRollingPolicy.build())
                .withOutputFileConfig(files(".txt"))
                .build();
    }

    private static OutputFileConfig files(String suffix) {
        return OutputFileConfig.builder().withPartPrefix("part").withPartSuffix(suffix).build();
    }

    private static void writeLine(WindowMaximum maximum, OutputStream stream) throws IOException {
        stream.write((maximum.toJson() + "\n").getBytes(StandardCharsets.UTF_8));
    }

    /** One folder an hour of event time: a result lies in the same place however often it is computed again. */
    static class HourOfWindowEnd implements BucketAssigner<WindowMaximum, String> {
        private static final DateTimeFormatter HOUR = DateTimeFormatter.ofPattern("yyyy-MM-dd--HH").withZone(ZoneOffset.UTC);

        @Override
        public String getBucketId(WindowMaximum maximum, Context context) {
            return HOUR.format(Instant.ofEpochMilli(maximum.windowEnd));
        }

        @Override
        public SimpleVersionedSerializer<String> getSerializer() {
            return SimpleVersionedStringSerializer.INSTANCE;
        }
    }
}
