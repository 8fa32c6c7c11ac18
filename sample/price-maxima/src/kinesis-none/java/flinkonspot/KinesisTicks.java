package flinkonspot;

import org.apache.flink.api.common.eventtime.WatermarkStrategy;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;

/** In place of a Kinesis connector, for machines where none resolves. */
final class KinesisTicks {
    private KinesisTicks() {}

    static DataStream<String> read(StreamExecutionEnvironment env, Arguments arguments, WatermarkStrategy<String> watermarks) {
        throw new UnsupportedOperationException(
                "this jar was built with -Dkinesis=none, without a Kinesis connector: start it with --source generator, or build with -Dkinesis=streams");
    }
}
