import { Aws, Fn, Stack, Token } from 'aws-cdk-lib';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import * as logs from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';

/**
 * A network for a Flink platform: public and private subnets in each zone, one NAT gateway, a gateway endpoint for S3 (state
 * does not pass the NAT gateway, which would cost by the byte), flow logs.
 *
 * @param zones number of availability zones
 */
export function defineNetwork(scope: Construct, zones: number): ec2.Vpc {
  const vpc = new ec2.Vpc(scope, 'Vpc', {
    ...zonesOf(scope, zones),
    natGateways: 1,
    restrictDefaultSecurityGroup: true,
    gatewayEndpoints: { S3: { service: ec2.GatewayVpcEndpointAwsService.S3 } },
    subnetConfiguration: [
      { name: 'Public', subnetType: ec2.SubnetType.PUBLIC, cidrMask: 24, mapPublicIpOnLaunch: false },
      { name: 'Private', subnetType: ec2.SubnetType.PRIVATE_WITH_EGRESS, cidrMask: 19 },
    ],
    flowLogs: {
      Rejected: {
        destination: ec2.FlowLogDestination.toCloudWatchLogs(
          new logs.LogGroup(scope, 'FlowLog', { retention: logs.RetentionDays.ONE_MONTH }),
        ),
        trafficType: ec2.FlowLogTrafficType.REJECT,
      },
    },
  });
  return vpc;
}

/** What is wrong with a network that the caller brings, one sentence each. */
export function networkProblems(vpc: ec2.IVpc): string[] {
  if (Token.isUnresolved(vpc.availabilityZones)) return [];
  const subnets = vpc.privateSubnets;
  if (subnets.length === 0) {
    return [
      'vpc has no private subnets with a way out: allowed are two or more, because nodes would have public addresses or could not join; give a VPC with subnets of type PRIVATE_WITH_EGRESS',
    ];
  }
  const zones = new Set(subnets.map((subnet) => subnet.availabilityZone));
  if (zones.size < 2) {
    return [
      `vpc has private subnets in ${zones.size} zone: allowed are 2 or more, because EKS places its control plane in two and Spot pools are counted by zone; add a subnet in another zone`,
    ];
  }
  return [];
}

// Without an account the CDK knows two zones only; the region's own list, read at deployment, has three nearly everywhere.
function zonesOf(scope: Construct, zones: number): ec2.VpcProps {
  const { region } = Stack.of(scope);
  if (!Token.isUnresolved(region)) return { maxAzs: zones };
  const all = Fn.getAzs(Aws.REGION);
  return { availabilityZones: Array.from({ length: zones }, (_, index) => Fn.select(index, all)) };
}
