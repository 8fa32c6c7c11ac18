import * as ec2 from 'aws-cdk-lib/aws-ec2';

/** Subnets of one node group. */
export interface NodeGroupPart {
  /** What its construct id ends with; empty where there is one group. */
  readonly suffix: string;
  readonly subnets: ec2.ISubnet[];
}

/** How node groups lie in the zones of the platform. */
export abstract class NodeGroupSpread {
  /** One group over all zones: EC2 takes the zone where capacity is deepest, and an Auto Scaling group keeps zones in balance. */
  public static acrossZones(): NodeGroupSpread {
    return new AcrossZones();
  }

  /**
   * One group a zone, each with the sizes that are given: for pods that must start in a certain zone, where a group over all zones might
   * bring its node elsewhere. Source: Cluster Autoscaler FAQ, node groups and zones.
   */
  public static perZone(): NodeGroupSpread {
    return new PerZone();
  }

  /**
   * The groups to define.
   *
   * @param subnets one an availability zone
   */
  public abstract partsOf(subnets: ec2.ISubnet[]): NodeGroupPart[];
}

class AcrossZones extends NodeGroupSpread {
  public partsOf(subnets: ec2.ISubnet[]): NodeGroupPart[] {
    return [{ suffix: '', subnets }];
  }
}

class PerZone extends NodeGroupSpread {
  public partsOf(subnets: ec2.ISubnet[]): NodeGroupPart[] {
    return subnets.map((subnet, index) => ({ suffix: `Zone${index}`, subnets: [subnet] }));
  }
}
