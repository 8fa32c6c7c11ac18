package flinkonspot;

import org.apache.flink.api.common.functions.OpenContext;
import org.apache.flink.metrics.Counter;
import org.apache.flink.streaming.api.functions.ProcessFunction;
import org.apache.flink.util.Collector;

/** Counts ticks that came after their windows had closed: nothing is lost without a number that says so. */
class CountLateTicks extends ProcessFunction<Tick, Void> {
    transient Counter lateRecords;

    @Override
    public void open(OpenContext context) {
        lateRecords = getRuntimeContext().getMetricGroup().counter("lateRecords");
    }

    @Override
    public void processElement(Tick tick, Context context, Collector<Void> out) {
        lateRecords.inc();
    }
}
