package flinkonspot;

import com.fasterxml.jackson.core.io.JsonStringEncoder;
import java.time.Instant;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeFormatterBuilder;

/** Pieces of the JSON lines that the job writes. */
final class Json {
    /** Always three digits of a second: {@code Instant.toString} leaves them out at full seconds. */
    private static final DateTimeFormatter MILLISECONDS = new DateTimeFormatterBuilder().appendInstant(3).toFormatter();

    private Json() {}

    /** A JSON string. Whatever the text holds, it stays on one line. */
    static String text(String text) {
        return '"' + new String(JsonStringEncoder.getInstance().quoteAsString(text)) + '"';
    }

    /** A JSON string such as {@code "2026-01-01T00:00:00.000Z"}. */
    static String time(long millisecondsSince1970) {
        return '"' + MILLISECONDS.format(Instant.ofEpochMilli(millisecondsSince1970)) + '"';
    }
}
