import { trace } from '@opentelemetry/api';
import { registerControl } from '@stormglass/agents/node';
import { z } from 'zod';
import { hash32, type Random } from '../kit/random.ts';

/** What decided: the request itself, or the weight. */
export type SplitReason = 'header' | 'cookie' | 'weight';

export interface SplitOptions<Variant extends string> {
  /** `orders-page`; the control is `<name>.set`, the flag on spans has this name. */
  name: string;
  title: string;
  /** The one that is used now, and the one which takes over. */
  variants: readonly [Variant, Variant];
  /** Share of requests which the second one gets at the start, 0 to 100. */
  percent: number;
  random: Random;
}

/** Parts requests between two ways of answering them, by a share that can be changed while it runs. */
export class Split<Variant extends string> {
  readonly name: string;
  readonly variants: readonly [Variant, Variant];
  readonly #random: Random;
  readonly #title: string;
  #percent: number;

  constructor({ name, title, variants, percent, random }: SplitOptions<Variant>) {
    this.name = name;
    this.variants = variants;
    this.#title = title;
    this.#percent = percent;
    this.#random = random;
  }

  /** Share of the second variant, 0 to 100. */
  get percent(): number {
    return this.#percent;
  }

  /**
   * The variant for one request: the one its header or cookie names, else by the share. `who` gets the same one each
   * time, as long as the share stays. The span says which.
   */
  choose(asked: { header?: string; cookie?: string; who?: string }): {
    variant: Variant;
    reason: SplitReason;
  } {
    const named = (['header', 'cookie'] as const).flatMap((reason) => {
      const variant = this.variants.find((each) => each === asked[reason]);
      return variant === undefined ? [] : [{ variant, reason }];
    });
    const chosen = named[0] ?? { variant: this.#byShare(asked.who), reason: 'weight' as const };
    trace.getActiveSpan()?.setAttributes({
      'feature_flag.key': this.name,
      'feature_flag.result.variant': chosen.variant,
      'feature_flag.result.reason': chosen.reason === 'weight' ? 'split' : 'targeting_match',
    });
    return chosen;
  }

  /** Offers the share on the agent channel; gives back what withdraws it. */
  offer(): () => void {
    return registerControl({
      name: `${this.name}.set`,
      title: this.#title,
      input: z.object({ percent: z.number().min(0).max(100).describe(`share of ${this.variants[1]}, %`) }),
      run: ({ percent }) => {
        this.#percent = percent;
        return { percent };
      },
    });
  }

  #byShare(who: string | undefined): Variant {
    const place = who === undefined ? this.#random() : (hash32(`${this.name}/${who}`) % 10_000) / 10_000;
    return place * 100 < this.#percent ? this.variants[1] : this.variants[0];
  }
}

/** A cookie of a request; undefined when it has none of that name. */
export function cookieOf(header: string | undefined, name: string): string | undefined {
  for (const pair of (header ?? '').split(';')) {
    const [key, value] = pair.split('=', 2);
    if (key?.trim() === name) return value?.trim();
  }
  return undefined;
}
