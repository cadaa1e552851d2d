import { StormglassError } from '../../contract/errors.ts';

/** Bytes of request bodies in memory at one time, over all transports, in whatever form they lie there. */
export class ByteBudget {
  readonly #max: number;
  #used = 0;

  constructor(maxBytes: number) {
    this.#max = maxBytes;
  }

  get used(): number {
    return this.#used;
  }

  /** For one request; what it took is given back at its close. */
  open(): ByteAccount {
    let taken = 0;
    return {
      take: (bytes) => {
        if (this.#used + bytes > this.#max) {
          throw new StormglassError(
            'backpressure',
            'Too many requests at once.',
            'Send the same request again after the time in Retry-After.',
          );
        }
        this.#used += bytes;
        taken += bytes;
      },
      close: () => {
        this.#used -= taken;
        taken = 0;
      },
    };
  }
}

export interface ByteAccount {
  /** Throws `backpressure` when there is no room. */
  take(bytes: number): void;
  /** Safe to call again. */
  close(): void;
}
