package flinkonspot;

import java.time.Instant;
import org.apache.flink.api.common.eventtime.WatermarkStrategy;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.api.connector.source.util.ratelimit.RateLimiterStrategy;
import org.apache.flink.connector.datagen.source.DataGeneratorSource;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;

/** Ticks without a stream, for load tests and for trying the job: tick i is a function of i alone. */
final class GeneratedTicks {
    private static final String[] TICKERS = {"ABCD", "CDEF", "IJKL", "MNOP", "QRST"};

    private GeneratedTicks() {}

    /**
     * One source subtask that can never become two: with several, a split of later ticks could be read before one of earlier
     * ticks after a restart, and the earlier ones would be late.
     */
    static DataStream<String> read(StreamExecutionEnvironment env, Arguments arguments, WatermarkStrategy<String> watermarks) {
        long start = arguments.number("start", Instant.parse("2026-01-01T00:00:00Z").toEpochMilli());
        long spacing = arguments.number("spacing-ms", 10);
        DataGeneratorSource<String> source =
                new DataGeneratorSource<>(
                        index -> tick(index, start, spacing),
                        arguments.number("ticks", Long.MAX_VALUE),
                        RateLimiterStrategy.perSecond(arguments.number("rate", 100)),
                        Types.STRING);
        return env.fromSource(source, watermarks, "Generated ticks").uid("source").setParallelism(1).setMaxParallelism(1);
    }

    /** Tick i: ticker i mod 5, price 500.00 + (i * 7919 mod 50001) hundredths, time start + i * spacing, id from i. */
    static String tick(long index, long start, long spacing) {
        long cents = 50_000 + index * 7919 % 50_001;
        return String.format(
                "{\"EVENT_TIME\":\"%s\",\"TICKER\":\"%s\",\"PRICE\":%d.%02d,\"ID\":\"00000000-0000-4000-8000-%012x\"}",
                Instant.ofEpochMilli(start + index * spacing), TICKERS[(int) (index % 5)], cents / 100, cents % 100, index);
    }
}
