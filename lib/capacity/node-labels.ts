/** Label that EKS puts on managed nodes, with the values `SPOT` and `ON_DEMAND`. Source: EKS user guide, managed node groups, capacity types. */
export const CAPACITY_TYPE_LABEL = 'eks.amazonaws.com/capacityType';

/** Key of the taint and label of Spot nodes; only pods that accept to lose their node may run there. */
export const SPOT_TAINT = 'cdk-flink-on-eks/spot';
