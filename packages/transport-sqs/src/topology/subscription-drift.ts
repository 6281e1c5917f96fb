import { canonicalJson } from './canonical-json.ts';
import type { Difference } from './difference.ts';
import type { FilterPolicy } from './filter-policy.ts';
import type { References } from './references.ts';
import type { WantedSubscription } from './wanted-topology.ts';

/** As SNS has them; what it does not say is `undefined` or empty. */
export type SubscriptionAttributes = Readonly<Record<string, string>>;

/** The attributes that a subscription is made with. */
export function subscriptionAttributesOf(
  { filterPolicy, deadLetterQueue }: WantedSubscription,
  arns: References<string>,
): SubscriptionAttributes {
  return {
    RawMessageDelivery: 'true',
    RedrivePolicy: JSON.stringify({ deadLetterTargetArn: arns.queueArn(deadLetterQueue) }),
    ...(filterPolicy === undefined ? {} : { FilterPolicy: JSON.stringify(filterPolicy) }),
  };
}

/** What of a subscription is not as it is wanted. A filter is never set by itself: it decides which events are dropped. */
export function subscriptionDrift(
  wanted: WantedSubscription,
  present: SubscriptionAttributes,
  arns: References<string>,
): readonly Difference[] {
  const path = `subscriptions.${wanted.queue}`;
  const { RedrivePolicy: redrive = '' } = subscriptionAttributesOf(wanted, arns);
  const deadLetters = deadLetterTargetOf(present['RedrivePolicy']);
  const raw = present['RawMessageDelivery'] ?? 'false';
  return [
    ...(raw.toLowerCase() === 'true'
      ? []
      : [
          {
            path: `${path}.RawMessageDelivery`,
            wanted: 'true',
            present: raw,
            remedy: 'set it to true: in the envelope of SNS a message cannot be read',
            repair: undefined,
          },
        ]),
    ...(deadLetters === deadLetterTargetOf(redrive)
      ? []
      : [
          {
            path: `${path}.RedrivePolicy`,
            wanted: redrive,
            present: deadLetters ?? 'none: what cannot be delivered is dropped',
            remedy: "set it, or start once with topology 'apply'",
            repair: deadLetters === undefined ? { attributes: { RedrivePolicy: redrive } } : undefined,
          },
        ]),
    ...filterDrift(path, wanted.filterPolicy, present),
  ];
}

function filterDrift(
  path: string,
  wanted: FilterPolicy | undefined,
  present: SubscriptionAttributes,
): readonly Difference[] {
  const found = present['FilterPolicy'] ?? '';
  const isByBody = found !== '' && present['FilterPolicyScope'] === 'MessageBody';
  if (!isByBody && canonicalJson(wanted ?? {}) === canonicalJson(parsed(found))) return [];
  return [
    {
      path: `${path}.FilterPolicy`,
      wanted: wanted === undefined ? 'none' : JSON.stringify(wanted),
      present: found === '' ? 'none' : `${isByBody ? 'by the body: ' : ''}${found}`,
      remedy: 'set the one or the option filters: SNS drops what a filter does not let through, and tells nobody',
      repair: undefined,
    },
  ];
}

function deadLetterTargetOf(policy: string | undefined): string | undefined {
  const read = parsed(policy ?? '');
  const target: unknown = typeof read === 'object' && read !== null && Reflect.get(read, 'deadLetterTargetArn');
  return typeof target === 'string' ? target : undefined;
}

function parsed(text: string): unknown {
  return text === '' ? {} : JSON.parse(text);
}
