// One platform with 8 Spot groups of 20 types each, with the library in the folder LIBRARY and the aws-cdk-lib nearest to it.
const { createRequire } = require('node:module');
const { mkdtempSync, rmSync } = require('node:fs');
const { tmpdir } = require('node:os');
const { join } = require('node:path');

const near = createRequire(join(process.env.LIBRARY, 'index.js'));
const { App, Stack, CfnResource } = near('aws-cdk-lib');
const lambda = near('aws-cdk-lib/aws-lambda');
const lib = near('./index.js');

const SHAPES = [[2, 8], [4, 16], [8, 32], [16, 64], [2, 16], [4, 32], [8, 64], [16, 128]]; // prettier-ignore
const spot = SHAPES.map(([vcpu, memoryGib]) => ({ instanceTypes: lib.InstanceSelector.of({ vcpu, memoryGib }).instanceTypes, minSize: 0 }));

const outdir = mkdtempSync(join(tmpdir(), 'many-groups-'));
const app = new App({ outdir, analyticsReporting: false, context: { 'aws:cdk:disable-asset-staging': true } });
const stack = new Stack(app, 'Many');
const kubectlLayer = lambda.LayerVersion.fromLayerVersionArn(stack, 'Layer', 'arn:aws:lambda:eu-west-1:111122223333:layer:kubectl:1');
new lib.FlinkPlatform(stack, 'Platform', { kubectlLayer, capacity: new lib.ManagedNodeGroupCapacity({ spot }) });
app.synth();
rmSync(outdir, { recursive: true, force: true });

const groups = stack.node.findAll().filter((one) => CfnResource.isCfnResource(one) && one.cfnResourceType === 'AWS::EKS::Nodegroup');
const types = groups.map((group) => group.instanceTypes.length);
if (types.filter((count) => count === 20).length !== 8) throw new Error(`groups of ${types.join(', ')} types: 8 of 20 are wanted`);
console.log(`8 groups of 20 types`);
