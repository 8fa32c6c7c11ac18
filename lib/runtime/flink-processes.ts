import { Size, Token } from 'aws-cdk-lib';
import { HighAvailability } from '../configuration';
import { PlacementProfile, Placements } from '../placement';
import { FlinkProcess, FlinkProcessOptions, TaskManagerOptions } from './flink-process';

/** The JobManager and the TaskManagers of an application, with every default in place. */
export class FlinkProcesses {
  public readonly jobManager: FlinkProcess;
  public readonly taskManager: FlinkProcess;
  /** Task slots of each TaskManager. */
  public readonly taskSlots: number;

  constructor(jobManager: FlinkProcessOptions = {}, taskManager: TaskManagerOptions = {}, machines: Placements) {
    this.taskSlots = taskManager.taskSlots ?? 1;
    this.jobManager = new FlinkProcess(JOB_MANAGER, jobManager, machines);
    // One vCPU a slot; how many slots a token stands for is not known here, so it counts as one.
    this.taskManager = new FlinkProcess(
      { ...TASK_MANAGER, cpu: Token.isUnresolved(this.taskSlots) ? 1 : this.taskSlots },
      taskManager,
      machines,
    );
  }

  /** What is wrong, one sentence each. */
  public get problems(): string[] {
    return [...this.slotProblems(), ...this.jobManager.problems, ...this.taskManager.problems];
  }

  /** Risky but legal, one sentence each. */
  public get warnings(): string[] {
    const { cpu } = this.taskManager.spec;
    if (Token.isUnresolved(this.taskSlots) || this.taskSlots <= cpu * 2) return [];
    return [
      `taskManager.taskSlots is ${this.taskSlots} with ${cpu} vCPU: more than two slots a vCPU slow each other down; raise taskManager.cpu or lower taskSlots`,
    ];
  }

  /** What a JobManager on machines that AWS can take back costs. */
  public get placementWarnings(): string[] {
    if (!this.jobManager.interruptible) return [];
    return [
      `jobManager.placement takes Spot Instances: each interruption of its node stops the whole job until another JobManager has taken over; use PlacementProfile.onDemand(), one small node costs little`,
    ];
  }

  /** What TaskManagers cost that wait when the Spot pools of the one zone that they may use are empty. */
  public get zoneWarnings(): readonly string[] {
    return this.taskManager.placementWarnings;
  }

  /**
   * What is wrong with a JobManager that AWS can take back.
   *
   * @param highAvailability of the application
   */
  public recoveryProblems({ recovers }: HighAvailability): string[] {
    if (recovers || !this.jobManager.interruptible) return [];
    return [
      'jobManager.placement takes Spot Instances, and flink.highAvailability is none: allowed is one of them, because the job would start empty after each interruption of its node; use PlacementProfile.onDemand() or HighAvailability.kubernetes()',
    ];
  }

  /**
   * Whether spare TaskManagers cover the loss of a full node.
   *
   * @param spare TaskManagers beyond those that the job needs; 0 where the job takes every one
   * @param podDiskMib what a pod needs of the disk besides its working directory
   */
  public spareWarnings(spare: number, podDiskMib: number): string[] {
    const most = this.taskManager.mostPerNode(podDiskMib);
    if (spare === 0 || spare >= most) return [];
    return [
      `scaling.spare is ${spare}, and one node may hold ${most} TaskManagers: the loss of a full node leaves too few slots until replacements start; raise spare to ${most}, or give TaskManagers larger requests`,
    ];
  }

  /**
   * Whether there can be more slots than tasks that find something to read.
   *
   * @param readers how many tasks can read side by side
   * @param maxTaskManagers the most TaskManagers there may be
   */
  public readerWarnings(readers: number | undefined, maxTaskManagers: number): string[] {
    const slots = maxTaskManagers * this.taskSlots;
    if (readers === undefined || Token.isUnresolved(readers) || Token.isUnresolved(this.taskSlots) || slots <= readers) return [];
    return [
      `the source has ${readers} shards, and ${maxTaskManagers} TaskManagers x ${this.taskSlots} slots = ${slots} tasks may read it: a task without a shard is idle, and without an idleness timeout in the job it holds back event time; raise shards or lower the number of TaskManagers`,
    ];
  }

  private slotProblems(): string[] {
    if (Token.isUnresolved(this.taskSlots) || (Number.isInteger(this.taskSlots) && this.taskSlots >= 1)) return [];
    return [`taskManager.taskSlots is ${this.taskSlots}: allowed is a whole number of 1 or more, because a task runs in a slot; use 1`];
  }
}

const JOB_MANAGER = {
  name: 'jobManager',
  memory: Size.gibibytes(2),
  cpu: 0.5,
  workDirectory: Size.gibibytes(1),
  placement: PlacementProfile.onDemand(),
};

const TASK_MANAGER = {
  name: 'taskManager',
  memory: Size.gibibytes(4),
  workDirectory: Size.gibibytes(10),
  placement: PlacementProfile.spot(),
};
