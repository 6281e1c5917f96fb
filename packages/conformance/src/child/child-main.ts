import type { Bus } from '@waybill/core';
import { startConsuming, startPublishing } from './child-bus.ts';
import type { ChildOrder } from './child-order.ts';
import { createReporter } from './reporter.ts';

/** The program of a child: takes orders from its parent, and ends by itself once it has stopped. */
function main(): void {
  const reporter = createReporter((report) => process.send?.(report));
  let bus: Bus | undefined;

  const obey = async (order: ChildOrder): Promise<void> => {
    switch (order.order) {
      case 'consume':
        bus = await startConsuming(order, reporter);
        reporter.tell({ report: 'ready' });
        return;
      case 'publish':
        reporter.tell({ report: 'ready' });
        bus = await startPublishing(order, reporter);
        return;
      case 'go-on':
        reporter.answered(order.report);
        return;
      case 'stop':
        await bus?.stop();
        // From here on nothing of the suite holds the process: it ends unless the bus or its driver has left something open.
        process.off('disconnect', orphaned);
        process.disconnect();
    }
  };

  process.on('disconnect', orphaned);
  process.on('message', (order: ChildOrder) => {
    obey(order).catch((error: unknown) => {
      reporter.tell({ report: 'crashed', reason: error instanceof Error ? error.message : String(error) });
    });
  });
}

/** Without its parent nobody would end it. */
function orphaned(): void {
  process.exit(1);
}

main();
