import { isObject, JsonObject } from './template-text';

/** Members whose whole value moves. */
const MOVING: Record<string, string> = {
  ServiceToken: '<service token>',
  Analytics: '<analytics>',
  'cdk-flink-on-eks/checksum': '<checksum>',
};

/**
 * Lets a snapshot of a template change only when the stack does: hashes of assets, service tokens, layers and the hashes in logical ids
 * of Lambda versions differ between releases of aws-cdk-lib while nothing else does. For `expect.addSnapshotSerializer` of Jest and Vitest.
 *
 * @example
 * expect.addSnapshotSerializer(new TemplateSnapshotSerializer());
 * expect(Template.fromStack(stack).toJSON()).toMatchSnapshot();
 */
export class TemplateSnapshotSerializer {
  /**
   * The template with a placeholder in place of each value that moves. The template itself is not changed.
   *
   * @param template as plain JSON
   */
  public static normalize(template: Readonly<Record<string, unknown>>): Record<string, unknown> {
    return normalized(template) as Record<string, unknown>;
  }

  private readonly done = new WeakSet<object>();

  /**
   * Whether a value is a CloudFormation template that is not normalized yet.
   *
   * @param value given to `expect`
   */
  public test(value: unknown): boolean {
    if (!isObject(value) || !isObject(value.Resources) || this.done.has(value)) return false;
    const resources = Object.values(value.Resources);
    return resources.length > 0 && resources.every((resource) => isObject(resource) && typeof resource.Type === 'string');
  }

  /**
   * Text of a template for a snapshot.
   *
   * @param value the template
   * @param print prints a value as the test runner does
   */
  public print(value: unknown, print: (value: unknown) => string): string {
    const template = TemplateSnapshotSerializer.normalize(value as JsonObject);
    this.done.add(template);
    return print(template);
  }
}

function normalized(value: unknown, key?: string): unknown {
  if (key !== undefined && key in MOVING) return MOVING[key];
  if (typeof value === 'string') return normalizedText(value);
  if (Array.isArray(value)) return value.map((item) => (key === 'Layers' ? '<layer>' : normalized(item)));
  if (!isObject(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([name, inner]) => [normalizedText(name), normalized(inner, name)]));
}

/**
 * Sources: aws-cdk-lib names assets after 64 hexadecimal digits and a Lambda version after 8 and 32 of them; the label follows from the image.
 */
function normalizedText(text: string): string {
  return text
    .replace(/\b[0-9a-f]{64}\b/g, '<asset>')
    .replace(/(CurrentVersion)[0-9A-F]{8}[0-9a-f]{32}/g, '$1')
    .replace(/(cdk-flink-on-eks\/checksum[\\"]*: ?[\\"]*)[0-9a-f]{16}/g, '$1<checksum>');
}
