import { findBroker } from '@waybill/conformance/brokers';
import type { Broker } from '@waybill/conformance/brokers';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openEmulatorStage } from './emulator-stage.ts';
import type { EmulatorStage } from './emulator-stage.ts';
import type { Emulator } from './emulator.ts';
import { emulators } from './emulators.ts';
import type { Point } from './point.ts';
import { points } from './points.ts';

const found = new Map<string, Broker | undefined>();
for (const { kind, configuration = {} } of emulators) {
  const subject = `what ${kind} does otherwise than SQS`;
  found.set(kind, await findBroker(kind, subject, { origins: ['native'], configuration }));
}

afterAll(() => Promise.all([...found.values()].map(async (broker) => broker?.stop())));

const slowOnes = process.env['WAYBILL_SLOW_POINTS'] === '1';
if (!slowOnes) process.stderr.write('NOT RUN points of five minutes: WAYBILL_SLOW_POINTS is not 1.\n');

const pointsOf = ({ columns }: Emulator): readonly Point[] =>
  points
    .filter((point) => point.columns.some((column) => columns.includes(column)) && (slowOnes || point.isSlow !== true))
    .toSorted((one, other) => Number(one.isAlone ?? false) - Number(other.isAlone ?? false));

describe.each(emulators.filter(({ kind }) => found.get(kind) !== undefined))('$kind', (emulator) => {
  const broker = found.get(emulator.kind) as Broker;
  let stage: EmulatorStage;

  beforeAll(() => {
    stage = openEmulatorStage(broker);
  });

  afterAll(() => stage.close());

  test('has the version that was measured', () => {
    expect(broker.version).toBe(emulator.version);
  });

  for (const point of pointsOf(emulator)) {
    const how = { timeout: point.isSlow === true ? 400_000 : 60_000, concurrent: point.isAlone !== true };
    test(`${point.id}: it does what is told of it`, how, async () => {
      const told = emulator.deviations.find((deviation) => deviation.point === point.id)?.seen;
      expect(await point.look(stage)).toBe(told);
    });
  }
});
