package drill;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.apache.flink.api.connector.source.SplitEnumerator;
import org.apache.flink.api.connector.source.SplitEnumeratorContext;
import org.apache.flink.core.io.SimpleVersionedSerializer;

/** Deals the shards out once; after that they belong to the readers' state, which Flink redistributes. */
class ShardEnumerator implements SplitEnumerator<Shard, List<Shard>> {
    private final SplitEnumeratorContext<Shard> context;
    private final List<Shard> waiting;

    ShardEnumerator(SplitEnumeratorContext<Shard> context, List<Shard> waiting) {
        this.context = context;
        this.waiting = new ArrayList<>(waiting);
    }

    @Override
    public void start() {}

    @Override
    public void handleSplitRequest(int reader, String host) {}

    @Override
    public void addSplitsBack(List<Shard> shards, int reader) {
        waiting.addAll(shards);
        deal();
    }

    @Override
    public void addReader(int reader) {
        deal();
    }

    private void deal() {
        int readers = context.currentParallelism();
        if (context.registeredReaders().size() < readers) {
            return;
        }
        waiting.forEach(shard -> context.assignSplit(shard, shard.number % readers));
        waiting.clear();
    }

    @Override
    public List<Shard> snapshotState(long checkpoint) {
        return new ArrayList<>(waiting);
    }

    @Override
    public void close() {}

    static final SimpleVersionedSerializer<List<Shard>> SERIALIZER =
            new SimpleVersionedSerializer<>() {
                private static final int LENGTH = 24;

                @Override
                public int getVersion() {
                    return 1;
                }

                @Override
                public byte[] serialize(List<Shard> shards) throws IOException {
                    ByteBuffer out = ByteBuffer.allocate(LENGTH * shards.size());
                    for (Shard shard : shards) {
                        out.put(Shard.SERIALIZER.serialize(shard));
                    }
                    return out.array();
                }

                @Override
                public List<Shard> deserialize(int version, byte[] bytes) throws IOException {
                    List<Shard> shards = new ArrayList<>();
                    for (int offset = 0; offset < bytes.length; offset += LENGTH) {
                        byte[] one = java.util.Arrays.copyOfRange(bytes, offset, offset + LENGTH);
                        shards.add(Shard.SERIALIZER.deserialize(version, one));
                    }
                    return shards;
                }
            };
}
