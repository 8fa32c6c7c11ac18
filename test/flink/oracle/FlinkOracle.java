import java.io.BufferedReader;
import java.io.File;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.net.URLDecoder;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.flink.configuration.ConfigOption;
import org.apache.flink.configuration.ConfigOptions;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.GlobalConfiguration;
import org.apache.flink.configuration.MemorySize;
import org.apache.flink.runtime.clusterframework.TaskExecutorProcessSpec;
import org.apache.flink.runtime.clusterframework.TaskExecutorProcessUtils;
import org.apache.flink.runtime.jobmanager.JobManagerProcessSpec;
import org.apache.flink.runtime.util.config.memory.ProcessMemoryUtils;

/** Answers questions about Flink with Flink's own code: one a line on standard input, fields separated by tabs and URL-encoded. */
public class FlinkOracle {
    public static void main(String[] args) throws Exception {
        PrintStream answers = new PrintStream(new java.io.FileOutputStream(java.io.FileDescriptor.out), true, "UTF-8");
        System.setOut(System.err);
        BufferedReader questions = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        for (String line; (line = questions.readLine()) != null; ) {
            List<String> fields = new ArrayList<>();
            for (String field : line.split("\t", -1)) fields.add(URLDecoder.decode(field, "UTF-8"));
            answers.println(answer(fields));
        }
    }

    private static String answer(List<String> fields) throws Exception {
        try {
            Map<String, String> found = ask(fields.get(0), fields.subList(1, fields.size()));
            StringBuilder text = new StringBuilder("ok");
            for (Map.Entry<String, String> entry : found.entrySet()) {
                text.append('\t').append(encode(entry.getKey())).append('\t').append(encode(entry.getValue()));
            }
            return text.toString();
        } catch (Throwable thrown) {
            Throwable cause = thrown instanceof InvocationTargetException ? thrown.getCause() : thrown;
            return "error\tmessage\t" + encode(String.valueOf(cause.getMessage()));
        }
    }

    private static Map<String, String> ask(String question, List<String> rest) throws Exception {
        switch (question) {
            case "taskManager":
                return taskManager(configuration(rest));
            case "jobManager":
                return jobManager(configuration(rest));
            case "value":
                return one("value", value(rest.get(0), rest.get(1).equals("list"), rest.get(2)));
            case "configYaml":
                return configYaml(rest.get(0));
            case "heartbeat":
                Class<?>[] types = {long.class, long.class, int.class};
                long[] times = {Long.parseLong(rest.get(0)), Long.parseLong(rest.get(1))};
                heartbeatClass().getConstructor(types).newInstance(times[0], times[1], Integer.parseInt(rest.get(2)));
                return one("value", "accepted");
            case "restart":
                return restart(configuration(rest));
            case "stateCache":
                return stateCache(rest.get(0), Long.parseLong(rest.get(1)), Double.parseDouble(rest.get(2)));
            default:
                throw new IllegalArgumentException("unknown question " + question);
        }
    }

    private static Class<?> heartbeatClass() throws Exception {
        return Class.forName("org.apache.flink.runtime.heartbeat.HeartbeatServicesImpl");
    }

    /** Makes the strategy that a job would get, as the JobMaster does. */
    private static Map<String, String> restart(Configuration configuration) throws Exception {
        String flip1 = "org.apache.flink.runtime.executiongraph.failover.RestartBackoffTimeStrategyFactoryLoader";
        String flip = "org.apache.flink.runtime.executiongraph.failover.flip1.RestartBackoffTimeStrategyFactoryLoader";
        Class<?> loader;
        try {
            loader = Class.forName(flip1);
        } catch (ClassNotFoundException older) {
            loader = Class.forName(flip);
        }
        for (Method method : loader.getDeclaredMethods()) {
            if (!method.getName().equals("createRestartBackoffTimeStrategyFactory")) continue;
            method.setAccessible(true);
            Object[] arguments = new Object[method.getParameterCount()];
            for (int index = 0; index < arguments.length; index++) {
                Class<?> type = method.getParameterTypes()[index];
                if (type == Configuration.class) arguments[index] = configuration;
                else if (type == boolean.class) arguments[index] = true;
                else if (type.getSimpleName().equals("RestartStrategyConfiguration")) {
                    Object none = Class.forName("org.apache.flink.api.common.restartstrategy.RestartStrategies").getMethod("fallBackRestart").invoke(null);
                    arguments[index] = none;
                }
            }
            Object factory = method.invoke(null, arguments);
            Method create = factory.getClass().getMethod("create");
            create.setAccessible(true);
            return one("value", create.invoke(factory).getClass().getSimpleName());
        }
        throw new IllegalStateException("no factory");
    }

    private static Map<String, String> taskManager(Configuration configuration) throws Exception {
        TaskExecutorProcessSpec spec = TaskExecutorProcessUtils.processSpecFromConfig(configuration);
        Map<String, String> found = new LinkedHashMap<>();
        put(found, "processSize", spec.getTotalProcessMemorySize());
        put(found, "flinkSize", spec.getTotalFlinkMemorySize());
        put(found, "frameworkHeap", hidden(spec, "getFrameworkHeapSize"));
        put(found, "taskHeap", spec.getTaskHeapSize());
        put(found, "managed", spec.getManagedMemorySize());
        put(found, "frameworkOffHeap", hidden(spec, "getFrameworkOffHeapMemorySize"));
        put(found, "taskOffHeap", spec.getTaskOffHeapSize());
        put(found, "network", spec.getNetworkMemSize());
        put(found, "jvmMetaspace", spec.getJvmMetaspaceSize());
        put(found, "jvmOverhead", spec.getJvmOverheadSize());
        found.put("jvmArguments", ProcessMemoryUtils.generateJvmParametersStr(spec));
        return found;
    }

    private static Map<String, String> jobManager(Configuration configuration) throws Exception {
        Class<?> utils = Class.forName("org.apache.flink.runtime.jobmanager.JobManagerProcessUtils");
        Method derive = utils.getDeclaredMethod("processSpecFromConfig", Configuration.class);
        derive.setAccessible(true);
        JobManagerProcessSpec spec = (JobManagerProcessSpec) derive.invoke(null, configuration);
        Map<String, String> found = new LinkedHashMap<>();
        put(found, "processSize", spec.getTotalProcessMemorySize());
        put(found, "flinkSize", spec.getTotalFlinkMemorySize());
        put(found, "heap", spec.getJvmHeapMemorySize());
        put(found, "offHeap", spec.getJvmDirectMemorySize());
        put(found, "jvmMetaspace", spec.getJvmMetaspaceSize());
        put(found, "jvmOverhead", spec.getJvmOverheadSize());
        Method text = utils.getDeclaredMethod("generateJvmParametersStr", JobManagerProcessSpec.class, Configuration.class);
        text.setAccessible(true);
        found.put("jvmArguments", (String) text.invoke(null, spec, configuration));
        return found;
    }

    private static String value(String type, boolean isList, String text) {
        ConfigOptions.OptionBuilder option = ConfigOptions.key("x");
        Configuration configuration = new Configuration();
        configuration.setString("x", text);
        switch (type) {
            case "integer":
                return read(configuration, isList ? option.intType().asList().noDefaultValue() : option.intType().noDefaultValue());
            case "long":
                return read(configuration, isList ? option.longType().asList().noDefaultValue() : option.longType().noDefaultValue());
            case "float":
                return read(configuration, option.floatType().noDefaultValue());
            case "double":
                return read(configuration, option.doubleType().noDefaultValue());
            case "boolean":
                return read(configuration, option.booleanType().noDefaultValue());
            case "memory":
                return read(configuration, isList ? option.memoryType().asList().noDefaultValue() : option.memoryType().noDefaultValue());
            case "duration":
                return read(configuration, isList ? option.durationType().asList().noDefaultValue() : option.durationType().noDefaultValue());
            case "map":
                return read(configuration, option.mapType().noDefaultValue());
            case "string":
                return read(configuration, isList ? option.stringType().asList().noDefaultValue() : option.stringType().noDefaultValue());
            default:
                throw new IllegalStateException("unknown type " + type);
        }
    }

    private static String read(Configuration configuration, ConfigOption<?> option) {
        Object found = configuration.get(option);
        if (found instanceof MemorySize) return String.valueOf(((MemorySize) found).getBytes());
        if (found instanceof Duration) return ((Duration) found).toSeconds() + "." + ((Duration) found).toNanosPart();
        return String.valueOf(found);
    }

    private static Map<String, String> configYaml(String content) throws Exception {
        File directory = Files.createTempDirectory("flink-oracle").toFile();
        File file = new File(directory, "config.yaml");
        try {
            Files.write(file.toPath(), content.getBytes(StandardCharsets.UTF_8));
            return new TreeMap<>(GlobalConfiguration.loadConfiguration(directory.getPath()).toMap());
        } finally {
            file.delete();
            directory.delete();
        }
    }

    /** Bytes of RocksDB's or ForSt's block cache and write buffers out of a slot's budget. */
    private static Map<String, String> stateCache(String backend, long bytes, double writeBuffers) throws Exception {
        Class<?> utils = controller(backend);
        Map<String, String> found = new LinkedHashMap<>();
        for (String name : new String[] {"calculateActualCacheCapacity", "calculateWriteBufferManagerCapacity"}) {
            Method method = utils.getDeclaredMethod(name, long.class, double.class);
            method.setAccessible(true);
            found.put(name, String.valueOf(method.invoke(null, bytes, writeBuffers)));
        }
        return found;
    }

    private static Class<?> controller(String backend) throws ClassNotFoundException {
        if (backend.equals("forst")) return Class.forName("org.apache.flink.state.forst.ForStMemoryControllerUtils");
        try {
            return Class.forName("org.apache.flink.state.rocksdb.RocksDBMemoryControllerUtils");
        } catch (ClassNotFoundException before2) {
            return Class.forName("org.apache.flink.contrib.streaming.state.RocksDBMemoryControllerUtils");
        }
    }

    private static Configuration configuration(List<String> fields) {
        Configuration configuration = new Configuration();
        for (int i = 0; i + 1 < fields.size(); i += 2) configuration.setString(fields.get(i), fields.get(i + 1));
        return configuration;
    }

    private static Map<String, String> one(String key, String value) {
        Map<String, String> found = new LinkedHashMap<>();
        found.put(key, value);
        return found;
    }

    private static MemorySize hidden(TaskExecutorProcessSpec spec, String name) throws Exception {
        Method method = TaskExecutorProcessSpec.class.getDeclaredMethod(name);
        method.setAccessible(true);
        return (MemorySize) method.invoke(spec);
    }

    private static void put(Map<String, String> found, String name, MemorySize size) {
        found.put(name, String.valueOf(size.getBytes()));
    }

    private static String encode(String text) throws Exception {
        return URLEncoder.encode(text, "UTF-8");
    }
}
