import { App, Stack } from 'aws-cdk-lib';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import * as legacy from 'aws-cdk-lib/aws-eks';
import * as eks from 'aws-cdk-lib/aws-eks-v2';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import { Construct, DependencyGroup } from 'constructs';
import * as lib from '../lib';
import { FlinkDisruption, FlinkTemplate } from '../lib/testing';
import { CfnTemplate, messageOf, onlyResource, resourcesOf, templateOf, testApp, testApplication, warningsOf } from './fixtures/apps';
import { kubernetesResources, textOf } from './fixtures/kubernetes';
import { testRefusals } from './fixtures/refusals';

const ISSUER = 'oidc.eks.eu-west-1.amazonaws.com/id/0123456789ABCDEF';
const PROVIDER = `arn:aws:iam::111122223333:oidc-provider/${ISSUER}`;
const HANDLER = 'arn:aws:lambda:eu-west-1:111122223333:function:handler';
const KUBECTL_ROLE = 'arn:aws:iam::111122223333:role/kubectl';

const layer = (scope: Construct): lambda.ILayerVersion =>
  lambda.LayerVersion.fromLayerVersionArn(scope, 'Layer', 'arn:aws:lambda:eu-west-1:111122223333:layer:kubectl:1');
const oidc = (scope: Construct): iam.IOpenIdConnectProvider =>
  iam.OpenIdConnectProvider.fromOpenIdConnectProviderArn(scope, 'Oidc', PROVIDER);
const role = (scope: Construct): iam.IRole => iam.Role.fromRoleArn(scope, 'KubectlRole', KUBECTL_ROLE);
const vpc = (scope: Construct): ec2.IVpc =>
  ec2.Vpc.fromVpcAttributes(scope, 'Vpc', {
    vpcId: 'vpc-1',
    availabilityZones: ['eu-west-1a', 'eu-west-1b'],
    privateSubnetIds: ['subnet-1', 'subnet-2'],
    privateSubnetRouteTableIds: ['rtb-1', 'rtb-2'],
  });

/** Takes the machines of a cluster as they are. */
class NodesAsTheyAre implements lib.ICapacity {
  public readonly clusterNeeds = { addOns: [] };

  public bind(): lib.CapacityConfig {
    const side = { required: [], preferred: [], tolerations: [], shapes: [] };
    return { capacityName: 'NodesAsTheyAre', onDemand: side, spot: side, ready: new DependencyGroup() };
  }
}

const current = (scope: Construct): eks.Cluster =>
  new eks.Cluster(scope, 'Theirs', {
    version: eks.KubernetesVersion.V1_34,
    defaultCapacityType: eks.DefaultCapacityType.NODEGROUP,
    defaultCapacity: 0,
    kubectlProviderOptions: { kubectlLayer: layer(scope) },
  });
const older = (scope: Construct): legacy.Cluster =>
  new legacy.Cluster(scope, 'Theirs', { version: legacy.KubernetesVersion.V1_34, defaultCapacity: 0, kubectlLayer: layer(scope) });
const importedCurrent = (scope: Construct): eks.ICluster =>
  eks.Cluster.fromClusterAttributes(scope, 'Theirs', {
    clusterName: 'theirs',
    openIdConnectProvider: oidc(scope),
    kubectlProvider: eks.KubectlProvider.fromKubectlProviderAttributes(scope, 'Handler', { serviceToken: HANDLER }),
  });
const importedOlder = (scope: Construct): legacy.ICluster =>
  legacy.Cluster.fromClusterAttributes(scope, 'Theirs', {
    clusterName: 'theirs',
    openIdConnectProvider: oidc(scope),
    kubectlRoleArn: KUBECTL_ROLE,
    kubectlLayer: layer(scope),
  });
const byProvider = (scope: Construct): lib.ExistingCluster =>
  lib.ExistingCluster.fromAttributes({
    clusterName: 'theirs',
    openIdConnectProvider: oidc(scope),
    kubectlProvider: eks.KubectlProvider.fromKubectlProviderAttributes(scope, 'Handler', { serviceToken: HANDLER }),
  });
const byRole = (scope: Construct): lib.ExistingCluster =>
  lib.ExistingCluster.fromAttributes({
    clusterName: 'theirs',
    openIdConnectProvider: oidc(scope),
    kubectlRole: role(scope),
    kubectlLayer: layer(scope),
  });

interface Made {
  readonly job: Stack;
  readonly platform: lib.IFlinkPlatform;
  readonly app: App;
}

/** A cluster in one stack, a platform for it in a second, a job in a third; or all in one. */
function make(cluster: (scope: Construct) => lib.ExistingCluster, apart: boolean): Made {
  const app = testApp({ '@aws-cdk/aws-eks:useNativeOidcProvider': true });
  const theirs = new Stack(app, 'Theirs');
  const [ours, job] = apart ? [new Stack(app, 'Ours'), new Stack(app, 'Job')] : [theirs, theirs];
  const platform = lib.FlinkPlatform.fromExistingCluster(ours, 'Platform', { cluster: cluster(theirs), capacity: new NodesAsTheyAre() });
  testApplication(job, platform, { deployment: { waitUntilRunning: undefined } });
  return { app, job, platform };
}

const CLUSTERS: [string, (scope: Construct) => lib.ExistingCluster, string | undefined][] = [
  ['a cluster of aws-eks-v2', (scope) => lib.ExistingCluster.of(current(scope)), undefined],
  ['an imported cluster of aws-eks-v2', (scope) => lib.ExistingCluster.of(importedCurrent(scope)), undefined],
  ['a cluster of aws-eks', (scope) => lib.ExistingCluster.ofLegacy(older(scope)), 'role of the cluster'],
  ['an imported cluster of aws-eks', (scope) => lib.ExistingCluster.ofLegacy(importedOlder(scope)), KUBECTL_ROLE],
  ['a cluster by name and handler', byProvider, undefined],
  ['a cluster by name and role', byRole, undefined],
];

describe.each(CLUSTERS)('%s', (title, cluster, roleArn) => {
  describe.each([
    ['in one stack', false],
    ['in three stacks', true],
  ])('%s', (_, apart) => {
    const { job } = make(cluster, apart);
    const template = templateOf(job);

    test('takes an application like any other', () => {
      const prices = FlinkTemplate.fromStack(job).application('prices');
      prices.survives(FlinkDisruption.SPOT_INTERRUPTION);
      prices.hasNoWildcards();
      expect(Object.keys(kubernetesResources(template))).toHaveLength(3);
    });

    // The handlers of the two modules differ in this: the older assumes a role that each resource names. Source: aws-cdk-lib, kubectl handlers.
    test('is reached through its own handler', () => {
      for (const { Properties } of Object.values(kubernetesResources(template))) {
        expect(Properties.RoleArn !== undefined).toBe(roleArn !== undefined);
        if (roleArn === KUBECTL_ROLE) expect(Properties.RoleArn).toBe(KUBECTL_ROLE);
        expect(textOf(Properties.ServiceToken)).toMatch(/handler|Provider|KubectlProvider/i);
        expect(Properties.PruneLabel).toMatch(/^cdk-flink-on-eks\/prune-/);
      }
    });

    test('keeps the names that do not follow construct paths', () => {
      expect(Object.keys(kubernetesResources(template)).sort()).toEqual(['Autoscaling', 'Core', 'Namespace'].map((part) => expect.stringMatching(part))); // prettier-ignore
    });

    test('lets only the account of the application assume its role', () => {
      const roles = Object.values(resourcesOf(template, 'AWS::IAM::Role')).map(({ Properties }) => JSON.stringify(Properties.AssumeRolePolicyDocument)); // prettier-ignore
      const own = roles.filter((text) => text.includes('system:serviceaccount:prices:prices'));
      expect(own).toHaveLength(1);
      expect(own[0]).toContain('AssumeRoleWithWebIdentity');
      if (/imported|by name/.test(title)) expect(own[0]).toContain(ISSUER);
      else expect(own[0]).toMatch(/OidcProvider|OpenIdConnectProvider/i);
    });
  });
});

test('a handler is defined for a role, in the network only where that is asked for', () => {
  const stack = new Stack(testApp(), 'Stack');
  lib.FlinkPlatform.fromExistingCluster(stack, 'Platform', { cluster: byRole(stack), capacity: new NodesAsTheyAre() });
  const inside = new Stack(testApp(), 'Stack');
  const attributes = { clusterName: 'theirs', openIdConnectProvider: oidc(inside), kubectlRole: role(inside), kubectlLayer: layer(inside) };
  const clusterSecurityGroup = ec2.SecurityGroup.fromSecurityGroupId(inside, 'Group', 'sg-1');
  const cluster = lib.ExistingCluster.fromAttributes({ ...attributes, vpc: vpc(inside), clusterSecurityGroup });
  lib.FlinkPlatform.fromExistingCluster(inside, 'Platform', { cluster, capacity: new NodesAsTheyAre() });
  const handler = (template: CfnTemplate): any =>
    Object.values(resourcesOf(template, 'AWS::Lambda::Function')).find(({ Properties }) =>
      /kubectl/.test(Properties.Description as string),
    );
  expect(handler(templateOf(stack)).Properties).toMatchObject({ Role: KUBECTL_ROLE });
  expect(handler(templateOf(stack)).Properties).not.toHaveProperty('VpcConfig');
  expect(handler(templateOf(inside)).Properties.VpcConfig).toEqual({ SecurityGroupIds: ['sg-1'], SubnetIds: ['subnet-1', 'subnet-2'] });
});

// The CDK's own condition would be unused beside an imported role, and strict validation ends synthesis at it (W8001).
test('a handler that acts as an imported role leaves no condition that nothing uses', () => {
  const app = testApp();
  const [theirs, ours] = [new Stack(app, 'Theirs'), new Stack(app, 'Ours')];
  lib.FlinkPlatform.fromExistingCluster(ours, 'Platform', { cluster: byRole(theirs), capacity: new NodesAsTheyAre() });
  for (const stack of [theirs, ours]) expect(templateOf(stack)).not.toHaveProperty('Conditions');
});

describe('machines for a cluster of aws-eks-v2', () => {
  const app = testApp({ '@aws-cdk/aws-eks:useNativeOidcProvider': true });
  const stack = new Stack(app, 'Stack');
  const props = { cluster: lib.ExistingCluster.of(current(stack)), kubernetesVersion: eks.KubernetesVersion.of('1.34') };

  test('are added, with a warning about the add-ons that they need', () => {
    const platform = lib.FlinkPlatform.fromExistingCluster(stack, 'Platform', { ...props, capacity: new lib.ManagedNodeGroupCapacity() });
    testApplication(stack, platform);
    const template = templateOf(stack);
    expect(Object.keys(resourcesOf(template, 'AWS::EKS::Nodegroup'))).toHaveLength(3);
    expect(Object.keys(resourcesOf(template, 'AWS::EKS::Addon'))).toEqual([]);
    expect(warningsOf(platform).join()).toMatch(/needs vpc-cni, kube-proxy, coredns, metrics-server on the cluster/);
    expect(onlyResource(template, 'AWS::EKS::Cluster').Properties.Version).toBe('1.34');
  });
});

const inStack = (action: (stack: Stack) => unknown) => () => action(new Stack(testApp(), 'Stack'));
const platformOf = (stack: Stack, cluster: lib.ExistingCluster, more: Partial<lib.ExistingClusterProps> = {}): lib.IFlinkPlatform =>
  lib.FlinkPlatform.fromExistingCluster(stack, 'Platform', { cluster, capacity: new NodesAsTheyAre(), ...more });

describe('what cannot be known is asked for', () => {
  const machines = { capacity: new lib.ManagedNodeGroupCapacity() };
  const nodes = { ...machines, kubernetesVersion: eks.KubernetesVersion.of('1.34') };
  const bare = { clusterName: 'theirs' };
  testRefusals(/^Stack\/Platform: /, [
    {
      title: 'a cluster without a handler',
      refused: inStack((stack) => platformOf(stack, lib.ExistingCluster.of(eks.Cluster.fromClusterAttributes(stack, 'C', { ...bare, openIdConnectProvider: oidc(stack) })))), // prettier-ignore
      given: "'theirs' has no handler",
      passes: inStack((stack) => platformOf(stack, lib.ExistingCluster.of(importedCurrent(stack)))),
    },
    {
      title: 'a cluster without an OIDC provider',
      refused: inStack((stack) => {
        const kubectlProvider = eks.KubectlProvider.fromKubectlProviderAttributes(stack, 'Handler', { serviceToken: HANDLER });
        platformOf(stack, lib.ExistingCluster.of(eks.Cluster.fromClusterAttributes(stack, 'C', { ...bare, kubectlProvider })));
      }),
      given: "without 'openIdConnectProvider'",
      passes: inStack((stack) => platformOf(stack, byProvider(stack))),
    },
    {
      title: 'a cluster of aws-eks without a role',
      refused: inStack((stack) => platformOf(stack, lib.ExistingCluster.ofLegacy(legacy.Cluster.fromClusterAttributes(stack, 'C', { ...bare, openIdConnectProvider: oidc(stack) })))), // prettier-ignore
      given: 'imported without a role for kubectl',
      passes: inStack((stack) => platformOf(stack, lib.ExistingCluster.ofLegacy(importedOlder(stack)))),
    },
    {
      title: 'neither handler nor role',
      refused: inStack((stack) => platformOf(stack, lib.ExistingCluster.fromAttributes({ ...bare, openIdConnectProvider: oidc(stack) }))),
      given: 'are not given',
      passes: inStack((stack) => platformOf(stack, byRole(stack))),
    },
    {
      title: 'both handler and role',
      refused: inStack((stack) => {
        const kubectlProvider = eks.KubectlProvider.fromKubectlProviderAttributes(stack, 'Handler', { serviceToken: HANDLER });
        const both = { ...bare, openIdConnectProvider: oidc(stack), kubectlProvider, kubectlRole: role(stack) };
        platformOf(stack, lib.ExistingCluster.fromAttributes(both));
      }),
      given: 'are both given',
      passes: inStack((stack) => platformOf(stack, byProvider(stack))),
    },
    {
      title: 'a security group without a network',
      refused: inStack((stack) => {
        const clusterSecurityGroup = ec2.SecurityGroup.fromSecurityGroupId(stack, 'Group', 'sg-1');
        const known = { ...bare, openIdConnectProvider: oidc(stack), kubectlRole: role(stack), clusterSecurityGroup };
        platformOf(stack, lib.ExistingCluster.fromAttributes(known));
      }),
      given: 'clusterSecurityGroup is given without vpc',
      passes: inStack((stack) => platformOf(stack, byRole(stack))),
    },
    {
      title: 'machines on a cluster of aws-eks',
      refused: inStack((stack) => platformOf(stack, lib.ExistingCluster.ofLegacy(older(stack)), nodes)),
      given: 'ManagedNodeGroupCapacity on a cluster of aws-eks',
      passes: inStack((stack) => platformOf(stack, lib.ExistingCluster.of(current(stack)), nodes)),
    },
    {
      title: 'EKS Auto Mode, which a cluster has or has not',
      refused: inStack((stack) => platformOf(stack, lib.ExistingCluster.of(current(stack)), { ...nodes, capacity: new lib.AutoModeCapacity() })), // prettier-ignore
      given: 'capacity is AutoModeCapacity',
      passes: inStack((stack) => platformOf(stack, lib.ExistingCluster.of(current(stack)), nodes)),
    },
    {
      title: 'machines without a version',
      refused: inStack((stack) => platformOf(stack, lib.ExistingCluster.of(current(stack)), machines)),
      given: 'kubernetesVersion is not given',
      passes: inStack((stack) => platformOf(stack, lib.ExistingCluster.of(current(stack)), nodes)),
    },
    {
      title: 'machines for a version without controllers',
      refused: inStack((stack) => platformOf(stack, lib.ExistingCluster.of(current(stack)), { ...machines, kubernetesVersion: eks.KubernetesVersion.of('1.29') })), // prettier-ignore
      given: "kubernetesVersion is '1.29'",
      passes: inStack((stack) => platformOf(stack, lib.ExistingCluster.of(current(stack)), nodes)),
    },
    {
      title: 'machines without subnets',
      refused: inStack((stack) => platformOf(stack, byProvider(stack), nodes)),
      given: 'subnets of the cluster are not known',
      passes: inStack((stack) => platformOf(stack, byProvider(stack), { ...nodes, subnets: vpc(stack).privateSubnets })),
    },
  ]);
});

test('two applications of one name meet here too', () => {
  const { job, platform } = make(byProvider, true);
  expect(messageOf(() => testApplication(job, platform, {}, 'Again'))).toMatch(/name 'prices' is taken by Job\/Prices/);
});
