import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { App, Stack } from 'aws-cdk-lib';
import * as lib from '../../lib';
import { ApplicationOverrides, testApp, testApplication, testPlatform } from '../fixtures/apps';
import { moduleFolder } from './binaries';
import { KARPENTER_MODULE } from './chart-repository';
import { PROJECT } from './places';

const folders: string[] = [];
afterAll(() => folders.forEach((folder) => rmSync(folder, { recursive: true, force: true })));

/** Synthesizes an app of `bin/` as its users do; the folder of the cloud assembly. */
export function synthesizeSample(name: string, context: Record<string, unknown> = {}): string {
  const out = mkdtempSync(join(tmpdir(), 'flink-sample-'));
  folders.push(out);
  const { status, stderr } = spawnSync(process.execPath, [join('dist', 'bin', `${name}.js`)], {
    cwd: PROJECT,
    encoding: 'utf8',
    env: {
      HOME: out,
      CDK_OUTDIR: out,
      CDK_VALIDATION: 'false',
      CDK_CONTEXT_JSON: JSON.stringify({ 'aws:cdk:disable-asset-staging': true, ...context }),
    },
  });
  if (status !== 0) throw new Error(`bin/${name}.ts does not synthesize: ${stderr.slice(0, 2000)}`);
  return out;
}

/** An application of `platformWith`, in a stack of its own. */
export interface NamedApplication extends ApplicationOverrides {
  readonly name: string;
}

/** Synthesizes a platform with applications on it, each in a stack of its own; the folder of the cloud assembly. */
export function platformWith(applications: NamedApplication[], platform: lib.FlinkPlatformProps = {}): string {
  const app: App = testApp();
  const made = testPlatform(platform, app);
  applications.forEach((props) => testApplication(new Stack(app, `Job-${props.name}`), made.platform, props));
  return app.synth().directory;
}

/** What EKS Auto Mode brings to a cluster: node pools as Karpenter's project defines them; of its own type only the name is public. */
export function autoModeTypes(): string[] {
  const crds = join(moduleFolder(KARPENTER_MODULE), 'pkg', 'apis', 'crds');
  return [join(crds, 'karpenter.sh_nodepools.yaml'), join(__dirname, 'auto-mode-node-class.json')];
}
