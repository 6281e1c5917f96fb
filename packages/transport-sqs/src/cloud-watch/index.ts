export { cloudWatchQueueAge } from './cloud-watch-queue-age.ts';
export type { CloudWatchQueueAgeOptions } from './cloud-watch-queue-age.ts';
