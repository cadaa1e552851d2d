/** What somebody wrote into the form. */
export interface MaintenanceDraft {
  title: string;
  /** As a field of date and time has it, on the reader's clock; empty is now. */
  from: string;
  minutes: number;
}

/** Epoch ms; null when the begin cannot be read. */
export function maintenanceOf({ title, from, minutes }: MaintenanceDraft, now: number) {
  const begin = from === '' ? now : new Date(from).getTime();
  if (Number.isNaN(begin)) return null;
  return { title: title.trim(), from: begin, to: begin + minutes * 60_000 };
}

export const LENGTHS = [
  { minutes: 30, words: '30 minutes' },
  { minutes: 60, words: '1 hour' },
  { minutes: 120, words: '2 hours' },
  { minutes: 240, words: '4 hours' },
  { minutes: 480, words: '8 hours' },
  { minutes: 1440, words: '1 day' },
] as const;
