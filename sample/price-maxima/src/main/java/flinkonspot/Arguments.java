package flinkonspot;

import java.io.Serializable;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/** The job's arguments, all of the form {@code --name value}. Of a name given twice, the last value counts. */
public final class Arguments implements Serializable {
    private static final Set<String> KNOWN =
            Set.of(
                    "source", "stream-arn", "stream-region", "stream-initial-position", "stream-endpoint",
                    "output", "window", "slide", "out-of-orderness", "idleness",
                    "ticks", "rate", "start", "spacing-ms");

    private final Map<String, String> values;

    private Arguments(Map<String, String> values) {
        this.values = Map.copyOf(values);
    }

    /** Reads the command line; throws with what is allowed when something is wrong. */
    public static Arguments parse(String... args) {
        Map<String, String> values = new HashMap<>();
        for (int i = 0; i < args.length; i += 2) {
            String name = args[i].startsWith("--") ? args[i].substring(2) : null;
            if (name == null || !KNOWN.contains(name)) {
                throw new IllegalArgumentException("argument '" + args[i] + "' is not known: allowed are --" + String.join(", --", new TreeSet<>(KNOWN)));
            }
            if (i + 1 == args.length || args[i + 1].startsWith("--")) {
                throw new IllegalArgumentException("argument '" + args[i] + "' has no value: write " + args[i] + " VALUE");
            }
            values.put(name, args[i + 1]);
        }
        return new Arguments(values);
    }

    /** Value of an argument that must be there. */
    public String required(String name) {
        String value = values.get(name);
        if (value == null) {
            throw new IllegalArgumentException("argument '--" + name + "' is missing: the job cannot start without it");
        }
        return value;
    }

    /** Whether an argument was given. */
    public boolean has(String name) {
        return values.containsKey(name);
    }

    /** One of the values that are allowed, of which the first is the default. */
    public String oneOf(String name, String... allowed) {
        String value = values.getOrDefault(name, allowed[0]);
        if (!List.of(allowed).contains(value)) {
            throw new IllegalArgumentException("argument '--" + name + "' is '" + value + "': allowed are " + String.join(" and ", allowed));
        }
        return value;
    }

    /** A whole number of at least {@code least}, or a default. */
    public long number(String name, long otherwise, long least) {
        String value = values.get(name);
        if (value == null) {
            return otherwise;
        }
        if (!value.matches("-?[0-9]{1,18}") || Long.parseLong(value) < least) {
            throw new IllegalArgumentException("argument '--" + name + "' is '" + value + "': allowed are whole numbers from " + least);
        }
        return Long.parseLong(value);
    }

    /** A duration such as {@code 500ms}, {@code 10s} or {@code 5m}. */
    public Duration duration(String name, String otherwise) {
        String value = values.getOrDefault(name, otherwise);
        if (value.matches("[0-9]{1,9}ms")) {
            return Duration.ofMillis(Long.parseLong(value.substring(0, value.length() - 2)));
        }
        if (value.matches("[0-9]{1,9}[sm]")) {
            long amount = Long.parseLong(value.substring(0, value.length() - 1));
            return value.endsWith("s") ? Duration.ofSeconds(amount) : Duration.ofMinutes(amount);
        }
        throw new IllegalArgumentException("argument '--" + name + "' is '" + value + "': allowed are durations such as 500ms, 10s or 5m");
    }
}
