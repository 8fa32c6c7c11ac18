package flinkonspot;

import org.apache.flink.api.common.functions.OpenContext;
import org.apache.flink.metrics.Counter;
import org.apache.flink.streaming.api.functions.ProcessFunction;
import org.apache.flink.util.Collector;

/** Counts ticks that came after their windows had closed: nothing is lost without a number that says so. */
class CountLateTicks extends ProcessFunction<Tick, Void> {
    private transient Counter lateTicks;

    @Override
    public void open(OpenContext context) {
        lateTicks = getRuntimeContext().getMetricGroup().counter("lateTicks");
    }

    @Override
    public void processElement(Tick tick, Context context, Collector<Void> out) {
        lateTicks.inc();
    }
}
