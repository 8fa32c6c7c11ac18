import java.io.IOException;
import java.io.InputStream;
import java.lang.annotation.Annotation;
import java.lang.reflect.AccessibleObject;
import java.lang.reflect.AnnotatedElement;
import java.lang.reflect.Field;
import java.lang.reflect.Member;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.net.MalformedURLException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Lists the ConfigOptions of a Flink home that stand in static fields or are made of a name, one JSON object a line: {@code java ListOptions.java <home>}.
 * Only reflection, so one program reads every Flink line. A class that could not be read has a line of its own.
 */
public class ListOptions {
    private static final String OPTION = "org.apache.flink.configuration.ConfigOption";
    private static final byte[] MARK = ("L" + OPTION.replace('.', '/') + ";").getBytes(StandardCharsets.ISO_8859_1);

    public static void main(String[] args) throws Exception {
        Path home = Path.of(args[0]);
        URLClassLoader flink = new URLClassLoader(urls(jars(home.resolve("lib"))), ClassLoader.getPlatformClassLoader());
        for (Path jar : jars(home.resolve("lib"))) {
            String name = jar.getFileName().toString();
            if (name.startsWith("flink-dist") || name.startsWith("flink-connector-files")) list(jar, flink);
        }
        List<Path> plugins = new ArrayList<>();
        for (Path folder : entries(home.resolve("plugins"), Files::isDirectory)) plugins.addAll(jars(folder));
        plugins.addAll(entries(home.resolve("opt"), path -> path.getFileName().toString().startsWith("flink-s3-fs-")));
        for (Path jar : plugins) {
            try (URLClassLoader own = new URLClassLoader(urls(List.of(jar)), flink)) {
                list(jar, own);
            }
        }
    }

    private static void list(Path path, ClassLoader loader) throws IOException {
        String jar = path.getFileName().toString().replaceFirst("-[0-9][^-]*\\.jar$", "");
        try (JarFile file = new JarFile(path.toFile())) {
            for (JarEntry entry : Collections.list(file.entries())) {
                if (!mayHoldOptions(file, entry)) continue;
                String name = entry.getName().replace('/', '.').replaceFirst("\\.class$", "");
                try {
                    Class<?> holder = Class.forName(name, false, loader);
                    for (Field field : holder.getDeclaredFields()) if (isOption(field, field.getType())) print(read(field), field, jar);
                    for (Method method : holder.getDeclaredMethods()) if (isNamedOption(method)) print(read(method), method, jar);
                } catch (ReflectiveOperationException | LinkageError error) {
                    System.out.println("{" + member("unreadable", name) + "," + member("error", error.toString()) + "}");
                }
            }
        }
    }

    private static boolean mayHoldOptions(JarFile file, JarEntry entry) throws IOException {
        String name = entry.getName();
        if (!name.startsWith("org/apache/flink/") || !name.endsWith(".class") || name.contains("/shaded/")) return false;
        try (InputStream in = file.getInputStream(entry)) {
            byte[] bytes = in.readAllBytes();
            for (int i = 0; i <= bytes.length - MARK.length; i++) {
                if (bytes[i] == MARK[0] && Arrays.equals(bytes, i, i + MARK.length, MARK, 0, MARK.length)) return true;
            }
        }
        return false;
    }

    private static boolean isOption(Member member, Class<?> type) {
        return Modifier.isStatic(member.getModifiers()) && type.getName().equals(OPTION);
    }

    /** Some options of a named thing are made by a method, for example those of a file system's scheme. */
    private static boolean isNamedOption(Method method) {
        boolean takesName = Arrays.equals(method.getParameterTypes(), new Class<?>[] {String.class});
        return isOption(method, method.getReturnType()) && takesName && method.getDeclaringClass().getName().endsWith("Options");
    }

    private static Object read(Field field) throws ReflectiveOperationException {
        field.setAccessible(true);
        return field.get(null);
    }

    private static Object read(Method method) throws ReflectiveOperationException {
        method.setAccessible(true);
        return method.invoke(null, "<name>");
    }

    private static <M extends AccessibleObject & Member> void print(Object option, M source, String jar) throws ReflectiveOperationException {
        if (option == null) return;
        Class<?> type = (Class<?>) hidden(option, "clazz");
        ClassLoader flink = option.getClass().getClassLoader();
        System.out.println("{" + Stream.of(
                        member("key", prefix(source) + call(option, "key")),
                        member("type", typeName(type)),
                        member("list", Boolean.TRUE.equals(hidden(option, "isList")) ? true : null),
                        member("enum", type.isEnum() ? texts(List.of(type.getEnumConstants()), flink) : null),
                        member("default", text(call(option, "defaultValue"), flink)),
                        member("deprecatedKeys", formerKeys(option, source, true)),
                        member("fallbackKeys", formerKeys(option, source, false)),
                        member("obsolete", isObsolete(source) ? true : null),
                        member("jar", jar),
                        member("field", source.getDeclaringClass().getName() + "." + source.getName()))
                .filter(member -> !member.isEmpty())
                .collect(Collectors.joining(",")) + "}");
    }

    private static String typeName(Class<?> type) {
        if (type.isEnum()) return "enum";
        if (Map.class.isAssignableFrom(type)) return "map";
        return switch (type.getSimpleName()) {
            case "MemorySize" -> "memory";
            case "String", "Integer", "Long", "Double", "Float", "Boolean", "Duration", "Class" -> type.getSimpleName().toLowerCase();
            default -> "object";
        };
    }

    /** Options of a named thing, for example a metrics reporter, hold only the end of their key. */
    private static <M extends AccessibleObject & Member> String prefix(M source) throws ReflectiveOperationException {
        for (AnnotatedElement holder : List.of(source, source.getDeclaringClass())) {
            for (Annotation annotation : holder.getAnnotations()) {
                if (!annotation.annotationType().getSimpleName().equals("SuffixOption")) continue;
                String prefix = (String) call(annotation, "value");
                return prefix.endsWith(".") ? prefix : prefix + ".";
            }
        }
        return "";
    }

    private static <M extends AccessibleObject & Member> List<String> formerKeys(Object option, M source, boolean deprecated)
            throws ReflectiveOperationException {
        List<String> keys = new ArrayList<>();
        for (Object former : (Iterable<?>) call(option, "fallbackKeys")) {
            if ((boolean) call(former, "isDeprecated") == deprecated) keys.add(prefix(source) + call(former, "getKey"));
        }
        return keys.isEmpty() ? null : keys;
    }

    private static <M extends AccessibleObject & Member> boolean isObsolete(M source) {
        return source.isAnnotationPresent(Deprecated.class) || source.getDeclaringClass().isAnnotationPresent(Deprecated.class);
    }

    /** A value as it is written in config.yaml. */
    private static String text(Object value, ClassLoader flink) throws ReflectiveOperationException {
        if (value instanceof Map<?, ?> map) {
            List<String> pairs = new ArrayList<>();
            for (Map.Entry<?, ?> pair : map.entrySet()) pairs.add(text(pair.getKey(), flink) + ":" + text(pair.getValue(), flink));
            return pairs.stream().sorted().collect(Collectors.joining(","));
        }
        if (value instanceof Collection<?> items) return String.join(";", texts(items, flink));
        if (value instanceof Class<?> type) return type.getName();
        if (!(value instanceof Duration)) return value == null ? null : value.toString();
        Class<?> format = Class.forName("org.apache.flink.util.TimeUtils", true, flink);
        return (String) format.getMethod("formatWithHighestUnit", Duration.class).invoke(null, value);
    }

    private static List<String> texts(Collection<?> values, ClassLoader flink) throws ReflectiveOperationException {
        List<String> texts = new ArrayList<>();
        for (Object value : values) texts.add(text(value, flink));
        return texts;
    }

    private static Object hidden(Object holder, String name) throws ReflectiveOperationException {
        Field field = holder.getClass().getDeclaredField(name);
        field.setAccessible(true);
        return field.get(holder);
    }

    private static Object call(Object holder, String name) throws ReflectiveOperationException {
        Class<?> type = holder instanceof Annotation annotation ? annotation.annotationType() : holder.getClass();
        Method method = type.getMethod(name);
        return method.invoke(holder);
    }

    private static String member(String name, Object value) {
        if (value == null) return "";
        return quote(name) + ":" + json(value);
    }

    private static String json(Object value) {
        if (value instanceof List<?> list) return list.stream().map(ListOptions::quote).toList().toString();
        return value instanceof Boolean ? value.toString() : quote(value);
    }

    private static String quote(Object value) {
        StringBuilder out = new StringBuilder("\"");
        for (char c : value.toString().toCharArray()) {
            if (c == '"' || c == '\\') out.append('\\').append(c);
            else if (c < ' ' || c > '~') out.append(String.format("\\u%04x", (int) c));
            else out.append(c);
        }
        return out.append('"').toString();
    }

    private static List<Path> jars(Path folder) throws IOException {
        return entries(folder, path -> path.toString().endsWith(".jar"));
    }

    private static List<Path> entries(Path folder, Predicate<Path> wanted) throws IOException {
        try (Stream<Path> paths = Files.list(folder)) {
            return paths.filter(wanted).sorted().toList();
        }
    }

    private static URL[] urls(List<Path> paths) throws MalformedURLException {
        URL[] urls = new URL[paths.size()];
        for (int i = 0; i < urls.length; i++) urls[i] = paths.get(i).toUri().toURL();
        return urls;
    }
}
