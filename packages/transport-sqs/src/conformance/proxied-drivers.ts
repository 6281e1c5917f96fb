import type { NetworkFault } from '@waybill/conformance';
import { createProxiedDrivers } from '@waybill/conformance/proxy';
import type { Frame, FrameOrigin, ProxiedDrivers, Toxic } from '@waybill/conformance/proxy';
import { openColumn } from './columns.ts';
import type { Column, SuitePlace } from './columns.ts';
import type { CommandGroups } from './over-topics.ts';

/** Every driver reaches AWS through a proxy of its own. */
export function createProxiedSqsDrivers(column: Column, { endpoint = '', ...place }: SuitePlace): ProxiedDrivers {
  const groups: CommandGroups = new Map();
  const { hostname: host, port } = new URL(endpoint);
  return createProxiedDrivers({
    proxy: { target: { host, port: Number(port) }, protocol: 'http' },
    open: async (proxyPort) => openColumn(column, { ...place, endpoint: `http://127.0.0.1:${proxyPort}` }, groups),
    toxicOf,
  });
}

function toxicOf(how: NetworkFault): Toxic {
  if (how === 'reset' || how === 'black-hole') return { kind: how };
  // The broker has the messages, and nobody hears so; or it never hears that they are done with.
  return how === 'lose-confirm'
    ? { kind: 'cut', at: answerTo(/SendMessageBatch|PublishBatch/u), deliver: false, times: 1 }
    : { kind: 'cut', at: requestOf(/DeleteMessageBatch/u), deliver: false, times: 1 };
}

type FrameTest = (frame: Frame, origin: FrameOrigin) => boolean;

function requestOf(action: RegExp): FrameTest {
  return ({ kind, bytes }) => kind === 'http.request' && action.test(headOf(bytes));
}

/** A connection has one request at a time. */
function answerTo(action: RegExp): FrameTest {
  const asked = new Set<number>();
  return ({ kind, bytes }, { connection }) => {
    if (kind === 'http.request') {
      if (action.test(headOf(bytes))) asked.add(connection);
      else asked.delete(connection);
    }
    return kind === 'http.response' && asked.has(connection);
  };
}

/** SQS names its action in a header, SNS at the end of the body. */
function headOf(bytes: Buffer): string {
  return bytes.toString('latin1');
}
