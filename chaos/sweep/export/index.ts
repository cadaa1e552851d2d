export { asExperiment, type Exported } from './experiment.ts';
export { asPlaywright } from './playwright.ts';
