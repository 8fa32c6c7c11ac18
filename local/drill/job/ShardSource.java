package drill;

import java.util.List;
import java.util.stream.IntStream;
import org.apache.flink.api.connector.source.Boundedness;
import org.apache.flink.api.connector.source.Source;
import org.apache.flink.api.connector.source.SourceReader;
import org.apache.flink.api.connector.source.SourceReaderContext;
import org.apache.flink.api.connector.source.SplitEnumerator;
import org.apache.flink.api.connector.source.SplitEnumeratorContext;
import org.apache.flink.core.io.SimpleVersionedSerializer;

/**
 * A stream with numbered records that are sent at a fixed rate whether anybody reads or not, as Kinesis has it: after a loss the job
 * is behind and must catch up, and what is read twice or never can be counted exactly.
 */
class ShardSource implements Source<Record, Shard, List<Shard>> {
    private final int shards;
    private final int rate;
    private final long backlogMillis;
    private final String folder;

    /**
     * @param rate records a second of each shard
     * @param backlogMillis how long ago the first record was sent when the job starts for the first time
     * @param folder where a file named restart makes the job restart once
     */
    ShardSource(int shards, int rate, long backlogMillis, String folder) {
        this.shards = shards;
        this.rate = rate;
        this.backlogMillis = backlogMillis;
        this.folder = folder;
    }

    @Override
    public Boundedness getBoundedness() {
        return Boundedness.CONTINUOUS_UNBOUNDED;
    }

    @Override
    public SplitEnumerator<Shard, List<Shard>> createEnumerator(SplitEnumeratorContext<Shard> context) {
        long start = System.currentTimeMillis() - backlogMillis;
        return new ShardEnumerator(context, IntStream.range(0, shards).mapToObj(number -> new Shard(number, start, rate, 0)).toList());
    }

    @Override
    public SplitEnumerator<Shard, List<Shard>> restoreEnumerator(SplitEnumeratorContext<Shard> context, List<Shard> waiting) {
        return new ShardEnumerator(context, waiting);
    }

    @Override
    public SourceReader<Record, Shard> createReader(SourceReaderContext context) {
        return new ShardReader(folder);
    }

    @Override
    public SimpleVersionedSerializer<Shard> getSplitSerializer() {
        return Shard.SERIALIZER;
    }

    @Override
    public SimpleVersionedSerializer<List<Shard>> getEnumeratorCheckpointSerializer() {
        return ShardEnumerator.SERIALIZER;
    }
}
