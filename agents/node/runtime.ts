/** What the public API needs of a running agent; these defaults stand where none was registered. */
export const runtime: {
  /** Sends buffered telemetry; resolves after `limitMs` at the latest. */
  flush(limitMs: number): Promise<void>;
} = {
  flush: async () => {},
};
