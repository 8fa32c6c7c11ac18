import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { DeploymentGraph } from '../local/deployment-graph';
import { runSample, templateIn } from './fixtures/sample';

// The figures of docs/performance.md are those of the recorded run that it links to, recomputed here from the raw runs.
const DOCS = join(dirname(__dirname), 'docs');
const page = readFileSync(join(DOCS, 'performance.md'), 'utf8');
const [, record] = /\[raw runs\]\((measurements\/bench-[\d-]+\.json)\)/.exec(page)!;
const result = JSON.parse(readFileSync(join(DOCS, record), 'utf8')) as {
  date: string;
  runs: number;
  milliseconds: Record<'sample' | 'bare', number[]>;
  ratio: number;
  versions: Record<string, string>;
};

test.each([
  ['sample', 'sample'],
  ['bare stack', 'bare'],
] as const)('the row of the %s has the raw runs and their median', (title, name) => {
  const times = result.milliseconds[name];
  expect(times).toHaveLength(result.runs);
  expect(page).toContain(`| ${title} | ${times.join(', ')} | ${median(times)} |`);
});

test('the ratio is that of the medians, and the page says when and with what it was measured', () => {
  const ratio = (median(result.milliseconds.sample) / median(result.milliseconds.bare)).toFixed(2);
  expect(result.ratio.toFixed(2)).toBe(ratio);
  expect(page).toContain(`Ratio **${ratio}**.`);
  expect(page).toContain(`Recorded ${result.date} `);
  expect(page).toContain(`aws-cdk-lib ${result.versions['aws-cdk-lib']}`);
});

test('the recorded ratio meets its aim, and the page says so', () => {
  expect(result.ratio).toBeLessThanOrEqual(1.5);
  expect(page).toContain('The aim is met.');
});

describe('the critical path of a deployment', () => {
  const [, file] = /\[paths and weights\]\((measurements\/critical-path-[\d-]+\.json)\)/.exec(page)!;
  const recorded = JSON.parse(readFileSync(join(DOCS, file), 'utf8')) as {
    seconds: Record<string, number>;
    paths: Record<'sample' | 'bare', { nodes: { seconds: number; types: string[] }; all: { seconds: number } }>;
  };
  const graph = new DeploymentGraph({ FlinkPlatform: templateIn(runSample().out, 'FlinkPlatform') });
  const nodes = graph.keys.filter((key) => graph.resources.get(key)!.Type === 'AWS::EKS::Nodegroup');
  const to = (ends?: string[]): number => graph.criticalPath((type) => recorded.seconds[type] ?? recorded.seconds.other, ends).seconds;

  test('is that of the sample as it is now, and the page has it', () => {
    expect([to(nodes), to()]).toEqual([recorded.paths.sample.nodes.seconds, recorded.paths.sample.all.seconds]);
    expect(page).toContain(`| the last node, sample | ${to(nodes)} |`);
    expect(page).toContain(`| the last resource of the platform, sample | ${to()} |`);
    expect(page).toContain(`| the last node, CDK's default | ${recorded.paths.bare.nodes.seconds} |`);
  });

  // By hand: role 18, cluster 540, node group 150; the CDK's default waits 141 for its network instead of 18 for the role.
  test('has nothing before the last node but role, cluster and node group', () => {
    expect(recorded.seconds).toMatchObject({ 'AWS::EKS::Cluster': 540, 'AWS::EKS::Nodegroup': 150, 'AWS::EC2::NatGateway': 110 });
    expect(recorded.paths.bare.nodes.seconds).toBe(141 + 540 + 150);
    expect(to(nodes)).toBeLessThanOrEqual(18 + 540 + 150);
  });
});

function median(times: number[]): number {
  const sorted = [...times].sort((a, b) => a - b);
  const half = sorted.length / 2;
  return sorted.length % 2 ? sorted[Math.floor(half)] : Math.round((sorted[half - 1] + sorted[half]) / 2);
}
