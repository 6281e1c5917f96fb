import type { PlanLine } from './plan.ts';

export function native(guarantee: string, asked: string, by: string): PlanLine {
  return { subject: '', guarantee, asked, how: 'native', by, remedy: '' };
}

export function emulated(guarantee: string, asked: string, by: string): PlanLine {
  return { subject: '', guarantee, asked, how: 'emulated', by, remedy: '' };
}

export function refused(guarantee: string, asked: string, by: string, remedy: string): PlanLine {
  return { subject: '', guarantee, asked, how: 'refused', by, remedy };
}
