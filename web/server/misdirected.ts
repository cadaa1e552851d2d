import { StormglassError } from '@stormglass/agents/contract';

const OTLP_PATH = /^\/v1\/(traces|metrics|logs)$/;

/** Telemetry sent to the dashboard instead of the collector: refused with the right address, and counted for who waits for it. */
export class Misdirected {
  readonly #otlpHttp: string;
  #requests = 0;

  constructor(otlpHttp: string | undefined) {
    this.#otlpHttp = otlpHttp ?? "the collector's OTLP port";
  }

  /** Requests so far. */
  get requests(): number {
    return this.#requests;
  }

  /** Throws when `path` is one of OTLP. */
  refuse(path: string): void {
    if (!OTLP_PATH.test(path)) return;
    this.#requests += 1;
    throw new StormglassError(
      'not_found',
      'this is the dashboard, telemetry is not taken here',
      `Send it to ${this.#otlpHttp}.`,
    );
  }
}
