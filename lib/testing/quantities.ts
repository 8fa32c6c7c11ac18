import { Size } from 'aws-cdk-lib';

/** Bytes of a suffix. Source: Kubernetes, quantities: `Ki` is a power of 1024, `k` of 1000. */
const FACTORS: Record<string, number> = {
  '': 1,
  k: 1e3,
  M: 1e6,
  G: 1e9,
  T: 1e12,
  Ki: 1024,
  Mi: 1024 ** 2,
  Gi: 1024 ** 3,
  Ti: 1024 ** 4,
};

/** vCPU of a Kubernetes quantity, in cores: `500m` is 0.5. */
export function cores(quantity: unknown): number {
  const [, number, milli] = /^(\d+(?:\.\d+)?)(m?)$/.exec(String(quantity)) ?? refuse(quantity);
  return Number(number) / (milli ? 1000 : 1);
}

/** Bytes of a Kubernetes quantity: `1536Mi`. */
export function size(quantity: unknown): Size {
  const [, number, suffix] = /^(\d+(?:\.\d+)?)([kMGT]i?|Ki|)$/.exec(String(quantity)) ?? refuse(quantity);
  return Size.bytes(Number(number) * FACTORS[suffix]);
}

function refuse(quantity: unknown): never {
  throw new Error(`'${String(quantity)}' is not a quantity that can be read: allowed is for example 500m, 1, 1536Mi or 2G`);
}
