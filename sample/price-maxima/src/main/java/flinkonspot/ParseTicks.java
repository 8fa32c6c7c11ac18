package flinkonspot;

import java.util.Optional;
import org.apache.flink.api.common.functions.OpenContext;
import org.apache.flink.metrics.Counter;
import org.apache.flink.streaming.api.functions.ProcessFunction;
import org.apache.flink.util.Collector;
import org.apache.flink.util.OutputTag;

/** Turns records into ticks; what is none is counted and put aside. */
class ParseTicks extends ProcessFunction<String, Tick> {
    static final OutputTag<String> BAD_RECORDS = new OutputTag<>("bad-records") {};

    transient Counter badRecords;

    @Override
    public void open(OpenContext context) {
        badRecords = getRuntimeContext().getMetricGroup().counter("badRecords");
    }

    @Override
    public void processElement(String record, Context context, Collector<Tick> out) {
        Optional<Tick> tick = TickJson.parse(record);
        if (tick.isPresent()) {
            out.collect(tick.get());
        } else {
            badRecords.inc();
            context.output(BAD_RECORDS, record);
        }
    }
}
