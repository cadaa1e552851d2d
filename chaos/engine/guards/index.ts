export { checkGuards, hurtSince } from './check.ts';
export { guardNeeds } from './read.ts';
