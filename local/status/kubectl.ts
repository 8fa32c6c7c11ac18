import { spawnSync } from 'node:child_process';
import { Problem } from '../problem';

/** Longest time that one call may take, in milliseconds. */
const TIMEOUT = 60_000;

/** What kubectl says when something is wrong, and what mends it. Source: messages of kubectl and of the EKS API server. */
const MENDS: { readonly says: RegExp; readonly means: string }[] = [
  {
    says: /pods\/exec|pods "[^"]*" is forbidden: .*"exec"/,
    means:
      "this role may read the cluster but not look into pods ('viewers' may not): use a role of the platform's 'admins', with the command of the stack output Kubeconfig",
  },
  {
    says: /forbidden|unauthorized|must be logged in|AccessDenied|provide credentials/i,
    means:
      "this role has no access to the cluster: add it to 'admins' of FlinkPlatform (the sample: -c adminRoleArn=ARN), deploy, and run the command of the stack output Kubeconfig",
  },
  {
    says: /executable aws|getting credentials|ExpiredToken|Unable to locate credentials|SSO/i,
    means: 'kubectl gets no AWS credentials: sign in to AWS (aws sts get-caller-identity must answer) and run again',
  },
  {
    says: /\brefused\b|unable to connect|no such host|i\/o timeout|context deadline|timed out|no configuration has been|current-context/i,
    means:
      "kubectl reaches no cluster: run the command of the stack output Kubeconfig; the API server answers only from the VPC unless FlinkPlatform has endpoint: FlinkEndpoint.publicFrom(['your range']) (the sample: -c endpointCidr=RANGE)",
  },
];

/**
 * Runs kubectl and gives what it prints.
 *
 * @throws Problem that says what kubectl answered and how to mend it
 */
export function kubectl(args: string[]): string {
  const options = { env: process.env, encoding: 'utf8', timeout: TIMEOUT, maxBuffer: 64 * 1024 * 1024 } as const;
  const { error, status, stdout, stderr } = spawnSync('kubectl', args, options);
  const code = (error as NodeJS.ErrnoException | undefined)?.code;
  if (code === 'ENOENT') {
    throw new Problem('kubectl was not found on this machine: the status is read with it. Install kubectl, put it on PATH, and run again');
  }
  if (code === 'ETIMEDOUT') throw refusal(args, `timed out after ${TIMEOUT / 1000} s`);
  if (error) throw error;
  if (status !== 0) throw refusal(args, stderr.trim());
  return stdout;
}

function refusal(args: string[], answer: string): Problem {
  const mend = MENDS.find(({ says }) => says.test(answer));
  const command = `kubectl ${args.slice(0, 2).join(' ')}`;
  const means = mend?.means ?? `run 'kubectl ${args.slice(0, 4).join(' ')}' by hand and mend what it says`;
  // kubectl repeats itself at each try; what it means stands last.
  return new Problem(`${command} failed: ${means}.\nIts answer: ${answer.split('\n').pop() || 'nothing'}`);
}
