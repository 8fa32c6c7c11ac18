package flinkonspot;

import java.util.Properties;
import org.apache.flink.api.common.eventtime.WatermarkStrategy;
import org.apache.flink.api.common.serialization.SimpleStringSchema;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.streaming.api.functions.timestamps.BoundedOutOfOrdernessTimestampExtractor;
import org.apache.flink.streaming.api.windowing.time.Time;
import org.apache.flink.streaming.connectors.kinesis.FlinkKinesisConsumer;

/** Ticks from Kinesis by the older connector {@code flink-connector-kinesis}, which Flink 1.20 still runs and 2.x does not. */
final class KinesisTicks {
    private KinesisTicks() {}

    /** The connector makes watermarks for each shard by an assigner of its own, so the strategy is not used here. An uid per connector: their states differ. */
    static DataStream<String> read(StreamExecutionEnvironment env, Arguments arguments, WatermarkStrategy<String> watermarks) {
        Properties options = new Properties();
        options.setProperty("aws.region", arguments.required("stream-region"));
        options.setProperty("flink.stream.initpos", arguments.oneOf("stream-initial-position", "TRIM_HORIZON", "LATEST"));
        if (arguments.has("stream-endpoint")) {
            options.setProperty("aws.endpoint", arguments.required("stream-endpoint"));
        }
        if (arguments.has("idleness")) {
            options.setProperty("flink.shard.idle.interval", String.valueOf(arguments.duration("idleness", "").toMillis()));
        }
        String arn = arguments.required("stream-arn");
        FlinkKinesisConsumer<String> consumer = new FlinkKinesisConsumer<>(arn.substring(arn.lastIndexOf('/') + 1), new SimpleStringSchema(), options);
        consumer.setPeriodicWatermarkAssigner(new ShardWatermarks(arguments.duration("out-of-orderness", "2s").toMillis()));
        return env.addSource(consumer, "Ticks").uid("kinesis-consumer");
    }

    /** As the other connectors' strategy, in the older interface. */
    static class ShardWatermarks extends BoundedOutOfOrdernessTimestampExtractor<String> {
        ShardWatermarks(long outOfOrderness) {
            super(Time.milliseconds(outOfOrderness));
        }

        @Override
        public long extractTimestamp(String record) {
            return TickJson.eventTimeOf(record);
        }
    }
}
