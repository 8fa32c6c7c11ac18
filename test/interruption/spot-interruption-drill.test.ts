import { App, Duration, Stack } from 'aws-cdk-lib';
import { Match, Template } from 'aws-cdk-lib/assertions';
import { Alarm, Metric } from 'aws-cdk-lib/aws-cloudwatch';
import { ILogGroup } from 'aws-cdk-lib/aws-logs';
import { SpotInterruptionDrill, SpotInterruptionDrillProps, SpotTarget } from '../../lib';
import { testPlatform } from '../fixtures/apps';
import { testRefusals } from '../fixtures/refusals';

const drill = (props: Partial<SpotInterruptionDrillProps> = {}): SpotInterruptionDrill =>
  new SpotInterruptionDrill(new Stack(new App(), 'Stack'), 'Drill', { target: SpotTarget.managedNodes('flink'), ...props });
const templateOf = (props: Partial<SpotInterruptionDrillProps> = {}): Template => Template.fromStack(Stack.of(drill(props)));

// Source: AWS FIS user guide, actions reference and example templates.
describe('the experiment', () => {
  test('sends a Spot interruption to one running Spot Instance with the tag, two minutes ahead', () => {
    templateOf().hasResourceProperties('AWS::FIS::ExperimentTemplate', {
      Actions: {
        Interrupt: {
          ActionId: 'aws:ec2:send-spot-instance-interruptions',
          Parameters: { durationBeforeInterruption: 'PT2M' },
          Targets: { SpotInstances: 'Instances' },
        },
      },
      Targets: {
        Instances: {
          ResourceType: 'aws:ec2:spot-instance',
          ResourceTags: { 'eks:cluster-name': 'flink' },
          Filters: [{ Path: 'State.Name', Values: ['running'] }],
          SelectionMode: 'COUNT(1)',
        },
      },
      StopConditions: [{ Source: 'none' }],
    });
  });

  test('ends on the alarms that are given', () => {
    const stack = new Stack(new App(), 'Stack');
    const alarm = new Alarm(stack, 'Alarm', {
      metric: new Metric({ namespace: 'Own', metricName: 'Lag' }),
      threshold: 1,
      evaluationPeriods: 1,
    });
    new SpotInterruptionDrill(stack, 'Drill', { target: SpotTarget.tagged('team', 'prices'), instances: 3, stopOn: [alarm] });
    Template.fromStack(stack).hasResourceProperties('AWS::FIS::ExperimentTemplate', {
      StopConditions: [{ Source: 'aws:cloudwatch:alarm', Value: { 'Fn::GetAtt': [Match.stringLikeRegexp('^Alarm'), 'Arn'] } }],
      Targets: { Instances: { SelectionMode: 'COUNT(3)', ResourceTags: { team: 'prices' } } },
    });
  });

  test('writes to a log group that does not grow for ever, in the schema of today', () => {
    const template = templateOf();
    template.hasResourceProperties('AWS::Logs::LogGroup', { RetentionInDays: 30 });
    template.hasResourceProperties('AWS::FIS::ExperimentTemplate', {
      LogConfiguration: {
        LogSchemaVersion: 2,
        CloudWatchLogsConfiguration: { LogGroupArn: { 'Fn::GetAtt': [Match.stringLikeRegexp('^DrillLog'), 'Arn'] } },
      },
    });
  });

  // Source: AWS FIS user guide, experiment logging: the ARN of a log group ends with `:*`.
  test('names a log group of the caller as FIS wants it', () => {
    const plain = 'arn:aws:logs:eu-west-1:111122223333:log-group:drills';
    for (const logGroupArn of [plain, `${plain}:*`]) {
      templateOf({ logGroup: { logGroupArn } as ILogGroup }).hasResourceProperties('AWS::FIS::ExperimentTemplate', {
        LogConfiguration: { CloudWatchLogsConfiguration: { LogGroupArn: `${plain}:*` } },
      });
    }
  });

  test('can be aimed at the nodes of a platform, whose name only a deployment knows', () => {
    const { platform } = testPlatform();
    const made = new SpotInterruptionDrill(Stack.of(platform), 'Drill', { target: SpotTarget.karpenterNodes(platform.clusterName) });
    Template.fromStack(Stack.of(made)).hasResourceProperties('AWS::FIS::ExperimentTemplate', {
      Targets: { Instances: { ResourceTags: { 'eks:eks-cluster-name': { Ref: Match.anyValue() } } } },
    });
  });

  test('is started by the command of the output', () => {
    const outputs = Object.values(templateOf().findOutputs('*'));
    expect(JSON.stringify(outputs)).toContain('aws fis start-experiment --experiment-template-id ');
  });
});

describe('its role', () => {
  const template = templateOf();
  const [policy] = Object.values(template.findResources('AWS::IAM::Policy'));
  const statements = policy.Properties.PolicyDocument.Statement as { Action: string | string[]; Resource: unknown; Condition?: object }[];

  // Source: service authorization references of AWS FIS and EC2: formats of ARNs.
  const arn = (...parts: unknown[]): object => ({ 'Fn::Join': ['', ['arn:', { Ref: 'AWS::Partition' }, ...parts]] });

  test('may interrupt nothing without the tag', () => {
    const own = statements.filter(({ Action }) => JSON.stringify(Action).includes('Interruptions'));
    expect(own).toHaveLength(1);
    expect(own[0]).toMatchObject({
      Action: 'ec2:SendSpotInstanceInterruptions',
      Condition: { StringEquals: { 'aws:ResourceTag/eks:cluster-name': 'flink' } },
    });
    expect(own[0].Resource).toEqual(arn(':ec2:', { Ref: 'AWS::Region' }, ':', { Ref: 'AWS::AccountId' }, ':instance/*'));
  });

  test('may do on everything only what knows no resources, and end nothing', () => {
    const open = statements.filter(({ Resource }) => Resource === '*').flatMap(({ Action }) => Action);
    expect(open.sort()).toEqual([
      'ec2:DescribeInstances',
      'logs:CreateLogDelivery',
      'logs:DescribeLogGroups',
      'logs:DescribeResourcePolicies',
      'logs:PutResourcePolicy',
    ]);
  });

  test('can be assumed by FIS for experiments of this account only', () => {
    template.hasResourceProperties('AWS::IAM::Role', {
      AssumeRolePolicyDocument: {
        Statement: [
          Match.objectLike({
            Principal: { Service: 'fis.amazonaws.com' },
            Condition: {
              StringEquals: { 'aws:SourceAccount': { Ref: 'AWS::AccountId' } },
              ArnLike: { 'aws:SourceArn': arn(':fis:', { Ref: 'AWS::Region' }, ':', { Ref: 'AWS::AccountId' }, ':experiment/*') },
            },
          }),
        ],
      },
    });
  });
});

describe('options', () => {
  const row = (title: string, bad: Partial<SpotInterruptionDrillProps>, given: string, near: Partial<SpotInterruptionDrillProps>) => ({
    title,
    refused: () => drill(bad),
    given,
    passes: () => drill(near),
  });
  testRefusals(/^Stack\/Drill: /, [
    row('no instance', { instances: 0 }, 'instances is 0', { instances: 1 }),
    row('half an instance', { instances: 1.5 }, 'instances is 1.5', { instances: 5 }),
    row('less than the notice', { durationBeforeInterruption: Duration.seconds(119) }, 'durationBeforeInterruption is', {
      durationBeforeInterruption: Duration.minutes(2),
    }),
    row('sixteen minutes', { durationBeforeInterruption: Duration.minutes(16) }, 'durationBeforeInterruption is 16 minutes', {
      durationBeforeInterruption: Duration.minutes(15),
    }),
    row('no tag', { target: SpotTarget.tagged('', '') }, "target is the tag '' = ''", { target: SpotTarget.tagged('a', 'b') }),
  ]);
});
