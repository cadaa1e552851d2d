export { checkRecurrence, dueBetween, nextDue, type Recurrence } from './due.ts';
export { isWithin, windowWords } from './window.ts';
