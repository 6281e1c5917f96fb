import type { Bus } from '@waybill/core';
import { createHeldCount } from './held-count.ts';
import { openWorker } from './open-worker.ts';
import type { WorkerOrder, WorkerReport } from './worker-protocol.ts';

/** The program of a worker in a process of its own. It runs until it is killed, inside the group or outside. */
function main(): void {
  const tell = (report: WorkerReport): void => void process.send?.(report);
  const count = createHeldCount((counts) => tell({ report: 'counted', counts }));
  let bus: Pick<Bus, 'stop'> | undefined;

  const obey = async (order: WorkerOrder): Promise<void> => {
    if (order.order === 'join') {
      bus = await openWorker(order.settings, count);
      tell({ report: 'joined' });
      return;
    }
    await bus?.stop();
    count.letGo();
    tell({ report: 'left' });
  };

  // Without its parent nobody would end it.
  process.on('disconnect', () => process.exit(1));
  process.on('message', (order: WorkerOrder) => {
    obey(order).catch((error: unknown) => tell({ report: 'failed', reason: String(error) }));
  });
}

main();
