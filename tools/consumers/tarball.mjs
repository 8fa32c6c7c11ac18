// What must hold of the packed files themselves.
import { mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { run } from './command.mjs';

const BLUEPRINTS = '@aws-quickstart/eks-blueprints';

export async function checkTarball(tarball, folder) {
  const directory = join(folder, 'unpacked');
  mkdirSync(directory);
  const { failure } = await run('tar', ['-xzf', tarball, '-C', directory], { cwd: folder, seconds: 60 });
  if (failure) return [{ name: 'unpack', failure }];
  const root = join(directory, 'package');
  const files = readdirSync(root, { recursive: true }).filter((file) => /\.(d\.ts|js|json)$/.test(file));
  const text = (file) => readFileSync(join(root, file), 'utf8');
  const own = JSON.parse(text('package.json'));
  const outside = files.filter((file) => file.startsWith('dist/lib/') && !file.startsWith('dist/lib/blueprints/'));
  return [
    result(
      'only the blueprints room mentions EKS Blueprints',
      outside.filter((file) => /\.(js|d\.ts)$/.test(file) && imports(text(file)).includes(BLUEPRINTS)),
    ),
    result(
      'EKS Blueprints is an optional peer',
      own.peerDependenciesMeta?.[BLUEPRINTS]?.optional && !own.dependencies[BLUEPRINTS] ? [] : ['package.json'],
    ),
    result(
      'aws-cdk-lib is a peer and nothing else',
      own.peerDependencies['aws-cdk-lib'] && !own.dependencies['aws-cdk-lib'] ? [] : ['package.json'],
    ),
    result(
      'every entry of the exports map is there',
      targets(own.exports).filter((target) => !files.includes(target.slice(2)) && target !== './package.json'),
    ),
    result(
      'no source, test or sample is packed',
      files.filter((file) => !/^(dist\/lib\/.*|dist\/local\/(problem|status\/[\w-]+)\.js|package\.json)$/.test(file)),
    ),
    result('no side effects are declared', own.sideEffects === false ? [] : ['package.json']),
  ];
}

function result(name, wrong) {
  return { name, failure: wrong.length > 0 ? wrong.slice(0, 5).join(', ') : undefined };
}

function imports(source) {
  return [...source.matchAll(/(?:from|import|require)\s*\(?\s*["']([^"']+)["']/g)].map(([, name]) => name);
}

function targets(entry) {
  return typeof entry === 'string' ? [entry] : Object.values(entry).flatMap(targets);
}
