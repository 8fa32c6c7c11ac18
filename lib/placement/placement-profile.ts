import { Placement, Placements } from './placement';

/**
 * Which of a capacity's machines the pods of a role use: a pure function from a capacity's sides to one placement.
 *
 * @example
 * jobManager: { placement: PlacementProfile.onDemand() }
 */
export abstract class PlacementProfile {
  /** On-Demand Instances only. */
  public static onDemand(): PlacementProfile {
    return new Side('On-Demand Instances', (sides) => sides.onDemand);
  }

  /** Spot Instances only: with none to be had, pods wait. */
  public static spot(): PlacementProfile {
    return new Side('Spot Instances', (sides) => sides.spot);
  }

  /** What it is called in messages. */
  public abstract readonly description: string;

  /**
   * The placement, or `undefined` when the capacity has no such machines.
   *
   * @param sides the machines of the platform
   */
  public abstract choose(sides: Placements): Placement | undefined;
}

class Side extends PlacementProfile {
  constructor(
    public readonly description: string,
    private readonly pick: (sides: Placements) => Placement | undefined,
  ) {
    super();
  }

  public choose(sides: Placements): Placement | undefined {
    return this.pick(sides);
  }
}
