import { seeded } from './assembly';
import { ChartRepository } from './chart-repository';
import { Deployment, DeploymentOptions } from './deployment';
import { FakeNode } from './fake-node';
import { TestCluster, TestClusterOptions } from './test-cluster';

/** Commands and waiting, on a machine that may be busy. */
jest.setTimeout(600_000);

/** What a test file works with; everything is gone when it ends. */
export interface ClusterFixture {
  cluster: TestCluster;
  charts: ChartRepository;
  /** What deploys an app to it, in an order that is the same each time. */
  readonly deployment: (options?: DeploymentOptions) => Deployment;
}

/** Starts a cluster for the tests of a file, with nodes that kwok plays. */
export function clusterFixture(nodes: FakeNode[], options: TestClusterOptions = {}): ClusterFixture {
  const fixture = { deployment: (given) => new Deployment(fixture.cluster, fixture.charts, seeded(1), given) } as ClusterFixture;
  beforeAll(async () => {
    [fixture.cluster, fixture.charts] = await Promise.all([TestCluster.start(options), ChartRepository.start()]);
    if (nodes.length > 0) fixture.cluster.addFakeNodes(nodes);
  }, 600_000);
  afterAll(async () => {
    await fixture.charts?.stop();
    await fixture.cluster?.stop();
  }, 300_000);
  return fixture;
}
