import type { ProcessEvent } from '@stormglass/agents/contract';
import type { Axis } from './axis.ts';

export interface DeployMark {
  id: string;
  at: number;
  look: 'start' | 'end';
  words: string;
}

const WORDS: Partial<Record<ProcessEvent['state'], string>> = {
  started: 'started',
  restarted: 'restarted',
  exited: 'exited',
  killed: 'killed',
  paused: 'paused',
  resumed: 'resumed',
};

/** Starts, restarts, kills and pauses on the axis; `healthy` is left out because it follows each start. */
export function deployMarks(events: readonly ProcessEvent[], axis: Axis): DeployMark[] {
  const marks: DeployMark[] = [];
  for (const event of events) {
    const word = WORDS[event.state];
    if (!word || event.at < axis.from || event.at > axis.now) continue;
    const end = event.state === 'exited' || event.state === 'killed' || event.state === 'paused';
    marks.push({
      id: `${event.instance}-${event.at}-${event.state}`,
      at: event.at,
      look: end ? 'end' : 'start',
      words: `${event.service} ${word}`,
    });
  }
  return marks;
}
