package flinkonspot;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.flink.api.common.eventtime.WatermarkStrategy;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.runtime.checkpoint.OperatorSubtaskState;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.streaming.api.graph.StreamGraph;
import org.apache.flink.streaming.api.operators.OneInputStreamOperator;
import org.apache.flink.streaming.api.operators.SimpleOperatorFactory;
import org.apache.flink.streaming.api.operators.StreamOperatorFactory;
import org.apache.flink.streaming.api.watermark.Watermark;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;
import org.apache.flink.streaming.util.KeyedOneInputStreamOperatorTestHarness;
import org.apache.flink.api.common.typeinfo.Types;
import org.junit.jupiter.api.Test;

/** The window operator of the job itself, taken from its graph, in Flink's own test harness. */
class WindowsTest {
    private static final long START = 1_767_225_600_000L;

    /** What the job must find, by plain arithmetic over all ticks. */
    private static Map<String, Long> expected(List<Tick> ticks) {
        Map<String, Long> maxima = new TreeMap<>();
        for (Tick tick : ticks) {
            long last = tick.eventTime - tick.eventTime % 5_000;
            for (long start = last; start > tick.eventTime - 10_000; start -= 5_000) {
                maxima.merge(tick.ticker + "@" + start, tick.priceCents, Math::max);
            }
        }
        return maxima;
    }

    private static List<Tick> ticks(int from, int to) {
        List<Tick> ticks = new ArrayList<>();
        for (long i = from; i < to; i++) {
            ticks.add(TickJson.parse(GeneratedTicks.tick(i, START, 40)).orElseThrow());
        }
        return ticks;
    }

    @Test
    void findsTheHighestPriceOfEveryWindow() throws Exception {
        List<Tick> all = ticks(0, 1_000);
        Map<String, Long> found = new TreeMap<>();
        try (KeyedOneInputStreamOperatorTestHarness<String, Tick, WindowMaximum> harness = harness()) {
            harness.open();
            feed(harness, all, found);
            harness.processWatermark(new Watermark(Long.MAX_VALUE));
            drain(harness, found);
        }
        assertEquals(expected(all), found);
    }

    @Test
    void findsTheSameAfterARestoreInTheMiddleOfAWindow() throws Exception {
        Map<String, Long> found = new TreeMap<>();
        OperatorSubtaskState snapshot;
        try (KeyedOneInputStreamOperatorTestHarness<String, Tick, WindowMaximum> before = harness()) {
            before.open();
            feed(before, ticks(0, 333), found);
            snapshot = before.snapshot(1, 1);
            // Work after the checkpoint is lost with the TaskManager, and read again.
            feed(before, ticks(333, 400), new TreeMap<>());
        }
        try (KeyedOneInputStreamOperatorTestHarness<String, Tick, WindowMaximum> after = harness()) {
            after.initializeState(snapshot);
            after.open();
            feed(after, ticks(333, 1_000), found);
            after.processWatermark(new Watermark(Long.MAX_VALUE));
            drain(after, found);
        }
        assertEquals(expected(ticks(0, 1_000)), found);
    }

    @Test
    void putsLateTicksAside() throws Exception {
        try (KeyedOneInputStreamOperatorTestHarness<String, Tick, WindowMaximum> harness = harness()) {
            harness.open();
            harness.processWatermark(new Watermark(START + 60_000));
            Tick late = new Tick(START, "ABCD", 60_000);
            harness.processElement(new StreamRecord<>(late, late.eventTime));
            assertEquals(1, harness.getSideOutput(PriceMaxima.LATE).size());
        }
    }

    @Test
    void writesOneLineAResult() {
        WindowMaximum maximum = new WindowMaximum("ABCD", START, START + 10_000, 99_905, 3);
        assertEquals(
                "{\"TICKER\":\"ABCD\",\"WINDOW_START\":\"2026-01-01T00:00:00Z\",\"WINDOW_END\":\"2026-01-01T00:00:10Z\",\"MAX_PRICE\":999.05,\"TICKS\":3}",
                maximum.toJson());
    }

    /** Every operator has an identity of its own: without one, state is lost when the graph changes. */
    @Test
    void everyOperatorHasAUid() {
        StreamGraph graph = graph();
        graph.getStreamNodes().forEach(node -> {
            if (!node.getOperatorName().startsWith("Source: Collection") && node.getTransformationUID() == null) {
                throw new AssertionError(node.getOperatorName() + " has no uid");
            }
        });
    }

    private static StreamGraph graph() {
        StreamExecutionEnvironment env = StreamExecutionEnvironment.getExecutionEnvironment(new Configuration());
        Arguments arguments = Arguments.parse("--source", "generator", "--ticks", "1", "--output", "file:///nowhere");
        PriceMaxima.define(GeneratedTicks.read(env, arguments, WatermarkStrategy.noWatermarks()), arguments, "file:///nowhere");
        return env.getStreamGraph();
    }

    @SuppressWarnings("unchecked")
    private static KeyedOneInputStreamOperatorTestHarness<String, Tick, WindowMaximum> harness() throws Exception {
        StreamOperatorFactory<?> factory =
                graph().getStreamNodes().stream().filter(node -> node.getOperatorName().equals("Highest price")).findFirst().orElseThrow().getOperatorFactory();
        if (factory instanceof SimpleOperatorFactory) {
            OneInputStreamOperator<Tick, WindowMaximum> operator = (OneInputStreamOperator<Tick, WindowMaximum>) ((SimpleOperatorFactory<?>) factory).getOperator();
            return new KeyedOneInputStreamOperatorTestHarness<>(operator, tick -> tick.ticker, Types.STRING);
        }
        return new KeyedOneInputStreamOperatorTestHarness<>((StreamOperatorFactory<WindowMaximum>) factory, tick -> tick.ticker, Types.STRING);
    }

    private static void feed(KeyedOneInputStreamOperatorTestHarness<String, Tick, WindowMaximum> harness, List<Tick> ticks, Map<String, Long> found)
            throws Exception {
        for (Tick tick : ticks) {
            harness.processElement(new StreamRecord<>(tick, tick.eventTime));
            harness.processWatermark(new Watermark(tick.eventTime - Duration.ofSeconds(2).toMillis()));
        }
        drain(harness, found);
    }

    private static void drain(KeyedOneInputStreamOperatorTestHarness<String, Tick, WindowMaximum> harness, Map<String, Long> found) {
        List<WindowMaximum> results = new ArrayList<>();
        harness.extractOutputStreamRecords().forEach(record -> results.add((WindowMaximum) ((StreamRecord<?>) record).getValue()));
        Collections.reverse(results);
        results.forEach(maximum -> found.put(maximum.ticker + "@" + maximum.windowStart, maximum.maxPriceCents));
        harness.getOutput().clear();
    }
}
