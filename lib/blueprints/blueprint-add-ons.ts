import * as blueprints from '@aws-quickstart/eks-blueprints';
import { Stack } from 'aws-cdk-lib';
import { Construct, IConstruct } from 'constructs';
import { FlinkPlatform } from '../flink-platform';
import { giveContext, legacyVersion, PlatformClusterInfo } from './cluster-info';
import { chartOf, refuseConflicts } from './controllers';
import { repair } from './repairs';
import { SwallowedRejections } from './swallowed-rejections';

/**
 * Add-ons of EKS Blueprints on a platform, each after those that it needs. Some are deployed asynchronously: await `whenDeployed()` before the
 * app is synthesized.
 *
 * @example
 * await blueprintAddOns(platform, [new CertManagerAddOn(), new AwsLoadBalancerControllerAddOn()]).whenDeployed();
 *
 * @param platform a platform with a cluster of its own
 * @param addOns in any order
 * @throws when an add-on cannot be deployed; the message names it
 */
export function blueprintAddOns(platform: FlinkPlatform, addOns: blueprints.ClusterAddOn[]): BlueprintAddOns {
  if (platform.node.tryFindChild(BlueprintAddOns.name)) {
    throw new Error(
      `${platform.node.path}: blueprintAddOns was called before: allowed is once on a platform, because add-ons find each other in one list; give all of them at once`,
    );
  }
  return new BlueprintAddOns(platform, addOns);
}

/** Add-ons of EKS Blueprints on a platform. */
export class BlueprintAddOns extends Construct {
  private readonly info: PlatformClusterInfo;
  private readonly waiting = new Set<string>();
  private readonly failures: string[] = [];
  private readonly swallowed = new SwallowedRejections();
  private readonly done: Promise<void>;

  /**
   * @param platform a platform with a cluster of its own
   * @param addOns in any order
   */
  constructor(
    private readonly platform: FlinkPlatform,
    addOns: blueprints.ClusterAddOn[],
  ) {
    super(platform, BlueprintAddOns.name);
    this.info = new PlatformClusterInfo(platform, legacyVersion(platform.kubernetesVersion));
    giveContext(this.info, this, addOns);
    refuseConflicts(this, platform.cluster);
    repair(platform.cluster, addOns);
    this.node.addValidation({ validate: () => this.problems() });
    const before = new Set<IConstruct>(this.stackConstructs());
    const results = this.deployInOrder(addOns);
    this.done = this.settle(results, addOns, before);
  }

  /**
   * Settles when every add-on is deployed.
   *
   * @throws when one was not, with its name and its reason
   */
  public async whenDeployed(): Promise<BlueprintAddOns> {
    await this.done;
    if (this.failures.length > 0) throw new Error(`${this.node.path}: ${this.failures.join('\n')}`);
    return this;
  }

  /** An add-on that lacks another says which before it does anything: that one goes first. */
  private deployInOrder(addOns: blueprints.ClusterAddOn[]): Promise<void>[] {
    const left = [...addOns];
    const results: Promise<void>[] = [];
    const moved = new Set<string>();
    for (let addOn = left.shift(); addOn; addOn = left.shift()) {
      const name = nameOf(addOn);
      try {
        results.push(...this.deploy(addOn));
      } catch (error) {
        const missing = /Missing a dependency for (\w+) /.exec(String(error))?.[1];
        const index = left.findIndex((one) => nameOf(one) === missing);
        if (missing === undefined) throw new Error(`${this.node.path}: add-on ${name}: ${(error as Error).message}`);
        if (index < 0 || moved.has(`${name} ${missing}`)) {
          throw new Error(
            `${this.node.path}: add-on ${name} needs ${missing}, which is not among the add-ons: allowed are add-ons with all that they need; add ${missing}`,
          );
        }
        moved.add(`${name} ${missing}`);
        left.unshift(...left.splice(index, 1), addOn);
      }
    }
    return results;
  }

  private deploy(addOn: blueprints.ClusterAddOn): Promise<void>[] {
    const deployed = addOn.deploy(this.info);
    if (!deployed) return [];
    const name = nameOf(addOn);
    this.waiting.add(name);
    // Whoever depends on it must not see it fail: that would be a second rejection, which nobody could catch.
    const scheduled = deployed.catch(() => new Promise<Construct>(() => undefined));
    this.info.addScheduledAddOn(name, scheduled, blueprints.utils.isOrderedAddOn(addOn));
    return [
      deployed
        .then(
          (construct) => this.info.addProvisionedAddOn(name, construct),
          (error: unknown) => {
            this.swallowed.add(error);
            this.failures.push(`add-on ${name} was not deployed: ${error instanceof Error ? error.message : String(error)}`);
          },
        )
        .finally(() => this.waiting.delete(name)),
    ];
  }

  private async settle(results: Promise<void>[], addOns: blueprints.ClusterAddOn[], before: Set<IConstruct>): Promise<void> {
    await Promise.all(results);
    await this.swallowed.settled();
    if (this.failures.length > 0) return;
    for (const addOn of addOns as Partial<blueprints.ClusterPostDeploy>[]) addOn.postDeploy?.(this.info, []);
    const charts = this.stackConstructs().filter((node) => !before.has(node) && chartOf(node) !== undefined);
    const { systemReady, ready } = this.platform.capacity;
    charts.forEach((chart) => chart.node.addDependency(systemReady ?? ready));
  }

  private problems(): string[] {
    if (this.waiting.size === 0) return [...this.failures];
    return [
      `add-ons ${[...this.waiting].join(', ')} are still being deployed: allowed is to synthesize when all are, because the template would lack them; await whenDeployed() of blueprintAddOns() first`,
    ];
  }

  private stackConstructs(): IConstruct[] {
    return Stack.of(this.platform.cluster).node.findAll();
  }
}

function nameOf(addOn: blueprints.ClusterAddOn): string {
  return blueprints.utils.getAddOnNameOrId(addOn);
}
