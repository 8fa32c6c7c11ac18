package flinkonspot;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.math.BigDecimal;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.Optional;

/** Reads ticks from JSON. */
final class TickJson {
    /** Decimals, because doubles are not exact. Nothing after the object, because a second tick in one record would be lost unseen. */
    private static final ObjectMapper MAPPER =
            new ObjectMapper()
                    .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
                    .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS);

    private TickJson() {}

    /** The tick, or nothing when the record is not one: a bad record is never a reason to stop. */
    static Optional<Tick> parse(String record) {
        try {
            JsonNode json = MAPPER.readTree(record);
            JsonNode time = json.path("EVENT_TIME");
            JsonNode ticker = json.path("TICKER");
            JsonNode price = json.path("PRICE");
            if (!time.isTextual() || !ticker.isTextual() || ticker.asText().isEmpty() || !price.isNumber()) {
                return Optional.empty();
            }
            long cents = price.decimalValue().multiply(BigDecimal.valueOf(100)).longValueExact();
            return Optional.of(new Tick(Instant.parse(time.asText()).toEpochMilli(), ticker.asText(), cents));
        } catch (JsonProcessingException | DateTimeException | ArithmeticException e) {
            return Optional.empty();
        }
    }

    /** Event time of a record; the least possible value when it is bad, so that it moves no watermark. */
    static long eventTimeOf(String record) {
        return parse(record).map(tick -> tick.eventTime).orElse(Long.MIN_VALUE);
    }
}
