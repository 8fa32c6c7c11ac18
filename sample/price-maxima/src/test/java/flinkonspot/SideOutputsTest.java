package flinkonspot;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import org.apache.flink.streaming.api.functions.ProcessFunction;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;
import org.apache.flink.streaming.util.OneInputStreamOperatorTestHarness;
import org.apache.flink.streaming.util.ProcessFunctionTestHarnesses;
import org.junit.jupiter.api.Test;

/** Nothing is lost without a number that says so. */
class SideOutputsTest {
    private static final String TICK = "{\"EVENT_TIME\":\"2026-01-01T00:00:00.000Z\",\"TICKER\":\"ABCD\",\"PRICE\":500.01,\"ID\":\"x\"}";

    @Test
    void countsBadRecordsAndPutsThemAside() throws Exception {
        ParseTicks parse = new ParseTicks();
        try (OneInputStreamOperatorTestHarness<String, Tick> harness = ProcessFunctionTestHarnesses.forProcessFunction(parse)) {
            for (String record : List.of(TICK, "no json", TICK, "")) {
                harness.processElement(new StreamRecord<>(record));
            }
            assertEquals(2, harness.extractOutputValues().size());
            assertEquals(List.of("no json", ""), harness.getSideOutput(ParseTicks.BAD_RECORDS).stream().map(StreamRecord::getValue).toList());
            assertEquals(2, parse.badRecords.getCount());
        }
    }

    @Test
    void countsLateTicks() throws Exception {
        CountLateTicks count = new CountLateTicks();
        try (OneInputStreamOperatorTestHarness<Tick, Void> harness = ProcessFunctionTestHarnesses.forProcessFunction((ProcessFunction<Tick, Void>) count)) {
            harness.processElement(new StreamRecord<>(new Tick(0, "ABCD", 50_000)));
            assertEquals(1, count.lateRecords.getCount());
        }
    }
}
