package flinkonspot;

import org.apache.flink.api.common.eventtime.WatermarkStrategy;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.streaming.api.datastream.SingleOutputStreamOperator;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.streaming.api.windowing.assigners.SlidingEventTimeWindows;
import org.apache.flink.util.OutputTag;

/** Finds the highest price of each ticker in a sliding window. All of Flink's options come from config.yaml. */
public final class PriceMaxima {
    static final OutputTag<Tick> LATE = new OutputTag<>("late-ticks") {};

    private PriceMaxima() {}

    public static void main(String[] args) throws Exception {
        Arguments arguments = Arguments.parse(args);
        StreamExecutionEnvironment env = StreamExecutionEnvironment.getExecutionEnvironment();
        define(source(env, arguments), arguments);
        env.execute("price-maxima");
    }

    /** Watermarks are made in the source, for each shard alone: shards that are read at different speeds make no tick late. */
    static DataStream<String> source(StreamExecutionEnvironment env, Arguments arguments) {
        return arguments.oneOf("source", "kinesis", "generator").equals("kinesis")
                ? KinesisTicks.read(env, arguments, watermarks(arguments))
                : GeneratedTicks.read(env, arguments, watermarks(arguments));
    }

    static WatermarkStrategy<String> watermarks(Arguments arguments) {
        WatermarkStrategy<String> strategy =
                WatermarkStrategy.<String>forBoundedOutOfOrderness(arguments.duration("out-of-orderness", "2s"))
                        .withTimestampAssigner((record, received) -> TickJson.eventTimeOf(record));
        // No idleness unless asked for: a timeout shorter than a recovery would close windows whose ticks are still to be read.
        return arguments.has("idleness") ? strategy.withIdleness(arguments.duration("idleness", "")) : strategy;
    }

    static void define(DataStream<String> records, Arguments arguments) {
        String output = arguments.required("output");
        SingleOutputStreamOperator<Tick> ticks = records.process(new ParseTicks()).name("Parse").uid("parse");
        SingleOutputStreamOperator<WindowMaximum> maxima =
                ticks.keyBy(tick -> tick.ticker)
                        .window(SlidingEventTimeWindows.of(arguments.duration("window", "10s"), arguments.duration("slide", "5s")))
                        .sideOutputLateData(LATE)
                        .aggregate(new HighestPrice(), new NameWindow())
                        .name("Highest price")
                        .uid("highest-price");
        maxima.sinkTo(Results.windows(output)).name("Windows").uid("windows");
        maxima.getSideOutput(LATE).process(new CountLateTicks()).name("Late ticks").uid("late-ticks");
        ticks.getSideOutput(ParseTicks.BAD_RECORDS).sinkTo(Results.badRecords(output)).name("Bad records").uid("bad-records");
    }
}
