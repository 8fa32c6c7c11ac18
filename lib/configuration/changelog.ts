import { Duration } from 'aws-cdk-lib';
import { OptionWriter } from './option-writer';

/**
 * A log of the changes of state, in the state bucket beside the checkpoints. A job with a changelog that starts from a savepoint needs the
 * claim mode CLAIM. Sources: Flink, "State Changelog"; FLINK-40476.
 */
export interface ChangelogOptions {
  /**
   * How often all of the state is written besides, which bounds the log that a recovery reads.
   * Source: `state.changelog.periodic-materialize.interval`.
   *
   * @default Duration.minutes(10)
   */
  readonly materializationInterval?: Duration;
  /**
   * How long changes are collected before they are written. Source: `state.changelog.dstl.dfs.batch.persist-delay`.
   *
   * @default Duration.millis(10)
   */
  readonly persistDelay?: Duration;
}

/**
 * As Flink options.
 *
 * @param place where checkpoints go; the log lies in a directory of the job there
 */
export function changelogOptions(options: ChangelogOptions, place: string | undefined): OptionWriter {
  return new OptionWriter('flink.changelog')
    .text('state.changelog.enabled', 'true')
    .text('state.changelog.storage', 'filesystem')
    .text('state.changelog.dstl.dfs.base-path', place)
    .duration('materializationInterval', 'state.changelog.periodic-materialize.interval', options.materializationInterval, {
      least: Duration.seconds(1),
      why: 'each writes all of the state',
    })
    .duration('persistDelay', 'state.changelog.dstl.dfs.batch.persist-delay', options.persistDelay);
}
