package drill;

import java.io.Serializable;
import java.nio.ByteBuffer;
import org.apache.flink.api.connector.source.SourceSplit;
import org.apache.flink.core.io.SimpleVersionedSerializer;

/** A shard and how far it is read. Record i exists from {@code start + i * 1000 / rate} on, as if somebody sent it then. */
public class Shard implements SourceSplit, Serializable {
    final int number;
    /** Milliseconds since 1970 at which record 0 was sent. */
    final long start;
    final int rate;
    /** Next record to read. */
    long next;

    Shard(int number, long start, int rate, long next) {
        this.number = number;
        this.start = start;
        this.rate = rate;
        this.next = next;
    }

    @Override
    public String splitId() {
        return String.valueOf(number);
    }

    /** When the next record is there, in milliseconds since 1970. */
    long due() {
        return start + next * 1000 / rate;
    }

    Shard copy() {
        return new Shard(number, start, rate, next);
    }

    static final SimpleVersionedSerializer<Shard> SERIALIZER =
            new SimpleVersionedSerializer<>() {
                @Override
                public int getVersion() {
                    return 1;
                }

                @Override
                public byte[] serialize(Shard shard) {
                    return ByteBuffer.allocate(24).putInt(shard.number).putLong(shard.start).putInt(shard.rate).putLong(shard.next).array();
                }

                @Override
                public Shard deserialize(int version, byte[] bytes) {
                    ByteBuffer in = ByteBuffer.wrap(bytes);
                    return new Shard(in.getInt(), in.getLong(), in.getInt(), in.getLong());
                }
            };
}
