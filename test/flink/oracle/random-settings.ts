/** Random memory settings of a TaskManager and a JobManager, legal and illegal, from a seed. */
export class RandomSettings {
  private state: number;

  constructor(seed: number) {
    this.state = seed >>> 0;
  }

  /** Settings of a TaskManager: each way of setting it, with any other option now and then. */
  public taskManager(line: string): Record<string, string> {
    const base = this.pick([1500, 2048, 4096, 8192, 14336, 28672, this.whole(900, 33000)]);
    const ways: Record<string, string>[] = [
      { 'process.size': this.size(base) },
      { 'flink.size': this.size(base) },
      { 'process.size': this.size(base), 'flink.size': this.size(base - this.whole(300, 1500)) },
      { 'task.heap.size': this.size(base / 3), 'managed.size': this.size(base / 3) },
      { 'task.heap.size': this.size(base / 3), 'managed.size': this.size(base / 3), 'flink.size': this.size(base) },
      { 'task.heap.size': this.size(base / 3), 'managed.size': this.size(base / 3), 'process.size': this.size(base) },
      { 'process.size': this.size(base), 'task.heap.size': this.size(base / 3) },
      { 'flink.size': this.size(base), 'task.heap.size': this.size(base / 3) },
      { 'process.size': this.size(base), 'managed.size': this.size(base / 3) },
      {},
    ];
    const others: Record<string, () => string> = {
      'framework.heap.size': () => this.size(this.whole(0, 512)),
      'framework.off-heap.size': () => this.size(this.whole(0, 512)),
      'task.off-heap.size': () => this.size(this.whole(0, 1024)),
      'managed.fraction': () => this.fraction(),
      'managed.size': () => this.size(this.whole(0, base)),
      ...this.ranged('network', 1500),
      ...this.common(),
    };
    const found = this.mix('taskmanager.memory', this.pick(ways), others);
    const older: Record<string, string> = {
      'taskmanager.memory.managed.size': 'taskmanager.memory.size',
      'taskmanager.memory.network.fraction': 'taskmanager.network.memory.fraction',
      'taskmanager.memory.network.min': 'taskmanager.network.memory.min',
      'taskmanager.memory.network.max': 'taskmanager.network.memory.max',
    };
    if (this.chance(0.05)) found['taskmanager.network.numberOfBuffers'] = String(this.whole(100, 40000));
    if (this.chance(0.1)) found['taskmanager.memory.segment-size'] = this.pick(['32 kb', '64k', '16384']);
    return line === '1.20' && this.chance(0.1) ? renamed(found, older) : found;
  }

  /** Settings of a JobManager. */
  public jobManager(): Record<string, string> {
    const base = this.pick([704, 1024, 1600, 2048, 4096, this.whole(400, 16000)]);
    const ways: Record<string, string>[] = [
      { 'process.size': this.size(base) },
      { 'flink.size': this.size(base) },
      { 'heap.size': this.size(base) },
      { 'heap.size': this.size(base), 'flink.size': this.size(base + this.whole(-50, 400)) },
      { 'heap.size': '1g', 'off-heap.size': '128m', 'flink.size': '1152m' },
      { 'heap.size': this.size(base), 'process.size': this.size(base + this.whole(300, 1500)) },
      { 'process.size': this.size(base), 'flink.size': this.size(base - this.whole(300, 1500)) },
      {},
    ];
    const others: Record<string, () => string> = {
      'off-heap.size': () => this.size(this.whole(0, 600)),
      'enable-jvm-direct-memory-limit': () => this.pick(['true', 'false', 'TRUE']),
      ...this.common(),
    };
    return this.mix('jobmanager.memory', this.pick(ways), others);
  }

  /** A text that may or may not be a value of some type. */
  public text(): string {
    const number = this.pick(['0', '1', '30', '007', '+5', '-3', '1.5', '.5', '1e3', '', '99999999999', '9223372036854775808', 'x']);
    const blank = this.pick(['', '', ' ', '  ', '\t']);
    const units = [
      '',
      's',
      'ms',
      'min',
      'm',
      'Mb',
      'gb',
      'Gi',
      'h',
      'd',
      'kibibytes',
      'bytes',
      'hours',
      'sec',
      'µs',
      'ns',
      'GB',
      'Mi',
      'w',
      '%',
    ];
    const whole = [
      'true',
      'FALSE',
      'yes',
      'a:b',
      'a:b,c:d',
      'a',
      'a:b:c',
      "'a:b':c",
      '"a,b":c',
      'a;b',
      '[1, 2]',
      '{a: b}',
      "it's",
      '1;2',
      '1;;2',
      '1;',
      ';1',
      ' 1 ; 2 ',
      "'1';2",
      "'1'2",
      "'1",
      ';',
      "'''a:b'':c'",
      'a:b,',
      'a : b , c : d',
      'a:',
      ':a',
      "'a':'b'",
      '30 s;1 min',
    ];
    return this.chance(0.5)
      ? this.pick(whole)
      : `${this.chance(0.1) ? ' ' : ''}${number}${blank}${this.pick(units)}${this.chance(0.1) ? ' ' : ''}`;
  }

  /** A whole number from one bound to another. */
  public whole(least: number, most: number): number {
    return least + Math.floor(this.next() * (most - least + 1));
  }

  /** Any of some things. */
  public pick<T>(things: readonly T[]): T {
    return things[this.whole(0, things.length - 1)];
  }

  private common(): Record<string, () => string> {
    return { 'jvm-metaspace.size': () => this.size(this.whole(0, 700)), ...this.ranged('jvm-overhead', 2000) };
  }

  private ranged(name: string, most: number): Record<string, () => string> {
    return {
      [`${name}.fraction`]: () => this.fraction(),
      [`${name}.min`]: () => this.size(this.whole(0, most)),
      [`${name}.max`]: () => this.size(this.whole(0, most * 2)),
    };
  }

  private mix(prefix: string, way: Record<string, string>, others: Record<string, () => string>): Record<string, string> {
    const found: Record<string, string> = {};
    const often = this.pick([0, 0.1, 0.3]);
    for (const [name, make] of Object.entries(others)) if (this.chance(often)) found[`${prefix}.${name}`] = make();
    for (const [name, value] of Object.entries(way)) found[`${prefix}.${name}`] = value;
    return found;
  }

  private fraction(): string {
    if (this.chance(0.03)) return this.pick(['1', '1.0', '-0.1', '2', 'much', '']);
    return this.pick(['0', '0.0', '0.1', '0.25', '0.5', '0.9', '0.05', String(Math.round(this.next() * 1000) / 1000), String(this.next())]);
  }

  /** About so many MiB, in any spelling; a few are no size at all, or far too large. */
  private size(mebibytes: number): string {
    if (this.chance(0.01)) return this.pick(['', 'lots', '2Gi', '1.5g', '-1m', '9223372036854775807', '9000000000g']);
    const whole = Math.max(0, Math.floor(mebibytes));
    const spellings = [
      `${whole}m`,
      `${whole} mb`,
      `${whole}M`,
      `${whole * 1024}k`,
      `${whole * 1048576 + this.whole(0, 1048575)}`,
      ` ${whole} MebiBytes `,
    ];
    return this.chance(0.1) ? `${Math.ceil(whole / 1024)}g` : this.pick(spellings);
  }

  private chance(share: number): boolean {
    return this.next() < share;
  }

  /** Source: mulberry32, a public domain generator. */
  private next(): number {
    this.state = (this.state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(this.state ^ (this.state >>> 15), 1 | this.state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  }
}

function renamed(properties: Record<string, string>, names: Record<string, string>): Record<string, string> {
  return Object.fromEntries(Object.entries(properties).map(([key, value]) => [names[key] ?? key, value]));
}
