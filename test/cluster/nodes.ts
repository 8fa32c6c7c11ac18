import { FakeNode } from './fake-node';

const ZONES = ['us-east-1a', 'us-east-1b', 'us-east-1c'];

/**
 * Nodes as managed node groups bring them: On-Demand and Spot in each zone, with EKS' own label and the taint that the template gives to
 * Spot groups. Written down here from the EKS user guide, not taken from the library.
 */
export function managedNodes(count: { onDemand?: number; spot?: number }, allocatable?: Record<string, string>): FakeNode[] {
  const zoned = (side: string, number: number, rest: Omit<FakeNode, 'name' | 'zone'>): FakeNode[] =>
    Array.from({ length: number }, (_, index) => ({ name: `${side}-${index}`, zone: ZONES[index % 3], allocatable, ...rest }));
  return [
    ...zoned('on-demand', count.onDemand ?? 3, { labels: { 'eks.amazonaws.com/capacityType': 'ON_DEMAND' } }),
    ...zoned('spot', count.spot ?? 3, {
      labels: { 'eks.amazonaws.com/capacityType': 'SPOT', 'cdk-flink-on-eks/spot': 'true' },
      taints: [{ key: 'cdk-flink-on-eks/spot', value: 'true', effect: 'NoSchedule' }],
    }),
  ];
}
