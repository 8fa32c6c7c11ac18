package drill;

/** One record of a shard. A plain Flink POJO. */
public class Record {
    public int shard;
    /** Its place in the shard: 0, 1, 2, … without a gap. */
    public long index;
    /** What is wrong with the state that it met: 0 is nothing. */
    public long wrong;

    public Record() {}

    public Record(int shard, long index) {
        this.shard = shard;
        this.index = index;
    }
}
