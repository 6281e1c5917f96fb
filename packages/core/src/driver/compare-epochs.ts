/** How one numbering stands to another. Only `earlier` and `later` are parts of one history. */
export type EpochOrder = 'same' | 'earlier' | 'later' | 'foreign';

/** System identifier, timeline and database of the PostgreSQL server that gave the number: a consumer may keep its marks in another store. */
const serverEpoch = /^(\d+)\.(\d+)\.(\d+)$/u;

/**
 * Tells whether `epoch` numbers the same things as `known`. A promoted standby goes on with the numbers that it had, on the next timeline of
 * the same system; everything else (another server, another database, a name that is no server's) is foreign.
 */
export function compareEpochs(epoch: string, known: string): EpochOrder {
  if (epoch === known) return 'same';
  const [, system, timeline, database] = serverEpoch.exec(epoch) ?? [];
  const [, knownSystem, knownTimeline, knownDatabase] = serverEpoch.exec(known) ?? [];
  if (system === undefined || system !== knownSystem || database !== knownDatabase) return 'foreign';
  const step = Number(timeline) - Number(knownTimeline);
  if (step === 0) return 'foreign';
  return step > 0 ? 'later' : 'earlier';
}
