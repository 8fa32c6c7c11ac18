import { Arn, ArnFormat, CfnOutput, Duration, Stack, Token } from 'aws-cdk-lib';
import * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import * as fis from 'aws-cdk-lib/aws-fis';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as logs from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';

/** Which Spot Instances a drill may interrupt: those that carry a tag. */
export class SpotTarget {
  /**
   * Instances of EKS managed node groups. Source: EKS user guide, managed node groups: EKS tags them with `eks:cluster-name`.
   *
   * @param clusterName of the platform
   */
  public static managedNodes(clusterName: string): SpotTarget {
    return new SpotTarget('eks:cluster-name', clusterName);
  }

  /**
   * Instances that Karpenter started. Source: Karpenter 1.14.1, its policy of the getting-started template: `eks:eks-cluster-name`.
   *
   * @param clusterName of the platform
   */
  public static karpenterNodes(clusterName: string): SpotTarget {
    return new SpotTarget('eks:eks-cluster-name', clusterName);
  }

  /**
   * Instances with a tag of yours.
   *
   * @param key of the tag; it cannot be a value that only a deployment knows
   * @param value of the tag
   */
  public static tagged(key: string, value: string): SpotTarget {
    return new SpotTarget(key, value);
  }

  private constructor(
    /** Key of the tag. */
    public readonly key: string,
    /** Value of the tag. */
    public readonly value: string,
  ) {}
}

/** Options of `SpotInterruptionDrill`. */
export interface SpotInterruptionDrillProps {
  /** Which instances. */
  readonly target: SpotTarget;
  /**
   * How many of them are interrupted at once, chosen at random. AWS allows 5 unless the quota is raised.
   *
   * @default 1
   */
  readonly instances?: number;
  /**
   * From the start until the instances go; the notice comes two minutes before. 2 to 15 minutes.
   *
   * @default Duration.minutes(2)
   */
  readonly durationBeforeInterruption?: Duration;
  /**
   * Alarms that end the drill. Give alarms whose metrics are really published: one without data never rings.
   *
   * @default - nothing ends it
   */
  readonly stopOn?: cloudwatch.IAlarm[];
  /**
   * Where AWS writes what was done.
   *
   * @default - a log group of its own, kept for a month
   */
  readonly logGroup?: logs.ILogGroup;
}

/**
 * An experiment of AWS Fault Injection Service that interrupts Spot Instances as EC2 does, with the notice of two minutes. Nothing
 * happens until it is started with the command that is printed as an output.
 *
 * Source: AWS FIS user guide, `aws:ec2:send-spot-instance-interruptions`.
 *
 * @example
 * new SpotInterruptionDrill(stack, 'Drill', { target: SpotTarget.managedNodes(platform.clusterName) });
 */
export class SpotInterruptionDrill extends Construct {
  /** The experiment template's id. */
  public readonly experimentTemplateId: string;
  /** What FIS may do. */
  public readonly role: iam.Role;
  /** Where AWS writes what was done. */
  public readonly logGroup: logs.ILogGroup;

  /** @throws when options are out of range; all problems in one error */
  constructor(scope: Construct, id: string, props: SpotInterruptionDrillProps) {
    super(scope, id);
    const problems = [...tagProblems(props), ...numberProblems(props)];
    if (problems.length > 0) throw new Error(`${this.node.path}: ${problems.join('\n')}`);
    this.logGroup = props.logGroup ?? new logs.LogGroup(this, 'Log', { retention: logs.RetentionDays.ONE_MONTH });
    this.role = this.defineRole(props.target);
    const template = this.defineTemplate(props);
    // FIS looks whether the role may write logs when the template is made.
    template.node.addDependency(this.role);
    this.experimentTemplateId = template.attrId;
    new CfnOutput(this, 'Run', {
      value: `aws fis start-experiment --experiment-template-id ${template.attrId} --region ${Stack.of(this).region}`,
      description: 'Interrupts Spot Instances: the notice first, the end two minutes later',
    });
  }

  private defineRole({ key, value }: SpotTarget): iam.Role {
    const { account } = Stack.of(this);
    const experiments = Arn.format({ service: 'fis', resource: 'experiment', resourceName: '*' }, Stack.of(this));
    const role = new iam.Role(this, 'Role', {
      description: 'Interrupts Spot Instances in a drill',
      assumedBy: new iam.ServicePrincipal('fis.amazonaws.com', {
        conditions: { StringEquals: { 'aws:SourceAccount': account }, ArnLike: { 'aws:SourceArn': experiments } },
      }),
    });
    const instances = Arn.format(
      { service: 'ec2', resource: 'instance', resourceName: '*', arnFormat: ArnFormat.SLASH_RESOURCE_NAME },
      Stack.of(this),
    );
    role.addToPolicy(
      new iam.PolicyStatement({
        sid: 'InterruptTaggedInstances',
        actions: ['ec2:SendSpotInstanceInterruptions'],
        resources: [instances],
        conditions: { StringEquals: { [`aws:ResourceTag/${key}`]: value } },
      }),
    );
    // Neither knows resources. Source: service authorization references of EC2 and CloudWatch Logs; CloudWatch Logs user guide, vended logs.
    role.addToPolicy(new iam.PolicyStatement({ sid: 'FindInstances', actions: ['ec2:DescribeInstances'], resources: ['*'] }));
    role.addToPolicy(new iam.PolicyStatement({ sid: 'WriteLogs', actions: LOG_DELIVERY, resources: ['*'] }));
    return role;
  }

  private defineTemplate(props: SpotInterruptionDrillProps): fis.CfnExperimentTemplate {
    const minutes = (props.durationBeforeInterruption ?? Duration.minutes(2)).toMinutes();
    const alarms = (props.stopOn ?? []).map((alarm) => ({ source: 'aws:cloudwatch:alarm', value: alarm.alarmArn }));
    return new fis.CfnExperimentTemplate(this, 'Template', {
      description: `${this.node.path}: Spot interruption`.slice(-512),
      roleArn: this.role.roleArn,
      targets: {
        Instances: {
          resourceType: 'aws:ec2:spot-instance',
          resourceTags: { [props.target.key]: props.target.value },
          filters: [{ path: 'State.Name', values: ['running'] }],
          selectionMode: `COUNT(${props.instances ?? 1})`,
        },
      },
      actions: {
        Interrupt: {
          actionId: 'aws:ec2:send-spot-instance-interruptions',
          parameters: { durationBeforeInterruption: `PT${minutes}M` },
          targets: { SpotInstances: 'Instances' },
        },
      },
      stopConditions: alarms.length > 0 ? alarms : [{ source: 'none' }],
      logConfiguration: { logSchemaVersion: 2, cloudWatchLogsConfiguration: { LogGroupArn: logGroupArn(this.logGroup) } },
      tags: { Name: this.node.path },
    });
  }
}

/** What a service needs to let CloudWatch Logs deliver to a log group. Source: CloudWatch Logs user guide, vended logs. */
const LOG_DELIVERY = ['logs:CreateLogDelivery', 'logs:PutResourcePolicy', 'logs:DescribeResourcePolicies', 'logs:DescribeLogGroups'];

/** FIS wants the ARN with `:*`, which is how CloudFormation gives it. */
function logGroupArn({ logGroupArn: arn }: logs.ILogGroup): string {
  return Token.isUnresolved(arn) || arn.endsWith(':*') ? arn : `${arn}:*`;
}

function tagProblems({ target: { key, value } }: SpotInterruptionDrillProps): string[] {
  if (Token.isUnresolved(key)) {
    return [
      'target has a tag key that only a deployment knows: allowed is a plain one, because CloudFormation resolves no key; use SpotTarget.managedNodes(clusterName)',
    ];
  }
  if (key !== '' && (Token.isUnresolved(value) || value !== '')) return [];
  return [
    `target is the tag '${key}' = '${value}': allowed are a key and a value, because without them other instances would be interrupted; use SpotTarget.managedNodes(clusterName)`,
  ];
}

function numberProblems({ instances = 1, durationBeforeInterruption: before = Duration.minutes(2) }: SpotInterruptionDrillProps): string[] {
  const problems: string[] = [];
  if (!Token.isUnresolved(instances) && (!Number.isInteger(instances) || instances < 1)) {
    problems.push(`instances is ${instances}: allowed is a whole number of 1 or more, the Spot Instances that go together; use 1`);
  }
  if (before.isUnresolved()) {
    return [
      ...problems,
      'durationBeforeInterruption is a time that only a deployment knows: allowed is a plain one; use Duration.minutes(2)',
    ];
  }
  const seconds = before.toSeconds();
  if (seconds < 120 || seconds > 900 || seconds % 60 !== 0) {
    problems.push(
      `durationBeforeInterruption is ${before.toHumanString()}: allowed are whole minutes from 2 to 15, the range of AWS FIS; use Duration.minutes(2)`,
    );
  }
  return problems;
}
