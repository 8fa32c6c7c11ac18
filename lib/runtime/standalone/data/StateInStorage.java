import java.io.BufferedReader;
import java.io.FileNotFoundException;
import java.io.InputStreamReader;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.GlobalConfiguration;
import org.apache.flink.core.fs.FileStatus;
import org.apache.flink.core.fs.FileSystem;
import org.apache.flink.core.fs.Path;
import org.apache.flink.core.plugin.PluginUtils;

/**
 * Prints the completed checkpoints below a directory and the jobs that have come to their end, seen through Flink's own file
 * systems with Flink's own configuration, so with the same rights as the job.
 *
 * <p>For Janino, which knows no lambdas. Arguments: directory of the checkpoints, directory of the HA data, cluster id.
 */
public class StateInStorage {
    private static final Pattern STATUS = Pattern.compile("\"(?:application-status|applicationStatus)\"\\s*:\\s*\"([A-Z]+)\"");

    public static void main(String[] args) throws Exception {
        Configuration configuration = GlobalConfiguration.loadConfiguration();
        FileSystem.initialize(configuration, PluginUtils.createPluginManagerFromRootFolder(configuration));
        FileStatus[] jobs = list(new Path(args[0]));
        for (int i = 0; i < jobs.length; i++) {
            if (jobs[i].getPath().getName().matches("[0-9a-f]{32}")) printCheckpoints(jobs[i].getPath());
        }
        printEnded(new Path(new Path(args[1], "job-result-store"), args[2]));
    }

    /** A checkpoint is complete when its metadata is there. */
    private static void printCheckpoints(Path job) throws Exception {
        FileStatus[] found = list(job);
        for (int i = 0; i < found.length; i++) {
            Path checkpoint = found[i].getPath();
            if (!checkpoint.getName().matches("chk-[0-9]+")) continue;
            FileStatus metadata = status(new Path(checkpoint, "_metadata"));
            if (metadata == null) continue;
            String number = checkpoint.getName().substring("chk-".length());
            System.out.println("checkpoint " + metadata.getModificationTime() + " " + number + " " + job.getName() + " " + checkpoint);
        }
    }

    /** Source: Flink, FileSystemJobResultStore. */
    private static void printEnded(Path directory) throws Exception {
        FileStatus[] found = list(directory);
        for (int i = 0; i < found.length; i++) {
            String name = found[i].getPath().getName();
            if (!name.matches("[0-9a-f]{32}(_DIRTY)?\\.json")) continue;
            System.out.println("ended " + name.substring(0, 32) + " " + result(found[i].getPath()));
        }
    }

    private static String result(Path file) throws Exception {
        BufferedReader reader = new BufferedReader(new InputStreamReader(file.getFileSystem().open(file), "UTF-8"));
        try {
            StringBuilder text = new StringBuilder();
            for (String line = reader.readLine(); line != null; line = reader.readLine()) text.append(line);
            Matcher matcher = STATUS.matcher(text);
            return matcher.find() ? matcher.group(1) : "UNKNOWN";
        } finally {
            reader.close();
        }
    }

    private static FileStatus[] list(Path directory) throws Exception {
        try {
            FileStatus[] found = directory.getFileSystem().listStatus(directory);
            return found == null ? new FileStatus[0] : found;
        } catch (FileNotFoundException nothing) {
            return new FileStatus[0];
        }
    }

    private static FileStatus status(Path file) throws Exception {
        try {
            return file.getFileSystem().getFileStatus(file);
        } catch (FileNotFoundException nothing) {
            return null;
        }
    }
}
