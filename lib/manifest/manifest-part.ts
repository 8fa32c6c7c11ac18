import { createHash } from 'crypto';
import { CfnResource, Lazy, RemovalPolicy, Stack } from 'aws-cdk-lib';
import { ApiObject, Chart } from 'cdk8s';
import { Construct, IDependable } from 'constructs';
import { IKubectl } from './kubectl';

/** Largest manifest of one part, in bytes. An update sends old and new to the handler, whose event holds 262,144 bytes (aws/aws-cdk 19165). */
export const MAX_MANIFEST_BYTES = 100_000;

/** One part of an application: objects that are created, changed and removed together. */
export interface ManifestPart {
  /** What it is called in messages: `namespace`, `core`, `autoscaling`. */
  readonly name: string;
  /**
   * Logical id of the CloudFormation resource, from which the prune label follows too. It must not come from a construct path:
   * a changed id makes CloudFormation create the objects anew and then delete the live ones.
   */
  readonly logicalId: string;
  /** Draws the objects; called once, at synthesis. */
  readonly draw: () => Chart;
  /**
   * What must exist before the objects do.
   *
   * @default - nothing but the cluster
   */
  readonly after?: IDependable[];
  /**
   * Whether the objects stay when the part is removed.
   *
   * @default false
   */
  readonly keep?: boolean;
}

/**
 * The seam between the two worlds: a finished cdk8s chart becomes one CloudFormation resource, in the scope that asks for it.
 *
 * Logical id and prune label are the part's own, not those of the construct path, so that a renamed construct changes nothing
 * on the cluster.
 */
export class ManifestResource extends Construct implements IDependable {
  private readonly bytes: () => number;

  constructor(scope: Construct, id: string, kubectl: IKubectl, part: ManifestPart) {
    super(scope, id);
    const pruneLabel = pruneLabelOf(part.logicalId);
    const objects = once(() => drawObjects(part, pruneLabel));
    this.bytes = once(() => sizeOf(objects(), () => Stack.of(this).resolve(objects())));
    const manifest = kubectl.applyObjects(this, 'Manifest', {
      // The type asks for an array; the value is known only after verbs such as readFrom have been called.
      manifest: Lazy.any({ produce: objects }) as unknown as Record<string, unknown>[],
      overwrite: true,
      prune: false,
      removalPolicy: part.keep ? RemovalPolicy.RETAIN : undefined,
    });
    const resource = manifest.node.defaultChild as CfnResource;
    resource.addPropertyOverride('PruneLabel', pruneLabel);
    resource.overrideLogicalId(part.logicalId);
    manifest.node.addDependency(...(part.after ?? []));
    this.node.addValidation({ validate: () => this.tooLarge(part) });
  }

  private tooLarge(part: ManifestPart): string[] {
    const bytes = this.bytes();
    if (bytes <= MAX_MANIFEST_BYTES) return [];
    return [
      `the manifest of part '${part.name}' has ${bytes} bytes: allowed are ${MAX_MANIFEST_BYTES}, because an update sends it twice in one event of at most 262,144 bytes; move objects that customizeChart adds into a manifest of your own`,
    ];
  }
}

/** Bytes of the resolved objects, or a bound that is enough: a token becomes a reference of 500 bytes at most. */
function sizeOf(objects: unknown, resolve: () => unknown): number {
  const text = JSON.stringify(objects);
  const bound = Buffer.byteLength(text) + 500 * text.split('${Token[').length;
  return bound <= MAX_MANIFEST_BYTES ? bound : Buffer.byteLength(JSON.stringify(resolve()));
}

function pruneLabelOf(logicalId: string): string {
  const digest = createHash('sha256').update(logicalId).digest('hex').slice(0, 40);
  return `cdk-flink-on-eks/prune-${digest}`;
}

function drawObjects(part: ManifestPart, pruneLabel: string): unknown[] {
  const chart = part.draw();
  for (const child of chart.node.findAll()) {
    if (child instanceof ApiObject) child.metadata.addLabel(pruneLabel, '');
  }
  return chart.toJson() as unknown[];
}

function once<T>(produce: () => T): () => T {
  let made: { value: T } | undefined;
  return () => (made ??= { value: produce() }).value;
}
