import type { ResourceAttributes } from './resource-attributes.ts';

/** As the API of SQS and SNS takes attributes. */
export function textAttributes(attributes: ResourceAttributes): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(attributes).map(([name, value]) => [name, String(value)]));
}
