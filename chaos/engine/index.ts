export { removedProtections, restoredName } from './ablation.ts';
export { type Expectation, expectations } from './expectation.ts';
export { parseFault, parseFaults } from './fault-file.ts';
export { faultTitle } from './faults.ts';
export { type LoadedFolder, loadExperiments } from './load.ts';
export { parseExperiment } from './parse.ts';
export * from './ports.ts';
export { readPresent } from './present.ts';
export { runExperiment } from './run.ts';
