import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { expiryAttribute, tableDefinition } from './table-definition.ts';

const file = new URL('../../table.cloudformation.yaml', import.meta.url);
const { Resources } = parse(readFileSync(file, 'utf8')) as {
  readonly Resources: { readonly WaybillTable: { readonly Properties: Readonly<Record<string, unknown>> } };
};

test('the table of CloudFormation is the one that ensureTable makes', () => {
  expect(Resources.WaybillTable.Properties).toMatchObject({
    ...tableDefinition,
    TimeToLiveSpecification: { AttributeName: expiryAttribute, Enabled: true },
    PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true },
  });
});
