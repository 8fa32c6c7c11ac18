import { spawnSync } from 'node:child_process';
import { FlinkDisruption, FlinkTemplate } from '../../lib/testing';
import { resourcesOf } from '../fixtures/apps';
import { PROJECT, runSample, templateIn } from '../fixtures/sample';

jest.setTimeout(300_000);

const STRICT = { '@aws-cdk/core:validateAgainstDefaultRules': true, '@aws-cdk/core:strictCfnValidateErrors': true };
const program = 'flink-in-a-blueprint';

describe('the sample blueprint, in a process without account or network', () => {
  const { status, stderr, milliseconds, out } = runSample({ program });
  const template = templateIn(out, 'FlinkInABlueprint');

  test('ends by itself', () => {
    expect([status, stderr]).toEqual([0, '']);
    expect(milliseconds).toBeLessThan(60_000);
  });

  test('has the application next to four add-ons, of stated versions', () => {
    const charts = Object.values(resourcesOf(template, 'Custom::AWSCDK-EKS-HelmChart')).map(({ Properties }) => `${Properties.Chart} ${Properties.Version}`); // prettier-ignore
    expect(charts.sort()).toEqual([
      'aws-load-balancer-controller 3.4.0',
      'cert-manager v1.20.3',
      'karpenter 1.13.0',
      'karpenter-crd 1.13.0',
      'metrics-server 3.13.1',
    ]);
    const ticks = FlinkTemplate.fromJson({ ...template }).application('generated-ticks');
    ticks.survives(FlinkDisruption.SPOT_INTERRUPTION);
    ticks.hasNoWildcards();
    expect(ticks.taskManager.placement.required).toEqual([{ key: 'karpenter.sh/capacity-type', operator: 'In', values: ['spot'] }]);
  });

  test('lets Karpenter find its subnets by the names that they have', () => {
    const names = Object.values(resourcesOf(template, 'AWS::EC2::Subnet')).flatMap(({ Properties }) =>
      (Properties.Tags as { Key: string; Value: string }[]).filter(({ Key }) => Key === 'Name').map(({ Value }) => Value),
    );
    const wanted = /"subnetSelectorTerms\\?":\[\{\\?"tags\\?":\{\\?"Name\\?":\\?"([^"\\*]*)\*/.exec(JSON.stringify(template))![1];
    expect(names.filter((name) => name.startsWith(wanted))).toHaveLength(2);
  });
});

test('the sample blueprint passes the strictest validation of the CDK', () => {
  const { status, stderr } = runSample({ program, context: STRICT, validation: true });
  expect([status, stderr]).toEqual([0, '']);
});

// EKS Blueprints decorates deploy(): of a rejected result it makes one more promise, which nobody catches and which would end the process.
describe('a process in which a decorated add-on is rejected', () => {
  const run = (reject: boolean): { readonly status: number | null; readonly said: string } => {
    const script = `
      const blueprints = require('@aws-quickstart/eks-blueprints');
      const { App, Stack } = require('aws-cdk-lib');
      const lib = require('cdk-flink-on-eks');
      const { blueprintAddOns } = require('cdk-flink-on-eks/blueprints');
      class First { async deploy(info) { return info.cluster; } }
      class Second { deploy(info) { return new Promise((done, fail) => setImmediate(() => ${reject ? "fail(new Error('no such chart'))" : 'done(info.cluster)'})); } }
      const wrap = blueprints.utils.dependable('First');
      Object.defineProperty(Second.prototype, 'deploy', wrap(Second.prototype, 'deploy', Object.getOwnPropertyDescriptor(Second.prototype, 'deploy')));
      const platform = new lib.FlinkPlatform(new Stack(new App(), 'Stack'), 'Platform');
      blueprintAddOns(platform, [new Second(), new First()]).whenDeployed().then(() => console.log('deployed'), (error) => console.log(error.message))
        .then(() => setTimeout(() => console.log('went on'), 20));
      ${reject ? '' : "setImmediate(() => setImmediate(() => Promise.reject(new Error('of somebody else'))));"}`;
    const { status, stdout, stderr } = spawnSync(process.execPath, ['-e', script], { cwd: PROJECT, encoding: 'utf8', timeout: 60_000 });
    return { status, said: stdout + stderr };
  };

  test('goes on and has been told the name', () => {
    const { status, said } = run(true);
    expect([status, said]).toEqual([0, 'Stack/Platform/BlueprintAddOns: add-on Second was not deployed: no such chart\nwent on\n']);
  });

  test('still ends by a rejection of somebody else', () => {
    const { status, said } = run(false);
    expect(status).not.toBe(0);
    expect(said).toContain('of somebody else');
  });
});
