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
        assertEquals(7, arguments.number("rate", 100));
        assertEquals("kinesis", arguments.optional("source", "kinesis"));
    }

    @Test
    void saysWhatIsAllowed() {
        assertTrue(refusal(() -> Arguments.parse("--stream", "x")).contains("--stream-arn"));
        assertTrue(refusal(() -> Arguments.parse("window", "10s")).contains("not known"));
        assertTrue(refusal(() -> Arguments.parse("--window")).contains("has no value"));
        assertTrue(refusal(() -> Arguments.parse().required("output")).contains("missing"));
        assertTrue(refusal(() -> Arguments.parse("--window", "10 s").duration("window", "1s")).contains("10s"));
        assertTrue(refusal(() -> Arguments.parse("--rate", "fast").number("rate", 1)).contains("whole number"));
    }
}
