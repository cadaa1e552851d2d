import type { Parameter } from '@stormglass/agents/contract';
import { bytes, durationText } from '../../../ui/format.ts';

/** The unit beside the input. That of a text or of a switch is no unit but says what it is, and stands elsewhere. */
export function unitOf(parameter: Parameter): string {
  return parameter.kind === 'number' ? parameter.unit : '';
}

/** From here on a number of bytes or milliseconds is hard to read. */
const READ_BYTES = 10_000;
const READ_MS = 10_000;

/** What a large number means, as `256 MiB` or `5 min`; empty where nothing has to be said. */
export function readingOf(parameter: Parameter, text: string): string {
  const value = Number(text);
  if (parameter.kind === 'boolean') return parameter.about;
  if (parameter.kind !== 'number' || text.trim() === '' || !Number.isFinite(value)) return '';
  if (parameter.unit === 'bytes' && value >= READ_BYTES) return bytes(value);
  if (parameter.unit === 'bytes/s' && value >= READ_BYTES) return `${bytes(value)}/s`;
  if (parameter.unit === 'ms' && Math.abs(value) >= READ_MS) return durationText(value);
  return '';
}
