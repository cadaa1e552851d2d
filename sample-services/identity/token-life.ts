import { CONTROL } from '@stormglass/agents/contract';
import { onHalt, registerControl } from '@stormglass/agents/node';

/** Life of the tokens that are given out: each its own, unless somebody has set another one for all of them. */
export class TokenLife {
  #setS: number | null = null;

  of(ownS: number): number {
    return this.#setS ?? ownS;
  }

  /** Offers it on the agent channel (`tokens.set`); stopping everything sets it back. */
  offer(): () => void {
    const ends = [
      registerControl({
        name: 'tokens.set',
        title: 'Set the life of tokens',
        input: CONTROL['tokens.set'].input,
        run: ({ lifeS }) => {
          this.#setS = lifeS;
          return { lifeS };
        },
      }),
      onHalt(() => {
        this.#setS = null;
      }),
    ];
    return () => {
      for (const end of ends) end();
    };
  }
}
