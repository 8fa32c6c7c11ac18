import { refusal } from './checks';
import type { FlinkOption } from './option-catalog';

/** Parts of keys whose values Flink itself hides in its log and UI. Source: Flink `GlobalConfiguration.SENSITIVE_KEYS`. */
const SENSITIVE = [
  'password',
  'secret',
  'account.key',
  'apikey',
  'api-key',
  'auth-params',
  'service-key',
  'token',
  'basic-auth',
  'jaas.config',
  'http-headers',
];

/** Keys of that kind that name a class, a time or a Kubernetes object, not a secret. */
const HARMLESS = [
  /^security\.(delegation\.tokens?|kerberos\.tokens)\./,
  /^kubernetes\.(secrets|env\.secretkeyref|container\.image\.pull-secrets|hadoop\..*|decorator\..*)$/,
  /^yarn\./,
];

/** Values that open something, whatever the key. Source: AWS IAM identifiers (access key ids), RFC 7468 (keys), AWS CDK dynamic references. */
const VALUES = [
  /\b(AKIA|ASIA)[A-Z0-9]{16}\b/,
  /-----BEGIN [A-Z ]*PRIVATE KEY-----/,
  /\{\{resolve:(secretsmanager|ssm-secure):/,
  /(password|passwd|secret|token)=(?!\$)[^\s;]/i,
];

/**
 * Why an option is refused because it holds a secret; the value is not repeated. Undefined when it holds none.
 *
 * @param key as given
 * @param value as given
 * @param option what the catalog knows
 */
export function secretProblem(key: string, value: string, option?: FlinkOption): string | undefined {
  const advice = 'would stand in the template and in a ConfigMap; remove it,';
  if (VALUES.some((pattern) => pattern.test(value))) {
    return refusal(
      'secret-in-options',
      `the value of '${key}' looks like an access key or a password: it ${advice} the pods get their credentials from the service account`,
    );
  }
  if (!isSensitive(key, option)) return undefined;
  const way = /^s3|^fs\.|^presto/.test(key)
    ? 'the pods get their credentials from the service account'
    : "mount a Kubernetes Secret with 'customizeChart' and name its file, or give it as '-D' argument from an environment variable";
  return refusal('secret-in-options', `'${key}' holds a secret: its value ${advice} ${way}`);
}

function isSensitive(key: string, option?: FlinkOption): boolean {
  if (option?.isSecret) return true;
  if (option && option.type !== 'string') return false;
  const lower = key.toLowerCase();
  return !HARMLESS.some((pattern) => pattern.test(lower)) && SENSITIVE.some((part) => lower.includes(part));
}
