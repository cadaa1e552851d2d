export { parseGameDay } from './parse.ts';
