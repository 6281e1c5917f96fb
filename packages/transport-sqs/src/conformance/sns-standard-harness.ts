import type { OpenHarness } from '@waybill/conformance';
import { openColumnHarness } from './harness.ts';

export const openHarness: OpenHarness = () => openColumnHarness('sns-standard');
