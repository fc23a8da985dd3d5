import type * as Sdk from "@aws-sdk/client-s3";
import { agentOptions } from "../agent-options.ts";
import type { TransferGate } from "../transfer-gate.ts";
import { withRetry, type RetryOptions } from "../upload/with-retry.ts";
import { isPassing } from "./staging-error.ts";

const ignore = (): void => {};
/** Without one the SDK writes to the console. */
const silent = { trace: ignore, debug: ignore, info: ignore, warn: ignore, error: ignore };

export interface S3Address {
  endpoint: string;
  region: string;
  bucket: string;
  accessKeyId: string;
  secretAccessKey: string;
}

const connectTimeoutMs = 10_000;
/** Completing an upload of thousands of parts can keep a store busy without a byte on the wire. */
const defaultSilenceTimeoutMs = 120_000;
/**
 * A part or a small object is worth more attempts than a question: on a line that loses every third request five in a
 * row fail once in 400 parts, eight in 15,000.
 */
const moreContentAttempts = 3;

/** One request of the SDK; the answer, or the SDK's own error once retrying is of no use. */
export type Ask = <T>(
  signal: AbortSignal,
  request: (client: Sdk.S3Client, sdk: typeof Sdk, options: { abortSignal: AbortSignal }) => Promise<T>,
  carries?: "content",
) => Promise<T>;

interface Habits {
  retry: RetryOptions;
  gate: TransferGate;
  socketCount: number;
  silenceTimeoutMs?: number;
}

/**
 * The SDK is loaded at the first request, because it costs a start of the app a tenth of a second. Checksums only
 * where S3 requires them: the default CRC32 headers are refused by many other stores (aws-sdk-js-v3#6810).
 * Nothing is taken from the environment or `~/.aws` but the proxy.
 */
export function connect(
  address: S3Address,
  { retry, gate, socketCount, silenceTimeoutMs = defaultSilenceTimeoutMs }: Habits,
): Ask {
  let opened: Promise<{ sdk: typeof Sdk; client: Sdk.S3Client }> | null = null;
  const open = async (): Promise<{ sdk: typeof Sdk; client: Sdk.S3Client }> => {
    const sdk = await import("@aws-sdk/client-s3");
    const agent = agentOptions(socketCount);
    const client = new sdk.S3Client({
      endpoint: address.endpoint,
      region: address.region,
      credentials: { accessKeyId: address.accessKeyId, secretAccessKey: address.secretAccessKey },
      forcePathStyle: true,
      requestChecksumCalculation: "WHEN_REQUIRED",
      responseChecksumValidation: "WHEN_REQUIRED",
      disableS3ExpressSessionAuth: true,
      useArnRegion: false,
      useDualstackEndpoint: false,
      useFipsEndpoint: false,
      maxAttempts: 1,
      logger: silent,
      // A proxy that does not know "Expect: 100-continue" would cost six seconds a part.
      expectContinueHeader: false,
      requestHandler: {
        connectionTimeout: connectTimeoutMs,
        socketTimeout: silenceTimeoutMs,
        httpAgent: agent,
        httpsAgent: agent,
      },
    });
    return { sdk, client };
  };
  // The SDK's own retry is off (`maxAttempts`): it cannot repeat a body that is read in pieces.
  const rules = { ...retry, isPassing, pauses: () => gate.pauses };
  const contentRules = { ...rules, attempts: retry.attempts + moreContentAttempts };
  return async (signal, request, carries) => {
    const { sdk, client } = await (opened ??= open());
    return withRetry(carries === "content" ? contentRules : rules, signal, () =>
      request(client, sdk, { abortSignal: signal }),
    );
  };
}
