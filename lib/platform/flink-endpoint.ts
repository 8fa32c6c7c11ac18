import { Token } from 'aws-cdk-lib';
import * as eks from 'aws-cdk-lib/aws-eks-v2';

/**
 * Who can reach the Kubernetes API server.
 *
 * @example
 * endpoint: FlinkEndpoint.publicFrom(['203.0.113.7/32'])
 */
export class FlinkEndpoint {
  /** Only from the platform's VPC and networks that are connected to it. */
  public static privateOnly(): FlinkEndpoint {
    return new FlinkEndpoint(eks.EndpointAccess.PRIVATE, [], []);
  }

  /**
   * From the VPC, and from the internet for these address ranges.
   *
   * @param cidrs IPv4 ranges, for example `203.0.113.7/32`; 0.0.0.0/0 is warned about
   */
  public static publicFrom(cidrs: string[]): FlinkEndpoint {
    const wrong = cidrs.filter((cidr) => !Token.isUnresolved(cidr) && !CIDR.test(cidr));
    const problems = wrong.map(
      (cidr) => `endpoint has the range '${cidr}': allowed are IPv4 ranges with a length of 0 to 32; use for example '203.0.113.7/32'`,
    );
    if (cidrs.length === 0)
      problems.push(
        'endpoint has no range: EKS takes an empty list for the whole internet; name at least one, or use FlinkEndpoint.privateOnly()',
      );
    const warnings = cidrs.includes('0.0.0.0/0')
      ? ['the API server is open to the whole internet (0.0.0.0/0): name the ranges of your people and pipelines instead']
      : [];
    if (problems.length > 0) return new FlinkEndpoint(eks.EndpointAccess.PRIVATE, problems, warnings);
    return new FlinkEndpoint(eks.EndpointAccess.PUBLIC_AND_PRIVATE.onlyFrom(...cidrs), problems, warnings);
  }

  private constructor(
    /** In the words of the EKS module. */
    public readonly access: eks.EndpointAccess,
    /** What is wrong, one sentence each. */
    public readonly problems: string[],
    /** Risky but legal, one sentence each. */
    public readonly warnings: string[],
  ) {}
}

const BYTE = '(25[0-5]|2[0-4]\\d|1?\\d?\\d)';
const CIDR = new RegExp(`^${BYTE}(\\.${BYTE}){3}/(3[0-2]|[12]?\\d)$`);
