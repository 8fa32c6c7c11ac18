/** Packages that every line of Flink needs exported on Java 17. Source: `env.java.opts.all` in flink-dist's own `config.yaml`. */
const EXPORTS = [
  'java.rmi/sun.rmi.registry',
  'jdk.compiler/com.sun.tools.javac.api',
  'jdk.compiler/com.sun.tools.javac.file',
  'jdk.compiler/com.sun.tools.javac.parser',
  'jdk.compiler/com.sun.tools.javac.tree',
  'jdk.compiler/com.sun.tools.javac.util',
  'java.security.jgss/sun.security.krb5',
];

/** Packages that Flink opens by reflection on Java 17. Source: as above. */
const OPENS = [
  'java.base/java.lang',
  'java.base/java.net',
  'java.base/java.io',
  'java.base/java.nio',
  'java.base/sun.nio.ch',
  'java.base/java.lang.reflect',
  'java.base/java.text',
  'java.base/java.time',
  'java.base/java.util',
  'java.base/java.util.concurrent',
  'java.base/java.util.concurrent.atomic',
  'java.base/java.util.concurrent.locks',
];

/**
 * JVM options without which Flink fails on Java 17: a mounted config.yaml replaces the image's own list.
 *
 * @param moreExports what this line needs besides, for example `java.base/sun.net.util`
 */
export function java17Options(moreExports: readonly string[]): string {
  return [
    ...[...moreExports, ...EXPORTS].map((name) => `--add-exports=${name}=ALL-UNNAMED`),
    ...OPENS.map((name) => `--add-opens=${name}=ALL-UNNAMED`),
  ].join(' ');
}
