import { ratioOf } from '../alternate.ts';
import type { Measurement } from '../measurement.ts';
import { median } from '../statistics.ts';
import { countCalls } from './count-calls.ts';

/** What a side has reached, and what it took. */
export interface Effort {
  readonly messagesPerSecond: number;
  /** Of this process, in microseconds: the emulator has a process of its own. */
  readonly cpuPerMessage: number;
  readonly callsPerThousand: number;
}

/** Late deletions have been asked for by then. */
const settleMs = 100;

/** Measures from `start` until the promise of `work` resolves; calls of the moment after that count as well. */
export async function effortOf(messages: number, work: (start: () => void) => Promise<void>): Promise<Effort> {
  const calls = countCalls();
  let begun = { atMs: performance.now(), cpu: process.cpuUsage(), calls: 0 };
  await work(() => {
    begun = { atMs: performance.now(), cpu: process.cpuUsage(), calls: calls.of() };
  });
  const seconds = (performance.now() - begun.atMs) / 1000;
  const { user, system } = process.cpuUsage(begun.cpu);
  await new Promise((resolve) => setTimeout(resolve, settleMs));
  calls.stop();
  return {
    messagesPerSecond: messages / seconds,
    cpuPerMessage: (user + system) / messages,
    callsPerThousand: ((calls.of() - begun.calls) / messages) * 1000,
  };
}

const ratesOf = (efforts: readonly Effort[]): readonly number[] => efforts.map((effort) => effort.messagesPerSecond);

/** Writes the lines of one scenario, the CPU beside each rate. */
export interface EffortLines {
  readonly reached: (side: string, efforts: readonly Effort[]) => readonly Measurement[];
  readonly calls: (side: string, efforts: readonly Effort[], atMost?: number) => Measurement;
  readonly ratio: (figure: string, of: readonly Effort[], to: readonly Effort[], atLeast?: number) => Measurement;
}

export const effortLines = (scenario: string): EffortLines => ({
  reached: (side, efforts) => [
    { scenario, figure: side, value: median(ratesOf(efforts)), unit: 'messages/s', bound: undefined },
    {
      scenario,
      figure: `${side}, CPU of the client`,
      value: median(efforts.map((effort) => effort.cpuPerMessage)),
      unit: 'µs/message',
      bound: undefined,
    },
  ],
  calls: (side, efforts, atMost) => ({
    scenario,
    figure: `${side}, calls for 1,000 messages`,
    value: median(efforts.map((effort) => effort.callsPerThousand)),
    unit: 'calls',
    bound: atMost === undefined ? undefined : { kind: 'at-most', value: atMost },
  }),
  ratio: (figure, of, to, atLeast) => ({
    scenario,
    figure,
    value: ratioOf(ratesOf(of), ratesOf(to)),
    unit: '×',
    bound: atLeast === undefined ? undefined : { kind: 'at-least', value: atLeast },
  }),
});
