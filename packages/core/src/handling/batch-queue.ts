import { Fifo } from '../collections/fifo.ts';
import type { Clock } from '../driver/index.ts';
import type { Attempt, AttemptEnd, AttemptInput } from './attempt.ts';

/** What became of one message of a batch: its end, or why it had none. */
export type MemberEnd = { readonly end: AttemptEnd } | { readonly error: unknown };

export interface BatchQueueOptions {
  readonly clock: Clock;
  /** Most messages of one batch. */
  readonly max: number;
  /** Most batches at once: each holds a connection of the store. */
  readonly batchesMax: number;
  /** Never rejects; `undefined` when nothing of the batch has happened and each is to be tried by itself. */
  readonly together: (inputs: readonly AttemptInput[]) => Promise<ReadonlyMap<AttemptInput, MemberEnd> | undefined>;
  readonly alone: Attempt;
}

interface Waiting {
  readonly input: AttemptInput;
  readonly resolve: (end: AttemptEnd) => void;
  readonly reject: (error: unknown) => void;
}

/**
 * Puts attempts that come in one turn into one batch, or several where they are too many, and those that come while all batches are under
 * way into the next. Adds no waiting: what comes alone goes alone. Batches shrink by half when one breaks, and grow by one with each that
 * went well.
 */
export class BatchQueue {
  readonly #options: BatchQueueOptions;
  readonly #waiting = new Fifo<Waiting>();
  #size: number;
  #running = 0;
  #isScheduled = false;

  constructor(options: BatchQueueOptions) {
    this.#options = options;
    this.#size = options.max;
  }

  add(input: AttemptInput): Promise<AttemptEnd> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ input, resolve, reject });
      this.#schedule();
    });
  }

  #schedule(): void {
    if (this.#isScheduled || this.#waiting.size === 0) return;
    this.#isScheduled = true;
    void this.#options.clock.turn().then(() => this.#flush());
  }

  #flush(): void {
    this.#isScheduled = false;
    while (this.#running < this.#options.batchesMax && this.#waiting.size > 0) void this.#run(this.#take());
  }

  /** What waits is shared out evenly to no more batches than it needs: they run side by side, and the longest is what all wait for. */
  #take(): readonly Waiting[] {
    const free = this.#options.batchesMax - this.#running;
    const batches = Math.min(free, Math.ceil(this.#waiting.size / this.#size));
    const share = Math.min(this.#size, Math.ceil(this.#waiting.size / batches));
    const batch: Waiting[] = [];
    while (batch.length < share) {
      const next = this.#waiting.shift();
      if (next === undefined) break;
      batch.push(next);
    }
    return batch;
  }

  async #run(batch: readonly Waiting[]): Promise<void> {
    this.#running += 1;
    const ends = batch.length === 1 ? undefined : await this.#options.together(batch.map(({ input }) => input));
    if (ends !== undefined) this.#size = Math.min(this.#options.max, this.#size + 1);
    else if (batch.length > 1) this.#size = Math.max(1, Math.floor(this.#size / 2));
    if (ends === undefined) await this.#oneByOne(batch);
    else for (const waiting of batch) settle(waiting, ends.get(waiting.input));
    this.#running -= 1;
    this.#schedule();
  }

  async #oneByOne(batch: readonly Waiting[]): Promise<void> {
    for (const { input, resolve, reject } of batch) await this.#options.alone(input).then(resolve, reject);
  }
}

function settle({ resolve, reject }: Waiting, member: MemberEnd | undefined): void {
  if (member !== undefined && 'end' in member) resolve(member.end);
  else reject(member?.error);
}
