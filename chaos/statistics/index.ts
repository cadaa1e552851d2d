export { holm } from './holm.ts';
export { wilson } from './proportion.ts';
export { meanEstimate, medianEstimate } from './sample.ts';
export { studentQuantile, studentTail } from './student.ts';
