import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ApplicationTemplate, readApplications } from './application-template';
import { IntrinsicFunctions, Stack, Template } from './intrinsic-functions';
import { Problem } from './problem';

/** Where the emulators are: stacks that leave region or account open get these. */
const REGION = 'us-east-1';
const ACCOUNT = '000000000000';

interface Manifest {
  readonly artifacts?: Record<string, { type: string; environment?: string; properties?: Record<string, unknown> }>;
}

/**
 * Reads the Flink applications of a synthesized CDK app.
 *
 * @param folder the cloud assembly, usually `cdk.out`
 */
export function readCloudAssembly(folder: string): ApplicationTemplate[] {
  if (!existsSync(join(folder, 'manifest.json'))) {
    throw new Problem(
      `'${folder}' is no synthesized CDK app, it has no manifest.json: run 'npx cdk synth' in your app and give its folder, for example --app cdk.out`,
    );
  }
  const stacks = readStacks(folder);
  return readApplications(stacks, new IntrinsicFunctions(stacks));
}

/**
 * The application to run.
 *
 * @param name which one; may be left out when there is only one
 */
export function chooseApplication(applications: ApplicationTemplate[], name: string | undefined, folder: string): ApplicationTemplate {
  const names = applications.map((each) => each.name).join(', ');
  if (applications.length === 0) throw new Problem(`The app in '${folder}' has no Flink application: no stack contains a FlinkApplication`);
  if (name === undefined && applications.length > 1)
    throw new Problem(`The app in '${folder}' has ${applications.length} Flink applications: choose one with --application, of ${names}`);
  const found = name === undefined ? applications[0] : applications.find((each) => each.name === name);
  if (!found) throw new Problem(`The app in '${folder}' has no Flink application '${name}': choose one with --application, of ${names}`);
  return found;
}

function readStacks(folder: string): Stack[] {
  const { artifacts = {} } = readJson<Manifest>(join(folder, 'manifest.json'));
  return Object.entries(artifacts).flatMap(([id, { type, environment = '', properties = {} }]) => {
    if (type === 'cdk:cloud-assembly') return readStacks(join(folder, String(properties.directoryName)));
    if (type !== 'aws:cloudformation:stack') return [];
    const [account, region] = environment.replace('aws://', '').split('/');
    return [
      {
        name: String(properties.stackName ?? id),
        region: !region || region === 'unknown-region' ? REGION : region,
        account: /^\d{12}$/.test(account) ? account : ACCOUNT,
        template: readJson<Template>(join(folder, String(properties.templateFile))),
      },
    ];
  });
}

function readJson<T>(file: string): T {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as T;
  } catch (error) {
    throw new Problem(`${file} cannot be read (${(error as Error).message}): synthesize the app again`);
  }
}
