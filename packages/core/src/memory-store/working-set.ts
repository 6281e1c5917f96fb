import type { Cells } from './cells.ts';
import { memoryError } from './memory-error.ts';

/**
 * What one transaction has read and written, apart from everybody else until it commits. Every value that was looked at must still be
 * the same at the commit: the first committer wins, and nothing is decided on what has changed.
 */
export class WorkingSet {
  readonly #parts = new Map<Cells<unknown>, Part>();

  get<Value>(cells: Cells<Value>, key: string): Value | undefined {
    const part = this.#partOf(cells);
    // A part holds only values of its own cells.
    if (part.writes.has(key)) return part.writes.get(key) as Value | undefined;
    if (!part.versions.has(key)) part.versions.set(key, cells.versionOf(key));
    return cells.get(key);
  }

  set<Value>(cells: Cells<Value>, key: string, value: Value | undefined): void {
    const part = this.#partOf(cells);
    if (!part.versions.has(key)) part.versions.set(key, cells.versionOf(key));
    part.writes.set(key, value);
  }

  /** Committed and own values together. What others add later is not noticed. */
  *entries<Value>(cells: Cells<Value>): Generator<readonly [string, Value]> {
    const { writes } = this.#partOf(cells);
    for (const entry of cells.entries()) if (!writes.has(entry[0])) yield entry;
    for (const [key, value] of writes) if (value !== undefined) yield [key, value as Value];
  }

  /** @throws `write-conflict` */
  requireUnchanged(): void {
    for (const [cells, { versions }] of this.#parts) {
      for (const [key, version] of versions) {
        if (cells.versionOf(key) !== version)
          throw memoryError('write-conflict', 'Another transaction changed what this one has read.');
      }
    }
  }

  apply(version: number): void {
    for (const [cells, { writes }] of this.#parts) {
      for (const [key, value] of writes) cells.write(key, value, version);
    }
  }

  #partOf(cells: Cells<never> | Cells<unknown>): Part {
    const wide = cells as Cells<unknown>;
    const known = this.#parts.get(wide);
    if (known !== undefined) return known;
    const part: Part = { versions: new Map(), writes: new Map() };
    this.#parts.set(wide, part);
    return part;
  }
}

interface Part {
  readonly versions: Map<string, number>;
  readonly writes: Map<string, unknown>;
}
