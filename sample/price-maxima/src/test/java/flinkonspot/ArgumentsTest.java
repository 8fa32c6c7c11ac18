package flinkonspot;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class ArgumentsTest {
    private static String refusal(Runnable action) {
        return assertThrows(IllegalArgumentException.class, action::run).getMessage();
    }

    @Test
    void readsNamesAndValues() {
        Arguments arguments = Arguments.parse("--output", "s3a://b/p", "--window", "250ms", "--rate", "7");
        assertEquals("s3a://b/p", arguments.required("output"));
        assertEquals(Duration.ofMillis(250), arguments.duration("window", "10s"));
        assertEquals(Duration.ofSeconds(5), arguments.duration("slide", "5s"));
        assertEquals(7, arguments.number("rate", 100, 1));
        assertEquals(10, arguments.number("spacing-ms", 10, 1));
        assertEquals("kinesis", arguments.oneOf("source", "kinesis", "generator"));
        assertTrue(arguments.has("rate"));
    }

    @Test
    void lastValueOfANameCounts() {
        assertEquals("b", Arguments.parse("--output", "a", "--output", "b").required("output"));
    }

    @Test
    void saysWhatIsAllowed() {
        assertTrue(refusal(() -> Arguments.parse("--stream", "x")).contains("--stream-arn"));
        assertTrue(refusal(() -> Arguments.parse("window", "10s")).contains("not known"));
        assertTrue(refusal(() -> Arguments.parse("--window")).contains("has no value"));
        assertTrue(refusal(() -> Arguments.parse("--output", "--source", "kinesis")).contains("'--output' has no value"));
        assertTrue(refusal(() -> Arguments.parse().required("output")).contains("missing"));
        assertTrue(refusal(() -> Arguments.parse("--source", "kafka").oneOf("source", "kinesis", "generator")).contains("kinesis and generator"));
        assertTrue(refusal(() -> Arguments.parse("--window", "10 s").duration("window", "1s")).contains("10s"));
        assertTrue(refusal(() -> Arguments.parse("--rate", "fast").number("rate", 100, 1)).contains("whole numbers from 1"));
        assertTrue(refusal(() -> Arguments.parse("--rate", "0").number("rate", 100, 1)).contains("whole numbers from 1"));
    }
}
