import { exchange, type Endpoint, type ServerIdentity } from './exchange.ts';

/** The kinds that speak the protocol of SQS. */
export type EmulatorKind = 'fauxqs' | 'elasticmq' | 'ministack' | 'localstack';

interface Sign {
  readonly product: string;
  /** Where it tells what it is, when it does so elsewhere than in its answers. */
  readonly path?: string;
  /** What it says there, or in the head of its answers, with the version as its first group where it tells one. */
  readonly says: RegExp;
}

const signs: Readonly<Record<EmulatorKind, Sign>> = {
  fauxqs: { product: 'fauxqs', says: /^x-amz-id-2: fauxqs\r$/im },
  elasticmq: { product: 'ElasticMQ', says: /^server: pekko-http\//im },
  ministack: { product: 'ministack', path: '/_ministack/health', says: /"version": ?"([^"]+)"/ },
  localstack: {
    product: 'LocalStack',
    path: '/_localstack/health',
    says: /^x-localstack: true\r[^]*"version": ?"([^"]+)"/im,
  },
};

/** Asks for the names of queues as the SDK does, then who answers. Only an emulator takes a request that nobody has signed. */
export async function probeEmulator(kind: EmulatorKind, endpoint: Endpoint): Promise<ServerIdentity> {
  const { product, path, says } = signs[kind];
  const listed = await exchange(endpoint, listQueues(endpoint), readAnswer);
  const said = path === undefined ? listed : await exchange(endpoint, get(endpoint, path), readAnswer);
  const sign = says.exec(said);
  if (sign === null) throw new Error(`${endpoint.host}:${endpoint.port} does not answer as ${product}`);
  return { product, version: sign[1] ?? 'unknown' };
}

function listQueues({ host, port }: Endpoint): string {
  const body = '{"MaxResults":1}';
  const credential = 'Credential=waybill/20260101/us-east-1/sqs/aws4_request, SignedHeaders=host, Signature=0';
  const head = [
    'POST / HTTP/1.1',
    `host: ${host}:${port}`,
    `authorization: AWS4-HMAC-SHA256 ${credential}`,
    'content-type: application/x-amz-json-1.0',
    'x-amz-target: AmazonSQS.ListQueues',
    `content-length: ${body.length}`,
    'connection: close',
  ];
  return `${head.join('\r\n')}\r\n\r\n${body}`;
}

const get = ({ host, port }: Endpoint, path: string): string =>
  `GET ${path} HTTP/1.1\r\nhost: ${host}:${port}\r\nconnection: close\r\n\r\n`;

/** The whole answer, once its body has come. */
function readAnswer(received: Buffer): string | undefined {
  const text = received.toString('utf8');
  const status = /^HTTP\/1\.1 (\d{3})/.exec(text)?.[1];
  if (status !== undefined && status !== '200') throw new Error(`the server answers with status ${status}`);
  return /\r\n\r\n[^]*\}/.test(text) ? text : undefined;
}
