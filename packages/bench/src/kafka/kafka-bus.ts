import { createBus } from '@waybill/core';
import type { Bus } from '@waybill/core';
import { kafkaTransport } from '@waybill/transport-kafka';
import type { KafkaTransportOptions } from '@waybill/transport-kafka';

/** A started bus on Kafka that only sends, on connections of its own. */
export async function startKafkaPublisher(options: KafkaTransportOptions): Promise<Bus> {
  const bus = createBus({ transport: kafkaTransport(options) });
  await bus.start();
  return bus;
}
