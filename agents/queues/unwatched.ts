import { StormglassError } from '../contract/index.ts';

export function unwatched(queue: string, watched: readonly string[]): StormglassError {
  return new StormglassError(
    'not_found',
    `this agent does not watch a queue ${queue}`,
    `Choose one of ${watched.join(', ')}.`,
  );
}
