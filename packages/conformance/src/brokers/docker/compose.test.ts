import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import type { BrokerKind } from '../broker.ts';
import { formatExports } from '../up/format-exports.ts';
import { dockerImages } from './docker-images.ts';

interface Service {
  readonly image: string;
  readonly environment?: Readonly<Record<string, string>>;
  readonly command?: readonly string[];
  readonly ports: readonly string[];
}

const text = readFileSync(new URL('../../../../../compose.yaml', import.meta.url), 'utf8');
const { services } = parse(text) as { readonly services: Readonly<Record<string, Service>> };
const kinds = Object.keys(dockerImages) as readonly BrokerKind[];

/** What the launcher would start without any demand, on the ports that compose.yaml publishes. */
const expectedOf = async (kind: BrokerKind) => {
  const image = dockerImages[kind];
  if (image === undefined) throw new Error(`no image is known for ${kind}`);
  const { image: name, environment, port, adminPort } = image;
  const demands = { configuration: {}, tls: false, users: {}, version: 'any', standbyOf: undefined } as const;
  const configured = await image.configure(demands, port);
  const [user = ''] = /\/\/(.*)$/.exec(image.address[0])?.slice(1) ?? [];
  return {
    service: {
      image: name,
      environment: { ...environment, ...configured.environment },
      command: configured.arguments,
      ports: [port, adminPort].filter((each) => each !== undefined).map((each) => `127.0.0.1:${each}:${each}`),
    },
    exports: formatExports([
      {
        kind,
        address: `${image.address[0]}127.0.0.1:${port}${image.address[1]}`,
        ...(adminPort === undefined ? {} : { adminAddress: `http://${user}127.0.0.1:${adminPort}` }),
      },
    ]),
  };
};

test('compose.yaml has the kinds that the launcher runs in Docker, and no others', () => {
  expect(Object.keys(services)).toEqual(kinds);
});

test.each(kinds)('compose.yaml runs %s as the launcher does', async (kind) => {
  const { image, environment = {}, command = [], ports } = services[kind] ?? { ports: [] };
  expect({ image, environment, command, ports }).toEqual((await expectedOf(kind)).service);
});

test.each(kinds)('compose.yaml names the variables of %s as `waybill-brokers up` prints them', async (kind) => {
  const documented = [...text.matchAll(/^# {3}(export .*)$/gm)].map(([, line]) => line);
  const { exports } = await expectedOf(kind);
  expect(documented).toEqual(expect.arrayContaining(exports.split('\n')));
});
