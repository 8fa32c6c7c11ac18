import { join } from 'node:path';
import { readCloudAssembly } from '../../local/cloud-assembly';
import { Machine, overlay } from '../../local/overlay';

const [application] = readCloudAssembly(join(__dirname, '..', 'fixtures', 'local', 'assembly'));
const machine: Machine = {
  home: '/run/flink',
  short: '/short',
  uiPort: 9000,
  jobManagerPort: 9001,
  zooKeeper: '127.0.0.1:9002',
  s3: 'http://127.0.0.1:9003',
  kinesis: 'http://127.0.0.1:9004',
  memoryMib: 64 * 1024,
  taskManagers: 2,
};

describe('the overlay', () => {
  const local = overlay(application, machine);

  test('changes endpoints, credentials, addresses, ports, paths and the HA service, and nothing else', () => {
    const differences = local.differences.filter(({ key }) => !/^(--|\$|argument)/.test(key));
    expect(Object.fromEntries(differences.map(({ key, to }) => [key, to]))).toEqual({
      'blob.server.port': '0',
      'fs.s3a.aws.credentials.provider': undefined,
      'high-availability.jobmanager.port': '0',
      'high-availability.type': 'zookeeper',
      'high-availability.zookeeper.quorum': '127.0.0.1:9002',
      'io.tmp.dirs': '/run/flink/work',
      'jobmanager.bind-host': '127.0.0.1',
      'jobmanager.rpc.port': '9001',
      'kubernetes.cluster-id': undefined,
      'kubernetes.namespace': undefined,
      'metrics.internal.query-service.port': '0',
      'metrics.reporter.prom.port': '9249-9349',
      'rest.address': '127.0.0.1',
      'rest.bind-address': '127.0.0.1',
      'rest.port': '9000',
      's3.access-key': 'local',
      's3.endpoint': 'http://127.0.0.1:9003',
      's3.path.style.access': 'true',
      's3.secret-key': 'local',
      'taskmanager.bind-host': '127.0.0.1',
      'taskmanager.data.port': '0',
      'taskmanager.rpc.port': '0',
      'web.tmpdir': '/short',
      'zookeeper.sasl.disable': 'true',
    });
  });

  test('leaves every other option as the template has it, and lists each that it does not', () => {
    const changed = new Set(local.differences.map(({ key }) => key));
    for (const [key, value] of Object.entries(application.options)) {
      if (!changed.has(key)) expect([key, local.options[key]]).toEqual([key, value]);
    }
    expect(local.options['high-availability.storageDir']).toBe(application.options['high-availability.storageDir']);
    expect(local.options['high-availability.cluster-id']).toBe('price-maxima');
  });

  test('says why for each', () => {
    expect(local.differences.filter(({ reason }) => !/^(endpoint|credentials|address|port|path|memory|HA service)\b/.test(reason))).toEqual(
      [],
    );
  });

  test("fills in the pods' addresses and tells the source its endpoint", () => {
    expect(local.taskManagerArguments).toEqual(['taskmanager', '-Dtaskmanager.host=127.0.0.1', '-Dtaskmanager.resource-id=$(POD_NAME)']);
    expect(local.jobManagerArguments).toEqual([
      'standalone-job',
      '-Djobmanager.rpc.address=127.0.0.1',
      ...application.jobManagerArguments.slice(2),
      '--stream-endpoint',
      'http://127.0.0.1:9004',
    ]);
  });

  test('replaces the stream by the generator of the job', () => {
    const { jobManagerArguments, differences } = overlay(application, { ...machine, generator: ['--source', 'generator'] });
    expect(jobManagerArguments.slice(-8)).toEqual([
      '--window',
      '10s',
      '--slide',
      '5s',
      '--output',
      's3a://pricemaxima-results1c2d3e4f/price-maxima',
      '--source',
      'generator',
    ]);
    expect(differences).toContainEqual(expect.objectContaining({ key: '--stream-…', to: '--source generator' }));
  });

  test('takes less memory only where the template asks for more than half of the machine', () => {
    const sizes = (memoryMib: number): (string | undefined)[] => {
      const { options } = overlay(application, { ...machine, memoryMib });
      return ['jobmanager.memory.process.size', 'taskmanager.memory.process.size', 'taskmanager.memory.managed.fraction'].map(
        (key) => options[key],
      );
    };
    expect(sizes(2 * (2048 + 2 * 4096))).toEqual(['2048m', '4096m', undefined]);
    expect(sizes(2 * (2048 + 2 * 4096) - 1)).toEqual(['1024m', '1024m', '0.1']);
  });

  test('shows what only a test sets', () => {
    const { options, differences } = overlay(application, { ...machine, testOptions: { 'execution.checkpointing.interval': '2 s' } });
    expect(options['execution.checkpointing.interval']).toBe('2 s');
    expect(differences).toContainEqual({ key: 'execution.checkpointing.interval', from: '30 s', to: '2 s', reason: 'test only' });
  });

  test('leaves another HA service alone', () => {
    const { options } = overlay({ ...application, options: { 'high-availability.type': 'NONE' } }, machine);
    expect(options['high-availability.type']).toBe('NONE');
    expect(options['high-availability.zookeeper.quorum']).toBeUndefined();
  });
});
