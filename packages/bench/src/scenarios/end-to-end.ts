import { busRun } from '../bus-run.ts';
import { handWrittenLoop } from '../hand-written-loop.ts';
import type { Measurement } from '../measurement.ts';
import { median, timed } from '../statistics.ts';

const messages = 200_000;
const keys = 1000;
const rounds = 9;
/** Until then V8 throws away what it compiled for the bus before (counted with `--trace-deopt`); the loop is settled after one. */
const warmUps = 4;
const callers = 64;

/**
 * The whole way of a message in one process, against a hand-written loop that only encodes, decodes, validates once and awaits the
 * handler. Like for like is a bus that validates once too, at the consumer; by default it also validates what is published, which is
 * shown beside it. The rounds alternate, so that a slow moment of the machine hits all three; a ratio is the median over the rounds.
 */
export async function endToEnd(): Promise<readonly Measurement[]> {
  const handler = async (): Promise<void> => undefined;
  const contestants = {
    loop: () => handWrittenLoop(messages, keys, handler),
    once: () => busRun({ messages, keys, callers, handler, validation: 'received' }),
    both: () => busRun({ messages, keys, callers, handler }),
  };
  const times = { loop: [] as number[], once: [] as number[], both: [] as number[] };
  for (let round = -warmUps; round < rounds; round += 1) {
    for (const name of ['loop', 'once', 'both'] as const) {
      const ms = await timed(contestants[name]);
      if (round >= 0) times[name].push(ms);
    }
  }
  const perSecond = (ms: readonly number[]): number => Math.round((messages / median(ms)) * 1000);
  const ratio = (ms: readonly number[]): number => median(times.loop.map((loopMs, round) => loopMs / (ms[round] ?? 0)));
  const scenario = 'end to end';
  const rate = (figure: string, ms: readonly number[]): Measurement => ({
    scenario,
    figure,
    value: perSecond(ms),
    unit: 'messages/s',
    bound: undefined,
  });
  return [
    rate('hand-written loop', times.loop),
    rate('bus, validated once', times.once),
    rate('bus, validated at both ends', times.both),
    {
      scenario,
      figure: 'bus, validated once / loop',
      value: ratio(times.once),
      unit: '×',
      bound: { kind: 'at-least', value: 0.7 },
    },
    { scenario, figure: 'bus, validated at both ends / loop', value: ratio(times.both), unit: '×', bound: undefined },
  ];
}
