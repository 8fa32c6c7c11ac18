package flinkonspot;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.apache.flink.configuration.Configuration;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.streaming.api.graph.StreamGraph;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledIfSystemProperty;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;

/** The connector that this build has: whether Flink takes the job shows only when its graph is made. */
class KinesisTicksTest {
    private static StreamGraph graph(String more) {
        StreamExecutionEnvironment env = StreamExecutionEnvironment.getExecutionEnvironment(new Configuration());
        String args = "--stream-arn arn:aws:kinesis:us-east-1:000000000000:stream/ticks --stream-region us-east-1 --output file:///nowhere" + more;
        Arguments arguments = Arguments.parse(args.split(" "));
        PriceMaxima.define(PriceMaxima.source(env, arguments), arguments);
        return env.getStreamGraph();
    }

    @Test
    @DisabledIfSystemProperty(named = "kinesis", matches = "none")
    void isTheSourceOfTheJob() {
        String uid = "kinesis-" + System.getProperty("kinesis");
        assertEquals(1, graph("").getStreamNodes().stream().filter(node -> uid.equals(node.getTransformationUID())).count());
    }

    @Test
    @DisabledIfSystemProperty(named = "kinesis", matches = "none")
    void takesEndpointPositionAndIdleness() {
        graph(" --stream-endpoint http://127.0.0.1:4568 --stream-initial-position LATEST --idleness 5m").getJobGraph();
        assertTrue(assertThrows(IllegalArgumentException.class, () -> graph(" --stream-initial-position FIRST")).getMessage().contains("TRIM_HORIZON and LATEST"));
    }

    @Test
    @EnabledIfSystemProperty(named = "kinesis", matches = "none")
    void saysThatThereIsNone() {
        assertTrue(assertThrows(UnsupportedOperationException.class, () -> graph("")).getMessage().contains("--source generator"));
    }
}
