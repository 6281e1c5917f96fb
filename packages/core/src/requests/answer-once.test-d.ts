import type { Bus } from '../bus/bus.ts';
import type { MemoryTables } from '../memory-store/memory-tables.ts';
import type { OnceAnswer } from './answer-once-options.ts';
import { answerOnce } from './answer-once.ts';

/** As strict as the compiler itself: `any` equals nothing but `any`. */
type Equal<Left, Right> = [Left, Right] extends [Right, Left] ? (0 extends Left & 1 ? false : true) : false;

const same = <Left, Right>(_claim: Equal<Left, Right>): void => undefined;

declare const bus: Bus<MemoryTables>;
const request = { bus, operation: 'POST /refunds', key: 'k', request: {} };
const bytes = new Uint8Array();

// Work gets the transaction of the bus, and what the call has brought.
const answer = answerOnce({
  ...request,
  leaseMs: 1000,
  call: async ({ idempotencyKey }) => ({ receipt: idempotencyKey }),
  work: async ({ native }, result) => {
    same<typeof native, MemoryTables>(true);
    same<typeof result, { receipt: string }>(true);
    return bytes;
  },
});
same<Awaited<typeof answer>, OnceAnswer>(true);

// @ts-expect-error -- a lease without a call: there is nothing to wait for.
void answerOnce({ ...request, leaseMs: 1000, work: async () => bytes });

// @ts-expect-error -- a call without a lease: nobody would know when it has died.
void answerOnce({ ...request, call: async () => 'receipt', work: async () => bytes });
