// Which apps are tried: every value of every axis with every value of every other one at least once (pairwise), or the full product.
import { readFileSync } from 'node:fs';

const own = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8'));
/** The oldest that a peer range admits; of cdk8s 2.68.11, the floor, is not on every registry. */
const floor = (name) => (name === 'cdk8s' ? '2.68.12' : own.peerDependencies[name].replace('^', ''));
const current = (name) => own.devDependencies[name];

/** The oldest versions that the peer ranges admit, and those that this repository is built with. */
export const AXES = {
  cdk: [floor('aws-cdk-lib'), current('aws-cdk-lib')],
  node: ['20.20.2', '22.23.3', '24.21.0'],
  blueprints: [false, true],
  manager: ['npm', 'pnpm'],
};

/** Versions of everything that an app of a combination states. */
export function versionsOf({ cdk, blueprints }) {
  const oldest = cdk === floor('aws-cdk-lib');
  // EKS Blueprints brings constructs of its own when the app's is older than it wants, and two copies have two types.
  const peer = (name) => (oldest && !(blueprints && name === 'constructs') ? floor(name) : current(name));
  const peers = ['cdk8s', 'cdk8s-plus-28', 'constructs'].map((name) => [name, peer(name)]);
  const more = blueprints ? [['@aws-quickstart/eks-blueprints', current('@aws-quickstart/eks-blueprints')]] : [];
  const tools = ['aws-cdk', 'typescript', '@types/node'].map((name) => [name, current(name)]);
  return Object.fromEntries([['aws-cdk-lib', cdk], ...peers, ...more, ...tools]);
}

export function allCombinations() {
  return Object.entries(AXES).reduce(
    (made, [axis, values]) => made.flatMap((one) => values.map((value) => ({ ...one, [axis]: value }))),
    [{}],
  );
}

/** Greedy: each next combination is the first of those that bring the most pairs not yet seen. */
export function pairwise() {
  const all = allCombinations();
  const wanted = new Set(all.flatMap(pairsOf));
  const chosen = [];
  while (wanted.size > 0) {
    const gains = all.map((one) => pairsOf(one).filter((pair) => wanted.has(pair)).length);
    const best = all[gains.indexOf(Math.max(...gains))];
    pairsOf(best).forEach((pair) => wanted.delete(pair));
    chosen.push(best);
  }
  return chosen;
}

export function nameOf({ cdk, node, blueprints, manager }) {
  return `aws-cdk-lib ${cdk}, Node ${node.split('.')[0]}, ${manager}, ${blueprints ? 'with' : 'without'} EKS Blueprints`;
}

function pairsOf(combination) {
  const parts = Object.entries(combination).map(([axis, value]) => `${axis}=${value}`);
  return parts.flatMap((one, index) => parts.slice(index + 1).map((other) => `${one} ${other}`));
}
