import { Size } from 'aws-cdk-lib';
import { misfits, NodeOperator, NodeRequirement, NodeShape, Placement, PlacementProfile } from '../../lib/placement';

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

  const label = (value: string): NodeRequirement => ({ key: 'type', operator: NodeOperator.IN, values: [value] });
  const labelled = (value: string, zone?: string): Placement => ({
    required: [label(value)],
    preferred: [],
    tolerations: [{ key: value }],
    shapes: [{ ...shape, name: value, zone }],
  });
  const sides = { capacityName: 'Both', onDemand: labelled('on-demand'), spot: labelled('spot') };

  test('a fallback takes either, likes Spot better, and tolerates what both have', () => {
    expect(PlacementProfile.spotWithFallback().choose(sides)).toEqual({
      required: [{ key: 'type', operator: 'In', values: ['spot', 'on-demand'] }],
      preferred: [{ weight: 100, requirement: label('spot') }],
      tolerations: [{ key: 'spot' }, { key: 'on-demand' }],
      shapes: [...sides.spot.shapes, ...sides.onDemand.shapes],
    });
  });

  test('a fallback needs both sides', () => {
    expect(PlacementProfile.spotWithFallback().choose({ capacityName: 'One', spot: sides.spot })).toBeUndefined();
    expect(PlacementProfile.spotWithFallback().choose({ capacityName: 'One', onDemand: sides.onDemand })).toBeUndefined();
  });

  test('one zone is one more condition on the same machines', () => {
    const zone = { key: 'topology.kubernetes.io/zone', operator: 'In', values: ['eu-west-1a'] };
    expect(PlacementProfile.spot().inZone('eu-west-1a').choose(sides)).toEqual({ ...sides.spot, required: [label('spot'), zone] });
  });

  test('machines of another zone are no machines', () => {
    const elsewhere = { ...sides, spot: labelled('spot', 'eu-west-1b') };
    expect(PlacementProfile.spot().inZone('eu-west-1a').choose(elsewhere)).toBeUndefined();
    expect(PlacementProfile.spot().inZone('eu-west-1b').choose(elsewhere)?.shapes).toHaveLength(1);
  });

  test.each(['eu-west-1', 'eu-west-1A', '', 'a zone'])('%p is no zone', (zone) => {
    expect(PlacementProfile.spot().inZone(zone).problems).toHaveLength(1);
  });

  // Source: EC2 user guide, Availability Zones, Local Zones, and GovCloud regions.
  test.each(['eu-west-1a', 'us-gov-west-1b', 'us-west-2-lax-1a', 'ap-southeast-4c'])('%p is one', (zone) => {
    expect(PlacementProfile.spot().inZone(zone).problems).toEqual([]);
  });

  test('what can be interrupted says so', () => {
    const { spot, onDemand, spotWithFallback } = PlacementProfile;
    const all = [spot(), spotWithFallback(), spot().inZone('eu-west-1a'), onDemand(), onDemand().inZone('eu-west-1a')];
    expect(all.map(({ interruptible }) => interruptible)).toEqual([true, true, true, false, false]);
  });
});
