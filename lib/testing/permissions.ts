import { at, isObject, JsonObject, listOf, textOf } from './template-text';
import { resourcesOf } from './kubernetes-objects';

/** One action on one resource. */
export interface Permission {
  /** IAM action, for example `s3:GetObject`. */
  readonly action: string;
  /** Resource; what CloudFormation fills in is a placeholder, for example `${Results.Arn}/prices/*`. */
  readonly resource: string;
  /** Whether the statement allows; a statement that denies does not. */
  readonly isAllowed: boolean;
  /** Conditions of the statement as plain JSON; empty when there are none. */
  readonly conditions: Readonly<Record<string, unknown>>;
}

/** Options of `FlinkPermissions.hasNoWildcards`. */
export interface WildcardOptions {
  /**
   * Actions and resources that may stay, letter by letter as the message prints them.
   *
   * @default - none
   */
  readonly except?: string[];
}

/**
 * What the role of an application may do by its own policies. Policies of buckets and keys that name the role from their side are not seen.
 */
export class FlinkPermissions {
  /** Every action on every resource, in the template's order. */
  public readonly all: readonly Permission[];

  /**
   * @param owner what the permissions belong to, for messages
   * @param statements IAM statements from a template
   * @param managedPolicies ARNs of attached policies whose content the template does not hold
   */
  constructor(
    private readonly owner: string,
    statements: readonly JsonObject[],
    private readonly managedPolicies: readonly string[],
  ) {
    this.all = statements.flatMap(permissionsOf);
  }

  /** Resources by action, both sorted: what a reviewer reads. Statements that deny are left out. */
  public get byAction(): Record<string, string[]> {
    const allowed = this.all.filter(({ isAllowed }) => isAllowed);
    const actions = [...new Set(allowed.map(({ action }) => action))].sort();
    const resources = (wanted: string): string[] => allowed.filter(({ action }) => action === wanted).map(({ resource }) => resource);
    return Object.fromEntries(actions.map((action) => [action, [...new Set(resources(action))].sort()]));
  }

  /**
   * Whether a statement allows an action and none denies it. Conditions and policies that the template does not hold are not judged.
   *
   * @param action for example `s3:PutObject`
   * @param resource in the spelling of `all`; `*` in a policy matches as IAM does it. Without one: on any resource
   */
  public allows(action: string, resource?: string): boolean {
    const about = this.all.filter((one) => matches(one.action, action, 'i') && (resource === undefined || matches(one.resource, resource)));
    return about.some(({ isAllowed }) => isAllowed) && !(resource !== undefined && about.some(({ isAllowed }) => !isAllowed));
  }

  /**
   * Asserts that nothing is allowed wholesale. Refused are: `*` or `?` in an action; a resource `*`; a resource with a wildcard anywhere but in
   * the name of an object below a prefix (`bucket/prices/*` passes, `bucket/*` does not); an attached policy whose content is not here.
   *
   * @throws with each finding
   */
  public hasNoWildcards(options: WildcardOptions = {}): void {
    const allowed = this.all.filter(({ isAllowed }) => isAllowed);
    const actions = allowed.map(({ action }) => action).filter((action) => /[*?]/.test(action));
    const resources = allowed.filter(({ resource }) => isWide(resource));
    const wide = [...new Set(resources.map(({ resource }) => resource))].map((resource) => {
      const used = resources.filter((one) => one.resource === resource).map(({ action }) => action);
      return { value: resource, text: `resource '${resource}' for ${[...new Set(used)].join(', ')}` };
    });
    const findings = [
      ...[...new Set(actions)].map((action) => ({ value: action, text: `action '${action}'` })),
      ...wide,
      ...this.managedPolicies.map((arn) => ({ value: arn, text: `attached policy '${arn}', whose content the template does not hold` })),
    ].filter(({ value }) => !(options.except ?? []).includes(value));
    if (findings.length === 0) return;
    const list = findings.map(({ text }) => `  - ${text}`).join('\n');
    throw new Error(
      `${this.owner} may do more than it names:\n${list}\nallowed are named actions on named resources, and objects below a prefix; name them, or list what must stay in 'except'`,
    );
  }
}

function permissionsOf(statement: JsonObject): Permission[] {
  const conditions = isObject(statement.Condition) ? statement.Condition : {};
  const isAllowed = statement.Effect === 'Allow';
  // NotAction and NotResource name what is left out: all else is meant.
  const named = (key: string): string[] => (statement[key] === undefined ? ['*'] : listOf(statement[key]).map(textOf));
  const resources = named('Resource');
  return named('Action').flatMap((action) => resources.map((resource) => ({ action, resource, isAllowed, conditions })));
}

/** Source: IAM user guide, `Resource` and `Action` elements: `*` any characters, `?` one. */
function matches(pattern: string, text: string, flags = ''): boolean {
  const expression = pattern
    .replace(/[.+^${}()|[\]\\]/g, '\\$&')
    .replace(/\*/g, '.*')
    .replace(/\?/g, '.');
  return new RegExp(`^${expression}$`, flags).test(text);
}

/** A wildcard is narrow at the end of a path that has a segment before it. Policy variables such as `${aws:PrincipalTag/x}` hold none. */
function isWide(resource: string): boolean {
  const wildcard = resource.search(/[*?]/);
  return wildcard >= 0 && !/^[^*?]+\/[^*?/]+\/\*$/.test(resource);
}

/** Permissions of a role by the policies in the same template. */
export function permissionsOfRole(template: JsonObject, role: string, owner: string): FlinkPermissions {
  const resources = resourcesOf(template);
  const properties = resources[role].Properties;
  const attached = Object.values(resources).filter(
    ({ Type, Properties }) => /^AWS::IAM::(Managed)?Policy$/.test(String(Type)) && names(at(Properties, 'Roles'), role),
  );
  const own = listOf(at(properties, 'Policies'));
  const documents = [
    ...attached.map(({ Properties }) => at(Properties, 'PolicyDocument')),
    ...own.map((policy) => at(policy, 'PolicyDocument')),
  ];
  const known = (arn: unknown): boolean => typeof at(arn, 'Ref') === 'string' && String(at(arn, 'Ref')) in resources;
  const referred = listOf(at(properties, 'ManagedPolicyArns'));
  documents.push(...referred.filter(known).map((arn) => at(resources[String(at(arn, 'Ref'))], 'Properties', 'PolicyDocument')));
  const statements = documents.flatMap((document) => listOf(at(document, 'Statement'))).filter(isObject);
  return new FlinkPermissions(owner, statements, referred.filter((arn) => !known(arn)).map(textOf));
}

function names(roles: unknown, logicalId: string): boolean {
  return listOf(roles).some((role) => at(role, 'Ref') === logicalId);
}
