package flinkonspot;

import org.apache.flink.streaming.api.functions.windowing.ProcessWindowFunction;
import org.apache.flink.streaming.api.windowing.windows.TimeWindow;
import org.apache.flink.util.Collector;

/** Adds ticker and window to the numbers. */
class NameWindow extends ProcessWindowFunction<HighestPrice.Accumulator, WindowMaximum, String, TimeWindow> {
    @Override
    public void process(String ticker, Context context, Iterable<HighestPrice.Accumulator> one, Collector<WindowMaximum> out) {
        HighestPrice.Accumulator highest = one.iterator().next();
        TimeWindow window = context.window();
        out.collect(new WindowMaximum(ticker, window.getStart(), window.getEnd(), highest.maxPriceCents, highest.ticks));
    }
}
