import { CONTROL } from '@stormglass/agents/contract';
import { onHalt, registerControl } from '@stormglass/agents/node';
import { skewClock } from './clock.ts';

/** Offers the clock of this process on the agent channel (`clock.set`); stopping everything sets it right. */
export function offerClock(): () => void {
  const ends = [
    registerControl({
      name: 'clock.set',
      title: 'Set the clock wrong, or right',
      input: CONTROL['clock.set'].input,
      run: ({ offsetMs }) => {
        skewClock(offsetMs);
        return { offsetMs };
      },
    }),
    onHalt(() => skewClock(0)),
  ];
  return () => {
    for (const end of ends) end();
  };
}
