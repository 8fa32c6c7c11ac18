import { Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { FlinkApplicationTemplate } from './application-template';
import { kubernetesObjects, labelOf } from './kubernetes-objects';
import { JsonObject } from './template-text';

/**
 * A stack as Flink and Kubernetes will read it, for the tests of an app. Works with every test runner: an assertion that does not hold throws.
 *
 * @example
 * const prices = FlinkTemplate.fromStack(stack).application('prices');
 * prices.canSurvive(FlinkDisruption.SPOT_INTERRUPTION);
 */
export class FlinkTemplate {
  /**
   * Synthesizes the app of a stack: the whole app must be defined by then.
   *
   * @param stack with the application, which need not be the platform's
   * @throws what synthesis throws
   */
  public static fromStack(stack: Stack): FlinkTemplate {
    return new FlinkTemplate(Template.fromStack(stack).toJSON());
  }

  /**
   * Takes a template that was synthesized elsewhere, for example read from `cdk.out`.
   *
   * @param template CloudFormation template as plain JSON
   */
  public static fromJson(template: Readonly<Record<string, unknown>>): FlinkTemplate {
    return new FlinkTemplate(template);
  }

  /** Every Kubernetes object that the stack applies, as plain JSON. What CloudFormation fills in is a placeholder such as `${Stream.Arn}`. */
  public readonly objects: readonly JsonObject[];

  private constructor(private readonly template: JsonObject) {
    this.objects = kubernetesObjects(template);
  }

  /** Names of the Flink applications in the stack, sorted. */
  public get applicationNames(): string[] {
    const names = this.objects
      .filter((object) => labelOf(object, 'app.kubernetes.io/name') === 'flink')
      .map((object) => labelOf(object, 'app.kubernetes.io/instance'))
      .filter((name): name is string => typeof name === 'string');
    return [...new Set(names)].sort();
  }

  /**
   * One application.
   *
   * @param name as given to `FlinkApplication`
   * @throws when the stack has no application of that name; the message lists those it has
   */
  public application(name: string): FlinkApplicationTemplate {
    const names = this.applicationNames;
    if (!names.includes(name)) {
      const found =
        names.length > 0 ? `allowed are ${names.join(', ')}` : 'it has none; give the stack in which FlinkApplication was defined';
      throw new Error(`the stack has no Flink application '${name}': ${found}`);
    }
    const own = this.objects.filter((object) => labelOf(object, 'app.kubernetes.io/instance') === name);
    return new FlinkApplicationTemplate(name, own, this.template);
  }
}
