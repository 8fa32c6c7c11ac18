/**
 * Content of `log4j-console.properties`: everything to the console, where the node's log agent takes it, and a small file that
 * the Flink UI shows. Source: Flink, Advanced Logging, properties of log4j 2.
 */
export const DEFAULT_LOGGING = `monitorInterval=30
rootLogger.level=INFO
rootLogger.appenderRef.console.ref=ConsoleAppender
rootLogger.appenderRef.rolling.ref=RollingFileAppender

logger.pekko.name=org.apache.pekko
logger.pekko.level=INFO
logger.netty.name=org.jboss.netty.channel.DefaultChannelPipeline
logger.netty.level=OFF

appender.console.name=ConsoleAppender
appender.console.type=CONSOLE
appender.console.layout.type=PatternLayout
appender.console.layout.pattern=%d{yyyy-MM-dd HH:mm:ss,SSS} %-5p %-60c %x - %m%n

appender.rolling.name=RollingFileAppender
appender.rolling.type=RollingFile
appender.rolling.append=true
appender.rolling.fileName=\${sys:log.file}
appender.rolling.filePattern=\${sys:log.file}.%i
appender.rolling.layout.type=PatternLayout
appender.rolling.layout.pattern=%d{yyyy-MM-dd HH:mm:ss,SSS} %-5p %-60c %x - %m%n
appender.rolling.policies.type=Policies
appender.rolling.policies.size.type=SizeBasedTriggeringPolicy
appender.rolling.policies.size.size=20MB
appender.rolling.strategy.type=DefaultRolloverStrategy
appender.rolling.strategy.max=5
`;
