import { expect, test } from 'vitest';
import { subscriptionAttributesOf, subscriptionDrift } from './subscription-drift.ts';
import type { SubscriptionAttributes } from './subscription-drift.ts';
import { shopArns, shopNames, subscriptionOf, wantedShop } from './testing/shop.ts';

const filters = { charged: { mail: { country: ['de', 'at'], kind: ['b2b'] } } };
const wanted = wantedShop({ attributeHeaders: ['country', 'kind'], filters });
const mail = subscriptionOf(wanted, shopNames.mail);
const books = subscriptionOf(wanted, shopNames.books);

const driftOf = (subscription: typeof mail, change: SubscriptionAttributes = {}) =>
  subscriptionDrift(subscription, { ...subscriptionAttributesOf(subscription, shopArns), ...change }, shopArns);

test('a subscription as it was made is not different', () => {
  expect([driftOf(mail), driftOf(books)]).toEqual([[], []]);
});

test('the order of a filter means nothing', () => {
  expect(driftOf(mail, { FilterPolicy: '{"kind":["b2b"],"country":["at","de"]}' })).toEqual([]);
});

test('a filter that somebody set drops events silently, and is told', () => {
  const FilterPolicy = '{"type":["order-charged"]}';
  expect(driftOf(books, { FilterPolicy })).toMatchObject([
    { path: `subscriptions.${shopNames.books}.FilterPolicy`, wanted: 'none', present: FilterPolicy, repair: undefined },
  ]);
});

test('a filter that is gone, says otherwise or looks at the body is told', () => {
  expect(driftOf(mail, { FilterPolicy: '' })).toMatchObject([{ present: 'none', repair: undefined }]);
  expect(driftOf(mail, { FilterPolicy: '{"country":["de"]}' })).toHaveLength(1);
  expect(driftOf(mail, { FilterPolicyScope: 'MessageBody' })[0]?.present).toMatch(/^by the body/u);
});

test('a subscription in the envelope of SNS is told', () => {
  expect(driftOf(books, { RawMessageDelivery: 'false' })).toMatchObject([{ wanted: 'true', present: 'false' }]);
});

test('a subscription without dead letters gets them, and one with others is told', () => {
  expect(driftOf(books, { RedrivePolicy: '' })).toMatchObject([
    {
      repair: { attributes: { RedrivePolicy: `{"deadLetterTargetArn":"${shopArns.queueArn(shopNames.booksDead)}"}` } },
    },
  ]);
  const other = `{"deadLetterTargetArn":"${shopArns.queueArn('attic.fifo')}"}`;
  expect(driftOf(books, { RedrivePolicy: other })).toMatchObject([{ repair: undefined }]);
});
