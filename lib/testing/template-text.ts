/** A JSON object whose members are looked at one by one. */
export type JsonObject = Readonly<Record<string, unknown>>;

/** Whether a value is a JSON object, so that its members can be read. */
export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The member of nested objects at a path of keys, or nothing. */
export function at(value: unknown, ...path: string[]): unknown {
  return path.reduce<unknown>((inner, key) => (isObject(inner) ? inner[key] : undefined), value);
}

/** A value as a list: a list as it is, one value as a list of one, nothing as an empty list. */
export function listOf(value: unknown): unknown[] {
  if (value === undefined || value === null) return [];
  return Array.isArray(value) ? (value as unknown[]) : [value];
}

/**
 * Text of a template's value. What CloudFormation fills in at deployment becomes a placeholder such as `${Stream.Arn}`.
 *
 * @param value from a template
 */
export function textOf(value: unknown): string {
  if (Array.isArray(value)) return placeholder(value);
  if (!isObject(value)) return String(value);
  const join = value['Fn::Join'];
  if (Array.isArray(join)) return listOf(join[1]).map(textOf).join(String(join[0]));
  if (typeof value.Ref === 'string') return `\${${value.Ref}}`;
  const attribute = value['Fn::GetAtt'];
  if (attribute !== undefined) return `\${${listOf(attribute).map(String).join('.')}}`;
  if (value['Fn::ImportValue'] !== undefined) return `\${${textOf(value['Fn::ImportValue'])}}`;
  if (typeof value['Fn::Sub'] === 'string') return value['Fn::Sub'];
  return placeholder(value);
}

/** JSON that a template carries as text: a placeholder that stands for a number, outside of quotes, becomes text too. */
export function jsonOf(value: unknown): unknown {
  const join = at(value, 'Fn::Join');
  const parts = Array.isArray(join) ? listOf(join[1]) : [value];
  let json = '';
  for (const part of parts) json += isObject(part) && !isInsideText(json) ? JSON.stringify(textOf(part)) : textOf(part);
  return JSON.parse(json);
}

function isInsideText(json: string): boolean {
  const quotes = json.replace(/\\./g, '').split('"').length - 1;
  return quotes % 2 === 1;
}

function placeholder(value: unknown): string {
  return `\${${JSON.stringify(value)
    .replace(/[^\w:./-]+/g, ' ')
    .trim()}}`;
}
