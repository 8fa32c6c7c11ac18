import { FlinkPort } from './flink-port';

/** What high availability needs to know of an application. */
export interface HighAvailabilityScope {
  /** Name of the application. */
  readonly name: string;
  /** Namespace of its objects. */
  readonly namespace: string;
  /** Host name that leads to the JobManager, whichever pod that is. */
  readonly jobManagerService: string;
}

/** Whether a new JobManager finds the job and its checkpoints. */
export abstract class HighAvailability {
  /** Pointers in ConfigMaps, data in the state bucket. Source: Flink, "Kubernetes HA Services". */
  public static kubernetes(): HighAvailability {
    return KUBERNETES;
  }

  /**
   * None: whenever the JobManager's pod is replaced, by a lost node or a deploy, the job starts **empty**. For jobs without state that is worth
   * keeping.
   */
  public static none(): HighAvailability {
    return NONE;
  }

  /** Whether the pods read and write ConfigMaps. */
  public abstract readonly usesConfigMaps: boolean;

  /** Whether a new JobManager, or one that has waited, takes over the job where the lost one left it. */
  public abstract readonly recovers: boolean;

  /** Options that the runtime owns. */
  public abstract propertiesFor(scope: HighAvailabilityScope): Record<string, string>;

  /**
   * Address that the JobManager tells others: its pod's, which the others learn from the ConfigMap, or that of the service.
   *
   * @param podAddress an expression for the address of its pod
   * @param service host name of the service
   */
  public abstract jobManagerAddress(podAddress: string, service: string): string;

  /** Risky but legal, one sentence each. */
  public abstract readonly warnings: readonly string[];
}

/**
 * Standalone mode needs all of these: without the namespace Flink writes to `default`, without the cluster id two jobs share one directory,
 * without the port the RPC port is random. Source: Flink `HighAvailabilityOptions`.
 */
class KubernetesHighAvailability extends HighAvailability {
  public readonly usesConfigMaps = true;
  public readonly recovers = true;
  public readonly warnings = [];

  public propertiesFor({ name, namespace }: HighAvailabilityScope): Record<string, string> {
    return {
      'high-availability.type': 'kubernetes',
      'high-availability.cluster-id': name,
      'high-availability.jobmanager.port': String(FlinkPort.JOB_MANAGER_RPC),
      'kubernetes.cluster-id': name,
      'kubernetes.namespace': namespace,
    };
  }

  public jobManagerAddress(podAddress: string): string {
    return podAddress;
  }
}

class NoHighAvailability extends HighAvailability {
  public readonly usesConfigMaps = false;
  public readonly recovers = false;
  public readonly warnings = [
    'flink.highAvailability is none: each time the JobManager is replaced, by a lost node or a deploy, the job starts empty, although its checkpoints lie in the bucket; use HighAvailability.kubernetes()',
  ];

  public propertiesFor({ jobManagerService }: HighAvailabilityScope): Record<string, string> {
    return { 'high-availability.type': 'none', 'jobmanager.rpc.address': jobManagerService };
  }

  public jobManagerAddress(_podAddress: string, service: string): string {
    return service;
  }
}

const KUBERNETES = new KubernetesHighAvailability();
const NONE = new NoHighAvailability();
