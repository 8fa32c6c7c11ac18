package flinkonspot;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.apache.flink.api.common.JobID;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.runtime.jobgraph.JobGraph;
import org.apache.flink.runtime.minicluster.MiniCluster;
import org.apache.flink.runtime.minicluster.MiniClusterConfiguration;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The whole job, from generator to files. */
@Timeout(120)
class JobTest {
    private static final long START = 1_767_225_600_000L;

    @TempDir Path output;

    private String[] arguments(int ticks, int rate) {
        return ("--source generator --spacing-ms 20 --ticks " + ticks + " --rate " + rate + " --output " + output.toUri()).split(" ");
    }

    @Test
    void writesEveryWindowOnce() throws Exception {
        PriceMaxima.main(arguments(5_000, 1_000_000));
        assertEquals(expected(5_000), results());
    }

    /** As on Spot: the TaskManager that does the work goes away in the middle, and another one takes over. */
    @Test
    void writesEveryWindowOnceWhenATaskManagerIsLost() throws Exception {
        MiniClusterConfiguration configuration =
                new MiniClusterConfiguration.Builder()
                        .setNumTaskManagers(1)
                        .setNumSlotsPerTaskManager(1)
                        .setConfiguration(Configuration.fromMap(Map.of("rest.port", "0")))
                        .build();
        try (MiniCluster cluster = new MiniCluster(configuration)) {
            cluster.start();
            JobGraph job = job(arguments(3_000, 500));
            cluster.submitJob(job).get();
            waitForResults();
            cluster.terminateTaskManager(0).get();
            cluster.startTaskManager();
            cluster.requestJobResult(job.getJobID()).get().toJobExecutionResult(getClass().getClassLoader());
            assertTrue(restarts(cluster, job.getJobID()) > 0, "the job was not restarted");
        }
        assertEquals(expected(3_000), results());
    }

    private static JobGraph job(String[] args) {
        // What config.yaml says on a cluster.
        Configuration options = Configuration.fromMap(Map.of(
                "execution.checkpointing.interval", "200 ms", "parallelism.default", "1",
                "restart-strategy.type", "fixed-delay", "restart-strategy.fixed-delay.attempts", "100", "restart-strategy.fixed-delay.delay", "100 ms"));
        StreamExecutionEnvironment env = StreamExecutionEnvironment.getExecutionEnvironment(options);
        Arguments arguments = Arguments.parse(args);
        PriceMaxima.define(PriceMaxima.source(env, arguments), arguments);
        return env.getStreamGraph().getJobGraph();
    }

    private static long restarts(MiniCluster cluster, JobID job) throws Exception {
        return cluster.getExecutionGraph(job).get().getAllVertices().values().stream()
                .mapToLong(vertex -> vertex.getTaskVertices()[0].getCurrentExecutionAttempt().getAttemptNumber()).max().orElse(0);
    }

    private void waitForResults() throws Exception {
        while (!hasResults()) {
            Thread.sleep(100);
        }
    }

    private boolean hasResults() throws Exception {
        try {
            return !results().isEmpty();
        } catch (UncheckedIOException e) {
            // A file was committed, and so renamed, while the folder was listed.
            return false;
        }
    }

    private static List<String> expected(int count) {
        List<Tick> ticks = new ArrayList<>();
        for (long i = 0; i < count; i++) {
            ticks.add(TickJson.parse(GeneratedTicks.tick(i, START, 20)).orElseThrow());
        }
        return ExpectedMaxima.of(ticks).values().stream().sorted().toList();
    }

    /** Lines of the files that are committed: others begin with a dot. */
    private List<String> results() throws IOException {
        Path windows = output.resolve("windows");
        if (!Files.exists(windows)) {
            return List.of();
        }
        try (Stream<Path> files = Files.walk(windows)) {
            return files.filter(file -> file.getFileName().toString().matches("part-.*\\.jsonl")).map(JobTest::lines).flatMap(Collection::stream).sorted().toList();
        }
    }

    private static List<String> lines(Path file) {
        try {
            return Files.readAllLines(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
