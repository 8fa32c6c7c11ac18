package flinkonspot;

import java.io.Serializable;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeSet;
import java.util.Set;

/** The job's arguments, all of the form {@code --name value}. */
public final class Arguments implements Serializable {
    private static final Set<String> KNOWN =
            Set.of(
                    "source", "stream-arn", "stream-region", "stream-initial-position", "stream-endpoint",
                    "output", "window", "slide", "out-of-orderness", "idleness",
                    "ticks", "rate", "start", "spacing-ms");

    private final Map<String, String> values;

    private Arguments(Map<String, String> values) {
        this.values = values;
    }

    /** Reads the command line; throws with what is allowed when something is wrong. */
    public static Arguments parse(String... args) {
        Map<String, String> values = new HashMap<>();
        for (int i = 0; i < args.length; i += 2) {
            String name = args[i].startsWith("--") ? args[i].substring(2) : null;
            if (name == null || !KNOWN.contains(name)) {
                throw new IllegalArgumentException("argument '" + args[i] + "' is not known: allowed are --" + String.join(", --", new TreeSet<>(KNOWN)));
            }
            if (i + 1 == args.length) {
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

    /** Value of an argument, or a default. */
    public String optional(String name, String otherwise) {
        return values.getOrDefault(name, otherwise);
    }

    /** Whether an argument was given. */
    public boolean has(String name) {
        return values.containsKey(name);
    }

    /** A whole number, or a default. */
    public long number(String name, long otherwise) {
        String value = values.get(name);
        try {
            return value == null ? otherwise : Long.parseLong(value);
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException("argument '--" + name + "' is '" + value + "': allowed is a whole number", e);
        }
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
