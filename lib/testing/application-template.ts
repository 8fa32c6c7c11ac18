import { FlinkDisruption } from './disruption';
import { optionsIn } from './flink-options';
import { FlinkPods } from './flink-pods';
import { labelOf, nameOf, resourcesOf } from './kubernetes-objects';
import { FlinkPermissions, permissionsOfRole, WildcardOptions } from './permissions';
import { at, isObject, JsonObject } from './template-text';

/** One Flink application of a synthesized stack. */
export class FlinkApplicationTemplate {
  /** The options as Flink will read them from `config.yaml`, as text. What CloudFormation fills in is a placeholder such as `${State}`. */
  public readonly options: Readonly<Record<string, string>>;

  /**
   * @param name of the application
   * @param objects its Kubernetes objects
   * @param template the stack
   */
  constructor(
    public readonly name: string,
    public readonly objects: readonly JsonObject[],
    private readonly template: JsonObject,
  ) {
    const yaml = objects.map((object) => at(object, 'data', 'config.yaml')).find((text) => typeof text === 'string');
    if (typeof yaml !== 'string') {
      throw new Error(
        `application '${name}' has no ConfigMap with config.yaml: allowed is an application whose configuration the stack holds; look at 'objects'`,
      );
    }
    this.options = optionsIn(yaml);
  }

  /** Namespace of its objects. */
  public get namespace(): string {
    return String(at(this.workload('jobmanager'), 'metadata', 'namespace'));
  }

  /** The JobManager's pods. */
  public get jobManager(): FlinkPods {
    return this.pods('jobmanager');
  }

  /** The TaskManagers' pods. */
  public get taskManager(): FlinkPods {
    return this.pods('taskmanager');
  }

  /**
   * What its role may do.
   *
   * @throws when the role is not of this stack, so that its policies are not here
   */
  public get permissions(): FlinkPermissions {
    const role = this.roleByAnnotation() ?? this.roleByAssociation();
    if (role === undefined || !(role in resourcesOf(this.template))) {
      throw new Error(
        `the role of application '${this.name}' is not in this stack: allowed is a role that the stack defines, because only its policies can be read; give the stack with the role`,
      );
    }
    return permissionsOfRole(this.template, role, `application '${this.name}'`);
  }

  /**
   * The objects of a kind.
   *
   * @param kind for example `NetworkPolicy`
   */
  public objectsOfKind(kind: string): JsonObject[] {
    return this.objects.filter((object) => object.kind === kind);
  }

  /**
   * Asserts that the application goes on by itself, with all of its state, when this happens.
   *
   * @param disruption what happens
   * @throws with each reason why it would not, and what to change
   */
  public survives(disruption: FlinkDisruption): void {
    const problems = disruption.problemsOf(this);
    if (problems.length === 0) return;
    const list = problems.map((problem) => `  - ${problem}`).join('\n');
    throw new Error(`application '${this.name}' would not survive ${disruption.description}:\n${list}`);
  }

  /**
   * Asserts that its role may do nothing wholesale; see `FlinkPermissions.hasNoWildcards`.
   *
   * @throws with each finding
   */
  public hasNoWildcards(options: WildcardOptions = {}): void {
    this.permissions.hasNoWildcards(options);
  }

  private pods(component: string): FlinkPods {
    const workload = this.workload(component);
    const scalers = this.objectsOfKind('HorizontalPodAutoscaler');
    const scaler = scalers.find((one) => {
      const target = at(one, 'spec', 'scaleTargetRef');
      return at(target, 'kind') === workload.kind && at(target, 'name') === nameOf(workload);
    });
    return new FlinkPods(workload, scaler);
  }

  private workload(component: string): JsonObject {
    const found = this.objects.filter(
      (object) => labelOf(object, 'app.kubernetes.io/component') === component && isObject(at(object, 'spec', 'template')),
    );
    if (found.length !== 1) {
      throw new Error(
        `application '${this.name}' has ${found.length} objects with pods of component '${component}': allowed is one; look at 'objects'`,
      );
    }
    return found[0];
  }

  // IRSA: the account names the role.
  private roleByAnnotation(): string | undefined {
    const arns = this.objectsOfKind('ServiceAccount').map((object) => at(object, 'metadata', 'annotations', 'eks.amazonaws.com/role-arn'));
    const arn = arns.find((value) => typeof value === 'string');
    return arn === undefined ? undefined : /^\$\{(\w+)\.Arn\}$/.exec(String(arn))?.[1];
  }

  // EKS Pod Identity: an association names both.
  private roleByAssociation(): string | undefined {
    const accounts = this.objectsOfKind('ServiceAccount').map(nameOf);
    const associations = Object.values(resourcesOf(this.template)).filter(({ Type }) => Type === 'AWS::EKS::PodIdentityAssociation');
    const own = associations.find(
      ({ Properties }) => at(Properties, 'Namespace') === this.namespace && accounts.includes(String(at(Properties, 'ServiceAccount'))),
    );
    const role = at(own, 'Properties', 'RoleArn', 'Fn::GetAtt');
    return Array.isArray(role) ? String(role[0]) : undefined;
  }
}
