package drill;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.apache.flink.api.connector.source.ReaderOutput;
import org.apache.flink.api.connector.source.SourceReader;
import org.apache.flink.core.io.InputStatus;

/** Reads its shards in the order in which records were sent; behind time it reads as fast as it can. */
class ShardReader implements SourceReader<Record, Shard> {
    private final List<Shard> shards = new ArrayList<>();
    private final ScheduledExecutorService clock =
            Executors.newSingleThreadScheduledExecutor(
                    work -> {
                        Thread thread = new Thread(work, "drill clock");
                        thread.setDaemon(true);
                        return thread;
                    });
    private final Path restart;
    private CompletableFuture<Void> available = new CompletableFuture<>();

    ShardReader(String folder) {
        restart = Path.of(folder, "restart");
    }

    @Override
    public void start() {}

    @Override
    public InputStatus pollNext(ReaderOutput<Record> output) throws IOException {
        // Asked for at the start only, when the job runs on fewer TaskManagers than there are.
        if (Files.deleteIfExists(restart)) {
            throw new IOException("restart was asked for");
        }
        Shard earliest = earliest();
        if (earliest == null || earliest.due() > System.currentTimeMillis()) {
            return InputStatus.NOTHING_AVAILABLE;
        }
        long index = earliest.next++;
        output.createOutputForSplit(earliest.splitId()).collect(new Record(earliest.number, index), index * 1000 / earliest.rate);
        return InputStatus.MORE_AVAILABLE;
    }

    @Override
    public CompletableFuture<Void> isAvailable() {
        Shard earliest = earliest();
        long wait = earliest == null ? Long.MAX_VALUE : earliest.due() - System.currentTimeMillis();
        if (wait <= 0) {
            return CompletableFuture.completedFuture(null);
        }
        if (available.isDone()) {
            available = new CompletableFuture<>();
        }
        if (earliest != null) {
            CompletableFuture<Void> wake = available;
            clock.schedule(() -> wake.complete(null), wait, TimeUnit.MILLISECONDS);
        }
        return available;
    }

    private Shard earliest() {
        Shard earliest = null;
        for (Shard shard : shards) {
            if (earliest == null || shard.due() < earliest.due()) {
                earliest = shard;
            }
        }
        return earliest;
    }

    @Override
    public List<Shard> snapshotState(long checkpoint) {
        return shards.stream().map(Shard::copy).toList();
    }

    @Override
    public void addSplits(List<Shard> added) {
        added.forEach(each -> shards.add(each.copy()));
        available.complete(null);
    }

    @Override
    public void notifyNoMoreSplits() {}

    @Override
    public void close() {
        clock.shutdownNow();
    }
}
