import { KinesisClient } from '@aws-sdk/client-kinesis';
import { NodeHttpHandler } from '@smithy/node-http-handler';

/** Where a Kinesis stream is. */
export interface KinesisPlace {
  readonly region: string;
  /** Another address than that of AWS. */
  readonly endpoint?: string;
}

// Node 20 is supported here; the SDK's notice about its own future would stand in front of every user's output.
process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED ??= 'true';

/** An emulator on this machine takes any; yours have no business there. */
const MADE_UP = { accessKeyId: 'local', secretAccessKey: 'local' };

/** A client for a place. An emulator over plain HTTP does not speak HTTP/2, which the SDK takes for Kinesis. */
export function kinesisClient({ region, endpoint }: KinesisPlace): KinesisClient {
  const requestHandler = endpoint?.startsWith('http:') ? new NodeHttpHandler() : undefined;
  const isHere = endpoint !== undefined && ['127.0.0.1', 'localhost'].includes(new URL(endpoint).hostname);
  return new KinesisClient({ region, endpoint, credentials: isHere ? MADE_UP : undefined, requestHandler, maxAttempts: 5 });
}
