import { Token } from 'aws-cdk-lib';

/** The Kubernetes namespace of an application. */
export class FlinkNamespace {
  /**
   * A namespace for this application alone, defined with Pod Security `restricted`, and kept when the application is removed, so
   * that the HA pointers to its checkpoints survive.
   *
   * @param name defaults to the application's name
   */
  public static own(name?: string): FlinkNamespace {
    return new FlinkNamespace(true, name);
  }

  /**
   * A namespace that is already there. Applications that share one can read and delete each other's HA ConfigMaps, because a
   * Kubernetes Role cannot limit `create` and `list` by name.
   *
   * @param name of the namespace
   */
  public static existing(name: string): FlinkNamespace {
    return new FlinkNamespace(false, name);
  }

  private constructor(
    /** Whether the application defines it. */
    public readonly isOwn: boolean,
    private readonly given?: string,
  ) {}

  /** Its name, given the application's. */
  public nameFor(application: string): string {
    return this.given ?? application;
  }

  /** What is wrong with the name, one sentence each. Source: Kubernetes, DNS label names (RFC 1123). */
  public problemsFor(application: string): string[] {
    const name = this.nameFor(application);
    if (Token.isUnresolved(name)) return [];
    if (name === 'default' || name.startsWith('kube-')) {
      return [
        `namespace is '${name}': allowed is a namespace of the team's own, because Pod Security and network policies of '${name}' belong to the cluster; use FlinkNamespace.own()`,
      ];
    }
    if (/^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/.test(name)) return [];
    return [
      `namespace is '${name}': allowed are 1 to 63 lower-case letters, digits and '-', because Kubernetes takes nothing else (RFC 1123); use for example 'price-maxima'`,
    ];
  }
}
