import { Duration } from 'aws-cdk-lib';
import * as events from 'aws-cdk-lib/aws-events';
import * as targets from 'aws-cdk-lib/aws-events-targets';
import * as sqs from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';

/**
 * Events that say an instance is about to go, by construct id: source and detail-type, letter by letter.
 * Source: aws/karpenter-provider-aws v1.14.1, getting-started cloudformation.yaml.
 */
const EVENTS: Record<string, { readonly source: string; readonly detailType: string }> = {
  ScheduledChange: { source: 'aws.health', detailType: 'AWS Health Event' },
  SpotInterruption: { source: 'aws.ec2', detailType: 'EC2 Spot Instance Interruption Warning' },
  Rebalance: { source: 'aws.ec2', detailType: 'EC2 Instance Rebalance Recommendation' },
  StateChange: { source: 'aws.ec2', detailType: 'EC2 Instance State-change Notification' },
  CapacityReservation: { source: 'aws.ec2', detailType: 'EC2 Capacity Reservation Instance Interruption Warning' },
};

/**
 * The queue from which Karpenter learns that an instance is about to go: encrypted, TLS only, messages of five minutes at most
 * (an older notice is of no use), with a dead-letter queue, and the five rules that fill it.
 */
export function defineInterruptionQueue(scope: Construct): sqs.Queue {
  const closed = { encryption: sqs.QueueEncryption.SQS_MANAGED, enforceSSL: true };
  const queue = new sqs.Queue(scope, 'InterruptionQueue', {
    ...closed,
    retentionPeriod: Duration.seconds(300),
    deadLetterQueue: {
      queue: new sqs.Queue(scope, 'UnreadInterruptions', { ...closed, retentionPeriod: Duration.days(14) }),
      maxReceiveCount: 10,
    },
  });
  for (const [id, { source, detailType }] of Object.entries(EVENTS)) {
    new events.Rule(scope, `${id}Rule`, {
      description: `${detailType} to Karpenter`,
      eventPattern: { source: [source], detailType: [detailType] },
      targets: [new targets.SqsQueue(queue)],
    });
  }
  return queue;
}
