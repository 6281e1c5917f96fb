import { check, checkEqual } from '../../harness/check.ts';
import { attempt, codeOfFailure, persist } from '../stage/attempt.ts';
import { holdOpen, meanwhile } from '../stage/hold-open.ts';
import { idsOf, putLetter, readLetters, removeLetter } from '../stage/outbox.ts';
import { hostileTexts, letter } from '../stage/samples.ts';
import { proves } from './store-case.ts';
import type { StoreCase } from './store-case.ts';

/** Messages that ended without their effect. */
export const deadLetterCases: readonly StoreCase[] = [
  proves('DLQ-1', 'letters with hostile texts in every field', async (world) => {
    const store = await world.open();
    const body = Uint8Array.from({ length: 512 }, (_, at) => at % 256);
    const drafts = hostileTexts.map((text, at) =>
      letter(`l${at}${text}`, {
        subscription: `s${text}`,
        kind: at % 2 === 0 ? 'event' : 'command',
        channel: `c${text}`,
        messageId: text,
        key: at === 0 ? undefined : text,
        deduplicationKey: `d${text}`,
        headers: { [`h${text}`]: text },
        body: body.subarray(at),
        error: text,
        attempts: at + 1,
        role: at % 2 === 0 ? 'poison' : 'behind',
        firstFailedAtMs: 1_700_000_000_000 + at,
        origin: at === 0 ? undefined : text,
      }),
    );
    for (const one of drafts) await putLetter(store, one);
    for (const one of drafts) {
      const [found, ...others] = await readLetters(store, { ids: [one.id], subscription: one.subscription });
      check(found !== undefined && others.length === 0, `the letter ${JSON.stringify(one.id)} is not found by its id`);
      const { position, replays, body: bytes, headers, ...fields } = found;
      const { body: sent, headers: sentHeaders, ...due } = one;
      checkEqual([...bytes], [...sent], 'the body of the letter');
      checkEqual({ ...headers }, sentHeaders, 'the headers of the letter');
      checkEqual(fields, due, 'the fields of the letter');
      check(position > 0 && replays === 0, `a new letter has position ${position} and ${replays} replays`);
    }
  }),

  proves('DLQ-2', 'put again after an unknown outcome', async (world) => {
    const store = await world.open();
    await putLetter(store, letter('l-1'));
    await putLetter(store, letter('l-1', { error: 'another' }));
    const letters = await readLetters(store);
    checkEqual(
      letters.map(({ id, error }) => [id, error]),
      [['l-1', 'no stock']],
      'the letters put twice',
    );
    await removeLetter(store, 'l-1');
    const { deadLetters, parkedKeys } = await store.inspect();
    checkEqual({ deadLetters, parkedKeys }, { deadLetters: 0, parkedKeys: 0 }, 'what is left when it is removed');
  }),

  proves('DLQ-3', 'a letter is replayed twice', async (world) => {
    const store = await world.open();
    const { writeRow, rows } = await world.database();
    await putLetter(store, letter('l-1'));
    const replay = (id: string): Promise<void> =>
      store.transaction(async ({ native, changeDeadLetters }) => {
        await writeRow(native, id);
        await changeDeadLetters([{ change: 'remove', id: 'l-1' }]);
      });
    await replay('first');
    checkEqual(await codeOfFailure(store, replay('second')), 'not-found', 'the code of the second removal');
    checkEqual(await rows(), ['first'], 'effects of the replays');
  }),

  proves('DLQ-4', 'two replay at once', async (world) => {
    const [store, other] = await Promise.all([world.open(), world.open()]);
    await putLetter(store, letter('l-1'));
    const remove = [{ change: 'remove', id: 'l-1' }] as const;
    const first = holdOpen(world, store, ({ changeDeadLetters }) => changeDeadLetters(remove));
    await first.worked;
    const second = attempt(other, ({ changeDeadLetters }) => changeDeadLetters(remove));
    await meanwhile(world, second);
    const outcomes = [await first.commit(), await second];
    const lost = outcomes.filter((each) => each.status === 'failed');
    checkEqual(lost.length, 1, 'removals of one letter that failed');
    check(
      lost.every(({ code }) => code === 'not-found' || code === 'write-conflict'),
      `whoever came too late was told ${lost[0]?.code}`,
    );
    checkEqual((await store.inspect()).parkedKeys, 0, 'keys that stay parked');
  }),

  proves('DLQ-5', 'a replay fails', async (world) => {
    const store = await world.open();
    for (const id of ['l-1', 'l-2']) await putLetter(store, letter(id));
    const before = await readLetters(store);
    for (let turn = 0; turn < 2; turn += 1) {
      await store.transaction(({ changeDeadLetters }) => changeDeadLetters([{ change: 'count-replay', id: 'l-1' }]));
    }
    const after = await readLetters(store);
    checkEqual(
      after.map(({ id, replays }) => [id, replays]),
      [
        ['l-1', 2],
        ['l-2', 0],
      ],
      'the replays that are counted',
    );
    checkEqual(
      after.map(({ position }) => position),
      before.map(({ position }) => position),
      'the places of the letters',
    );
  }),

  proves('DLQ-6', 'a reader goes on while a letter is late', async (world) => {
    const [store, other] = await Promise.all([world.open(), world.open()]);
    const put = (id: string, key: string) =>
      ({ change: 'put', letter: letter(id, { key }), parksKey: true, outboxRowId: undefined }) as const;
    const late = holdOpen(world, store, ({ changeDeadLetters }) => changeDeadLetters([put('late', 'a')]));
    await late.worked;
    const early = persist(other, ({ changeDeadLetters }) => changeDeadLetters([put('early', 'b')]));
    await meanwhile(world, early);
    const reading = readLetters(other);
    const seen = (await meanwhile(world, reading)) ?? [];
    check(!idsOf(seen).includes('late'), 'a letter was read before its commit');
    const after = seen.at(-1)?.position ?? 0;
    const isLost = (await late.commit()).status === 'failed';
    await Promise.all([early, reading]);
    // A store may make the late one run again, as the bus does.
    if (isLost) await persist(store, ({ changeDeadLetters }) => changeDeadLetters([put('late', 'a')]));
    const rest = await readLetters(other, { after });
    checkEqual(
      [...idsOf(seen), ...idsOf(rest)].toSorted(),
      ['early', 'late'],
      'letters that a reader who goes on finds',
    );
  }),

  proves('DLQ-7', 'pages of every size', async (world) => {
    const store = await world.open();
    const count = world.amount(12);
    for (let at = 0; at < count; at += 1) await putLetter(store, letter(`l-${at}`));
    for (const limit of [1, 5, count, count + 1]) {
      const found: string[] = [];
      let after: number | undefined = 0;
      while (after !== undefined && found.length <= count) {
        const query = { subscription: undefined, key: undefined, ids: undefined };
        const page = await store.readDeadLetters({ ...query, after, limit });
        check(page.letters.length <= limit, `a page of ${limit} has ${page.letters.length} letters`);
        found.push(...idsOf(page.letters));
        after = page.next;
      }
      checkEqual(
        found,
        Array.from({ length: count }, (_, at) => `l-${at}`),
        `letters in pages of ${limit}`,
      );
    }
  }),

  proves('DLQ-8', 'by subscription, key and ids', async (world) => {
    const store = await world.open();
    for (const subscription of ['one', 'two']) {
      for (const key of ['a', 'b', undefined]) {
        await putLetter(store, letter(`${subscription}/${key ?? '-'}`, { subscription, key }));
      }
    }
    const find = async (query: Parameters<typeof readLetters>[1]) => idsOf(await readLetters(store, query));
    checkEqual(await find({ subscription: 'one' }), ['one/a', 'one/b', 'one/-'], 'letters of one subscription');
    checkEqual(await find({ key: 'a' }), ['one/a', 'two/a'], 'letters of one key');
    checkEqual(await find({ subscription: 'two', key: 'b' }), ['two/b'], 'letters of both');
    const ids = ['two/-', 'one/b', 'none', 'one/b'];
    checkEqual(await find({ ids }), ['one/b', 'two/-'], 'letters by ids, each once and in their order');
    checkEqual(await find({ ids, subscription: 'one' }), ['one/b'], 'letters by ids within a subscription');
    checkEqual(await find({ ids: [] }), [], 'letters of no id');
  }),

  proves('DLQ-11', 'a replay of nothing is counted', async (world) => {
    const store = await world.open();
    const count = store.transaction(({ changeDeadLetters }) =>
      changeDeadLetters([{ change: 'count-replay', id: 'none' }]),
    );
    checkEqual(await codeOfFailure(store, count), 'not-found', 'the code of a count of what is not there');
  }),

  proves('DLQ-12', 'letters and parked keys are counted', async (world) => {
    const store = await world.open();
    const counts = async () => {
      const { deadLetters, parkedKeys } = await store.inspect();
      return { deadLetters, parkedKeys };
    };
    for (const [id, key] of [
      ['l-1', 'a'],
      ['l-2', 'a'],
      ['l-3', 'b'],
    ] as const) {
      await putLetter(store, letter(id, { key }));
    }
    checkEqual(await counts(), { deadLetters: 3, parkedKeys: 2 }, 'three letters of two keys');
    await removeLetter(store, 'l-1');
    checkEqual(await counts(), { deadLetters: 2, parkedKeys: 2 }, 'when one of two is gone');
    await removeLetter(store, 'l-2');
    checkEqual(await counts(), { deadLetters: 1, parkedKeys: 1 }, 'when both are gone');
  }),
];
