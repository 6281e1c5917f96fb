export { jumpsOf, repeatsOf, settledCount, startRecordingConsumer } from './recording-consumer.ts';
export type { RecordingConsumer, RecordingConsumerOptions, Start } from './recording-consumer.ts';
