import { storedZip } from './stored-zip.ts';

export interface FunctionRequest {
  /** Of an emulator that runs functions on this machine. */
  readonly address: string;
  readonly region: string;
  readonly name: string;
  /** A module of this work tree that exports `handler`; it runs from its source. */
  readonly module: URL;
  readonly timeoutSeconds: number;
  readonly environment: Readonly<Record<string, string>>;
  readonly queueArn: string;
}

/** Creates a function and has the queue feed it, ten messages at a time and with partial batch responses. */
export async function createFunction(request: FunctionRequest): Promise<void> {
  const { name, module, timeoutSeconds, environment, queueArn } = request;
  const code = `export { handler } from ${JSON.stringify(module.href)};\n`;
  await post(request, 'functions', {
    FunctionName: name,
    Runtime: 'nodejs24.x',
    Handler: 'index.handler',
    Role: 'arn:aws:iam::000000000000:role/function',
    Timeout: timeoutSeconds,
    Environment: { Variables: { ...environment, NODE_OPTIONS: '--conditions=source' } },
    Code: { ZipFile: storedZip('index.mjs', code).toString('base64') },
  });
  await post(request, 'event-source-mappings', {
    FunctionName: name,
    EventSourceArn: queueArn,
    BatchSize: 10,
    FunctionResponseTypes: ['ReportBatchItemFailures'],
  });
}

async function post({ address, region }: FunctionRequest, path: string, body: object): Promise<void> {
  const response = await fetch(`${address}/2015-03-31/${path}`, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      // Emulators read the service and the region from it and check nothing.
      authorization: `AWS4-HMAC-SHA256 Credential=test/20260101/${region}/lambda/aws4_request, SignedHeaders=host, Signature=0`,
    },
    body: JSON.stringify(body),
  });
  if (!response.ok) throw new Error(`${path}: ${response.status} ${await response.text()}`);
}
