import { pgDatabase } from '@waybill/store-postgres';
import type { LambdaHandler } from '../../lambda/lambda-handler.ts';
import type { Charge } from './unlucky-charge.ts';

const database = pgDatabase({ url: process.env['DATABASE_URL'] ?? '' });

/** What is often written: it goes on after a failure, and names only what failed. The first step of every order fails once. */
export const handler: LambdaHandler = async ({ Records: records }) => {
  const batchItemFailures = [];
  for (const { messageId, body, attributes } of records) {
    const { orderId, step } = JSON.parse(body) as Charge;
    const isFirst = (attributes as { readonly ApproximateReceiveCount?: string }).ApproximateReceiveCount === '1';
    if (step === 1 && isFirst) batchItemFailures.push({ itemIdentifier: messageId });
    else await database.query('insert into charges (order_id, step) values ($1, $2)', [orderId, step]);
  }
  return { batchItemFailures };
};
