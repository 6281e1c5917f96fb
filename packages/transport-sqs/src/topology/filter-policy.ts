import type { SubscriptionAddress } from '@waybill/core/driver';

/** Which events a group gets, by channel, group and header: those whose header has one of the values. */
export type EventFilters = Readonly<Record<string, Readonly<Record<string, FilterPolicy>>>>;

/** As SNS takes it: every attribute must have one of its values. */
export type FilterPolicy = Readonly<Record<string, readonly string[]>>;

/** Of SNS, for one policy. */
const attributesMax = 5;
const combinationsMax = 150;

/** `undefined` for a group that gets every event. */
export function filterPolicyOf(
  filters: EventFilters,
  { channel, group }: SubscriptionAddress,
): FilterPolicy | undefined {
  return ownOf(ownOf(filters, channel), group);
}

/**
 * What is wrong with filters, each with its path. A filter by a header that travels in no attribute of its own would match nothing:
 * SNS would drop every event of that group and tell nobody.
 */
export function filterProblems(filters: EventFilters, attributeHeaders: readonly string[]): readonly string[] {
  return Object.entries(filters).flatMap(([channel, groups]) =>
    Object.entries(groups).flatMap(([group, policy]) =>
      policyProblems(`filters.${channel}.${group}`, policy, attributeHeaders),
    ),
  );
}

function policyProblems(path: string, policy: FilterPolicy, attributeHeaders: readonly string[]): readonly string[] {
  const headers = Object.entries(policy);
  const combinations = headers.reduce((product, [, values]) => product * values.length, 1);
  return [
    ...(headers.length === 0 ? [`${path} names no header: leave it out`] : []),
    ...(headers.length > attributesMax ? [`${path} names more than ${attributesMax} headers`] : []),
    ...(combinations > combinationsMax ? [`${path} has more than ${combinationsMax} combinations of values`] : []),
    ...headers.flatMap(([header, values]) => [
      ...(attributeHeaders.includes(header)
        ? []
        : [`${path}.${header} is not among attributeHeaders, so SNS would drop every event of this group`]),
      ...(values.length === 0 ? [`${path}.${header} has no value, so SNS would drop every event of this group`] : []),
    ]),
  ];
}

/** What an object has of its own: a channel may be called `constructor`. */
function ownOf<Value>(record: Readonly<Record<string, Value>> | undefined, key: string): Value | undefined {
  return record !== undefined && Object.hasOwn(record, key) ? record[key] : undefined;
}
