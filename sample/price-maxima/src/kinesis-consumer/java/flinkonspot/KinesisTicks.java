package flinkonspot;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.flink.api.common.eventtime.WatermarkStrategy;
import org.apache.flink.api.common.functions.RuntimeContext;
import org.apache.flink.api.common.serialization.SimpleStringSchema;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.streaming.api.functions.source.SourceFunction;
import org.apache.flink.streaming.api.functions.timestamps.BoundedOutOfOrdernessTimestampExtractor;
import org.apache.flink.streaming.api.windowing.time.Time;
import org.apache.flink.streaming.connectors.kinesis.FlinkKinesisConsumer;
import org.apache.flink.streaming.connectors.kinesis.internals.KinesisDataFetcher;
import org.apache.flink.streaming.connectors.kinesis.model.KinesisStreamShardState;
import org.apache.flink.streaming.connectors.kinesis.model.SequenceNumber;
import org.apache.flink.streaming.connectors.kinesis.serialization.KinesisDeserializationSchema;

/** Ticks from Kinesis by the older connector {@code flink-connector-kinesis}, which Flink 1.20 still runs and 2.x does not. */
final class KinesisTicks {
    private static final long NEVER = Duration.ofDays(36_500).toMillis();

    private KinesisTicks() {}

    /** The connector makes watermarks for each shard by an assigner of its own, so the strategy is not used here. An uid per connector: their states differ. */
    static DataStream<String> read(StreamExecutionEnvironment env, Arguments arguments, WatermarkStrategy<String> watermarks) {
        Properties options = new Properties();
        options.setProperty("aws.region", arguments.required("stream-region"));
        options.setProperty("flink.stream.initpos", arguments.oneOf("stream-initial-position", "TRIM_HORIZON", "LATEST"));
        if (arguments.has("stream-endpoint")) {
            options.setProperty("aws.endpoint", arguments.required("stream-endpoint"));
        }
        // With no interval, a shard that lags behind holds nothing back, and its ticks come late.
        long idleness = arguments.has("idleness") ? arguments.duration("idleness", "").toMillis() : NEVER;
        options.setProperty("flink.shard.idle.interval", String.valueOf(idleness));
        String arn = arguments.required("stream-arn");
        FlinkKinesisConsumer<String> consumer = new Consumer(arn.substring(arn.lastIndexOf('/') + 1), options, arguments.has("idleness"));
        consumer.setPeriodicWatermarkAssigner(new ShardWatermarks(arguments.duration("out-of-orderness", "2s").toMillis()));
        return env.addSource(consumer, "Ticks").uid("kinesis-consumer");
    }

    /**
     * The connector counts a shard from its first record on: after a restart, the watermark of one shard could pass ticks of
     * another that are still to be read. Here it waits for all shards of the subtask, as the newer connector does.
     */
    static class Consumer extends FlinkKinesisConsumer<String> {
        private final boolean idleness;

        Consumer(String stream, Properties options, boolean idleness) {
            super(stream, new SimpleStringSchema(), options);
            this.idleness = idleness;
        }

        @Override
        protected KinesisDataFetcher<String> createFetcher(
                List<String> streams,
                SourceFunction.SourceContext<String> out,
                RuntimeContext context,
                Properties options,
                KinesisDeserializationSchema<String> schema) {
            return new KinesisDataFetcher<>(
                    streams, out, context, options, schema, getShardAssigner(), getPeriodicWatermarkAssigner(), getWatermarkTracker()) {
                private final Map<Integer, SequenceNumber> starts = new ConcurrentHashMap<>();

                @Override
                public int registerNewSubscribedShardState(KinesisStreamShardState shard) {
                    SequenceNumber start = shard.getLastProcessedSequenceNum();
                    int index = super.registerNewSubscribedShardState(shard);
                    starts.put(index, start);
                    return index;
                }

                @Override
                protected void emitWatermark() {
                    if (idleness || starts.keySet().stream().allMatch(this::hasEmitted)) {
                        super.emitWatermark();
                    }
                }

                private boolean hasEmitted(int index) {
                    return !getSubscribedShardsState().get(index).getLastProcessedSequenceNum().equals(starts.get(index));
                }
            };
        }
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
