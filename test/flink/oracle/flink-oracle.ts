import { ChildProcessWithoutNullStreams, spawn, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { inLocal, PROJECT } from '../../../local/project';

/** What Flink says: its numbers and texts by name, or the message of its error. */
export type Answer = { readonly found: Record<string, string> } | { readonly error: string };

/** One long-lived JVM with the jars of a Flink release, which answers with Flink's own code. See FlinkOracle.java. */
export class FlinkOracle {
  /** Starts it; makes the Flink home and compiles the program first. */
  public static start(release: string): FlinkOracle {
    const home = output(process.execPath, [join(PROJECT, 'tools', 'flink-home.mjs'), release]).trim();
    mkdirSync(inLocal('run'), { recursive: true });
    const classes = mkdtempSync(inLocal('run', 'oracle-'));
    const jar = join(home, 'lib', `flink-dist-${release}.jar`);
    output('javac', ['-d', classes, '-cp', jar, join(__dirname, 'FlinkOracle.java')]);
    const flags = ['-XX:TieredStopAtLevel=1', '-XX:+UseSerialGC', '-Xmx256m'];
    return new FlinkOracle(home, spawn('java', [...flags, '-cp', `${classes}:${join(home, 'lib')}/*`, 'FlinkOracle']), classes);
  }

  private readonly waiting: ((answer: Answer) => void)[] = [];
  private said = '';

  private constructor(
    /** The Flink home that it runs on. */
    public readonly home: string,
    private readonly jvm: ChildProcessWithoutNullStreams,
    private readonly classes: string,
  ) {
    createInterface({ input: jvm.stdout }).on('line', (line) => this.waiting.shift()?.(read(line)));
    jvm.stderr.setEncoding('utf8').on('data', (text: string) => (this.said = (this.said + text).slice(-2000)));
    jvm.on('close', () => this.waiting.splice(0).forEach((tell) => tell({ error: `the JVM ended: ${this.said}` })));
  }

  /** How Flink divides the memory of a TaskManager or JobManager. */
  public memory(process: 'taskManager' | 'jobManager', properties: Record<string, string>): Promise<Answer> {
    return this.ask([process, ...Object.entries(properties).flat()]);
  }

  /** How Flink reads a value. */
  public value(type: string, isList: boolean, text: string): Promise<Answer> {
    return this.ask(['value', type, isList ? 'list' : 'one', text]);
  }

  /** What Flink makes of a `config.yaml`. */
  public configYaml(content: string): Promise<Answer> {
    return this.ask(['configYaml', content]);
  }

  /** How RocksDB or ForSt divides its budget. */
  public stateCache(backend: string, bytes: number, writeBufferRatio: number): Promise<Answer> {
    return this.ask(['stateCache', backend, String(bytes), String(writeBufferRatio)]);
  }

  /** Whether Flink takes the times of its heartbeats, in milliseconds. */
  public heartbeat(interval: number, timeout: number, failureThreshold: number): Promise<Answer> {
    return this.ask(['heartbeat', String(interval), String(timeout), String(failureThreshold)]);
  }

  /** Which restart strategy Flink makes of options. */
  public restart(properties: Record<string, string>): Promise<Answer> {
    return this.ask(['restart', ...Object.entries(properties).flat()]);
  }

  /** Ends the JVM. */
  public async stop(): Promise<void> {
    const ended = new Promise((resolve) => this.jvm.once('close', resolve));
    this.jvm.stdin.end();
    await ended;
    rmSync(this.classes, { recursive: true, force: true });
  }

  private ask(fields: string[]): Promise<Answer> {
    return new Promise((resolve) => {
      this.waiting.push(resolve);
      this.jvm.stdin.write(`${fields.map(encodeURIComponent).join('\t')}\n`);
    });
  }
}

function read(line: string): Answer {
  const [kind, ...fields] = line.split('\t').map((field) => decodeURIComponent(field.replaceAll('+', ' ')));
  const found: Record<string, string> = {};
  for (let index = 0; index + 1 < fields.length; index += 2) found[fields[index]] = fields[index + 1];
  return kind === 'ok' ? { found } : { error: found.message };
}

function output(command: string, args: string[]): string {
  const { status, stdout, stderr, error } = spawnSync(command, args, { cwd: PROJECT, encoding: 'utf8' });
  if (status !== 0) throw new Error(`${command} ${args.join(' ')} failed: ${error?.message ?? stderr}`);
  return stdout;
}
