import { expect, test } from 'vitest';
import { createClosableSender } from './closable-sender.ts';
import type { SendOutcome } from './transport-driver.ts';

test('closing waits for the calls under way, whatever comes of them, and takes no other', async () => {
  const { promise, reject } = Promise.withResolvers<readonly SendOutcome[]>();
  let closed = 0;
  const sender = createClosableSender({
    send: () => promise,
    closedError: () => new Error('it is closed'),
    onClosed: () => void (closed += 1),
  });
  const sending = sender.sendBatch([]);
  const closing = Promise.all([sender.close(), sender.close()]);
  await expect(sender.sendBatch([])).rejects.toThrow('it is closed');
  expect(closed).toBe(0);
  reject(new Error('no broker'));
  await expect(sending).rejects.toThrow('no broker');
  await closing;
  expect(closed).toBe(1);
});
