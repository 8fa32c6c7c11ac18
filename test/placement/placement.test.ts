import { Size } from 'aws-cdk-lib';
import { misfits, NodeShape, Placement, PlacementProfile } from '../../lib/placement';

const shape: NodeShape = {
  name: 'm5.xlarge',
  allocatable: { cpu: 3.92, memory: Size.mebibytes(14000), pods: 58, ephemeralStorage: Size.gibibytes(50) },
  architecture: 'amd64',
};
const daemons = { cpu: 0.15, memory: Size.mebibytes(100), ephemeralStorage: Size.gibibytes(1) };
const pod = (cpu: number, mib: number, gib: number) => ({ cpu, memory: Size.mebibytes(mib), ephemeralStorage: Size.gibibytes(gib) });

describe('a pod fits a node that has exactly what it asks for, DaemonSets deducted', () => {
  test('exactly', () => {
    expect(misfits(pod(3.5, 13900, 49), shape, daemons)).toEqual([]);
  });

  test.each([
    ['CPU', pod(3.8, 1, 1), /needs 3\.8 vCPU, m5\.xlarge leaves 3\.77/],
    ['memory', pod(1, 13901, 1), /needs 13901 MiB of memory, m5\.xlarge leaves 13900 MiB/],
    ['disk', pod(1, 1, 50), /needs 51200 MiB of ephemeral storage, m5\.xlarge leaves 50176 MiB/],
  ])('a little more %s does not, and the reason has the arithmetic', (_, request, reason) => {
    const reasons = misfits(request, shape, daemons);
    expect(reasons).toHaveLength(1);
    expect(reasons[0]).toMatch(reason);
  });

  test('every reason is given, not only the first', () => {
    expect(misfits(pod(99, 99999, 999), shape, daemons)).toHaveLength(3);
  });
});

describe('a profile chooses a side of the capacity', () => {
  const side = (key: string): Placement => ({ required: [], preferred: [], tolerations: [{ key }], shapes: [] });
  const both = { capacityName: 'Both', onDemand: side('on-demand'), spot: side('spot') };

  test('Spot and On-Demand are not mixed up', () => {
    expect(PlacementProfile.spot().choose(both)).toBe(both.spot);
    expect(PlacementProfile.onDemand().choose(both)).toBe(both.onDemand);
  });

  test('a side that is not there is no side', () => {
    expect(PlacementProfile.spot().choose({ capacityName: 'None' })).toBeUndefined();
  });
});
