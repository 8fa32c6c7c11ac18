package flinkonspot;

import java.util.HashMap;
import java.util.Map;
import org.apache.flink.api.common.eventtime.WatermarkStrategy;
import org.apache.flink.api.common.serialization.SimpleStringSchema;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.connector.kinesis.source.KinesisStreamsSource;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;

/** Ticks from Kinesis by the connector of Flink 1.20 and later, {@code flink-connector-aws-kinesis-streams}. */
final class KinesisTicks {
    private KinesisTicks() {}

    /** Credentials come from the SDK's default chain, on EKS the service account's role. An uid per connector: their states differ. */
    static DataStream<String> read(StreamExecutionEnvironment env, Arguments arguments, WatermarkStrategy<String> watermarks) {
        Map<String, String> options = new HashMap<>();
        options.put("aws.region", arguments.required("stream-region"));
        options.put("source.init.position", arguments.oneOf("stream-initial-position", "TRIM_HORIZON", "LATEST"));
        if (arguments.has("stream-endpoint")) {
            options.put("aws.endpoint", arguments.required("stream-endpoint"));
        }
        KinesisStreamsSource<String> source =
                KinesisStreamsSource.<String>builder()
                        .setStreamArn(arguments.required("stream-arn"))
                        .setSourceConfig(Configuration.fromMap(options))
                        .setDeserializationSchema(new SimpleStringSchema())
                        .build();
        // The type is stated because this source does not tell its own.
        return env.fromSource(source, watermarks, "Ticks", Types.STRING).uid("kinesis-streams");
    }
}
