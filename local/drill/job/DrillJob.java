package drill;

import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import org.apache.flink.api.common.eventtime.WatermarkStrategy;
import org.apache.flink.api.common.functions.AggregateFunction;
import org.apache.flink.api.common.serialization.SimpleStringEncoder;
import org.apache.flink.connector.file.sink.FileSink;
import org.apache.flink.core.fs.Path;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.streaming.api.functions.sink.filesystem.bucketassigners.BasePathBucketAssigner;
import org.apache.flink.streaming.api.functions.sink.filesystem.rollingpolicies.OnCheckpointRollingPolicy;
import org.apache.flink.streaming.api.functions.windowing.ProcessWindowFunction;
import org.apache.flink.streaming.api.windowing.assigners.TumblingEventTimeWindows;
import org.apache.flink.streaming.api.windowing.windows.TimeWindow;
import org.apache.flink.util.Collector;

/** The job of the drill: numbered records, keyed state, a count and a sum of every shard and second, written exactly once. */
public final class DrillJob {
    private DrillJob() {}

    public static void main(String[] args) throws Exception {
        Map<String, String> given = new HashMap<>();
        for (int i = 0; i + 1 < args.length; i += 2) {
            given.put(args[i], args[i + 1]);
        }
        int shards = number(given, "--shards");
        int rate = number(given, "--rate");
        long keys = number(given, "--keys") / shards;
        awaitFile(java.nio.file.Path.of(given.get("--counters"), "go"));
        StreamExecutionEnvironment env = StreamExecutionEnvironment.getExecutionEnvironment();
        env.fromSource(
                        new ShardSource(shards, rate, number(given, "--backlog-ms"), given.get("--counters")),
                        WatermarkStrategy.<Record>forMonotonousTimestamps().withTimestampAssigner((record, time) -> time),
                        "Shards")
                .uid("shards")
                .keyBy(record -> Ledger.key(record, keys))
                .process(new Ledger(given.get("--counters"), shards, keys, number(given, "--value-bytes")))
                .name("Ledger")
                .uid("ledger")
                .keyBy(record -> record.shard)
                .window(TumblingEventTimeWindows.of(Duration.ofSeconds(1)))
                .aggregate(new Totals(), new Line())
                .name("Totals")
                .uid("totals")
                .sinkTo(
                        FileSink.forRowFormat(new Path(given.get("--output")), new SimpleStringEncoder<String>())
                                .withBucketAssigner(new BasePathBucketAssigner<>())
                                .withRollingPolicy(OnCheckpointRollingPolicy.build())
                                .build())
                .name("Results")
                .uid("results");
        env.execute("drill");
    }

    /** The job starts when every TaskManager is there: in Reactive Mode it would start on the first alone. */
    private static void awaitFile(java.nio.file.Path file) throws InterruptedException {
        while (!java.nio.file.Files.exists(file)) {
            Thread.sleep(50);
        }
    }

    private static int number(Map<String, String> given, String name) {
        return Integer.parseInt(given.get(name));
    }

    /** How many records, the sum of their places, and how many of them met wrong state. */
    static class Totals implements AggregateFunction<Record, long[], long[]> {
        @Override
        public long[] createAccumulator() {
            return new long[3];
        }

        @Override
        public long[] add(Record record, long[] totals) {
            totals[0]++;
            totals[1] += record.index;
            totals[2] += record.wrong;
            return totals;
        }

        @Override
        public long[] getResult(long[] totals) {
            return totals;
        }

        @Override
        public long[] merge(long[] a, long[] b) {
            return new long[] {a[0] + b[0], a[1] + b[1], a[2] + b[2]};
        }
    }

    /** One line of the results: shard, second, count, sum, wrong. */
    static class Line extends ProcessWindowFunction<long[], String, Integer, TimeWindow> {
        @Override
        public void process(Integer shard, Context context, Iterable<long[]> totals, Collector<String> out) {
            long[] each = totals.iterator().next();
            out.collect(shard + "," + context.window().getStart() / 1000 + "," + each[0] + "," + each[1] + "," + each[2]);
        }
    }
}
