import { seededRandom } from '@waybill/core/testing';
import { directionsOf, isSilencing, type ActiveToxic } from './active-toxic.ts';
import { createStage } from './create-stage.ts';
import { directions, type Direction } from './direction.ts';
import type { Frame } from './frames/frame.ts';
import { aborted, sleepUnless } from './interruptible-wait.ts';
import { mixSeed } from './mix-seed.ts';
import type { Stage, StageContext } from './stage.ts';

/** The toxics at work on one connection. */
export interface ConnectionToxics {
  readonly attach: (active: ActiveToxic) => void;
  readonly detach: (active: ActiveToxic) => void;
  /** In the order in which a piece meets them: toxics that name frames first, because the others leave no frame whole. */
  readonly stages: (direction: Direction) => readonly Stage[];
  /** Resolves when a direction is not silenced any more, or the connection ends. */
  readonly untilHeard: (direction: Direction) => Promise<void>;
}

export interface ConnectionToxicsOptions {
  /** Counts up from 1. */
  readonly connection: number;
  /** Of this connection. */
  readonly seed: number;
  /** The connection ends. */
  readonly ending: AbortSignal;
  readonly reset: () => void;
}

interface Link {
  readonly active: ActiveToxic;
  readonly direction: Direction;
  readonly stage: Stage;
}

export function createConnectionToxics(options: ConnectionToxicsOptions): ConnectionToxics {
  let links: readonly Link[] = [];

  const silencing = (direction: Direction): Link | undefined =>
    links.find((link) => link.direction === direction && isSilencing(link.active.toxic));

  return {
    attach: (active) => {
      if (!appliesTo(active, options.seed)) return;
      const added = directionsOf(active.toxic).map((direction) => ({
        active,
        direction,
        stage: createStage(active.toxic, contextOf(active, direction, options)),
      }));
      links = [...links, ...added].toSorted((a, b) => Number(namesFrames(b)) - Number(namesFrames(a)));
    },
    detach: (active) => {
      links = links.filter((link) => link.active !== active);
    },
    stages: (direction) => links.filter((link) => link.direction === direction).map(({ stage }) => stage),
    untilHeard: async (direction) => {
      for (
        let link = silencing(direction);
        link !== undefined && !options.ending.aborted;
        link = silencing(direction)
      ) {
        await aborted(AbortSignal.any([link.active.removed, options.ending]));
      }
    },
  };
}

function contextOf(
  active: ActiveToxic,
  direction: Direction,
  { connection, seed, ending, reset }: ConnectionToxicsOptions,
): StageContext {
  const random = seededRandom(mixSeed(seed, active.number, 1 + directions.indexOf(direction)));
  const over = AbortSignal.any([active.removed, ending]);
  return {
    random,
    sleep: (ms) => sleepUnless(over, ms),
    untilOver: () => aborted(over),
    isOver: () => over.aborted,
    hit: active.hit,
    takes: (frame): frame is Frame =>
      frame !== null && !over.aborted && active.takes(frame, { connection, direction }, random),
    reset,
  };
}

/** Drawn once for a connection; a toxic that names frames draws for each of them instead. */
function appliesTo({ toxic, number }: ActiveToxic, seed: number): boolean {
  return 'at' in toxic || seededRandom(mixSeed(seed, number, 0))() < (toxic.chance ?? 1);
}

function namesFrames({ active }: Link): boolean {
  return 'at' in active.toxic;
}
