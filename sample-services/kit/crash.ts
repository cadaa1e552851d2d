import { CONTROL, type CrashPoints } from '@stormglass/agents/contract';
import { onHalt, registerControl } from '@stormglass/agents/node';

/**
 * Named points between two writes, at which this process can be made to die as by kill -9: no handler runs, no socket is
 * closed in order, nothing is flushed. A test names one in SHOP_CRASH_AT; the dashboard arms one while it runs.
 */
let armed: string | undefined;
const points = new Set<string>();

/** Names are the code's own; should one of them carry an id, it must not fill the memory. */
const MAX_POINTS = 200;

/** Undefined disarms. It fires once, since a process that starts again has none armed. */
export function armCrash(point: string | undefined): void {
  armed = point;
}

/** Makes points known before anybody has passed them. */
export function declareCrashPoints(names: Iterable<string>): void {
  for (const name of names) if (points.size < MAX_POINTS) points.add(name);
}

export function crashPoint(name: string): void {
  if (!points.has(name)) declareCrashPoints([name]);
  if (armed === name) process.kill(process.pid, 'SIGKILL');
}

/** Offers the points on the agent channel (`crash.list`, `crash.arm`); stopping everything disarms. */
export function offerCrashPoints(): () => void {
  const ends = [
    registerControl({
      name: 'crash.list',
      title: 'List the points at which it can crash',
      input: CONTROL['crash.list'].input,
      run: listed,
    }),
    registerControl({
      name: 'crash.arm',
      title: 'Crash at a point',
      input: CONTROL['crash.arm'].input,
      run: ({ point }) => {
        armCrash(point ?? undefined);
        return listed();
      },
    }),
    onHalt(() => armCrash(undefined)),
  ];
  return () => {
    for (const end of ends) end();
  };
}

function listed(): CrashPoints {
  return { points: [...points].sort(), armed: armed ?? null };
}
