import { mkdirSync, writeFileSync } from 'node:fs';
import { inLocal } from './project';

/**
 * Environment of every process of the run: nothing of the user's own AWS account can get in, and an AWS SDK that looks for
 * credentials finds made-up ones.
 */
export function sealedEnvironment(own: Record<string, string> = {}): Record<string, string | undefined> {
  const inherited = Object.entries(process.env).filter(([name]) => !/^(AWS|FLINK|JVM_ARGS|KINESIS_MOCK|MOTO)/.test(name));
  const noProfile = inLocal('aws-profiles');
  mkdirSync(inLocal(), { recursive: true });
  writeFileSync(noProfile, '');
  return {
    ...Object.fromEntries(inherited),
    AWS_ACCESS_KEY_ID: 'local',
    AWS_SECRET_ACCESS_KEY: 'local',
    AWS_REGION: 'us-east-1',
    AWS_EC2_METADATA_DISABLED: 'true',
    AWS_CONFIG_FILE: noProfile,
    AWS_SHARED_CREDENTIALS_FILE: noProfile,
    ...own,
  };
}

/** Credentials for the emulators. */
export const CREDENTIALS = { accessKeyId: 'local', secretAccessKey: 'local' };
