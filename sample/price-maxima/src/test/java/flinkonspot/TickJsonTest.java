package flinkonspot;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TickJsonTest {
    @Test
    void readsATickToTheCentAndTheMillisecond() {
        Tick tick = TickJson.parse("{\"EVENT_TIME\":\"2026-01-01T00:00:01.234Z\",\"TICKER\":\"ABCD\",\"PRICE\":612.57,\"ID\":\"x\"}").orElseThrow();
        // 2026-01-01T00:00:00Z is 1767225600 s after 1970.
        assertEquals(1_767_225_601_234L, tick.eventTime);
        assertEquals("ABCD", tick.ticker);
        assertEquals(61_257, tick.priceCents);
    }

    @Test
    void readsAPriceWithoutDecimals() {
        assertEquals(50_000, TickJson.parse("{\"EVENT_TIME\":\"2026-01-01T00:00:00Z\",\"TICKER\":\"A\",\"PRICE\":500}").orElseThrow().priceCents);
    }

    @ParameterizedTest
    @ValueSource(strings = {
        "", "no json", "[]", "null", "{}",
        "{\"EVENT_TIME\":\"2026-01-01T00:00:00Z\",\"TICKER\":\"A\",\"PRICE\":1}{}",
        "{\"EVENT_TIME\":\"yesterday\",\"TICKER\":\"A\",\"PRICE\":1}",
        "{\"EVENT_TIME\":1767225600000,\"TICKER\":\"A\",\"PRICE\":1}",
        "{\"EVENT_TIME\":\"2026-01-01T00:00:00Z\",\"TICKER\":\"\",\"PRICE\":1}",
        "{\"EVENT_TIME\":\"2026-01-01T00:00:00Z\",\"TICKER\":\"A\",\"PRICE\":\"1\"}",
        "{\"EVENT_TIME\":\"2026-01-01T00:00:00Z\",\"TICKER\":\"A\",\"PRICE\":1.005}",
        "{\"EVENT_TIME\":\"2026-01-01T00:00:00Z\",\"TICKER\":\"A\",\"PRICE\":1e300}"
    })
    void putsAsideWhatIsNoTickAndLetsItMoveNoWatermark(String record) {
        assertTrue(TickJson.parse(record).isEmpty());
        assertEquals(Long.MIN_VALUE, TickJson.eventTimeOf(record));
    }

    @Test
    void writesTimesWithMillisecondsAlways() {
        assertEquals("\"2026-01-01T00:00:00.000Z\"", Json.time(1_767_225_600_000L));
    }

    @Test
    void writesAnyTextOnOneLine() {
        assertEquals("\"a\\\"b\\\\c\\nd\"", Json.text("a\"b\\c\nd"));
    }

    @Test
    void generatedTicksFollowTheFormulaOfTheReadme() {
        assertEquals(
                "{\"EVENT_TIME\":\"2026-01-01T00:00:00.070Z\",\"TICKER\":\"IJKL\",\"PRICE\":554.32,\"ID\":\"00000000-0000-4000-8000-000000000007\"}",
                // 7 * 7919 = 55433; 55433 - 50001 = 5432
                GeneratedTicks.tick(7, 1_767_225_600_000L, 10));
    }
}
