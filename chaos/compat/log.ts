/** What the run tells people, as the reference words it. */
export type Log = (level: 'INFO' | 'WARNING' | 'ERROR' | 'CRITICAL', message: string) => void;
