import { Token } from 'aws-cdk-lib';
import { NodeOperator, NodeRequirement, Placement, Placements } from './placement';

/** Zone of a node. Source: Kubernetes, well-known labels. */
const ZONE_LABEL = 'topology.kubernetes.io/zone';

/**
 * Which of a capacity's machines the pods of a role use: a pure function from a capacity's sides to one placement.
 *
 * @example
 * taskManager: { placement: PlacementProfile.spotWithFallback().inZone('eu-west-1a') }
 */
export abstract class PlacementProfile {
  /** On-Demand Instances only. */
  public static onDemand(): PlacementProfile {
    return new Side('On-Demand Instances', false, (sides) => sides.onDemand);
  }

  /** Spot Instances only: with none to be had, pods wait. */
  public static spot(): PlacementProfile {
    return new Side('Spot Instances', true, (sides) => sides.spot);
  }

  /**
   * Spot Instances, and On-Demand Instances while no Spot can be had. A pod stays where it has started: those on On-Demand go
   * back to Spot only when they are started again.
   */
  public static spotWithFallback(): PlacementProfile {
    return new SpotWithFallback();
  }

  /** What it is called in messages. */
  public abstract readonly description: string;
  /** Whether AWS can take the machines back at two minutes' notice. */
  public abstract readonly interruptible: boolean;
  /** Whether its pods wait while no Spot Instance can be had. */
  public abstract readonly waitsForSpot: boolean;
  /** Risky but legal, one sentence each. */
  public readonly warnings: readonly string[] = [];
  /** What is wrong with it, one sentence each. */
  public readonly problems: readonly string[] = [];

  /**
   * The same machines, of one zone only: no traffic between zones is billed, and all pods are lost together with the zone.
   *
   * @param zone for example `eu-west-1a`
   */
  public inZone(zone: string): PlacementProfile {
    return new InZone(this, zone);
  }

  /**
   * The placement, or `undefined` when the capacity has no such machines.
   *
   * @param sides the machines of the platform
   */
  public abstract choose(sides: Placements): Placement | undefined;
}

class Side extends PlacementProfile {
  public readonly waitsForSpot: boolean;

  constructor(
    public readonly description: string,
    public readonly interruptible: boolean,
    private readonly pick: (sides: Placements) => Placement | undefined,
  ) {
    super();
    this.waitsForSpot = interruptible;
  }

  public choose(sides: Placements): Placement | undefined {
    return this.pick(sides);
  }
}

class SpotWithFallback extends PlacementProfile {
  public readonly description = 'Spot and On-Demand Instances that share the labels which tell them apart';
  public readonly interruptible = true;
  public readonly waitsForSpot = false;

  public choose({ spot, onDemand }: Placements): Placement | undefined {
    if (!spot || !onDemand) return undefined;
    const required = either(spot.required, onDemand.required);
    if (!required) return undefined;
    const own = spot.required.filter(({ key, values }) => !sameIn(onDemand.required, key, values));
    return {
      required,
      preferred: [
        ...spot.preferred,
        ...onDemand.preferred,
        // The highest weight: nothing else that the scheduler likes may outweigh the price.
        ...own.map((requirement) => ({ weight: 100, requirement })),
      ],
      tolerations: [...spot.tolerations, ...onDemand.tolerations.filter((one) => !spot.tolerations.some((other) => same(one, other)))],
      // Where nothing is known of one side, a pod may fit there.
      shapes: spot.shapes.length > 0 && onDemand.shapes.length > 0 ? [...spot.shapes, ...onDemand.shapes] : [],
    };
  }
}

/** What a node of either side meets: the same keys, the values of both. Nothing when a side has a key that the other has not. */
function either(one: NodeRequirement[], other: NodeRequirement[]): NodeRequirement[] | undefined {
  const keys = (requirements: NodeRequirement[]): string => JSON.stringify(requirements.map(({ key }) => key).sort());
  if (keys(one) !== keys(other) || [...one, ...other].some(({ operator }) => operator !== NodeOperator.IN)) return undefined;
  return one.map(({ key, operator, values }) => {
    const others = other.find((requirement) => requirement.key === key)!.values ?? [];
    return { key, operator, values: [...new Set([...(values ?? []), ...others])] };
  });
}

function same(one: object, other: object): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}

function sameIn(requirements: NodeRequirement[], key: string, values: string[] | undefined): boolean {
  return requirements.some((requirement) => requirement.key === key && String(requirement.values) === String(values));
}

/** A zone of a region, or a local zone. Source: EC2 user guide, Availability Zone names. */
const ZONE = /^[a-z]{2,}(-[a-z]+)+-\d+(-[a-z]+-\d+)?[a-z]$/;

class InZone extends PlacementProfile {
  public readonly description: string;
  public readonly interruptible: boolean;
  public readonly waitsForSpot: boolean;
  public override readonly warnings: readonly string[];
  public override readonly problems: readonly string[];

  constructor(
    private readonly profile: PlacementProfile,
    private readonly zone: string,
  ) {
    super();
    this.description = `${profile.description} in ${Token.isUnresolved(zone) ? 'one zone' : zone}`;
    this.interruptible = profile.interruptible;
    this.waitsForSpot = profile.waitsForSpot;
    const alone = `takes ${this.description} only: one zone has a part of the Spot pools, and while they are empty the pods wait; use PlacementProfile.spotWithFallback().inZone(), or leave out the zone`;
    this.warnings = [...profile.warnings, ...(this.waitsForSpot ? [alone] : [])];
    const known = Token.isUnresolved(zone) || ZONE.test(zone);
    const problem = `is in zone '${zone}': allowed is the name of one availability zone, or no node ever matches; use for example 'eu-west-1a'`;
    this.problems = [...profile.problems, ...(known ? [] : [problem])];
  }

  public choose(sides: Placements): Placement | undefined {
    const placement = this.profile.choose(sides);
    if (!placement) return undefined;
    const shapes = placement.shapes.filter((shape) => [shape.zone, this.zone].some(isOpen) || shape.zone === this.zone);
    // Shapes are known and all of other zones: there are no such machines.
    if (shapes.length === 0 && placement.shapes.length > 0) return undefined;
    const zone = { key: ZONE_LABEL, operator: NodeOperator.IN, values: [this.zone] };
    return { ...placement, required: [...placement.required, zone], shapes };
  }
}

function isOpen(zone: string | undefined): boolean {
  return zone === undefined || Token.isUnresolved(zone);
}
