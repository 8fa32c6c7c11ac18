// How long a deployment must take at least, in a model: the longest chain of resources that wait for each other, each with the time that it is
// known to take. Nothing is deployed. For the CDK's default (bare-stack.mjs: the same node groups on a plain aws-eks-v2 cluster) and the sample.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/**
 * Seconds by resource type. Cluster: AWS, aws/containers-roadmap 1227 ("9 minutes on average"). Node group, NAT gateway, role, chart: usual
 * times of CloudFormation. The internet gateway is what then makes the known 831 s of the CDK's default. Anything else: `other`.
 */
export const SECONDS = {
  'AWS::EKS::Cluster': 540,
  'AWS::EKS::Nodegroup': 150,
  'AWS::EC2::NatGateway': 110,
  'AWS::IAM::Role': 18,
  'Custom::AWSCDK-EKS-HelmChart': 45,
  'AWS::EC2::InternetGateway': 16,
  other: 5,
};

/** The way to the last node may be this much longer than role, cluster and node group alone, which no order can shorten. */
export const ALLOWED = 1.02;

/** The recorded result: the way to the last node and the way to the last resource of the platform, of both stacks. */
export function criticalPaths(programs) {
  const { DeploymentGraph } = createRequire(import.meta.url)('../../dist/local/deployment-graph.js');
  const seconds = (type) => SECONDS[type] ?? SECONDS.other;
  const least = ['AWS::IAM::Role', 'AWS::EKS::Cluster', 'AWS::EKS::Nodegroup'].reduce((sum, type) => sum + seconds(type), 0);
  const paths = Object.fromEntries(
    Object.entries(programs).map(([name, program]) => {
      const graph = new DeploymentGraph(templatesOf(program));
      const nodes = graph.keys.filter((key) => graph.resources.get(key).Type === 'AWS::EKS::Nodegroup');
      return [name, { nodes: named(graph, graph.criticalPath(seconds, nodes)), all: named(graph, graph.criticalPath(seconds)) }];
    }),
  );
  const ratio = Number((paths.sample.nodes.seconds / least).toFixed(2));
  return { what: 'critical path of a deployment, model', seconds: SECONDS, least, paths, ratio, allowed: ALLOWED };
}

export function printPaths({ paths, least, ratio }) {
  console.log('\nCritical path of a deployment, model, seconds (docs/performance.md); nothing is deployed');
  for (const [name, { nodes, all }] of Object.entries(paths)) {
    console.log(`  ${name.padEnd(7)}to the last node ${nodes.seconds}: ${nodes.types.join(' > ')}`);
    console.log(`  ${''.padEnd(7)}to the last resource ${all.seconds}: ${all.types.join(' > ')}`);
  }
  console.log(`  ratio to role, cluster and node group alone (${least}) ${ratio.toFixed(2)}: ${verdict(ratio)} the limit of ${ALLOWED}`);
}

export function verdict(ratio) {
  return ratio <= ALLOWED ? 'holds' : 'MISSES';
}

function named(graph, { seconds, path }) {
  return { seconds, types: path.map((key) => graph.resources.get(key).Type.replace(/^(AWS::|Custom::AWSCDK-)/, '')) };
}

/** The stack with the cluster: the other stacks are deployed after it as a whole. */
function templatesOf(program) {
  const out = mkdtempSync(join(tmpdir(), 'flink-bench-'));
  const env = { ...process.env, CDK_VALIDATION: 'false', CDK_OUTDIR: out };
  const { status, stderr } = spawnSync(process.execPath, [program], { env, stdio: ['ignore', 'ignore', 'pipe'], encoding: 'utf8' });
  if (status !== 0) throw new Error(`${program} does not synthesize: ${stderr}`);
  const files = readdirSync(out).filter((file) => file.endsWith('.template.json'));
  const all = files.map((file) => [file.replace('.template.json', ''), JSON.parse(readFileSync(join(out, file), 'utf8'))]);
  rmSync(out, { recursive: true, force: true });
  return Object.fromEntries(all.filter(([, { Resources }]) => Object.values(Resources).some(({ Type }) => Type === 'AWS::EKS::Cluster')));
}
