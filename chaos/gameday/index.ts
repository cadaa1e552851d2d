export { type LoadedGameDays, loadGameDays } from './load.ts';
export { parseGameDay } from './parse.ts';
