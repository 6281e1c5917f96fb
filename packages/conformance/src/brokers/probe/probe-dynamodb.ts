import { exchange, type Endpoint, type ServerIdentity } from './exchange.ts';

/** Asks for the names of tables as the SDK does. Only a local server takes a request that nobody has signed. */
export const probeDynamodb = (endpoint: Endpoint): Promise<ServerIdentity> => {
  const body = '{"Limit":1}';
  const credential = 'Credential=waybill/20260101/local/dynamodb/aws4_request, SignedHeaders=host, Signature=0';
  const request = [
    'POST / HTTP/1.1',
    `host: ${endpoint.host}:${endpoint.port}`,
    `authorization: AWS4-HMAC-SHA256 ${credential}`,
    'content-type: application/x-amz-json-1.0',
    'x-amz-target: DynamoDB_20120810.ListTables',
    `content-length: ${body.length}`,
    'connection: close',
  ];
  return exchange(endpoint, `${request.join('\r\n')}\r\n\r\n${body}`, readAnswer);
};

function readAnswer(received: Buffer): ServerIdentity | undefined {
  const text = received.toString('utf8');
  const status = /^HTTP\/1\.1 (\d{3})/.exec(text)?.[1];
  if (status !== undefined && status !== '200') throw new Error(`the server answers with status ${status}`);
  return text.includes('"TableNames"') ? { product: 'DynamoDB Local', version: 'unknown' } : undefined;
}
