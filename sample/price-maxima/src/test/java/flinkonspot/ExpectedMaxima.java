package flinkonspot;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** What the job must find, by plain arithmetic over all ticks. */
final class ExpectedMaxima {
    private static final long WINDOW = 10_000;
    private static final long SLIDE = 5_000;

    private ExpectedMaxima() {}

    /** The result of each window by ticker and window start. */
    static Map<String, String> of(List<Tick> ticks) {
        Map<String, WindowMaximum> maxima = new TreeMap<>();
        for (Tick tick : ticks) {
            for (long start = tick.eventTime - tick.eventTime % SLIDE; start > tick.eventTime - WINDOW; start -= SLIDE) {
                WindowMaximum one = new WindowMaximum(tick.ticker, start, start + WINDOW, tick.priceCents, 1);
                maxima.merge(key(one), one, ExpectedMaxima::higher);
            }
        }
        Map<String, String> lines = new TreeMap<>();
        maxima.forEach((key, maximum) -> lines.put(key, maximum.toJson()));
        return lines;
    }

    static String key(WindowMaximum maximum) {
        return maximum.ticker + "@" + maximum.windowStart;
    }

    private static WindowMaximum higher(WindowMaximum a, WindowMaximum b) {
        return new WindowMaximum(a.ticker, a.windowStart, a.windowEnd, Math.max(a.maxPriceCents, b.maxPriceCents), a.ticks + b.ticks);
    }
}
