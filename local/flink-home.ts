import { copyFileSync, mkdirSync, readdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { sealedEnvironment } from './environment';

/**
 * The folder that stands for the image's `/opt/flink` in one run: scripts, jars and plugins are links to a Flink home that all
 * runs share; configuration, job, logs and work are its own, so that two runs never meet.
 */
export class FlinkHome {
  /** The folder. */
  public readonly path: string;

  /**
   * @param run folder of the run
   * @param shared the Flink home that is linked to
   * @param variables more for the environment of its processes
   */
  constructor(
    public readonly run: string,
    private readonly shared: string,
    private readonly variables: Record<string, string> = {},
  ) {
    this.path = join(run, 'flink');
    for (const own of ['conf', 'usrlib', 'log', 'work', 'lib']) mkdirSync(join(this.path, own), { recursive: true });
    for (const link of ['bin', 'opt', 'plugins']) symlinkSync(join(shared, link), join(this.path, link));
    // Flink looks for usrlib beside lib, so lib cannot be one link.
    for (const jar of readdirSync(join(shared, 'lib'))) symlinkSync(join(shared, 'lib', jar), join(this.path, 'lib', jar));
  }

  /** Writes `config.yaml` and `log4j-console.properties`. */
  public configure(options: Record<string, string>, logging: string | undefined): void {
    const lines = Object.entries(options).map(([key, value]) => `${key}: ${JSON.stringify(value)}\n`);
    writeFileSync(join(this.path, 'conf', 'config.yaml'), lines.join(''));
    if (logging === undefined) this.copyLogging(join(this.path, 'conf'));
    else writeFileSync(join(this.path, 'conf', 'log4j-console.properties'), logging);
  }

  /** Writes what else the ConfigMap holds. */
  public addFiles(files: Record<string, string>): void {
    for (const [name, content] of Object.entries(files)) writeFileSync(join(this.path, 'conf', name), content);
  }

  /** Copies the job; a rebuild while it runs does not touch the copy. */
  public addJob(jar: string): void {
    copyFileSync(jar, join(this.path, 'usrlib', 'job.jar'));
  }

  /** The S3 plugins that are of another patch version than Flink: `tools/flink-home.mjs` takes one that resolves. */
  public otherPlugins(release: string): { name: string; version: string }[] {
    return readdirSync(join(this.shared, 'plugins'), { recursive: true, encoding: 'utf8' }).flatMap((file) => {
      const [, name, version] = /(flink-s3-fs-\w+)-([\d.]+)\.jar$/.exec(file) ?? [];
      return name === undefined || version === release ? [] : [{ name, version }];
    });
  }

  /** Copies Flink's own logging configuration. */
  public copyLogging(folder: string): void {
    copyFileSync(join(this.shared, 'conf', 'log4j-console.properties'), join(folder, 'log4j-console.properties'));
  }

  /** A script of `bin`. */
  public script(name: string): string {
    return join(this.path, 'bin', name);
  }

  /** Environment of a process. */
  public environment(name: string): Record<string, string | undefined> {
    return sealedEnvironment({
      ...this.variables,
      // Otherwise the scripts follow the links and take the shared folder for the home.
      _FLINK_HOME_DETERMINED: '1',
      FLINK_HOME: this.path,
      FLINK_CONF_DIR: join(this.path, 'conf'),
      FLINK_LOG_DIR: join(this.path, 'log'),
      FLINK_PID_DIR: join(this.run, 'pids', name),
      FLINK_IDENT_STRING: name,
    });
  }
}
