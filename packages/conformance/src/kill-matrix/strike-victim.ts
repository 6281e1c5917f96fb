import { setTimeout as sleep } from 'node:timers/promises';
import type { ToxicHandle } from '../proxy/index.ts';
import { armWire } from './arm-wire.ts';
import type { VictimWires } from './arm-wire.ts';
import type { MatrixFigures } from './matrix-figures.ts';
import type { ShopProcess } from './shop-process.ts';
import { strikeOf } from './strike.ts';
import type { Cell } from './strike.ts';

/** One strike, from when the victim is told of it until it has come back, or is dead. */
export interface StrikeUnderWay {
  readonly hasStruck: () => boolean;
  /** The victim has struck itself. */
  readonly struck: () => void;
  /** The victim has come to the boundary and waits for its wire to be armed. */
  readonly arm: () => void;
  /** Resolves when the victim is struck. */
  readonly landed: Promise<void>;
  /** Resolves when it is dead after that, or goes on. */
  readonly over: Promise<void>;
  /** Leaves the wires alone from here on. */
  readonly lift: () => void;
}

export interface StrikeOptions {
  readonly cell: Cell;
  readonly time: number;
  readonly victim: ShopProcess;
  readonly wires: VictimWires;
  /** A victim is frozen for longer. */
  readonly leaseMs: number;
  readonly figures: MatrixFigures;
}

/** Beyond a lease: RabbitMQ, whose shops have leases of one second, gives a silent client up after two to three. */
const frozenBeyondMs = 2500;

export function strikeVictim({ cell, time, victim, wires, leaseMs, figures }: StrikeOptions): StrikeUnderWay {
  const strike = strikeOf(cell);
  const { signal } = strike;
  const { promise: over, resolve: end } = Promise.withResolvers<void>();
  const { promise: landed, resolve: land } = Promise.withResolvers<void>();
  let hasStruck = false;
  let toxic: ToxicHandle | undefined;

  const recover = async (): Promise<void> => {
    if (signal === 'SIGKILL') await victim.ended;
    if (signal !== 'SIGSTOP') return;
    await sleep(leaseMs + frozenBeyondMs);
    victim.signal('SIGCONT');
  };
  const struck = (): void => {
    if (hasStruck) return;
    hasStruck = true;
    count(cell, figures);
    // One that strikes itself must not be stopped before it has: it would stop again when it goes on.
    if (signal !== undefined && strike.by === 'wire') victim.signal(signal);
    land();
    void recover().then(end);
  };

  victim.aim({ boundary: cell.boundary, time, strike });
  return {
    hasStruck: () => hasStruck,
    struck,
    arm: () => {
      if (strike.by !== 'wire') return;
      const { request, phase } = strike;
      if (request === 'answer') victim.dropAnswer(struck);
      else toxic = armWire(wires, { request, phase }, struck);
      victim.tellArmed();
    },
    landed,
    over,
    lift: () => toxic?.remove(),
  };
}

function count({ fault }: Cell, figures: MatrixFigures): void {
  if (fault === 'kill') figures.kills += 1;
  else if (fault === 'freeze') figures.freezes += 1;
  else figures.cuts += 1;
}
