package flinkonspot;

import java.util.Locale;
import org.apache.flink.api.common.eventtime.WatermarkStrategy;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.api.connector.source.util.ratelimit.RateLimiterStrategy;
import org.apache.flink.connector.datagen.source.DataGeneratorSource;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;

/** Ticks without a stream, for load tests and for trying the job: tick i is a function of i alone. */
final class GeneratedTicks {
    /** 2026-01-01T00:00:00Z. */
    private static final long NEW_YEAR = 1_767_225_600_000L;

    private static final String[] TICKERS = {"ABCD", "CDEF", "IJKL", "MNOP", "QRST"};

    private GeneratedTicks() {}

    /**
     * One source subtask that can never become two, not even in reactive mode, which sets every parallelism to the highest
     * allowed: the source deals out ranges of ticks, and after a restart on fewer slots one subtask would read the range of
     * later ticks before that of earlier ones, which then would be late.
     *
     * <p>A recovery reads on from the tick of the checkpoint. No closing tick is needed: when the ticks end, so does event time,
     * and every window closes, which also holds when a TaskManager dies in between.
     */
    static DataStream<String> read(StreamExecutionEnvironment env, Arguments arguments, WatermarkStrategy<String> watermarks) {
        long start = arguments.number("start", NEW_YEAR, 0);
        long spacing = arguments.number("spacing-ms", 10, 1);
        DataGeneratorSource<String> source =
                new DataGeneratorSource<>(
                        index -> tick(index, start, spacing),
                        arguments.number("ticks", Long.MAX_VALUE, 1),
                        RateLimiterStrategy.perSecond(arguments.number("rate", 100, 1)),
                        Types.STRING);
        return env.fromSource(source, watermarks, "Generated ticks").uid("generator").setParallelism(1).setMaxParallelism(1);
    }

    /** Tick i: ticker i mod 5, price 500.00 + (i * 7919 mod 50001) hundredths, time start + i * spacing, last 12 hex digits of the id = i. */
    static String tick(long index, long start, long spacing) {
        long cents = 50_000 + index * 7919 % 50_001;
        return String.format(
                Locale.ROOT,
                "{\"EVENT_TIME\":%s,\"TICKER\":\"%s\",\"PRICE\":%d.%02d,\"ID\":\"00000000-0000-4000-8000-%012x\"}",
                Json.time(start + index * spacing), TICKERS[(int) (index % 5)], cents / 100, cents % 100, index);
    }
}
