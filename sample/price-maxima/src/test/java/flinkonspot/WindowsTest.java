package flinkonspot;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.flink.api.common.typeinfo.Types;
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
import org.junit.jupiter.api.Test;

/** The window operator of the job itself, taken from its graph, in Flink's own test harness. */
class WindowsTest {
    private static final long START = 1_767_225_600_000L;
    private static final long OUT_OF_ORDERNESS = 2_000;

    /** Results so far, by ticker and window start. */
    private final Map<String, String> found = new TreeMap<>();

    @Test
    void findsTheHighestPriceOfEveryWindow() throws Exception {
        try (KeyedOneInputStreamOperatorTestHarness<String, Tick, WindowMaximum> harness = harness()) {
            harness.open();
            feed(harness, ticks(0, 1_000));
            harness.processWatermark(Watermark.MAX_WATERMARK);
            keep(harness);
        }
        assertEquals(ExpectedMaxima.of(ticks(0, 1_000)), found);
    }

    @Test
    void findsTheSameAfterARestoreInTheMiddleOfAWindow() throws Exception {
        OperatorSubtaskState snapshot;
        try (KeyedOneInputStreamOperatorTestHarness<String, Tick, WindowMaximum> before = harness()) {
            before.open();
            feed(before, ticks(0, 333));
            keep(before);
            snapshot = before.snapshot(1, 1);
            // Work after the checkpoint is lost with the TaskManager, and done again.
            feed(before, ticks(333, 700));
        }
        try (KeyedOneInputStreamOperatorTestHarness<String, Tick, WindowMaximum> after = harness()) {
            after.initializeState(snapshot);
            after.open();
            feed(after, ticks(333, 1_000));
            after.processWatermark(Watermark.MAX_WATERMARK);
            keep(after);
        }
        assertEquals(ExpectedMaxima.of(ticks(0, 1_000)), found);
    }

    @Test
    void putsLateTicksAside() throws Exception {
        try (KeyedOneInputStreamOperatorTestHarness<String, Tick, WindowMaximum> harness = harness()) {
            harness.open();
            harness.processWatermark(new Watermark(START + 60_000));
            Tick late = new Tick(START, "ABCD", 60_000);
            harness.processElement(new StreamRecord<>(late, late.eventTime));
            assertEquals(1, harness.getSideOutput(PriceMaxima.LATE).size());
            harness.processWatermark(Watermark.MAX_WATERMARK);
            keep(harness);
        }
        assertEquals(Map.of(), found);
    }

    @Test
    void writesOneLineAResult() {
        assertEquals(
                "{\"TICKER\":\"ABCD\",\"WINDOW_START\":\"2026-01-01T00:00:00.000Z\",\"WINDOW_END\":\"2026-01-01T00:00:10.000Z\",\"MAX_PRICE\":999.05,\"TICKS\":3}",
                new WindowMaximum("ABCD", START, START + 10_000, 99_905, 3).toJson());
    }

    /** Without an uid, state is lost when the graph changes; with a parallelism of its own, an operator does not follow the TaskManagers. */
    @Test
    void everyOperatorHasAUidAndOnlyTheGeneratorAParallelism() {
        graph().getStreamNodes().forEach(node -> assertNotNull(node.getTransformationUID(), node.getOperatorName() + " has no uid"));
        graph().getJobGraph().getVertices().forEach(vertex -> assertEquals(vertex.getName().contains("Generated ticks") ? 1 : -1, vertex.getMaxParallelism()));
        assertFalse(graph().getCheckpointConfig().isCheckpointingEnabled(), "config.yaml sets the interval, not the job");
    }

    private static StreamGraph graph() {
        StreamExecutionEnvironment env = StreamExecutionEnvironment.getExecutionEnvironment(Configuration.fromMap(Map.of("parallelism.default", "2")));
        Arguments arguments = Arguments.parse("--source", "generator", "--ticks", "1", "--output", "file:///nowhere");
        PriceMaxima.define(PriceMaxima.source(env, arguments), arguments);
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

    private static List<Tick> ticks(int from, int to) {
        List<Tick> ticks = new ArrayList<>();
        for (long i = from; i < to; i++) {
            ticks.add(TickJson.parse(GeneratedTicks.tick(i, START, 40)).orElseThrow());
        }
        return ticks;
    }

    private static void feed(KeyedOneInputStreamOperatorTestHarness<String, Tick, WindowMaximum> harness, List<Tick> ticks) throws Exception {
        for (Tick tick : ticks) {
            harness.processElement(new StreamRecord<>(tick, tick.eventTime));
            harness.processWatermark(new Watermark(tick.eventTime - OUT_OF_ORDERNESS));
        }
    }

    /** Keeps the results, and says when a window has a second one. */
    private void keep(KeyedOneInputStreamOperatorTestHarness<String, Tick, WindowMaximum> harness) {
        for (StreamRecord<? extends WindowMaximum> record : harness.extractOutputStreamRecords()) {
            WindowMaximum maximum = record.getValue();
            assertNull(found.put(ExpectedMaxima.key(maximum), maximum.toJson()), "second result of " + ExpectedMaxima.key(maximum));
        }
        harness.getOutput().clear();
    }
}
