import { existsSync } from 'fs';
import { join } from 'path';
import { Token } from 'aws-cdk-lib';
import * as ecr from 'aws-cdk-lib/aws-ecr';
import * as assets from 'aws-cdk-lib/aws-ecr-assets';
import { Construct } from 'constructs';
import { FlinkVersion } from '../configuration';

/** Options of `FlinkImage.fromAsset`. */
export interface FlinkImageAssetOptions {
  /**
   * Build arguments. `FLINK_VERSION` is the application's version unless it stands here.
   *
   * @default - only `FLINK_VERSION`
   */
  readonly buildArgs?: Record<string, string>;
  /**
   * Platform of the image.
   *
   * @default Platform.LINUX_AMD64
   */
  readonly platform?: assets.Platform;
}

/** An image, ready for a pod. */
export interface FlinkImageConfig {
  /** Name with tag or digest. */
  readonly uri: string;
  /** What is wrong, one sentence each. */
  readonly problems: string[];
  /** Risky but legal, one sentence each. */
  readonly warnings: string[];
  /**
   * The machines it is for, in the values of the label `kubernetes.io/arch`: `amd64` or `arm64`.
   *
   * @default - not known, or for all
   */
  readonly architecture?: string;
}

/** The image that an application's pods run: official Flink, with the job's jar and the S3 plugins in place. */
export abstract class FlinkImage {
  /**
   * Built from a directory with a Dockerfile, by Docker, when the stack is deployed. Synthesis needs no Docker.
   *
   * @param directory path of the directory
   * @param options build arguments and platform
   */
  public static fromAsset(directory: string, options: FlinkImageAssetOptions = {}): FlinkImage {
    return new AssetImage(directory, options);
  }

  /**
   * From a repository in Amazon ECR.
   *
   * @param repository of this account, or one that lets the nodes pull
   * @param tagOrDigest a tag that is never moved, or `sha256:…`
   */
  public static fromEcr(repository: ecr.IRepository, tagOrDigest: string): FlinkImage {
    return new NamedImage(repository.repositoryUriForTagOrDigest(tagOrDigest));
  }

  /**
   * From any registry that the nodes can reach.
   *
   * @param uri name with tag or digest, for example `flink:2.2.1-scala_2.12-java17`
   */
  public static fromUri(uri: string): FlinkImage {
    return new NamedImage(uri);
  }

  /**
   * Makes the image known to a stack.
   *
   * @param scope where an asset goes
   * @param version the Flink that the application is configured for
   */
  public abstract bind(scope: Construct, version: FlinkVersion): FlinkImageConfig;
}

class AssetImage extends FlinkImage {
  constructor(
    private readonly directory: string,
    private readonly options: FlinkImageAssetOptions,
  ) {
    super();
  }

  public bind(scope: Construct, version: FlinkVersion): FlinkImageConfig {
    if (!existsSync(join(this.directory, 'Dockerfile'))) {
      const problem = `image is built from '${this.directory}', where there is no Dockerfile: allowed is a directory with one; give its path from where the app runs, or an absolute one`;
      return { uri: '', problems: [problem], warnings: [] };
    }
    const platform = this.options.platform ?? assets.Platform.LINUX_AMD64;
    const asset = new assets.DockerImageAsset(scope, 'Image', {
      directory: this.directory,
      platform,
      buildArgs: { FLINK_VERSION: version.release, ...this.options.buildArgs },
    });
    return { uri: asset.imageUri, problems: [], warnings: [], architecture: /^linux\/(amd64|arm64)$/.exec(platform.platform)?.[1] };
  }
}

class NamedImage extends FlinkImage {
  constructor(private readonly uri: string) {
    super();
  }

  public bind(_scope: Construct, version: FlinkVersion): FlinkImageConfig {
    if (Token.isUnresolved(this.uri)) return { uri: this.uri, problems: [], warnings: [] };
    const tag = /:([\w][\w.-]*)$/.exec(this.uri)?.[1];
    const warnings = !this.uri.includes('@sha256:') && (tag === undefined || tag === 'latest') ? [movingTag(this.uri, version)] : [];
    return { uri: this.uri, problems: [...this.otherVersion(tag, version), ...this.olderJava(tag)], warnings };
  }

  /** Only the official image's tags are known to begin with Flink's version. */
  private otherVersion(tag: string | undefined, version: FlinkVersion): string[] {
    const official = /^(.*\/)?flink:(\d+\.\d+)(\.\d+)?\b/.exec(this.uri);
    if (!official || official[2] === version.line) return [];
    return [
      `image '${this.uri}' has Flink ${official[2]}, version is ${version.release}: allowed is an image of Flink ${version.line}, because option names and the S3 plugins differ between lines; use ':${version.imageTag}' or set 'version' (tag '${tag}')`,
    ];
  }

  /** Source: apache/flink-docker, tags; `--add-exports`, which every process gets, ends a Java before 9, and Flink 2.x needs 11. */
  private olderJava(tag: string | undefined): string[] {
    const java = /-java(\d+)\b/.exec(tag ?? '')?.[1];
    if (java === undefined || Number(java) >= 11) return [];
    return [
      `image '${this.uri}' has Java ${java}: allowed is 11, 17 or 21, because older ones end at the options that Flink gets here; use a tag that ends with -java17`,
    ];
  }
}

function movingTag(uri: string, version: FlinkVersion): string {
  return `image '${uri}' has a tag that moves: a pod that restarts may then run another Flink than its neighbours; use a full version such as ':${version.imageTag}' or a digest`;
}
