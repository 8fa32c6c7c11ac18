import { runSample, templateIn } from './fixtures/sample';
import { kubernetesResources } from './fixtures/kubernetes';

describe('the sample, as `npx cdk synth` runs it', () => {
  // With aws-cdk-lib 2.260 to 2.268 on Node 20, certain node groups hang the engine for minutes: the process would be killed.
  const { status, signal, stderr, milliseconds, out } = runSample();

  test('ends by itself within a minute, without account, network or Docker', () => {
    expect([status, signal, stderr]).toEqual([0, null, '']);
    expect(milliseconds).toBeLessThan(60_000);
  });

  test('makes a stack for the platform and one for the job', () => {
    expect(Object.keys(kubernetesResources(templateIn(out, 'PriceMaxima')))).toHaveLength(3);
    expect(Object.keys(templateIn(out, 'FlinkPlatform').Resources).length).toBeGreaterThan(50);
  });

  test('gives a command for each thing that a person wants to do next', () => {
    const outputs = ['FlinkPlatform', 'PriceMaxima'].flatMap((stack) =>
      Object.values(templateIn(out, stack).Outputs!).map(({ Value }) => JSON.stringify(Value)),
    );
    for (const command of [
      'update-kubeconfig',
      'kubectl get pods',
      'port-forward',
      'aws s3 ls',
      'npm run ticks',
      'npx cdk-flink-on-eks status',
      'cdk destroy',
    ]) {
      expect([command, outputs.some((output) => output.includes(command))]).toEqual([command, true]);
    }
  });

  // Source: CloudFormation quotas: 500 resources and 1 MB a template. Source: AWS Lambda quotas: the handler ends after 15 minutes.
  test('stays well below what CloudFormation and the kubectl handler can take', () => {
    for (const stack of ['FlinkPlatform', 'PriceMaxima']) {
      const template = templateIn(out, stack);
      expect(Object.keys(template.Resources).length).toBeLessThan(450);
      expect(JSON.stringify(template).length).toBeLessThan(900_000);
      const waits = Object.values(template.Resources).map(({ Properties }) =>
        parseInt(String(Properties.Timeout ?? Properties.TimeoutSeconds ?? 0)),
      );
      const charts = Object.values(template.Resources).filter(({ Type }) => Type === 'Custom::AWSCDK-EKS-HelmChart');
      expect(charts.length + waits.length).toBeGreaterThan(0);
      for (const { Properties } of charts) expect(parseInt(Properties.Timeout as string)).toBeLessThan(900);
      for (const wait of waits) expect(wait).toBeLessThanOrEqual(900);
    }
  });

  test('refuses a line that the job is not built for', () => {
    const wrong = runSample({ context: { flinkLine: '1.19' } });
    expect(wrong.status).not.toBe(0);
    expect(wrong.stderr).toMatch(/flinkLine is '1\.19': allowed are 1\.20 and 2\.2|flinkLine is '1\.19': allowed are 2\.2 and 1\.20/);
  });
});
