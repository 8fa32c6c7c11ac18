import { InstanceCatalog } from './instance-catalog';
import { NodePool } from './node-pool';

/** What is wrong with what all nodes have in common, one sentence each. */
export function nodeProblems({ amiAlias, diskGib }: { readonly amiAlias: string; readonly diskGib: number }): string[] {
  const problems: string[] = [];
  if (!/^al2023@\S+$/.test(amiAlias)) {
    problems.push(
      `amiAlias is '${amiAlias}': allowed are aliases of Amazon Linux 2023 with a version, because disks and what pods may use of a node are reckoned for it; use 'al2023@latest' or for example 'al2023@v20260810'`,
    );
  }
  return [...problems, ...diskProblems(diskGib)];
}

/** What is wrong with the root volume of nodes, one sentence each. */
export function diskProblems(diskGib: number): string[] {
  if (Number.isInteger(diskGib) && diskGib >= 20) return [];
  return [`diskGib is ${diskGib}: allowed is a whole number of 20 or more, because the image of the nodes and of Flink must fit; use 60`];
}

/** What is wrong with a pool, one sentence each. */
export function poolProblems(name: string, pool: NodePool, leastTypes: number): string[] {
  const catalog = InstanceCatalog.instance;
  const problems = pool.instanceTypes.flatMap((type) => typeProblem(name, type));
  if (new Set(pool.instanceTypes).size < leastTypes) {
    problems.push(
      `${name}InstanceTypes has ${new Set(pool.instanceTypes).size} types: allowed are ${leastTypes} or more, because with few Spot pools a notice finds no replacement; use InstanceSelector.within(…).instanceTypes`,
    );
  }
  const architectures = new Set(pool.instanceTypes.map((type) => catalog.find(type)?.arm));
  if (architectures.size > 1)
    problems.push(
      `${name}InstanceTypes mixes x86_64 and arm64: allowed is one architecture, because the image of a job usually has one; use the types of one`,
    );
  if (!Number.isInteger(pool.cpuLimit) || pool.cpuLimit < 2) {
    problems.push(`${name}CpuLimit is ${pool.cpuLimit}: allowed is a whole number of 2 or more vCPU, because no node fits below; use 32`);
  }
  return problems;
}

function typeProblem(name: string, type: string): string[] {
  const catalog = InstanceCatalog.instance;
  const facts = catalog.find(type);
  if (!facts) {
    return [
      `${name}InstanceTypes has '${type}', which is not among the instance types of ${catalog.date}: did you mean '${catalog.nearest(type)}'?`,
    ];
  }
  if (!facts.burstable) return [];
  return [
    `${name}InstanceTypes has the burstable type '${type}': allowed are types with full CPU at all times, because a stream job would run out of credits; use the same size of c, m or r`,
  ];
}
