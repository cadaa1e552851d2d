import type { Telemetry } from './telemetry.ts';

const FLUSH_MS = 1_000;

/** Sends what is buffered when the process is about to end, and keeps it from ending for at most a second. */
export function onExit(telemetry: Telemetry): void {
  let flushed = false;
  process.on('beforeExit', () => {
    // A flush is work, after which Node says beforeExit again.
    if (flushed) return;
    flushed = true;
    void telemetry.flush(FLUSH_MS);
  });
  const onSignal = (signal: NodeJS.Signals) => {
    // Counted now: a service that listens with `once` is gone from the list after the flush, and still draining.
    const alone = process.listenerCount(signal) === 1;
    void telemetry.flush(FLUSH_MS).then(() => {
      // Listening for a signal takes its default effect away. If nobody else listens, it is given back.
      if (!alone) return;
      process.removeListener(signal, onSignal);
      process.kill(process.pid, signal);
    });
  };
  process.on('SIGTERM', onSignal);
}
