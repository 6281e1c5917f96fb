import { createPendingAnswers } from './pending-answers.ts';
import { startProgram } from './program-process.ts';
import type { ProgramProcess } from './program-process.ts';
import type { Aim, ShopOrder, ShopReport, ShopSettings, WantedOrder } from './shop/shop-protocol.ts';

/** A shop in a process of its own, seen from outside. */
export interface ShopProcess extends Omit<ProgramProcess<ShopOrder>, 'tell'> {
  /** Whether the shop has answered in time that all of them are placed. If not, they may still be. */
  readonly place: (orders: readonly WantedOrder[], patienceMs: number) => Promise<boolean>;
  readonly replay: (patienceMs: number) => Promise<boolean>;
  readonly aim: (aim: Aim) => void;
  /** The wire waits for what the shop does next. */
  readonly tellArmed: () => void;
  /** The next answer is lost on its way. */
  readonly dropAnswer: (onDropped: () => void) => void;
}

export interface ShopEvents {
  readonly onStruck: () => void;
  readonly onAimed: () => void;
  readonly onReceived: (deliveries: number) => void;
}

/** Resolves when the shop is open. @throws Error when it ends or crashes before */
export async function startShopProcess(settings: ShopSettings, events: ShopEvents): Promise<ShopProcess> {
  const opened = Promise.withResolvers<void>();
  const answers = createPendingAnswers();

  const hear = (report: ShopReport): void => {
    switch (report.report) {
      case 'open':
        return opened.resolve();
      case 'struck':
        return events.onStruck();
      case 'aimed':
        return events.onAimed();
      case 'received':
        return events.onReceived(report.deliveries);
      case 'answered':
        return answers.answer(report.id, report.error === undefined);
      case 'crashed':
        opened.reject(new Error(`${settings.name} has crashed: ${report.reason}`));
    }
  };
  const { tell, ...shop } = startProgram<ShopOrder>(new URL('shop/shop-main.ts', import.meta.url), hear);
  void shop.ended.then(() => {
    opened.reject(new Error(`${settings.name} ended at its start.`));
    answers.giveUp();
  });

  const ask = async (order: (id: number) => ShopOrder, patienceMs: number): Promise<boolean> =>
    shop.isRunning() && answers.ask((id) => tell(order(id)), patienceMs);

  tell({ order: 'open', settings });
  await opened.promise;
  return {
    ...shop,
    place: (orders, patienceMs) => ask((id) => ({ order: 'place', id, orders }), patienceMs),
    replay: (patienceMs) => ask((id) => ({ order: 'replay', id }), patienceMs),
    aim: (aim) => tell({ order: 'aim', aim }),
    tellArmed: () => tell({ order: 'armed' }),
    dropAnswer: answers.dropNext,
  };
}
