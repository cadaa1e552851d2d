export { asExperiment } from './experiment.ts';
export { asPlaywright } from './playwright.ts';
