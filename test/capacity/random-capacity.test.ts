import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Stack } from 'aws-cdk-lib';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import * as fc from 'fast-check';
import { CfnTemplate, templateOf, testApp, testApplication, testPlatform } from '../fixtures/apps';
import { hostedBy, machinesOf } from '../fixtures/hosting';
import { deploymentsOf, kubernetesObjects, objectOf } from '../fixtures/kubernetes';
import { capacityOf, jobOf, RandomCase, randomCases } from '../fixtures/random-capacity';
import { expectProblem } from '../fixtures/refusals';
import { PROJECT } from '../fixtures/sample';

jest.setTimeout(600_000);

/** Another seed: `FC_SEED=123`; more: `RANDOM_CAPACITIES=200`, of which so many go through cfn-lint: `LINTED=30`. */
const seed = Number(process.env.FC_SEED ?? 20_261_121);
const linted = Number(process.env.LINTED ?? 3);
// About one in seven can work.
const runs = Number(process.env.RANDOM_CAPACITIES ?? Math.max(50, linted * 10));
const UNAVAILABLE = 3;

/** A network of the caller, so that a template has little but the capacity in it. */
function network(stack: Stack): ec2.IVpc {
  return ec2.Vpc.fromVpcAttributes(stack, 'Vpc', {
    vpcId: 'vpc-0123456789abcdef0',
    availabilityZones: ['eu-west-1a', 'eu-west-1b'],
    privateSubnetIds: ['subnet-0123456789abcdef0', 'subnet-0123456789abcdef1'],
    privateSubnetRouteTableIds: ['rtb-0123456789abcdef0', 'rtb-0123456789abcdef1'],
  });
}

/** A template, or what is wrong. */
function made(one: RandomCase): CfnTemplate | string {
  const app = testApp();
  const vpc = network(new Stack(app, 'Network'));
  try {
    const { stack, platform } = testPlatform({ capacity: capacityOf(one), vpc }, app);
    testApplication(stack, platform, jobOf(one));
    return templateOf(stack);
  } catch (error) {
    return (error as Error).message;
  }
}

function expectHosted(template: CfnTemplate): void {
  const objects = kubernetesObjects(template);
  const machines = machinesOf(template);
  const { jobManager, taskManager } = deploymentsOf(objects);
  const most = ({ spec }: typeof jobManager): number =>
    machines.reduce((sum, one) => sum + hostedBy(spec.template as typeof jobManager, one), 0);
  expect(most(jobManager)).toBeGreaterThanOrEqual(1);
  expect(most(taskManager)).toBeGreaterThanOrEqual(objectOf(objects, 'HorizontalPodAutoscaler').spec.maxReplicas as number);
}

function lint(templates: CfnTemplate[]): string[] {
  const folder = mkdtempSync(join(tmpdir(), 'random-capacity-'));
  const files = templates.map((_, index) => join(folder, `${index}.template.json`));
  templates.forEach((template, index) => writeFileSync(files[index], JSON.stringify(template)));
  const { status, stdout, stderr } = spawnSync(process.execPath, ['tools/cfn-lint.mjs', ...files], {
    cwd: PROJECT,
    encoding: 'utf8',
    maxBuffer: 2 ** 26,
  });
  rmSync(folder, { recursive: true, force: true });
  if (status === UNAVAILABLE && process.env.CI !== 'true') {
    console.warn(`!! cfn-lint did not run, so no template was linted: ${stderr}`);
    return [];
  }
  expect([status, stderr.replace(/^(making|installing|waiting).*\n/gm, '')]).toEqual([0, '']);
  const findings = JSON.parse(stdout) as { Level: string; Rule: { Id: string }; Message: string }[];
  return findings.filter(({ Level }) => Level === 'Error').map(({ Rule, Message }) => `${Rule.Id} ${Message}`);
}

describe(`${runs} random capacities with a job, seed ${seed}`, () => {
  const templates: CfnTemplate[] = [];
  let refused = 0;

  test('each is refused in words, or has machines for all of its pods', () => {
    fc.assert(
      fc.property(randomCases, (one) => {
        const result = made(one);
        if (typeof result !== 'string') {
          expectHosted(result);
          templates.push(result);
        } else {
          refused++;
          for (const line of result.split('\n')) expectProblem(line);
        }
      }),
      { seed, numRuns: runs },
    );
    // Neither side may be empty, or the generator proves nothing.
    expect(Math.min(templates.length, refused)).toBeGreaterThanOrEqual(runs / 12);
  });

  test(`${linted} of the templates have no error in cfn-lint`, () => {
    expect(templates.length).toBeGreaterThanOrEqual(linted);
    expect(lint(templates.slice(0, linted))).toEqual([]);
  });
});
