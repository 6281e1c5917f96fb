import { createBus } from '@waybill/core';
import { memoryTransport } from '@waybill/transport-memory';
import { ChargeOrder, orderAt } from '../order-message.ts';
import { keys } from './contest.ts';
import type { PostgresContest } from './contest.ts';

/** Rows as a service has written them: whole messages, numbered by their keys. */
export interface OutboxStock {
  readonly rows: number;
  /** Puts all of them into the outbox, which must be empty, by one commit. */
  readonly putIn: () => Promise<void>;
}

const columns = 'bucket, channel, key, sequence, epoch, envelope, body_text';
const inTransaction = 500;

/** @param keysOfRows the rows are spread over so many keys, one after the other. */
export async function createOutboxStock(
  { pool, openStore }: PostgresContest,
  rows: number,
  keysOfRows: number = keys,
): Promise<OutboxStock> {
  const bus = createBus({ transport: memoryTransport(), store: openStore(), relay: 'off' });
  await bus.start();
  for (let from = 0; from < rows; from += inTransaction) {
    await bus.transaction(async ({ send }) => {
      for (let n = from; n < from + inTransaction; n += 1) await send(ChargeOrder, orderAt(n, keysOfRows));
    });
  }
  await bus.stop();
  const stock = `stock_of_${keysOfRows}_keys`;
  await pool.query(`create table ${stock} as table waybill.outbox; analyze waybill.outbox; truncate waybill.outbox`);
  return {
    rows,
    putIn: async () => {
      // What the last round has left behind is not this one's affair.
      await pool.query('vacuum waybill.outbox');
      await pool.query(`insert into waybill.outbox (${columns}) select ${columns} from ${stock} order by id`);
    },
  };
}
