import { Problem } from './problem';

/** A resource of a template. */
export interface Resource {
  readonly Type: string;
  readonly Properties?: Record<string, unknown>;
}

/** A synthesized template, as far as the local run reads it. */
export interface Template {
  readonly Resources?: Record<string, Resource>;
  readonly Outputs?: Record<string, { readonly Value: unknown; readonly Export?: { readonly Name: unknown } }>;
  readonly Parameters?: Record<string, { readonly Default?: unknown }>;
  readonly Mappings?: Record<string, Record<string, Record<string, unknown>>>;
  readonly Conditions?: Record<string, unknown>;
}

/** A stack of the cloud assembly. */
export interface Stack {
  readonly name: string;
  readonly region: string;
  readonly account: string;
  readonly template: Template;
}

/** What a bucket is called in the emulator: its own name, or a stable one from stack and logical id. */
export function bucketName(stack: Stack, logicalId: string): string {
  const given = stack.template.Resources?.[logicalId]?.Properties?.BucketName;
  return typeof given === 'string' ? given : lowerCase(stack, logicalId);
}

/** What a stream is called in the emulator. */
export function streamName(stack: Stack, logicalId: string): string {
  const given = stack.template.Resources?.[logicalId]?.Properties?.Name;
  return typeof given === 'string' ? given : lowerCase(stack, logicalId);
}

/** The values that CloudFormation would put in place of intrinsic functions; made up, but stable, where AWS would choose them. */
export class IntrinsicFunctions {
  /**
   * @param stacks all stacks of the app
   * @param known values that somebody knows better; the attribute is undefined for a `Ref`
   */
  constructor(
    private readonly stacks: Stack[],
    private readonly known: (stack: Stack, logicalId: string, attribute?: string) => unknown = () => undefined,
  ) {}

  /** A value without intrinsic functions. */
  public resolve(value: unknown, stack: Stack): unknown {
    if (Array.isArray(value)) return value.map((each) => this.resolve(each, stack)).filter((each) => each !== undefined);
    if (typeof value !== 'object' || value === null) return value;
    const entries = Object.entries(value);
    if (entries.length === 1 && (entries[0][0] === 'Ref' || entries[0][0].startsWith('Fn::'))) {
      return this.call(entries[0][0], entries[0][1], stack);
    }
    return Object.fromEntries(entries.map(([key, each]) => [key, this.resolve(each, stack)]));
  }

  /** A value that must be text. */
  public resolveText(value: unknown, stack: Stack): string {
    const text = this.resolve(value, stack);
    if (typeof text !== 'object') return String(text);
    throw new Problem(`stack ${stack.name}: text is expected where the template has ${JSON.stringify(value)}`);
  }

  private call(name: string, argument: unknown, stack: Stack): unknown {
    if (name === 'Ref') return this.ref(String(argument), stack);
    if (name === 'Fn::GetAtt') return this.getAtt(argument, stack);
    if (name === 'Fn::Sub') return this.sub(argument, stack);
    if (name === 'Fn::ImportValue') return this.importValue(this.resolveText(argument, stack), stack);
    if (name === 'Fn::If') {
      const [condition, yes, no] = argument as [string, unknown, unknown];
      return this.resolve(this.holds(stack.template.Conditions?.[condition], stack) ? yes : no, stack);
    }
    const pure = PURE[name];
    if (pure) return pure(this.resolve(argument, stack), stack);
    throw new Problem(
      `stack ${stack.name}: the local run does not know the intrinsic function ${name}: add it to local/intrinsic-functions.ts`,
    );
  }

  private ref(id: string, stack: Stack): unknown {
    if (id.startsWith('AWS::')) return pseudoParameter(id, stack);
    const parameter = stack.template.Parameters?.[id];
    if (parameter) return parameter.Default ?? lowerCase(stack, id);
    const type = stack.template.Resources?.[id]?.Type;
    if (type === undefined) throw new Problem(`stack ${stack.name}: Ref of '${id}', which the template does not define`);
    const known = this.known(stack, id);
    if (known !== undefined) return known;
    if (type === 'AWS::S3::Bucket') return bucketName(stack, id);
    return type === 'AWS::Kinesis::Stream' ? streamName(stack, id) : lowerCase(stack, id);
  }

  private getAtt(argument: unknown, stack: Stack): unknown {
    const [id, ...rest] = Array.isArray(argument) ? argument.map(String) : String(argument).split('.');
    const attribute = rest.join('.');
    const known = this.known(stack, id, attribute);
    if (known !== undefined) return known;
    const type = stack.template.Resources?.[id]?.Type;
    if (type === 'AWS::Kinesis::Stream' && attribute === 'Arn') return `${arn('kinesis', stack)}:stream/${streamName(stack, id)}`;
    if (type === 'AWS::S3::Bucket' && attribute === 'Arn') return `arn:aws:s3:::${bucketName(stack, id)}`;
    const service = (type ?? 'AWS::Unknown').split('::')[1].toLowerCase();
    return attribute.endsWith('Arn')
      ? `${arn(service, stack)}:${lowerCase(stack, id)}`
      : `${lowerCase(stack, id)}-${attribute.toLowerCase()}`;
  }

  private sub(argument: unknown, stack: Stack): string {
    const [text, values] = (Array.isArray(argument) ? argument : [argument, {}]) as [string, Record<string, unknown>];
    return text.replace(/\$\{(!?)([^}]+)\}/g, (_, literal: string, name: string) => {
      if (literal) return `\${${name}}`;
      if (name in values) return this.resolveText(values[name], stack);
      return this.resolveText(name.includes('.') && !name.startsWith('AWS::') ? { 'Fn::GetAtt': name } : { Ref: name }, stack);
    });
  }

  private importValue(name: string, importer: Stack): unknown {
    for (const stack of this.stacks) {
      for (const output of Object.values(stack.template.Outputs ?? {})) {
        if (output.Export && this.resolve(output.Export.Name, stack) === name) return this.resolve(output.Value, stack);
      }
    }
    throw new Problem(
      `stack ${importer.name} imports '${name}', which no stack of this cloud assembly exports: synthesize both stacks in one app`,
    );
  }

  private holds(condition: unknown, stack: Stack): boolean {
    const [[name, argument]] = Object.entries(condition as Record<string, unknown>);
    const parts = argument as unknown[];
    if (name === 'Fn::Equals') return this.resolve(parts[0], stack) === this.resolve(parts[1], stack);
    if (name === 'Fn::Not') return !this.holds(parts[0], stack);
    if (name === 'Fn::And') return parts.every((part) => this.holds(part, stack));
    if (name === 'Fn::Or') return parts.some((part) => this.holds(part, stack));
    if (name === 'Condition') return this.holds(stack.template.Conditions?.[String(argument)], stack);
    throw new Problem(`stack ${stack.name}: the local run does not know the condition ${name}`);
  }
}

/** Functions of their resolved argument. */
const PURE: Record<string, (argument: unknown, stack: Stack) => unknown> = {
  'Fn::Join': (argument) => {
    const [separator, parts] = argument as [string, unknown[]];
    return parts.join(separator);
  },
  'Fn::Split': (argument) => {
    const [separator, text] = argument as [string, unknown];
    return String(text).split(separator);
  },
  'Fn::Select': (argument) => {
    const [index, parts] = argument as [unknown, unknown[]];
    return parts[Number(index)];
  },
  'Fn::FindInMap': (argument, stack) => {
    const [map, first, second] = (argument as unknown[]).map(String);
    return stack.template.Mappings?.[map]?.[first]?.[second];
  },
  'Fn::GetAZs': (argument, stack) => ['a', 'b', 'c'].map((zone) => `${String(argument) || stack.region}${zone}`),
  'Fn::Base64': (argument) => Buffer.from(String(argument)).toString('base64'),
};

function pseudoParameter(id: string, stack: Stack): unknown {
  const values: Record<string, unknown> = {
    'AWS::Region': stack.region,
    'AWS::AccountId': stack.account,
    'AWS::Partition': 'aws',
    'AWS::URLSuffix': 'amazonaws.com',
    'AWS::StackName': stack.name,
    'AWS::StackId': `${arn('cloudformation', stack)}:stack/${stack.name}/local`,
    'AWS::NotificationARNs': [],
    'AWS::NoValue': undefined,
  };
  return values[id];
}

function arn(service: string, stack: Stack): string {
  return `arn:aws:${service}:${stack.region}:${stack.account}`;
}

/** Lower case letters, digits and dashes, at most 63: legal as the name of a bucket. The end of a logical id is its hash. */
function lowerCase(stack: Stack, logicalId: string): string {
  const name = `${stack.name}-${logicalId}`.toLowerCase().replace(/[^a-z0-9]+/g, '-');
  return name.slice(-63).replace(/^-+/, '');
}
