package drill;

import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.MappedByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.UUID;
import java.util.concurrent.ThreadLocalRandom;
import org.apache.flink.api.common.functions.OpenContext;
import org.apache.flink.api.common.state.ValueState;
import org.apache.flink.api.common.state.ValueStateDescriptor;
import org.apache.flink.streaming.api.functions.KeyedProcessFunction;
import org.apache.flink.util.Collector;

/**
 * Keeps a value a key whose first eight bytes count the key's records, so that state which lost or doubled a record is seen. Beside it,
 * outside of Flink, every attempt counts what it does in a mapped file, which survives a SIGKILL: what all attempts did, less what
 * there was to do, was done twice.
 */
class Ledger extends KeyedProcessFunction<Long, Record, Record> {
    private static final int LONGS_A_SHARD = 2;

    private final String counters;
    private final int shards;
    private final long keys;
    private final int valueBytes;
    private transient ValueState<byte[]> state;
    private transient MappedByteBuffer counted;

    Ledger(String counters, int shards, long keys, int valueBytes) {
        this.counters = counters;
        this.shards = shards;
        this.keys = keys;
        this.valueBytes = valueBytes;
    }

    /** Key of a record: each shard goes round its own keys. */
    static long key(Record record, long keys) {
        return record.shard * keys + record.index % keys;
    }

    @Override
    public void open(OpenContext context) throws Exception {
        state = getRuntimeContext().getState(new ValueStateDescriptor<>("value", byte[].class));
        Files.createDirectories(Path.of(counters));
        try (RandomAccessFile file = new RandomAccessFile(Path.of(counters, UUID.randomUUID() + ".counts").toFile(), "rw")) {
            counted = file.getChannel().map(FileChannel.MapMode.READ_WRITE, 0, (long) shards * LONGS_A_SHARD * Long.BYTES);
        }
    }

    @Override
    public void processElement(Record record, Context context, Collector<Record> out) throws Exception {
        byte[] value = state.value();
        if (value == null) {
            value = new byte[valueBytes];
            ThreadLocalRandom.current().nextBytes(value);
            ByteBuffer.wrap(value).putLong(0, 0);
        }
        ByteBuffer bytes = ByteBuffer.wrap(value);
        long seen = bytes.getLong(0) + 1;
        bytes.putLong(0, seen);
        state.update(value);
        record.wrong = seen == record.index / keys + 1 ? 0 : 1;
        count(record);
        out.collect(record);
    }

    private void count(Record record) {
        int at = record.shard * LONGS_A_SHARD * Long.BYTES;
        counted.putLong(at, counted.getLong(at) + 1);
        counted.putLong(at + Long.BYTES, Math.max(counted.getLong(at + Long.BYTES), record.index + 1));
    }
}
