import { Token } from 'aws-cdk-lib';
import { Construct } from 'constructs';
import { HighAvailability, podProperties } from '../../configuration';
import { IdentityConfig, IFlinkIdentity, IrsaIdentity } from '../../identity';
import { FlinkEviction } from '../../interruption';
import { FlinkRuntimeBindOptions, IBoundFlinkRuntime, IFlinkRuntime, RunningJob } from '../flink-runtime';
import { CHECKSUM_LABEL, FlinkComponent, jobManagerService } from './flink-labels';
import { POD_DISK_MIB } from './flink-pod';
import { FlinkScaling } from './flink-scaling';
import { savepointCommand } from './job-manager-start';
import { renderStandalone } from './standalone-chart';

/** Options of `StandaloneRuntime`. */
export interface StandaloneRuntimeProps {
  /**
   * How many TaskManagers there are, and who decides.
   *
   * @default FlinkScaling.reactive()
   */
  readonly scaling?: FlinkScaling;
  /**
   * JobManagers that wait to take over, each on another node as far as there are nodes. Without one, a new pod starts first when the
   * JobManager is lost. Kubernetes HA elects the leader.
   *
   * @default 0
   */
  readonly standbyJobManagers?: number;
  /**
   * What the pods do when they are told to leave.
   *
   * @default FlinkEviction.checkpointFirst()
   */
  readonly eviction?: FlinkEviction;
  /**
   * How the pods become an IAM principal.
   *
   * @default new IrsaIdentity()
   */
  readonly identity?: IFlinkIdentity;
}

/** Flink in Application Mode as plain Kubernetes objects: no operator, and no right for the pods to create pods. */
export class StandaloneRuntime implements IFlinkRuntime {
  constructor(private readonly props: StandaloneRuntimeProps = {}) {}

  public bind(scope: Construct, options: FlinkRuntimeBindOptions): IBoundFlinkRuntime {
    const { name, namespace, highAvailability } = options;
    const identity = this.bindIdentity(scope, options);
    const scaling = (this.props.scaling ?? FlinkScaling.reactive()).bind(options);
    const eviction = (this.props.eviction ?? FlinkEviction.checkpointFirst()).bind(scaling);
    const standbyJobManagers = this.props.standbyJobManagers ?? 0;
    return {
      grantPrincipal: identity.grantPrincipal,
      requiredProperties: {
        ...podProperties(),
        ...highAvailability.propertiesFor({ name: name.value, namespace, jobManagerService: jobManagerService(name.value) }),
        ...ending(),
        ...identity.properties,
        ...scaling.properties,
        ...eviction.properties,
      },
      prerequisites: identity.prerequisites,
      // An autoscaler would start what is suspended.
      parts: scaling.autoscaler && !options.suspended ? ['core', 'autoscaling'] : ['core'],
      problems: [...scaling.problems, ...eviction.problems, ...standbyProblems(standbyJobManagers, highAvailability)],
      warnings: eviction.warnings,
      maxTaskManagers: scaling.maxTaskManagers,
      spareTaskManagers: scaling.spareTaskManagers,
      jobManagers: Token.isUnresolved(standbyJobManagers) ? 1 : 1 + standbyJobManagers,
      podDiskMib: POD_DISK_MIB,
      ignoredProperties: { ...NATIVE, ...scaling.ignoredProperties },
      whenRunning,
      savepointCommand: savepointCommand(name.value, namespace),
      render: (charts, job) =>
        renderStandalone(charts, job, {
          serviceAccountAnnotations: identity.serviceAccountAnnotations,
          autoscaler: scaling.autoscaler,
          replicas: scaling.replicas,
          standbyJobManagers,
          eviction,
          highAvailability,
        }),
    };
  }

  private bindIdentity(scope: Construct, { name, namespace, clusterIdentity }: FlinkRuntimeBindOptions): IdentityConfig {
    return (this.props.identity ?? new IrsaIdentity()).bind(scope, {
      applicationName: name.value,
      roleLogicalId: name.logicalId('role'),
      policyLogicalId: name.logicalId('policy'),
      namespace,
      serviceAccountName: name.value,
      clusterIdentity,
    });
  }
}

function standbyProblems(standby: number, { recovers }: HighAvailability): string[] {
  if (!recovers && standby > 0) {
    return [
      `standbyJobManagers is ${standby}, and flink.highAvailability is none: allowed is 0 then, because nothing tells them which one leads; remove it, or use HighAvailability.kubernetes()`,
    ];
  }
  if (!Token.isUnresolved(standby) && Number.isInteger(standby) && standby >= 0) return [];
  const given = Token.isUnresolved(standby) ? 'a number that only a deployment knows' : String(standby);
  return [`standbyJobManagers is ${given}: allowed is a whole number of 0 or more, the JobManagers that wait to take over; use 1`];
}

/** Options of Flink's native Kubernetes deployment, where Flink makes its own pods and services. Source: Flink `KubernetesConfigOptions`. */
const NATIVE = Object.fromEntries(
  ['rest-service.', 'container.', 'jobmanager.', 'taskmanager.', 'pod-template-file.'].map((name) => [
    `kubernetes.${name}`,
    'pods and services are drawn here, the service for the cluster only, because the REST API has no authentication',
  ]),
);

/** What happens when a job ends. Source: Flink `DeploymentOptions`, `JobResultStoreOptions`. */
function ending(): Record<string, string> {
  return {
    // The JobManager is a Deployment: were it to exit when the job ends, Kubernetes would run the job again.
    'execution.shutdown-on-application-finish': 'false',
    'execution.submit-failed-job-on-application-error': 'true',
    'job-result-store.delete-on-commit': 'false',
  };
}

function whenRunning(checksum: () => string): RunningJob {
  return {
    objectType: 'pods',
    // The pods of this checksum only: those of the version before may still be ready.
    objectName: () => `--selector=${CHECKSUM_LABEL}=${checksum()},app.kubernetes.io/component=${FlinkComponent.JOB_MANAGER}`,
    jsonPath: '.items[*].status.containerStatuses[?(@.ready==true)].name',
  };
}
