import java.util.HashMap;
import java.util.Map;
import org.apache.flink.api.common.eventtime.WatermarkStrategy;
import org.apache.flink.api.common.functions.OpenContext;
import org.apache.flink.api.common.functions.RichMapFunction;
import org.apache.flink.api.common.serialization.SimpleStringEncoder;
import org.apache.flink.api.common.state.ValueState;
import org.apache.flink.api.common.state.ValueStateDescriptor;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.api.connector.source.util.ratelimit.RateLimiterStrategy;
import org.apache.flink.connector.datagen.source.DataGeneratorSource;
import org.apache.flink.connector.file.sink.FileSink;
import org.apache.flink.core.fs.Path;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.streaming.api.functions.sink.filesystem.rollingpolicies.OnCheckpointRollingPolicy;

/**
 * A job to be deployed again and again: numbers 0 to count - 1, and of each of ten keys the running sum, one line a number. The
 * arguments change its name, its speed and how many operators it has.
 */
public final class RunningSums {
    public static void main(String[] args) throws Exception {
        Map<String, String> given = new HashMap<>();
        for (int i = 0; i < args.length; i += 2) given.put(args[i], args[i + 1]);
        if (given.containsKey("--fail")) throw new IllegalStateException(given.get("--fail"));
        StreamExecutionEnvironment env = StreamExecutionEnvironment.getExecutionEnvironment();
        DataGeneratorSource<Long> numbers = new DataGeneratorSource<>(
                index -> index, Long.parseLong(given.get("--count")), RateLimiterStrategy.perSecond(Double.parseDouble(given.get("--rate"))), Types.LONG);
        DataStream<String> lines = env.fromSource(numbers, WatermarkStrategy.noWatermarks(), "Numbers").uid("numbers").setParallelism(1).setMaxParallelism(1)
                .keyBy(number -> number % 10)
                .map(new RunningSum()).name("Sum").uid(given.getOrDefault("--sum-uid", "sum"));
        for (int stage = 1; stage <= Integer.parseInt(given.getOrDefault("--stages", "0")); stage++) {
            lines = lines.map(line -> line).returns(Types.STRING).name("Stage " + stage).uid("stage-" + stage);
        }
        lines.sinkTo(FileSink.forRowFormat(new Path(given.get("--output")), new SimpleStringEncoder<String>("UTF-8"))
                .withRollingPolicy(OnCheckpointRollingPolicy.build()).build()).name("Lines").uid("lines");
        env.execute(given.get("--name"));
    }

    private static class RunningSum extends RichMapFunction<Long, String> {
        private transient ValueState<Long> sum;

        @Override
        public void open(OpenContext context) {
            sum = getRuntimeContext().getState(new ValueStateDescriptor<>("sum", Types.LONG));
        }

        @Override
        public String map(Long number) throws Exception {
            long now = (sum.value() == null ? 0 : sum.value()) + number;
            sum.update(now);
            return number + " " + now;
        }
    }
}
